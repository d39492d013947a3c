/* Panora's API, row by row: statuses, bodies and oddities. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/gzip.h"
#include "base/mem.h"
#include "sign/signature.h"
#include "tests/support/started_platform.h"

TestSuite(platform_webhooks, .timeout = 120);

#define UNKNOWN "00000000-0000-4000-8000-000000000000"

static const struct {
    const char *what;
    const char *method;
    const char *path;
    const char *body;
    int status;
    const char *holds;
} answers[] = {
    {"list", "GET", "/webhooks", NULL, 200, "[]"},
    {"create", "POST", "/webhooks", "{\"url\":\"http://x/\",\"scope\":[\"a\"]}", 201,
     "\"endpoint_description\":\"\",\"url\":\"http://x/\",\"secret\":\""},
    {"any URL will do", "POST", "/webhooks", "{\"url\":\"nonsense\",\"scope\":[]}", 201,
     "\"last_update\":null"},
    {"no url", "POST", "/webhooks", "{\"scope\":[]}", 500, "Argument `url` is missing."},
    {"no body", "POST", "/webhooks", NULL, 500, "Argument `url` is missing."},
    {"scope is a text", "POST", "/webhooks", "{\"url\":\"u\",\"scope\":\"a\"}", 500,
     "Argument `scope`"},
    {"malformed JSON", "POST", "/webhooks", "{\"url\":}", 400,
     "Unexpected token '}', \\\"{\\\"url\\\":}\\\" is not valid JSON"},
    {"a scalar", "POST", "/webhooks", "5", 400, "\"statusCode\":400"},
    {"cut JSON", "POST", "/webhooks", "{\"url\":", 400, "Unexpected end of JSON input"},
    {"unknown id", "PUT", "/webhooks/" UNKNOWN, "{\"active\":true}", 500, "not found"},
    {"no UUID", "PUT", "/webhooks/5", "{\"active\":true}", 500, "Error creating UUID"},
    {"active is a text", "PUT", "/webhooks/" UNKNOWN, "{\"active\":\"yes\"}", 500,
     "Argument `active`"},
    {"unknown id", "DELETE", "/webhooks/" UNKNOWN, NULL, 500, "Record to delete not found"},
    {"no payload", "POST", "/webhooks/verifyEvent", "{}", 500,
     "Cannot read properties of undefined (reading 'data')"},
    {"payload null", "POST", "/webhooks/verifyEvent", "{\"payload\":null}", 500,
     "Cannot read properties of null (reading 'data')"},
    {"no secret", "POST", "/webhooks/verifyEvent", "{\"payload\":{\"data\":1}}", 500,
     "The \\\"key\\\" argument must be of type string"},
    {"a number as secret", "POST", "/webhooks/verifyEvent",
     "{\"payload\":{\"data\":1},\"secret\":5}", 500, "Received type number (5)"},
    {"an array as secret", "POST", "/webhooks/verifyEvent",
     "{\"payload\":{\"data\":1},\"secret\":[]}", 500, "Received an instance of Array"},
    {"null as secret", "POST", "/webhooks/verifyEvent",
     "{\"payload\":{\"data\":1},\"secret\":null}", 500, "Received null"},
    {"no data", "POST", "/webhooks/verifyEvent", "{\"payload\":{},\"secret\":\"s\"}", 500,
     "The \\\"data\\\" argument must be of type string"},
    {"mismatch", "POST", "/webhooks/verifyEvent",
     "{\"payload\":{\"data\":1},\"secret\":\"s\",\"signature\":\"beef\"}", 500, "signature=beef"},
    {"a slash at the end", "GET", "/webhooks/", NULL, 200, "["},
    {"capital letters", "GET", "/WebHooks", NULL, 200, "["},
    {"two slashes", "GET", "/webhooks//", NULL, 404, "Cannot GET /webhooks//"},
    {"a BOM", "POST", "/webhooks", "\xef\xbb\xbf{\"url\":\"u\",\"scope\":[]}", 201, "\"scope\":[]"},
    {"unknown route", "GET", "/webhooks/a/b", NULL, 404, "Cannot GET /webhooks/a/b"},
    {"other method", "PATCH", "/webhooks", NULL, 404, "Cannot PATCH /webhooks"},
};

Test(platform_webhooks, answers_as_panora_does)
{
    struct started_platform started;
    platform_begin(&started, NULL);
    for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
        struct client_reply reply;
        platform_call(&started, answers[i].method, answers[i].path, answers[i].body, &reply);
        cr_expect_eq(reply.status, answers[i].status, "%s %s, %s: %d", answers[i].method,
                     answers[i].path, answers[i].what, reply.status);
        cr_expect_not_null(strstr(buf_text(&reply.body), answers[i].holds), "%s %s, %s: %s",
                           answers[i].method, answers[i].path, answers[i].what,
                           buf_text(&reply.body));
        client_reply_clear(&reply);
    }
    platform_end(&started);
}

static const struct {
    const char *what;
    const char *headers;
    const char *body;
    int status;
    const char *holds;
} forms[] = {
    {"a form", "Content-Type: application/x-www-form-urlencoded\r\n",
     "url=http%3A%2F%2Fh/%3fa%3D1+2&scope=a%C3%A9&scope=b&description=%zz", 201,
     "\"endpoint_description\":\"%zz\",\"url\":\"http://h/?a=1 2\""},
    {"a list of one in a form", "Content-Type: application/x-www-form-urlencoded\r\n",
     "scope%5B%5D=a&url=u", 201, "\"scope\":[\"a\"]"},
    {"two lists in a form", "Content-Type: application/x-www-form-urlencoded\r\n",
     "scope[]=a&url=u&scope[]=b", 201, "\"scope\":[\"a\",\"b\"]"},
    {"one value in a form", "Content-Type: application/x-www-form-urlencoded\r\n", "url=u&scope=a",
     500, "Argument `scope`"},
    {"an empty form", "Content-Type: application/x-www-form-urlencoded\r\n", "&&=x&", 500,
     "Argument `url` is missing"},
    {"another type", "Content-Type: text/plain\r\n", "{\"url\":\"u\",\"scope\":[]}", 500,
     "Argument `url` is missing"},
    {"another charset", "Content-Type: application/json; charset=\"iso-8859-1\"\r\n", "{}", 500,
     "unsupported charset \\\"ISO-8859-1\\\""},
    {"another encoding", "Content-Type: application/json\r\nContent-Encoding: br\r\n", "{}", 500,
     "unsupported content encoding \\\"br\\\""},
    {"no gzip", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "{}", 500,
     "incorrect header check"},
};

Test(platform_webhooks, reads_bodies_as_body_parser_does)
{
    struct started_platform started;
    platform_begin(&started, NULL);
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        struct reply reply;
        char *bytes = mem_format("POST /webhooks HTTP/1.1\r\nHost: localhost\r\n"
                                 "x-api-key: " PLATFORM_KEY "\r\n%sContent-Length: %zu\r\n"
                                 "Connection: close\r\n\r\n%s",
                                 forms[i].headers, strlen(forms[i].body), forms[i].body);
        platform_exchange(&started, bytes_of(bytes), &reply);
        cr_expect_eq(reply.status, forms[i].status, "%s: %d", forms[i].what, reply.status);
        cr_expect_not_null(strstr(buf_text(&reply.body), forms[i].holds), "%s: %s", forms[i].what,
                           buf_text(&reply.body));
        reply_clear(&reply);
        free(bytes);
    }
    platform_end(&started);
}

static int status_of_packed(const struct started_platform *started, size_t len, struct buf *out)
{
    struct buf plain = {0};
    struct buf packed = {0};
    struct buf request = {0};
    struct reply reply;
    buf_add_text(&plain, "{\"scope\":[],\"url\":\"");
    buf_add_repeated(&plain, 'u', len);
    buf_add_text(&plain, "\"}");
    gzip_pack(buf_bytes(&plain), &packed);
    buf_add_format(&request,
                   "POST /webhooks HTTP/1.1\r\nHost: localhost\r\nx-api-key: " PLATFORM_KEY
                   "\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
                   "Content-Length: %zu\r\nConnection: close\r\n\r\n",
                   packed.len);
    buf_add_bytes(&request, buf_bytes(&packed));
    platform_exchange(started, buf_bytes(&request), &reply);
    buf_reset(out);
    buf_add_bytes(out, buf_bytes(&reply.body));
    int status = reply.status;
    reply_clear(&reply);
    buf_clear(&plain);
    buf_clear(&packed);
    buf_clear(&request);
    return status;
}

Test(platform_webhooks, unpacks_bodies_up_to_the_limit)
{
    struct started_platform started;
    struct buf body = {0};
    platform_begin(&started, NULL);
    cr_expect_eq(status_of_packed(&started, 1000, &body), 201, "%s", buf_text(&body));
    cr_expect_eq(status_of_packed(&started, 50000000, &body), 500);
    cr_expect_not_null(strstr(buf_text(&body), "request entity too large"), "%s", buf_text(&body));
    buf_clear(&body);
    platform_end(&started);
}

static const struct {
    const char *path;
    int status;
} heads[] = {{"/webhooks", 200}, {"/", 200}, {"/hookcheck/stream", 404}};

Test(platform_webhooks, answers_head_without_a_body)
{
    struct started_platform started;
    struct reply reply;
    platform_begin(&started, NULL);
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        char *bytes = mem_format("HEAD %s HTTP/1.1\r\nHost: localhost\r\nx-api-key: " PLATFORM_KEY
                                 "\r\nConnection: close\r\n\r\n",
                                 heads[i].path);
        platform_exchange(&started, bytes_of(bytes), &reply);
        cr_expect_eq(reply.status, heads[i].status, "%s: %d", heads[i].path, reply.status);
        cr_expect_eq(reply.body.len, 0);
        reply_clear(&reply);
        free(bytes);
    }
    platform_end(&started);
}

Test(platform_webhooks, has_errors_of_four_members_in_order)
{
    struct started_platform started;
    struct client_reply reply;
    platform_begin(&started, NULL);
    platform_call(&started, "GET", "/nowhere?x=1", NULL, &reply);
    cr_expect(strncmp(buf_text(&reply.body), "{\"statusCode\":404,\"timestamp\":\"", 31) == 0);
    cr_expect_not_null(strstr(buf_text(&reply.body),
                              "Z\",\"path\":\"/nowhere?x=1\",\"message\":\"Cannot GET "
                              "/nowhere?x=1\"}"));
    client_reply_clear(&reply);
    platform_end(&started);
}

Test(platform_webhooks, wants_a_key)
{
    struct started_platform started;
    struct client_reply reply;
    platform_begin(&started, NULL);
    started.client.api_key = "other";
    platform_call(&started, "GET", "/webhooks", NULL, &reply);
    cr_expect_eq(reply.status, 500);
    cr_expect_not_null(strstr(buf_text(&reply.body), "\"message\":\"API Key not found.\""));
    client_reply_clear(&reply);
    started.client.api_key = "";
    platform_call(&started, "GET", "/webhooks", NULL, &reply);
    cr_expect_eq(reply.status, 401);
    cr_expect_not_null(strstr(buf_text(&reply.body), "\"message\":\"Unauthorized\""));
    client_reply_clear(&reply);
    platform_end(&started);
}

/* The right signature of {"data":"x"} for the secret "s", by the function that the sender uses. */
static void sign_x(char out[SIGNATURE_SIZE])
{
    signature_make(bytes_of("s"), bytes_of("\"x\""), out);
}

