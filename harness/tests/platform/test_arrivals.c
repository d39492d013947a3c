/* What a receiver gets, shown: no other route but those that look. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "tests/support/started_platform.h"

TestSuite(platform_arrivals, .timeout = 120);

#define LINE(n, verified, body)                                                                    \
    "{\"n\":" n ",\"time\":\"2024-07-01T12:00:00.000Z\",\"connection\":1,\"method\":\"POST\","     \
    "\"target\":\"/x\",\"version\":\"HTTP/"                                                        \
    "1.1\",\"headers\":[[\"Host\",\"h\"]],\"body_base64\":\"" body "\",\"verified\":" verified     \
    ",\"id_event\":null,\"processed\":false,\"status\":401,"                                       \
    "\"problem\":null,\"answer_base64\":\"SFRUUC8xLjEgNDAxIE5vDQpYOiB5DQoNCm5v\","                 \
    "\"application\":null,\"took_ns\":-1}\n"

static void write_text(int fd, const char *text)
{
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void begin(struct started_platform *started, int ends[2], struct arrivals_options *arrivals)
{
    cr_assert_eq(pipe(ends), 0);
    *arrivals = (struct arrivals_options){.fd = ends[0], .secret = bytes_of("whsec_x")};
    platform_begin(started, &(struct platform_options){.arrivals = arrivals});
}

static void wait_for(const struct started_platform *started, const char *path, const char *part)
{
    for (int i = 0; i < 3000; i++) {
        struct client_reply reply;
        platform_call(started, "GET", path, NULL, &reply);
        bool is_there = reply.status == 200 && bytes_find(buf_bytes(&reply.body), bytes_of(part));
        client_reply_clear(&reply);
        if (is_there)
            return;
        (void)usleep(20000);
    }
    cr_assert(false, "%s never had %s", path, part);
}

Test(platform_arrivals, shows_each_request_and_why_it_is_not_valid)
{
    struct started_platform started;
    struct arrivals_options arrivals;
    int ends[2];
    begin(&started, ends, &arrivals);
    write_text(ends[1], "{\"listening\":\"http://127.0.0.1:9\"}\nno JSON\n");
    write_text(ends[1], LINE("1", "false", "e30="));
    write_text(ends[1],
               "{\"n\":2,\"time\":\"2024-07-01T12:00:00.000Z\",\"method\":null,\"target\":null,"
               "\"headers\":[],\"body_base64\":\"\",\"status\":400,\"problem\":\"no HTTP\"}\n");
    wait_for(&started, "/hookcheck/deliveries", "\"id\":2,");
    wait_for(&started, "/hookcheck/deliveries", "\"state\":\"invalid\"");
    wait_for(&started, "/hookcheck/deliveries/1", "POST /x HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n{}");
    wait_for(&started, "/hookcheck/deliveries/1", "\"answer_head\":\"X: y\",\"answer\":\"no\"");
    wait_for(&started, "/hookcheck/deliveries/1", "\"url\":\"http://127.0.0.1:9/x\"");
    wait_for(&started, "/hookcheck/deliveries/2", "\"why\":\"no HTTP\"");
    wait_for(&started, "/hookcheck/state", "\"arrivals\":\"http://127.0.0.1:9\"");
    (void)close(ends[1]); /* the receiver ends, and so does the page */
    platform_end(&started);
    (void)close(ends[0]);
}

Test(platform_arrivals, changes_nothing_and_has_no_api)
{
    static const struct {
        const char *method, *path;
        int status;
    } rows[] = {
        {"GET", "/", 200},
        {"GET", "/hookcheck/page.js", 200},
        {"GET", "/webhooks", 404},
        {"POST", "/webhooks", 404},
        {"GET", "/hookcheck/endpoints", 404},
        {"POST", "/hookcheck/endpoints", 404},
        {"POST", "/hookcheck/trigger", 404},
        {"POST", "/hookcheck/deliveries/1/again", 404},
        {"GET", "/hookcheck/types", 404},
    };
    struct started_platform started;
    struct arrivals_options arrivals;
    int ends[2];
    begin(&started, ends, &arrivals);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect_eq(platform_status(&started, rows[i].method, rows[i].path, NULL), rows[i].status,
                     "%s %s", rows[i].method, rows[i].path);
    platform_end(&started);
    (void)close(ends[0]);
    (void)close(ends[1]);
}
