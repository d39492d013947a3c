#include "run/probe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"

#define KIB INT64_C(1024)
#define MIB (1024 * KIB)

/* --- what is sent --- */

#define SIZE_TRIES 6

/* The body has exactly `value` bytes: how many quotes of data are escaped depends on its size, so
 * that what is around data is corrected until it fits. */
static bool compose_body(const struct composer *composer, const struct step *step, int64_t value,
                         struct rng *rng, struct composed *out, struct error *err)
{
    struct step sized = *step;
    sized.size = (size_t)value;
    for (size_t i = 0; i < SIZE_TRIES; i++) {
        struct rng same = *rng;
        if (!compose_step(composer, &sized, NULL, false, &same, out, err))
            return false;
        int64_t excess = (int64_t)out->request.body.len - value;
        if (excess == 0 || i + 1 == SIZE_TRIES || (int64_t)sized.size <= excess) {
            *rng = same;
            return true;
        }
        sized.size = (size_t)((int64_t)sized.size - excess);
        composed_clear(out);
    }
    return false;
}

static bool compose_nesting(const struct composer *composer, const struct step *step, int64_t value,
                            struct rng *rng, struct composed *out, struct error *err)
{
    struct step deep = *step;
    deep.depth = (size_t)value;
    return compose_step(composer, &deep, NULL, false, rng, out, err);
}

/* The whole line counts: name, colon, blank and line end. */
static bool compose_header(const struct composer *composer, const struct step *step, int64_t value,
                           struct rng *rng, struct composed *out, struct error *err)
{
    static const char name[] = "X-Padding";
    struct buf padding = {0};
    if (!compose_step(composer, step, NULL, false, rng, out, err))
        return false;
    buf_add_repeated(&padding, 'x', (size_t)value - (sizeof name - 1) - 4);
    headers_add(&out->request.headers, name, buf_text(&padding));
    buf_clear(&padding);
    char *sent = mem_format("%s, a header line of %" PRId64 " bytes", out->sent, value);
    free(out->sent);
    out->sent = sent;
    return true;
}

/* --- what is known --- */

static const struct known_limit known_bodies[] = {
    {64 * KIB, 64 * KIB, "64 KiB"},
    {100000, 100000, "100 kB"},
    {100 * KIB, 100 * KIB, "the default of express.json"},
    {128 * KIB, 128 * KIB, "128 KiB"},
    {256 * KIB, 256 * KIB, "256 KiB"},
    {512 * KIB, 512 * KIB, "512 KiB"},
    {1000000, 1000000, "1 MB"},
    {MIB, MIB, "the default of nginx, Fastify, koa-bodyparser, aiohttp and Next.js"},
    {2 * MIB, 2 * MIB, "the default of axum and Tomcat"},
    {5 * MIB / 2, 5 * MIB / 2, "the default of Django"},
    {9 * MIB / 2, 9 * MIB / 2, "Vercel's limit"},
    {5 * MIB, 5 * MIB, "5 MiB"},
    {6 * MIB, 6 * MIB, "AWS Lambda's limit"},
    {8 * MIB, 8 * MIB, "the default of PHP"},
    {10 * MIB, 10 * MIB, "API Gateway's limit, and a usual setting"},
};

static const struct known_limit known_levels[] = {
    {64, 64, "the default of System.Text.Json"},
    {100, 100, "the default of Ruby's JSON"},
    {127, 128, "the limit of serde_json"},
    {511, 512, "the default of PHP's json_decode"},
    {900, 1000, "near Python's recursion limit, and Jackson's limit"},
};

static const struct known_limit known_headers[] = {
    {4 * KIB - 64, 4 * KIB, "4 KiB for one line"},
    {8 * KIB - 64, 8 * KIB + 64, "the default of nginx, Apache and gunicorn for one line"},
    {15 * KIB, 16 * KIB, "Node.js's 16 KiB for all headers together"},
    {31 * KIB, 32 * KIB, "32 KiB for all headers together"},
    {63 * KIB, 64 * KIB, "64 KiB for all headers together, as in uvicorn"},
};

static const struct probe probes[] = {
    {{"body-limit", "probe", "searches for the largest accepted body", {{0}}},
     "bytes",
     "bodies of up to",
     16 * MIB,
     MIB,
     256,
     known_bodies,
     ARRAY_LEN(known_bodies),
     compose_body},
    {{"nesting-limit", "probe", "searches for the deepest accepted nesting", {{0}}},
     "levels",
     "data nested up to",
     2048,
     0,
     2048,
     known_levels,
     ARRAY_LEN(known_levels),
     compose_nesting},
    {{"header-limit", "probe", "searches for the longest accepted header line", {{0}}},
     "bytes",
     "header lines of up to",
     64 * KIB,
     0,
     256,
     known_headers,
     ARRAY_LEN(known_headers),
     compose_header},
};

