/* A circle with conversation.c: the connection says when bytes come and go, the conversation which
 * bytes go and when it ends; each would otherwise be handed the other as a table of functions. */
#include "serve/connection.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"
#include "serve/connection_internal.h"

#define HANDSHAKE_NS (10 * NS_PER_S)
#define LINGER_NS    (2 * NS_PER_S) /* for the client to read the last answer and close */
#define WRITE_S      60             /* a client that reads nothing for so long is gone */
#define NS_PER_US    1000
#define HEADERS_MAX  ((size_t)32 * 1024)

static void unlink_connection(struct connection *connection)
{
    struct host *host = connection->host;
    *(connection->previous ? &connection->previous->next : &host->first) = connection->next;
    *(connection->next ? &connection->next->previous : &host->last) = connection->previous;
    host->num_connections--;
    if (host->manners.workers && host->listener)
        (void)evconnlistener_enable(host->listener);
}

void connection_drop_body(struct connection *connection)
{
    connection->host->held -= connection->body.len;
    buf_clear(&connection->body);
    connection->first_piece_len = 0;
}

/* The only place where a connection is freed. Every callback of libevent ends here. */
static void settle(struct connection *connection)
{
    if (connection->state != STATE_CLOSED)
        return;
    if (connection->owed && connection->host->service->gone)
        connection->host->service->gone(connection->host->payload, connection);
    unlink_connection(connection);
    connection_drop_body(connection);
    transmit_clear(&connection->transmission);
    event_free(connection->timer);
    http_reader_free(connection->reader);
    bufferevent_free(connection->bufferevent);
    free(connection);
}

static void set_timer(struct connection *connection, int64_t ns)
{
    const struct timeval delay = {(time_t)(ns / NS_PER_S),
                                  (suseconds_t)(ns % NS_PER_S / NS_PER_US)};
    /* or it would be counted from when libevent last looked, and end that much too early */
    (void)event_base_update_cache_time(connection->host->base);
    (void)event_add(connection->timer, &delay);
    connection->timer_ns = connection->due_ns;
}

/* A deadline changes several times a request, and hardly one comes: a timer that is set for an
 * earlier time is left alone, and looks at the deadline when it comes. */
void connection_arm(struct connection *connection, int64_t ns)
{
    connection->due_ns = clock_monotonic_ns() + ns;
    if (connection->timer_ns == 0 || connection->timer_ns > connection->due_ns)
        set_timer(connection, ns);
}

void connection_disarm(struct connection *connection)
{
    connection->due_ns = 0;
}

void connection_enter(struct connection *connection, enum connection_state state,
                      int64_t deadline_ns)
{
    connection->state = state;
    connection_arm(connection, deadline_ns);
}

void connection_reset(struct connection *connection)
{
    const struct linger now = {1, 0};
    SSL *ssl = bufferevent_openssl_get_ssl(connection->bufferevent);
    if (ssl)
        SSL_set_quiet_shutdown(ssl, 1);
    evutil_socket_t fd = bufferevent_getfd(connection->bufferevent);
    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    connection->state = STATE_CLOSED;
}

void connection_linger(struct connection *connection)
{
    if (connection->peer_is_done) {
        connection->state = STATE_CLOSED;
        return;
    }
    SSL *ssl = bufferevent_openssl_get_ssl(connection->bufferevent);
    if (ssl)
        (void)SSL_shutdown(ssl);
    evutil_socket_t fd = bufferevent_getfd(connection->bufferevent);
    if (fd >= 0)
        (void)shutdown(fd, SHUT_WR);
    connection_enter(connection, STATE_LINGERING, LINGER_NS);
}

/* --- what libevent calls --- */

/* libevent reads so much at a time; where it got all of that, there is likely more. */
#define LIBEVENT_READ_MAX ((size_t)4 * 1024)
#define DRAIN_MAX         ((ev_ssize_t)64 * 1024)

/* Takes what else lies in the socket in one go: with 4 KiB at a time a long body costs more than
 * all that is done with it. What ends the connection is left for libevent to find. */
static void drain(struct connection *connection)
{
    struct evbuffer *input = bufferevent_get_input(connection->bufferevent);
    struct evbuffer_iovec room;
    bool is_plain = !bufferevent_openssl_get_ssl(connection->bufferevent);
    if (!is_plain || connection->host->reading || connection->state != STATE_READING ||
        evbuffer_get_length(input) < LIBEVENT_READ_MAX)
        return;
    (void)evbuffer_unfreeze(input, 0);
    if (evbuffer_reserve_space(input, DRAIN_MAX, &room, 1) == 1) {
        ssize_t len =
            recv(bufferevent_getfd(connection->bufferevent), room.iov_base, (size_t)DRAIN_MAX, 0);
        room.iov_len = len > 0 ? (size_t)len : 0;
        (void)evbuffer_commit_space(input, &room, 1);
    }
    (void)evbuffer_freeze(input, 0);
}

