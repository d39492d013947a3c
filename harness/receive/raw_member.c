#include "receive/raw_member.h"

#include <stdbool.h>
#include <string.h>

static void skip(struct bytes *rest, size_t len)
{
    *rest = (struct bytes){rest->data + len, rest->len - len};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_blanks(struct bytes *rest)
{
    while (rest->len && is_blank(rest->data[0]))
        skip(rest, 1);
}

static size_t text_len(struct bytes rest)
{
    size_t len = 1;
    while (len < rest.len && rest.data[len] != '"')
        len += rest.data[len] == '\\' ? 2 : 1;
    return len < rest.len ? len + 1 : rest.len;
}

/* Of any value: up to what ends it at its own depth. */
static size_t value_len(struct bytes rest)
{
    size_t depth = 0;
    size_t len = 0;
    while (len < rest.len) {
        char c = rest.data[len];
        bool ends = c == ']' || c == '}';
        if (depth == 0 && (ends || c == ',' || is_blank(c)))
            break;
        depth = depth + (c == '[' || c == '{') - ends;
        len += c == '"' ? text_len((struct bytes){rest.data + len, rest.len - len}) : 1;
    }
    return len;
}

struct bytes raw_member(struct bytes body, const char *name, enum raw_choice choice)
{
    struct bytes found = {NULL, 0};
    size_t name_len = strlen(name);
    skip_blanks(&body);
    if (body.len == 0 || body.data[0] != '{')
        return found;
    while (body.len && !(found.data && choice == RAW_FIRST)) {
        skip(&body, 1); /* the brace, or a comma */
        skip_blanks(&body);
        size_t key_len = body.len && body.data[0] == '"' ? text_len(body) : 0;
        bool named = key_len == name_len + 2 && memcmp(body.data + 1, name, name_len) == 0;
        skip(&body, key_len);
        skip_blanks(&body);
        if (key_len == 0 || body.len == 0)
            break;
        skip(&body, 1); /* the colon */
        skip_blanks(&body);
        size_t len = value_len(body);
        if (named)
            found = (struct bytes){body.data, len};
        skip(&body, len);
        skip_blanks(&body);
    }
    return found;
}
