#include "cli/receive_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "platform/platform.h"

#define SAID_MAX 4096

/* --- in the process that serves the page --- */

/* "+URL", the CA's file and the key, each in a line, when it serves; else "-" and why not. */
static void say(int fd, const struct platform *platform, const struct error *err)
{
    const char *ca_path = platform ? platform_ca_path(platform) : NULL;
    char *line = platform ? mem_format("+%s\n%s\n%s", platform_url(platform),
                                       ca_path ? ca_path : "", platform_api_key(platform))
                          : mem_format("-%s", err->message);
    (void)file_put(fd, bytes_of(line));
    (void)close(fd);
    free(line);
}

static void serve(const struct watch_choice *choice, int in, int out, pid_t parent)
{
    struct error err = {0};
    const struct arrivals_options arrivals = {.fd = in, .secret = choice->secret};
    const struct platform_options options = {
        .listen = choice->listen,
        .api_key = choice->key,
        .tls = choice->receiver->tls,
        .cert = choice->receiver->cert,
        .key = choice->receiver->key,
        .hosts = choice->hosts,
        .num_hosts = choice->num_hosts,
        .stop_on_signals = true,
        .arrivals = &arrivals,
    };
#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    struct platform *platform = getppid() == parent ? platform_start(&options, &err) : NULL;
    say(out, platform, &err);
    if (platform)
        platform_run(platform);
    platform_free(platform);
}

/* --- in the receiver --- */

/* What the process says first; false with its sentence when it cannot serve. */
static bool hear(int fd, struct watch *out, struct error *err)
{
    char said[SAID_MAX + 1];
    size_t len = 0;
    ssize_t got = 0;
    do {
        got = read(fd, said + len, SAID_MAX - len);
        len += got > 0 ? (size_t)got : 0;
    } while (got > 0 || (got < 0 && errno == EINTR));
    said[len] = '\0';
    char *ca_path = strchr(said, '\n');
    char *key = ca_path ? strchr(ca_path + 1, '\n') : NULL;
    if (said[0] != '+' || !key)
        return error_set(err, "--ui: %s", len > 1 ? said + 1 : "the page's process has ended");
    out->url = mem_copy(said + 1, (size_t)(ca_path - said - 1));
    out->ca_path = mem_copy(ca_path + 1, (size_t)(key - ca_path - 1));
    out->key = mem_text(key + 1);
    return true;
}

static bool start(const struct watch_choice *choice, int lines[2], int said[2], struct watch *out,
                  struct error *err)
{
    pid_t parent = getpid();
    (void)fflush(stdout);
    out->pid = fork();
    if (out->pid < 0) {
        out->pid = 0;
        return error_set(err, "--ui: no process could be started: %s", strerror(errno));
    }
    if (out->pid == 0) {
        (void)close(lines[1]);
        (void)close(said[0]);
        serve(choice, lines[0], said[1], parent);
        _exit(0);
    }
    (void)close(said[1]);
    said[1] = -1;
    return hear(said[0], out, err);
}

static bool make_pipe(int ends[2])
{
    return pipe(ends) == 0 && fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0;
}

static void close_all(const int pipe_ends[2])
{
    for (int i = 0; i < 2; i++)
        if (pipe_ends[i] >= 0)
            (void)close(pipe_ends[i]);
}

bool watch_start(const struct watch_choice *choice, struct watch *out, struct error *err)
{
    int lines[2] = {-1, -1};
    int said[2] = {-1, -1};
    *out = (struct watch){0};
    if (!choice->wanted)
        return true;
    bool ok = (make_pipe(lines) && make_pipe(said)) || error_set(err, "--ui: %s", strerror(errno));
    ok = ok && start(choice, lines, said, out, err);
    if (ok) {
        out->fd = lines[1];
        lines[1] = -1;
    }
    close_all(lines);
    close_all(said);
    return ok;
}

void watch_end(struct watch *watch)
{
    if (watch->pid)
        (void)waitpid(watch->pid, NULL, 0);
    free(watch->url);
    free(watch->ca_path);
    free(watch->key);
    *watch = (struct watch){0};
}
