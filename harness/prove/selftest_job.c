#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "prove/selftest.h"
#include "receive/receiver.h"
#include "receive/supervise.h"

#define CONCURRENCY_SLOW 48

/* --- in the process of the job --- */

static bool on_both_families(const struct candidate *candidate)
{
    return (candidate->fault && candidate->fault->both_families) ||
           (candidate->also && candidate->also->both_families);
}

static bool is_timed(const struct fault *fault)
{
    return fault && fault->argument.kind == ARGUMENT_TIME;
}

bool selftest_is_slow(const struct candidate *candidate)
{
    return is_timed(candidate->fault) || is_timed(candidate->also) ||
           (candidate->variation && candidate->variation->behaviours[0] &&
            text_starts_with(candidate->variation->behaviours[0], "delay="));
}

/* How the receiver is told of it; NULL for NULL. */
static char *word_of(const struct fault *fault)
{
    if (!fault)
        return NULL;
    return fault->trial ? mem_format("%s=%s", fault->id, fault->trial) : mem_text(fault->id);
}

static struct receiver *start(const struct prepared_run *run, const struct candidate *candidate,
                              const char *journal, struct error *err)
{
    if (!journal)
        return NULL;
    char *faults[] = {word_of(candidate->fault), word_of(candidate->also)};
    const struct receiver_options options = {
        .listen = on_both_families(candidate) ? "[::]:0" : NULL,
        .secret = secret_bytes(&run->secret),
        .tls = candidate->tls,
        .faults = (const char *const *)faults,
        .num_faults = (size_t)(faults[0] != NULL) + (faults[1] != NULL),
        .variation = candidate->variation ? candidate->variation->name : NULL,
        .journal = journal,
        .journal_brief = true,
        .wall_ms = clock_wall_ms,
    };
    struct receiver *receiver = receiver_start(&options, err);
    free(faults[0]);
    free(faults[1]);
    return receiver;
}

/* Lets `receiver` serve in processes of its own; returns the id of the one that watches over them.
 */
static pid_t serve(struct receiver *receiver)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    struct error err = {0};
    _exit(supervise(receiver, SUPERVISE_RESTART_MS * NS_PER_MS, &err) == 0 ? 0 : 70);
}

static bool stop_serving(pid_t pid, struct error *err)
{
    int status = 0;
    (void)kill(pid, SIGTERM);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status == 0 || error_set(err, "the receiver itself crashed");
}

static void add_outcomes(const struct run_result *result, struct buf *out)
{
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        buf_add_format(out, "%s %s %s\n", verdict_name(one->verdict), level_name(one->level),
                       one->id);
    }
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        const struct diagnosis *one = &result->diagnoses[i];
        buf_add_format(out, "cause %s %s\n",
                       one->confidence == CONFIDENCE_PROVED ? "proved" : "likely", one->id);
    }
}

/* The process ends soon, and with it its copy of what was prepared. */
static void run_suites(struct prepared_run *run, const struct candidate *candidate,
                       const struct receiver *receiver, char *journal, struct buf *out,
                       struct error *err)
{
    struct run_result result = {0};
    int64_t begun_ns = clock_monotonic_ns();
    char *url = on_both_families(candidate)
                    ? mem_format("%s://localhost:%d", candidate->tls ? "https" : "http",
                                 receiver_port(receiver))
                    : mem_text(receiver_url(receiver));
    target_clear(&run->target);
    run->engine.cacert = receiver_ca_path(receiver);
    run->effect = selftest_oracle(journal);
    if (selftest_is_slow(candidate))
        run->options.concurrency = CONCURRENCY_SLOW;
    bool ok = target_parse(&run->target, url, err) && run_plan(run->plan, NULL, &result, err);
    if (ok && clock_monotonic_ns() - begun_ns >= run->options.max_time_ns)
        (void)error_set(err, "the run took too long and was stopped");
    add_outcomes(&result, out);
    free(url);
}

void selftest_job(const struct selftest *selftest, const struct candidate *candidate, int fd)
{
    struct error err = {0};
    struct buf out = {0};
    char *journal = selftest_journal_new(&err);
    struct prepared_run *run = selftest_prepared(selftest, candidate);
    struct receiver *receiver = run ? start(run, candidate, journal, &err) : NULL;
    pid_t server = receiver ? serve(receiver) : -1;
    if (receiver && server < 0)
        (void)error_set(&err, "no process could be started: %s", strerror(errno));
    if (server > 0) {
        run_suites(run, candidate, receiver, journal, &out, &err);
        (void)stop_serving(server, &err);
    }
    receiver_free(receiver);
    if (journal)
        (void)unlink(journal);
    free(journal);
    buf_add_format(&out, error_is_set(&err) ? "failure %s\n" : "end\n", err.message);
    (void)file_put(fd, buf_bytes(&out)); /* where it fails, nobody reads any more */
    _exit(0);
}

/* --- in the process that started it --- */

static bool read_verdict(const char *word, enum verdict *out)
{
    for (int i = 0; i < VERDICT_COUNT; i++) {
        *out = (enum verdict)i;
        if (strcmp(verdict_name(*out), word) == 0)
            return true;
    }
    return false;
}

static void read_line(char *line, struct case_outcomes *out, bool *ended)
{
    struct case_outcome outcome = {0};
    char *rest = NULL;
    if (strcmp(line, "end") == 0)
        *ended = true;
    if (strncmp(line, "failure ", 8) == 0) {
        free(out->failure);
        out->failure = mem_text(line + 8);
        *ended = true;
    }
    const char *verdict = strtok_r(line, " ", &rest);
    const char *level = strtok_r(NULL, " ", &rest);
    if (level && strcmp(verdict, "cause") == 0) {
        out->causes = mem_resize(out->causes, out->num_causes + 1, sizeof *out->causes);
        out->causes[out->num_causes++] =
            (struct named_cause){mem_text(rest), strcmp(level, "proved") == 0};
        return;
    }
    if (!verdict || !level || !read_verdict(verdict, &outcome.verdict) ||
        !level_find(level, &outcome.level))
        return;
    outcome.id = mem_text(rest);
    outcome.base = mem_copy(rest, strcspn(rest, "["));
    out->items = mem_resize(out->items, out->count + 1, sizeof *out->items);
    out->items[out->count++] = outcome;
}

void selftest_read_outcomes(struct bytes text, struct case_outcomes *out)
{
    char *copy = mem_copy(text.data, text.len);
    char *rest = NULL;
    bool ended = false;
    for (char *line = strtok_r(copy, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        read_line(line, out, &ended);
    if (!ended && !out->failure)
        out->failure = mem_text("the run ended without a result");
    free(copy);
}
