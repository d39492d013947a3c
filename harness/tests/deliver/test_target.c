#include "deliver/target.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/array.h"

TestSuite(deliver_target, .timeout = 120);

struct parsed_row {
    const char *url;
    const char *scheme;
    const char *host;
    int port;
    const char *authority;
    const char *path;
    const char *userinfo;
};

static const struct parsed_row parsed[] = {
    {"http://example.com", "http", "example.com", 80, "example.com", "/", NULL},
    {"https://example.com/", "https", "example.com", 443, "example.com", "/", NULL},
    {"HTTPS://Example.COM:8443/Hook", "https", "example.com", 8443, "example.com:8443", "/Hook",
     NULL},
    {"http://example.com:80/x", "http", "example.com", 80, "example.com", "/x", NULL},
    {"https://example.com:80/x", "https", "example.com", 80, "example.com:80", "/x", NULL},
    {"http://[::1]:8080/a?b=c", "http", "::1", 8080, "[::1]:8080", "/a?b=c", NULL},
    {"http://[2001:DB8::1]/", "http", "2001:db8::1", 80, "[2001:db8::1]", "/", NULL},
    {"http://127.0.0.1:9/p#part", "http", "127.0.0.1", 9, "127.0.0.1:9", "/p", NULL},
    {"http://h/?x=1#y", "http", "h", 80, "h", "/?x=1", NULL},
    {"http://h?x=1", "http", "h", 80, "h", "/?x=1", NULL},
    {"http://u:p@h/", "http", "h", 80, "h", "/", "u:p"},
    {"http://u%40x:p%3Aq@h:81/", "http", "h", 81, "h:81", "/", "u@x:p:q"},
    {"http://u@h/", "http", "h", 80, "h", "/", "u:"},
    {"http://h/a/../b/./c", "http", "h", 80, "h", "/b/c", NULL},
    {"http://h//a//b", "http", "h", 80, "h", "//a//b", NULL},
    {"http://h/a b", "http", "h", 80, "h", "/a%20b", NULL},
    {"http://h/\xC3\xA9", "http", "h", 80, "h", "/%c3%a9", NULL},
    {"http://h/?q=a@b", "http", "h", 80, "h", "/?q=a@b", NULL},
};

static void expect_text(const char *url, const char *what, const char *actual, const char *expected)
{
    bool same = expected ? actual && strcasecmp(actual, expected) == 0 : actual == NULL;
    cr_expect(same, "%s: %s is %s, not %s", url, what, actual ? actual : "(none)",
              expected ? expected : "(none)");
}

Test(deliver_target, takes_a_url_apart)
{
    for (size_t i = 0; i < ARRAY_LEN(parsed); i++) {
        const struct parsed_row *row = &parsed[i];
        struct target target;
        struct error err = {0};
        cr_assert(target_parse(&target, row->url, &err), "%s: %s", row->url, err.message);
        expect_text(row->url, "scheme", target.scheme, row->scheme);
        expect_text(row->url, "host", target.host, row->host);
        expect_text(row->url, "authority", target.authority, row->authority);
        expect_text(row->url, "path", target.path, row->path);
        expect_text(row->url, "userinfo", target.userinfo, row->userinfo);
        cr_expect_eq(target.port, row->port, "%s: port %d", row->url, target.port);
        cr_expect_eq(target.is_tls, strcmp(row->scheme, "https") == 0, "%s", row->url);
        target_clear(&target);
    }
}

struct refused_row {
    const char *url;
    const char *message;
};

static const struct refused_row refused[] = {
    {"ftp://x", "ftp://: only http and https can be used"},
    {"file:///etc/passwd", "file://: only http and https can be used"},
    {"httpss://x", "httpss://: only http and https can be used"},
    {"", "the URL must start with http:// or https://"},
    {"example.com/hook?key=k", "the URL must start with http:// or https://; did you "
                               "mean https://example.com/hook?"},
    {"localhost:8080",
     "the URL must start with http:// or https://; did you mean http://localhost:8080?"},
    {"mailto:a@b", "the URL must start with http:// or https://"},
    {"http:/x", "the URL must start with http:// or https://"},
    {"http://", "the URL has no host"},
    {"http://u:p@/x", "the URL has no host"},
    {"http://h/\r\nX: y", "the URL contains a control character"},
};

Test(deliver_target, refuses_what_it_cannot_test_with_one_sentence)
{
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        struct target target;
        struct error err = {0};
        cr_expect_not(target_parse(&target, refused[i].url, &err), "%s", refused[i].url);
        cr_expect_str_eq(err.message, refused[i].message, "%s: %s", refused[i].url, err.message);
    }
}

Test(deliver_target, refuses_what_is_no_url_without_quoting_it)
{
    static const char *const urls[] = {
        "http://user:secret@h:99999/", "http://user:secret@h:x/",  "http://user:secret@[::1/",
        "http://user:secret@h:0/",     "http://user:secret@a b/x", "http://user:secret@[zz]/",
    };
    for (size_t i = 0; i < ARRAY_LEN(urls); i++) {
        struct target target;
        struct error err = {0};
        cr_expect_not(target_parse(&target, urls[i], &err), "%s", urls[i]);
        cr_expect(error_is_set(&err), "%s", urls[i]);
        cr_expect_null(strstr(err.message, "secret"), "%s", err.message);
    }
}

