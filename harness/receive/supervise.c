#include "receive/supervise.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "base/clock.h"

struct supervisor {
    struct receiver *receiver;
    sigset_t watched; /* blocked, and waited for: there is no handler, hence no global state */
    sigset_t stopping;
    sigset_t old;
    pid_t child;
    int status; /* of the child that ended last */
};

/* In the child. It must not outlive a parent that is killed. */
static int serve(struct supervisor *supervisor, pid_t parent, struct error *err)
{
#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    bool ready = getppid() == parent && receiver_enter_child(supervisor->receiver, err);
    (void)sigprocmask(SIG_SETMASK, &supervisor->old, NULL);
    if (ready)
        receiver_run(supervisor->receiver);
    return error_is_set(err) ? -1 : 0;
}

/* The next of the watched signals, or 0 when none came in `timeout_ns` (negative = for ever). */
static int next_signal(const sigset_t *set, int64_t timeout_ns)
{
    const struct timespec timeout = {(time_t)(timeout_ns / NS_PER_S),
                                     (long)(timeout_ns % NS_PER_S)};
    int number;
    do
        number = timeout_ns < 0 ? sigwaitinfo(set, NULL) : sigtimedwait(set, NULL, &timeout);
    while (number < 0 && errno == EINTR);
    return number < 0 ? 0 : number;
}

/* Waits until the child has ended; true when that was by itself, false when it was told to. */
static bool watch(struct supervisor *supervisor)
{
    for (;;) {
        int number = next_signal(&supervisor->watched, -1);
        if (number != SIGCHLD) {
            (void)kill(supervisor->child, SIGTERM);
            (void)waitpid(supervisor->child, &supervisor->status, 0);
            return false;
        }
        if (waitpid(supervisor->child, &supervisor->status, WNOHANG) == supervisor->child)
            return true;
    }
}

static bool died_of_fault(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == RECEIVER_DIED;
}

/* What the supervisor itself ends with. */
static int conclude(int status, struct error *err)
{
    if (WIFSIGNALED(status))
        (void)error_set(err, "the serving process was ended by signal %d (%s)", WTERMSIG(status),
                        strsignal(WTERMSIG(status)));
    else if (WEXITSTATUS(status) != 0 && !died_of_fault(status))
        (void)error_set(err, "the serving process ended with status %d", WEXITSTATUS(status));
    return error_is_set(err) ? -1 : 0;
}

/* False once it is told to stop while nobody serves. */
static bool pause_before_restart(const struct supervisor *supervisor, int64_t restart_ns)
{
    receiver_refuse(supervisor->receiver);
    return next_signal(&supervisor->stopping, restart_ns) == 0;
}

static int run_children(struct supervisor *supervisor, int64_t restart_ns, struct error *err)
{
    for (;;) {
        pid_t parent = getpid();
        supervisor->child = fork();
        if (supervisor->child < 0)
            return error_set(err, "no process could be started: %s", strerror(errno)) - 1;
        if (supervisor->child == 0)
            return serve(supervisor, parent, err);
        bool by_itself = watch(supervisor);
        if (!by_itself || !died_of_fault(supervisor->status) ||
            !pause_before_restart(supervisor, restart_ns))
            return conclude(supervisor->status, err);
        if (!receiver_listen(supervisor->receiver, err))
            return -1;
    }
}

int supervise(struct receiver *receiver, int64_t restart_ns, struct error *err)
{
    struct supervisor supervisor = {.receiver = receiver};
    (void)sigemptyset(&supervisor.stopping);
    (void)sigaddset(&supervisor.stopping, SIGINT);
    (void)sigaddset(&supervisor.stopping, SIGTERM);
    supervisor.watched = supervisor.stopping;
    (void)sigaddset(&supervisor.watched, SIGCHLD);
    (void)signal(SIGCHLD, SIG_DFL); /* one that is ignored, as some parents leave it, never comes */
    (void)sigprocmask(SIG_BLOCK, &supervisor.watched, &supervisor.old);
    int code = run_children(&supervisor, restart_ns, err);
    (void)sigprocmask(SIG_SETMASK, &supervisor.old, NULL);
    return code;
}
