/*
 * From libcurl's result codes to outcomes and sentences.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/text.h"
#include "deliver/engine_internal.h"
#include "deliver/proxy.h"

/* --- phases --- */

static int64_t time_ns(CURL *easy, CURLINFO info)
{
    curl_off_t us = 0;
    return curl_easy_getinfo(easy, info, &us) == CURLE_OK ? us * 1000 : 0;
}

/* libcurl says 0 for a phase that was not reached, and could say it for one that took no time: what
 * comes after tells which. */
void outcome_read_phases(struct observation *seen, CURL *easy)
{
    int64_t dns = time_ns(easy, CURLINFO_NAMELOOKUP_TIME_T);
    int64_t connect = time_ns(easy, CURLINFO_CONNECT_TIME_T);
    int64_t tls = time_ns(easy, CURLINFO_APPCONNECT_TIME_T);
    int64_t sent = time_ns(easy, CURLINFO_PRETRANSFER_TIME_T);
    seen->dns_ns = dns || connect ? dns : -1;
    if (connect || sent)
        seen->connect_ns = connect;
    seen->tls_ns = tls ? tls : -1;
    seen->sent_ns = sent ? sent : -1;
    const char *ip = NULL;
    long port = 0;
    if (curl_easy_getinfo(easy, CURLINFO_PRIMARY_IP, &ip) == CURLE_OK && ip && *ip &&
        curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port) == CURLE_OK)
        (void)snprintf(seen->peer, sizeof seen->peer, strchr(ip, ':') ? "[%s]:%ld" : "%s:%ld", ip,
                       port);
}

/* --- words --- */

/* libcurl's words, where OpenSSL's own come first in ours. */
struct rewording {
    const char *from; /* the beginning of libcurl's text */
    const char *to;
};

static const struct rewording tls_words[] = {
    {"SSL certificate problem: ", "certificate verify failed: "},
    {"SSL: ", "certificate verify failed: "},
    {"OpenSSL SSL_connect: SSL_ERROR_SYSCALL", "the server closed during the TLS handshake"},
    {"OpenSSL SSL_connect: ", "TLS handshake failed: "},
    {"OpenSSL SSL_read: ", "TLS session refused: "},
};

/* "error:0A00010B:SSL routines::wrong version number, errno 0" -> "wrong version number" */
static void add_reason(struct buf *out, const char *text)
{
    const char *reason = strstr(text, "routines:");
    if (!reason) {
        text_add_visible(out, bytes_of(text), 160);
        return;
    }
    reason += strlen("routines:");
    reason += strcspn(reason, ":");
    reason += strspn(reason, ":");
    text_add_visible(out, (struct bytes){reason, strcspn(reason, ",")}, 160);
}

static void end_tls(struct attempt *attempt, const char *text)
{
    struct buf words = {0};
    const char *to = "TLS handshake failed: ";
    for (size_t i = 0; i < ARRAY_LEN(tls_words); i++) {
        if (!text_starts_with(text, tls_words[i].from))
            continue;
        to = tls_words[i].to;
        text += strlen(tls_words[i].from);
        break;
    }
    buf_add_text(&words, to);
    if (text_ends_with(to, ": "))
        add_reason(&words, text);
    attempt_end(attempt, OUTCOME_TLS_FAILED, "%s", buf_text(&words));
    buf_clear(&words);
}

/* --- codes --- */

static const char *words_or(const char *error_text, CURLcode code)
{
    return *error_text ? error_text : curl_easy_strerror(code);
}

static void end_unresolved(struct attempt *attempt, CURLcode code, const char *text)
{
    attempt_end(attempt, OUTCOME_UNRESOLVED, "%s does not resolve to an address",
                code == CURLE_COULDNT_RESOLVE_PROXY ? "the proxy" : attempt->engine->target->host);
}

/* "Failed to connect to HOST port PORT after ...", where that is not the endpoint's own address: so
 * it is the proxy's. */
