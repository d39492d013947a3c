#include "run/effect_command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

#define AT_ONCE   4 /* commands that run at a time: a database is behind them, as a rule */
#define LIMIT_NS  (10 * NS_PER_S)
#define LATE_MAX  3 /* after so many that were late the others are not run: a run ends */
#define SHOWN_MAX 200
#define TIMES_MAX INT64_C(1000000000)

/* The shell's words for what it could not run. */
#define EXIT_NOT_EXECUTABLE 126
#define EXIT_NOT_FOUND      127

/* --- what it has said --- */

static struct bytes trimmed(struct bytes text)
{
    static const char blanks[] = " \t\r\n";
    while (text.len && memchr(blanks, text.data[0], sizeof blanks - 1)) {
        text.data++;
        text.len--;
    }
    while (text.len && memchr(blanks, text.data[text.len - 1], sizeof blanks - 1))
        text.len--;
    return text;
}

static bool read_times(struct bytes text, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        *out = *out * 10 + (text.data[i] - '0');
        if (*out > TIMES_MAX)
            return false;
    }
    return text.len > 0;
}

static void add_quoted(const char *before, struct bytes text, struct buf *out)
{
    if (text.len == 0)
        return;
    buf_add_format(out, "%s\"", before);
    text_add_visible(out, text, SHOWN_MAX);
    buf_add_char(out, '"');
}

static void say(struct processed *said, enum processed_state state, int64_t times)
{
    *said = (struct processed){.state = state, .times = times};
}

/* A whole program that broke exits with 1 as well: Python does. Whoever complains cannot tell. */
static void read_exit(const struct child *child, struct processed *said, struct buf *why)
{
    struct bytes out = trimmed(buf_bytes(&child->out));
    struct bytes err = trimmed(buf_bytes(&child->err));
    int64_t times = 0;
    if (child->code > 1) {
        buf_add_format(why, "ended with exit code %d; only 0 and 1 have a meaning", child->code);
        add_quoted(": ", err, why);
    } else if (read_times(out, &times)) {
        say(said, PROCESSED_TIMES, times);
    } else if (out.len) {
        add_quoted("printed ", out, why);
        buf_add_text(why, ", which is not a count");
    } else if (child->code == 0 || err.len == 0) {
        say(said, PROCESSED_TIMES, child->code == 0);
    } else {
        add_quoted("ended with exit code 1 and wrote to stderr: ", err, why);
        buf_add_text(why, " (for an event that was not processed, print 0, or nothing)");
    }
}

void effect_command_read(const struct child *child, struct processed *said)
{
    struct buf why = {0};
    say(said, PROCESSED_UNKNOWN, 0);
    switch (child->state) {
    case CHILD_EXITED:
        read_exit(child, said, &why);
        break;
    case CHILD_SIGNALLED:
        buf_add_format(&why, "was ended by signal %d", child->code);
        break;
    case CHILD_LATE:
        buf_add_text(&why, "did not end within ");
        text_add_duration(&why, LIMIT_NS);
        break;
    case CHILD_LOUD:
        buf_add_format(&why, "printed more than %zu bytes instead of a number", CHILD_OUT_MAX);
        break;
    case CHILD_NONE:
    case CHILD_RUNNING:
        buf_add_text(&why, "was not run");
        break;
    }
    if (said->state == PROCESSED_UNKNOWN)
        said->why = mem_format("--effect-command %s", buf_text(&why));
    buf_clear(&why);
}

/* --- running it --- */

/* Caller frees. */
static char *script_of(const struct effect_command *command)
{
    struct bytes text = trimmed(bytes_of(command->command));
    if (bytes_find(text, bytes_of(EFFECT_VARIABLE)))
        return mem_copy(text.data, text.len);
    return mem_format("%.*s \"$@\"", (int)text.len, text.data);
}

static bool begin(struct child *child, const char *script, const char *id, struct error *err)
{
    char *variable = mem_format("%s=%s", EFFECT_VARIABLE, id);
    const struct child_command command = {script, id, variable, LIMIT_NS};
    bool ok = child_start(child, &command, err);
    free(variable);
    return ok;
}

struct asking {
    struct effect_question *questions;
    size_t count;
    size_t next;
    struct child children[AT_ONCE];
    struct effect_question *asked[AT_ONCE]; /* by each of them */
    size_t num_running;
    size_t num_late;
    char *script;
};

static void not_asked(struct effect_question *question, const char *why)
{
    free(question->said.why);
    question->said = (struct processed){.state = PROCESSED_UNKNOWN, .why = mem_text(why)};
}

static struct effect_question *next_question(struct asking *asking)
{
    while (asking->next < asking->count) {
        struct effect_question *question = &asking->questions[asking->next++];
        if (question->said.state == PROCESSED_UNASKED)
            return question;
    }
    return NULL;
}

