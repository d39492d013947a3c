/*
 * Is it stable? The same event goes out many times, each with a new id; when the outcomes differ,
 * the event is not the reason, and what is gets looked for: the n-th, how many at once, how fast,
 * chance. Comparisons are interleaved, and a difference counts only when chance makes it less than
 * once in a thousand times.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "diagnose/attribution.h"
#include "diagnose/chance.h"
#include "diagnose/digests.h"

#define SERIES      30
#define SERIES_LONG 64
#define AT_ONCE     8
#define RARE        0.001
#define RARE_LIMIT  0.02
#define PAUSE_NS    (1200 * NS_PER_MS) /* longer than most limits look back */

/* A series may take one part of so many of the time that is left, but has so many events at least.
 */
#define SERIES_SHARE 5
#define SERIES_LEAST 3

static void run_once(struct investigation *inv, size_t wanted, size_t at_once, int64_t gap_ns,
                     bool one_connection, struct series *out)
{
    const struct specimen genuine = {0};
    size_t count = at_once > 1 ? wanted : lab_fitting(inv, wanted, SERIES_SHARE, SERIES_LEAST);
    series_run(inv, &genuine, count, at_once, gap_ns, one_connection, out);
    if (out->was_kept_out && lockout_await_end(inv)) /* what was refused before counted as well */
        series_run(inv, &genuine, count, at_once, gap_ns, one_connection, out);
}

/* An endpoint that was gone may still be falling over what was asked before, or drop what comes too
 * soon after that: it is measured again once it is back and rested, and only what happens then
 * counts. */
static void run_series(struct investigation *inv, size_t wanted, size_t at_once, int64_t gap_ns,
                       bool one_connection, struct series *out)
{
    const struct specimen genuine = {0};
    run_once(inv, wanted, at_once, gap_ns, one_connection, out);
    if (out->num_failed == 0 || (out->answer != ANSWER_UNREACHED && out->answer != ANSWER_DIED))
        return;
    (void)specimen_ask(inv, &genuine, NULL);
    run_once(inv, 1, 1, PAUSE_NS, false, out);
    run_once(inv, wanted, at_once, gap_ns, one_connection, out);
}

/* --- what is said --- */

#define FORGERIES 16

/* Whether forgeries meet an error now and then, and not always, as events do. */
static bool meet_forgeries(struct investigation *inv)
{
    const struct specimen forged = {.forged = true};
    struct series series;
    series_run(inv, &forged, FORGERIES, 1, 0, false, &series);
    return series.num_errors > 0 && series.num_errors < series.count;
}

static struct diagnosis *note(struct investigation *inv, const char *id, char *sentence,
                              const char *remedy, char *accepted, char *refused,
                              const struct series *series)
{
    const struct diagnosis_kind kind = {
        id, sentence, "the events it turns away are lost: Panora does not retry them", remedy};
    struct diagnosis *diagnosis = found_pair(inv, &kind, HARM_LOST, accepted, refused, "");
    attribute_unstable(inv, diagnosis, series->status, series->answer);
    if (series->answer == ANSWER_ERROR && meet_forgeries(inv))
        attribute_status(inv, diagnosis, series->status);
    inv->kept.unstable = true;
    inv->kept.unstable_status = series->status;
    inv->kept.is_one_chance = series_fails_alike(series);
    free(sentence);
    free(accepted);
    free(refused);
    return diagnosis;
}

#define CHANCE                                                                                     \
    "look at the log for these responses; the event's content does not matter. Likely reasons: "   \
    "one of several instances has an old secret or old code, a pool runs out, or a race"
#define RATE                                                                                       \
    "exempt Panora's events from the rate limit (the signature authenticates them), or raise it; " \
    "run again with --rate below the limit, and a longer --max-time, to decide the cases that "    \
    "hit it"
#define AT_ONCE_REMEDY                                                                             \
    "process more events in parallel, or queue them: Panora sends from five workers"

/* --- every n-th --- */

/* The period of the failures, or 0. */
static size_t period_of(const struct series *series)
{
    size_t first = SIZE_MAX;
    size_t period = 0;
    for (size_t i = 0; i < series->count; i++) {
        if (!series->failed[i])
            continue;
        if (first != SIZE_MAX && period == 0)
            period = i - first;
        if (first == SIZE_MAX)
            first = i;
    }
    for (size_t i = 0; period && i < series->count; i++)
        if (series->failed[i] != (i >= first && (i - first) % period == 0))
            return 0;
    return first < period && series->num_failed >= 2 ? period : 0;
}

