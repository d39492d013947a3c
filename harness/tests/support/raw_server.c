#include "tests/support/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"

struct raw_connection {
    struct raw_server *server;
    pthread_t thread;
    int socket;
    bool is_open;
    SSL *ssl;
    struct buf received; /* guarded by the server's lock */
    size_t begin;        /* where the next request begins in it */
};

struct raw_server {
    const struct raw_step *steps;
    size_t num_steps;
    int listener;
    int stop_pipe[2]; /* readable = stop */
    int port;
    SSL_CTX *ctx;
    pthread_t thread;
    pthread_mutex_t lock;
    struct raw_connection connections[RAW_CONNECTIONS_MAX];
    size_t num_connections;
};

/* --- bytes --- */

static bool stop_within(struct raw_server *server, int ms)
{
    struct pollfd fd = {.fd = server->stop_pipe[0], .events = POLLIN};
    return poll(&fd, 1, ms) > 0;
}

static bool send_all(struct raw_connection *connection, const char *data, size_t len)
{
    while (len) {
        ssize_t sent = connection->ssl ? SSL_write(connection->ssl, data, (int)len)
                                       : send(connection->socket, data, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        data += sent;
        len -= (size_t)sent;
    }
    return true;
}

static bool receive_some(struct raw_connection *connection)
{
    static const size_t max = 65536;
    char *data = mem_alloc(max);
    ssize_t len = connection->ssl ? SSL_read(connection->ssl, data, (int)max)
                                  : recv(connection->socket, data, max, 0);
    if (len > 0) {
        (void)pthread_mutex_lock(&connection->server->lock);
        buf_add(&connection->received, data, (size_t)len);
        (void)pthread_mutex_unlock(&connection->server->lock);
    }
    free(data);
    return len > 0;
}

static bool receive_until(struct raw_connection *connection, size_t len)
{
    while (connection->received.len < len)
        if (!receive_some(connection))
            return false;
    return true;
}

/* --- steps --- */

typedef bool step_function(struct raw_connection *connection, const struct raw_step *step);

static const char *end_of_head(const struct raw_connection *connection)
{
    struct bytes rest = {buf_text(&connection->received) + connection->begin,
                         connection->received.len - connection->begin};
    const char *end = bytes_find(rest, bytes_of("\r\n\r\n"));
    return end ? end + 4 : NULL;
}

static bool read_head(struct raw_connection *connection, const struct raw_step *step)
{
    while (!end_of_head(connection))
        if (!receive_some(connection))
            return false;
    return true;
}

static bool read_request(struct raw_connection *connection, const struct raw_step *step)
{
    if (!read_head(connection, step))
        return false;
    const char *head = buf_text(&connection->received) + connection->begin;
    const char *end = end_of_head(connection);
    const char *length = strstr(head, "Content-Length: ");
    size_t len = length && length < end ? strtoul(length + 16, NULL, 10) : 0;
    connection->begin += (size_t)(end - head) + len;
    return receive_until(connection, connection->begin);
}

static bool read_number(struct raw_connection *connection, const struct raw_step *step)
{
    connection->begin += step->number;
    return receive_until(connection, connection->begin);
}

static bool read_to_end(struct raw_connection *connection, const struct raw_step *step)
{
    while (receive_some(connection)) {
    }
    return true;
}

static bool send_text(struct raw_connection *connection, const struct raw_step *step)
{
    return send_all(connection, step->text, step->number ? step->number : strlen(step->text));
}

static bool drip(struct raw_connection *connection, const struct raw_step *step)
{
    for (const char *c = step->text; *c; c++)
        if (!send_all(connection, c, 1) || stop_within(connection->server, (int)step->number))
            return false;
    return true;
}

static bool flood(struct raw_connection *connection, const struct raw_step *step)
{
    size_t len = strlen(step->text);
    while (send_all(connection, step->text, len) && !stop_within(connection->server, 0)) {
    }
    return false;
}

static bool flood_slowly(struct raw_connection *connection, const struct raw_step *step)
{
    size_t len = strlen(step->text);
    while (send_all(connection, step->text, len) &&
           !stop_within(connection->server, (int)step->number)) {
    }
    return false;
}

static bool pause_for(struct raw_connection *connection, const struct raw_step *step)
{
    return !stop_within(connection->server, (int)step->number);
}

static bool hold(struct raw_connection *connection, const struct raw_step *step)
{
    (void)stop_within(connection->server, -1);
    return false;
}

static bool reset(struct raw_connection *connection, const struct raw_step *step)
{
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    (void)setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    return false;
}

static bool close_now(struct raw_connection *connection, const struct raw_step *step)
{
    return false;
}

static step_function *const actions[] = {
    [RAW_READ_HEAD] = read_head, [RAW_READ_REQUEST] = read_request,
    [RAW_READ] = read_number,    [RAW_READ_TO_END] = read_to_end,
    [RAW_SEND] = send_text,      [RAW_DRIP] = drip,
    [RAW_FLOOD] = flood,         [RAW_FLOOD_SLOWLY] = flood_slowly,
    [RAW_PAUSE] = pause_for,     [RAW_HOLD] = hold,
    [RAW_RESET] = reset,         [RAW_CLOSE] = close_now,
};

/* --- threads --- */

static bool run_steps(struct raw_connection *connection)
{
    struct raw_server *server = connection->server;
    for (size_t i = 0; i < server->num_steps; i++)
        if (!actions[server->steps[i].action](connection, &server->steps[i]))
            return false;
    return true;
}

/* Lets the peer read the alert: closing at once would reset, because its request lies unread. */
static void close_gently(struct raw_connection *connection)
{
    char data[4096];
    (void)shutdown(connection->socket, SHUT_WR);
    while (recv(connection->socket, data, sizeof data, 0) > 0) {
    }
}

static void *serve(void *payload)
{
    struct raw_connection *connection = payload;
    struct raw_server *server = connection->server;
    if (server->ctx) {
        connection->ssl = SSL_new(server->ctx);
        (void)SSL_set_fd(connection->ssl, connection->socket);
    }
    bool is_up = !connection->ssl || SSL_accept(connection->ssl) == 1;
    if (!is_up)
        close_gently(connection);
    if (is_up && run_steps(connection) && connection->ssl)
        (void)SSL_shutdown(connection->ssl);
    SSL_free(connection->ssl);
    (void)pthread_mutex_lock(&server->lock);
    (void)close(connection->socket);
    connection->is_open = false;
    (void)pthread_mutex_unlock(&server->lock);
    return NULL;
}

static void start_connection(struct raw_server *server, int socket)
{
    int on = 1;
    (void)setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)pthread_mutex_lock(&server->lock);
    struct raw_connection *connection = &server->connections[server->num_connections++];
    connection->server = server;
    connection->socket = socket;
    connection->is_open = true;
    if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
        abort();
    (void)pthread_mutex_unlock(&server->lock);
}