static void check_mismatch(const struct platform_options *options, bool leaks)
{
    struct started_platform started;
    struct client_reply reply;
    char right[SIGNATURE_SIZE];
    sign_x(right);
    platform_begin(&started, options);
    platform_call(&started, "POST", "/webhooks/verifyEvent",
                  "{\"payload\":{\"data\":\"x\"},\"signature\":\"\",\"secret\":\"s\"}", &reply);
    cr_expect_eq(reply.status, 500);
    cr_expect_eq(strstr(buf_text(&reply.body), right) != NULL, leaks);
    client_reply_clear(&reply);
    platform_end(&started);
}

Test(platform_webhooks, names_the_right_digest_only_when_it_is_asked_to)
{
    const struct platform_options faithful = {.faithful_leaks = true};
    check_mismatch(NULL, false);
    check_mismatch(&faithful, true);
}

/* The bytes of @panora/sdk 0.14.0: a stray Authorization, an empty cookie. */
Test(platform_webhooks, verifies_what_the_typescript_sdk_sends)
{
    struct started_platform started;
    struct reply reply;
    char right[SIGNATURE_SIZE];
    sign_x(right);
    platform_begin(&started, NULL);
    char *body = mem_format("{\"payload\":{\"id_event\":\"1\",\"data\":\"x\",\"b\":1,\"a\":[]},"
                            "\"signature\":\"%s\",\"secret\":\"s\"}",
                            right);
    char *bytes = mem_format(
        "POST /webhooks/verifyEvent HTTP/1.1\r\nhost: 127.0.0.1:%d\r\nconnection: keep-alive\r\n"
        "Content-Type: application/json\r\nAccept: application/json\r\nx-api-key: %s\r\n"
        "Authorization: Basic Og==\r\ncookie: \r\nuser-agent: speakeasy-sdk/typescript 0.14.0 "
        "2.460.1 1.0 @panora/sdk\r\naccept-language: *\r\nsec-fetch-mode: cors\r\n"
        "content-length: %zu\r\n\r\n%s",
        started.port, PLATFORM_KEY, strlen(body), body);
    platform_exchange(&started, bytes_of(bytes), &reply);
    cr_expect_eq(reply.status, 201);
    cr_expect_str_eq(headers_find(&reply.headers, "Content-Type"),
                     "application/json; charset=utf-8");
    cr_expect_str_eq(buf_text(&reply.body), "{\"id_event\":\"1\",\"data\":\"x\",\"b\":1,\"a\":[]}");
    reply_clear(&reply);
    free(bytes);
    free(body);
    platform_end(&started);
}

