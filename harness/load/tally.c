#include "load/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"

const char *const load_kinds[LOAD_NUM_KINDS] = {"genuine", "duplicate", "forged"};

const struct load_fault_row load_faults[LOAD_NUM_FAULTS] = {
    [LOAD_FINE] = {"fine", "nothing", false},
    [LOAD_FORGERY_ACCEPTED] = {"forgery_accepted", "forged events accepted", true},
    [LOAD_GENUINE_REFUSED] = {"genuine_refused", "genuine events refused", true},
    [LOAD_SERVER_ERROR] = {"server_error", "server errors (5xx)", false},
    [LOAD_THROTTLED] = {"throttled", "answered 429 (too many requests)", false},
    [LOAD_OTHER_STATUS] = {"other_status", "answered neither 2xx, 4xx nor 5xx", false},
    [LOAD_NOT_CONNECTED] = {"not_connected", "connections failed", false},
    [LOAD_NO_SOCKET] = {"no_socket", "connections were not made", false},
    [LOAD_TIMED_OUT] = {"timed_out", "no complete response before the deadline", false},
    [LOAD_CLOSED] = {"closed", "connections closed or reset before the response was complete",
                     false},
    [LOAD_MALFORMED] = {"malformed", "responses that are not valid HTTP", false},
    [LOAD_UNSENT] = {"unsent", "due but never sent: every connection was busy until the end",
                     false},
};

/* The members that are histograms. */
static const size_t times[] = {offsetof(struct tally, latency),  offsetof(struct tally, connect),
                               offsetof(struct tally, queue),    offsetof(struct tally, wait),
                               offsetof(struct tally, transfer), offsetof(struct tally, late)};

static struct histogram *time_of(struct tally *tally, size_t i)
{
    return (struct histogram *)(void *)((char *)tally + times[i]);
}

enum load_fault load_fault_of(enum load_kind kind, int status)
{
    if (status == 429)
        return LOAD_THROTTLED;
    if (status >= 500)
        return LOAD_SERVER_ERROR;
    if (status / 100 == 2)
        return kind == LOAD_FORGED ? LOAD_FORGERY_ACCEPTED : LOAD_FINE;
    if (status / 100 == 4)
        return kind == LOAD_FORGED ? LOAD_FINE : LOAD_GENUINE_REFUSED;
    return LOAD_OTHER_STATUS;
}

void tally_init(struct tally *tally)
{
    *tally = (struct tally){0};
    for (size_t i = 0; i < ARRAY_LEN(times); i++)
        histogram_init(time_of(tally, i));
}

static void offender_clear(struct load_offender *offender)
{
    free(offender->problem);
    buf_clear(&offender->request);
    buf_clear(&offender->answer);
}

void tally_clear(struct tally *tally)
{
    for (size_t i = 0; i < ARRAY_LEN(times); i++)
        histogram_clear(time_of(tally, i));
    for (size_t i = 0; i < tally->num_offenders; i++)
        offender_clear(&tally->offenders[i]);
    for (size_t i = 0; i < LOAD_NUM_FAULTS; i++)
        free(tally->faults[i].first);
    free(tally->offenders);
    *tally = (struct tally){0};
}

/* --- adding up --- */

static void add_fault(struct load_fault_count *to, const struct load_fault_count *from)
{
    if (from->count && (!to->count || from->first_ns < to->first_ns)) {
        free(to->first);
        to->first = mem_text(from->first);
        to->first_ns = from->first_ns;
    }
    to->count += from->count;
}

static void add_offender(struct tally *to, const struct load_offender *from)
{
    struct load_offender *copy = tally_offender(to, from->fault);
    if (!copy)
        return;
    *copy = *from;
    copy->problem = mem_text(from->problem);
    copy->request = (struct buf){0};
    copy->answer = (struct buf){0};
    buf_add_bytes(&copy->request, buf_bytes(&from->request));
    buf_add_bytes(&copy->answer, buf_bytes(&from->answer));
}

static void add_counts(struct tally *to, const struct tally *from)
{
    to->sent += from->sent;
    to->answered += from->answered;
    to->bytes_sent += from->bytes_sent;
    to->bytes_received += from->bytes_received;
    to->connects += from->connects;
    to->closed_by_server += from->closed_by_server;
    to->cpu_ns += from->cpu_ns;
    to->busy_wall_ns += from->busy_wall_ns;
    if (from->paused_ns > to->paused_ns)
        to->paused_ns = from->paused_ns; /* the threads pause together */
    if (from->busiest > to->busiest)
        to->busiest = from->busiest;
    for (size_t i = 0; i < LOAD_NUM_KINDS; i++) {
        to->by_kind[i] += from->by_kind[i];
        to->fine[i] += from->fine[i];
    }
    for (size_t i = 0; i < ARRAY_LEN(to->by_status); i++)
        to->by_status[i] += from->by_status[i];
}

void tally_add(struct tally *to, const struct tally *from)
{
    add_counts(to, from);
    for (size_t i = 0; i < ARRAY_LEN(times); i++)
        histogram_merge(time_of(to, i),
                        (const struct histogram *)(const void *)((const char *)from + times[i]));
    for (size_t i = 0; i < LOAD_NUM_FAULTS; i++)
        add_fault(&to->faults[i], &from->faults[i]);
    for (size_t i = 0; i < from->num_offenders; i++)
        add_offender(to, &from->offenders[i]);
}

/* --- counting --- */

void tally_fault(struct tally *tally, enum load_fault fault, int64_t at_ns, const char *words)
{
    struct load_fault_count *count = &tally->faults[fault];
    if (count->count++ == 0) {
        count->first_ns = at_ns;
        count->first = mem_text(words);
    }
}

void tally_outcome(struct tally *tally, enum load_kind kind, enum load_fault fault, int64_t at_ns,
                   const char *words)
{
    tally->by_kind[kind]++;
    if (fault == LOAD_FINE)
        tally->fine[kind]++;
    else
        tally_fault(tally, fault, at_ns, words);
}

struct load_offender *tally_offender(struct tally *tally, enum load_fault fault)
{
    size_t same = 0;
    for (size_t i = 0; i < tally->num_offenders; i++)
        same += tally->offenders[i].fault == fault;
    if (same >= LOAD_OFFENDERS_MAX)
        return NULL;
    tally->offenders =
        mem_resize(tally->offenders, tally->num_offenders + 1, sizeof *tally->offenders);
    struct load_offender *offender = &tally->offenders[tally->num_offenders++];
    *offender = (struct load_offender){.fault = fault};
    return offender;
}

uint64_t tally_errors(const struct tally *tally)
{
    uint64_t errors = 0;
    for (size_t i = LOAD_FINE + 1; i < LOAD_NUM_FAULTS; i++)
        errors += i == LOAD_NO_SOCKET ? 0 : tally->faults[i].count;
    return errors;
}

uint64_t tally_findings(const struct tally *tally)
{
    uint64_t findings = 0;
    for (size_t i = LOAD_FINE + 1; i < LOAD_NUM_FAULTS; i++)
        findings += load_faults[i].is_finding ? tally->faults[i].count : 0;
    return findings;
}

uint64_t tally_outcomes(const struct tally *tally)
{
    uint64_t outcomes = 0;
    for (size_t i = 0; i < LOAD_NUM_KINDS; i++)
        outcomes += tally->by_kind[i];
    return outcomes;
}
