/* Which variable of the environment sends requests through a proxy. */
#include "deliver/proxy.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

TestSuite(deliver_proxy, .timeout = 120);

static const char *const variables[] = {"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY",
                                        "all_proxy",  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

Test(deliver_proxy, is_found_as_libcurl_finds_it)
{
    static const struct {
        const char *url;
        const char *set[4]; /* name, value, name, value */
        const char *expected;
    } rows[] = {
        {"http://localhost:1/", {0}, NULL},
        {"http://localhost:1/", {"http_proxy", "http://p:8"}, "http_proxy"},
        {"http://localhost:1/", {"http_proxy", ""}, NULL},
        {"http://localhost:1/", {"HTTP_PROXY", "http://p:8"}, NULL},
        {"http://localhost:1/", {"https_proxy", "http://p:8"}, NULL},
        {"https://localhost:1/", {"HTTPS_PROXY", "http://p:8"}, "HTTPS_PROXY"},
        {"https://localhost:1/", {"ALL_PROXY", "http://p:8"}, "ALL_PROXY"},
        {"http://localhost:1/", {"http_proxy", "http://p:8", "NO_PROXY", "localhost"}, NULL},
        {"http://localhost:1/", {"http_proxy", "http://p:8", "no_proxy", "a.b, LOCALHOST"}, NULL},
        {"http://localhost:1/", {"http_proxy", "http://p:8", "NO_PROXY", "*"}, NULL},
        {"http://localhost:1/", {"http_proxy", "http://p:8", "NO_PROXY", "host"}, "http_proxy"},
        {"http://a.example.com/", {"http_proxy", "http://p:8", "NO_PROXY", ".example.com"}, NULL},
        {"http://a.example.com/", {"http_proxy", "http://p:8", "NO_PROXY", "example.com"}, NULL},
        {"http://aexample.com/",
         {"http_proxy", "http://p:8", "NO_PROXY", "example.com"},
         "http_proxy"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct target target = {0};
        struct error err = {0};
        for (size_t k = 0; k < ARRAY_LEN(variables); k++)
            (void)unsetenv(variables[k]);
        for (size_t k = 0; k < 4 && rows[i].set[k]; k += 2)
            (void)setenv(rows[i].set[k], rows[i].set[k + 1], 1);
        cr_assert(target_parse(&target, rows[i].url, &err), "%s", err.message);
        const char *found = proxy_variable(&target);
        cr_expect(found ? rows[i].expected && strcmp(found, rows[i].expected) == 0
                        : !rows[i].expected,
                  "row %zu: %s", i, found ? found : "none");
        target_clear(&target);
    }
}