/* The SDKs' updateStatus has no body, and so changes nothing. */
Test(platform_webhooks, leaves_an_endpoint_as_it_is_without_a_body)
{
    struct started_platform started;
    struct reply reply;
    platform_begin(&started, NULL);
    char *id = platform_register(&started, "http://127.0.0.1:9/", "crm.deal.created");
    char *bytes = mem_format("PUT /webhooks/%s HTTP/1.1\r\nhost: 127.0.0.1\r\nAccept: "
                             "application/json\r\nx-api-key: %s\r\nAuthorization: Basic Og==\r\n"
                             "cookie: \r\ncontent-length: 0\r\n\r\n",
                             id, PLATFORM_KEY);
    platform_exchange(&started, bytes_of(bytes), &reply);
    cr_expect_eq(reply.status, 200);
    cr_expect_not_null(strstr(buf_text(&reply.body), "\"active\":true"));
    reply_clear(&reply);
    free(bytes);
    free(id);
    platform_end(&started);
}

Test(platform_webhooks, refuses_bodies_above_100_kib)
{
    struct started_platform started;
    struct buf body = {0};
    platform_begin(&started, NULL);
    buf_add_text(&body, "{\"payload\":{\"data\":\"");
    buf_add_repeated(&body, 'x', 102400 - body.len - 3);
    buf_add_text(&body, "\"}}");
    cr_assert_eq(body.len, 102400);
    struct client_reply reply;
    platform_call(&started, "POST", "/webhooks/verifyEvent", buf_text(&body), &reply);
    cr_expect_null(strstr(buf_text(&reply.body), "too large"));
    client_reply_clear(&reply);
    buf_add_char(&body, ' ');
    platform_call(&started, "POST", "/webhooks/verifyEvent", buf_text(&body), &reply);
    cr_expect_eq(reply.status, 500);
    cr_expect_not_null(strstr(buf_text(&reply.body), "\"request entity too large\""));
    client_reply_clear(&reply);
    buf_clear(&body);
    platform_end(&started);
}

