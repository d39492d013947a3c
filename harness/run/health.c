#include "run/health.h"

#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "judge/expectation.h"
#include "result/packed.h"

void health_init(struct health *health, const struct health_limits *limits, size_t room)
{
    *health = (struct health){.limits = *limits, .room = room};
}

/* --- what its answers have shown --- */

#define SLOW_NS      (100 * NS_PER_MS)
#define VERY_SLOW_NS NS_PER_S

/* Only an endpoint that takes so long gains by more in flight. */
#define CALM_MIN_NS (20 * NS_PER_MS)

/* The room grows by one with so many answers in a row that took at most twice the usual. */
#define CALM_ANSWERS 2
#define CALM_FACTOR  2

bool health_is_slow(const struct health *health)
{
    return health->usual_ns >= SLOW_NS;
}

bool health_is_very_slow(const struct health *health)
{
    return health->usual_ns >= VERY_SLOW_NS;
}

/* A request broken off on purpose had a connection. A TLS handshake by itself shows that the
 * endpoint is there, when a default client, or one that was told not to care, would have gone on.
 */
static bool was_reached(const struct health *health, const struct observation *seen)
{
    const struct tls_facts *tls = &seen->tls;
    if (outcome_had_session(seen->outcome))
        return true;
    if (!tls->asked)
        return seen->outcome == OUTCOME_LEFT && seen->connect_ns >= 0;
    return tls->established && (health->limits.insecure ||
                                (!tls->chain_error[0] && !tls->date_error[0] && tls->name_matches));
}

/* It works off one after another, or few at once: what is under way beside it costs an event its
 * time. So many that each takes half of the deadline (Little's law: twice as many, twice as long).
 */
static void shrink(struct health *health, size_t num_under_way, int64_t total_ns)
{
    int64_t most_ns = health->limits.deadline_ns / 2;
    if (total_ns <= most_ns || total_ns <= health->usual_ns * CALM_FACTOR)
        return;
    size_t room = (size_t)((int64_t)num_under_way * most_ns / total_ns);
    if (room < health->room)
        health->room = room > 1 ? room : 1;
}

static void grow(struct health *health)
{
    size_t answers = health_is_slow(health) ? 1 : CALM_ANSWERS;
    if (++health->num_calm % answers == 0 && health->usual_ns >= CALM_MIN_NS &&
        health->room < health->limits.room_max)
        health->room++;
}

/* So many in a row, under way together, took hardly longer than one: a slow endpoint bears twice as
 * many. */
static void widen(struct health *health, size_t num_under_way, int64_t total_ns)
{
    size_t room = 2 * num_under_way;
    bool is_beside = total_ns <= health->usual_ns * 3 / 2;
    health->num_beside = is_beside ? health->num_beside + 1 : 0;
    if (!health_is_slow(health) || health->gap_ns || health->num_beside < num_under_way)
        return;
    room = room < health->limits.room_max ? room : health->limits.room_max;
    if (room > health->room)
        health->room = room;
}

/* The time of an event like the canary; of any other as long as none was accepted. */
static void note_usual_time(struct health *health, bool is_usual, int64_t total_ns)
{
    bool is_first = !health->usual_ns || (is_usual && !health->usual_is_usual);
    if (is_first || (is_usual >= health->usual_is_usual && total_ns < health->usual_ns))
        health->usual_ns = total_ns;
    health->usual_is_usual = health->usual_is_usual || is_usual;
}

/* Learns how much may be in flight. */
static void note_time(struct health *health, bool is_usual, int64_t total_ns)
{
    note_usual_time(health, is_usual, total_ns);
    if (total_ns <= health->usual_ns * CALM_FACTOR && !health->gap_ns) {
        grow(health);
        return;
    }
    health->num_calm = 0;
}

enum shot_kind shot_kind_of(const struct exchange *exchange)
{
    if (headers_find(&exchange->request.headers, "Transfer-Encoding"))
        return SHOT_CHUNKED;
    return exchange->genuine ? SHOT_GENUINE : SHOT_FORGED;
}

