/* Every fault does what its sentence says, and nothing else is wrong with it. */
#include "receive/fault.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "tests/support/started_receiver.h"

TestSuite(receive_fault, .timeout = 120);

static const char wrong_digits[] =
    "abcdef0000000000000000000000000000000000000000000000000000000000";

static const char no_digits[] = "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz";

/* The last one takes two bytes as UTF-8. */
static const char wide_digits[] =
    "abcdef000000000000000000000000000000000000000000000000000000000\xe9";

/* One request that a fault treats wrongly. `status` as post_status gives it; `right` is what the
 * right receiver answers, 204 when the mistake is to refuse. */
struct row {
    const char *fault; /* with its argument */
    struct posting posting;
    int status;
    int right;
};

#define CLOSED (-(int)REPLY_CLOSED)

static const struct row rows[] = {
    {"A01", {.no_signature = true}, 204, 401},
    {"A01", {.key = "other"}, 204, 401},
    {"A02", {.no_signature = true}, 204, 401},
    {"A02", {.signature = ""}, 401, 401},
    {"A03", {.signature = ""}, 204, 401},
    {"A03", {.no_signature = true}, 401, 401},
    {"A04", {.signature = "x"}, 204, 401},
    {"A04", {.no_signature = true}, 401, 401},
    {"A05", {.key = ""}, 204, 401},
    {"A05", {0}, 401, 204},
    {"A06", {.key = "undefined"}, 204, 401},
    {"A06", {0}, 401, 204},
    {"A07", {.signature = ""}, 204, 401},
    {"A07", {.signature = "%s00"}, 204, 401},
    {"A07", {.signature = wrong_digits}, 401, 401},
    {"A08", {.signature = "%szz"}, 204, 401},
    {"A08", {.signature = ""}, 401, 401},
    {"A09", {.signature = "%szz"}, 204, 401},
    {"A09", {.signature = "%sa"}, 204, 401},
    {"A09", {.signature = "%saa"}, 401, 401},
    {"A10", {.signature = wrong_digits}, 204, 401},
    {"A10", {.signature = "%s0"}, 401, 401},
    {"A12", {.signature = "sha256=%s"}, 204, 401},
    {"A12", {.signature = "sha1=%s"}, 401, 401},
    {"A14", {.signature = "x, %s"}, 204, 401},
    {"A14", {.headers = "Panora-Signature: x\r\n"}, 204, 401},
    {"A16", {.type = "no.such", .key = "other"}, 204, 401},
    {"A16", {.key = "other"}, 401, 401},
    {"A18", {.key = "other"}, 200, 401},
    {"A18", {.method = "GET"}, 200, 405},
    {"A21", {.signature = no_digits}, 204, 401},
    {"A21", {.signature = "%s0"}, 401, 401},
    {"A22", {.signature = ""}, 204, 401},
    {"A22", {.signature = "%s0"}, 401, 401},
    {"A22", {.signature = no_digits}, 401, 401},
    {"A23", {.signature = RECEIVER_SECRET}, 204, 401},
    {"A23", {.signature = wrong_digits}, 401, 401},
    {"A24", {.type = "connection.created", .key = "other"}, 204, 401},
    {"A24", {.key = "other"}, 401, 401},
    {"A28", {.dialect = DIALECT_OBJECT, .key = "other"}, 204, 401},
    {"A28", {.key = "other"}, 401, 401},
    {"A29", {.content_type = "text/plain", .key = "other"}, 204, 415},
    {"A29", {.content_type = "", .key = "other"}, 204, 415},
    {"A29", {.key = "other"}, 401, 401},
    {"A30", {.chunked = true, .key = "other"}, 204, 401},
    {"A30", {.key = "other"}, 401, 401},
    {"A31", {.body = "{\"data\":\"{}\",\"type\":\"x\"}", .key = "other"}, 204, 401},
    {"A31", {.key = "other"}, 401, 401},
    {"A33", {0}, 204, 204},
    {"A33", {.key = "other"}, 401, 401},
    {"A32", {.signature = "%"}, 204, 401},
    {"A32", {.signature = "%%%%_"}, 204, 401},
    {"A32", {.signature = "_"}, 401, 401},
    {"B01", {.signature = "ab"}, 500, 401},
    {"B01", {.signature = wrong_digits}, 401, 401},
    {"B03", {.signature = no_digits}, 500, 401},
    {"B03", {.signature = "zz"}, 401, 401},
    {"B04", {.signature = "\xe9"}, 500, 401},
    {"B04", {.signature = "e"}, 401, 401},
    {"B21", {.signature = wide_digits}, 500, 401},
    {"B21", {.signature = "\xe9"}, 401, 401},
    {"B05", {.no_signature = true}, 500, 401},
    {"B06", {.signature = "zz"}, 500, 401},
    {"B06", {.signature = "abc"}, 500, 401},
    {"B06", {.signature = wrong_digits}, 401, 401},
    {"B07", {.no_signature = true}, 500, 401},
    {"B07", {.signature = "ab"}, 500, 401},
    {"B07", {.signature = wrong_digits}, 401, 401},
    {"B08", {.body = "[1]"}, 500, 400},
    {"B09", {.body = "{"}, 500, 400},
    {"B10", {.body = ""}, 500, 400},
    {"B12", {.data = "{\"a\":[\"x\\u0000\"]}"}, 500, 204},
    {"B12", {0}, 204, 204},
    {"B13", {.data = "{\"a\":{\"__proto__\":1}}"}, 400, 204},
    {"B13", {.data = "{\"proto\":1}"}, 204, 204},
    {"B14",
     {.data = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"},
     500,
     204},
    {"B14", {.data = "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"}, 204, 204},
    {"B14=2", {.data = "[[[]]]"}, 500, 204},
    {"B16", {0}, 500, 204},
    {"B18", {.body = "\xef\xbb\xbf{}"}, 500, 400},
    {"B18", {.body = "{\"data\":\"\xff\"}"}, 500, 401},
    {"B18", {.data = "\"\xc3\xa9\""}, 204, 204},
    {"B19", {.data = "1", .body = "{\"id_event\":\"a\",\"data\":\"1\"}"}, 500, 400},
    {"B19", {.data = "1", .body = "{\"id_event\":1,\"data\":\"1\",\"type\":\"a\"}"}, 500, 400},
    {"B19", {.key = "other"}, 401, 401},
    {"C01", {0}, 401, 204},
    {"C02", {.data = "{\"a\":1}", .dialect = DIALECT_OBJECT}, 401, 204},
    {"C02", {.data = "{\"a\":1}"}, 204, 204},
    {"C03", {.data = "\"\xc3\xa9\""}, 401, 204},
    {"C03", {.data = "{\"a\":1}", .dialect = DIALECT_OBJECT}, 204, 204},
    {"C04", {.data = "{\"a\":\"/\"}"}, 401, 204},
    {"C04", {.data = "{\"a\":1}"}, 204, 204},
    {"C05", {.data = "{\"b\":1,\"a\":2}", .dialect = DIALECT_OBJECT}, 401, 204},
    {"C05", {.data = "\"<\""}, 401, 204},
    {"C05", {.data = "{\"b\":1,\"a\":2}"}, 204, 204},
    {"C06", {0}, 401, 204},
    {"C06", {.data = "{}"}, 204, 204},
    {"C08", {0}, 401, 204},
    {"C09", {.content_type = "application/json; charset=utf-8"}, 401, 204},
    {"C10", {.patience_ms = 5000}, -(int)REPLY_SILENCE, 204},
    {"C10", {.key = "other"}, 401, 401},
    {"C11", {0}, 500, 204},
    {"C11", {.key = "other"}, 401, 401},
    {"C12", {.data = "\"\xc3\xa9\""}, 400, 204},
    {"C12", {.data = "{}"}, 204, 204},
    {"C13", {.body = "{}", .no_signature = true}, 400, 401},
    {"C14", {0}, 401, 204},
    {"C15", {0}, 401, 204},
    {"C15", {.dialect = DIALECT_OBJECT}, 204, 204},
    {"C16", {.data = "{\"a\":[9007199254740992]}"}, 500, 204},
    {"C16", {.data = "{\"a\":1e-7}"}, 500, 204},
    {"C16", {.data = "{\"a\":[0,-1.5,9007199254740991]}"}, 204, 204},
    {"C17",
     {.data = "1", .body = "{\"id_event\":\"a\",\"data\":\"1\",\"data\":\"2\",\"type\":\"b\"}"},
     204,
     401},
    {"C17", {0}, 204, 204},
    {"C18", {.headers = "Content-Encoding: gzip\r\n"}, 500, 415},
    {"C20", {.data = "{\"a\":\"\xe2\x80\xa8\"}"}, 401, 204},
    {"C21", {.data = "{\"a\":1e21}", .dialect = DIALECT_OBJECT}, 401, 204},
    {"C22", {.data = "{\"a\":\"<\"}"}, 401, 204},
    {"C23", {.data = "{\"a\":\"\\u000b\"}", .dialect = DIALECT_OBJECT}, 401, 204},
    {"C24", {.data = "{\"a\":\"=\"}"}, 401, 204},
    {"C25", {0}, 400, 204},
    {"C25", {.dialect = DIALECT_OBJECT}, 204, 204},
    {"D01", {0}, 401, 204},
    {"D01", {.key = RECEIVER_SECRET "\n"}, 204, 401},
    {"D02", {0}, 401, 204},
    {"D02", {.key = "receiver_test"}, 204, 401},
    {"D03", {0}, 401, 204},
    {"D04", {0}, 401, 204},
    {"D05", {0}, 401, 204},
    {"D05", {.signature_name = "X-Panora-Signature"}, 204, 401},
    {"E01", {0}, 307, 204},
    {"E01=301", {0}, 301, 204},
    {"E01", {.target = "/elsewhere"}, 204, 204},
    {"E02", {0}, 308, 204},
    {"E02", {.target = "/hook/"}, 204, 204},
    {"E03", {0}, 302, 204},
    {"E03", {.method = "GET", .target = "/sign-in"}, 200, 405},
    {"E04", {0}, 403, 204},
    {"E05", {0}, 401, 204},
    {"E06", {0}, 401, 204},
    {"E07", {.headers = "User-Agent: axios/1.6.8\r\n"}, 403, 204},
    {"E07", {.headers = "User-Agent: curl/8\r\n"}, 204, 204},
    {"E08", {0}, 307, 204},
    {"E08", {.target = "/en/hook"}, 204, 204},
    {"E09", {0}, 404, 204},
    {"E09=405", {0}, 405, 204},
    {"E10", {.method = "GET"}, 200, 405},
    {"E10", {0}, 204, 204},
    {"E11", {.content_type = "application/json; charset=utf-8"}, 415, 204},
    {"E11", {0}, 204, 204},
    {"F05=50ms", {0}, 204, 204},
    {"F06=50ms", {0}, 204, 204},
    {"F07=50ms", {.key = "other"}, 401, 401},
    {"F10", {.headers = "Expect: 100-continue\r\n"}, 417, 204},
    {"F11", {.version = "HTTP/1.0"}, 505, 204},
    {"F13", {0}, 204, 204}, /* over IPv4 */
    {"F20", {0}, 204, 204}, /* in one piece */
    {"F24", {0}, 204, 204}, /* the first one */
    {"F25", {0}, 204, 204}, /* nothing was refused before it */
    {"F26=50ms", {.type = "ticketing.ticket.push"}, 204, 204},
    {"F09", {.chunked = true}, 411, 204},
    {"F12", {0}, 204, 204},
    {"F16", {0}, 200, 204},
    {"F17", {0}, 204, 204},
    {"F18", {.signature_name = "panora-signature"}, 401, 204},
    {"F18", {0}, 204, 204},
    {"G01", {.type = "no.such"}, 400, 204},
    {"G01", {.type = "crm.deal.push"}, 204, 204},
    {"G02",
     {.data = "1", .body = "{\"id_event\":\"a\",\"data\":\"1\",\"type\":\"b\",\"x\":1}"},
     400,
     204},
    {"G02", {0}, 204, 204},
    {"G06", {.data = "null"}, 500, 204},
    {"G06", {.data = "{\"id\":"}, 500, 204},
    {"G06", {.data = "[]"}, 204, 204},
    {"G06", {.data = "null", .dialect = DIALECT_OBJECT}, 500, 204},
    {"G07", {.key = "other"}, 401, 401},
    {"G08", {.key = "other"}, 401, 401},
    {"G09", {0}, 418, 204},
    {"G09=302", {0}, 302, 204},
    {"G12", {.data = "1", .body = "{\"data\":\"1\"}"}, 400, 400},
    {"G15", {.key = "other"}, 401, 401},
    {"G16", {.type = "ticketing.ticket.push"}, 400, 204},
    {"G16", {0}, 204, 204},
    {"G17", {.body = "no JSON"}, 200, 400},
    {"H01=503,1", {0}, 503, 204},
    {"H02=502,100", {0}, 502, 204},
    {"H03=502", {0}, 502, 204},
};

/* These need more than one request or a look at more than the status; each has a test of its own
 * below. */
static const char *const tested_apart[] = {
    "A25", "A26", "A27", "G05", "A13", "B02", "B11", "B15", "B17", "B20", "F01", "F02", "F04",
    "F08", "F19", "G03", "H04", "H05", "H06", "H07", "H08", "H09", "H10", "H11", "H12"};

/* Mistakes that a whole run is needed to see: selftest and tests/run/test_run_effect.c
 * have them. */
static const char *const tested_by_runs[] = {"F14", "F15", "F21", "F22", "F23",
                                             "A17", "G04", "G13", "G14"};

Test(receive_fault, each_makes_its_mistake_and_the_right_receiver_does_not)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct started_receiver started;
        started_begin_wrong(&started, rows[i].fault, NULL);
        int status = post_status(&started, &rows[i].posting);
        cr_expect_eq(status, rows[i].status, "row %zu, %s: %d, not %d", i, rows[i].fault, status,
                     rows[i].status);
        started_end(&started);
    }
    struct started_receiver started;
    started_begin(&started, NULL);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int status = post_status(&started, &rows[i].posting);
        cr_expect_eq(status, rows[i].right, "row %zu without %s: %d, not %d", i, rows[i].fault,
                     status, rows[i].right);
    }
    started_end(&started);
}

