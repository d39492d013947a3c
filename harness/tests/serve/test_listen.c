#include "serve/listen.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <unistd.h>

#include "base/array.h"

TestSuite(serve_listen, .timeout = 120);

static const struct {
    const char *text;
    const char *host; /* NULL = refused */
    const char *port;
} rows[] = {
    {"127.0.0.1:0", "127.0.0.1", "0"},
    {"localhost:65535", "localhost", "65535"},
    {"[::1]:80", "::1", "80"},
    {"::1:80", NULL, NULL},
    {"[::1:80", NULL, NULL},
    {"[]:80", NULL, NULL},
    {":80", NULL, NULL},
    {"80", NULL, NULL},
    {"", NULL, NULL},
    {"a:", NULL, NULL},
    {"a:x", NULL, NULL},
    {"a:-1", NULL, NULL},
    {"a:65536", NULL, NULL},
};

Test(serve_listen, reads_host_and_port)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct listen_address address;
        struct error err = {0};
        bool read = listen_address_read(rows[i].text, &address, &err);
        cr_expect_eq(read, rows[i].host != NULL, "\"%s\"", rows[i].text);
        if (read) {
            cr_expect_str_eq(address.host, rows[i].host);
            cr_expect_str_eq(address.port, rows[i].port);
        } else {
            cr_expect(error_is_set(&err));
        }
        listen_address_clear(&address);
    }
}

Test(serve_listen, says_what_is_wrong_with_an_address)
{
    static const struct {
        const char *text;
        const char *said;
    } wrong[] = {
        {"8080", "\"8080\" is not HOST:PORT; did you mean 127.0.0.1:8080?"},
        {":8080", "\":8080\" is not HOST:PORT; did you mean 127.0.0.1:8080?"},
        {"a:70000", "\"a:70000\": the port must be a whole number from 0 to 65535"},
        {"[::1]:x", "\"[::1]:x\": the port must be a whole number from 0 to 65535"},
        {"::1", "\"::1\" is not HOST:PORT (an IPv6 address in brackets: [::1]:8080)"},
        {"localhost", "\"localhost\" is not HOST:PORT (an IPv6 address in brackets: [::1]:8080)"},
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct listen_address address;
        struct error err = {0};
        cr_expect_not(listen_address_read(wrong[i].text, &address, &err));
        cr_expect_str_eq(err.message, wrong[i].said);
    }
}

Test(serve_listen, says_why_a_port_cannot_be_had)
{
    struct listen_address address;
    struct error err = {0};
    char text[32];
    cr_assert(listen_address_read("127.0.0.1:0", &address, &err));
    int first = listen_open(&address, &err);
    cr_assert_geq(first, 0, "%s", err.message);
    listen_address_clear(&address);
    (void)snprintf(text, sizeof text, "127.0.0.1:%d", listen_port(first));
    cr_assert(listen_address_read(text, &address, &err));
    cr_expect_eq(listen_open(&address, &err), -1);
    cr_expect(error_is_set(&err));
    listen_address_clear(&address);
    (void)close(first);
}
