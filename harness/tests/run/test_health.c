/* How the endpoint is, from its answers alone: how much is in flight, and whether canaries find it
 * well. */
#include "run/health.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"

TestSuite(run_health, .timeout = 120);

static struct health health;

static void set_up(void)
{
    const struct health_limits limits = {.recovery_ns = 10 * NS_PER_S,
                                         .max_time_ns = 300 * NS_PER_S,
                                         .deadline_ns = 10 * NS_PER_S,
                                         .room_max = 20};
    health_init(&health, &limits, 5);
}

static void note(const struct exchange *exchange)
{
    const struct news news = {
        .exchange = exchange, .usual = true, .is_timely = true, .num_under_way = health.room};
    health_note(&health, &news);
}

/* So many genuine events are accepted, each after `ms`. */
static void accept(size_t count, int64_t ms)
{
    const struct exchange exchange = {.accepted = true,
                                      .genuine = true,
                                      .seen = {.outcome = OUTCOME_ANSWERED,
                                               .status = 200,
                                               .started_ns = 1,
                                               .first_byte_ns = ms * NS_PER_MS,
                                               .total_ns = ms * NS_PER_MS}};
    for (size_t i = 0; i < count; i++)
        note(&exchange);
}

/* --- what its answers have shown --- */

Test(run_health, an_answer_shows_that_it_is_there, .init = set_up)
{
    struct exchange exchange = {.seen = {.outcome = OUTCOME_REFUSED, .first_byte_ns = -1}};
    note(&exchange);
    cr_expect_not(health.reached);
    cr_expect_not(health.answered);
    exchange.seen =
        (struct observation){.outcome = OUTCOME_ANSWERED, .status = 401, .started_ns = 7};
    note(&exchange);
    cr_expect(health.reached);
    cr_expect(health.answered);
    cr_expect_eq(health.alive_ns, 7);
    cr_expect_not(health.any_accepted);
    accept(1, 5);
    cr_expect(health.any_accepted);
    cr_expect(health.usual_accepted);
}

Test(run_health, a_forgery_that_gets_in_is_no_accepted_event, .init = set_up)
{
    const struct exchange exchange = {.accepted = true,
                                      .seen = {.outcome = OUTCOME_ANSWERED, .status = 200}};
    note(&exchange);
    cr_expect_not(health.any_accepted);
}

Test(run_health, a_tls_session_alone_counts_where_panora_would_go_on, .init = set_up)
{
    struct exchange exchange = {.seen = {.outcome = OUTCOME_TLS_FAILED, .first_byte_ns = -1}};
    exchange.seen.tls.asked = exchange.seen.tls.established = true;
    note(&exchange);
    cr_expect_not(health.reached, "the name does not match");
    health.limits.insecure = true;
    note(&exchange);
    cr_expect(health.reached);
}

Test(run_health, what_hangs_is_counted_by_kind, .init = set_up)
{
    struct exchange exchange = {.seen = {.outcome = OUTCOME_TIMED_OUT, .first_byte_ns = -1}};
    note(&exchange);
    exchange.genuine = true;
    note(&exchange);
    note(&exchange);
    cr_expect_eq(health.hangs[SHOT_FORGED], 1);
    cr_expect_eq(health.hangs[SHOT_GENUINE], 2);
    headers_add(&exchange.request.headers, "Transfer-Encoding", "chunked");
    note(&exchange);
    cr_expect_eq(health.hangs[SHOT_GENUINE], 2, "a server that cannot read it may read all others");
    cr_expect_eq(health.hangs[SHOT_CHUNKED], 1);
    cr_expect_eq(health_num_hangs(&health), 4);
    headers_clear(&exchange.request.headers);
}

Test(run_health, what_is_not_required_leaves_its_turn_to_what_is, .init = set_up)
{
    struct exchange exchange = {.genuine = true,
                                .seen = {.outcome = OUTCOME_TIMED_OUT, .first_byte_ns = -1}};
    const struct news minor = {.exchange = &exchange, .is_minor = true};
    health_note(&health, &minor);
    note(&exchange);
    cr_expect_eq(health.minor_hangs[SHOT_GENUINE], 1);
    cr_expect_eq(health.hangs[SHOT_GENUINE], 1);
    cr_expect_eq(health_num_hangs(&health), 2);
}