static bool is_tested(const char *id)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strncmp(rows[i].fault, id, strlen(id)) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_LEN(tested_apart); i++)
        if (strcmp(tested_apart[i], id) == 0)
            return true;
    for (size_t i = 0; i < ARRAY_LEN(tested_by_runs); i++)
        if (strcmp(tested_by_runs[i], id) == 0)
            return true;
    return false;
}

static bool overrides_something(const struct rules *rules)
{
    static const struct rules nothing;
    return memcmp(rules, &nothing, sizeof nothing) != 0;
}

Test(receive_fault, the_table_is_complete_and_in_order)
{
    cr_assert_geq(fault_count(), 40);
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        cr_expect(is_tested(fault->id), "%s has no test", fault->id);
        cr_expect(i == 0 || strcmp(fault_at(i - 1)->id, fault->id) < 0, "%s", fault->id);
        cr_expect(islower((unsigned char)fault->sentence[0]) || fault->sentence[0] == 'h' ||
                      strchr("JAC", fault->sentence[0]),
                  "%s", fault->sentence);
        cr_expect_neq(fault->sentence[strlen(fault->sentence) - 1], '.', "%s", fault->id);
        cr_expect_not_null(fault->seen, "%s", fault->id);
        cr_expect(overrides_something(&fault->overrides), "%s does nothing", fault->id);
        cr_expect(fault->argument.kind == ARGUMENT_NONE || fault->argument.meaning, "%s",
                  fault->id);
        cr_expect_eq(fault_find(fault->id), fault);
        cr_expect_eq(fault_find(fault->name), fault);
    }
    cr_expect_null(fault_at(fault_count()));
    cr_expect_eq(fault_find("a01"), fault_find("A01"));
}

Test(receive_fault, a_mode_that_is_none_says_why)
{
    struct argument argument;
    struct error err = {0};
    cr_expect_null(fault_read("a11", &argument, &err));
    cr_expect(strstr(err.message, "A11 is not a fault") && strstr(err.message, "10^15"), "%s",
              err.message);
}
