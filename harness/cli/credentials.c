#include "cli/credentials.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/sink.h"

#define LOGIN     "***"
#define PARAMETER "$HOOKCHECK_URL_TOKEN"

/* %2F as it stands and as what it means: the endpoint may repeat either. */
static void hide_both(struct bytes value, const char *replacement)
{
    struct buf decoded = {0};
    sink_hide_secret(value, replacement);
    for (size_t i = 0; i < value.len; i++) {
        struct buf byte = {0};
        bool is_encoded = value.data[i] == '%' && i + 2 < value.len &&
                          decode_hex((struct bytes){value.data + i + 1, 2}, &byte);
        buf_add_bytes(&decoded, is_encoded ? buf_bytes(&byte) : (struct bytes){value.data + i, 1});
        i += is_encoded ? 2 : 0;
        buf_clear(&byte);
    }
    sink_hide_secret(buf_bytes(&decoded), replacement);
    buf_clear(&decoded);
}

static void hide_login(struct bytes authority)
{
    size_t len = authority.len;
    while (len && authority.data[len - 1] != '@')
        len--;
    if (len < 2)
        return;
    struct bytes login = {authority.data, len - 1};
    const char *colon = memchr(login.data, ':', login.len);
    hide_both(login, LOGIN);
    if (colon)
        hide_both((struct bytes){colon + 1, login.len - (size_t)(colon + 1 - login.data)}, LOGIN);
}

/* "access_token", "apiKey", "X-Amz-Signature" */
static bool is_telling(struct bytes name)
{
    static const char *const words[] = {"token", "secret",  "key",  "password", "passwd",
                                        "pwd",   "auth",    "sign", "sig",      "credential",
                                        "code",  "session", "jwt"};
    struct buf lower = {0};
    bool found = false;
    for (size_t i = 0; i < name.len; i++)
        buf_add_char(&lower, (char)tolower((unsigned char)name.data[i]));
    for (size_t i = 0; i < ARRAY_LEN(words) && !found; i++)
        found = bytes_find(buf_bytes(&lower), bytes_of(words[i])) != NULL;
    buf_clear(&lower);
    return found;
}

static void hide_parameters(const char *query)
{
    while (*query && *query != '#') {
        size_t len = strcspn(query, "&;#");
        const char *equals = memchr(query, '=', len);
        if (equals && is_telling((struct bytes){query, (size_t)(equals - query)}))
            hide_both((struct bytes){equals + 1, len - (size_t)(equals + 1 - query)}, PARAMETER);
        query += len;
        query += *query == '&' || *query == ';';
    }
}

/* The scheme may be missing, as libcurl allows for a proxy. */
void credentials_hide(const char *text)
{
    const char *scheme_end = strstr(text, "://");
    const char *authority = scheme_end ? scheme_end + 3 : text;
    size_t len = strcspn(authority, "/?#");
    if (scheme_end || memchr(authority, '@', len))
        hide_login((struct bytes){authority, len});
    const char *query = strchr(authority, '?');
    if (scheme_end && query)
        hide_parameters(query + 1);
}
