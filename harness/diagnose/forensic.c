/*
 * Which computation the endpoint makes: the same event goes out again, signed by one hypothesis
 * after another, until one is accepted. It is a proof only where a plain forgery is refused.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/forensic.h"

bool forensic_signs_rightly(const struct investigation *inv, const struct hypothesis *hypothesis,
                            const struct sight *sight, struct buf *out_value)
{
    struct subject subject;
    struct signing signing = {0};
    bool same = true; /* also where it means nothing */
    if (subject_read(&subject, buf_bytes(&sight->exchange->request.body), inv->input->wall_ms) &&
        hypothesis_sign(hypothesis, NULL, &subject, inv->input->secret, &signing)) {
        same = bytes_equal(buf_bytes(&signing.message), buf_bytes(&subject.message));
        if (out_value)
            buf_add_bytes(out_value, buf_bytes(&signing.value));
    }
    signing_clear(&signing);
    subject_clear(&subject);
    return same;
}

/* Who takes the text out of data may refuse what holds none. */
static bool wants_text(const struct hypothesis *hypothesis)
{
    return text_starts_with(hypothesis->id, "inner-as-") ||
           text_starts_with(hypothesis->id, "signs-inner-") ||
           text_starts_with(hypothesis->id, "signs-data-");
}

bool forensic_fails(const struct investigation *inv, const struct hypothesis *hypothesis,
                    const struct sight *sight)
{
    struct buf value = {0};
    /* to write megabytes again in a hundred ways takes longer than the run did */
    bool fails = sight->exchange->request.body.len > RESERIALISED_MAX ||
                 (wants_text(hypothesis) && !sight->data.data) ||
                 !forensic_signs_rightly(inv, hypothesis, sight, &value) || value.len == 0;
    buf_clear(&value);
    return fails;
}

bool forensic_is_consistent(const struct investigation *inv, const struct hypothesis *hypothesis)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->exchange->genuine && sight->exchange->accepted && sight->has_event &&
            sight->exchange->request.body.len <= RESERIALISED_MAX &&
            (hypothesis->part != PART_MESSAGE ||
             !forensic_signs_rightly(inv, hypothesis, sight, NULL)))
            return false;
    }
    return true;
}

/* --- which trials there are, and which of them are the same --- */

struct trial {
    const struct hypothesis *first;
    const struct hypothesis *second; /* or NULL */
    char *mark;                      /* what it sends for the reference event */
};

struct trials {
    struct trial *items;
    size_t count;
    size_t num_likely;
    struct event event; /* the reference */
    struct buf body;
    struct subject subject;
};

static char *mark_of(const struct headers *headers)
{
    struct buf out = {0};
    for (size_t i = 0; i < headers->count; i++)
        buf_add_format(&out, "%s:%s\n", headers->items[i].name, headers->items[i].value);
    return buf_take(&out);
}

static bool may_send(const struct investigation *inv, const struct hypothesis *hypothesis)
{
    return !hypothesis ||
           (!hypothesis->is_offline && (!hypothesis->needs_private || inv->input->is_private));
}

static void add_trial(struct investigation *inv, struct trials *trials,
                      const struct hypothesis *first, const struct hypothesis *second)
{
    struct signing signing = {0};
    bool consistent = (!first || forensic_is_consistent(inv, first)) &&
                      (!second || forensic_is_consistent(inv, second));
    if (consistent && may_send(inv, first) && may_send(inv, second) &&
        hypothesis_sign(first, second, &trials->subject, inv->input->secret, &signing)) {
        trials->items = mem_resize(trials->items, trials->count + 1, sizeof *trials->items);
        trials->items[trials->count++] = (struct trial){first, second, mark_of(&signing.headers)};
    }
    signing_clear(&signing);
}

static bool is_first_of_its_mark(const struct trials *trials, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(trials->items[i].mark, trials->items[index].mark) == 0)
            return false;
    return true;
}

static void add_singles(struct investigation *inv, struct trials *trials, bool likely)
{
    for (size_t i = 0; i < num_hypotheses; i++)
        if (hypotheses[i].is_likely == likely && hypotheses[i].part != PART_HEADER)
            add_trial(inv, trials, &hypotheses[i], NULL);
}

