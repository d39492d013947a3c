#include "serve/server.h"

#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "serve/connection.h"
#include "serve/listen.h"

#define MAX_CONNECTIONS ((size_t)1000)
#define FILES_KEPT      ((rlim_t)64) /* for everything that is no connection */

/* --- what libevent calls --- */

static struct bufferevent *wrap(struct server *server, evutil_socket_t fd)
{
    if (!server->tls.context)
        return bufferevent_socket_new(server->host.base, fd, BEV_OPT_CLOSE_ON_FREE);
    SSL *ssl = SSL_new(server->tls.context);
    if (!ssl)
        return NULL;
    struct bufferevent *bufferevent = bufferevent_openssl_socket_new(
        server->host.base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (bufferevent)
        bufferevent_openssl_set_allow_dirty_shutdown(bufferevent, 1);
    return bufferevent;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
                      int address_len, void *payload)
{
    struct server *server = payload;
    struct host *host = &server->host;
    const int on = 1;
    const int few = 4096;
    bool room =
        host->num_connections < host->manners.max_connections || connection_end_idlest(host);
    struct bufferevent *bufferevent = room ? wrap(server, fd) : NULL;
    if (!bufferevent) {
        (void)evutil_closesocket(fd);
        return;
    }
    /* Otherwise a last small segment would wait for the client's delayed acknowledgement. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (host->reading) /* or the system reads ahead */
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &few, sizeof few);
    connection_begin(host, bufferevent, server->tls.context != NULL);
    size_t workers = host->manners.workers;
    if (workers && host->num_connections >= workers)
        (void)evconnlistener_disable(listener);
}

/* Out of files or memory: what is idle goes, or the listener would spin. */
static void on_accept_error(struct evconnlistener *listener, void *payload)
{
    struct server *server = payload;
    (void)connection_end_idlest(&server->host);
}

static void on_stop(evutil_socket_t fd, short what, void *payload)
{
    struct server *server = payload;
    server->stopped = true;
    (void)event_base_loopbreak(server->host.base);
}

static void on_tick(evutil_socket_t fd, short what, void *payload)
{
}

/* --- starting --- */

size_t server_connections_allowed(size_t wanted)
{
    struct rlimit files;
    size_t max = wanted ? wanted : MAX_CONNECTIONS;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
        return max;
    rlim_t room = files.rlim_cur > 2 * FILES_KEPT ? files.rlim_cur - FILES_KEPT : FILES_KEPT;
    return room < max ? (size_t)room : max;
}

static bool watch_signals(struct server *server)
{
    const int numbers[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        server->signals[i] = evsignal_new(server->host.base, numbers[i], on_stop, server);
        if (!server->signals[i] || event_add(server->signals[i], NULL) != 0)
            return false;
    }
    return true;
}

static bool set_up_stopping(struct server *server, const struct server_options *options,
                            struct error *err)
{
    server->host.base = event_base_new();
    if (!server->host.base)
        return error_set(err, "libevent could not be started");
    if (pipe(server->stop_pipe) != 0) {
        server->stop_pipe[0] = server->stop_pipe[1] = -1;
        return error_set(err, "no pipe could be created");
    }
    for (int i = 0; i < 2; i++)
        (void)fcntl(server->stop_pipe[i], F_SETFD, FD_CLOEXEC);
    (void)fcntl(server->stop_pipe[1], F_SETFL, O_NONBLOCK);
    server->on_stop = event_new(server->host.base, server->stop_pipe[0], EV_READ, on_stop, server);
    server->tick = evtimer_new(server->host.base, on_tick, server);
    bool ready = server->tick && server->on_stop && event_add(server->on_stop, NULL) == 0 &&
                 (!options->stop_on_signals || watch_signals(server));
    return ready ? true : error_set(err, "libevent could not be set up");
}