static void *listen_on(void *payload)
{
    struct raw_server *server = payload;
    for (;;) {
        struct pollfd fds[] = {{.fd = server->listener, .events = POLLIN},
                               {.fd = server->stop_pipe[0], .events = POLLIN}};
        if (poll(fds, ARRAY_LEN(fds), -1) < 0 || fds[1].revents)
            return NULL;
        int socket = accept(server->listener, NULL, NULL);
        if (socket >= 0 && server->num_connections < RAW_CONNECTIONS_MAX)
            start_connection(server, socket);
        else if (socket >= 0)
            (void)close(socket);
    }
}

/* --- life --- */

static bool bind_to(struct raw_server *server, const char *address)
{
    struct sockaddr_storage any = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)&any;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)&any;
    bool is_six = strchr(address, ':') != NULL;
    any.ss_family = is_six ? AF_INET6 : AF_INET;
    (void)inet_pton(any.ss_family, address,
                    is_six ? (void *)&six->sin6_addr : (void *)&four->sin_addr);
    socklen_t len = is_six ? sizeof *six : sizeof *four;
    server->listener = socket(any.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&any, len) != 0 ||
        listen(server->listener, 512) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&any, &len) != 0)
        return false;
    server->port = ntohs(is_six ? six->sin6_port : four->sin_port);
    return true;
}

static void set_up_tls(struct raw_server *server, const struct raw_options *options)
{
    if (!options || !options->cert)
        return;
    server->ctx = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(server->ctx, options->cert) != 1 ||
        SSL_CTX_use_PrivateKey_file(server->ctx, options->key, SSL_FILETYPE_PEM) != 1)
        abort();
    if (!options->client_ca)
        return;
    SSL_CTX_set_verify(server->ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    if (SSL_CTX_load_verify_locations(server->ctx, options->client_ca, NULL) != 1)
        abort();
}

static void free_server(struct raw_server *server)
{
    if (server->listener >= 0)
        (void)close(server->listener);
    (void)close(server->stop_pipe[0]);
    (void)close(server->stop_pipe[1]);
    for (size_t i = 0; i < server->num_connections; i++)
        buf_clear(&server->connections[i].received);
    SSL_CTX_free(server->ctx);
    (void)pthread_mutex_destroy(&server->lock);
    free(server);
}

struct raw_server *raw_server_start(const struct raw_step *steps, size_t num_steps,
                                    const struct raw_options *options)
{
    struct raw_server *server = mem_alloc(sizeof *server);
    server->steps = steps;
    server->num_steps = num_steps;
    (void)pthread_mutex_init(&server->lock, NULL);
    if (pipe(server->stop_pipe) != 0)
        abort();
    const char *address = options && options->address ? options->address : "127.0.0.1";
    if (!bind_to(server, address)) {
        free_server(server);
        return NULL;
    }
    set_up_tls(server, options);
    if (pthread_create(&server->thread, NULL, listen_on, server) != 0)
        abort();
    return server;
}

void raw_server_stop(struct raw_server *server)
{
    (void)!write(server->stop_pipe[1], "x", 1);
    (void)pthread_join(server->thread, NULL);
    (void)pthread_mutex_lock(&server->lock);
    for (size_t i = 0; i < server->num_connections; i++)
        if (server->connections[i].is_open)
            (void)shutdown(server->connections[i].socket, SHUT_RDWR);
    (void)pthread_mutex_unlock(&server->lock);
    for (size_t i = 0; i < server->num_connections; i++)
        (void)pthread_join(server->connections[i].thread, NULL);
    free_server(server);
}

int raw_server_port(const struct raw_server *server)
{
    return server->port;
}

size_t raw_server_num_connections(struct raw_server *server)
{
    (void)pthread_mutex_lock(&server->lock);
    size_t count = server->num_connections;
    (void)pthread_mutex_unlock(&server->lock);
    return count;
}

struct buf raw_server_received(struct raw_server *server, size_t index)
{
    struct buf copy = {0};
    (void)pthread_mutex_lock(&server->lock);
    if (index < server->num_connections)
        buf_add_bytes(&copy, buf_bytes(&server->connections[index].received));
    (void)pthread_mutex_unlock(&server->lock);
    return copy;
}