/* Two mistakes at once: those that are made together. */
static const char *const pairs[][2] = {
    {"signs-raw-body", "digest-sha256-prefix"},
    {"signs-raw-body", "digest-base64"},
    {"signs-raw-body", "key-newline"},
    {"signs-raw-body", "digest-sha1"},
    {"signs-raw-body", "key-without-prefix"},
    {"signs-raw-body", "key-base64-decoded-without-prefix"},
    {"signs-raw-body", "key-empty"},
    {"signs-raw-body", "key-undefined"},
    {"signs-data-text", "digest-base64"},
    {"signs-data-text", "key-newline"},
    {"signs-data-text", "key-without-prefix"},
    {"signs-data-text", "digest-sha256-prefix"},
    {"signs-inner-object", "key-newline"},
    {"signs-inner-object", "digest-base64"},
    {"signs-whole-event", "digest-sha256-prefix"},
    {"signs-whole-event", "key-newline"},
    {"key-newline", "digest-base64"},
    {"key-without-prefix", "digest-base64"},
    {"data-as-python-default", "key-newline"},
    {"data-as-php-default", "key-newline"},
    {"inner-as-python-default", "key-newline"},
    {"inner-as-php-default", "digest-base64"},
};

size_t forensic_pair_count(void)
{
    return ARRAY_LEN(pairs);
}

void forensic_pair_at(size_t index, const struct hypothesis **out_first,
                      const struct hypothesis **out_second)
{
    *out_first = hypothesis_find(pairs[index][0]);
    *out_second = hypothesis_find(pairs[index][1]);
}

static void add_pairs(struct investigation *inv, struct trials *trials)
{
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
        add_trial(inv, trials, hypothesis_find(pairs[i][0]), hypothesis_find(pairs[i][1]));
}

static void trials_init(struct investigation *inv, struct trials *trials)
{
    *trials = (struct trials){0};
    ask_make_event(inv, ask_dialect(inv), &trials->event);
    ask_write_body(&trials->event, &trials->body);
    (void)subject_read(&trials->subject, buf_bytes(&trials->body), inv->input->wall_ms);
    add_trial(inv, trials, NULL, NULL); /* the right one: what equals it need not be sent */
    add_singles(inv, trials, true);
    trials->num_likely = trials->count;
    add_pairs(inv, trials);
    add_singles(inv, trials, false);
}

static void trials_clear(struct trials *trials)
{
    for (size_t i = 0; i < trials->count; i++)
        free(trials->items[i].mark);
    free(trials->items);
    subject_clear(&trials->subject);
    event_clear(&trials->event);
    buf_clear(&trials->body);
}

/* --- proving --- */

static bool is_open(const struct hypothesis *one)
{
    return one && (one->is_open_key || one->is_open_message);
}

/* What is lost, but for events that the hypothesis (NULL: none) signs as Panora does. */
static bool explains(const struct investigation *inv, const struct hypothesis *hypothesis,
                     const struct sight *sight)
{
    bool differs = !hypothesis || hypothesis->part != PART_MESSAGE || !sight->has_event ||
                   forensic_fails(inv, hypothesis, sight);
    return sight->one && sight_is_lost(sight) && differs;
}

size_t forensic_num_explained(const struct investigation *inv, const struct hypothesis *hypothesis)
{
    size_t count = 0;
    for (size_t i = 0; i < inv->num_sights; i++)
        count += explains(inv, hypothesis, &inv->sights[i]);
    return count;
}

static void explain_lost(struct investigation *inv, struct diagnosis *diagnosis,
                         const struct hypothesis *hypothesis)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (explains(inv, hypothesis, &inv->sights[i]))
            found_explain(diagnosis, inv->sights[i].one);
}

struct diagnosis_kind kind_of_hypothesis(const struct hypothesis *one)
{
    return (struct diagnosis_kind){
        .id = one->id,
        .sentence = one->sentence,
        .harm = is_open(one) ? "anyone can sign events that the endpoint takes for genuine, and "
                               "Panora's own events are refused"
                             : "Panora's events are refused, and Panora does not send them again",
        .remedy = one->remedy,
    };
}

/* Nothing is named where libraries of several languages would have sent the same. */
static void name_language(struct investigation *inv, const struct trials *trials, size_t accepted)
{
    const struct trial *proved = &trials->items[accepted];
    const char *language = proved->first->language;
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *other = &trials->items[i];
        if (i != accepted && other->first && other->first->language &&
            strcmp(other->mark, proved->mark) == 0 &&
            (!language || strcmp(language, other->first->language) != 0))
            return;
    }
    if (!language && proved->second)
        language = proved->second->language;
    if (!inv->language)
        inv->language = language;
}

static size_t num_explained(const struct investigation *inv, const struct trial *trial)
{
    return forensic_num_explained(inv, trial->second ? NULL : trial->first);
}

/* Of those that would have sent the same, the first that explains most of what was lost. */
static size_t best_of_mark(const struct investigation *inv, const struct trials *trials,
                           size_t accepted)
{
    size_t best = accepted;
    for (size_t i = 0; i < trials->count; i++)
        if (strcmp(trials->items[i].mark, trials->items[accepted].mark) == 0 &&
            num_explained(inv, &trials->items[i]) > num_explained(inv, &trials->items[best]))
            best = i;
    return best;
}