size_t health_num_hangs(const struct health *health)
{
    size_t count = 0;
    for (size_t i = 0; i < SHOT_KINDS; i++)
        count += health->hangs[i] + health->minor_hangs[i];
    return count;
}

void health_note(struct health *health, const struct news *news)
{
    const struct exchange *exchange = news->exchange;
    const struct observation *seen = &exchange->seen;
    bool taken = exchange->accepted && exchange->genuine && !exchange->by_scheme;
    health->any_accepted = health->any_accepted || taken;
    health->usual_accepted = health->usual_accepted || (taken && news->usual);
    health->reached = health->reached || was_reached(health, seen);
    health->answered = health->answered || seen->first_byte_ns >= 0;
    if (seen->outcome == OUTCOME_ANSWERED && seen->started_ns > health->alive_ns)
        health->alive_ns = seen->started_ns;
    if (seen->outcome == OUTCOME_TIMED_OUT && !(news->is_load && health->answered))
        (news->is_minor ? health->minor_hangs : health->hangs)[shot_kind_of(exchange)]++;
    if (exchange->accepted && news->is_timely)
        note_time(health, news->usual, seen->total_ns);
    if (health->usual_ns && exchange->genuine && seen->outcome == OUTCOME_TIMED_OUT) {
        shrink(health, news->num_under_way, health->limits.deadline_ns);
        health->backlog_ns += health->usual_ns;
    } else if (exchange->accepted) {
        widen(health, news->num_under_way, seen->total_ns);
        shrink(health, news->num_under_way, seen->total_ns);
    }
}

/* What servers reset unread is above this. */
#define SMALL_HEAD ((size_t)8 * 1024)
#define SMALL_BODY ((size_t)1024 * 1024)

static bool is_small(const struct exchange *exchange)
{
    const struct request *request = &exchange->request;
    size_t len = 0;
    for (size_t i = 0; i < request->headers.count; i++)
        len += strlen(request->headers.items[i].name) + strlen(request->headers.items[i].value);
    return len < SMALL_HEAD && exchange_body_len(exchange) < SMALL_BODY;
}

bool health_forgives(const struct health *health, const struct exchange *exchange)
{
    bool has_refused = exchange->seen.status / 100 == 4;
    return (has_refused || health_is_very_slow(health)) &&
           answer_of(&exchange->seen) == ANSWER_DIED && !is_small(exchange);
}

/* --- how much it bears --- */

#define GAP_MIN_NS (10 * NS_PER_MS)
#define GAP_MAX_NS (250 * NS_PER_MS)
#define GAP_EASE   16 /* the gap shrinks by 1/N with each event that gets in */

bool health_is_overload(const struct observation *seen)
{
    static const int statuses[] = {429, 502, 503, 504};
    for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
        if (seen->outcome == OUTCOME_ANSWERED && seen->status == statuses[i])
            return true;
    return false;
}

void health_slow_down(struct health *health)
{
    health->room = health->room > 1 ? health->room / 2 : 1;
    health->gap_ns = health->gap_ns ? health->gap_ns * 2 : GAP_MIN_NS;
    if (health->gap_ns > GAP_MAX_NS)
        health->gap_ns = GAP_MAX_NS;
}

bool health_took_its_time(const struct health *health)
{
    return health->was_overloaded || health->misses > 0;
}

/* Less load changes nothing. */
static void stop_waiting(struct health *health)
{
    health->is_limited = true;
    health->is_erratic = true;
    health->gap_ns = 0;
}

/* So far apart that no load is left. */
#define FAR_APART_NS  (GAP_MAX_NS * 4 / 5)
#define FAR_APART_MAX 4

void health_note_overload(struct health *health, int status)
{
    if (!health->any_accepted)
        health->first_status = status;
    else
        health->crowded_status = status;
    health->met_far_apart = health->gap_ns >= FAR_APART_NS;
}

