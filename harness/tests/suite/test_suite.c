#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/suite_text.h"

TestSuite(suite, .timeout = 120);

static struct library library;

static void set_up(void)
{
    library_init(&library);
}

static void tear_down(void)
{
    library_clear(&library);
}

Test(suite, the_smallest_case_is_one_genuine_event, .init = set_up, .fini = tear_down)
{
    struct suite *suite = suite_must_read(&library, "'expect':{'accepted':true}");
    cr_assert_eq(suite->num_cases, 1);
    const struct suite_case *one = &suite->cases[0];
    cr_expect_str_eq(one->id, "my/suite/one");
    cr_expect_str_eq(one->base, "my/suite/one");
    cr_expect_str_eq(one->suite, "my/suite");
    cr_expect_str_eq(one->title, "does something");
    cr_expect_eq(one->level, LEVEL_MUST);
    cr_assert_eq(one->num_steps, 1);
    cr_expect_str_eq(one->steps[0].method, "POST");
    cr_expect_eq(one->steps[0].times, 1);
    cr_expect_eq(one->steps[0].rows, -1);
    cr_expect_null(one->steps[0].type);
    cr_expect_eq(one->steps[0].expect.count, 1);
    cr_expect_eq(one->expect.count, 0);
    suite_free(suite);
}

Test(suite, every_member_of_a_case_arrives, .init = set_up, .fini = tear_down)
{
    struct suite *suite = suite_must_read(
        &library,
        "'level':'should','source':{'doc':'webhooks','section':'Secure'},'harm':'h','remedy':'r',"
        "'bug':'B','see':['CWE-1','CWE-2'],'tolerate':{'status':['5xx',404],'because':'so'},"
        "'disruptive':true,'harmful':true,'odd':true,'exact':true,'private-channel':true,"
        "'needs-signature':true,'comment':'c','expect':{'refused':true}");
    const struct suite_case *one = &suite->cases[0];
    cr_expect_eq(one->level, LEVEL_SHOULD);
    cr_expect_str_eq(one->source, "webhooks: Secure");
    cr_expect_str_eq(one->harm, "h");
    cr_expect_str_eq(one->remedy, "r");
    cr_expect_str_eq(one->bug, "B");
    cr_assert_eq(one->num_see, 2);
    cr_expect_str_eq(one->see[1], "CWE-2");
    cr_expect_str_eq(one->tolerate_status, "5xx,404");
    cr_expect_str_eq(one->tolerate_because, "so");
    cr_expect(one->disruptive && one->harmful && one->odd && one->exact && one->private_channel &&
              one->needs_signature);
    cr_expect_not(one->one_connection);
    suite_free(suite);
}

Test(suite, every_member_of_a_step_arrives, .init = set_up, .fini = tear_down)
{
    struct suite *suite = suite_must_read(
        &library,
        "'one-connection':true,'expect':{'survives-idle':true},'steps':["
        "{'event':{'type':'crm.deal.created','dialect':'object','data':{'a':1},'size':'2KiB',"
        "'rows':3,'age':'2h','nulls':true,'ops':[{'op':'add-field','name':'x','value':[1,2]}]},"
        "'sign':[{'op':'wrong-secret'}],'wire':[{'op':'truncate-signature','to':7}],"
        "'deliver':{'method':'PUT','times':4,'same-event':true,'after':'250ms'},"
        "'expect':{'status':'2xx,404','within':'1s'}},"
        "{'event':{'again':1}}]");
    const struct suite_case *one = &suite->cases[0];
    cr_assert_eq(one->num_steps, 2);
    const struct step *step = &one->steps[0];
    cr_expect_str_eq(step->type, "crm.deal.created");
    cr_expect_eq(step->dialect, STEP_DIALECT_OBJECT);
    cr_expect_str_eq(step->data, "{\"a\":1}");
    cr_expect_eq(step->size, 2048);
    cr_expect_eq(step->rows, 3);
    cr_expect_eq(step->age_ns, 7200 * NS_PER_S);
    cr_expect(step->nulls);
    cr_assert_eq(step->event_ops.count, 1);
    cr_expect_str_eq(step->event_ops.items[0].values[0].text, "x");
    cr_expect_str_eq(step->event_ops.items[0].values[1].text, "[1,2]");
    cr_expect_str_eq(step->sign_ops.items[0].word->name, "wrong-secret");
    cr_expect_eq(step->wire_ops.items[0].values[0].number, 7);
    cr_expect_str_eq(step->method, "PUT");
    cr_expect_eq(step->times, 4);
    cr_expect(step->same_event);
    cr_expect_eq(step->after_ns, 250 * NS_PER_MS);
    cr_expect_eq(step->expect.count, 2);
    cr_expect_eq(one->steps[1].again, 1);
    cr_expect_eq(one->expect.count, 1);
    suite_free(suite);
}

Test(suite, arguments_that_are_left_out_take_their_fallbacks, .init = set_up, .fini = tear_down)
{
    struct suite *suite =
        suite_must_read(&library, "'wire':[{'op':'very-long-signature'},{'op':'change-digit'}],"
                                  "'event':{'ops':[{'op':'add-field'}]},"
                                  "'expect':{'brief':true,'refused':true}");
    const struct step *step = &suite->cases[0].steps[0];
    cr_expect_eq(step->wire_ops.items[0].values[0].number, 8192);
    cr_expect_str_eq(step->wire_ops.items[1].values[0].text, "last");
    cr_expect_str_eq(step->event_ops.items[0].values[0].text, "added_field");
    for (size_t i = 0; i < step->expect.count; i++)
        if (strcmp(step->expect.items[i].word->name, "brief") == 0)
            cr_expect_eq(step->expect.items[i].values[0].number, 65536);
    suite_free(suite);
}

