/* Every hypothesis is told from a captured request, and nothing is told of a right one. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/hypothesis.h"
#include "diagnose/offline.h"
#include "panora/event.h"

TestSuite(diagnose_offline, .timeout = 120);

/* A body in which all hypotheses differ: lines, blanks and texts that libraries write in other
 * ways. */
static const char body[] =
    " {\"id_event\":\"7e57c0de-0000-4000-8000-000000000001\",\r\n\"data\":"
    "\" {\\\"b\\\": "
    "\\\"Zoé/<b>'&=+`\\xe2\\x80\\xa8\x7f\\\",\\\"a\\\":1.50,\\\"c\\\":{},\\\"d\\\":1e-7,"
    "\\\"e\\\":\\\"\\\\u001f\\\"}\",\n\"type\":\"crm.contact.created\"} ";

static const struct bytes secrets[] = {
    {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 38},
    {"00112233445566778899aabbccddeeff", 32},
    {" whsec_padded ", 14},
    {"c2VjcmV0LXNlY3JldC1zZWNyZXQ=", 28},
    {"whsec_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-01234", 74},
};

static char *usable_body(void)
{
    char *text = mem_text(body);
    char *escape = strstr(text, "\\xe2"); /* stands for the bytes of U+2028 */
    memmove(escape, escape + 12, strlen(escape + 12) + 1);
    return text;
}

Test(diagnose_offline, every_hypothesis_is_told_from_one_request)
{
    char *text = usable_body();
    for (size_t i = 0; i < num_hypotheses; i++) {
        bool told = false;
        bool applies = false;
        for (size_t k = 0; k < sizeof secrets / sizeof *secrets; k++) {
            struct subject subject;
            struct signing signing = {0};
            struct buf out = {0};
            cr_assert(subject_read(&subject, bytes_of(text), 0));
            if (hypothesis_sign(&hypotheses[i], NULL, &subject, secrets[k], &signing)) {
                applies = true;
                (void)offline_explain(&signing.headers, bytes_of(text), secrets[k], &out);
                /* a digest that is meant to be short looks like one that was cut */
                const char *wanted = strcmp(hypotheses[i].id, "digest-first-32") == 0
                                         ? "the signature is truncated: the first 32"
                                         : hypotheses[i].id;
                told = told || strstr(buf_text(&out), wanted) != NULL;
            }
            signing_clear(&signing);
            subject_clear(&subject);
            buf_clear(&out);
        }
        cr_expect(applies, "%s applies to no secret", hypotheses[i].id);
        cr_expect(told, "%s is not told", hypotheses[i].id);
    }
    free(text);
}

Test(diagnose_offline, another_secret_is_said_to_be_one)
{
    char *text = usable_body();
    struct subject subject;
    struct signing signing = {0};
    struct buf out = {0};
    cr_assert(subject_read(&subject, bytes_of(text), 0));
    cr_assert(hypothesis_sign(NULL, NULL, &subject, bytes_of("quite another"), &signing));
    cr_expect_not(offline_explain(&signing.headers, bytes_of(text), secrets[0], &out));
    cr_expect_not_null(strstr(buf_text(&out), "another secret"), "%s", buf_text(&out));
    signing_clear(&signing);
    subject_clear(&subject);
    buf_clear(&out);
    free(text);
}