/* A limit on the load does not let the canary in at once: that needs time, or less load. */
static void note_far_apart(struct health *health)
{
    health->num_far_apart += health->met_far_apart && !health_took_its_time(health);
    health->met_far_apart = false;
    if (!health->is_limited && health->num_far_apart >= FAR_APART_MAX)
        stop_waiting(health);
}

/* So many that met the same again, and such a part of all. */
#define UNHURRIED_NS (GAP_MAX_NS / 4)
#define AGAIN_MIN    4
#define AGAIN_SHARE  6

void health_note_repetition(struct health *health, bool again)
{
    if (health->gap_ns < UNHURRIED_NS)
        return;
    health->num_alone++;
    health->num_again += again && !health_took_its_time(health);
    if (health->num_again >= AGAIN_MIN && health->num_again * AGAIN_SHARE >= health->num_alone)
        stop_waiting(health);
}

void health_ease(struct health *health)
{
    health->gap_ns -= health->gap_ns / GAP_EASE;
}

/* --- looking at it --- */

#define PAUSE_NS     (25 * NS_PER_MS)
#define PAUSE_MAX_NS (250 * NS_PER_MS)
#define PAUSE_EASE   10 /* the pause grows by 1/N of the time that it was missed */

/* Between canaries while it is well: one that dies late, or is back at once, is not to be missed.
 */
#define SETTLE_PAUSE_NS (4 * NS_PER_MS)

/* So many canaries in a row that were answered and refused are as bad as none. */
#define REFUSALS_MAX 4

/* An endpoint that has too much to do is given so long to work it off. */
#define OVERLOAD_NS            (8 * NS_PER_S)
#define OVERLOAD_PAUSE_NS      (60 * NS_PER_MS)
#define OVERLOAD_FROM_START_NS (2 * NS_PER_S) /* one that has never taken an event */

void health_begin_look(struct health *health, int64_t now_ns, int64_t settle_ns)
{
    health->missed_ns = now_ns;
    health->settled_ns = now_ns + settle_ns;
    health->back_ns = 0;
    health->misses = 0;
    health->refusals = 0;
    health->num_cut_off = 0;
    health->was_overloaded = false;
}

/* A budget that is used up leaves none for looking: then the endpoint is taken to be alive. So is
 * one that limits the rate, or that never took an event like this one. */
static bool is_well(const struct health *health, const struct exchange *canary)
{
    const struct observation *seen = &canary->seen;
    if (seen->outcome == OUTCOME_NOT_SENT)
        return !seen->ours;
    /* The same event once more may be refused as a repetition; that is life enough. */
    if (seen->outcome == OUTCOME_ANSWERED && health->back_ns)
        return true;
    if (health_is_overload(seen))
        return health->is_limited;
    if (!health->usual_accepted &&
        (seen->status || seen->first_byte_ns >= 0)) /* so it always was, whole or not */
        return true;
    return seen->outcome == OUTCOME_ANSWERED && (canary->accepted || seen->status == 409);
}

bool health_drops(const struct health *health)
{
    return health->num_drops >= HEALTH_DROPS_MIN && health->misses > 0 &&
           health->num_cut_off == health->misses;
}

static void note_absence(struct health *health)
{
    int64_t away_ns = health->back_ns - health->missed_ns;
    if (health->misses == 0 || health_drops(health))
        return;
    if (health->num_absences++ == 0)
        health->first_absence_ns = health->missed_ns;
    if (away_ns > health->longest_absence_ns)
        health->longest_absence_ns = away_ns;
}

/* Somebody took the connection each time and dropped it: that is no absence, but how some limit
 * the load. Once may be a worker that was being replaced. */
#define CUT_OFF_MIN 2

