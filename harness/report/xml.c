#include "report/xml.h"

#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"

/* Line ends and tabs are written as references: a reader would make blanks of them in attributes.
 */
static const struct {
    char c;
    const char *escaped;
} escapes[] = {
    {'&', "&amp;"}, {'<', "&lt;"},   {'>', "&gt;"},   {'"', "&quot;"},
    {'\t', "&#9;"}, {'\n', "&#10;"}, {'\r', "&#13;"},
};

static const char *escape_of(char c)
{
    for (size_t i = 0; i < ARRAY_LEN(escapes); i++)
        if (escapes[i].c == c)
            return escapes[i].escaped;
    return NULL;
}

/* The length of the character at the beginning of `in` when XML may hold it as it is, else 0. */
static size_t legal_len(struct bytes in)
{
    unsigned char lead = (unsigned char)in.data[0];
    if (lead < 0x80)
        return lead >= 0x20 ? 1 : 0;
    size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (len > in.len || !text_is_utf8((struct bytes){in.data, len}))
        return 0;
    bool is_noncharacter =
        len == 3 && memcmp(in.data, "\xef\xbf", 2) == 0 && (unsigned char)in.data[2] >= 0xbe;
    return is_noncharacter ? 0 : len;
}

void xml_add(struct bytes in, struct buf *out)
{
    for (size_t i = 0; i < in.len;) {
        const char *escaped = escape_of(in.data[i]);
        size_t len = escaped ? 1 : legal_len((struct bytes){in.data + i, in.len - i});
        if (escaped)
            buf_add_text(out, escaped);
        else if (len)
            buf_add(out, in.data + i, len);
        else
            buf_add_format(out, "\\x%02x", (unsigned char)in.data[i]);
        i += len ? len : 1;
    }
}
