#include "run/experiment.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

/* Interruptions and deadlines are seen after this at the latest. */
#define TICK_NS (100 * NS_PER_MS)

struct course {
    struct gate *gate;
    const struct experiment *experiment;
    struct request *requests; /* with the extra headers */
    struct observation *seen;
    struct engine_connection *connection; /* NULL = each has its own */
    int64_t timeout_ns;
    size_t at_once;
    size_t next; /* the first that has not left */
    size_t in_flight;
    int64_t due_ns; /* the next may leave then */
};

struct flight {
    struct course *course;
    struct observation *seen;
};

static void on_done(void *payload, struct observation *seen)
{
    struct flight flight = *(struct flight *)payload;
    free(payload);
    observation_clear(flight.seen);
    *flight.seen = *seen;
    if (--flight.course->in_flight == 0)
        flight.course->due_ns = clock_monotonic_ns() + flight.course->experiment->gap_ns;
}

/* How many may leave now as far as the experiment is concerned; 0 = it has to wait. */
static size_t group_len(const struct course *course)
{
    size_t left = course->experiment->count - course->next;
    size_t room = course->at_once - course->in_flight;
    if (course->experiment->gap_ns && course->in_flight)
        return 0;
    return left < room ? left : room;
}

static void send_group(struct course *course, size_t len)
{
    struct engine_send *sends = mem_alloc((len + 1) * sizeof *sends);
    for (size_t i = 0; i < len; i++) {
        struct flight *flight = mem_alloc(sizeof *flight);
        *flight = (struct flight){course, &course->seen[course->next + i]};
        sends[i] = (struct engine_send){.request = &course->requests[course->next + i],
                                        .connection = course->connection,
                                        .timeout_ns = course->timeout_ns,
                                        .on_done = on_done,
                                        .payload = flight};
    }
    bool sent = gate_send(course->gate, PURPOSE_DIAGNOSIS, sends, len);
    for (size_t i = 0; !sent && i < len; i++)
        free(sends[i].payload);
    free(sends);
    course->next += sent ? len : 0;
    course->in_flight += sent ? len : 0;
}

/* Sends what may leave; how long nothing more may otherwise. */
static int64_t send_due(struct course *course, int64_t now_ns)
{
    const struct budget *budget = gate_budget(course->gate);
    size_t len = group_len(course);
    if (len == 0)
        return TICK_NS;
    if (!budget_fits(budget->limits.rate, len) || budget_refusal(budget, len, now_ns))
        len = 1;
    int64_t rate_ns = budget_due_ns(budget, len);
    int64_t due_ns = rate_ns > course->due_ns ? rate_ns : course->due_ns;
    if (now_ns < due_ns)
        return due_ns - now_ns < TICK_NS ? due_ns - now_ns : TICK_NS;
    send_group(course, len);
    return 0;
}

/* Why not everything was sent, or NULL. */
static const char *follow_course(struct course *course)
{
    const struct budget *budget = gate_budget(course->gate);
    const char *why = NULL;
    while (course->next < course->experiment->count || course->in_flight) {
        int64_t now_ns = clock_monotonic_ns();
        bool left = course->next < course->experiment->count;
        if (budget_over(budget, now_ns))
            gate_cancel_all(course->gate);
        why = left ? budget_refusal(budget, 1, now_ns) : NULL;
        if (why && !course->in_flight)
            return why;
        (void)gate_wait(course->gate, why ? TICK_NS : send_due(course, now_ns));
    }
    return NULL;
}

static void prepare(struct course *course, const struct headers *extra)
{
    size_t count = course->experiment->count;
    course->requests = mem_alloc((count + 1) * sizeof *course->requests);
    for (size_t i = 0; i < count; i++) {
        observation_init(&course->seen[i]);
        request_copy(&course->requests[i], &course->experiment->requests[i]);
        for (size_t k = 0; k < extra->count; k++)
            headers_add(&course->requests[i].headers, extra->items[k].name, extra->items[k].value);
    }
    if (course->experiment->one_connection)
        course->connection = gate_connection_new(course->gate);
    else if (course->experiment->at_once > 1)
        course->at_once = course->experiment->at_once;
    course->due_ns = clock_monotonic_ns() + course->experiment->gap_ns;
}

size_t experiment_run(struct gate *gate, const struct headers *extra, int64_t timeout_ns,
                      const struct experiment *experiment, struct observation *seen)
{
    struct course course = {.gate = gate,
                            .experiment = experiment,
                            .seen = seen,
                            .timeout_ns = timeout_ns,
                            .at_once = 1};
    prepare(&course, extra);
    const char *why = follow_course(&course);
    for (size_t i = course.next; i < experiment->count; i++)
        (void)snprintf(seen[i].detail, sizeof seen[i].detail, "%s", why ? why : "not sent");
    engine_connection_free(course.connection);
    for (size_t i = 0; i < experiment->count; i++)
        request_clear(&course.requests[i]);
    free(course.requests);
    return course.next;
}
