#include "base/escape.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"
#include "base/utf8.h"

int escape_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

int32_t escape_hex(struct bytes in, size_t count)
{
    int32_t value = 0;
    if (in.len < count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        int digit = escape_digit(in.data[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

static struct said say_byte(char byte, size_t taken)
{
    return (struct said){{byte}, 1, taken};
}

static struct said say_point(uint32_t point, size_t taken)
{
    struct said said = {.taken = taken};
    said.len = utf8_write(point, said.bytes);
    return said;
}

static struct said say_code_unit(struct bytes in)
{
    int32_t unit = escape_hex(bytes_after(in, 2), 4);
    if (unit < 0)
        return (struct said){0};
    bool leads =
        unit >= 0xd800 && unit < 0xdc00 && in.len >= 12 && in.data[6] == '\\' && in.data[7] == 'u';
    int32_t next = leads ? escape_hex(bytes_after(in, 8), 4) : -1;
    if (next >= 0xdc00 && next < 0xe000)
        return say_point(0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(next - 0xdc00),
                         12);
    return say_point((uint32_t)unit, 6);
}

/* As in JSON, and \x41 as in source code. */
static struct said say_backslash(struct bytes in)
{
    static const char letters[] = "\"\\/'bfnrt";
    static const char meant[] = "\"\\/'\b\f\n\r\t";
    if (in.len < 2)
        return (struct said){0};
    if (in.data[1] == 'u')
        return say_code_unit(in);
    if (in.data[1] == 'x') {
        int32_t byte = escape_hex(bytes_after(in, 2), 2);
        if (byte < 0)
            return (struct said){0};
        return say_byte((char)byte, 4);
    }
    const char *letter = memchr(letters, in.data[1], sizeof letters - 1);
    if (letter)
        return say_byte(meant[letter - letters], 2);
    /* some escape every sign */
    if (ispunct((unsigned char)in.data[1]))
        return say_byte(in.data[1], 2);
    return (struct said){0};
}

static struct said say_percent(struct bytes in)
{
    int32_t byte = escape_hex(bytes_after(in, 1), 2);
    if (byte < 0)
        return (struct said){0};
    return say_byte((char)byte, 3);
}

static struct said say_plus(struct bytes in)
{
    return say_byte(' ', in.len ? 1 : 0);
}

/* &#65; or &#x41; with any number of zeros before it. */
static struct said say_numeric_entity(struct bytes in)
{
    bool is_hex = in.len > 2 && (in.data[2] | 0x20) == 'x';
    uint32_t point = 0;
    size_t first = is_hex ? 3 : 2;
    size_t at = first;
    for (; at < in.len && at < first + 10 && point < 0x110000; at++) {
        int digit = escape_digit(in.data[at]);
        if (digit < 0 || (!is_hex && digit > 9))
            break;
        point = point * (is_hex ? 16 : 10) + (uint32_t)digit;
    }
    if (at == first || point >= 0x110000)
        return (struct said){0};
    return say_point(point, at < in.len && in.data[at] == ';' ? at + 1 : at);
}

static struct said say_entity(struct bytes in)
{
    static const struct {
        const char *name;
        char byte;
    } named[] = {{"&amp;", '&'},    {"&quot;", '"'},   {"&apos;", '\''},  {"&lt;", '<'},
                 {"&gt;", '>'},     {"&sol;", '/'},    {"&plus;", '+'},   {"&equals;", '='},
                 {"&colon;", ':'},  {"&period;", '.'}, {"&lowbar;", '_'}, {"&dollar;", '$'},
                 {"&commat;", '@'}, {"&excl;", '!'},   {"&percnt;", '%'}, {"&num;", '#'},
                 {"&ast;", '*'},    {"&lpar;", '('},   {"&rpar;", ')'},   {"&comma;", ','},
                 {"&semi;", ';'},   {"&quest;", '?'},  {"&grave;", '`'},  {"&bsol;", '\\'},
                 {"&lbrace;", '{'}, {"&lcub;", '{'},   {"&rcub;", '}'},   {"&rbrace;", '}'},
                 {"&lsqb;", '['},   {"&rsqb;", ']'},   {"&vert;", '|'},   {"&verbar;", '|'},
                 {"&Hat;", '^'},    {"&nbsp;", ' '},   {"&hyphen;", '-'}, {"&tilde;", '~'}};
    if (in.len > 2 && in.data[1] == '#')
        return say_numeric_entity(in);
    for (size_t i = 0; i < ARRAY_LEN(named); i++) {
        size_t len = strlen(named[i].name);
        if (in.len >= len && memcmp(in.data, named[i].name, len) == 0)
            return say_byte(named[i].byte, len);
    }
    return (struct said){0};
}

const struct escape escapes[] = {{'\\', false, say_backslash},
                                 {'%', false, say_percent},
                                 {'&', false, say_entity},
                                 {'+', true, say_plus}};
const size_t num_escapes = ARRAY_LEN(escapes);
