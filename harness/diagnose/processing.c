/*
 * What became of events inside the endpoint, by the word of the user's own command: refused and
 * processed all the same, accepted and lost, processed more than once. The command can be wrong as
 * well as the endpoint; only what it says of other events tells which, and without those both are
 * said.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "diagnose/investigation.h"

enum cause { REFUSED, LOST, AGAIN, RACED, NUM_CAUSES };

static const struct {
    struct diagnosis_kind kind;
    enum harm harm_rank;
    const char *otherwise; /* what explains it as well, when nothing speaks against it */
} causes[NUM_CAUSES] = {
    [REFUSED] =
        {{"refused-but-processed", "refuses forgeries but processes them anyway",
          "anyone can forge events, and the status hides it",
          "return after the refusal, and verify before you store, queue or process the event"},
         HARM_FORGED,
         "the command counts what arrives, not what is processed"},
    [LOST] = {{"accepted-but-lost",
               "answers 2xx to events that it does not process within --effect-wait",
               "such events are lost although both sides believe they were delivered; Panora does "
               "not retry them",
               "store the event safely before you answer; if the work just takes longer, raise "
               "--effect-wait; if the handler ignores this type, name the types it handles with "
               "--events"},
              HARM_LOST,
              "the command looks for events in the wrong place"},
    [AGAIN] = {{"processed-twice", "processes an event again when it is delivered twice",
                "the event's effects happen twice: two mails, two orders, two tickets",
                "store id_event and the work in one transaction; answer 2xx to a repetition, and "
                "do nothing"},
               HARM_BREAKS,
               "the command counts deliveries, not what is processed"},
    [RACED] = {{"races-duplicates",
                "looks id_event up and stores it in two steps, so copies that arrive together are "
                "all processed",
                "copies that arrive together are sometimes processed more than once, or one "
                "violates a unique key and gets an error",
                "let the database decide: insert id_event under a unique key first (ON CONFLICT DO "
                "NOTHING), and do the work only if a row was inserted"},
               HARM_BREAKS,
               "it does not store ids at all"},
};

/* For one cause: what shows it, and what speaks for the command. */
struct count {
    size_t shown;
    size_t others;               /* that could have shown it and did not */
    const struct sight *example; /* one that shows it */
};

struct tally {
    struct count counts[NUM_CAUSES];
    size_t num_single_once;
    size_t num_single_more; /* delivered once, processed more often */
};

static bool same_id(const struct sight *a, const struct sight *b)
{
    return a->id.data && b->id.data && bytes_equal(a->id, b->id);
}

/* How often the event of `sight` was sent and accepted, and whether any two of them were under way
 * together. */
static size_t count_copies(const struct investigation *inv, const struct sight *sight,
                           bool *out_together)
{
    size_t count = 0;
    *out_together = false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (!same_id(sight, other) || (sight->exchange->accepted &&
                                       !other->exchange->accepted)) /* that one came to nothing */
            continue;
        count++;
        *out_together = *out_together || (other != sight && sight_overlaps(sight, other));
    }
    return count;
}

static void note(struct tally *tally, enum cause cause, bool shown, const struct sight *sight)
{
    struct count *count = &tally->counts[cause];
    if (!shown) {
        count->others++;
        return;
    }
    if (!sight->trouble) /* the case had a reason not to take it for what it looks like */
        return;
    count->shown++;
    if (!count->example)
        count->example = sight;
}

/* An event that was sent several times is counted once, by what is asked of it. */
static bool is_counted(const struct investigation *inv, const struct sight *sight)
{
    for (const struct sight *other = inv->sights; other < sight; other++)
        if (same_id(other, sight) && other->exchange->accepted == sight->exchange->accepted)
            return true;
    return false;
}

static void weigh(const struct investigation *inv, const struct sight *sight, struct tally *tally)
{
    const struct exchange *exchange = sight->exchange;
    int64_t times = exchange->processed.times;
    bool together = false;
    size_t copies = count_copies(inv, sight, &together);
    if (!exchange->genuine) {
        if (!exchange->accepted && copies == 1)
            note(tally, REFUSED, times > 0, sight);
        return;
    }
    if (exchange->accepted)
        note(tally, LOST, times == 0, sight);
    if (copies > 1 && times > 0)
        note(tally, together ? RACED : AGAIN, times > 1, sight);
    tally->num_single_once += copies == 1 && times == 1;
    tally->num_single_more += copies == 1 && times > 1;
}