static enum look look_well(struct health *health, int64_t now_ns, int64_t *out_pause_ns)
{
    health->backlog_ns = 0;
    if (!health->back_ns) {
        health->back_ns = now_ns;
        if (health->misses >= CUT_OFF_MIN && health->num_cut_off == health->misses) {
            if (++health->num_drops == HEALTH_DROPS_MIN) /* so the first was one, too */
                health_explain_absences(health, 1);
            health_slow_down(health);
        }
        note_absence(health);
        note_far_apart(health);
    }
    *out_pause_ns = SETTLE_PAUSE_NS;
    return now_ns >= health->settled_ns ? LOOK_WELL : LOOK_AGAIN;
}

/* It answers, but not as it did: of several instances behind one address one may be of another
 * mind, so that a few refusals in a row are no death. */
static bool is_of_another_mind(struct health *health, const struct observation *seen)
{
    bool refused = seen->outcome == OUTCOME_ANSWERED && !health_is_overload(seen);
    return refused && health->misses == 0 && ++health->refusals < REFUSALS_MAX;
}

/* It has too much to do. When that goes on for too long, it is a limit of its own. */
static enum look look_overloaded(struct health *health, int status, int64_t now_ns,
                                 int64_t *out_pause_ns)
{
    health->was_overloaded = true;
    health->overload_status = status;
    int64_t most_ns = health->usual_accepted ? OVERLOAD_NS : OVERLOAD_FROM_START_NS;
    int64_t waited_ns = now_ns - health->missed_ns;
    *out_pause_ns = OVERLOAD_PAUSE_NS;
    if (waited_ns < most_ns && waited_ns < health->limits.max_time_ns / 4)
        return LOOK_AGAIN;
    health->is_limited = true; /* it goes on as it is */
    health->back_ns = now_ns;
    return LOOK_WELL;
}

/* Servers go on with requests whose client has gone. */
static int64_t time_to_work_off(const struct health *health)
{
    int64_t most_ns = health->limits.max_time_ns / 4;
    return health->backlog_ns < most_ns ? health->backlog_ns : most_ns;
}

static enum look look_missing(struct health *health, const struct observation *seen, int64_t now_ns,
                              int64_t *out_pause_ns)
{
    int64_t away_ns = now_ns - health->missed_ns;
    int64_t pause_ns = PAUSE_NS + away_ns / PAUSE_EASE;
    health->misses++;
    health->num_cut_off += answer_of(seen) == ANSWER_DIED;
    health->back_ns = 0;
    health->gone = away_ns > health->limits.recovery_ns + time_to_work_off(health);
    /* who no longer takes connections may have its hands full */
    health->silent = seen->outcome == OUTCOME_TIMED_OUT || seen->outcome == OUTCOME_UNREACHABLE;
    *out_pause_ns = pause_ns < PAUSE_MAX_NS ? pause_ns : PAUSE_MAX_NS;
    return health->gone ? LOOK_GONE : LOOK_AGAIN;
}

/* For as long as it may be away it was there, and nobody could read its answers: that is no
 * absence.
 */
static bool answers_badly(const struct health *health, const struct observation *seen,
                          int64_t now_ns)
{
    return seen->outcome == OUTCOME_MALFORMED && seen->status &&
           now_ns - health->missed_ns > health->limits.recovery_ns;
}

enum look health_look(struct health *health, const struct exchange *canary, int64_t now_ns,
                      int64_t *out_pause_ns)
{
    const struct observation *seen = &canary->seen;
    if (is_well(health, canary))
        return look_well(health, now_ns, out_pause_ns);
    if (is_of_another_mind(health, seen) || seen->ours) {
        *out_pause_ns = PAUSE_NS;
        return LOOK_AGAIN;
    }
    if (answers_badly(health, seen, now_ns)) {
        health->misses = 0;
        return look_well(health, now_ns, out_pause_ns);
    }
    return health_is_overload(seen) ? look_overloaded(health, seen->status, now_ns, out_pause_ns)
                                    : look_missing(health, seen, now_ns, out_pause_ns);
}

void health_explain_absences(struct health *health, size_t count)
{
    health->num_absences -= health->num_absences < count ? health->num_absences : count;
}