static bool is_of_proxy(const struct attempt *attempt, const char *text, struct buf *where)
{
    const struct engine *engine = attempt->engine;
    const struct target *target = engine->target;
    const char *variable = proxy_variable(target);
    bool is_given = engine->options.proxy && *engine->options.proxy;
    static const char start[] = "Failed to connect to ";
    static const char between[] = " port ";
    if ((!is_given && !variable) || !text_starts_with(text, start))
        return false;
    const char *host = text + sizeof start - 1;
    size_t len = strcspn(host, " ");
    if (!text_starts_with(host + len, between))
        return false;
    long port = strtol(host + len + sizeof between - 1, NULL, 10);
    if (port == target->port && len == strlen(target->host) &&
        strncmp(host, target->host, len) == 0)
        return false;
    buf_add_format(where, "%.*s:%ld, the proxy from %s", (int)len, host, port,
                   is_given ? "--proxy" : variable);
    return true;
}

static void end_unconnected(struct attempt *attempt, CURLcode code, const char *text)
{
    const char *where = attempt->engine->target->authority;
    long os_errno = 0;
    (void)curl_easy_getinfo(attempt->connection ? attempt->connection->easy : attempt->easy,
                            CURLINFO_OS_ERRNO, &os_errno);
    struct buf proxy = {0};
    if (is_of_proxy(attempt, text, &proxy))
        attempt_end(attempt, OUTCOME_UNREACHABLE, "no connection to %s", buf_text(&proxy));
    else if (os_errno == ECONNREFUSED)
        attempt_end(attempt, OUTCOME_REFUSED, "nothing listens on %s", where);
    else if (os_errno == ECONNRESET)
        attempt_end(attempt, OUTCOME_REFUSED, "%s reset the connection at once", where);
    else if (os_errno)
        attempt_end(attempt, OUTCOME_UNREACHABLE, "cannot connect to %s: %s", where,
                    strerror((int)os_errno)); /* NOLINT(concurrency-mt-unsafe) */
    else
        attempt_end(attempt, OUTCOME_UNREACHABLE, "cannot connect to %s: %s", where,
                    words_or(text, code));
    buf_clear(&proxy);
}

static void end_cut_short(struct attempt *attempt, CURLcode code, const char *text)
{
    attempt_end(attempt, OUTCOME_CUT_SHORT, "the response ended before it was complete");
}

/* libcurl does not count interim answers. */
static void end_unanswered(struct attempt *attempt, CURLcode code, const char *text)
{
    if (attempt->seen.first_byte_ns >= 0)
        end_cut_short(attempt, code, text);
    else
        attempt_end(attempt, OUTCOME_CLOSED, "the connection was closed without a response");
}

static void end_late(struct attempt *attempt, CURLcode code, const char *text)
{
    attempt_end_late(attempt);
}

static void end_tls_code(struct attempt *attempt, CURLcode code, const char *text)
{
    end_tls(attempt, words_or(text, code));
}

static void end_malformed(struct attempt *attempt, CURLcode code, const char *text)
{
    struct buf words = {0};
    text_add_visible(&words, bytes_of(words_or(text, code)), 200);
    attempt_end(attempt, OUTCOME_MALFORMED, "%s", buf_text(&words));
    buf_clear(&words);
}

/* Reading or writing failed: chunks that are none (libcurl has no code of its own for them), an end
 * of the stream that TLS did not announce, a refusal that TLS 1.3 tells only after the handshake, a
 * reset. */
static void end_broken(struct attempt *attempt, CURLcode code, const char *text)
{
    bool begun = attempt->seen.first_byte_ns >= 0;
    if (begun && strstr(text, "chunk"))
        end_malformed(attempt, code, text);
    else if (strstr(text, "unexpected eof"))
        end_unanswered(attempt, code, text);
    else if (!begun && strstr(text, " alert "))
        end_tls(attempt, text);
    else
        attempt_end(attempt, OUTCOME_RESET, "the connection was reset %s",
                    begun ? "before the response was complete" : "without a response");
}

struct failure_row {
    CURLcode code;
    void (*end)(struct attempt *attempt, CURLcode code, const char *text);
};