Test(deliver_target, refuses_a_url_beyond_the_limit)
{
    char url[10000];
    memset(url, 'a', sizeof url);
    memcpy(url, "http://h/", 9);
    url[sizeof url - 1] = '\0';
    struct target target;
    struct error err = {0};
    cr_expect_not(target_parse(&target, url, &err));
    cr_expect(strstr(err.message, "longer than"), "%s", err.message);
}

enum nearness { IS_PUBLIC, IS_PRIVATE, IS_LOOPBACK };

struct near_row {
    const char *host;
    enum nearness nearness;
};

static const struct near_row near_hosts[] = {
    {"127.0.0.1", IS_LOOPBACK},
    {"127.255.255.254", IS_LOOPBACK},
    {"[::1]", IS_LOOPBACK},
    {"[::ffff:127.0.0.1]", IS_LOOPBACK},
    {"localhost", IS_LOOPBACK},
    {"LOCALHOST", IS_LOOPBACK},
    {"localhost.", IS_LOOPBACK},
    {"app.localhost", IS_LOOPBACK},
    {"0x7f.1", IS_LOOPBACK},
    {"10.0.0.1", IS_PRIVATE},
    {"10.255.255.255", IS_PRIVATE},
    {"172.16.0.1", IS_PRIVATE},
    {"172.31.255.255", IS_PRIVATE},
    {"192.168.1.1", IS_PRIVATE},
    {"169.254.169.254", IS_PRIVATE},
    {"0.0.0.0", IS_PRIVATE},
    {"[fc00::1]", IS_PRIVATE},
    {"[fdff::1]", IS_PRIVATE},
    {"[fe80::1]", IS_PRIVATE},
    {"[febf::1]", IS_PRIVATE},
    {"[::]", IS_PRIVATE},
    {"[::ffff:10.1.2.3]", IS_PRIVATE},
    {"receiver", IS_PRIVATE},
    {"printer.local", IS_PRIVATE},
    {"api.internal", IS_PRIVATE},
    {"API.Internal.", IS_PRIVATE},
    {"hook.test", IS_PRIVATE},
    {"11.0.0.1", IS_PUBLIC},
    {"9.255.255.255", IS_PUBLIC},
    {"172.15.255.255", IS_PUBLIC},
    {"172.32.0.0", IS_PUBLIC},
    {"192.167.255.255", IS_PUBLIC},
    {"192.169.0.0", IS_PUBLIC},
    {"169.253.255.255", IS_PUBLIC},
    {"128.0.0.1", IS_PUBLIC},
    {"0.0.0.1", IS_PUBLIC},
    {"[fec0::1]", IS_PUBLIC},
    {"[2001:db8::1]", IS_PUBLIC},
    {"[::2]", IS_PUBLIC},
    {"[::ffff:8.8.8.8]", IS_PUBLIC},
    {"example.com", IS_PUBLIC},
    {"local.example.com", IS_PUBLIC},
    {"notlocalhost.com", IS_PUBLIC},
    {"xtest.org", IS_PUBLIC},
    {"127.0.0.1.example.com", IS_PUBLIC},
};

Test(deliver_target, knows_what_is_near)
{
    for (size_t i = 0; i < ARRAY_LEN(near_hosts); i++) {
        char url[128];
        (void)snprintf(url, sizeof url, "http://%s/", near_hosts[i].host);
        struct target target;
        struct error err = {0};
        cr_assert(target_parse(&target, url, &err), "%s: %s", url, err.message);
        cr_expect_eq(target.is_private, near_hosts[i].nearness != IS_PUBLIC, "%s private", url);
        cr_expect_eq(target.is_loopback, near_hosts[i].nearness == IS_LOOPBACK, "%s loopback", url);
        target_clear(&target);
    }
}

struct query_row {
    const char *url;
    const char *query;
    const char *path;
    const char *shown;
};

static const struct query_row queries[] = {
    {"http://u:secret@h:81/p", NULL, "/p", "http://h:81/p"},
    {"http://u:secret@h:81/p", "", "/p", "http://h:81/p"},
    {"http://h/p", "a=1", "/p?a=1", "http://h/p?a=1"},
    {"http://h/p?x", "a=1", "/p?x&a=1", "http://h/p?x&a=1"},
    {"http://h/p?", "a=1", "/p?a=1", "http://h/p?a=1"},
    {"http://[::1]:9/@x", "a=@", "/@x?a=@", "http://[::1]:9/@x?a=@"},
};

Test(deliver_target, adds_a_query_and_leaves_the_password_out)
{
    for (size_t i = 0; i < ARRAY_LEN(queries); i++) {
        struct target target;
        struct error err = {0};
        cr_assert(target_parse(&target, queries[i].url, &err), "%s", err.message);
        char *path = target_path_with(&target, queries[i].query);
        char *url = target_url_with(&target, queries[i].query);
        cr_expect_str_eq(path, queries[i].path, "%s: %s", queries[i].url, path);
        cr_expect_str_eq(url, queries[i].shown, "%s: %s", queries[i].url, url);
        cr_expect_null(strstr(target.shown, "secret"));
        free(path);
        free(url);
        target_clear(&target);
    }
}

Test(deliver_target, shows_stars_in_place_of_the_userinfo)
{
    struct target target;
    cr_assert(target_parse(&target, "https://user:secret@h/p?q=1#f", NULL));
    cr_expect_str_eq(target.shown, "https://***@h/p?q=1", "%s", target.shown);
    target_clear(&target);
}