static bool start_listening(struct server *server, const struct listen_address *address,
                            struct error *err)
{
    int fd = listen_open(address, err);
    if (fd < 0)
        return false;
    server->listener = evconnlistener_new(server->host.base, on_accept, server,
                                          LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (!server->listener) {
        (void)close(fd);
        return error_set(err, "libevent could not listen");
    }
    server->host.listener = server->listener;
    evconnlistener_set_error_cb(server->listener, on_accept_error);
    server->port = listen_port(fd);
    bool is_ipv6 = strchr(address->host, ':') != NULL;
    server->url = mem_format("%s://%s%s%s:%d", server->tls.context ? "https" : "http",
                             is_ipv6 ? "[" : "", address->host, is_ipv6 ? "]" : "", server->port);
    return true;
}

static bool open_tls(struct server *server, const struct server_options *options, const char *host,
                     struct error *err)
{
    if ((options->cert == NULL) != (options->key == NULL))
        return error_set(err, "--cert and --key go together");
    if (options->flaw && options->cert)
        return error_set(err, "TLS faults make their own certificate: leave out --cert and --key");
    if (!options->tls && !options->cert && !options->flaw)
        return true;
    const struct tls_options tls = {
        .name = options->name,
        .cert = options->cert,
        .key = options->key,
        .host = host,
        .wall_ms = server->host.wall_ms ? server->host.wall_ms() : 0,
        .flaw = options->flaw,
    };
    return tls_open(&server->tls, &tls, err);
}

bool server_start(struct server *server, const struct server_options *options, struct error *err)
{
    struct listen_address address = {NULL, NULL};
    server->stop_pipe[0] = server->stop_pipe[1] = -1;
    (void)signal(SIGPIPE, SIG_IGN);
    const char *listen = options->listen ? options->listen : "127.0.0.1:0";
    bool started = listen_address_read(listen, &address, err) &&
                   open_tls(server, options, address.host, err) &&
                   set_up_stopping(server, options, err) && start_listening(server, &address, err);
    listen_address_clear(&address);
    return started;
}

void server_clear(struct server *server)
{
    server->host.listener = NULL;
    connection_end_all(&server->host);
    if (server->listener)
        evconnlistener_free(server->listener);
    struct event *const events[] = {server->on_stop, server->tick, server->signals[0],
                                    server->signals[1]};
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        if (events[i])
            event_free(events[i]);
    /* whoever was stopped by a signal may get another one while it cleans up, and no handler is
     * left then */
    if (events[2]) {
        (void)signal(SIGINT, SIG_IGN);
        (void)signal(SIGTERM, SIG_IGN);
    }
    if (server->host.base)
        event_base_free(server->host.base);
    for (int i = 0; i < 2; i++)
        if (server->stop_pipe[i] >= 0)
            (void)close(server->stop_pipe[i]);
    if (server->host.reading)
        ev_token_bucket_cfg_free(server->host.reading);
    tls_clear(&server->tls);
    free(server->url);
    server->url = NULL;
}

bool server_enter_child(struct server *server, struct error *err)
{
    server->tls.lent = true;
    bool ready = event_reinit(server->host.base) == 0 && watch_signals(server);
    return ready ? true : error_set(err, "libevent could not continue in a new process");
}

/* Ends the listening and nothing else: the socket stays bound, so that no other can take its port.
 */
void server_close(struct server *server)
{
    (void)shutdown(evconnlistener_get_fd(server->listener), SHUT_RDWR);
}

bool server_reopen(struct server *server, struct error *err)
{
    return listen_begin(evconnlistener_get_fd(server->listener), err);
}

void server_run(struct server *server)
{
    if (!server->stopped)
        (void)event_base_dispatch(server->host.base);
}

bool server_poll(struct server *server, int64_t timeout_ns)
{
    const struct timeval timeout = {(time_t)(timeout_ns / NS_PER_S),
                                    (suseconds_t)(timeout_ns % NS_PER_S / 1000)};
    if (!server->stopped) {
        (void)event_add(server->tick, &timeout);
        (void)event_base_loop(server->host.base, EVLOOP_ONCE);
        (void)event_del(server->tick);
    }
    return !server->stopped;
}

void server_stop(struct server *server)
{
    ssize_t written = write(server->stop_pipe[1], "", 1);
    (void)written; /* a full pipe is as good */
}