static bool name_period(struct investigation *inv, const struct series *first)
{
    size_t period = period_of(first);
    size_t more = period * 3 + 1;
    struct series second;
    if (period < 2 || more > SERIES_MAX)
        return false;
    run_series(inv, more > SERIES ? more : SERIES, 1, 0, false, &second);
    if (period_of(&second) != period && !inv->closed) /* cut short, it is likely */
        return false;
    struct buf met = {0};
    series_add_met(first, &met);
    struct diagnosis *diagnosis = note(
        inv, "fails-every-nth",
        series_sentence(
            first, "",
            mem_format("to every nth event (n = %zu), whatever its content (%zu of %zu)", period,
                       first->num_failed + second.num_failed, first->count + second.count)),
        CHANCE, mem_format("%zu events in a row", period - 1),
        mem_format("the same event sent as number %zu: %s", period, buf_text(&met)), first);
    diagnosis->loses_any = !inv->closed;
    buf_clear(&met);
    inv->kept.tries = 3;
    return true;
}

/* --- how fast --- */

#define SLOW_GAP_NS (250 * NS_PER_MS)
#define STILL_SOON  4 /* of them, for a second after the fast ones */
#define SLOW        7
#define SLOW_LONG   10 /* where the answer speaks of a limit */
#define FAST        10
#define FAST_MAX    SERIES_MAX
#define ROUNDS      3
#define GAP_LEAST   (20 * NS_PER_MS)
#define ROWS_MAX    2 /* in one series */
#define ROW_MIN     4
#define FAST_ROUNDS 2 /* of more events */

/* A quota that is used up lets nothing in until it is renewed: failures by chance would hardly
 * stand in so few rows. */
static bool fails_in_rows(const struct series *series)
{
    size_t rows = 0;
    for (size_t i = 0; i < series->count; i++)
        rows += series->failed[i] && (i == 0 || !series->failed[i - 1]);
    return rows > 0 && rows <= ROWS_MAX && series->num_failed >= rows * ROW_MIN;
}

static size_t num_before_failure(const struct series *series)
{
    size_t count = 0;
    while (count < series->count && !series->failed[count])
        count++;
    return count;
}

/* Slow enough for a limit that lets so many pass before it fails the next ones. */
static int64_t gap_below(size_t passed)
{
    int64_t gap_ns = NS_PER_S * 5 / 4 / (int64_t)(passed ? passed : 1);
    return gap_ns < GAP_LEAST ? GAP_LEAST : gap_ns > SLOW_GAP_NS ? SLOW_GAP_NS : gap_ns;
}

#define HASTE_GAP  (60 * NS_PER_MS)
#define HASTE_MANY 20 /* more than a second of them */

/* A limit that lets few pass at once may let more pass one by one, and slow experiments are few. */
static void hasten(struct investigation *inv)
{
    const struct specimen genuine = {0};
    struct series some;
    if (inv->gap_ns <= HASTE_GAP)
        return;
    series_run(inv, &genuine, HASTE_MANY, 1, HASTE_GAP, false, &some);
    if (some.count == HASTE_MANY && some.num_failed == 0)
        inv->gap_ns = HASTE_GAP;
    else
        run_once(inv, 1, 1, PAUSE_NS, false, &some);
}

/* Fast and slow in turn: a limit on the rate fails the fast ones only, and is no end of the
 * process.
 */
