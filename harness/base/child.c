#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

/* An end that no pipe tells, because something in the background holds it open, is seen after this.
 */
#define TICK_NS (20 * NS_PER_MS)

/* Of open files, where the system cannot close all of them in one call. */
#define FILES_MAX 65536

extern char **environ;

/* --- in the new process: nothing but what a signal handler might call --- */

static void close_the_rest(void)
{
    long max = sysconf(_SC_OPEN_MAX);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0) == 0)
        return;
#endif
    for (int fd = STDERR_FILENO + 1; fd < (max > 0 && max < FILES_MAX ? max : FILES_MAX); fd++)
        (void)close(fd);
}

/* A session of its own has no terminal: whoever asks for a password there fails at once. */
_Noreturn static void become(char *const *argv, char *const *env, int in, int out, int err)
{
    const int defaulted[] = {SIGINT, SIGTERM, SIGPIPE, SIGHUP, SIGCHLD};
    sigset_t none;
    (void)setsid();
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; i < sizeof defaulted / sizeof *defaulted; i++)
        (void)signal(defaulted[i], SIG_DFL);
    if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(err, STDERR_FILENO) < 0)
        _exit(127);
    close_the_rest();
    (void)execve(argv[0], argv, env);
    _exit(127);
}

/* --- starting --- */

/* Both ends above the standard files, so that none of them is in the way of another. */
static bool open_pipe(int ends[2])
{
    int low[2];
    if (pipe(low) != 0)
        return false;
    for (int i = 0; i < 2; i++) {
        ends[i] = fcntl(low[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        (void)close(low[i]);
    }
    if (ends[0] >= 0 && ends[1] >= 0)
        return fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
    return false;
}

static void close_all(int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
}

/* Borrows the strings; the caller frees the array. */
static char **environment_with(char *variable)
{
    size_t count = 0;
    while (environ[count])
        count++;
    size_t name_len = strcspn(variable, "=") + 1;
    char **env = mem_alloc((count + 2) * sizeof *env);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], variable, name_len) != 0)
            env[kept++] = environ[i];
    env[kept++] = variable;
    env[kept] = NULL;
    return env;
}

static pid_t start(const struct child_command *command, int in, int out, int err)
{
    char shell[] = "/bin/sh";
    char option[] = "-c";
    char name[] = "hookcheck";
    char *script = mem_text(command->script);
    char *argument = mem_text(command->argument);
    char *variable = mem_text(command->variable);
    char *const argv[] = {shell, option, script, name, argument, NULL};
    char **env = environment_with(variable);
    pid_t pid = fork();
    if (pid == 0)
        become(argv, env, in, out, err);
    free(env);
    free(variable);
    free(argument);
    free(script);
    return pid;
}

bool child_start(struct child *child, const struct child_command *command, struct error *err)
{
    enum { IN, OUT_READ, OUT, ERR_READ, ERR, COUNT };
    int fds[COUNT] = {-1, -1, -1, -1, -1};
    *child = (struct child){.out = {.max = CHILD_OUT_MAX}, .err = {.max = CHILD_ERR_MAX}};
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    fds[IN] = null < 0 ? -1 : fcntl(null, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (null >= 0)
        (void)close(null);
    pid_t pid = -1;
    if (fds[IN] >= 0 && open_pipe(&fds[OUT_READ]) && open_pipe(&fds[ERR_READ]))
        pid = start(command, fds[IN], fds[OUT], fds[ERR]);
    if (pid < 0) {
        (void)error_set(err, "no process could be started: %s", strerror(errno));
        close_all(fds, COUNT);
        return false;
    }
    close_all((int[]){fds[IN], fds[OUT], fds[ERR]}, 3);
    child->state = CHILD_RUNNING;
    child->pid = pid;
    child->out_fd = fds[OUT_READ];
    child->err_fd = fds[ERR_READ];
    child->until_ns = clock_monotonic_ns() + command->limit_ns;
    return true;
}

/* --- watching --- */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* Reads what is there; what has no room is dropped. Returns whether all had room. At most so much
 * at a time that one which never stops does not keep us here. */
static bool read_some(int *fd, struct buf *into)
{
    char bytes[4096];
    for (int i = 0; i < 16 && *fd >= 0; i++) {
        ssize_t len = read(*fd, bytes, sizeof bytes);
        if (len > 0)
            buf_add(into, bytes, (size_t)len);
        else if (len == 0 || (errno != EAGAIN && errno != EINTR))
            close_fd(fd);
        if (len <= 0)
            break;
    }
    return !into->full;
}

/* Ends all of it and takes its exit status, which is that of a kill unless it had ended before. */
static int end(struct child *child)
{
    int status = 0;
    (void)kill(-child->pid, SIGKILL);
    (void)kill(child->pid, SIGKILL); /* it may not have got so far as to lead a group */
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close_fd(&child->out_fd);
    close_fd(&child->err_fd);
    return status;
}

static bool has_ended(const struct child *child)
{
    siginfo_t info = {0};
    return waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == child->pid;
}

static void step(struct child *child, int64_t now_ns)
{
    bool ended = has_ended(child); /* before the last look at what it has printed */
    bool fits = read_some(&child->out_fd, &child->out);
    (void)read_some(&child->err_fd, &child->err);
    if (!fits) {
        (void)end(child);
        child->state = CHILD_LOUD;
    } else if (ended) {
        int status = end(child);
        child->state = WIFEXITED(status) ? CHILD_EXITED : CHILD_SIGNALLED;
        child->code = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    } else if (now_ns >= child->until_ns) {
        (void)end(child);
        child->state = CHILD_LATE;
    }
}

void children_wait(struct child *children, size_t count, int64_t timeout_ns)
{
    struct pollfd *polled = mem_alloc((2 * count + 1) * sizeof *polled);
    int64_t wait_ns = timeout_ns < TICK_NS ? timeout_ns : TICK_NS;
    for (size_t i = 0; i < count; i++) {
        bool runs = children[i].state == CHILD_RUNNING;
        polled[2 * i] = (struct pollfd){.fd = runs ? children[i].out_fd : -1, .events = POLLIN};
        polled[2 * i + 1] = (struct pollfd){.fd = runs ? children[i].err_fd : -1, .events = POLLIN};
    }
    (void)poll(polled, (nfds_t)(2 * count), (int)((wait_ns + NS_PER_MS - 1) / NS_PER_MS));
    free(polled);
    int64_t now_ns = clock_monotonic_ns();
    for (size_t i = 0; i < count; i++)
        if (children[i].state == CHILD_RUNNING)
            step(&children[i], now_ns);
}

void child_clear(struct child *child)
{
    if (child->state == CHILD_RUNNING)
        (void)end(child);
    buf_clear(&child->out);
    buf_clear(&child->err);
    *child = (struct child){0};
}