Test(run_health, who_takes_no_connection_in_time_may_be_there, .init = set_up)
{
    static const struct {
        enum outcome outcome;
        bool silent;
    } looks[] = {{OUTCOME_TIMED_OUT, true}, {OUTCOME_UNREACHABLE, true}, {OUTCOME_REFUSED, false}};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        struct exchange canary = {.seen = {.outcome = looks[i].outcome, .first_byte_ns = -1}};
        int64_t pause_ns;
        (void)health_look(&health, &canary, NS_PER_S, &pause_ns);
        cr_expect_eq(health.silent, looks[i].silent, "outcome %d", (int)looks[i].outcome);
    }
}

Test(run_health, of_many_that_hang_in_one_case_none_is_counted, .init = set_up)
{
    struct exchange exchange = {.seen = {.outcome = OUTCOME_TIMED_OUT, .first_byte_ns = -1}};
    const struct news of_load = {.exchange = &exchange, .is_load = true};
    health_note(&health, &of_load);
    cr_expect_eq(health.hangs[SHOT_FORGED], 1, "nothing was answered yet");
    health.answered = true;
    health_note(&health, &of_load);
    cr_expect_eq(health.hangs[SHOT_FORGED], 1);
}

/* --- how much it bears --- */

Test(run_health, more_is_in_flight_while_answers_take_no_longer, .init = set_up)
{
    static const struct {
        int64_t ms;
        size_t answers, room;
    } rows[] = {{2, 100, 5}, {50, 10, 10}, {200, 5, 10}, {200, 100, 20}, {3000, 15, 20}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        set_up();
        accept(rows[i].answers, rows[i].ms);
        cr_expect_eq(health.room, rows[i].room, "%zu of %lld ms: %zu", rows[i].answers,
                     (long long)rows[i].ms, health.room);
    }
}

Test(run_health, less_is_in_flight_when_one_waits_for_the_other, .init = set_up)
{
    accept(1, 2000);
    cr_expect_eq(health.room, 6);
    accept(3, 6000);
    cr_expect_eq(health.room, 3);
    accept(9, 8000);
    cr_expect_eq(health.room, 1, "one at least");
}

/* Five at once that took as long as nine seconds: two of them are as many as it bears. */
Test(run_health, what_came_at_once_shows_how_many_it_bears, .init = set_up)
{
    accept(1, 3000);
    const struct exchange last = {
        .accepted = true,
        .genuine = true,
        .seen = {.outcome = OUTCOME_ANSWERED, .status = 200, .total_ns = 9 * NS_PER_S}};
    const struct news news = {.exchange = &last, .is_load = true, .num_under_way = 5};
    health_note(&health, &news);
    cr_expect_eq(health.room, 2);
}

Test(run_health, what_came_at_once_and_took_no_longer_bears_twice_as_many, .init = set_up)
{
    const struct exchange one = {
        .accepted = true,
        .genuine = true,
        .seen = {.outcome = OUTCOME_ANSWERED, .status = 200, .total_ns = 210 * NS_PER_MS}};
    const struct news news = {.exchange = &one, .is_load = true, .num_under_way = 5};
    accept(1, 200);
    health.num_beside = 0;
    for (int i = 0; i < 4; i++)
        health_note(&health, &news);
    cr_expect_eq(health.room, 6, "the first of five that wait for each other are quick as well");
    health_note(&health, &news);
    cr_expect_eq(health.room, 10);
}

Test(run_health, a_rate_limit_lets_nothing_grow, .init = set_up)
{
    health.gap_ns = NS_PER_MS;
    accept(100, 200);
    cr_expect_eq(health.room, 5);
}

Test(run_health, what_comes_fast_says_nothing_of_its_usual_time, .init = set_up)
{
    const struct exchange exchange = {.accepted = true, .seen = {.total_ns = NS_PER_S}};
    const struct news news = {.exchange = &exchange};
    health_note(&health, &news);
    cr_expect_eq(health.usual_ns, 0);
}

