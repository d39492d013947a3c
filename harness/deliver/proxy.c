#include "deliver/proxy.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"

/* The host itself, or one below it; a leading dot means the same. */
static bool covers(const char *entry, size_t len, const char *host)
{
    size_t host_len = strlen(host);
    if (len > 0 && *entry == '.') {
        entry++;
        len--;
    }
    if (len == 1 && *entry == '*')
        return true;
    if (len == 0 || len > host_len || strncasecmp(host + host_len - len, entry, len) != 0)
        return false;
    return len == host_len || host[host_len - len - 1] == '.';
}

static bool is_left_out(const char *host)
{
    static const char blanks[] = ", \t";
    const char *list = getenv("no_proxy");
    if (!list || !*list)
        list = getenv("NO_PROXY");
    while (list && *list) {
        list += strspn(list, blanks);
        size_t len = strcspn(list, blanks);
        if (covers(list, len, host))
            return true;
        list += len;
    }
    return false;
}

const char *proxy_variable(const struct target *target)
{
    /* HTTP_PROXY is what a client's Proxy header becomes in a CGI script: libcurl ignores it */
    static const char *const plain[] = {"http_proxy", "all_proxy", "ALL_PROXY"};
    static const char *const tls[] = {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"};
    const char *const *names = target->is_tls ? tls : plain;
    size_t count = target->is_tls ? ARRAY_LEN(tls) : ARRAY_LEN(plain);
    for (size_t i = 0; i < count; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return is_left_out(target->host) ? NULL : names[i];
    }
    return NULL;
}