static const struct failure_row failures[] = {
    {CURLE_COULDNT_RESOLVE_HOST, end_unresolved},
    {CURLE_COULDNT_RESOLVE_PROXY, end_unresolved},
    {CURLE_COULDNT_CONNECT, end_unconnected},
    {CURLE_PROXY, end_unconnected},
    {CURLE_INTERFACE_FAILED, end_unconnected},
    {CURLE_OPERATION_TIMEDOUT, end_late},
    {CURLE_GOT_NOTHING, end_unanswered},
    {CURLE_PARTIAL_FILE, end_cut_short},
    {CURLE_RECV_ERROR, end_broken},
    {CURLE_SEND_ERROR, end_broken},
    {CURLE_SSL_CONNECT_ERROR, end_tls_code},
    {CURLE_PEER_FAILED_VERIFICATION, end_tls_code},
    {CURLE_SSL_CERTPROBLEM, end_tls_code},
    {CURLE_SSL_CIPHER, end_tls_code},
    {CURLE_SSL_CACERT_BADFILE, end_tls_code},
    {CURLE_SSL_ISSUER_ERROR, end_tls_code},
    {CURLE_SSL_INVALIDCERTSTATUS, end_tls_code},
    {CURLE_SSL_CLIENTCERT, end_tls_code},
    {CURLE_SSL_SHUTDOWN_FAILED, end_tls_code},
    {CURLE_USE_SSL_FAILED, end_tls_code},
    {CURLE_WEIRD_SERVER_REPLY, end_malformed},
    {CURLE_UNSUPPORTED_PROTOCOL, end_malformed}, /* HTTP/0.9, or a version that is none */
    {CURLE_BAD_CONTENT_ENCODING, end_malformed},
    {CURLE_WRITE_ERROR, end_malformed}, /* libcurl's decoders */
    {CURLE_FILESIZE_EXCEEDED, end_malformed},
};

static bool had_session(const struct attempt *attempt)
{
    const struct observation *seen = &attempt->seen;
    if (attempt->connection)
        return attempt->connection->state == CONNECTION_UNDER_WAY;
    return seen->sent_ns >= 0 ||
           (attempt->engine->target->is_tls ? seen->tls_ns : seen->connect_ns) >= 0;
}

/* What went wrong before there was a connection, and with https a TLS session, is not the
 * endpoint's answer: a proxy refused. */
static bool end_without_session(struct attempt *attempt, CURLcode code, const char *text)
{
    if (code != CURLE_RECV_ERROR && code != CURLE_SEND_ERROR && code != CURLE_GOT_NOTHING)
        return false;
    if (had_session(attempt) || strstr(text, " alert "))
        return false;
    attempt_end(attempt, OUTCOME_UNREACHABLE, "cannot connect to %s: %s",
                attempt->engine->target->authority, words_or(text, code));
    return true;
}

/* What this machine lacks says nothing about the endpoint. */
static const struct {
    int number;
    const char *sentence;
} wants[] = {
    {EADDRNOTAVAIL, "this machine has no free port left to connect from"},
    {EMFILE, "this process has no descriptor left (ulimit -n)"},
    {ENFILE, "this machine has no descriptor left"},
    {ENOBUFS, "this machine has no buffer space left for another socket"},
    {ENOMEM, "this machine has no memory left for another socket"},
};

const char *outcome_want(int number)
{
    for (size_t i = 0; i < ARRAY_LEN(wants); i++)
        if (wants[i].number == number)
            return wants[i].sentence;
    return NULL;
}

/* libcurl resolves names in a thread that needs descriptors, too, and cannot say that it had none.
 */
static int errno_of(const struct attempt *attempt, CURLcode code)
{
    long os_errno = 0;
    if (attempt->socket_errno)
        return attempt->socket_errno;
    if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY) {
        int copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
        int number = copy < 0 && errno != EBADF ? errno : 0;
        if (copy >= 0)
            (void)close(copy);
        return number;
    }
    (void)curl_easy_getinfo(attempt->connection ? attempt->connection->easy : attempt->easy,
                            CURLINFO_OS_ERRNO, &os_errno);
    return code == CURLE_COULDNT_CONNECT ? (int)os_errno : 0;
}

/* A family of addresses that was asked for and that this machine lacks is told as it is. */
static bool end_for_want(struct attempt *attempt, CURLcode code)
{
    const char *want = outcome_want(errno_of(attempt, code));
    if (!want || attempt->request->transport.ip_version)
        return false;
    attempt->seen.ours = true;
    attempt_end(attempt, OUTCOME_NOT_SENT, "not sent: %s", want);
    return true;
}

void outcome_of_failure(struct attempt *attempt, CURLcode code)
{
    const char *text = attempt->connection ? attempt->connection->error_text : attempt->error_text;
    if (end_for_want(attempt, code))
        return;
    if (end_without_session(attempt, code, text))
        return;
    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        if (failures[i].code != code)
            continue;
        failures[i].end(attempt, code, text);
        return;
    }
    end_malformed(attempt, code, text);
}