static bool name_rate(struct investigation *inv, const struct series *first, bool *out_slow_fails)
{
    struct series slow = {0}, fast = {0};
    size_t took = num_before_failure(first);
    size_t many = took + FAST < FAST_MAX ? took + FAST : FAST_MAX;
    size_t passed = SIZE_MAX; /* of those before which the pace was slow */
    bool in_rows = fails_in_rows(first);
    size_t num_with_rows = 0;
    if (in_rows && many < SERIES_LONG)
        many = SERIES_LONG; /* what came before the first ones may have counted as well */
    for (size_t i = 0; i < (many > FAST || first->limited ? FAST_ROUNDS : ROUNDS); i++) {
        struct series one;
        run_once(inv, first->limited ? SLOW_LONG : SLOW, 1, SLOW_GAP_NS, false, &one);
        for (size_t k = STILL_SOON; k < one.count; k++) {
            slow.count++;
            slow.num_failed += one.failed[k];
        }
        run_once(inv, many, 1, 0, false, &one);
        fast.count += one.count;
        fast.num_failed += one.num_failed;
        fast.num_unreached += one.num_unreached;
        in_rows = in_rows && (one.num_failed == 0 || fails_in_rows(&one));
        num_with_rows += one.num_failed > 0;
        if (one.num_failed && num_before_failure(&one) < passed)
            passed = num_before_failure(&one);
    }
    *out_slow_fails = slow.num_failed > 0 || inv->input->is_erratic;
    double share = share_of(first) > share_of(&fast) ? share_of(&fast) : share_of(first);
    bool by_chance = chance_of_at_most(0, slow.count, share) > (first->limited ? RARE_LIMIT : RARE);
    if (slow.count == 0 || slow.num_failed || fast.num_failed == 0 || fast.num_unreached ||
        (by_chance && !(in_rows && num_with_rows)))
        return false;
    struct buf met = {0};
    series_add_met(first, &met);
    (void)note(inv, "limits-the-rate",
               series_sentence(first, "", mem_text("when events arrive as fast as these")), RATE,
               mem_format("%zu of %zu events at four a second", slow.count, slow.count),
               mem_format("%zu of %zu copies without a pause: %s", fast.num_failed, fast.count,
                          buf_text(&met)),
               first);
    buf_clear(&met);
    inv->gap_ns = gap_below(passed);
    inv->limited_status = first->status;
    run_once(inv, 1, 1, PAUSE_NS, false, &slow); /* what was fast no longer counts */
    hasten(inv);
    return true;
}

/* --- by chance --- */

#define TRIES_MAX 8

static void try_more(struct investigation *inv, double share)
{
    inv->kept.tries = 2;
    while (inv->kept.tries < TRIES_MAX && pow(share, (double)inv->kept.tries) > RARE)
        inv->kept.tries++;
    inv->kept.too_unstable = pow(share, (double)inv->kept.tries) > RARE;
}

static bool name_digests(struct investigation *inv, const struct series *first)
{
    if (first->answer != ANSWER_REFUSED || first->limited || !digests_decide(inv, first))
        return false;
    inv->kept.unstable = true;
    inv->kept.unstable_status = first->status;
    try_more(inv, share_of(first));
    return true;
}

/* What says itself that it is a limit is no chance, unless slow ones meet it too. */
static void name_chance(struct investigation *inv, const struct series *first, bool slow_fails)
{
    struct series more;
    bool slow_ones_were_asked = !inv->closed;
    int low;
    int high;
    if (first->status == 429 || (first->limited && !slow_fails)) {
        inv->kept.unstable = true;
        inv->kept.unstable_status = first->status;
        inv->gap_ns = 20 * NS_PER_MS;
        inv->kept.tries = 3;
        return;
    }
    run_series(inv, SERIES, 1, 0, false, &more);
    size_t failed = first->num_failed + more.num_failed;
    size_t count = first->count + more.count;
    double share = (double)failed / (double)count;
    struct buf met = {0};
    series_add_met(first, &met);
    chance_interval(failed, count, &low, &high);
    struct diagnosis *diagnosis =
        note(inv, "fails-at-random",
             series_sentence(first, "sometimes ",
                             mem_format("to the same event: %zu of %zu, %d%% to %d%%", failed,
                                        count, low, high)),
             CHANCE, mem_format("%zu of %zu copies of the same event", count - failed, count),
             mem_format("%zu of %zu copies of the same event: %s", failed, count, buf_text(&met)),
             first);
    diagnosis->loses_any = slow_ones_were_asked;
    buf_clear(&met);
    try_more(inv, share);
}

/* --- at once --- */