Test(platform_webhooks, throttles_after_a_hundred_calls_of_a_route)
{
    struct started_platform started;
    struct reply reply;
    platform_begin(&started, NULL);
    static const char list[] = "GET /webhooks HTTP/1.1\r\nHost: localhost\r\n"
                               "x-api-key: " PLATFORM_KEY "\r\n\r\n";
    for (int i = 0; i < 100; i++) {
        platform_exchange(&started, bytes_of(list), &reply);
        char *left = mem_format("%d", 99 - i);
        cr_expect_eq(reply.status, 200);
        cr_expect_str_eq(headers_find(&reply.headers, "X-RateLimit-Limit"), "100");
        cr_expect_str_eq(headers_find(&reply.headers, "X-RateLimit-Remaining"), left);
        cr_expect_not_null(headers_find(&reply.headers, "X-RateLimit-Reset"));
        free(left);
        reply_clear(&reply);
    }
    platform_exchange(&started, bytes_of(list), &reply);
    cr_expect_eq(reply.status, 429);
    cr_expect_not_null(headers_find(&reply.headers, "Retry-After"));
    cr_expect_not_null(strstr(buf_text(&reply.body), "ThrottlerException: Too Many Requests"));
    reply_clear(&reply);
    cr_expect_eq(platform_status(&started, "POST", "/webhooks", "{}"), 500, "another route");
    platform_end(&started);
}

