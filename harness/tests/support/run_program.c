#include "tests/support/run_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define TIME_MAX_NS (600 * NS_PER_S) /* for what hangs: a busy machine takes many times as long */

extern char **environ;

char **program_environment(const char *const *added)
{
    size_t count = 0;
    size_t num_added = 0;
    while (environ[count])
        count++;
    while (added && added[num_added])
        num_added++;
    char **made = mem_alloc((count + num_added + 1) * sizeof *made);
    size_t at = 0;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "HOOKCHECK_SECRET=", 17) != 0)
            made[at++] = environ[i];
    for (size_t i = 0; i < num_added; i++)
        made[at++] = (char *)added[i];
    return made;
}

struct pipes {
    int in[2], out[2], err[2];
};

static bool open_pipes(struct pipes *pipes)
{
    return pipe(pipes->in) == 0 && pipe(pipes->out) == 0 && pipe(pipes->err) == 0;
}

/* Both ends of the three pipes must not live on in the child, or it would never see the end of its
 * input. */
static pid_t start(const struct program *program, struct pipes *pipes)
{
    posix_spawn_file_actions_t actions;
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_adddup2(&actions, pipes->in[0], 0);
    if (program->out_path)
        (void)posix_spawn_file_actions_addopen(&actions, 1, program->out_path, O_WRONLY, 0);
    else
        (void)posix_spawn_file_actions_adddup2(&actions, pipes->out[1], 1);
    (void)posix_spawn_file_actions_adddup2(&actions, pipes->err[1], 2);
    const int ends[] = {pipes->in[0],  pipes->in[1],  pipes->out[0],
                        pipes->out[1], pipes->err[0], pipes->err[1]};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
        (void)posix_spawn_file_actions_addclose(&actions, ends[i]);
    char **env = program_environment(program->env);
    pid_t pid = -1;
    if (posix_spawnp(&pid, program->argv[0], &actions, NULL, (char *const *)program->argv, env) !=
        0)
        pid = -1;
    (void)posix_spawn_file_actions_destroy(&actions);
    free(env);
    return pid;
}

/* Takes what is there; false at the end of the stream. */
static bool take(int fd, struct buf *into)
{
    char chunk[65536];
    ssize_t got = read(fd, chunk, sizeof chunk);
    if (got > 0)
        buf_add(into, chunk, (size_t)got);
    return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

static void close_once(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static void give(int *fd, struct bytes *in)
{
    ssize_t put = in->len ? write(*fd, in->data, in->len) : 0;
    if (put > 0) {
        in->data += put;
        in->len -= (size_t)put;
    }
    if (in->len == 0 || (put < 0 && errno != EAGAIN && errno != EINTR))
        close_once(fd);
}

/* Feeds and collects until both outputs have ended; false when that takes too long. */
static bool exchange(struct bytes in, struct pipes *pipes, struct program_end *end)
{
    int64_t deadline_ns = clock_monotonic_ns() + TIME_MAX_NS;
    (void)fcntl(pipes->in[1], F_SETFL, O_NONBLOCK);
    give(&pipes->in[1], &in);
    while (pipes->out[0] >= 0 || pipes->err[0] >= 0) {
        int64_t left_ns = deadline_ns - clock_monotonic_ns();
        struct pollfd fds[] = {
            {pipes->out[0], POLLIN, 0}, {pipes->err[0], POLLIN, 0}, {pipes->in[1], POLLOUT, 0}};
        if (left_ns <= 0)
            return false;
        (void)poll(fds, 3, (int)(left_ns / NS_PER_MS) + 1);
        if (fds[0].revents && !take(pipes->out[0], &end->out))
            close_once(&pipes->out[0]);
        if (fds[1].revents && !take(pipes->err[0], &end->err))
            close_once(&pipes->err[0]);
        if (fds[2].revents)
            give(&pipes->in[1], &in);
    }
    return true;
}

static int wait_for(pid_t pid, bool in_time)
{
    int status = 0;
    if (!in_time)
        (void)kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!in_time)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void run_program(const struct program *program, struct program_end *end)
{
    struct pipes pipes = {{-1, -1}, {-1, -1}, {-1, -1}};
    *end = (struct program_end){.code = -1};
    (void)signal(SIGPIPE, SIG_IGN);
    if (open_pipes(&pipes)) {
        if (program->out_closed_pipe)
            close_once(&pipes.out[0]);
        pid_t pid = start(program, &pipes);
        close_once(&pipes.in[0]);
        close_once(&pipes.out[1]);
        close_once(&pipes.err[1]);
        if (pid >= 0)
            end->code = wait_for(pid, exchange(program->in, &pipes, end));
    }
    int *all[] = {&pipes.in[0],  &pipes.in[1],  &pipes.out[0],
                  &pipes.out[1], &pipes.err[0], &pipes.err[1]};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        close_once(all[i]);
}

void program_end_clear(struct program_end *end)
{
    buf_clear(&end->out);
    buf_clear(&end->err);
}

const char *hookcheck_path(void)
{
    const char *path = getenv("HOOKCHECK_BIN");
    return path && *path ? path : NULL;
}

void run_hookcheck_with(const char *const *arguments, const char *const *env, struct bytes in,
                        struct program_end *end)
{
    size_t count = 0;
    while (arguments[count])
        count++;
    const char **argv = mem_alloc((count + 2) * sizeof *argv);
    argv[0] = hookcheck_path();
    memcpy(argv + 1, arguments, count * sizeof *argv);
    run_program(&(struct program){.argv = argv, .env = env, .in = in}, end);
    free(argv);
}

void run_hookcheck(const char *const *arguments, struct bytes in, struct program_end *end)
{
    static const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, NULL};
    run_hookcheck_with(arguments, env, in, end);
}