Test(run_health, too_much_to_do_makes_everything_slower, .init = set_up)
{
    health_slow_down(&health);
    cr_expect_eq(health.room, 2);
    cr_expect_eq(health.gap_ns, 10 * NS_PER_MS);
    for (int i = 0; i < 9; i++)
        health_slow_down(&health);
    cr_expect_eq(health.room, 1);
    cr_expect_eq(health.gap_ns, 250 * NS_PER_MS, "but not without end");
    health_ease(&health);
    cr_expect_lt(health.gap_ns, 250 * NS_PER_MS);
}

Test(run_health, a_reset_of_something_large_is_looked_into_unless_that_takes_long, .init = set_up)
{
    static char digits[9000];
    struct exchange exchange = {.seen = {.outcome = OUTCOME_RESET}};
    for (size_t i = 0; i + 1 < sizeof digits; i++)
        digits[i] = '1';
    headers_add(&exchange.request.headers, "Panora-Signature", digits);
    accept(1, 200);
    cr_expect_not(health_forgives(&health, &exchange));
    set_up();
    accept(1, 2000);
    cr_expect(health_forgives(&health, &exchange));
    exchange.seen.outcome = OUTCOME_REFUSED;
    cr_expect_not(health_forgives(&health, &exchange), "nobody is there");
    exchange.seen.outcome = OUTCOME_RESET;
    headers_clear(&exchange.request.headers);
    cr_expect_not(health_forgives(&health, &exchange), "a small one is no reason to reset");
}

Test(run_health, a_reset_behind_the_refusal_of_something_large_is_no_death, .init = set_up)
{
    static char digits[9000];
    struct exchange exchange = {.seen = {.outcome = OUTCOME_RESET, .status = 431}};
    memset(digits, '1', sizeof digits - 1);
    accept(1, 5);
    cr_expect_not(health_forgives(&health, &exchange), "not of something small");
    headers_add(&exchange.request.headers, "Panora-Signature", digits);
    cr_expect(health_forgives(&health, &exchange));
    exchange.seen.status = 500;
    cr_expect_not(health_forgives(&health, &exchange), "it may have crashed");
    headers_clear(&exchange.request.headers);
}

/* --- looking at it --- */

static enum look look(enum outcome outcome, int status, int64_t now_ms)
{
    const struct exchange canary = {
        .genuine = true, .accepted = status == 200, .seen = {.outcome = outcome, .status = status}};
    int64_t pause_ns = -1;
    enum look look = health_look(&health, &canary, now_ms * NS_PER_MS, &pause_ns);
    cr_expect(look != LOOK_AGAIN || (pause_ns > 0 && pause_ns <= 250 * NS_PER_MS), "%lld",
              (long long)pause_ns);
    return look;
}

static void begin_look(void)
{
    set_up();
    accept(1, 5);
    health_begin_look(&health, 0, 0);
}

Test(run_health, one_accepted_canary_finds_it_well, .init = begin_look)
{
    cr_expect_eq(look(OUTCOME_ANSWERED, 200, 3), LOOK_WELL);
    cr_expect_eq(health.num_absences, 0);
    cr_expect_not(health_took_its_time(&health));
}

Test(run_health, one_that_comes_back_was_away_for_so_long, .init = begin_look)
{
    cr_expect_eq(look(OUTCOME_REFUSED, 0, 10), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_REFUSED, 0, 500), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_ANSWERED, 200, 900), LOOK_WELL);
    cr_expect_eq(health.misses, 2);
    cr_expect_eq(health.num_absences, 1);
    cr_expect_eq(health.longest_absence_ns, 900 * NS_PER_MS);
    cr_expect(health_took_its_time(&health));
    health_explain_absences(&health, 1);
    cr_expect_eq(health.num_absences, 0, "a case is to blame for it");
    health_explain_absences(&health, 1);
    cr_expect_eq(health.num_absences, 0);
}