static void fill(struct asking *asking)
{
    for (size_t i = 0; i < AT_ONCE; i++) {
        struct error err = {0};
        struct child *child = &asking->children[i];
        if (child->state != CHILD_NONE)
            continue;
        if (asking->num_late && asking->num_running)
            return; /* one at a time from then on: the others may be late as well */
        struct effect_question *question = next_question(asking);
        if (!question)
            return;
        if (asking->num_late >= LATE_MAX) {
            not_asked(question, "--effect-command was not run again: it timed out three times");
        } else if (begin(child, asking->script, question->id_event, &err)) {
            asking->asked[i] = question;
            asking->num_running++;
        } else {
            not_asked(question, err.message);
        }
    }
}

static void take(struct asking *asking)
{
    children_wait(asking->children, AT_ONCE, NS_PER_S);
    for (size_t i = 0; i < AT_ONCE; i++) {
        struct child *child = &asking->children[i];
        if (child->state == CHILD_NONE || child->state == CHILD_RUNNING)
            continue;
        asking->num_late += child->state == CHILD_LATE;
        effect_command_read(child, &asking->asked[i]->said);
        child_clear(child);
        asking->num_running--;
    }
}

static void give_up(struct asking *asking, const char *why)
{
    for (size_t i = 0; i < AT_ONCE; i++)
        child_clear(&asking->children[i]);
    for (size_t i = 0; i < asking->count; i++)
        if (asking->questions[i].said.state == PROCESSED_UNASKED)
            not_asked(&asking->questions[i], why);
}

static void ask(void *payload, struct effect_question *questions, size_t count, effect_stop *stop,
                void *stop_payload)
{
    struct asking asking = {.questions = questions, .count = count, .script = script_of(payload)};
    const char *why = stop(stop_payload);
    while (!why && (asking.next < count || asking.num_running)) {
        fill(&asking);
        take(&asking);
        why = stop(stop_payload);
    }
    if (why)
        give_up(&asking, why);
    free(asking.script);
}

struct effect_oracle effect_command_oracle(struct effect_command *command, int64_t wait_ns)
{
    return (struct effect_oracle){.ask = ask, .payload = command, .wait_ns = wait_ns};
}

/* --- before anything is sent --- */

static void pause_for(int64_t pause_ns, effect_stop *stop, void *stop_payload)
{
    int64_t until_ns = clock_monotonic_ns() + pause_ns;
    while (!stop(stop_payload) && clock_monotonic_ns() < until_ns)
        children_wait(NULL, 0, until_ns - clock_monotonic_ns());
}

/* Runs it once to its end. */
static void try_once(const char *script, const char *id, effect_stop *stop, void *stop_payload,
                     struct child *child, struct processed *said)
{
    struct error err = {0};
    if (!begin(child, script, id, &err)) {
        *said = (struct processed){.state = PROCESSED_UNKNOWN, .why = mem_text(err.message)};
        return;
    }
    while (child->state == CHILD_RUNNING && !stop(stop_payload))
        children_wait(child, 1, NS_PER_S);
    effect_command_read(child, said);
}

static bool is_missing(const struct child *child)
{
    return child->state == CHILD_EXITED &&
           (child->code == EXIT_NOT_EXECUTABLE || child->code == EXIT_NOT_FOUND);
}

static bool judge_check(const struct processed *said, bool missing, struct error *err)
{
    if (said->state != PROCESSED_TIMES)
        return error_set(err, "%s%s", said->why,
                         missing ? "" : "; it was asked about an event that was never sent");
    if (said->times == 0)
        return true;
    return error_set(
        err,
        "--effect-command reports an event that was never sent as processed (%" PRId64
        "): it must look for the given id, and print 0 or exit with 1 if it is not there",
        said->times);
}

bool effect_command_check(const struct effect_command *command, const char *unsent_id,
                          int64_t wait_ns, effect_stop *stop, void *stop_payload, struct error *err)
{
    char *script = script_of(command);
    int64_t until_ns = clock_monotonic_ns() + wait_ns;
    struct processed said = {0};
    bool missing = false;
    for (;;) {
        struct child child = {0};
        try_once(script, unsent_id, stop, stop_payload, &child, &said);
        missing = is_missing(&child);
        child_clear(&child);
        if (said.state == PROCESSED_TIMES || missing || stop(stop_payload) ||
            clock_monotonic_ns() >= until_ns)
            break;
        free(said.why);
        pause_for(NS_PER_S, stop, stop_payload);
    }
    bool ok = judge_check(&said, missing, err);
    free(said.why);
    free(script);
    return ok;
}
