/* Any text is an endpoint's URL, or a redirect from one, or gets a sentence; a redirect leads to
 * http or https, and nowhere with what the endpoint's own URL holds of credentials. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "deliver/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOGIN "someone:Pa55w0rd"

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void check_target(const struct target *target)
{
    check(strcmp(target->scheme, "http") == 0 || strcmp(target->scheme, "https") == 0);
    check(target->host[0] && target->port > 0 && target->path[0] == '/');
    const char *authority = strstr(target->shown, "://");
    check(authority != NULL);
    const char *login_end = memchr(authority + 3, '@', strcspn(authority + 3, "/?#"));
    check(!login_end || strncmp(authority + 3, "***@", 4) == 0);
}

static void check_redirect(const char *location)
{
    struct target base;
    struct target target;
    struct error err = {0};
    check(target_parse(&base, "https://" LOGIN "@example.com/hook?x=1", NULL));
    bool ok = target_resolve(&target, &base, location, &err);
    check(ok != error_is_set(&err));
    if (ok) {
        check_target(&target);
        check(strstr(location, "Pa55w0rd") || !strstr(target.url, "Pa55w0rd"));
    }
    target_clear(&target);
    target_clear(&base);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = mem_copy(data, size);
    struct target target;
    struct error err = {0};
    bool ok = target_parse(&target, text, &err);
    check(ok != error_is_set(&err));
    if (ok)
        check_target(&target);
    target_clear(&target);
    check_redirect(text);
    free(text);
    return 0;
}
