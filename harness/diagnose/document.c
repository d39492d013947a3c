#include "diagnose/document.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "panora/js.h"

/* --- dull values --- */

static void add_dull_text(struct bytes in, struct buf *out)
{
    struct buf text = {0};
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.data[i];
        if (c < 0x80 &&
            (isalnum(c) || (c && strchr("@._:-", c)) || (c == ' ' && i && i + 1 < in.len)))
            buf_add_char(&text, (char)c);
        else if ((c & 0xc0) != 0x80) /* one for each character */
            buf_add_char(&text, 'x');
    }
    if (text.len == 0)
        buf_add_text(&text, "text");
    js_quote(buf_bytes(&text), out);
    buf_clear(&text);
}

static int by_key(const void *left, const void *right)
{
    const struct document_member *a = left;
    const struct document_member *b = right;
    return strcmp(a->key, b->key);
}

static bool is_index(const char *key)
{
    return *key && key[strspn(key, "0123456789")] == '\0';
}

static void add_dull(const struct js *value, struct buf *out);

static void gather(const struct js *value, struct document *out)
{
    out->members = mem_alloc((js_size(value) + 1) * sizeof *out->members);
    for (size_t i = 0; i < js_size(value); i++) {
        struct bytes key = js_key(value, i);
        struct buf json = {0};
        struct buf name = {0};
        if (js_kind(js_at(value, i)) == JS_NULL)
            continue;
        buf_add_bytes(&name, key);
        if (strlen(buf_text(&name)) != key.len || is_index(buf_text(&name)) || key.len == 0) {
            buf_clear(&name);
            continue;
        }
        add_dull(js_at(value, i), &json);
        out->members[out->count++] = (struct document_member){buf_take(&name), buf_take(&json)};
    }
    qsort(out->members, out->count, sizeof *out->members, by_key);
}

static void add_members(const struct document *document, struct buf *out)
{
    for (size_t i = 0; i < document->count; i++) {
        if (i)
            buf_add_char(out, ',');
        js_quote(bytes_of(document->members[i].key), out);
        buf_add_format(out, ":%s", document->members[i].json);
    }
}

static void add_dull_object(const struct js *value, struct buf *out)
{
    struct document inner = {0};
    gather(value, &inner);
    buf_add_char(out, '{');
    add_members(&inner, out);
    if (inner.count == 0)
        buf_add_text(out, "\"key\":\"text\"");
    buf_add_char(out, '}');
    document_clear(&inner);
}

static void add_dull_array(const struct js *value, struct buf *out)
{
    size_t count = 0;
    buf_add_char(out, '[');
    for (size_t i = 0; i < js_size(value); i++) {
        if (js_kind(js_at(value, i)) == JS_NULL)
            continue;
        if (count++)
            buf_add_char(out, ',');
        add_dull(js_at(value, i), out);
    }
    buf_add_text(out, count ? "]" : "\"text\"]");
}

#define DULL_NUMBER_MAX 1e9

static void add_dull(const struct js *value, struct buf *out)
{
    switch (js_kind(value)) {
    case JS_STRING:
        add_dull_text(js_string(value), out);
        break;
    case JS_OBJECT:
        add_dull_object(value, out);
        break;
    case JS_ARRAY:
        add_dull_array(value, out);
        break;
    case JS_NUMBER: {
        double number = fabs(trunc(js_number(value)));
        js_write_number(number < DULL_NUMBER_MAX ? number : 7, out);
        break;
    }
    case JS_BOOL:
        buf_add_text(out, js_bool(value) ? "true" : "false");
        break;
    case JS_NULL:
        buf_add_text(out, "\"text\"");
        break;
    }
}

/* --- the whole --- */

/* What would have to be made up, because the sample holds nothing there. */
static size_t num_hollow(const struct js *value)
{
    size_t count = 0;
    for (size_t i = 0; i < js_size(value); i++) {
        enum js_kind kind = js_kind(js_at(value, i));
        bool is_list = kind == JS_ARRAY || kind == JS_OBJECT;
        count += kind == JS_NULL || (is_list && js_size(js_at(value, i)) == 0);
    }
    return count;
}

static const struct js *whole_of(const struct js *value)
{
    return js_kind(value) == JS_ARRAY ? js_at(value, 0) : value;
}

/* Samples of one type differ in what they hold: the fullest of several is taken, for a strict
 * endpoint may refuse what is made up. */
#define DRAWS 8

static struct js *fullest_sample(const struct catalogue *catalogue, const char *type,
                                 int64_t wall_ms, struct rng *rng)
{
    const struct sample_request sample = {.type = type, .wall_ms = wall_ms, .num_rows = 1};
    struct js *fullest = NULL;
    for (size_t i = 0; i < DRAWS; i++) {
        struct buf json = {0};
        catalogue_sample(catalogue, &sample, rng, &json);
        struct js *value = js_parse(buf_bytes(&json), NULL);
        buf_clear(&json);
        bool is_fuller = !fullest || num_hollow(whole_of(value)) < num_hollow(whole_of(fullest));
        js_free(is_fuller ? fullest : value);
        fullest = is_fuller ? value : fullest;
    }
    return fullest;
}