/* --- what is said --- */

static char *evidence_of(const struct count *count)
{
    struct buf out = {0};
    const struct exchange *exchange = count->example->exchange;
    buf_add_format(&out, "\"%s\" got: ", exchange->sent);
    answer_describe(&exchange->seen, &out);
    buf_add_format(&out, "; --effect-command for %s: ", exchange->id_event);
    processed_describe(&exchange->processed, &out);
    buf_add_format(&out, "; same for %zu event%s, contradicted by %zu", count->shown,
                   count->shown == 1 ? "" : "s", count->others);
    return buf_take(&out);
}

static struct diagnosis *add(struct investigation *inv, const struct tally *tally, enum cause cause,
                             const char *otherwise, enum confidence confidence)
{
    struct diagnosis_kind kind = causes[cause].kind;
    char *evidence = evidence_of(&tally->counts[cause]);
    char *sentence =
        otherwise ? mem_format("%s; or %s", kind.sentence, otherwise) : mem_text(kind.sentence);
    kind.sentence = sentence;
    struct diagnosis *diagnosis =
        found_add(inv, &kind, causes[cause].harm_rank, confidence, evidence);
    free(sentence);
    free(evidence);
    return diagnosis;
}

static bool shows(const struct investigation *inv, const struct sight *sight, enum cause cause)
{
    struct tally alone = {0};
    weigh(inv, sight, &alone);
    return alone.counts[cause].shown > 0;
}

static void explain(const struct investigation *inv, enum cause cause, struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->exchange->processed.state == PROCESSED_TIMES && shows(inv, sight, cause))
            found_explain(diagnosis, sight->one);
    }
}

/* A command that tells one from another is no longer suspect. */
static void find(struct investigation *inv, const struct tally *tally, enum cause cause,
                 bool is_certain)
{
    if (tally->counts[cause].shown == 0)
        return;
    explain(inv, cause,
            add(inv, tally, cause, is_certain ? NULL : causes[cause].otherwise,
                is_certain ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY));
}

/* A slow worker looks like one that loses events, so that this is never proved. */
static void find_lost(struct investigation *inv, const struct tally *tally)
{
    const struct count *count = &tally->counts[LOST];
    if (count->shown)
        explain(inv, LOST,
                add(inv, tally, LOST, count->others ? NULL : causes[LOST].otherwise,
                    CONFIDENCE_LIKELY));
}

/* Who does not know an event again does not know it in a race either: one cause. */
static void find_repeated(struct investigation *inv, const struct tally *tally)
{
    const struct count *again = &tally->counts[AGAIN];
    if (tally->num_single_more && again->shown + tally->counts[RACED].shown) {
        enum cause cause = again->shown ? AGAIN : RACED;
        struct diagnosis *diagnosis = add(inv, tally, cause,
                                          "it also processes single deliveries more than once, or "
                                          "the command counts something else",
                                          CONFIDENCE_LIKELY);
        explain(inv, AGAIN, diagnosis);
        explain(inv, RACED, diagnosis);
        return;
    }
    if (again->shown == 0 && inv->kept.unstable)
        return; /* a repetition may have failed by chance */
    if (again->shown == 0) {
        find(inv, tally, RACED, again->others > 0);
        return;
    }
    struct diagnosis *diagnosis =
        add(inv, tally, AGAIN, tally->num_single_once ? NULL : causes[AGAIN].otherwise,
            tally->num_single_once ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY);
    explain(inv, AGAIN, diagnosis);
    explain(inv, RACED, diagnosis);
}

void processing_apply(struct investigation *inv)
{
    struct tally tally = {0};
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].exchange->processed.state == PROCESSED_TIMES &&
            !is_counted(inv, &inv->sights[i]))
            weigh(inv, &inv->sights[i], &tally);
    find(inv, &tally, REFUSED, tally.counts[REFUSED].others > 0);
    find_lost(inv, &tally);
    find_repeated(inv, &tally);
}

void processing_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < NUM_CAUSES; i++)
        kinds_add(out, causes[i].kind);
}
