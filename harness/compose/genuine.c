#include "compose/genuine.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "panora/js.h"

/* What one row takes at most, and what is around a text that fills up. */
#define ROW_MAX   ((size_t)1024)
#define FRAME_MAX ((size_t)64)

/* Whoever asks for less than this wants the bytes: no object of Panora's is so short. */
#define GENUINE_MIN ((size_t)512)

/* --- a value at a place --- */

static void write_member(struct bytes key, bool is_first, struct buf *out)
{
    if (!is_first)
        buf_add_char(out, ',');
    js_quote(key, out);
    buf_add_char(out, ':');
}

static void write_object(const struct js *object, const char *name, const char *json,
                         struct buf *out)
{
    bool done = false;
    buf_add_char(out, '{');
    for (size_t i = 0; i < js_size(object); i++) {
        struct bytes key = js_key(object, i);
        bool is_it = bytes_equal(key, bytes_of(name));
        write_member(key, i == 0, out);
        if (is_it)
            buf_add_text(out, json);
        else
            js_write(js_at(object, i), out);
        done = done || is_it;
    }
    if (!done) {
        write_member(bytes_of(name), js_size(object) == 0, out);
        buf_add_text(out, json);
    }
    buf_add_char(out, '}');
}

static void write_rows(const struct js *rows, const char *name, const char *json, struct buf *out)
{
    buf_add_char(out, '[');
    write_object(js_at(rows, 0), name, json, out);
    for (size_t i = 1; i < js_size(rows); i++) {
        buf_add_char(out, ',');
        js_write(js_at(rows, i), out);
    }
    buf_add_char(out, ']');
}

bool genuine_put(struct buf *data, const char *name, const char *json)
{
    struct js *value = js_parse(buf_bytes(data), NULL);
    struct buf changed = {0};
    bool is_object = value && js_kind(value) == JS_OBJECT;
    bool is_rows = value && js_kind(value) == JS_ARRAY && js_size(value) > 0 &&
                   js_kind(js_at(value, 0)) == JS_OBJECT;
    if (is_object)
        write_object(value, name, json, &changed);
    if (is_rows)
        write_rows(value, name, json, &changed);
    js_free(value);
    if (!is_object && !is_rows)
        return false;
    buf_clear(data);
    *data = changed;
    return true;
}

/* --- sizes --- */

/* Too small for an object with an id: a number's digits fill any size. */
static void smallest_of_size(struct rng *rng, size_t size, struct buf *out)
{
    static const char start[] = "{\"id\":\"";
    static const char middle[] = "\",\"content\":\"";
    static const char end[] = "\"}";
    char id[UUID_SIZE];
    rng_uuid(rng, id);
    size_t frame = sizeof start - 1 + UUID_SIZE - 1 + sizeof middle - 1 + sizeof end - 1;
    if (size < frame) {
        buf_add_repeated(out, '1', size);
        return;
    }
    buf_add_format(out, "%s%s%s", start, id, middle);
    buf_add_repeated(out, 'x', size - frame);
    buf_add_text(out, end);
}

/* Samples of one type differ in length: to get a small one, the shortest of several is taken. */
#define DRAWS 16

static void write_shortest(const struct composer *composer, const struct sample_request *wanted,
                           enum sample_nulls nulls, struct rng *rng, struct buf *out)
{
    struct sample_request request = *wanted;
    request.nulls = nulls;
    request.num_rows = 1;
    for (size_t i = 0; i < DRAWS; i++) {
        struct buf draw = {0};
        catalogue_sample(composer->catalogue, &request, rng, &draw);
        if (draw.len < out->len) {
            buf_clear(out);
            *out = draw;
        } else {
            buf_clear(&draw);
        }
    }
}

/* Data that is shorter than `size`: with as many rows as fit, or, if need be, the shortest there
 * is, in the end without what is optional, which may still be longer. */
static void write_shorter(const struct composer *composer, const struct sample_request *wanted,
                          size_t size, struct rng *rng, struct buf *out)
{
    struct sample_request request = *wanted;
    request.num_rows = size / ROW_MAX + 1;
    catalogue_sample(composer->catalogue, &request, rng, out);
    if (out->len + FRAME_MAX >= size)
        write_shortest(composer, wanted, NULLS_FEW, rng, out);
    if (out->len + FRAME_MAX >= size)
        write_shortest(composer, wanted, NULLS_OPTIONAL, rng, out);
}

/* Where a long text can stand, and what JSON text surrounds it there. */
struct filling {
    const char *member;
    const char *start;
    const char *end;
};

static bool find_filling(const struct composer *composer, const char *type, struct filling *out)
{
    const struct catalogue *catalogue = composer->catalogue;
    *out = (struct filling){catalogue_place(catalogue, type, DATA_REMOTE_DATA),
                            "{\"properties\":{\"notes\":\"", "\"}}"};
    if (!out->member)
        *out = (struct filling){catalogue_place(catalogue, type, DATA_TEXT), "\"", "\""};
    return out->member != NULL;
}

static char *filling_text(const struct filling *filling, size_t len)
{
    struct buf text = {0};
    buf_add_text(&text, filling->start);
    buf_add_repeated(&text, 'x', len);
    buf_add_text(&text, filling->end);
    return buf_take(&text);
}

/* Puts the filling into `data`, of such a length that it has `size` bytes then. */
static bool fill_up(const struct filling *filling, size_t size, struct buf *data)
{
    char *nothing = filling_text(filling, 0);
    bool ok = genuine_put(data, filling->member, nothing) && data->len <= size;
    free(nothing);
    if (!ok)
        return false;
    char *text = filling_text(filling, size - data->len);
    ok = genuine_put(data, filling->member, text);
    free(text);
    return ok;
}

void genuine_of_size(const struct composer *composer, const struct sample_request *wanted,
                     size_t size, struct rng *rng, struct buf *out)
{
    struct filling filling;
    struct buf data = {0};
    write_shorter(composer, wanted, size, rng, &data);
    bool is_known = find_filling(composer, wanted->type, &filling);
    if (is_known && (fill_up(&filling, size, &data) || size >= GENUINE_MIN))
        buf_add_bytes(out, buf_bytes(&data));
    else
        smallest_of_size(rng, size, out);
    buf_clear(&data);
}

/* --- depths --- */

static void add_nested(size_t depth, struct buf *out)
{
    buf_add_text(out, "{\"nested\":");
    buf_add_repeated(out, '[', depth - 1);
    buf_add_text(out, depth > 1 ? "" : "true");
    buf_add_repeated(out, ']', depth - 1);
    buf_add_char(out, '}');
}

void genuine_of_depth(const struct composer *composer, const struct sample_request *wanted,
                      size_t depth, struct rng *rng, struct buf *out)
{
    struct buf nested = {0};
    struct buf data = {0};
    const char *member = catalogue_place(composer->catalogue, wanted->type, DATA_REMOTE_DATA);
    add_nested(depth > 1 ? depth - 1 : 1, &nested);
    catalogue_sample(composer->catalogue, wanted, rng, &data);
    if (member && depth > 1 && genuine_put(&data, member, buf_text(&nested)))
        buf_add_bytes(out, buf_bytes(&data));
    else
        add_nested(depth, out);
    buf_clear(&nested);
    buf_clear(&data);
}