static const struct {
    const char *what;
    const char *headers;
    int status;
} gates[] = {
    {"localhost", "Host: localhost:1\r\n", 200},
    {"an address", "Host: 127.0.0.1\r\n", 200},
    {"IPv6", "Host: [::1]:80\r\n", 200},
    {"a name of somebody's", "Host: evil.example\r\n", 403},
    {"a name that begins as an address", "Host: 127.0.0.1.evil.example\r\n", 403},
    {"a name in the place of the port", "Host: 127.0.0.1:80.evil.example\r\n", 403},
    {"a name behind the brackets", "Host: [::1].evil.example\r\n", 403},
    {"a name in brackets", "Host: [evil.example]\r\n", 403},
    {"brackets that never end", "Host: [::1\r\n", 403},
    {"a given name", "Host: panora.test\r\n", 200},
    {"a page of another site", "Host: localhost:1\r\nOrigin: http://evil.example\r\n", 403},
    {"another port's page", "Host: localhost:1\r\nOrigin: http://localhost:2\r\n", 403},
    {"its own page", "Host: localhost:1\r\nOrigin: http://localhost:1\r\n", 200},
    {"a sandbox", "Host: localhost:1\r\nOrigin: null\r\n", 403},
    {"a link from elsewhere", "Host: localhost:1\r\nSec-Fetch-Site: cross-site\r\n", 403},
};

Test(platform_webhooks, answers_only_its_own_names_and_pages)
{
    struct started_platform started;
    const char *const hosts[] = {"panora.test"};
    const struct platform_options options = {.hosts = hosts, .num_hosts = 1};
    platform_begin(&started, &options);
    for (size_t i = 0; i < ARRAY_LEN(gates); i++) {
        struct reply reply;
        char *bytes = mem_format("GET /webhooks HTTP/1.1\r\nx-api-key: %s\r\n%s\r\n", PLATFORM_KEY,
                                 gates[i].headers);
        platform_exchange(&started, bytes_of(bytes), &reply);
        cr_expect_eq(reply.status, gates[i].status, "%s: %d", gates[i].what, reply.status);
        reply_clear(&reply);
        free(bytes);
    }
    platform_end(&started);
}
