#include "base/child.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"

TestSuite(base_child, .timeout = 120);

static void run(const char *script, int64_t limit_ns, struct child *child)
{
    struct error err = {0};
    const struct child_command command = {script, "the argument", "CHILD_TEST=it's here", limit_ns};
    *child = (struct child){0};
    cr_assert(child_start(child, &command, &err), "%s", err.message);
    while (child->state == CHILD_RUNNING)
        children_wait(child, 1, NS_PER_S);
}

Test(base_child, gives_back_what_was_said_and_how_it_ended)
{
    static const struct {
        const char *script;
        enum child_state state;
        int code;
        const char *out;
        const char *err;
    } rows[] = {
        {"echo 3", CHILD_EXITED, 0, "3\n", ""},
        {"exit 7", CHILD_EXITED, 7, "", ""},
        {"echo \"$1\"; echo \"$CHILD_TEST\" >&2", CHILD_EXITED, 0, "the argument\n", "it's here\n"},
        {"echo \"$#\"", CHILD_EXITED, 0, "1\n", ""},
        {"kill -9 $$", CHILD_SIGNALLED, 9, "", ""},
        {"kill -PIPE $$", CHILD_SIGNALLED, SIGPIPE, "", ""},
        {"cat; echo empty", CHILD_EXITED, 0, "empty\n", ""},
        {"no-such-program-anywhere 2>/dev/null", CHILD_EXITED, 127, "", ""},
        {"sleep 20 & echo 1", CHILD_EXITED, 0, "1\n", ""}, /* its pipe stays open */
        {"exec >&- 2>&-; exit 1", CHILD_EXITED, 1, "", ""},
    };
    (void)signal(SIGPIPE, SIG_IGN); /* which it must not inherit */
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct child child;
        run(rows[i].script, 10 * NS_PER_S, &child);
        cr_expect_eq(child.state, rows[i].state, "%s: %d", rows[i].script, (int)child.state);
        cr_expect_eq(child.code, rows[i].code, "%s: %d", rows[i].script, child.code);
        cr_expect_str_eq(buf_text(&child.out), rows[i].out, "%s", rows[i].script);
        cr_expect_str_eq(buf_text(&child.err), rows[i].err, "%s", rows[i].script);
        child_clear(&child);
    }
}

Test(base_child, costs_bounded_time_and_memory)
{
    struct child child;
    int64_t begun_ns = clock_monotonic_ns();
    run("sleep 20", 100 * NS_PER_MS, &child);
    cr_expect_eq(child.state, CHILD_LATE);
    child_clear(&child);
    run("trap '' TERM INT; while :; do echo endless; done", 10 * NS_PER_S, &child);
    cr_expect_eq(child.state, CHILD_LOUD);
    cr_expect_leq(child.out.len, CHILD_OUT_MAX);
    child_clear(&child);
    run("while :; do echo endless; done >&2", 100 * NS_PER_MS, &child);
    cr_expect_eq(child.state, CHILD_LATE);
    cr_expect_leq(child.err.len, CHILD_ERR_MAX);
    child_clear(&child);
    cr_expect_lt(clock_monotonic_ns() - begun_ns, 10 * NS_PER_S);
}

Test(base_child, inherits_no_file_and_no_terminal)
{
    struct child child;
    int fd = open("/dev/null", O_RDONLY); /* without FD_CLOEXEC, as some library opens them */
    cr_assert_geq(fd, 0);
    run("ls /proc/self/fd; : </dev/tty", 10 * NS_PER_S, &child);
    /* the fourth is ls's own look at the folder */
    cr_expect_str_eq(buf_text(&child.out), "0\n1\n2\n3\n");
    cr_expect_neq(child.code, 0, "there is no terminal to ask for a password");
    child_clear(&child);
    (void)close(fd);
}

static bool is_there(pid_t pid)
{
    return kill(pid, 0) == 0;
}

Test(base_child, is_killed_with_all_that_it_has_started)
{
    struct error err = {0};
    struct child child = {0};
    const struct child_command command = {"sleep 20 & echo $!; wait", "", "A=b", 10 * NS_PER_S};
    cr_assert(child_start(&child, &command, &err), "%s", err.message);
    while (child.out.len == 0 && child.state == CHILD_RUNNING)
        children_wait(&child, 1, NS_PER_S);
    pid_t grandchild = (pid_t)atoi(buf_text(&child.out));
    cr_assert_gt(grandchild, 1);
    cr_expect(is_there(grandchild));
    child_clear(&child);
    for (int i = 0; i < 200 && is_there(grandchild); i++)
        (void)usleep(10000); /* until somebody has taken note of its end */
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)grandchild);
    FILE *stat = fopen(path, "r");
    char state = 'Z';
    if (stat && fscanf(stat, "%*d (%*[^)]) %c", &state) != 1)
        state = '?';
    if (stat)
        (void)fclose(stat);
    cr_expect_eq(state, 'Z', "gone, or dead and not yet noted: %c", state);
}