/* So many at once that some fail; how many may be in flight. */
static void name_at_once(struct investigation *inv, const struct series *crowd)
{
    static const size_t sizes[] = {2, 3, 4, 6};
    size_t most = 1;
    struct series alone;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct series some;
        run_series(inv, sizes[i] * 2, sizes[i], 20 * NS_PER_MS, false, &some);
        if (some.num_failed)
            break;
        most = sizes[i];
    }
    run_series(inv, 16, 1, 0, false, &alone);
    struct series again;
    run_series(inv, (size_t)2 * AT_ONCE, AT_ONCE, 20 * NS_PER_MS, false, &again);
    if (alone.num_failed || again.num_failed == 0 ||
        chance_of_at_most(0, alone.count + SERIES, share_of(&again)) > RARE)
        return;
    struct buf met = {0};
    series_add_met(crowd, &met);
    (void)note(inv, "limits-concurrency",
               series_sentence(crowd, "",
                               mem_format("when more than %zu event%s arrive%s at once", most,
                                          most == 1 ? "" : "s", most == 1 ? "s" : "")),
               AT_ONCE_REMEDY,
               mem_format("%zu at once, and %zu one after another", most, alone.count),
               mem_format("%zu of %d copies, eight at once: %s", again.num_failed, 2 * AT_ONCE,
                          buf_text(&met)),
               crowd);
    buf_clear(&met);
}

/* --- on one connection --- */

static const struct diagnosis_kind second_request = {
    "no-second-request", "cannot read a second request on the same connection",
    "such events are lost: Panora does not retry them",
    "read exactly Content-Length bytes before the next request, or answer Connection: close; "
    "Panora keeps connections open"};

static bool came_later(const struct investigation *inv, const struct sight *sight,
                       const void *payload)
{
    return sight->exchange->seen.reused;
}

/* Whether all but the first on a connection fail, and none by itself. */
static void name_connection(struct investigation *inv)
{
    struct series one, apart;
    size_t later = 0;
    run_series(inv, 4, 1, inv->gap_ns, true, &one);
    if (one.num_failed == 0)
        return;
    run_series(inv, 4, 1, inv->gap_ns, false, &apart);
    run_series(inv, 4, 1, inv->gap_ns, true, &one);
    for (size_t i = 1; i < one.count; i++)
        later += one.failed[i];
    if (apart.num_failed || later == 0 || one.answer == ANSWER_BROKEN) /* it may well understand */
        return;
    struct buf met = {0};
    series_add_met(&one, &met);
    char *refused = mem_format("%zu of %zu later events on one connection: %s", later,
                               one.count - 1, buf_text(&met));
    struct diagnosis *diagnosis =
        found_pair(inv, &second_request, HARM_LOST, "events on separate connections", refused,
                   "on one connection");
    attribute_fitting(inv, diagnosis, came_later, NULL, one.status);
    free(refused);
    buf_clear(&met);
}

/* --- only at first --- */

static const struct diagnosis_kind at_first = {
    "fails-at-first", "fails the first events after a start, and accepts the same events later",
    "the first events after each start are lost: Panora does not retry them",
    "open the port only when the handler is ready, including its database connections"};

/* Another copy of it was under way as well: it may have lost a race against that. */
static bool has_raced(const struct investigation *inv, const struct sight *sight)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (other != sight && bytes_equal(other->id, sight->id) && sight_overlaps(other, sight))
            return true;
    }
    return false;
}

/* The last event that broke before the first one was accepted, or NULL. */
static const struct sight *broken_at_first(const struct investigation *inv)
{
    int64_t first_ns = INT64_MAX;
    const struct sight *failed = NULL;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct exchange *exchange = inv->sights[i].exchange;
        int64_t ended_ns = exchange->seen.started_ns + exchange->seen.total_ns;
        if (exchange->genuine && exchange->accepted && ended_ns < first_ns)
            first_ns = ended_ns; /* which of those under way came first is not known */
    }
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool early = sight->exchange->seen.started_ns < first_ns;
        bool lost = sight_is_lost(sight) && sight->has_event && sight->is_plain;
        if (lost && early && sight->answer == ANSWER_ERROR && !has_raced(inv, sight))
            failed = sight;
    }
    return first_ns == INT64_MAX ? NULL : failed;
}

#define REPLAYS 3

/* It broke only because it came first: byte for byte the same, it is accepted now. No hookcheck can
 * start the endpoint once more to be sure. */
