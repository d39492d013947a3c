/*
 * The honest run: when genuine events never reached the handler, every refusal besides is worth
 * nothing, and that comes first, with what they met instead.
 */
#include "run/honest.h"

#include <string.h>

#include "base/text.h"
#include "judge/met_instead.h"

/* From so many genuine events on a few that got in do not hide that nearly all met something. */
#define MANY         10
#define NEARLY_ALL   9 /* of ten */
#define COMPARED_MIN 5

/* What genuine events met, by status (0 = no answer) and by thing. */
struct tally {
    size_t num_genuine;
    size_t statuses[600];
    size_t most;
    const struct observation *usual; /* one of those that came most often; NULL = none was sent */
    const struct met_instead *met;   /* what nearly all of them met */
    size_t num_met;
};

typedef void visit(struct tally *tally, const struct testcase *test, size_t index);

static void each_exchange(const struct runner *runner, visit *what, struct tally *tally)
{
    const struct progress *progress = &runner->progress;
    for (size_t i = 0; i < progress->num_controls; i++)
        what(tally, &progress->controls[i], 0);
    for (size_t i = 0; i < progress->num_cases; i++)
        for (size_t k = 0; k < progress->cases[i].count; k++)
            what(tally, &progress->cases[i], k);
    what(tally, &runner->canary.test, 0);
}

static const struct observation *genuine_answer(const struct testcase *test, size_t index)
{
    const struct observation *seen = &test->exchanges[index].seen;
    bool by_panora = test->shots[index].genuine && !test->exchanges[index].by_scheme;
    return by_panora && seen->outcome != OUTCOME_NOT_SENT ? seen : NULL;
}

static void tally_status(struct tally *tally, const struct testcase *test, size_t index)
{
    const struct observation *seen = genuine_answer(test, index);
    if (!seen)
        return;
    size_t status = seen->status > 0 && seen->status < 600 ? (size_t)seen->status : 0;
    tally->num_genuine++;
    if (++tally->statuses[status] <= tally->most)
        return;
    tally->most = tally->statuses[status];
    tally->usual = seen;
}

/* What the usual answer shows is looked for in the others. */
static void tally_met(struct tally *tally, const struct testcase *test, size_t index)
{
    const struct observation *seen = genuine_answer(test, index);
    tally->num_met += seen && met_instead_of(seen, NULL) == tally->met;
}

/* How many answers of the whole run, to forgeries too, are this very one. */
static size_t count_alike(const struct runner *runner, const struct observation *usual,
                          size_t *out_answered)
{
    size_t alike = 0;
    *out_answered = 0;
    for (size_t i = 0; i < runner->facts.num_all; i++) {
        const struct observation *seen = &runner->facts.all[i]->seen;
        if (seen->outcome == OUTCOME_NOT_SENT)
            continue;
        (*out_answered)++;
        alike += seen->outcome == usual->outcome && seen->status == usual->status &&
                 bytes_equal(buf_bytes(&seen->body), buf_bytes(&usual->body));
    }
    return alike;
}

static void add_alike(const struct runner *runner, const struct observation *usual, struct buf *out)
{
    size_t answered = 0;
    size_t alike = count_alike(runner, usual, &answered);
    if (answered < COMPARED_MIN || alike * 10 < answered * NEARLY_ALL)
        return;
    buf_add_format(out, " %zu of the run's %zu responses were exactly this one.", alike, answered);
}

static void add_met(const struct tally *tally, const struct observation *seen, struct buf *out)
{
    struct buf evidence = {0};
    (void)met_instead_of(seen, &evidence);
    buf_add_format(out, "%s (%s).", tally->met->thing, buf_text(&evidence));
    buf_clear(&evidence);
}

/* Nothing in the answer says who it is from. */
static void add_plain_answer(const struct observation *seen, struct buf *out)
{
    const char *type = headers_find(&seen->headers, "Content-Type");
    answer_describe(seen, out);
    if (type) {
        buf_add_text(out, ", ");
        text_add_visible(out, bytes_of(type), 60);
    }
    buf_add_char(out, '.');
}

static void say_none_accepted(const struct runner *runner, const struct tally *tally,
                              struct buf *out)
{
    buf_add_text(out, "No genuine event was accepted; they got: ");
    if (tally->met)
        add_met(tally, tally->usual, out);
    else
        add_plain_answer(tally->usual, out);
    add_alike(runner, tally->usual, out);
    buf_add_text(out,
                 " So its refusals prove nothing: first find out why genuine events do not get in");
    if (tally->met)
        buf_add_format(out, ": %s.", tally->met->remedy);
    else
        buf_add_text(out, " (the secret, the path, a layer in front of the handler).");
}

static void say_nearly_none(const struct runner *runner, const struct tally *tally, struct buf *out)
{
    buf_add_format(out, "%zu of %zu genuine events never reached the handler; they got: ",
                   tally->num_met, tally->num_genuine);
    add_met(tally, tally->usual, out);
    add_alike(runner, tally->usual, out);
    buf_add_format(out, " Fix that first: %s.", tally->met->remedy);
}

char *honest_sentence(const struct runner *runner)
{
    struct tally tally = {0};
    struct buf out = {0};
    each_exchange(runner, tally_status, &tally);
    if (!runner->health.reached || !tally.usual)
        return buf_take(&out);
    if (tally.usual->cert_wanted && !runner->health.any_accepted) {
        buf_add_text(&out, "The endpoint requires a client certificate, and Panora has none: no "
                           "event can arrive. To test what is behind it: --cert FILE --key FILE.");
        return buf_take(&out);
    }
    tally.met = met_instead_of(tally.usual, NULL);
    if (tally.met)
        each_exchange(runner, tally_met, &tally);
    if (!runner->health.any_accepted)
        say_none_accepted(runner, &tally, &out);
    else if (tally.met && tally.num_genuine >= MANY &&
             tally.num_met * 10 >= tally.num_genuine * NEARLY_ALL)
        say_nearly_none(runner, &tally, &out);
    return buf_take(&out);
}
