#include "tests/support/started_program.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "tests/support/run_program.h"

#define START_MAX_NS (90 * NS_PER_S) /* node on a busy machine */
#define STOP_MAX_NS                                                                                \
    (60 * NS_PER_S) /* a busy machine writes a report in more than its own second                  \
                     */

/* A command of its own that ends the program should the test never come to do so; a busy machine
 * makes no test as long as that. */
static const char *const leash[] = {"timeout", "--foreground", "-k", "30", "1200"};
enum { LEASH_LEN = sizeof leash / sizeof leash[0] };

static pid_t spawn(const char *const *argv, const char *const *env, const int *ends)
{
    size_t count = 0;
    while (argv[count])
        count++;
    const char **all = mem_alloc((LEASH_LEN + count + 1) * sizeof *all);
    memcpy(all, leash, sizeof leash);
    memcpy(all + LEASH_LEN, argv, count * sizeof *argv);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    (void)posix_spawn_file_actions_addclose(&actions, ends[0]);
    (void)posix_spawn_file_actions_addclose(&actions, ends[1]);
    (void)posix_spawnattr_init(&attributes);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    (void)posix_spawnattr_setpgroup(&attributes, 0);
    char **environment = program_environment(env);
    pid_t pid = 0;
    if (posix_spawnp(&pid, all[0], &actions, &attributes, (char *const *)all, environment) != 0)
        pid = 0;
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    free(environment);
    free(all);
    return pid;
}

/* Byte by byte, so that nothing of the second line is taken. */
static bool read_first_line(struct started_program *program)
{
    int64_t deadline_ns = clock_monotonic_ns() + START_MAX_NS;
    size_t len = 0;
    while (len + 1 < sizeof program->first_line) {
        struct pollfd fd = {program->out, POLLIN, 0};
        int64_t left_ns = deadline_ns - clock_monotonic_ns();
        char byte;
        if (left_ns <= 0 || poll(&fd, 1, (int)(left_ns / NS_PER_MS) + 1) <= 0 ||
            read(program->out, &byte, 1) != 1)
            return false;
        if (byte == '\n')
            return true;
        program->first_line[len++] = byte;
        program->first_line[len] = '\0';
    }
    return false;
}

/* Nobody reads on, and a full pipe would stop the program. */
static void *drain(void *payload)
{
    const struct started_program *program = payload;
    char chunk[4096];
    ssize_t got;
    while ((got = read(program->out, chunk, sizeof chunk)) > 0 || (got < 0 && errno == EINTR))
        continue;
    return NULL;
}

static bool has_ended(pid_t pid, int *status)
{
    int64_t deadline_ns = clock_monotonic_ns() + STOP_MAX_NS;
    const struct timespec moment = {0, 2 * NS_PER_MS};
    while (clock_monotonic_ns() < deadline_ns) {
        if (waitpid(pid, status, WNOHANG) == pid)
            return true;
        (void)nanosleep(&moment, NULL);
    }
    return false;
}

static int end_group(pid_t pid)
{
    int status = 0;
    (void)kill(pid, SIGTERM); /* to the program itself, and once: a second one would kill it */
    if (!has_ended(pid, &status)) {
        (void)kill(-pid, SIGKILL);
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    (void)kill(-pid, SIGKILL); /* what it started and did not end */
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool start_program(struct started_program *program, const char *const *argv, const char *const *env)
{
    static const char says[] = "listening on ";
    int ends[2];
    *program = (struct started_program){.out = -1};
    if (pipe(ends) != 0)
        return false;
    program->pid = spawn(argv, env, ends);
    program->out = ends[0];
    (void)close(ends[1]);
    if (!program->pid || !read_first_line(program) ||
        pthread_create(&program->drain, NULL, drain, program) != 0) {
        if (program->pid)
            (void)end_group(program->pid);
        (void)close(program->out);
        program->pid = 0;
        return false;
    }
    if (strncmp(program->first_line, says, strlen(says)) == 0)
        program->url = program->first_line + strlen(says);
    return true;
}

bool start_receiver(struct started_program *program, const char *const *arguments)
{
    static const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, NULL};
    const char *argv[32] = {hookcheck_path(), "receive", "--quiet", "--listen", "127.0.0.1:0"};
    size_t at = 5;
    for (size_t i = 0; arguments && arguments[i] && at + 1 < sizeof argv / sizeof argv[0]; i++)
        argv[at++] = arguments[i];
    return start_program(program, argv, env) && program->url;
}

int stop_program(struct started_program *program)
{
    if (!program->pid)
        return 0;
    int code = end_group(program->pid);
    (void)pthread_join(program->drain, NULL);
    (void)close(program->out);
    program->pid = 0;
    return code;
}