static void name_first(struct investigation *inv)
{
    const struct sight *failed = inv->behind_first ? NULL : broken_at_first(inv);
    int status = failed ? failed->exchange->seen.status : inv->input->first_status;
    if (!status)
        return;
    for (size_t i = 0; failed && i < REPLAYS; i++)
        if (ask_request(inv, &failed->exchange->request, NULL) != ANSWER_ACCEPTED)
            return;
    char *refused = mem_format("the first event of the run: %d", status);
    struct diagnosis *diagnosis =
        found_pair(inv, &at_first, HARM_LOST,
                   failed ? "the same request later" : "the same event later", refused, "first");
    diagnosis->confidence = CONFIDENCE_LIKELY;
    free(diagnosis->likely_because);
    diagnosis->likely_because = mem_text("hookcheck cannot restart the endpoint to confirm it");
    for (size_t i = 0; failed && i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight_is_lost(sight) && sight->answer == ANSWER_ERROR &&
            sight->exchange->seen.started_ns <= failed->exchange->seen.started_ns)
            found_explain(diagnosis, sight->one);
    }
    free(refused);
}

/* Genuine events that the run saw refused as if by a limit. */
bool repeat_saw_limit(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].exchange->genuine && (inv->sights[i].exchange->seen.status == 429 ||
                                                 inv->sights[i].exchange->seen.status == 503))
            return true;
    return false;
}

/* Eight at once; where the run met a limit and they meet none, with bodies that take a while to
 * come: then they are in flight together for sure. */
static bool fails_at_once(struct investigation *inv)
{
    size_t num_dresses = inv->num_dresses;
    struct series crowd;
    run_series(inv, (size_t)2 * AT_ONCE, AT_ONCE, 20 * NS_PER_MS, false, &crowd);
    if (crowd.num_failed == 0 && repeat_saw_limit(inv) && num_dresses < DRESSES_MAX) {
        inv->dresses[inv->num_dresses++] = feature_find("two-pieces");
        run_series(inv, (size_t)2 * AT_ONCE, AT_ONCE, 20 * NS_PER_MS, false, &crowd);
    }
    if (crowd.num_failed)
        name_at_once(inv, &crowd);
    inv->num_dresses = num_dresses;
    return crowd.num_failed > 0;
}

/* A case sent several events at once, and some of them were lost. */
static bool lost_together(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *lost = &inv->sights[i];
        if (!lost->one || !lost->trouble || !sight_is_lost(lost))
            continue;
        for (size_t k = 0; k < inv->num_sights; k++)
            if (k != i && inv->sights[k].one == lost->one && sight_overlaps(lost, &inv->sights[k]))
                return true;
    }
    return false;
}

#define ROUNDS_OF_CALM 2
#define PLENTY         300 /* requests that may be sent: most are left for other questions */

/* The run met what looks like a limit, and as many events one after another do not: then it is
 * looked for longer, for what is rare is lost as well. */
static void look_longer(struct investigation *inv, struct series *first)
{
    bool has_time = inv->input->max_requests >= PLENTY && !lab_is_slow(inv);
    for (size_t i = 0; i < ROUNDS_OF_CALM && inv->input->crowded_status && has_time; i++)
        if (first->num_failed == 0 && !inv->closed)
            run_series(inv, SERIES_MAX, 1, 0, false, first);
}

void repeat_measure(struct investigation *inv)
{
    struct series first;
    if (inv->kept.is_measured)
        return;
    inv->kept.is_measured = true;
    bool in_haste = repeat_saw_limit(inv) || inv->input->crowded_status || inv->input->drops;
    size_t count = in_haste ? SERIES_LONG : SERIES;
    if (in_haste && inv->num_asked) /* what was asked before may count as well */
        run_series(inv, 1, 1, PAUSE_NS, false, &first);
    run_series(inv, count, 1, 0, false, &first);
    if (first.num_failed == first.count && first.count && !in_haste) {
        run_series(inv, 1, 1, PAUSE_NS, false, &first);
        run_series(inv, count, 1, 0, false, &first);
    }
    look_longer(inv, &first);
    if (first.num_failed) {
        if (name_period(inv, &first) || name_digests(inv, &first))
            return;
        bool slow_fails = false;
        if (name_rate(inv, &first, &slow_fails))
            name_connection(inv);
        else
            name_chance(inv, &first, slow_fails);
        return;
    }
    if (lab_is_slow(inv) && !lost_together(inv)) { /* no time for what no event has met */
        name_first(inv);
        return;
    }
    if (!fails_at_once(inv))
        name_first(inv);
    name_connection(inv);
}

