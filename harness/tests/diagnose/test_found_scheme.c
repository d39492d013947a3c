/* What was found out of how an endpoint computes, as a scheme for others to sign by: it gives the
 * same value as the hypothesis that it was found by. */
#include "diagnose/found_scheme.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

TestSuite(diagnose_found_scheme, .timeout = 120);

#define SECRET "whsec_0123456789abcdef"
#define BODY                                                                                       \
    "{\"id_event\":\"7e57c0de-0000-4000-8000-000000000001\",\"data\":\"{\\\"b\\\":1,"              \
    "\\\"a\\\":\\\"\xC3\xA9/<\\\"}\",\"type\":\"crm.contact.created\"}"
#define NOW_MS INT64_C(1767268800000)

static const struct diagnose_input input = {.secret = {SECRET, sizeof SECRET - 1},
                                            .now_ms = NOW_MS};

static struct scheme *found_by(const struct hypothesis *one, bool accepted)
{
    struct investigation inv = {.input = &input, .has_base = accepted};
    inv.by.parts[one->part] = one;
    return scheme_found(&inv);
}

/* What the hypothesis itself sends; "" = it means nothing here. */
static void by_hypothesis(const struct hypothesis *one, char out[SIGNATURE_VALUE_SIZE])
{
    struct subject subject;
    struct signing signing = {0};
    const char *name = one->part == PART_HEADER ? one->argument : PANORA_SIGNATURE_HEADER;
    *out = '\0';
    cr_assert(subject_read(&subject, bytes_of(BODY), NOW_MS));
    if (hypothesis_sign(one, NULL, &subject, input.secret, &signing) &&
        strlen(headers_find(&signing.headers, name)) < SIGNATURE_VALUE_SIZE)
        strcpy(out, headers_find(&signing.headers, name));
    signing_clear(&signing);
    subject_clear(&subject);
}

Test(diagnose_found_scheme, signs_as_the_hypothesis_does)
{
    size_t compared = 0;
    for (size_t i = 0; i < num_hypotheses; i++) {
        struct scheme *scheme = found_by(&hypotheses[i], true);
        char expected[SIGNATURE_VALUE_SIZE];
        char value[SIGNATURE_VALUE_SIZE] = "";
        by_hypothesis(&hypotheses[i], expected);
        if (scheme && *expected) {
            cr_expect(scheme_value(scheme, bytes_of(BODY), value, sizeof value), "%s",
                      hypotheses[i].id);
            cr_expect_str_eq(value, expected, "%s", hypotheses[i].id);
            compared++;
        }
        free(scheme);
    }
    cr_expect_gt(compared, num_hypotheses / 2, "%zu of %zu", compared, num_hypotheses);
}

Test(diagnose_found_scheme, there_is_none_that_anyone_can_follow_or_that_has_several_headers)
{
    for (size_t i = 0; i < num_hypotheses; i++) {
        const struct hypothesis *one = &hypotheses[i];
        if (!one->is_open_key && !one->is_open_message &&
            !(one->part == PART_DIGEST && one->is_whole))
            continue;
        cr_expect_null(found_by(one, true), "%s", one->id);
    }
}

Test(diagnose_found_scheme, there_is_none_while_nothing_is_accepted)
{
    cr_expect_null(found_by(&hypotheses[0], false));
}
