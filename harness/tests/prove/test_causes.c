/* Which cause each fault yields is read from a file; what is wrong there is refused with its place.
 */
#include "prove/causes.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/mem.h"

TestSuite(prove_causes, .timeout = 120);

/* What the file says beside `members`. */
#define WITH(members)                                                                              \
    "{\"yields\": {}, \"unsure\": @, \"spared_in_pairs\": [\"s/costly\"], "                        \
    "\"thinned_in_pairs\": {\"s/many\": \"s/one\"}, " members "}"

/* A reason for each fault that has no cause. */
static void add_unsure(struct buf *out)
{
    buf_add_char(out, '{');
    for (size_t i = 0; i < fault_count(); i++)
        if (!fault_at(i)->diagnosis)
            buf_add_format(out, "%s\"%s\": \"a\"", out->data[out->len - 1] == '{' ? "" : ",",
                           fault_at(i)->id);
    buf_add_char(out, '}');
}

static struct causes *read_text(const char *text, struct error *err)
{
    struct buf whole = {0};
    size_t start = strcspn(text, "@");
    bool is_with = strncmp(text + start, "@,", 2) == 0;
    buf_add(&whole, text, start);
    if (is_with)
        add_unsure(&whole);
    buf_add_text(&whole, text + start + is_with);
    struct causes *causes = causes_read("c.json", buf_bytes(&whole), err);
    buf_clear(&whole);
    return causes;
}

Test(prove_causes, the_file_that_is_built_in_is_right)
{
    struct error err = {0};
    struct causes *causes = causes_load(&err);
    cr_assert_not_null(causes, "%s", err.message);
    for (size_t i = 0; i < fault_count(); i++)
        cr_expect(causes_due(causes, fault_at(i))->count || causes_unsure(causes, fault_at(i)),
                  "%s", fault_at(i)->id);
    causes_free(causes);
}

Test(prove_causes, a_fault_yields_what_its_row_says_unless_the_file_says_more)
{
    struct error err = {0};
    struct causes *causes = causes_load(&err);
    cr_assert_not_null(causes, "%s", err.message);
    const struct names *one = causes_due(causes, fault_find("A01"));
    const struct names *two = causes_due(causes, fault_find("B07"));
    cr_assert_eq(one->count, 1);
    cr_expect_str_eq(one->items[0], "checks-nothing");
    cr_assert_eq(two->count, 2);
    cr_expect_str_eq(two->items[1], "throws-on-missing-signature");
    cr_expect_null(causes_unsure(causes, fault_find("A01")));
    causes_free(causes);
}

Test(prove_causes, what_hides_what_is_said_by_groups)
{
    struct error err = {0};
    struct causes *causes = read_text(
        WITH("\"groups\": {\"@two\": [\"A01\", \"A02\"]}, \"together\": [{\"one\": [\"A01\"], "
             "\"other\": [\"*\"], \"because\": \"x\", \"causes\": [\"key-null\"]}], \"masks\": "
             "[{\"by\": [\"@two\"], \"hides\": [\"B01\", \"@two\"], \"because\": \"of this\"}]"),
        &err);
    cr_assert_not_null(causes, "%s", err.message);
    const struct fault *a = fault_find("A02");
    const struct fault *b = fault_find("B01");
    cr_expect_str_eq(causes_mask(causes, a, b), "of this");
    cr_expect_null(causes_mask(causes, b, a));
    cr_expect_null(causes_mask(causes, a, fault_find("B02")));
    cr_expect(causes_together(causes, b, fault_find("A01"), "key-null"));
    cr_expect_not(causes_together(causes, b, fault_find("A01"), "key-none"));
    cr_expect_not(causes_together(causes, a, b, "key-null"));
    cr_expect(causes_spare(causes, "s/costly"));
    cr_expect_not(causes_spare(causes, "s/other"));
    causes_free(causes);
}

Test(prove_causes, what_cannot_end_in_time_together_is_kept_apart)
{
    struct error err = {0};
    struct causes *causes =
        read_text(WITH("\"groups\": {}, \"together\": [], \"masks\": [], \"apart\": [{\"one\": "
                       "[\"A01\"], \"other\": [\"A02\"], \"because\": \"too slow\"}]"),
                  &err);
    cr_assert_not_null(causes, "%s", err.message);
    const struct fault *a = fault_find("A01");
    const struct fault *b = fault_find("A02");
    cr_expect_str_eq(causes_apart(causes, a, b), "too slow");
    cr_expect_str_eq(causes_apart(causes, b, a), "too slow");
    cr_expect_null(causes_apart(causes, a, fault_find("A03")));
    cr_expect_null(causes_apart(NULL, a, b));
    causes_free(causes);
}

Test(prove_causes, a_case_can_stand_for_the_values_of_another)
{
    struct error err = {0};
    struct causes *causes =
        read_text(WITH("\"groups\": {}, \"together\": [], \"masks\": []"), &err);
    cr_assert_not_null(causes, "%s", err.message);
    cr_expect_str_eq(causes_thin(causes, "s/many"), "s/one");
    cr_expect_null(causes_thin(causes, "s/one"));
    causes_free(causes);
}

Test(prove_causes, what_is_wrong_is_refused_with_its_place)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"[]", "c.json: is an array; an object is needed here"},
        {"{\"yields\": {}, \"mask\": []}", "no key \"mask\"; did you mean \"masks\"?"},
        {WITH("\"groups\": {}, \"together\": []"), "c.json: /masks: is missing"},
        {WITH("\"groups\": {}, \"together\": [], \"masks\": [{\"by\": [\"A99\"], \"hides\": [], "
              "\"because\": \"\"}]"),
         "c.json: /masks/0/by/0: no fault \"A99\""},
        {WITH("\"groups\": {}, \"together\": [], \"masks\": [{\"by\": [\"@a\"], \"hides\": [], "
              "\"because\": \"\"}]"),
         "c.json: /masks/0/by/0: there is no group @a"},
        {WITH("\"groups\": {\"@a\": [\"@a\"]}, \"together\": [], \"masks\": [{\"by\": [\"@a\"], "
              "\"hides\": [], \"because\": \"\"}]"),
         "there is no group @a"},
        {WITH("\"groups\": {}, \"masks\": [], \"together\": [{\"one\": [], \"other\": [], "
              "\"because\": \"\", \"causes\": [\"no-such\"]}]"),
         "c.json: /together/0/causes/0: there is no cause \"no-such\""},
        {"{\"yields\": {}, \"unsure\": {}, \"groups\": {}, \"masks\": [], \"together\": [], "
         "\"spared_in_pairs\": [], \"thinned_in_pairs\": {}}",
         "has no cause, and no reason is given"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        cr_expect_null(read_text(rows[i].text, &err), "%s", rows[i].text);
        cr_expect(strstr(err.message, rows[i].message), "%s: %s", rows[i].text, err.message);
    }
}
