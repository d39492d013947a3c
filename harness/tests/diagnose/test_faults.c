/*
 * Each fault of the receiver yields the diagnosis that its row names, and the right receiver none.
 * The receiver runs in a thread of its own; the program is run against it as a user would.
 */
#include <criterion/criterion.h>
#include <jansson.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/diagnose.h"
#include "diagnose/hypothesis.h"
#include "receive/fault.h"
#include "receive/receiver.h"
#include "tests/support/run_program.h"

TestSuite(diagnose_faults, .timeout = 240);

static void *serve(void *receiver)
{
    receiver_run(receiver);
    return NULL;
}

static void live_on(void *payload)
{
    (void)payload; /* as under a supervisor: it is back at once */
}

/* The report of a run of the cases that `only` matches; the caller frees it. */
static json_t *report_for(const char *fault, const char *only)
{
    const struct receiver_options options = {
        .secret = {TEST_SECRET, sizeof TEST_SECRET - 1}, .fault = fault, .on_death = live_on};
    struct error err = {0};
    struct receiver *receiver = receiver_start(&options, &err);
    cr_assert_not_null(receiver, "%s", err.message);
    pthread_t thread;
    pthread_create(&thread, NULL, serve, receiver);
    char path[] = "/tmp/hookcheck-diagnose-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    char *wanted = mem_format("json=%s", path);
    struct program_end end;
    run_hookcheck((const char *const[]){"run", receiver_url(receiver), "--only", only, "--quick",
                                        "-q", "--deadline", "2s", "--seed", "7", "--recovery",
                                        "200ms", "--report", wanted, NULL},
                  bytes_of(""), &end);
    receiver_stop(receiver);
    pthread_join(thread, NULL);
    receiver_free(receiver);
    json_t *report = json_load_file(path, JSON_ALLOW_NUL, NULL);
    (void)close(fd);
    (void)unlink(path);
    free(wanted);
    if (!report) /* no such case in this version */
        report = json_object();
    cr_assert(end.code != 6 && end.code >= 0, "%s: %d, %s", fault ? fault : "right", end.code,
              buf_text(&end.err));
    program_end_clear(&end);
    return report;
}

static bool has_diagnosis(const json_t *report, const char *id)
{
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(report, "diagnoses"), i,
                       one) if (strcmp(json_string_value(json_object_get(one, "id")), id) ==
                                0) return json_array_size(json_object_get(one, "cases")) > 0;
    return false;
}

static char *ids_of(const json_t *report)
{
    struct buf out = {0};
    size_t i;
    const json_t *one;
    json_array_foreach(json_object_get(report, "diagnoses"), i, one)(void)
        buf_add_format(&out, "%s ", json_string_value(json_object_get(one, "id")));
    return buf_take(&out);
}

/* The mistakes that the suites of this version can see; the others wait for their cases. */
static bool is_seen(const json_t *report)
{
    const json_t *summary = json_object_get(report, "summary");
    return json_integer_value(json_object_get(summary, "fail")) +
               json_integer_value(json_object_get(summary, "warn")) >
           0;
}