Test(run_health, one_that_drops_connections_for_a_while_limits_the_load, .init = begin_look)
{
    cr_expect_eq(look(OUTCOME_RESET, 0, 10), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_RESET, 0, 500), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_ANSWERED, 200, 900), LOOK_WELL);
    cr_expect_eq(health.num_drops, 1);
    cr_expect_gt(health.gap_ns, 0);
    cr_expect_not(health_drops(&health), "once may be a worker that was replaced");
    cr_expect_eq(health.num_absences, 1);
    health_begin_look(&health, 1000 * NS_PER_MS, 0);
    cr_expect_eq(look(OUTCOME_RESET, 0, 1010), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_RESET, 0, 1500), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_ANSWERED, 200, 1900), LOOK_WELL);
    cr_expect(health_drops(&health));
    cr_expect_eq(health.num_absences, 0, "it was there all the time");
    begin_look();
    cr_expect_eq(look(OUTCOME_RESET, 0, 10), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_REFUSED, 0, 500), LOOK_AGAIN, "nobody is there");
    cr_expect_eq(look(OUTCOME_ANSWERED, 200, 900), LOOK_WELL);
    cr_expect_eq(health.num_drops, 0);
    cr_expect_eq(health.gap_ns, 0);
}

Test(run_health, what_works_off_requests_that_were_given_up_is_waited_for, .init = set_up)
{
    const struct exchange given_up = {.genuine = true,
                                      .seen = {.outcome = OUTCOME_TIMED_OUT, .first_byte_ns = -1}};
    accept(1, 3000);
    note(&given_up);
    note(&given_up);
    health_begin_look(&health, 0, 0);
    cr_expect_eq(look(OUTCOME_TIMED_OUT, 0, 15000), LOOK_AGAIN, "two take six seconds more");
    cr_expect_eq(look(OUTCOME_TIMED_OUT, 0, 17000), LOOK_GONE);
}

Test(run_health, one_that_keeps_silent_is_told_from_one_that_is_down, .init = begin_look)
{
    cr_expect_eq(look(OUTCOME_TIMED_OUT, 0, 60000), LOOK_GONE);
    cr_expect(health.silent);
    begin_look();
    cr_expect_eq(look(OUTCOME_REFUSED, 0, 60000), LOOK_GONE);
    cr_expect_not(health.silent);
}

Test(run_health, one_that_always_answered_in_pieces_is_not_down, .init = set_up)
{
    health_begin_look(&health, 0, 0);
    cr_expect_eq(look(OUTCOME_CUT_SHORT, 200, 60000), LOOK_WELL);
    begin_look();
    cr_expect_eq(look(OUTCOME_CUT_SHORT, 200, 60000), LOOK_GONE, "it did better before");
}

/* Whole answers that nobody can read are no absence, however long they go on. */
Test(run_health, one_that_answers_badly_is_there, .init = begin_look)
{
    cr_expect_eq(look(OUTCOME_MALFORMED, 200, 100), LOOK_AGAIN, "it may be on its way down");
    cr_expect_eq(look(OUTCOME_MALFORMED, 200, 60000), LOOK_WELL);
    cr_expect_eq(health.num_absences, 0);
    begin_look();
    cr_expect_eq(look(OUTCOME_MALFORMED, 0, 60000), LOOK_GONE, "without a status it is no answer");
}

/* A genuine event meets an overload, and perhaps the canary right after it does. */
static void meet_overload(bool canary_too)
{
    health_note_overload(&health, 503);
    health_begin_look(&health, 0, 0);
    if (canary_too)
        cr_expect_eq(look(OUTCOME_ANSWERED, 503, 1), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_ANSWERED, 200, 100), LOOK_WELL);
}

Test(run_health, overload_that_no_distance_mends_is_its_own_answer, .init = begin_look)
{
    for (int i = 0; i < 3; i++)
        health_note_overload(&health, 503);
    cr_expect_not(health.is_limited, "they came close together");
    for (int i = 0; i < 6; i++)
        health_slow_down(&health);
    for (int i = 0; i < 4; i++) {
        cr_expect_not(health.is_limited);
        meet_overload(false);
    }
    cr_expect(health.is_limited && health.is_erratic);
    cr_expect_eq(health.gap_ns, 0);
}

