#include "run/slow.h"

#include <string.h>

#include "base/clock.h"

/* Only an endpoint that takes so long gains by more in flight. */
#define CALM_MIN_NS (20 * NS_PER_MS)

/* From here on what may do harm is not asked one by one, and fewer samples are enough; */
#define FELT_NS (100 * NS_PER_MS)

/* ... and from here on nothing is timed by itself, and what is not required has a time of its own.
 */
#define GRAVE_NS NS_PER_S

/* The room grows by one with so many answers in a row that took at most twice the usual. */
#define CALM_ANSWERS 2
#define CALM_FACTOR  2

bool slow_is_felt(const struct runner *runner)
{
    return runner->usual_ns >= FELT_NS;
}

bool slow_is_grave(const struct runner *runner)
{
    return runner->usual_ns >= GRAVE_NS;
}

/* It works off one after another: what is in flight beside it costs an event its time. */
static void shrink(struct runner *runner, int64_t total_ns)
{
    if (total_ns > runner->options->deadline_ns / 2 && runner->room > 1)
        runner->room--;
}

static void grow(struct runner *runner)
{
    size_t answers = slow_is_felt(runner) ? 1 : CALM_ANSWERS;
    if (++runner->num_calm % answers == 0 && runner->usual_ns >= CALM_MIN_NS &&
        runner->room < runner->options->concurrency_max)
        runner->room++;
}

void slow_note_answer(struct runner *runner, const struct testcase *test,
                      const struct exchange *exchange)
{
    const struct observation *seen = &exchange->seen;
    runner->answered = runner->answered || seen->first_byte_ns >= 0;
    if (!exchange->accepted || testcase_is_load(test) || test == &runner->canary)
        return;
    if (!runner->usual_ns || seen->total_ns < runner->usual_ns)
        runner->usual_ns = seen->total_ns;
    if (seen->total_ns <= runner->usual_ns * CALM_FACTOR && !runner->gap_ns) {
        grow(runner);
        return;
    }
    runner->num_calm = 0;
    shrink(runner, seen->total_ns);
}

/* What servers reset unread is above this. */
#define SMALL_HEAD ((size_t)8 * 1024)
#define SMALL_BODY ((size_t)1024 * 1024)

static bool is_small(const struct request *request)
{
    size_t len = 0;
    for (size_t i = 0; i < request->headers.count; i++)
        len += strlen(request->headers.items[i].name) + strlen(request->headers.items[i].value);
    return len < SMALL_HEAD && request->body.len < SMALL_BODY;
}

bool slow_forgives(const struct runner *runner, const struct exchange *exchange)
{
    return slow_is_grave(runner) && answer_of(&exchange->seen) == ANSWER_DIED &&
           !is_small(&exchange->request);
}

const char *slow_refusal(const struct runner *runner, const struct testcase *test, int64_t now_ns)
{
    int64_t patience_ns = runner->options->patience_ns;
    if (!slow_is_grave(runner) || !patience_ns ||
        testcase_is_required(test, runner->options->strict) ||
        now_ns - runner->begun_ns < patience_ns)
        return NULL;
    return "not sent: the endpoint is slow, and this case is not required (--max-time 10m asks it)";
}
