#include "deliver/dial.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"
#include "deliver/engine_internal.h"
#include "deliver/proxy.h"

struct dial {
    struct engine *engine;
    CURL *easy;
    void *payload;
    curl_socket_t socket;
    bool is_direct; /* no proxy lies between: once connected, libcurl is not asked */
    SSL *ssl;       /* of a direct connection over TLS; libcurl frees it */
    int64_t begun_ns;
    int64_t connect_ns;
    int socket_errno; /* why no socket could be had, or none connected */
    char problem[CURL_ERROR_SIZE];
};

void dial_request(const struct engine *engine, const struct request *request, struct buf *out)
{
    struct headers fields = {0};
    attempt_fields(&fields, engine, &request->headers);
    sending_add_head(engine->target, request, &fields, out);
    buf_add_bytes(out, buf_bytes(&request->body));
    headers_clear(&fields);
}

/* A proxy may want TLS for itself, so that its socket carries no plain HTTP. */
static bool may_use_proxy(const struct engine *engine)
{
    bool is_given = engine->options.proxy && *engine->options.proxy;
    return is_given || proxy_variable(engine->target);
}

/* libcurl does not say why it had no socket. */
static curl_socket_t on_open_socket(void *payload, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    struct dial *dial = payload;
    int made = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    dial->socket_errno = made < 0 ? errno : 0;
    return made;
}

/* libcurl does not name the session that it makes; what it sends and gets does. */
static void on_tls_message(int is_sent, int version, int type, const void *data, size_t len,
                           SSL *ssl, void *payload)
{
    struct dial *dial = payload;
    dial->ssl = ssl;
}

static CURLcode on_tls_begin(CURL *easy, void *ctx, void *payload)
{
    SSL_CTX_set_msg_callback(ctx, on_tls_message);
    (void)SSL_CTX_set_msg_callback_arg((SSL_CTX *)ctx, payload);
    return CURLE_OK;
}

struct dial *dial_begin(struct engine *engine, int64_t timeout_ns, void *payload)
{
    struct dial *dial = mem_alloc(sizeof *dial);
    long timeout_ms = (long)((timeout_ns + NS_PER_MS - 1) / NS_PER_MS);
    *dial = (struct dial){.engine = engine, .payload = payload, .socket = CURL_SOCKET_BAD};
    dial->begun_ns = clock_monotonic_ns();
    dial->is_direct = !may_use_proxy(engine);
    char *url = target_url_with(engine->target, NULL);
    dial->easy = setup_bare_easy(engine, url);
    free(url);
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_CONNECT_ONLY, 1L));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_HTTPPROXYTUNNEL, 1L));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_FRESH_CONNECT, 1L));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_NOSIGNAL, 1L));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_ERRORBUFFER, dial->problem));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_PRIVATE, dial));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_OPENSOCKETDATA, dial));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_begin));
    setup_must(curl_easy_setopt(dial->easy, CURLOPT_SSL_CTX_DATA, dial));
    if (curl_multi_add_handle(engine->multi, dial->easy) != CURLM_OK)
        mem_library_failed();
    return dial;
}

void dial_free(struct dial *dial)
{
    if (!dial)
        return;
    (void)curl_multi_remove_handle(dial->engine->multi, dial->easy);
    curl_easy_cleanup(dial->easy); /* also closes the socket, because it was for CONNECT_ONLY */
    free(dial);
}

static void note_problem(struct dial *dial, CURLcode code)
{
    long number = 0;
    struct buf words = {.max = sizeof dial->problem - 1};
    if (!dial->socket_errno &&
        curl_easy_getinfo(dial->easy, CURLINFO_OS_ERRNO, &number) == CURLE_OK)
        dial->socket_errno = (int)number;
    const char *want = outcome_want(dial->socket_errno);
    if (dial->problem[0] && !want)
        return;
    buf_add_text(&words, want ? want : curl_easy_strerror(code ? code : CURLE_COULDNT_CONNECT));
    memcpy(dial->problem, buf_text(&words), words.len + 1);
    buf_clear(&words);
}

/* From here on the session reads and writes the socket itself: libcurl looks its connection up
 * for each call, which takes as long as the encryption. */
static void take_session(struct dial *dial)
{
    SSL_set_msg_callback(dial->ssl, NULL);
    SSL_CTX_sess_set_new_cb(SSL_get_SSL_CTX(dial->ssl), NULL); /* libcurl's, for its own calls */
    SSL_set_read_ahead(dial->ssl, 1);
    (void)SSL_set_mode(dial->ssl,
                       SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_set_fd(dial->ssl, dial->socket) != 1)
        mem_library_failed();
}

