/* H: what befalls a request whatever it holds: when it comes, after how many, on which of several
 * instances. */
#include <string.h>

#include "base/clock.h"
#include "receive/fault.h"

static enum result refuse_with(struct handling *handling, int status)
{
    handling->answer.status = status;
    return RESULT_ANSWERED;
}

static int status_of(const struct handling *handling)
{
    return (int)handling->argument->number;
}

static enum result fail_every_nth(struct handling *handling)
{
    uint64_t every = (uint64_t)handling->argument->count;
    return handling->request->number % every == 0 ? refuse_with(handling, status_of(handling))
                                                  : RESULT_NEXT;
}

/* SplitMix64: the same requests in the same order meet the same fate. */
static uint64_t roll(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static enum result fail_at_random(struct handling *handling)
{
    uint64_t share = (uint64_t)handling->argument->count;
    return roll(&handling->memory->chance) % 100 < share
               ? refuse_with(handling, status_of(handling))
               : RESULT_NEXT;
}

static enum result fail_at_first(struct handling *handling)
{
    return handling->request->number <= (uint64_t)handling->argument->count
               ? refuse_with(handling, status_of(handling))
               : RESULT_NEXT;
}

#define WORK_NS (20 * NS_PER_MS)

/* Every request takes its time, and only so many are taken on at once. */
static enum result fail_in_a_crowd(struct handling *handling)
{
    int64_t now_ns = clock_monotonic_ns();
    int64_t *busy = handling->memory->busy_until_ns;
    int64_t num_busy = 0;
    size_t place = 0;
    for (size_t i = 0; i < MEMORY_BUSY; i++) {
        num_busy += busy[i] > now_ns;
        place = busy[i] < busy[place] ? i : place;
    }
    if (num_busy >= handling->argument->count)
        return refuse_with(handling, status_of(handling));
    busy[place] = now_ns + WORK_NS;
    handling->answer.delay_ns = WORK_NS;
    return RESULT_NEXT;
}

/* Whether more than `most` requests came in this second. */
static bool is_too_fast(struct memory *memory, int64_t most)
{
    int64_t now_ns = clock_monotonic_ns();
    if (now_ns - memory->recent_ns >= NS_PER_S) {
        memory->recent_ns = now_ns;
        memory->num_recent = 0;
    }
    return (int64_t)++memory->num_recent > most;
}

static enum result fail_when_fast(struct handling *handling)
{
    return is_too_fast(handling->memory, handling->argument->count)
               ? refuse_with(handling, status_of(handling))
               : RESULT_NEXT;
}

static enum result drop_when_fast(struct handling *handling)
{
    if (!is_too_fast(handling->memory, handling->argument->number))
        return RESULT_NEXT;
    handling->answer.status = 503;
    handling->answer.cut = true;
    handling->answer.ending = ENDING_RESET;
    return RESULT_ANSWERED;
}

/* What it keeps of each body is never freed. */
static enum result die_of_bytes(struct handling *handling)
{
    struct memory *memory = handling->memory;
    memory->num_bytes += handling->request->body.len;
    return memory->num_bytes > (size_t)handling->argument->number ? RESULT_DEAD : RESULT_NEXT;
}

/* Whether the `number`-th of something is for one of the odd instances: they take turns. */
static bool is_odd(const struct handling *handling, uint64_t number)
{
    return number % (uint64_t)handling->argument->count < (uint64_t)handling->argument->number;
}

static enum result trust_on_some_instances(struct handling *handling)
{
    return is_odd(handling, handling->request->number) ? RESULT_TRUSTED
                                                       : rules_right.find(handling);
}

static enum result old_key(struct handling *handling, bool old)
{
    if (!old)
        return rules_right.key(handling);
    buf_add_text(&handling->key, "the secret of last year");
    return RESULT_NEXT;
}

static enum result old_key_on_some_instances(struct handling *handling)
{
    return old_key(handling, is_odd(handling, handling->request->number));
}

static enum result old_key_on_some_connections(struct handling *handling)
{
    return old_key(handling, is_odd(handling, handling->request->connection));
}

#define COLD_NS NS_PER_S

/* What it had put away in a quiet time has to be fetched again. */
static enum result start_again_after_a_pause(struct handling *handling)
{
    struct memory *memory = handling->memory;
    int64_t now_ns = clock_monotonic_ns();
    if (memory->latest_ns && now_ns - memory->latest_ns >= handling->argument->number)
        handling->answer.delay_ns = COLD_NS;
    memory->latest_ns = now_ns + handling->answer.delay_ns; /* it is warm from its answer on */
    return RESULT_NEXT;
}

#define LOCKED_NS NS_PER_S

static enum result stay_locked(struct handling *handling)
{
    return clock_monotonic_ns() < handling->memory->locked_until_ns
               ? refuse_with(handling, status_of(handling))
               : RESULT_NEXT;
}

/* Whoever was refused, everybody is kept out. */
static enum result compare_and_lock(struct handling *handling)
{
    struct memory *memory = handling->memory;
    enum result result = rules_right.compare(handling);
    if (result != RESULT_SIGNATURE || ++memory->num_refused < (uint64_t)handling->argument->count)
        return result;
    memory->num_refused = 0;
    memory->locked_until_ns = clock_monotonic_ns() + LOCKED_NS;
    return result;
}

#define CODE_N(fallback_)                                                                          \
    {                                                                                              \
        .kind = ARGUMENT_STATUS_COUNT, .meaning = "CODE[,N]", .fallback = (fallback_)              \
    }
#define M_OF_N(fallback_)                                                                          \
    {                                                                                              \
        .kind = ARGUMENT_PART, .meaning = "M/N: M of N instances", .fallback = (fallback_)         \
    }

static const struct fault rows[] = {
    {.id = "H01",
     .name = "every-nth",
     .sentence = "fails every tenth request, whatever it contains",
     .seen = "",
     .racy = true,
     .argument = CODE_N("500,10"),
     .diagnosis = "fails-every-nth",
     .overrides = {.befall = fail_every_nth}},
    {.id = "H02",
     .name = "at-random",
     .sentence = "fails one request of five at random",
     .seen = "",
     .racy = true,
     .argument = {.kind = ARGUMENT_STATUS_COUNT,
                  .meaning = "CODE[,N], N per cent",
                  .fallback = "500,20"},
     .diagnosis = "fails-at-random",
     .overrides = {.befall = fail_at_random}},
    {.id = "H03",
     .name = "first-after-start",
     .sentence = "fails the first request after it was started",
     .seen = "",
     .racy = true,
     .argument = CODE_N("500,1"), /* it may be a forgery that comes first: no cause is sure */
     .diagnosis = "fails-at-first",
     .overrides = {.befall = fail_at_first}},
    {.id = "H04",
     .name = "few-at-once",
     .sentence = "answers 503 when more than two requests are under way",
     .seen = "",
     .racy = true,
     .argument = CODE_N("503,2"),
     .trial = "503,3",
     .diagnosis = "limits-concurrency",
     .overrides = {.befall = fail_in_a_crowd}},
    {.id = "H05",
     .name = "few-a-second",
     .sentence = "answers 503 to more than 20 requests a second",
     .seen = "nginx limit_req",
     .racy = true,
     .argument = CODE_N("503,20"),
     .trial = "503,60",
     .diagnosis = "limits-the-rate",
     .overrides = {.befall = fail_when_fast}},
    {.id = "H06",
     .name = "drops-fast",
     .sentence = "resets the connection of more than 20 requests a second",
     .lasting = true,
     .seen = "",
     .racy = true,
     .argument = {.kind = ARGUMENT_NUMBER,
                  .meaning = "N requests a second, from 1 to 100000",
                  .fallback = "20",
                  .least = 1,
                  .most = 100000},
     .trial = "40",
     .diagnosis = "limits-the-rate",
     .overrides = {.befall = drop_when_fast}},
    {.id = "H07",
     .name = "dies-of-bytes",
     .sentence = "ends its process after it has read 4 MiB of bodies",
     .seen = "",
     .racy = true,
     .argument = {.kind = ARGUMENT_SIZE, .meaning = "N bytes", .fallback = "4MiB"},
     .diagnosis = "dies-on-a-request",
     .overrides = {.befall = die_of_bytes}},
    {.id = "H08",
     .name = "unverified-instances",
     .sentence = "verifies nothing on one of two instances, which take turns",
     .seen = "",
     .racy = true,
     .argument = M_OF_N("1/2"),
     .diagnosis = "verifies-at-random",
     .overrides = {.find = trust_on_some_instances}},
    {.id = "H09",
     .name = "old-instances",
     .sentence = "has an old secret on one of four instances, which take turns",
     .seen = "",
     .racy = true,
     .argument = M_OF_N("1/4"),
     .diagnosis = "fails-every-nth",
     .overrides = {.key = old_key_on_some_instances}},
    {.id = "H10",
     .name = "old-connections",
     .sentence =
         "has an old secret on one of four instances, among which connections are shared out",
     .seen = "",
     .racy = true,
     .argument = M_OF_N("1/4"),
     .diagnosis = "fails-every-nth",
     .overrides = {.key = old_key_on_some_connections}},
    {.id = "H11",
     .name = "lock-out",
     .sentence = "answers 429 to everything for a second after each ten forgeries",
     .seen = "",
     .racy = true,
     .lasting = true,
     .argument = CODE_N("429,10"),
     .trial = "429,18",
     .diagnosis = "locks-out",
     .overrides = {.befall = stay_locked, .compare = compare_and_lock}},
    {.id = "H12",
     .name = "cold-again",
     .sentence = "takes a second longer for the first request after a pause",
     .seen = "",
     .argument = {.kind = ARGUMENT_TIME,
                  .meaning = "TIME without a request",
                  .fallback = "800ms",
                  .least = 1,
                  .most = 3600 * NS_PER_S},
     .diagnosis = "slow-after-a-pause",
     .overrides = {.befall = start_again_after_a_pause}},
};
const struct table_part faults_h = TABLE_PART(rows);
