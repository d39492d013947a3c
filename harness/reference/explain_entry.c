#include <stdlib.h>
#include <string.h>

#include "base/layout.h"
#include "base/mem.h"
#include "reference/explain.h"
#include "reference/listing_row.h"

#define TITLE_COLUMNS 12

json_t *explain_begin(json_t *things, const char *kind, const char *id, const char *name)
{
    json_t *thing = row_add(things, "kind", kind);
    json_t *facts = json_array();
    if (id)
        row_set_text(thing, "id", id);
    row_set_text(thing, "name", name);
    (void)json_object_set_new(thing, "facts", facts);
    return facts;
}

void explain_add_page(json_t *things, const char *kind, const char *name, struct bytes text)
{
    json_t *thing = row_add(things, "kind", kind);
    row_set_text(thing, "name", name);
    (void)json_object_set_new(thing, "text", json_stringn(text.data, text.len));
}

/* "Caught by:" is the title "Caught by". */
void explain_entry(const char *title, const char *text, json_t *facts)
{
    if (!text || !*text)
        return;
    if (*title) {
        json_t *fact = json_object();
        (void)json_object_set_new(fact, "title", json_stringn(title, strcspn(title, ":")));
        (void)json_object_set_new(fact, "texts", json_array());
        (void)json_array_append_new(facts, fact);
    }
    const json_t *last = json_array_get(facts, json_array_size(facts) - 1);
    (void)json_array_append_new(json_object_get(last, "texts"), json_string(text));
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
