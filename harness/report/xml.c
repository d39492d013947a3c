#include "report/xml.h"

#include <stdbool.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/utf8.h"

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
    size_t len = utf8_len(in);
    bool is_control = len == 1 && (unsigned char)in.data[0] < 0x20;
    bool is_noncharacter =
        len == 3 && memcmp(in.data, "\xef\xbf", 2) == 0 && (unsigned char)in.data[2] >= 0xbe;
    return is_control || is_noncharacter ? 0 : len;
}

void xml_add(struct bytes in, struct buf *out)
{
    for (size_t i = 0; i < in.len;) {
        const char *escaped = escape_of(in.data[i]);
        size_t len = escaped ? 1 : legal_len(bytes_after(in, i));
        if (escaped)
            buf_add_text(out, escaped);
        else if (len)
            buf_add(out, in.data + i, len);
        else
            buf_add_format(out, "\\x%02x", (unsigned char)in.data[i]);
        i += len ? len : 1;
    }
}