static void settle(struct dial *dial, CURLcode code)
{
    int on = 1;
    dial->connect_ns = clock_monotonic_ns() - dial->begun_ns;
    if (code == CURLE_OK)
        code = curl_easy_getinfo(dial->easy, CURLINFO_ACTIVESOCKET, &dial->socket);
    if (code == CURLE_OK && dial->socket != CURL_SOCKET_BAD) {
        dial->problem[0] = '\0';
        (void)setsockopt(dial->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (dial->is_direct && dial->ssl)
            take_session(dial);
        return;
    }
    note_problem(dial, code);
}

void *dial_next(struct engine *engine)
{
    int running = 0;
    int left = 0;
    (void)curl_multi_perform(engine->multi, &running);
    for (CURLMsg *msg; (msg = curl_multi_info_read(engine->multi, &left)) != NULL;) {
        struct dial *dial = NULL;
        if (msg->msg != CURLMSG_DONE ||
            curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &dial) != CURLE_OK)
            continue;
        settle(dial, msg->data.result);
        return dial->payload;
    }
    return NULL;
}

void dial_wait(struct engine *engine, int fd, int timeout_ms)
{
    struct curl_waitfd own = {.fd = fd, .events = CURL_WAIT_POLLIN};
    (void)curl_multi_poll(engine->multi, &own, 1, timeout_ms, NULL);
}

const char *dial_problem(const struct dial *dial)
{
    return dial->problem[0] ? dial->problem : NULL;
}

bool dial_lacks_socket(const struct dial *dial)
{
    return dial->problem[0] && outcome_want(dial->socket_errno);
}

int dial_socket(const struct dial *dial)
{
    return dial->socket;
}

int64_t dial_connect_ns(const struct dial *dial)
{
    return dial->connect_ns;
}

bool dial_is_private(const struct dial *dial)
{
    struct target peer = {0};
    char *address = NULL;
    if (curl_easy_getinfo(dial->easy, CURLINFO_PRIMARY_IP, &address) != CURLE_OK || !address)
        return false;
    bool is_ipv6 = strchr(address, ':') != NULL;
    char *url = mem_format("http://%s%s%s/", is_ipv6 ? "[" : "", address, is_ipv6 ? "]" : "");
    bool is_private = target_parse(&peer, url, NULL) && peer.is_private;
    target_clear(&peer);
    free(url);
    return is_private;
}

static enum dial_end end_of(CURLcode code)
{
    return code == CURLE_OK ? DIAL_OK : code == CURLE_AGAIN ? DIAL_AGAIN : DIAL_BROKEN;
}

static enum dial_end end_of_errno(void)
{
    bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    return again ? DIAL_AGAIN : DIAL_BROKEN;
}

static enum dial_end end_of_session(const SSL *ssl, int result)
{
    int error = SSL_get_error(ssl, result);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE)
        return DIAL_AGAIN;
    return error == SSL_ERROR_ZERO_RETURN ? DIAL_CLOSED : DIAL_BROKEN;
}

enum dial_end dial_send(struct dial *dial, const char *data, size_t len, size_t *out_len)
{
    *out_len = 0;
    if (!dial->is_direct)
        return end_of(curl_easy_send(dial->easy, data, len, out_len));
    if (dial->ssl) {
        ERR_clear_error();
        int result = SSL_write_ex(dial->ssl, data, len, out_len);
        return result == 1 ? DIAL_OK : end_of_session(dial->ssl, result);
    }
    ssize_t put = send(dial->socket, data, len, MSG_NOSIGNAL);
    if (put < 0)
        return end_of_errno();
    *out_len = (size_t)put;
    return DIAL_OK;
}

enum dial_end dial_receive(struct dial *dial, char *data, size_t size, size_t *out_len)
{
    *out_len = 0;
    if (!dial->is_direct) {
        enum dial_end end = end_of(curl_easy_recv(dial->easy, data, size, out_len));
        return end == DIAL_OK && *out_len == 0 ? DIAL_CLOSED : end;
    }
    if (dial->ssl) {
        ERR_clear_error();
        int result = SSL_read_ex(dial->ssl, data, size, out_len);
        return result == 1 ? DIAL_OK : end_of_session(dial->ssl, result);
    }
    ssize_t got = recv(dial->socket, data, size, 0);
    if (got < 0)
        return end_of_errno();
    *out_len = (size_t)got;
    return got ? DIAL_OK : DIAL_CLOSED;
}
