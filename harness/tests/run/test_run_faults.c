/*
 * Faults of transport, timing, robustness and TLS are caught by the cases that they declare and by
 * no others of their suites, and the right receiver by none. Each runs as its own program, started
 * again whenever it dies.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "receive/fault.h"
#include "tests/support/run_program.h"

TestSuite(run_faults, .timeout = 60);

struct row {
    const char *fault; /* with its argument; "" = none */
    const char *listen;
    const char *host;
};

/* Times are short, and so is the target: 200 ms. */
static const struct row rows[] = {
    {"", NULL, NULL},          {"", "[::]", "localhost"}, {"B11", NULL, NULL},
    {"B15", NULL, NULL},       {"B20", NULL, NULL},       {"F02", NULL, NULL},
    {"F04", NULL, NULL},       {"F05=400ms", NULL, NULL}, {"F06=400ms", NULL, NULL},
    {"F07=400ms", NULL, NULL}, {"F08", NULL, NULL},       {"F09", NULL, NULL},
    {"F10", NULL, NULL},       {"F11", NULL, NULL},       {"F13", "[::]", "localhost"},
    {"F14", NULL, NULL},       {"F15", NULL, NULL},       {"F19", NULL, NULL},
    {"F20", NULL, NULL},       {"F21", NULL, NULL},       {"F22", NULL, NULL},
    {"F23", NULL, NULL},       {"F24", NULL, NULL},
};

static const char *const suites[] = {"http/transport", "http/robustness", "http/tls",
                                     "panora/timing"};

static bool is_of_these(const char *id)
{
    for (size_t i = 0; i < ARRAY_LEN(suites); i++)
        if (text_starts_with(id, suites[i]))
            return true;
    return false;
}

static void run(const struct row *row, const char *report, struct program_end *end)
{
    char *listen = mem_format("LISTEN=%s", row->listen ? row->listen : "127.0.0.1");
    char *host = mem_format("HOST=%s", row->host ? row->host : "");
    const char *const env[] = {"HOOKCHECK_SECRET=whsec_test", listen, host, NULL};
    const char *const argv[] = {"sh",      "harness/tests/run/fault_run.sh",
                                report,    row->fault,
                                "--quick", "--target",
                                "200ms",   "--suite",
                                suites[0], "--suite",
                                suites[1], "--suite",
                                suites[2], "--suite",
                                suites[3], NULL};
    const struct program program = {.argv = argv, .env = env};
    run_program(&program, end);
    free(listen);
    free(host);
}

/* The id without "[value]". Caller frees. */
static char *base_of(const char *id)
{
    return mem_copy(id, strcspn(id, "["));
}

static bool declares(const struct fault *fault, const char *base)
{
    for (size_t i = 0; fault && fault->cases[i]; i++)
        if (strcmp(fault->cases[i], base) == 0)
            return true;
    return false;
}

static bool is_caught(const json_t *case_)
{
    const char *verdict = json_string_value(json_object_get(case_, "verdict"));
    return strcmp(verdict, "fail") == 0 || strcmp(verdict, "warn") == 0;
}

static void expect_only_declared(const json_t *cases, const struct fault *fault, const char *name)
{
    size_t i;
    json_t *one;
    json_array_foreach(cases, i, one)
    {
        const char *id = json_string_value(json_object_get(one, "id"));
        char *base = base_of(id);
        cr_expect(!is_caught(one) || declares(fault, base), "%s: caught by %s too: %s, %s", name,
                  id, json_string_value(json_object_get(one, "actual")),
                  json_string_value(json_object_get(one, "reason")));
        free(base);
    }
}

static bool catches(const json_t *cases, const char *wanted)
{
    size_t i;
    json_t *one;
    bool caught = false;
    json_array_foreach(cases, i, one)
    {
        char *base = base_of(json_string_value(json_object_get(one, "id")));
        caught = caught || (strcmp(base, wanted) == 0 && is_caught(one));
        free(base);
    }
    return caught;
}

/* Each of the declared cases; of a fault that shows by chance, one at least. */
static void expect_caught(const json_t *cases, const struct fault *fault, const char *name)
{
    size_t num_caught = 0;
    for (size_t i = 0; fault && fault->cases[i]; i++) {
        if (!is_of_these(fault->cases[i]))
            continue;
        bool caught = catches(cases, fault->cases[i]);
        num_caught += caught;
        cr_expect(caught || fault->racy, "%s is not caught by %s", name, fault->cases[i]);
    }
    cr_expect(!fault || num_caught > 0, "%s is not caught at all", name);
}

static bool has_ipv6(void)
{
    return access("/proc/net/if_inet6", R_OK) == 0;
}

static const struct fault *fault_of(const char *word)
{
    char *id = mem_copy(word, strcspn(word, "="));
    const struct fault *fault = *id ? fault_find(id) : NULL;
    free(id);
    return fault;
}

ParameterizedTestParameters(run_faults, are_caught_by_what_they_declare_and_nothing_else)
{
    static size_t indices[ARRAY_LEN(rows)];
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, ARRAY_LEN(rows));
}

ParameterizedTest(size_t *index, run_faults, are_caught_by_what_they_declare_and_nothing_else)
{
    const struct row *row = &rows[*index];
    const struct fault *fault = fault_of(row->fault);
    const char *name = *row->fault ? row->fault : "the right receiver";
    char report[] = "/tmp/hookcheck-report-XXXXXX";
    struct program_end end;
    json_error_t error;
    NEED_HOOKCHECK();
    if (row->listen && !has_ipv6())
        cr_skip_test("there is no IPv6 here");
    (void)close(mkstemp(report));
    run(row, report, &end);
    json_t *json = json_load_file(report, JSON_ALLOW_NUL, &error);
    (void)unlink(report);
    cr_assert_not_null(json, "%s: code %d: %s%s", name, end.code, buf_text(&end.out),
                       buf_text(&end.err));
    const json_t *cases = json_object_get(json, "cases");
    expect_only_declared(cases, fault, name);
    expect_caught(cases, fault, name);
    json_decref(json);
    program_end_clear(&end);
}

/* Every required or recommended case of these suites catches at least one of the faults above. */
Test(run_faults, every_case_catches_a_fault)
{
    struct program_end end;
    json_error_t error;
    size_t i;
    json_t *one;
    NEED_HOOKCHECK();
    RUN(&end, "list", "cases", "--json");
    json_t *cases = json_loads(buf_text(&end.out), 0, &error);
    cr_assert_not_null(cases, "%s", error.text);
    json_array_foreach(cases, i, one)
    {
        const char *id = json_string_value(json_object_get(one, "id"));
        const char *level = json_string_value(json_object_get(one, "level"));
        if (!is_of_these(id) || strcmp(level, "may") == 0)
            continue;
        char *base = base_of(id);
        bool does = false;
        for (size_t k = 0; k < ARRAY_LEN(rows); k++)
            does = does || declares(fault_of(rows[k].fault), base);
        cr_expect(does, "%s catches nothing", id);
        free(base);
    }
    json_decref(cases);
    program_end_clear(&end);
}
