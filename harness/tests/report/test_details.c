/* What a reader is told about a pair: nothing that was refused is called accepted. */
#include "report/details.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(report_details, .timeout = 120);

static struct pair_labels labels_of(const char *accepted, const char *refused)
{
    char first[64];
    char second[64];
    (void)snprintf(first, sizeof first, "%s", accepted);
    (void)snprintf(second, sizeof second, "%s", refused);
    const struct minimal_pair pair = {.accepted = first, .refused = second, .difference = second};
    return pair_labels(&pair);
}

Test(report_details, a_pair_is_accepted_and_refused_or_right_and_wrong)
{
    cr_expect_str_eq(labels_of("data with \"e\": 204", "data with \"é\": 401").accepted,
                     "accepted");
    cr_expect_str_eq(labels_of("data with \"e\": 204", "data with \"é\": 401").refused, "refused");
    cr_expect_str_eq(labels_of("a long header: 401", "not hexadecimal: 500").accepted, "right");
    cr_expect_str_eq(labels_of("a long header: 401", "not hexadecimal: 500").refused, "wrong");
    cr_expect_str_eq(labels_of("10 genuine events", "10 forgeries: 429").accepted, "accepted");
    cr_expect_str_eq(labels_of("", "").accepted, "accepted");
    cr_expect_str_eq(labels_of("id 401", "other").accepted, "accepted");
}
