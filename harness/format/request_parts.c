#include "format/request_parts.h"

#include <string.h>

void request_add_value(const struct header *header, const struct request_place *place,
                       struct buf *out)
{
    const char *value = header->value;
    const char *mark = place && header_name_equal(header->name, "Host")
                           ? strstr(value, REQUEST_HOST_PLACEHOLDER)
                           : NULL;
    if (mark) {
        buf_add(out, value, (size_t)(mark - value));
        buf_add_text(out, place->authority);
        value = mark + strlen(REQUEST_HOST_PLACEHOLDER);
    }
    buf_add_text(out, value);
}

/* Each byte as the character of that number, in UTF-8. */
static json_t *json_latin1(struct bytes in)
{
    struct buf text = {0};
    for (size_t i = 0; i < in.len; i++) {
        unsigned char byte = (unsigned char)in.data[i];
        if (byte >= 0x80)
            buf_add_char(&text, (char)(0xc0 | byte >> 6));
        buf_add_char(&text, (char)(byte >= 0x80 ? 0x80 | (byte & 0x3f) : byte));
    }
    json_t *value = json_stringn(buf_text(&text), text.len);
    buf_clear(&text);
    return value;
}

json_t *json_headers(const struct headers *headers, const struct request_place *place)
{
    json_t *list = json_array();
    for (size_t i = 0; i < headers->count; i++) {
        struct buf value = {0};
        request_add_value(&headers->items[i], place, &value);
        json_t *pair = json_array();
        json_array_append_new(pair, json_latin1(bytes_of(headers->items[i].name)));
        json_array_append_new(pair, json_latin1(buf_bytes(&value)));
        json_array_append_new(list, pair);
        buf_clear(&value);
    }
    return list;
}
