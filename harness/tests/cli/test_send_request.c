/* `send --request`: a captured request goes out as it was captured. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/support/one_request_server.h"
#include "tests/support/run_program.h"

TestSuite(cli_send_request, .timeout = 120);

#define FILE_NAME "/tmp/hookcheck-capture-test"

struct taking {
    int listener;
    struct buf request;
};

static void *take(void *payload)
{
    struct taking *taking = payload;
    (void)server_take(taking->listener, 4096, &taking->request);
    return NULL;
}

static const struct {
    const char *what;
    const char *text;
} captures[] = {
    {"raw HTTP", "POST /old HTTP/1.1\r\nHost: panora\r\nX-Odd:  two\r\nPanora-Signature: "
                 "abc\r\nContent-Length: 8\r\n\r\n{\"a\": 1}"},
    {"a curl command", "curl -H 'X-Odd: two' -H 'Panora-Signature: abc' --data-raw '{\"a\": 1}' "
                       "http://panora/"},
    {"a line of the journal",
     "{\"n\":1,\"method\":\"POST\",\"target\":\"/\",\"headers\":[[\"Host\",\"x\"],[\"X-Odd\","
     "\"two\"],[\"Panora-Signature\",\"abc\"]],\"body_base64\":\"eyJhIjogMX0=\"}\n"},
};

Test(cli_send_request, sends_what_was_captured)
{
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(captures); i++) {
        struct taking taking = {0};
        struct error err = {0};
        struct program_end end;
        pthread_t thread;
        int port;
        taking.listener = server_listen(&port);
        char *path = mem_format("%s-%d", FILE_NAME, (int)getpid());
        char *url = mem_format("http://127.0.0.1:%d/new", port);
        cr_assert(file_write(path, bytes_of(captures[i].text), 0600, &err));
        cr_assert_eq(pthread_create(&thread, NULL, take, &taking), 0);
        RUN(&end, "send", url, "--request", path);
        (void)pthread_join(thread, NULL);
        cr_expect_eq(end.code, 0, "%s: %s", captures[i].what, buf_text(&end.err));
        const char *sent = buf_text(&taking.request);
        cr_expect(strncmp(sent, "POST /new HTTP/1.1\r\n", 20) == 0, "%s", sent);
        cr_expect_not_null(strstr(sent, "X-Odd: two\r\n"), "%s: %s", captures[i].what, sent);
        cr_expect_not_null(strstr(sent, "Panora-Signature: abc\r\n"), "%s: %s", captures[i].what,
                           sent);
        cr_expect_not_null(strstr(sent, "\r\n\r\n{\"a\": 1}"), "%s: %s", captures[i].what, sent);
        (void)close(taking.listener);
        (void)unlink(path);
        free(path);
        free(url);
        buf_clear(&taking.request);
        program_end_clear(&end);
    }
}
