#include "tests/support/receiver_report.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "prove/catches.h"
#include "receive/receiver.h"
#include "tests/support/run_program.h"

static void *serve(void *receiver)
{
    receiver_run(receiver);
    return NULL;
}

#define SECRET "whsec_test_of_all_diagnoses" /* long enough to be known in an answer */

#define AWAY_US 60000

/* As under a supervisor: for a while nobody listens. */
static void come_back(void *payload)
{
    struct receiver **receiver = payload;
    struct error err = {0};
    receiver_refuse(*receiver);
    (void)usleep(AWAY_US);
    (void)receiver_listen(*receiver, &err);
}

#define CHOICE_MAX 8

json_t *receiver_report(struct receiver_options *options, const char *const *choice)
{
    struct error err = {0};
    struct receiver *receiver = NULL;
    options->secret = bytes_of(SECRET);
    options->on_death = come_back;
    options->payload = &receiver;
    receiver = receiver_start(options, &err);
    cr_assert_not_null(receiver, "%s", err.message);
    pthread_t thread;
    pthread_create(&thread, NULL, serve, receiver);
    char path[] = "/tmp/hookcheck-diagnose-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    char *wanted = mem_format("json=%s", path);
    const char *words[18 + CHOICE_MAX] = {
        "run",  receiver_url(receiver), "--quick", "-q",         "--deadline", "2s",   "--seed",
        "7",    "--recovery",           "200ms",   "--insecure", "--report",   wanted, "--diagnose",
        "full", "--max-time",           "600s"};
    for (size_t i = 0; choice[i]; i++)
        words[17 + i] = choice[i];
    struct program_end end;
    run_hookcheck_with(words, (const char *const[]){"HOOKCHECK_SECRET=" SECRET, NULL}, bytes_of(""),
                       &end);
    receiver_stop(receiver);
    pthread_join(thread, NULL);
    receiver_free(receiver);
    json_t *report = json_load_file(path, JSON_ALLOW_NUL, NULL);
    (void)close(fd);
    (void)unlink(path);
    free(wanted);
    cr_assert(report && end.code >= 0 && end.code != 6, "%d, %s", end.code, buf_text(&end.err));
    program_end_clear(&end);
    return report;
}

char *diagnosis_ids(const json_t *report)
{
    struct buf out = {0};
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(report, "diagnoses"), i, one)
        buf_add_format(&out, "%s ", json_string_value(json_object_get(one, "id")));
    return buf_take(&out);
}

/* Where a fault is shown, when it is not the suite of the first case that must catch it. */
static const char *cases_for(const struct fault *fault)
{
    static const struct {
        const char *faults;
        const char *only;
    } rows[] = {
        {"C03 C04 C05 C06 C12 C20 C21 C22 C23 C24", "panora/payload/*"},
        {"F19", "http/transport/*"},
        {"G03", "panora/delivery/*"},
        {"H01 H02 H04 H05 H08 H09 H10 H11", "panora/*/*"},
    };
    static char only[64];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strstr(rows[i].faults, fault->id))
            return rows[i].only;
    struct catches *catches = catches_load(NULL, NULL);
    const char *const *cases = catches_of(catches, fault)->must.items;
    size_t first = 0;
    while (strncmp(cases[first], "panora/effect/", 14) == 0)
        first++;
    const char *id = cases[first];
    (void)snprintf(only, sizeof only, "%.*s/*", (int)(strrchr(id, '/') - id), id);
    catches_free(catches);
    return only;
}

/* Two mistakes in one. */
static const char *also_of(const struct fault *fault)
{
    return strcmp(fault->id, "B07") == 0 ? "throws-on-other-length" : NULL;
}

void expect_diagnosis_of(const struct fault *fault)
{
    struct receiver_options options = {.faults = &fault->id, .num_faults = 1};
    json_t *report =
        receiver_report(&options, (const char *const[]){"--only", cases_for(fault), NULL});
    char *ids = diagnosis_ids(report);
    const char *also = also_of(fault);
    char *wanted =
        also ? mem_format("%s %s ", also, fault->diagnosis) : mem_format("%s ", fault->diagnosis);
    cr_expect_str_eq(ids, wanted, "%s: \"%s\", not \"%s\"", fault->id, ids, wanted);
    free(wanted);
    free(ids);
    json_decref(report);
}

void expect_diagnoses_of_right(const char *variation, bool tls, const char *const *choice,
                               const char *wanted)
{
    struct receiver_options options = {.variation = variation, .tls = tls};
    json_t *report = receiver_report(&options, choice);
    char *ids = diagnosis_ids(report);
    const json_t *summary = json_object_get(report, "summary");
    cr_expect_str_eq(ids, wanted, "%s: \"%s\"", variation ? variation : "right", ids);
    cr_expect_gt(json_integer_value(json_object_get(summary, "pass")), 50);
    free(ids);
    json_decref(report);
}
