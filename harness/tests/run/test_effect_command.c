/* What a command of the user's says, and what it does not. */
#include "run/effect_command.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"

TestSuite(run_effect_command, .timeout = 120);

#define ID "7e57c0de-0000-4000-8000-000000000001"

static const char *go_on(void *payload)
{
    return NULL;
}

static const char *no_more(void *payload)
{
    return "no more";
}

static struct processed ask_once(const char *text, effect_stop *stop)
{
    struct effect_command command = {text};
    struct effect_oracle oracle = effect_command_oracle(&command, 0);
    struct effect_question question = {.id_event = ID};
    oracle.ask(oracle.payload, &question, 1, stop, NULL);
    return question.said;
}

Test(run_effect_command, a_number_or_a_plain_exit_is_an_answer_and_nothing_else)
{
    static const struct {
        const char *command;
        int64_t times; /* -1: it says nothing */
        const char *why;
    } rows[] = {
        {"true", 1, NULL},
        {"false", 0, NULL},
        {"echo 3 #", 3, NULL},
        {"f() { printf ' 0\\n\\n'; }; f", 0, NULL},
        {"f() { echo 2; exit 1; }; f", 2, NULL},
        {"f() { echo 0; exit 1; }; f", 0, NULL},
        {"f() { echo warning >&2; echo 4; }; f", 4, NULL},
        {"f() { echo warning >&2; }; f", 1, NULL},
        {"echo", -1, "printed \"" ID "\", which is not a count"},
        {"test " ID " =", 1, NULL},
        {"test $HOOKCHECK_ID_EVENT = " ID, 1, NULL},
        {"echo \"$HOOKCHECK_ID_EVENT\" \"$1\" $#", -1, "printed \"" ID " " ID " 1\""},
        {"test " ID " = \n", 1, NULL}, /* as a block of YAML ends */
        {"f() { exit 2; }; f", -1, "exit code 2"},
        {"f() { echo no such table >&2; exit 1; }; f", -1, "wrote to stderr: \"no such table\""},
        {"f() { echo 1; exit 3; }; f", -1, "exit code 3"},
        {"no-such-program-anywhere", -1, "exit code 127"},
        {"kill -9 $$ #", -1, "signal 9"},
        {"echo -1 #", -1, "printed \"-1\""},
        {"echo 1.5 #", -1, "printed \"1.5\""},
        {"echo 99999999999999999999 #", -1, "not a count"},
        {"echo found it #", -1, "printed \"found it\""},
        {"printf '\\033[2J' #", -1, "printed \"\\x1b[2J\""},
        {"yes", -1, "printed more than 4096 bytes"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct processed said = ask_once(rows[i].command, go_on);
        if (rows[i].times >= 0) {
            cr_expect_eq(said.state, PROCESSED_TIMES, "%s: %s", rows[i].command, said.why);
            cr_expect_eq(said.times, rows[i].times, "%s: %d", rows[i].command, (int)said.times);
        } else {
            cr_expect_eq(said.state, PROCESSED_UNKNOWN, "%s", rows[i].command);
            cr_expect(said.why && strstr(said.why, rows[i].why), "%s: %s", rows[i].command,
                      said.why);
        }
        free(said.why);
    }
}

Test(run_effect_command, one_that_hangs_is_given_up)
{
    const struct child late = {.state = CHILD_LATE};
    struct processed said;
    effect_command_read(&late, &said);
    cr_expect_eq(said.state, PROCESSED_UNKNOWN);
    cr_expect_str_eq(said.why, "--effect-command did not end within 10.00 s");
    free(said.why);
}

Test(run_effect_command, nobody_is_asked_any_more_when_the_run_is_over)
{
    int64_t begun_ns = clock_monotonic_ns();
    struct processed said = ask_once("sleep 30 #", no_more);
    cr_expect_eq(said.state, PROCESSED_UNKNOWN);
    cr_expect_str_eq(said.why, "no more");
    cr_expect_lt(clock_monotonic_ns() - begun_ns, 25 * NS_PER_S);
    free(said.why);
}

Test(run_effect_command, many_questions_run_beside_each_other_and_keep_their_answers)
{
    enum { COUNT = 12 };
    struct effect_command command = {"f() { sleep 0.1; echo \"${1#id}\"; }; f"};
    struct effect_oracle oracle = effect_command_oracle(&command, 0);
    struct effect_question questions[COUNT] = {{0}};
    for (int i = 0; i < COUNT; i++)
        questions[i].id_event = mem_format("id%d", i);
    questions[5].said = (struct processed){.state = PROCESSED_TIMES, .times = 77};
    oracle.ask(oracle.payload, questions, COUNT, go_on, NULL);
    for (int i = 0; i < COUNT; i++) {
        cr_expect_eq(questions[i].said.times, i == 5 ? 77 : i, "%d: %d, %s", i,
                     (int)questions[i].said.times, questions[i].said.why);
        free((char *)questions[i].id_event);
        free(questions[i].said.why);
    }
}

Test(run_effect_command, is_tried_on_an_event_that_was_never_sent)
{
    static const struct {
        const char *command;
        const char *complaint; /* NULL = it will do */
    } rows[] = {
        {"false", NULL},
        {"echo 0 #", NULL},
        {"true", "as processed (1)"},
        {"wc -l </etc/passwd #", "as processed ("},
        {"./no-such-script", "exit code 127"},
        {"/etc/passwd", "exit code 126"},
        {"f() { exit 3; }; f", "exit code 3; only 0 and 1 have a meaning; it was asked about "
                               "an event that was never sent"},
        {"syntax error (", "exit code 2"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct effect_command command = {rows[i].command};
        struct error err = {0};
        bool ok = effect_command_check(&command, ID, 0, go_on, NULL, &err);
        cr_expect_eq(ok, rows[i].complaint == NULL, "%s: %s", rows[i].command, err.message);
        if (rows[i].complaint)
            cr_expect(strstr(err.message, rows[i].complaint), "%s: %s", rows[i].command,
                      err.message);
    }
}

Test(run_effect_command, what_it_needs_may_still_be_coming_up)
{
    char path[] = "/tmp/hookcheck-effect-XXXXXX";
    cr_assert_not_null(mkdtemp(path));
    char *text = mem_format("f() { mkdir %s/second 2>/dev/null && exit 9; exit 1; }; f", path);
    const struct effect_command command = {text};
    struct error err = {0};
    cr_expect(effect_command_check(&command, ID, 10 * NS_PER_S, go_on, NULL, &err), "%s",
              err.message);
    char *clean = mem_format("rm -r %s", path);
    cr_expect_eq(system(clean), 0);
    free(clean);
    free(text);
}
