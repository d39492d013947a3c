/* The canary is an event that was accepted, under an id of its own. */
#include "run/canary.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"

TestSuite(run_canary, .timeout = 120);

#define EVENT(id) "{\"id_event\":\"" id "\",\"data\":\"{}\"}"

static struct canary canary;
static struct exchange accepted;

static void set_up(void)
{
    canary = (struct canary){0};
    testcase_allocate(&canary.test, 1);
    observation_init(&canary.test.exchanges[0].seen);
    buf_add_text(&canary.test.exchanges[0].request.body, "its own");
    accepted = (struct exchange){.accepted = true, .genuine = true};
    buf_add_text(&accepted.request.body, EVENT("0a000000-0000-4000-8000-abcdefabcdef"));
}

static void tear_down(void)
{
    canary_clear(&canary);
    exchange_clear(&accepted);
}

static const char *body(void)
{
    return buf_text(&canary.test.exchanges[0].request.body);
}

Test(run_canary, it_is_its_own_event_until_one_was_accepted, .init = set_up, .fini = tear_down)
{
    canary_renew(&canary);
    cr_expect_str_eq(body(), "its own");
    canary_note_accepted(&canary, &canary.test.exchanges[0]);
    cr_expect_null(canary.known_good, "it is no model of itself");
}

Test(run_canary, each_has_an_id_of_its_own, .init = set_up, .fini = tear_down)
{
    canary_note_accepted(&canary, &accepted);
    canary_renew(&canary);
    cr_expect_str_eq(body(), EVENT("0a000000-0000-4000-8000-000000000001"));
    canary_renew(&canary);
    cr_expect_str_eq(body(), EVENT("0a000000-0000-4000-8000-000000000002"));
    cr_expect_str_eq(buf_text(&accepted.request.body),
                     EVENT("0a000000-0000-4000-8000-abcdefabcdef"));
}

Test(run_canary, what_is_a_burden_is_no_canary, .init = set_up, .fini = tear_down)
{
    buf_add_repeated(&accepted.request.body, ' ', (size_t)64 * 1024);
    canary_note_accepted(&canary, &accepted);
    cr_expect_null(canary.known_good);
}
