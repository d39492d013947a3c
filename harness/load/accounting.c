#include "load/accounting.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"

#define LOOK_NS (200 * NS_PER_MS)

bool accounting_has_findings(const struct accounting *accounting)
{
    return accounting->lost || accounting->forged_processed;
}

/* --- adding up --- */

static void note_first(char first[UUID_SIZE], const struct ledger_entry *entry, unsigned run_tag)
{
    if (!*first)
        ledger_id(entry, run_tag, first);
}

static void count_sent(const struct ledger *ledger, struct accounting *out)
{
    for (size_t i = 0; i < ledger->count; i++) {
        out->sent += ledger->entries[i].outcome != LEDGER_FORGED;
        out->accepted += ledger->entries[i].outcome == LEDGER_ACCEPTED;
        out->forged += ledger->entries[i].outcome == LEDGER_FORGED;
    }
    out->left_out = ledger->left_out;
}

/* An event that somebody could tell of. */
static void count_told(const struct ledger_entry *entry, unsigned run_tag, struct accounting *out)
{
    bool is_forged = entry->outcome == LEDGER_FORGED;
    bool is_accepted = entry->outcome == LEDGER_ACCEPTED;
    out->asked += is_forged || is_accepted;
    out->processed += is_accepted && entry->times;
    if (is_accepted && !entry->times) {
        out->lost++;
        note_first(out->lost_id, entry, run_tag);
    }
    if (is_forged && entry->times) {
        out->forged_processed++;
        note_first(out->forged_id, entry, run_tag);
    }
    if (!is_forged && entry->times > 1) {
        out->doubled++;
        note_first(out->doubled_id, entry, run_tag);
    }
}

static bool is_interrupted(const struct accounting_question *question)
{
    return question->interrupted && *question->interrupted;
}

static void nap(int64_t ns)
{
    struct timespec left = {ns / NS_PER_S, ns % NS_PER_S};
    (void)nanosleep(&left, NULL);
}

/* --- the journal --- */

/* A line that is still being written is left for the next look: then `out_at` stays before it.
 * Quotes inside of values are escaped, so that no value holds these words. */
static void take_line(const struct ledger *ledger, const char *line)
{
    static const char id_word[] = ",\"id_event\":\"";
    const char *id = strstr(line, id_word);
    if (!id || !strstr(id, "\"processed\":true"))
        return;
    id += sizeof id_word - 1;
    struct ledger_entry *entry =
        strcspn(id, "\"") == UUID_SIZE - 1 ? ledger_find(ledger, id) : NULL;
    if (entry && entry->times < UINT8_MAX)
        entry->times++;
}

static bool read_on(const struct ledger *ledger, const char *path, long *at, struct error *err)
{
    FILE *file = fopen(path, "re");
    char *line = NULL;
    size_t room = 0;
    ssize_t len = 0;
    if (!file || fseek(file, *at, SEEK_SET) != 0) {
        (void)error_set(err, "cannot read the journal %s: %s", path, strerror(errno));
        if (file)
            (void)fclose(file);
        return false;
    }
    while ((len = getline(&line, &room, file)) > 0 && line[len - 1] == '\n') {
        take_line(ledger, line);
        *at += len;
    }
    free(line);
    (void)fclose(file);
    return true;
}

static bool misses_some(const struct ledger *ledger)
{
    for (size_t i = 0; i < ledger->count; i++)
        if (ledger->entries[i].outcome == LEDGER_ACCEPTED && !ledger->entries[i].times)
            return true;
    return false;
}

bool accounting_by_journal(const struct accounting_question *question, const char *path,
                           int64_t from, struct accounting *out, struct error *err)
{
    struct ledger *ledger = question->ledger;
    int64_t until_ns = clock_monotonic_ns() + question->wait_ns;
    long at = (long)from;
    *out = (struct accounting){.source = "--journal"};
    ledger_settle(ledger);
    bool ok = read_on(ledger, path, &at, err);
    while (ok && misses_some(ledger) && clock_monotonic_ns() < until_ns &&
           !is_interrupted(question)) {
        nap(LOOK_NS);
        ok = read_on(ledger, path, &at, err);
    }
    count_sent(ledger, out);
    for (size_t i = 0; i < ledger->count; i++)
        count_told(&ledger->entries[i], question->run_tag, out);
    return ok;
}

/* --- a command --- */

static const char *why_stop(void *payload)
{
    const struct accounting_question *question = payload;
    return is_interrupted(question) ? "it was interrupted" : NULL;
}

/* Moves `count` entries, drawn at random, to the front. */
static void draw(struct ledger *ledger, size_t count, struct rng *rng)
{
    for (size_t i = 0; i < count; i++) {
        size_t other = i + (size_t)rng_below(rng, ledger->count - i);
        struct ledger_entry drawn = ledger->entries[other];
        ledger->entries[other] = ledger->entries[i];
        ledger->entries[i] = drawn;
    }
}

static void take_answer(struct ledger_entry *entry, const struct effect_question *question,
                        unsigned run_tag, struct accounting *out)
{
    const struct processed *said = &question->said;
    if (said->state == PROCESSED_TIMES) {
        entry->times = said->times > UINT8_MAX ? UINT8_MAX : (uint8_t)said->times;
        count_told(entry, run_tag, out);
        return;
    }
    if (!out->unknown++)
        (void)snprintf(out->why_unknown, sizeof out->why_unknown, "%s", said->why ? said->why : "");
}

void accounting_by_command(const struct accounting_question *question,
                           const struct effect_oracle *oracle, struct rng *rng,
                           struct accounting *out)
{
    struct ledger *ledger = question->ledger;
    struct accounting_question copy = *question;
    int64_t until_ns = clock_monotonic_ns() + question->wait_ns;
    *out = (struct accounting){.source = "--effect-command"};
    ledger_settle(ledger);
    count_sent(ledger, out);
    size_t count = ledger->count < ACCOUNTING_ASKED_MAX ? ledger->count : ACCOUNTING_ASKED_MAX;
    draw(ledger, count, rng);
    while (clock_monotonic_ns() < until_ns && !is_interrupted(question))
        nap(LOOK_NS);
    struct effect_question *questions = mem_alloc((count + 1) * sizeof *questions);
    char(*ids)[UUID_SIZE] = mem_alloc((count + 1) * sizeof *ids);
    for (size_t i = 0; i < count; i++) {
        ledger_id(&ledger->entries[i], question->run_tag, ids[i]);
        questions[i].id_event = ids[i];
    }
    oracle->ask(oracle->payload, questions, count, why_stop, &copy);
    for (size_t i = 0; i < count; i++) {
        take_answer(&ledger->entries[i], &questions[i], question->run_tag, out);
        free(questions[i].said.why);
    }
    free(questions);
    free(ids);
}