static const struct table_part part = TABLE_PART(probes);
static const struct table_part *const parts[] = {&part, NULL};
const struct table probe_words = {"probe", sizeof(struct probe), parts};

const struct probe *probe_of(const struct word *word)
{
    return (const struct probe *)(const void *)word; /* the word is the row's first member */
}

/* --- the search --- */

void probe_bounds(const struct tried *tried, size_t count, int64_t *out_low, int64_t *out_high)
{
    *out_low = 0;
    *out_high = 0;
    for (size_t i = 0; i < count; i++) {
        if (tried[i].result == PROBE_ACCEPTED && tried[i].value > *out_low)
            *out_low = tried[i].value;
        if (tried[i].result == PROBE_REFUSED && (*out_high == 0 || tried[i].value < *out_high))
            *out_high = tried[i].value;
    }
}

/* The middle one of the limits that are known to the byte and lie between; 0 when there is none. */
static int64_t known_between(const struct probe *probe, int64_t low, int64_t high)
{
    size_t first = probe->num_known;
    size_t count = 0;
    for (size_t i = 0; i < probe->num_known; i++) {
        const struct known_limit *known = &probe->known[i];
        if (known->from != known->to || known->from <= low || known->from >= high)
            continue;
        first = count == 0 ? i : first;
        count++;
    }
    return count ? probe->known[first + count / 2].from : 0;
}

static const struct known_limit *known_at(const struct probe *probe, int64_t limit)
{
    for (size_t i = 0; i < probe->num_known; i++)
        if (probe->known[i].from <= limit && limit <= probe->known[i].to)
            return &probe->known[i];
    return NULL;
}

/* The smallest that is worth a try: an event of its own size. */
static int64_t smallest_of(const struct probe *probe)
{
    return probe->max > 2 * KIB ? 2 * KIB : 2;
}

int64_t probe_most(const struct probe *probe, bool gentle)
{
    return gentle && probe->gentle_max ? probe->gentle_max : probe->max;
}

/* The limits that many share first, from the middle of what is open, so that large ones are sent
 * only where smaller ones got in; one more than such a limit when it was accepted; halves for the
 * rest. */
int64_t probe_next(const struct probe *probe, int64_t most, const struct tried *tried, size_t count)
{
    int64_t low = 0;
    int64_t high = 0;
    if (count == 0)
        return smallest_of(probe);
    probe_bounds(tried, count, &low, &high);
    if (low == 0 || count >= PROBE_SHOTS_MAX || tried[count - 1].result == PROBE_UNDECIDED)
        return 0;
    int64_t known = known_between(probe, low, high ? high : most);
    if (known)
        return known;
    if ((high && high - low <= 1) || low >= most)
        return 0;
    const struct known_limit *reached = known_at(probe, low);
    if (reached && reached->from == reached->to)
        return low + 1; /* before the largest, which it may save */
    if (high == 0)
        return most;
    int64_t middle = low + (high - low) / 2;
    return high - low <= low / probe->coarseness ? 0 : middle;
}

/* --- what it found --- */

/* 102400 as "102,400". */
static void add_number(struct buf *out, int64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRId64, number);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_add_char(out, ',');
        buf_add_char(out, digits[i]);
    }
}

static bool any_undecided(const struct tried *tried, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tried[i].result == PROBE_UNDECIDED)
            return true;
    return false;
}

void probe_measure(const struct probe *probe, const struct tried *tried, size_t count,
                   struct case_result *out)
{
    struct buf text = {0};
    int64_t low = 0;
    int64_t high = 0;
    probe_bounds(tried, count, &low, &high);
    if (low == 0)
        return;
    const struct known_limit *known = high ? known_at(probe, low) : NULL;
    buf_add_format(&text, "accepts %s ", probe->subject);
    add_number(&text, low);
    buf_add_format(&text, " %s", probe->unit);
    bool is_range = high > low + 1 && !(known && known->from == known->to);
    if (is_range) {
        buf_add_text(&text, ", not ");
        add_number(&text, high);
    }
    if (any_undecided(tried, count))
        buf_add_text(&text, ", and perhaps more: the search ended early");
    else if (!high)
        buf_add_text(&text, ", and perhaps more: nothing larger was tried");
    else if (known)
        buf_add_format(&text, ": %s", known->words);
    case_result_add_measure(out, probe->word.name, (double)low, probe->unit, buf_take(&text));
}