void document_make(const struct catalogue *catalogue, const char *type, int64_t wall_ms,
                   struct rng *rng, struct document *out)
{
    struct js *fullest = fullest_sample(catalogue, type, wall_ms, rng);
    *out = (struct document){.is_rows = js_kind(fullest) == JS_ARRAY};
    gather(whole_of(fullest), out);
    js_free(fullest);
}

void document_take(const struct catalogue *catalogue, const char *type, int64_t wall_ms,
                   struct rng *rng, struct document *out)
{
    struct js *fullest = fullest_sample(catalogue, type, wall_ms, rng);
    const struct js *whole = whole_of(fullest);
    *out = (struct document){.is_rows = js_kind(fullest) == JS_ARRAY};
    out->members = mem_alloc((js_size(whole) + 1) * sizeof *out->members);
    for (size_t i = 0; i < js_size(whole); i++) {
        struct buf json = {0};
        struct bytes key = js_key(whole, i);
        js_write(js_at(whole, i), &json);
        out->members[out->count++] =
            (struct document_member){mem_copy(key.data, key.len), buf_take(&json)};
    }
    js_free(fullest);
}

void document_clear(struct document *document)
{
    for (size_t i = 0; i < document->count; i++) {
        free(document->members[i].key);
        free(document->members[i].json);
    }
    free(document->members);
    *document = (struct document){0};
}

#define ID_DASH 8 /* where the first - of an id stands */

static bool is_id(const char *text)
{
    static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'x' ? !isxdigit((unsigned char)text[i]) : text[i] != '-')
            return false;
    return true;
}

/* The value with fresh ids. Large ones are one long text: they are copied as a whole. */
static void add_fresh(const char *json, struct rng *rng, struct buf *out)
{
    while (*json) {
        const char *dash = strchr(json, '-');
        const char *end = dash ? dash + 1 : json + strlen(json);
        if (dash && dash - json >= ID_DASH && is_id(dash - ID_DASH)) {
            char id[UUID_SIZE];
            rng_uuid(rng, id);
            buf_add(out, json, (size_t)(dash - ID_DASH - json));
            buf_add_text(out, id);
            end = dash - ID_DASH + UUID_SIZE - 1;
        } else {
            buf_add(out, json, (size_t)(end - json));
        }
        json = end;
    }
}

static const struct feature *feature_of(const struct document_form *form, const char *key)
{
    for (size_t i = 0; i < form->num_features; i++)
        if (form->features[i]->area == FEATURE_DATA && strcmp(form->features[i]->key, key) == 0)
            return form->features[i];
    return NULL;
}

static bool has_member(const struct document *document, const char *key)
{
    for (size_t i = 0; i < document->count; i++)
        if (strcmp(document->members[i].key, key) == 0)
            return true;
    return false;
}

static void note(struct document *out, const char *key, const char *json)
{
    out->members[out->count++] = (struct document_member){mem_text(key), mem_text(json)};
}

/* The members with the features put in, sorted again. */
static void combine(const struct document *document, const struct document_form *form,
                    struct document *out)
{
    *out = (struct document){0};
    out->members = mem_alloc((document->count + form->num_features + 2) * sizeof *out->members);
    for (size_t i = 0; i < document->count; i++) {
        const struct feature *feature = feature_of(form, document->members[i].key);
        note(out, document->members[i].key,
             !feature      ? document->members[i].json
             : form->plain ? feature->plain
                           : feature->odd);
    }
    for (size_t i = 0; i < form->num_features; i++) {
        const struct feature *feature = form->features[i];
        if (feature->area == FEATURE_DATA && !has_member(document, feature->key))
            note(out, feature->key, form->plain ? feature->plain : feature->odd);
    }
    if (form->padding) {
        struct buf padding = {0};
        buf_add_char(&padding, '"');
        buf_add_repeated(&padding, 'x', form->padding);
        buf_add_char(&padding, '"');
        note(out, "zz_padding", buf_text(&padding));
        buf_clear(&padding);
    }
    qsort(out->members, out->count, sizeof *out->members, by_key);
}

void document_write(const struct document *document, const struct document_form *form,
                    struct rng *rng, struct buf *out)
{
    struct document whole;
    combine(document, form, &whole);
    buf_add_text(out, document->is_rows ? "[{" : "{");
    for (size_t i = 0; i < whole.count; i++) {
        if (i)
            buf_add_char(out, ',');
        js_quote(bytes_of(whole.members[i].key), out);
        buf_add_char(out, ':');
        add_fresh(whole.members[i].json, rng, out);
    }
    buf_add_text(out, document->is_rows ? "}]" : "}");
    document_clear(&whole);
}
