#include "receive/receiver.h"

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
#include "receive/connection.h"
#include "receive/fault.h"
#include "receive/host.h"
#include "receive/listen.h"
#include "receive/tls.h"
#include "receive/variation.h"

#define REQUEST_NS      (60 * NS_PER_S)
#define MAX_CONNECTIONS ((size_t)1000)
#define FILES_KEPT      ((rlim_t)64) /* for everything that is no connection */

struct receiver {
    struct host host;
    struct tls tls;
    struct evconnlistener *listener;
    struct event *on_stop;
    struct event *signals[2];
    struct event *tick; /* ends a receiver_poll */
    int stop_pipe[2];   /* writing a byte is all that a signal handler may do */
    bool stopped;
    char *url;
    int port;
};

/* --- what libevent calls --- */

static struct bufferevent *wrap(struct receiver *receiver, evutil_socket_t fd)
{
    if (!receiver->tls.context)
        return bufferevent_socket_new(receiver->host.base, fd, BEV_OPT_CLOSE_ON_FREE);
    SSL *ssl = SSL_new(receiver->tls.context);
    if (!ssl)
        return NULL;
    struct bufferevent *bufferevent = bufferevent_openssl_socket_new(
        receiver->host.base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (bufferevent)
        bufferevent_openssl_set_allow_dirty_shutdown(bufferevent, 1);
    return bufferevent;
}

static void on_accept(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
                      int address_len, void *payload)
{
    struct receiver *receiver = payload;
    struct host *host = &receiver->host;
    const int on = 1;
    const int few = 4096;
    bool room = host->num_connections < host->max_connections || connection_end_idlest(host);
    struct bufferevent *bufferevent = room ? wrap(receiver, fd) : NULL;
    if (!bufferevent) {
        (void)evutil_closesocket(fd);
        return;
    }
    /* Otherwise a last small segment would wait for the client's delayed acknowledgement. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (host->reading) /* or the system reads ahead */
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &few, sizeof few);
    connection_begin(host, bufferevent, receiver->tls.context != NULL);
    size_t workers = host->rules.manners.workers;
    if (workers && host->num_connections >= workers)
        (void)evconnlistener_disable(listener);
}

/* Out of files or memory: what is idle goes, or the listener would spin. */
static void on_accept_error(struct evconnlistener *listener, void *payload)
{
    struct receiver *receiver = payload;
    (void)connection_end_idlest(&receiver->host);
}

static void on_stop(evutil_socket_t fd, short what, void *payload)
{
    struct receiver *receiver = payload;
    receiver->stopped = true;
    (void)event_base_loopbreak(receiver->host.base);
}

static void on_tick(evutil_socket_t fd, short what, void *payload)
{
}

/* As an exception that nobody catches; only the temporary files are tidied away. */
static void die(void *payload)
{
    struct receiver *receiver = payload;
    tls_clear(&receiver->tls);
    _exit(RECEIVER_DIED);
}

/* --- starting --- */

static size_t connections_allowed(size_t wanted)
{
    struct rlimit files;
    size_t max = wanted ? wanted : MAX_CONNECTIONS;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY)
        return max;
    rlim_t room = files.rlim_cur > 2 * FILES_KEPT ? files.rlim_cur - FILES_KEPT : FILES_KEPT;
    return room < max ? (size_t)room : max;
}

static bool set_fault(struct host *host, const char *word, struct error *err)
{
    host->rules = rules_right;
    if (!word)
        return true;
    const struct fault *fault = fault_read(word, &host->fault_argument, err);
    if (fault)
        rules_override(&host->rules, &fault->overrides);
    return fault != NULL;
}

static bool add_behaviours(struct host *host, const char *const *words, size_t count,
                           struct error *err)
{
    size_t total = host->num_behaviours + count;
    host->behaviours = mem_resize(host->behaviours, total + 1, sizeof *host->behaviours);
    for (size_t i = 0; i < count && words[i]; i++) {
        if (!behaviour_read(words[i], &host->behaviours[host->num_behaviours], err))
            return false;
        host->num_behaviours++;
    }
    return true;
}