/* Where a fault is shown soonest; the suites of this version have no case for the others. */
static const char *cases_for(const struct fault *fault)
{
    static const struct {
        const char *faults;
        const char *only;
    } rows[] = {
        {"B08 B09 B10 C09 F01 F19", "panora/payload/*"},
        {"F05 F06 F08", "panora/timing/*"},
        {"F09", "http/transport/*"},
        {"B11", "http/robustness/*"},
        {"F18 G07 G08", "panora/signature/*"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        if (strstr(rows[i].faults, fault->id))
            return rows[i].only;
    return strchr("AB", fault->id[0]) ? "panora/signature/*" : "panora/delivery/*";
}

static size_t check_letter(char letter)
{
    size_t diagnosed = 0;
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        if (!fault->diagnosis || fault->id[0] != letter)
            continue;
        json_t *report = report_for(fault->id, cases_for(fault));
        char *ids = ids_of(report);
        cr_expect(!is_seen(report) || has_diagnosis(report, fault->diagnosis), "%s: %s, not %s",
                  fault->id, ids, fault->diagnosis);
        diagnosed += has_diagnosis(report, fault->diagnosis);
        free(ids);
        json_decref(report);
    }
    return diagnosed;
}

Test(diagnose_faults, verification_that_can_be_got_round)
{
    NEED_HOOKCHECK();
    cr_expect_geq(check_letter('A'), 15);
}

Test(diagnose_faults, crashes_instead_of_refusals)
{
    NEED_HOOKCHECK();
    cr_expect_geq(check_letter('B'), 8);
}

Test(diagnose_faults, other_bytes_verified)
{
    NEED_HOOKCHECK();
    cr_expect_geq(check_letter('C'), 5);
}

Test(diagnose_faults, a_confused_secret)
{
    NEED_HOOKCHECK();
    cr_expect_geq(check_letter('D'), 3);
}

Test(diagnose_faults, what_stands_before_the_handler)
{
    NEED_HOOKCHECK();
    cr_expect_geq(check_letter('E'), 7);
}

Test(diagnose_faults, limits_and_transport)
{
    NEED_HOOKCHECK();
    cr_expect_geq(check_letter('F'), 5);
}

Test(diagnose_faults, what_happens_afterwards)
{
    NEED_HOOKCHECK();
    cr_expect_geq(check_letter('G'), 6);
}

Test(diagnose_faults, the_right_receiver_yields_none)
{
    NEED_HOOKCHECK();
    json_t *report = report_for(NULL, "*");
    char *ids = ids_of(report);
    cr_expect_eq(json_array_size(json_object_get(report, "diagnoses")), 0, "%s", ids);
    free(ids);
    json_decref(report);
}

/* --- the whole table --- */

static bool is_told_offline(const char *id)
{
    return hypothesis_find(id) != NULL; /* diagnose_offline goes through them all */
}

static bool is_of_a_fault(const char *id)
{
    for (size_t i = 0; i < fault_count(); i++)
        if (fault_at(i)->diagnosis && strcmp(fault_at(i)->diagnosis, id) == 0)
            return true;
    return false;
}

static bool is_in(const char *const *list, const char *id)
{
    for (size_t i = 0; list[i]; i++)
        if (strcmp(list[i], id) == 0)
            return true;
    return false;
}

/* By stored exchanges: in test_causes.c and judge/test_met_instead.c. */
static const char *const of_exchanges[] = {"dies-on-missing-signature",
                                           "dies-on-not-hex",
                                           "dies-on-non-ascii",
                                           "dies-on-empty-body",
                                           "dies-on-bad-json",
                                           "dies-on-missing-data",
                                           "dies-on-non-object",
                                           "refuses-object-data",
                                           "refuses-nul",
                                           "refuses-proto",
                                           "refuses-non-ascii",
                                           "throws-on-missing-data",
                                           "hangs-on-every-event",
                                           "hangs-on-genuine-events",
                                           "refuses-arrays",
                                           "platform-protection",
                                           "firewall",
                                           "https-port",
                                           "method-not-allowed",
                                           "too-large",
                                           "media-type",
                                           "rate-limit",
                                           "gateway-error",
                                           NULL};

/* No test yields these yet: the list may only become shorter. */
static const char *const of_nothing_yet[] = {"checks-length-only",     "finds-part",
                                             "accepts-secret-itself",  "some-types-unchecked",
                                             "large-events-unchecked", "remembers-ids",
                                             "remembers-connections",  "refuses-deep-data",
                                             "refuses-some-types",     "wants-object-data",
                                             "leaks-secret",           "reads-first-piece-only",
                                             "dies-on-a-request",      NULL};

Test(diagnose_faults, every_row_of_the_table_has_a_test_or_is_named_without)
{
    for (size_t i = 0; i < diagnosis_kind_count(); i++) {
        const char *id = diagnosis_kind_at(i).id;
        bool tested = is_told_offline(id) || is_of_a_fault(id) || is_in(of_exchanges, id);
        cr_expect_neq(tested, is_in(of_nothing_yet, id), "%s: %s", id,
                      tested ? "is tested and named as untested" : "has no test");
    }
}