Test(run_health, overload_that_the_canary_meets_too_depends_on_the_load, .init = begin_look)
{
    for (int i = 0; i < 6; i++)
        health_slow_down(&health);
    for (int i = 0; i < 20; i++) {
        meet_overload(true);
        health_note_repetition(&health, true);
    }
    cr_expect_not(health.is_limited, "a queue that was full");
    cr_expect_gt(health.gap_ns, 0);
}

Test(run_health, overload_that_comes_again_to_who_is_alone_is_its_own_answer, .init = begin_look)
{
    for (int i = 0; i < 6; i++)
        health_slow_down(&health);
    for (int i = 0; i < 30; i++)
        health_note_repetition(&health, false);
    for (int i = 0; i < 4; i++)
        health_note_repetition(&health, true);
    cr_expect_not(health.is_limited, "few of many");
    for (int i = 0; i < 4; i++)
        health_note_repetition(&health, true);
    cr_expect(health.is_limited);
}

Test(run_health, one_that_stays_away_is_gone, .init = begin_look)
{
    cr_expect_eq(look(OUTCOME_REFUSED, 0, 10000), LOOK_AGAIN);
    cr_expect_not(health.gone);
    cr_expect_eq(look(OUTCOME_REFUSED, 0, 10001), LOOK_GONE);
    cr_expect(health.gone);
}

Test(run_health, one_that_may_die_late_is_looked_at_for_a_while, .init = begin_look)
{
    health_begin_look(&health, 0, 60 * NS_PER_MS);
    cr_expect_eq(look(OUTCOME_ANSWERED, 200, 1), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_ANSWERED, 409, 30), LOOK_AGAIN, "a repetition, perhaps");
    cr_expect_eq(look(OUTCOME_REFUSED, 0, 40), LOOK_AGAIN);
    cr_expect_eq(health.back_ns, 0, "it did die");
    cr_expect_eq(look(OUTCOME_ANSWERED, 200, 80), LOOK_WELL);
}

Test(run_health, some_refusals_are_no_death_but_many_are, .init = begin_look)
{
    for (int i = 0; i < 3; i++) {
        cr_expect_eq(look(OUTCOME_ANSWERED, 401, i), LOOK_AGAIN);
        cr_expect_eq(health.misses, 0, "one of several instances");
    }
    cr_expect_eq(look(OUTCOME_ANSWERED, 401, 4), LOOK_AGAIN);
    cr_expect_eq(health.misses, 1);
}

Test(run_health, one_that_never_took_an_event_need_not_take_a_canary, .init = set_up)
{
    health_begin_look(&health, 0, 0);
    cr_expect_eq(look(OUTCOME_ANSWERED, 401, 1), LOOK_WELL);
}

Test(run_health, too_much_to_do_is_waited_for_and_then_its_limit, .init = begin_look)
{
    cr_expect_eq(look(OUTCOME_ANSWERED, 503, 1), LOOK_AGAIN);
    cr_expect_eq(look(OUTCOME_ANSWERED, 429, 7999), LOOK_AGAIN);
    cr_expect_not(health.is_limited);
    cr_expect_eq(look(OUTCOME_ANSWERED, 429, 8000), LOOK_WELL);
    cr_expect(health.is_limited);
    health_begin_look(&health, 9 * NS_PER_S, 0);
    cr_expect_eq(look(OUTCOME_ANSWERED, 429, 9001), LOOK_WELL, "such an answer is its own");
}

Test(run_health, what_this_machine_spoils_says_nothing_of_it, .init = begin_look)
{
    int64_t pause_ns = 0;
    struct exchange canary = {.seen = {.outcome = OUTCOME_NOT_SENT}};
    cr_expect_eq(health_look(&health, &canary, 1, &pause_ns), LOOK_WELL,
                 "no budget is left to look with");
    begin_look();
    canary.seen.ours = true;
    cr_expect_eq(health_look(&health, &canary, 1, &pause_ns), LOOK_AGAIN);
    cr_expect_eq(health.misses, 0);
}