static bool set_variation(struct host *host, const char *name, struct error *err)
{
    if (!name)
        return true;
    const struct variation *variation = table_find(&variation_table, name, err);
    if (!variation)
        return false;
    rules_override(&host->rules, &variation->overrides);
    return add_behaviours(host, variation->behaviours, VARIATION_BEHAVIOURS, err);
}

static bool set_up_host(struct receiver *receiver, const struct receiver_options *options,
                        struct error *err)
{
    struct host *host = &receiver->host;
    host->secret = options->secret;
    host->out = options->out;
    host->journal_is_brief = options->journal_brief;
    host->wall_ms = options->wall_ms;
    host->request_ns = options->request_ns ? options->request_ns : REQUEST_NS;
    host->max_connections = connections_allowed(options->max_connections);
    host->on_death = options->on_death ? options->on_death : die;
    host->payload = options->on_death ? options->payload : receiver;
    if (options->secret.len == 0)
        return error_set(err, "the secret is empty");
    if (!set_fault(host, options->fault, err) || !set_variation(host, options->variation, err) ||
        !add_behaviours(host, options->behaviours, options->num_behaviours, err))
        return false;
    host_prepare(host);
    if (host->rules.manners.request_ns)
        host->request_ns = host->rules.manners.request_ns;
    if (options->journal && !(host->journal = journal_open(options->journal, err)))
        return false;
    host->base = event_base_new();
    return host->base ? true : error_set(err, "libevent could not be started");
}

static bool watch_signals(struct receiver *receiver)
{
    const int numbers[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        receiver->signals[i] = evsignal_new(receiver->host.base, numbers[i], on_stop, receiver);
        if (!receiver->signals[i] || event_add(receiver->signals[i], NULL) != 0)
            return false;
    }
    return true;
}

static bool set_up_stopping(struct receiver *receiver, const struct receiver_options *options,
                            struct error *err)
{
    if (pipe(receiver->stop_pipe) != 0) {
        receiver->stop_pipe[0] = receiver->stop_pipe[1] = -1;
        return error_set(err, "no pipe could be had");
    }
    for (int i = 0; i < 2; i++)
        (void)fcntl(receiver->stop_pipe[i], F_SETFD, FD_CLOEXEC);
    (void)fcntl(receiver->stop_pipe[1], F_SETFL, O_NONBLOCK);
    receiver->on_stop =
        event_new(receiver->host.base, receiver->stop_pipe[0], EV_READ, on_stop, receiver);
    receiver->tick = evtimer_new(receiver->host.base, on_tick, receiver);
    bool ready = receiver->tick && receiver->on_stop && event_add(receiver->on_stop, NULL) == 0 &&
                 (!options->stop_on_signals || watch_signals(receiver));
    return ready ? true : error_set(err, "libevent could not be set up");
}