/* --- for --- */

static void expect_ids(const struct suite *suite, const char *const *ids, size_t count)
{
    cr_assert_eq(suite->num_cases, count, "%zu cases", suite->num_cases);
    for (size_t i = 0; i < count; i++) {
        cr_expect_str_eq(suite->cases[i].id, ids[i]);
        cr_expect_str_eq(suite->cases[i].base, "my/suite/one");
    }
}

Test(suite, for_repeats_a_case_over_values, .init = set_up, .fini = tear_down)
{
    static const char *const ids[] = {"my/suite/one[1]", "my/suite/one[short]", "my/suite/one[63]"};
    struct suite *suite = suite_must_read(
        &library, "'for':{'at':'/wire/0/to','values':[1,{'value':32,'label':'short'},"
                  "{'value':63,'level':'may'}]},"
                  "'wire':[{'op':'truncate-signature','to':0}],'expect':{'refused':true}");
    expect_ids(suite, ids, ARRAY_LEN(ids));
    static const int64_t cuts[] = {1, 32, 63};
    static const enum level levels[] = {LEVEL_MUST, LEVEL_MUST, LEVEL_MAY};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        cr_expect_eq(suite->cases[i].steps[0].wire_ops.items[0].values[0].number, cuts[i]);
        cr_expect_eq(suite->cases[i].level, levels[i]);
    }
    suite_free(suite);
}

Test(suite, for_takes_named_lists_whole_and_beside_values, .init = set_up, .fini = tear_down)
{
    struct suite *suite =
        suite_must_read(&library, "'for':{'at':'/event/type','values':'sent-types'},"
                                  "'event':{'type':'','any-type':true},'expect':{'accepted':true}");
    const struct value_list *list = &library.lists[0];
    cr_expect_str_eq(list->name, "sent-types");
    cr_assert_eq(suite->num_cases, list->num_values);
    for (size_t i = 0; i < list->num_values; i++)
        cr_expect_str_eq(suite->cases[i].steps[0].type, list->values[i]);
    suite_free(suite);
    suite = suite_must_read(&library,
                            "'for':{'at':'/event/type','values':[{'list':'sent-types'},'other',"
                            "{'list':'documented-types','level':'should'}]},"
                            "'event':{'type':'','any-type':true},'expect':{'accepted':true}");
    size_t sent = list->num_values;
    cr_assert_eq(suite->num_cases, sent + 1 + library.lists[1].num_values);
    cr_expect_eq(suite->cases[0].level, LEVEL_MUST);
    cr_expect_str_eq(suite->cases[sent].steps[0].type, "other");
    cr_expect_eq(suite->cases[sent + 1].level, LEVEL_SHOULD);
    suite_free(suite);
}

Test(suite, for_can_put_whole_steps, .init = set_up, .fini = tear_down)
{
    struct suite *suite = suite_must_read(
        &library,
        "'steps':[{}],'for':{'at':'/steps','values':[{'label':'a','value':[{'expect':{'accepted':"
        "true}}]},{'label':'b','value':[{},{'event':{'again':1},'expect':{'accepted':true}}]}]}");
    cr_expect_eq(suite->cases[0].num_steps, 1);
    cr_expect_eq(suite->cases[1].num_steps, 2);
    suite_free(suite);
}

/* --- the built-in ones --- */

Test(suite, the_built_in_suites_load, .init = set_up, .fini = tear_down)
{
    struct error err = {0};
    cr_assert(library_load_suites(&library, NULL, 0, &err), "%s", err.message);
    cr_expect_geq(library.num_suites, 2);
    for (size_t i = 0; i < library.num_suites; i++)
        for (size_t k = 0; k < library.suites[i]->num_cases; k++) {
            const struct suite_case *one = &library.suites[i]->cases[k];
            cr_expect(one->source && *one->source, "%s has no source", one->id);
            cr_expect(one->harm && *one->harm, "%s has no harm", one->id);
            cr_expect(one->remedy && *one->remedy, "%s has no remedy", one->id);
            cr_expect(one->bug && *one->bug, "%s has no class of bug", one->id);
            cr_expect_gt(one->num_see, 0, "%s leads nowhere", one->id);
        }
}

Test(suite, suites_are_found_by_name_and_by_folder, .init = set_up, .fini = tear_down)
{
    struct error err = {0};
    const char *const one[] = {"panora/signature"};
    const char *const all[] = {"panora"};
    const char *const typo[] = {"panora/signatur"};
    cr_assert(library_load_suites(&library, one, 1, &err), "%s", err.message);
    cr_assert_eq(library.num_suites, 1);
    cr_expect_str_eq(library.suites[0]->name, "panora/signature");
    cr_assert(library_load_suites(&library, all, 1, &err), "%s", err.message);
    cr_expect_geq(library.num_suites, 2, "what is there already is not added again");
    cr_expect_not(library_load_suites(&library, typo, 1, &err));
    cr_expect(strstr(err.message, "did you mean \"panora/signature\""), "%s", err.message);
}

Test(suite, a_case_is_meant_by_its_id_its_last_part_or_its_suite)
{
    static const char id[] = "panora/signature/prefixed[sha256=]";
    static const char *const meant[] = {"panora/signature/prefixed[sha256=]",
                                        "panora/signature/prefixed",
                                        "prefixed[sha256=]",
                                        "prefixed",
                                        "pre*",
                                        "panora/signature",
                                        "signature",
                                        "panora/*"};
    static const char *const others[] = {"panora", "fixed", "prefixed[v1=]", "sign", ""};
    for (size_t i = 0; i < ARRAY_LEN(meant); i++)
        cr_expect(suite_id_matches(meant[i], id), "%s", meant[i]);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        cr_expect_not(suite_id_matches(others[i], id), "%s", others[i]);
}