Test(diagnose_offline, alterations_are_told)
{
    static const struct {
        const char *signed_data;
        const char *captured_data;
        const char *said;
    } rows[] = {
        {"{\\\"a\\\":1}", "{\\\"a\\\":1}\\n", "leading or trailing white space was added"},
        {"{\\\"a\\\":1}\\n", "{\\\"a\\\":1}", "the newline at the end"},
        {"{\\\"a\\\":1,\\n\\\"b\\\":2}", "{\\\"a\\\":1,\\r\\n\\\"b\\\":2}", "became CRLF"},
        {"{\\\"a\\\":1}", "{ \\\"a\\\": 1.0 }", "parsed and serialized differently"},
        {"{\\\"a\\\":\\\"bc\\\"}", "{\\\"a\\\":\\\"bxc\\\"}", "byte 8 of data was added (x)"},
        {"{\\\"a\\\":\\\"b c\\\"}", "{\\\"a\\\":\\\"bc\\\"}", "byte 8 of data was removed ( )"},
        {"{\\\"a\\\":12}", "{\\\"a\\\":13}", "byte 7 of data was 2 and is 3"},
        {"{\\\"a\\\":\\\"é\\\"}", "{\\\"a\\\":\\\"Ã©\\\"}", "decoded as Latin-1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *before = mem_format("{\"data\":\"%s\"}", rows[i].signed_data);
        char *after = mem_format("{\"data\":\"%s\"}", rows[i].captured_data);
        struct subject subject;
        struct signing signing = {0};
        struct buf out = {0};
        cr_assert(subject_read(&subject, bytes_of(before), 0));
        cr_assert(hypothesis_sign(NULL, NULL, &subject, secrets[0], &signing));
        cr_expect(offline_explain(&signing.headers, bytes_of(after), secrets[0], &out));
        cr_expect_not_null(strstr(buf_text(&out), rows[i].said), "%s: %s", rows[i].said,
                           buf_text(&out));
        signing_clear(&signing);
        subject_clear(&subject);
        buf_clear(&out);
        free(before);
        free(after);
    }
}

/* `wrong` comes before the right signature, of which `len` digits are sent. */
static void expect_of_header(const char *wrong, size_t len, const char *more, const char *said)
{
    static const char event[] = "{\"data\":\"{}\"}";
    struct subject subject;
    struct signing signing = {0};
    struct headers headers = {0};
    struct buf value = {0};
    struct buf out = {0};
    cr_assert(subject_read(&subject, bytes_of(event), 0));
    cr_assert(hypothesis_sign(NULL, NULL, &subject, secrets[0], &signing));
    if (wrong)
        headers_add(&headers, PANORA_SIGNATURE_HEADER, wrong);
    buf_add(&value, signing.value.data, len);
    buf_add_text(&value, more);
    headers_add(&headers, PANORA_SIGNATURE_HEADER, buf_text(&value));
    cr_expect(offline_explain(&headers, bytes_of(event), secrets[0], &out));
    cr_expect_not_null(strstr(buf_text(&out), said), "%s: %s", said, buf_text(&out));
    cr_expect_null(strstr(buf_text(&out), "another secret"), "%s", buf_text(&out));
    signing_clear(&signing);
    subject_clear(&subject);
    headers_clear(&headers);
    buf_clear(&value);
    buf_clear(&out);
}

Test(diagnose_offline, what_is_wrong_with_the_header_is_told)
{
    expect_of_header(NULL, 0, "", "header is empty");
    expect_of_header(NULL, 40, "", "the first 40 of its 64 digits are present");
    expect_of_header(NULL, 64, "ab", "2 extra characters");
    expect_of_header(NULL, 40, "xxxxxxxxxxxxxxxxxxxxxxxx", "digit 41 is not");
    expect_of_header("0123", 64, "", "number 2 is right");
}

Test(diagnose_offline, a_body_of_another_length_than_its_head_says_is_told)
{
    static const struct {
        const char *length;
        const char *said;
    } rows[] = {
        {"9", "the body has 8 bytes, but Content-Length is 9"},
        {"8", NULL},
        {"", NULL},
        {"8, 8", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct headers headers = {0};
        struct buf out = {0};
        headers_add(&headers, "Content-Length", rows[i].length);
        (void)offline_explain(&headers, bytes_of("{\"data\":"), secrets[0], &out);
        if (rows[i].said)
            cr_expect_not_null(strstr(buf_text(&out), rows[i].said), "%s", buf_text(&out));
        else
            cr_expect_null(strstr(buf_text(&out), "Content-Length"), "%s", buf_text(&out));
        headers_clear(&headers);
        buf_clear(&out);
    }
}