static bool start_listening(struct receiver *receiver, const struct listen_address *address,
                            struct error *err)
{
    int fd = listen_open(address, err);
    if (fd < 0)
        return false;
    receiver->listener = evconnlistener_new(receiver->host.base, on_accept, receiver,
                                            LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
    if (!receiver->listener) {
        (void)close(fd);
        return error_set(err, "libevent could not listen");
    }
    receiver->host.listener = receiver->listener;
    evconnlistener_set_error_cb(receiver->listener, on_accept_error);
    receiver->port = listen_port(fd);
    bool is_ipv6 = strchr(address->host, ':') != NULL;
    receiver->url =
        mem_format("%s://%s%s%s:%d", receiver->tls.context ? "https" : "http", is_ipv6 ? "[" : "",
                   address->host, is_ipv6 ? "]" : "", receiver->port);
    return true;
}

static bool open_tls(struct receiver *receiver, const struct receiver_options *options,
                     const char *host, struct error *err)
{
    if ((options->cert == NULL) != (options->key == NULL))
        return error_set(err, "--cert and --key go together");
    enum tls_flaw flaw = receiver->host.rules.manners.tls_flaw;
    if (flaw && options->cert)
        return error_set(err, "a fault of the TLS session makes its own certificate: leave out "
                              "--cert and --key");
    if (!options->tls && !options->cert && !flaw)
        return true;
    const struct tls_options tls = {options->cert, options->key, host,
                                    host_wall_ms(&receiver->host), flaw};
    return tls_open(&receiver->tls, &tls, err);
}

struct receiver *receiver_start(const struct receiver_options *options, struct error *err)
{
    struct receiver *receiver = mem_alloc(sizeof *receiver);
    struct listen_address address = {NULL, NULL};
    receiver->stop_pipe[0] = receiver->stop_pipe[1] = -1;
    (void)signal(SIGPIPE, SIG_IGN);
    const char *listen = options->listen ? options->listen : "127.0.0.1:0";
    bool started =
        set_up_host(receiver, options, err) && listen_address_read(listen, &address, err) &&
        open_tls(receiver, options, address.host, err) && set_up_stopping(receiver, options, err) &&
        start_listening(receiver, &address, err);
    listen_address_clear(&address);
    if (started)
        return receiver;
    receiver_free(receiver);
    return NULL;
}

void receiver_free(struct receiver *receiver)
{
    if (!receiver)
        return;
    receiver->host.listener = NULL;
    connection_end_all(&receiver->host);
    if (receiver->listener)
        evconnlistener_free(receiver->listener);
    struct event *const events[] = {receiver->on_stop, receiver->tick, receiver->signals[0],
                                    receiver->signals[1]};
    for (size_t i = 0; i < ARRAY_LEN(events); i++)
        if (events[i])
            event_free(events[i]);
    /* whoever was stopped by a signal may get another one while it cleans up, and no handler is
     * left then */
    if (events[2]) {
        (void)signal(SIGINT, SIG_IGN);
        (void)signal(SIGTERM, SIG_IGN);
    }
    if (receiver->host.base)
        event_base_free(receiver->host.base);
    for (int i = 0; i < 2; i++)
        if (receiver->stop_pipe[i] >= 0)
            (void)close(receiver->stop_pipe[i]);
    host_clear(&receiver->host);
    tls_clear(&receiver->tls);
    free(receiver->url);
    free(receiver);
}

const char *receiver_url(const struct receiver *receiver)
{
    return receiver->url;
}

int receiver_port(const struct receiver *receiver)
{
    return receiver->port;
}

const char *receiver_ca_path(const struct receiver *receiver)
{
    return receiver->tls.ca_path;
}

bool receiver_enter_child(struct receiver *receiver, struct error *err)
{
    receiver->tls.lent = true;
    bool ready = event_reinit(receiver->host.base) == 0 && watch_signals(receiver);
    return ready ? true : error_set(err, "libevent could not go on in a new process");
}

/* Ends the listening and nothing else: the socket stays bound, so that no other can take its port.
 */
void receiver_refuse(struct receiver *receiver)
{
    (void)shutdown(evconnlistener_get_fd(receiver->listener), SHUT_RDWR);
}

bool receiver_listen(struct receiver *receiver, struct error *err)
{
    return listen_begin(evconnlistener_get_fd(receiver->listener), err);
}

void receiver_run(struct receiver *receiver)
{
    if (!receiver->stopped)
        (void)event_base_dispatch(receiver->host.base);
}

bool receiver_poll(struct receiver *receiver, int64_t timeout_ns)
{
    const struct timeval timeout = {(time_t)(timeout_ns / NS_PER_S),
                                    (suseconds_t)(timeout_ns % NS_PER_S / 1000)};
    if (!receiver->stopped) {
        (void)event_add(receiver->tick, &timeout);
        (void)event_base_loop(receiver->host.base, EVLOOP_ONCE);
        (void)event_del(receiver->tick);
    }
    return !receiver->stopped;
}

void receiver_stop(struct receiver *receiver)
{
    ssize_t written = write(receiver->stop_pipe[1], "", 1);
    (void)written; /* a full pipe is as good */
}