static void on_readable(struct bufferevent *bufferevent, void *payload)
{
    struct connection *connection = payload;
    drain(connection);
    conversation_on_input(connection);
    settle(connection);
}

static void on_writable(struct bufferevent *bufferevent, void *payload)
{
    struct connection *connection = payload;
    conversation_on_written(connection);
    settle(connection);
}

static void on_event(struct bufferevent *bufferevent, short what, void *payload)
{
    struct connection *connection = payload;
    if (what & BEV_EVENT_CONNECTED) {
        conversation_begin(connection);
    } else if (what & BEV_EVENT_EOF) {
        connection->peer_is_done = true;
        conversation_on_input(connection);
    } else {
        conversation_on_gone(connection);
    }
    settle(connection);
}

static void on_timer(evutil_socket_t fd, short what, void *payload)
{
    struct connection *connection = payload;
    int64_t left_ns = connection->due_ns - clock_monotonic_ns();
    connection->timer_ns = 0;
    if (connection->due_ns == 0)
        return;
    if (left_ns > 0) {
        set_timer(connection, left_ns);
        return;
    }
    connection->due_ns = 0;
    conversation_on_time(connection);
    settle(connection);
}

/* --- from outside --- */

static void append(struct host *host, struct connection *connection)
{
    connection->previous = host->last;
    *(host->last ? &host->last->next : &host->first) = connection;
    host->last = connection;
    host->num_connections++;
    connection->number = ++host->num_accepted;
}

/* An IPv4 client of a socket for both families comes as ::ffff:a.b.c.d. */
static void note_peer(struct connection *connection)
{
    struct sockaddr_storage peer = {0};
    socklen_t len = sizeof peer;
    evutil_socket_t fd = bufferevent_getfd(connection->bufferevent);
    if (fd < 0 || getpeername(fd, (struct sockaddr *)&peer, &len) != 0)
        return;
    const struct sockaddr_in *v4 = (const void *)&peer;
    const struct sockaddr_in6 *v6 = (const void *)&peer;
    bool is_v6 = peer.ss_family == AF_INET6;
    bool is_mapped = is_v6 && IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
    const unsigned char *digits =
        is_mapped ? &v6->sin6_addr.s6_addr[12] : (const void *)&v4->sin_addr;
    connection->over_ipv6 = is_v6 && !is_mapped;
    connection->from_loopback =
        connection->over_ipv6 ? IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) : digits[0] == 127;
    (void)inet_ntop(connection->over_ipv6 ? AF_INET6 : AF_INET,
                    connection->over_ipv6 ? (const void *)&v6->sin6_addr : digits,
                    connection->address, sizeof connection->address);
}

void connection_begin(struct host *host, struct bufferevent *bufferevent, bool handshaking)
{
    const struct http_limits limits = {.headers_max = HEADERS_MAX, .strict_lines = true};
    const struct timeval write_timeout = {WRITE_S, 0};
    struct connection *connection = mem_alloc(sizeof *connection);
    connection->host = host;
    connection->bufferevent = bufferevent;
    note_peer(connection);
    connection->reader = http_reader_new(HTTP_REQUEST, &limits);
    connection->timer = evtimer_new(host->base, on_timer, connection);
    append(host, connection);
    if (host->reading)
        (void)bufferevent_set_rate_limit(bufferevent, host->reading);
    if (handshaking)
        connection_enter(connection, STATE_HANDSHAKING, HANDSHAKE_NS);
    else
        conversation_begin(connection);
    bufferevent_setcb(bufferevent, on_readable, on_writable, on_event, connection);
    (void)bufferevent_set_timeouts(bufferevent, NULL, &write_timeout);
    (void)bufferevent_enable(bufferevent, EV_READ | EV_WRITE);
}

void connection_end(struct connection *connection)
{
    connection->state = STATE_CLOSED;
    settle(connection);
}

void connection_answer(struct connection *connection, struct answer *answer)
{
    conversation_answer(connection, answer);
    settle(connection);
}

size_t connection_push(struct connection *connection, struct bytes bytes)
{
    if (connection->streams &&
        (connection->state == STATE_WRITING || connection->state == STATE_STREAMING))
        (void)bufferevent_write(connection->bufferevent, bytes.data, bytes.len);
    return evbuffer_get_length(bufferevent_get_output(connection->bufferevent));
}

void connection_end_all(struct host *host)
{
    struct connection *next;
    for (struct connection *each = host->first; each; each = next) {
        next = each->next;
        connection_end(each);
    }
}

static bool is_idle(const struct connection *connection)
{
    return connection->state == STATE_LINGERING ||
           (connection->state == STATE_READING && !connection->inside);
}

bool connection_end_idlest(struct host *host)
{
    struct connection *idlest = NULL;
    for (struct connection *each = host->first; each; each = each->next)
        if (is_idle(each) && (!idlest || each->idle_since_ns < idlest->idle_since_ns))
            idlest = each;
    if (idlest)
        connection_end(idlest);
    return idlest != NULL;
}
