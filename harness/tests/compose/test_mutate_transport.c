/* What mutations of the way in which a request travels change, and what they leave alone. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "compose/mutation.h"
#include "tests/support/composing.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(compose_transport, .timeout = 120);

static struct composing composing;

static void set_up(void)
{
    composing_init(&composing, DIALECT_TEXT);
    composing.data = "{\"name\":\"Zo\xc3\xab\"}";
}

static void tear_down(void)
{
    composing_clear(&composing);
}

static bool has(const struct composed *made, const char *name, const char *value)
{
    const char *found = headers_find(&made->request.headers, name);
    return value ? found && strcmp(found, value) == 0 : !found;
}

struct row {
    const char *text;
    struct transport transport;
    const char *header; /* NULL = none to look at */
    const char *value;  /* NULL = it is not there */
};

static const struct row rows[] = {
    {"chunked=16", {.chunk_size = 16}, "Transfer-Encoding", "chunked"},
    {"chunked", {.chunk_size = 64}, "Content-Length", NULL},
    {"expect-continue", {.expect_continue = true}, "Expect", "100-continue"},
    {"http-1.0", {.http_1_0 = true}, "Connection", "close"},
    {"dribble=3", {.piece_size = 3, .pause_ns = NS_PER_MS}, NULL, NULL},
    {"abort-body=10", {.stop = STOP_RESET, .stop_after = 10}, NULL, NULL},
    {"hold-body=10",
     {.stop = STOP_HOLD, .stop_after = 10, .hold_ns = 1500 * NS_PER_MS},
     NULL,
     NULL},
    {"hold-connection=1s", {.stop = STOP_HOLD, .silent = true, .hold_ns = NS_PER_S}, NULL, NULL},
    {"ip-version=6", {.ip_version = 6}, NULL, NULL},
    {"tls-handshake=TLSv1.1",
     {.tls = {.asked = true, .min_version = 0x0302, .max_version = 0x0302}},
     NULL,
     NULL},
    {"tls-handshake", {.tls = {.asked = true}}, NULL, NULL},
};

Test(compose_transport, words_say_how_it_travels, .init = set_up, .fini = tear_down)
{
    struct composed plain;
    cr_assert(compose_with(&composing, NULL, false, &plain));
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct composed made;
        cr_assert(compose_with(&composing, rows[i].text, false, &made), "%s", rows[i].text);
        cr_expect_eq(memcmp(&made.request.transport, &rows[i].transport, sizeof rows[i].transport),
                     0, "%s", rows[i].text);
        if (rows[i].header)
            cr_expect(has(&made, rows[i].header, rows[i].value), "%s", rows[i].text);
        cr_expect(bytes_equal(buf_bytes(&made.request.body), buf_bytes(&plain.request.body)),
                  "%s: the body stays", rows[i].text);
        composed_clear(&made);
    }
    composed_clear(&plain);
}

Test(compose_transport, cuts_inside_a_character, .init = set_up, .fini = tear_down)
{
    struct composed made;
    cr_assert(compose_with(&composing, "split-character", false, &made));
    size_t at = made.request.transport.split_at;
    cr_assert(at > 0 && at < made.request.body.len);
    cr_expect_eq((unsigned char)made.request.body.data[at], 0xab);
    cr_expect_eq((unsigned char)made.request.body.data[at - 1], 0xc3);
    composed_clear(&made);
    composing.data = "{}";
    cr_expect_not(compose_with(&composing, "split-character", false, &made));
    cr_expect(strstr(composing.err.message, "no multi-byte character"), "%s",
              composing.err.message);
    composed_clear(&made);
}

Test(compose_transport, nests_as_deep_as_it_says, .init = set_up, .fini = tear_down)
{
    struct composed made;
    cr_assert(compose_with(&composing, "nest=1000", false, &made));
    cr_expect_eq(made.event.data.len, 2000);
    cr_expect_eq(made.event.data.data[999], '[');
    cr_expect_eq(made.event.data.data[1000], ']');
    cr_expect_eq(composed_verify(&composing, &made), VERIFICATION_VALID);
    composed_clear(&made);
}

Test(compose_transport, refuses_what_cannot_be, .init = set_up, .fini = tear_down)
{
    static const char *const wrong[] = {"chunked=0", "dribble=0", "ip-version=5", "nest=99999999"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct composed made;
        cr_expect_not(compose_with(&composing, wrong[i], false, &made), "%s", wrong[i]);
        composed_clear(&made);
    }
}

static void unpack(struct bytes packed, struct buf *out)
{
    char *path = shell_temporary(packed);
    cr_assert_not_null(path);
    char *command = mem_format("node -e 'process.stdout.write(require(\"zlib\").gunzipSync("
                               "require(\"fs\").readFileSync(\"%s\")))'",
                               path);
    cr_expect_eq(shell_run(command, out), 0);
    (void)unlink(path);
    free(command);
    free(path);
}

/* The foreign decoder is Node's: a stored block at the limit and one beyond it. */
Test(compose_transport, gzip_is_what_others_unpack, .init = set_up, .fini = tear_down)
{
    static const size_t sizes[] = {10, 65000, 70000, 200000};
    NEED_TOOL("node", "gzip by a foreign decoder");
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct composed plain;
        struct composed packed;
        struct buf data = {0};
        struct buf out = {0};
        buf_add_char(&data, '"');
        buf_add_repeated(&data, 'a', sizes[i]);
        buf_add_char(&data, '"');
        composing.data = buf_text(&data);
        cr_assert(compose_with(&composing, NULL, false, &plain));
        cr_assert(compose_with(&composing, "gzip", false, &packed));
        cr_expect(has(&packed, "Content-Encoding", "gzip"));
        unpack(buf_bytes(&packed.request.body), &out);
        cr_expect(bytes_equal(buf_bytes(&out), buf_bytes(&plain.request.body)), "%zu bytes",
                  sizes[i]);
        composed_clear(&plain);
        composed_clear(&packed);
        buf_clear(&data);
        buf_clear(&out);
    }
}