/* Those that explain as much are said as well. */
static char *alternatives(const struct investigation *inv, const struct trials *trials, size_t best)
{
    struct buf out = {0};
    size_t most = num_explained(inv, &trials->items[best]);
    for (size_t i = 0; i < trials->count; i++) {
        const struct trial *other = &trials->items[i];
        if (i != best && strcmp(other->mark, trials->items[best].mark) == 0 &&
            num_explained(inv, other) == most)
            buf_add_format(&out, "; or it %s%s%s, which comes to the same", other->first->sentence,
                           other->second ? ", and it " : "",
                           other->second ? other->second->sentence : "");
    }
    return buf_take(&out);
}

static void found_computation(struct investigation *inv, const struct hypothesis *first,
                              const struct hypothesis *second, const char *more)
{
    struct diagnosis_kind kind = kind_of_hypothesis(first);
    char *id = second ? mem_format("%s+%s", first->id, second->id) : mem_text(first->id);
    char *sentence = mem_format("%s%s%s%s", first->sentence, second ? ", and it " : "",
                                second ? second->sentence : "", more);
    char *remedy =
        mem_format("%s%s%s", first->remedy, second ? "; " : "",
                   second && strcmp(second->remedy, first->remedy) != 0 ? second->remedy : "");
    kind.id = id;
    kind.sentence = sentence;
    kind.remedy = remedy;
    struct diagnosis *diagnosis = found_add(
        inv, &kind, is_open(first) || is_open(second) ? HARM_FORGED : HARM_LOST, CONFIDENCE_PROVED,
        "an event that was signed like this was accepted; the same event signed as Panora signs, "
        "and one with a made-up signature, were refused");
    explain_lost(inv, diagnosis, second ? NULL : first);
    free(id);
    free(sentence);
    free(remedy);
}

static bool prove_from(struct investigation *inv, const struct trials *trials, size_t from,
                       size_t to)
{
    for (size_t i = from; !inv->closed && i < to; i++) {
        const struct question question = {.first = trials->items[i].first,
                                          .second = trials->items[i].second};
        if (!is_first_of_its_mark(trials, i) || ask(inv, &question, NULL) != ANSWER_ACCEPTED)
            continue;
        size_t best = best_of_mark(inv, trials, i);
        char *more = alternatives(inv, trials, best);
        found_computation(inv, trials->items[best].first, trials->items[best].second, more);
        name_language(inv, trials, best);
        free(more);
        return true;
    }
    return false;
}

/* --- another header: all names at once, then one by one --- */

static bool prove_header(struct investigation *inv, const struct hypothesis *other)
{
    if (ask(inv, &(struct question){.first = other, .every_header = true}, NULL) != ANSWER_ACCEPTED)
        return false;
    for (size_t i = 0; i < num_hypotheses; i++)
        if (hypotheses[i].part == PART_HEADER &&
            ask(inv, &(struct question){.first = &hypotheses[i], .second = other}, NULL) ==
                ANSWER_ACCEPTED) {
            found_computation(inv, &hypotheses[i], other, "");
            return true;
        }
    return false;
}

static bool prove_any_header(struct investigation *inv)
{
    static const char *const others[] = {"signs-raw-body", "digest-sha256-prefix", "digest-base64",
                                         "signs-data-text"};
    if (prove_header(inv, NULL))
        return true;
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (prove_header(inv, hypothesis_find(others[i])))
            return true;
    return false;
}

/* --- the other dialect --- */

static const struct diagnosis_kind other_dialect = {
    "wants-object-data",
    "takes events only when data is an object, as Panora's documentation shows",
    "Panora sends data as a string, so that every one of its events is refused",
    "accept data as a string: verify JSON.stringify(data) of the string, then parse it"};

static bool prove_other_dialect(struct investigation *inv)
{
    if (inv->input->object_only ||
        ask(inv, &(struct question){.as_object = true}, NULL) != ANSWER_ACCEPTED)
        return false;
    explain_lost(inv,
                 found_add(inv, &other_dialect, HARM_LOST, CONFIDENCE_PROVED,
                           "an event whose data is an object was accepted, the same with data as a "
                           "string was refused"),
                 NULL);
    return true;
}

bool forensic_prove(struct investigation *inv)
{
    struct trials trials;
    trials_init(inv, &trials);
    bool none_accepted = !inv->input->any_accepted;
    /* who signs the object inside data takes objects, too: that comes last */
    bool proved = prove_from(inv, &trials, 1, trials.num_likely) ||
                  (none_accepted && prove_any_header(inv)) ||
                  prove_from(inv, &trials, trials.num_likely, trials.count) ||
                  prove_other_dialect(inv);
    trials_clear(&trials);
    return proved;
}

const struct diagnosis_kind *forensic_other_dialect(void)
{
    return &other_dialect;
}
