#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/layout.h"
#include "base/mem.h"
#include "reference/explain.h"

#define TITLE_COLUMNS 12

static json_t *add_thing(json_t *things, const char *kind, const char *id, const char *name)
{
    json_t *thing = json_add_row(things, "kind", kind);
    if (id)
        json_set_text(thing, "id", id);
    json_set_text(thing, "name", name);
    return thing;
}

json_t *explain_begin(json_t *things, const char *kind, const char *id, const char *name)
{
    json_t *facts = json_array();
    json_set(add_thing(things, kind, id, name), "facts", facts);
    return facts;
}

void explain_add_page(json_t *things, const char *kind, const char *name, struct bytes text)
{
    json_set(add_thing(things, kind, NULL, name), "text", json_stringn(text.data, text.len));
}

/* "Caught by:" is the title "Caught by". */
void explain_entry(const char *title, const char *text, json_t *facts)
{
    if (!text || !*text)
        return;
    if (*title) {
        json_t *fact = json_object();
        json_set(fact, "title", json_stringn(title, strcspn(title, ":")));
        json_set(fact, "texts", json_array());
        json_array_append_new(facts, fact);
    }
    const json_t *last = json_array_get(facts, json_array_size(facts) - 1);
    json_array_append_new(json_object_get(last, "texts"), json_string(text));
}

void explain_fact(json_t *facts, const char *title, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = mem_format_list(format, list);
    va_end(list);
    explain_entry(title, text, facts);
    free(text);
}

static const char *member(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void add_fact(const json_t *fact, struct buf *out)
{
    const json_t *texts = json_object_get(fact, "texts");
    char *title = mem_format("%s:", member(fact, "title"));
    for (size_t i = 0; i < json_array_size(texts); i++)
        layout_entry(i ? "" : title, TITLE_COLUMNS, json_string_value(json_array_get(texts, i)),
                     out);
    free(title);
}

void explain_add_text(const json_t *things, struct buf *out)
{
    for (size_t i = 0; i < json_array_size(things); i++) {
        const json_t *thing = json_array_get(things, i);
        const char *id = member(thing, "id");
        const char *page = member(thing, "text");
        if (i)
            buf_add_char(out, '\n');
        if (page)
            buf_add_text(out, page);
        else
            buf_add_format(out, "%s%s%s (%s)\n\n", id ? id : "", id ? " " : "",
                           member(thing, "name"), member(thing, "kind"));
        const json_t *facts = json_object_get(thing, "facts");
        for (size_t k = 0; k < json_array_size(facts); k++)
            add_fact(json_array_get(facts, k), out);
    }
}
