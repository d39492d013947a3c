#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/running.h"
#include "tests/support/shell_run.h"

TestSuite(run_interrupt, .timeout = 120);

static struct started_program receiver;

static void stop(void)
{
    (void)stop_program(&receiver);
}

/* One case that is over at once, and one that waits for a minute between its two events. */
static const char suite[] =
    "{\"suite\":\"my/suite\",\"cases\":["
    "{\"id\":\"quick\",\"title\":\"quick\",\"expect\":{\"accepted\":true}},"
    "{\"id\":\"slow\",\"title\":\"slow\",\"one-connection\":true,\"steps\":[{},"
    "{\"deliver\":{\"after\":\"100ms\"}},"
    "{\"deliver\":{\"after\":\"60s\"}}],\"expect\":{\"survives-idle\":true}}]}";

/* $0 hookcheck, $1 URL, $2 suite file, $3 folder: interrupts a run once its first case is over.
 * With $4, the report goes to a pipe that is full and never emptied, and the run is interrupted
 * again while it waits there. */
static const char script[] =
    "if [ -n \"$4\" ]; then\n"
    "    mkfifo \"$3/report\"\n"
    "    exec 9<>\"$3/report\"\n"
    "    head -c 65536 /dev/zero >&9\n"
    "fi\n"
    "\"$0\" run \"$1\" -v --suite \"$2\" --report json=\"$3/report\" --max-time 90s "
    "    >\"$3/text\" 2>&1 &\n"
    "pid=$!\n"
    "until grep -q quick \"$3/text\" || ! kill -0 $pid; do sleep 0.02; done\n"
    "kill -INT $pid\n"
    "if [ -n \"$4\" ]; then\n"
    "    until grep -q 'exit 130' \"$3/text\" || ! kill -0 $pid; do sleep 0.02; done\n"
    "    kill -INT $pid\n"
    "fi\n"
    "wait $pid\n"
    "echo \"ended with $?\"\n"
    "cat \"$3/text\"\n"
    "[ -n \"$4\" ] || cat \"$3/report\"\n";

static void interrupt(const char *twice, struct program_end *end)
{
    static const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, NULL};
    char folder[] = "/tmp/hookcheck-interrupt-XXXXXX";
    cr_assert(mkdtemp(folder));
    cr_assert(start_receiver(&receiver, NULL));
    char *file = shell_temporary(bytes_of(suite));
    char *path = mem_format("%s.json", file);
    cr_assert_eq(rename(file, path), 0);
    const char *const argv[] = {"sh",   "-c",  script, hookcheck_path(), receiver.url, path,
                                folder, twice, NULL};
    run_program(&(struct program){.argv = argv, .env = env}, end);
    (void)unlink(path);
    free(file);
    free(path);
    char *clean = mem_format("rm -r '%s'", folder);
    (void)shell_run(clean, &end->err);
    free(clean);
}

Test(run_interrupt, ends_at_once_with_130_and_a_report_of_what_was_done, .fini = stop)
{
    struct program_end end;
    NEED_HOOKCHECK();
    int64_t begun_ns = clock_monotonic_ns();
    interrupt("", &end);
    cr_expect_lt(clock_monotonic_ns() - begun_ns, 50 * NS_PER_S);
    const char *out = buf_text(&end.out);
    cr_expect(strstr(out, "ended with 130"), "%s", out);
    cr_expect(strstr(out, "interrupted"), "%s", out);
    const char *json = strstr(out, "\n{");
    json_t *report = json ? json_loads(json, JSON_DISABLE_EOF_CHECK, NULL) : NULL;
    cr_expect_str_eq(verdict_in(report, "my/suite/quick"), "pass");
    cr_expect_str_eq(verdict_in(report, "my/suite/slow"), "inconclusive");
    cr_expect(json_is_true(json_object_get(report, "interrupted")), "%s", out);
    json_decref(report);
    program_end_clear(&end);
}

Test(run_interrupt, twice_ends_without_waiting_for_anything, .fini = stop)
{
    struct program_end end;
    NEED_HOOKCHECK();
    interrupt("twice", &end);
    cr_expect(strstr(buf_text(&end.out), "ended with 130"), "%s", buf_text(&end.out));
    program_end_clear(&end);
}