/* --- forgeries --- */

static const struct diagnosis_kind unverified = {
    "verifies-at-random", "sometimes accepts the same forgery",
    "anyone who tries often enough can forge events",
    "check whether one of several instances does not verify, or a result is not awaited; the "
    "forgery's content does not matter"};

/* Whether genuine events fail now and then as well: then what is about the forgery is not known
 * before what they depend on is. */
static bool fails_anyway(struct investigation *inv, struct series *genuine)
{
    run_series(inv, FORGERIES, 1, inv->gap_ns, false, genuine);
    if (genuine->num_failed && !inv->kept.is_measured)
        repeat_measure(inv);
    return genuine->num_failed > 0;
}

/* Whether genuine events are refused as often as forgeries, and not for their pace: then nothing
 * about single events can be told. */
static bool are_treated_alike(struct investigation *inv, const struct series *forged)
{
    const struct specimen specimen = {.forged = true};
    struct series genuine;
    struct series slow;
    run_series(inv, forged->count, 1, inv->gap_ns, false, &genuine);
    if (genuine.num_refused * 4 < forged->num_refused * 3)
        return false;
    series_run(inv, &specimen, FORGERIES / 2, 1, SLOW_GAP_NS, false, &slow);
    return slow.num_refused > 0 && slow.num_failed < slow.count;
}

bool repeat_forged(struct investigation *inv, bool events_fail)
{
    const struct specimen forged = {.forged = true};
    struct series series;
    struct series genuine;
    int low;
    int high;
    series_run(inv, &forged, lab_fitting(inv, FORGERIES, SERIES_SHARE, SERIES_LEAST),
               lab_at_once(inv), inv->gap_ns, false, &series);
    size_t in = series.count - series.num_failed;
    bool mixed = in > 0 && in < series.count;
    bool alike = mixed && series.num_refused > 0 && are_treated_alike(inv, &series);
    inv->kept.too_unstable = inv->kept.too_unstable || alike;
    if (!alike && (mixed || events_fail) && fails_anyway(inv, &genuine) && mixed) {
        series_run(inv, &forged, FORGERIES, 1, inv->gap_ns, false, &series);
        in = series.count - series.num_failed; /* slowly, where that is what they depend on */
        mixed = in > 0 && series.num_refused > 0;
    }
    if (!mixed)
        return false;
    inv->kept.verifies_by_chance = true;
    chance_interval(in, series.count, &low, &high);
    char *sentence = mem_format("sometimes accepts the same forgery: %zu of %zu, %d%% to %d%%", in,
                                series.count, low, high);
    char *accepted = mem_format("%zu of %zu copies of the same forgery", in, series.count);
    char *refused = mem_format("%zu of %zu: %d", series.num_failed, series.count, series.status);
    struct diagnosis_kind kind = unverified;
    kind.sentence = sentence;
    struct diagnosis *diagnosis = found_pair(inv, &kind, HARM_FORGED, accepted, refused, "");
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].one && inv->sights[i].trouble && sight_got_in(&inv->sights[i]))
            found_explain(diagnosis, inv->sights[i].one);
    free(sentence);
    free(accepted);
    free(refused);
    return true;
}

/* --- for lists --- */

static const struct diagnosis_kind kinds[] = {
    {"fails-every-nth", "fails every nth event, whatever its content",
     "the events it turns away are lost: Panora does not retry them", CHANCE},
    {"fails-at-random", "sometimes fails the same event",
     "the events it turns away are lost: Panora does not retry them", CHANCE},
    {"limits-the-rate", "refuses events that arrive too fast",
     "the events it turns away are lost: Panora does not retry them", RATE},
    {"limits-concurrency", "refuses events when too many arrive at once",
     "the events it turns away are lost: Panora does not retry them", AT_ONCE_REMEDY},
};

void repeat_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        kinds_add(out, kinds[i]);
    kinds_add(out, second_request);
    kinds_add(out, unverified);
    kinds_add(out, at_first);
}
