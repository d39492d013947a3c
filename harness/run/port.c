#include "run/port.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

/* Nobody waits longer for one of these answers. */
#define LOOK_NS (1500 * NS_PER_MS)

/* --- by how an answer begins --- */

/* A service that speaks first, or answers HTTP in its own words. */
struct opening {
    const char *start;
    size_t len;
    const char *name;
};

static const struct opening openings[] = {
    {"SSH-", 4, "an SSH server"},        {"220 ", 4, "a mail or FTP server"},
    {"220-", 4, "a mail or FTP server"}, {"+OK", 3, "a POP3 server"},
    {"* OK", 4, "an IMAP server"},       {"-ERR", 4, "a Redis server"},
    {"RFB 0", 5, "a VNC server"},        {"\x15\x03", 2, "a TLS server"},
};

#define H2_FRAME_HEAD    9
#define H2_TYPE_AT       3
#define H2_TYPE_SETTINGS 4
#define H2_TYPE_GOAWAY   7

/* A server of HTTP/2 begins with a frame of settings, or ends with one that says why. */
static bool is_h2_frame(const struct observation *seen)
{
    const char *data = seen->opening;
    char type = data[H2_TYPE_AT];
    return seen->opening_len >= H2_FRAME_HEAD && data[0] == 0 &&
           (type == H2_TYPE_SETTINGS || type == H2_TYPE_GOAWAY) &&
           memcmp(data + H2_TYPE_AT + 2, "\0\0\0\0", 4) == 0;
}

static const struct opening *opening_of(const struct observation *seen)
{
    for (size_t i = 0; i < ARRAY_LEN(openings); i++)
        if (seen->opening_len >= openings[i].len &&
            memcmp(seen->opening, openings[i].start, openings[i].len) == 0)
            return &openings[i];
    return NULL;
}

static bool is_http(const struct observation *seen)
{
    return seen->outcome == OUTCOME_ANSWERED ||
           (seen->opening_len >= 5 && memcmp(seen->opening, "HTTP/", 5) == 0);
}

/* --- naming it --- */

static bool say(struct wrong_port *out, char *tried, char *got, const char *remedy)
{
    out->tried = tried;
    out->got = got;
    out->remedy = mem_text(remedy);
    return true;
}

static char *tried_by(const struct port_signs *signs, const char *authority)
{
    return mem_format("HTTP/1.1 %s TLS on %s", signs->is_tls ? "over" : "without", authority);
}

static char *got_opening(const struct observation *seen, const char *name)
{
    struct buf out = {0};
    struct bytes line = {seen->opening, seen->opening_len};
    const char *end = memchr(line.data, '\n', line.len);
    if (end)
        line.len = (size_t)(end - line.data);
    if (line.len && line.data[line.len - 1] == '\r')
        line.len--;
    buf_add_text(&out, name);
    if (line.len && line.data[0] >= ' ') {
        buf_add_text(&out, ": \"");
        text_add_visible(&out, line, 60);
        buf_add_text(&out, "\"");
    }
    return buf_take(&out);
}

static bool name_plain(const struct port_signs *signs, const char *authority,
                       struct wrong_port *out)
{
    const struct opening *opening = opening_of(&signs->plain);
    if (signs->hello.tls.established)
        return say(out, tried_by(signs, authority),
                   mem_format("a TLS server (%s)", signs->hello.tls.protocol),
                   "use https:// in the URL");
    if (is_h2_frame(&signs->plain))
        return say(out, tried_by(signs, authority), mem_text("an HTTP/2 server without HTTP/1.1"),
                   "enable HTTP/1.1 on this port; Panora supports nothing else");
    if (opening)
        return say(out, tried_by(signs, authority), got_opening(&signs->plain, opening->name),
                   "check the port in the URL; a webhook endpoint speaks HTTP/1.1");
    return false;
}

static bool name_tls(const struct port_signs *signs, const char *authority, struct wrong_port *out)
{
    const struct opening *opening = opening_of(&signs->plain);
    bool h2_alone =
        strcmp(signs->h2.tls.alpn, "h2") == 0 && strcmp(signs->http11.tls.alpn, "http/1.1") != 0;
    if (h2_alone)
        return say(out, tried_by(signs, authority),
                   mem_text("HTTP/2 only (ALPN offers no http/1.1)"),
                   "enable HTTP/1.1 in addition to HTTP/2; Panora supports nothing else");
    if (signs->hello.tls.established)
        return false;
    if (is_http(&signs->plain))
        return say(out, tried_by(signs, authority), mem_text("HTTP without TLS"),
                   "use http:// in the URL, or enable TLS on this port");
    if (opening)
        return say(out, tried_by(signs, authority), got_opening(&signs->plain, opening->name),
                   "check the port in the URL; a webhook endpoint speaks HTTP/1.1 over TLS");
    return false;
}

/* A server that takes the line of the PROXY protocol for a request of its own refuses it as one. */
static bool is_handled(const struct observation *seen)
{
    return seen->outcome == OUTCOME_ANSWERED && seen->status != 400 && seen->status != 501;
}

bool port_name(const struct port_signs *signs, const char *authority, struct wrong_port *out)
{
    bool named =
        signs->is_tls ? name_tls(signs, authority, out) : name_plain(signs, authority, out);
    if (named)
        return true;
    if (is_handled(&signs->proxied))
        return say(out, tried_by(signs, authority),
                   mem_text("no response, except after a PROXY protocol line"),
                   "use the load balancer's address, or a port without the PROXY protocol");
    return false;
}

/* What servers say in an answer by HTTP to who came by the wrong protocol; lower case. */
static const char *const confused[] = {"https", "ssl", "tls", "alpn", "http/2", "h2"};

#define SAID_MAX 4096 /* bytes of it that are looked at */

static bool says_confused(const struct observation *seen)
{
    struct buf lower = {0};
    bool found = false;
    text_add_lower(&lower, buf_bytes(&seen->body), SAID_MAX);
    for (size_t i = 0; i < ARRAY_LEN(confused); i++)
        found = found || bytes_find(buf_bytes(&lower), bytes_of(confused[i]));
    buf_clear(&lower);
    return found;
}

bool port_is_doubtful(const struct observation *first, bool is_tls)
{
    if (first->outcome == OUTCOME_ANSWERED)
        return first->status >= 400 && says_confused(first);
    if (first->outcome == OUTCOME_TLS_FAILED)
        return is_tls && !first->cert_wanted && !strstr(first->detail, "certificate verify failed");
    return first->outcome == OUTCOME_RESET || first->outcome == OUTCOME_CLOSED ||
           first->outcome == OUTCOME_MALFORMED || first->outcome == OUTCOME_TIMED_OUT;
}

/* --- asking --- */

struct look {
    struct gate *gate;
    const struct target *target;
    int64_t timeout_ns;
};

static void ask(const struct look *look, const char *scheme, const struct transport *transport,
                struct observation *seen)
{
    struct error err = {0};
    struct target target;
    bool is_ipv6 = strchr(look->target->host, ':') != NULL;
    char *url = mem_format("%s://%s%s%s:%d%s", scheme, is_ipv6 ? "[" : "", look->target->host,
                           is_ipv6 ? "]" : "", look->target->port, look->target->path);
    struct request request = {.method = mem_text("HEAD"), .transport = *transport};
    headers_add(&request.headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(&request.headers, "User-Agent", "hookcheck");
    observation_init(seen);
    if (target_parse(&target, url, &err)) {
        const struct gate_question question = {.purpose = PURPOSE_TLS,
                                               .request = &request,
                                               .elsewhere = &target,
                                               .is_raw = true,
                                               .timeout_ns = look->timeout_ns};
        (void)gate_ask(look->gate, &question, seen);
        target_clear(&target);
    }
    request_clear(&request);
    free(url);
}

static void shake_hands(const struct look *look, const char *alpn, struct observation *seen)
{
    const struct transport transport = {.tls = {.asked = true, .alpn = alpn}};
    ask(look, "https", &transport, seen);
}

bool port_look(struct gate *gate, const struct target *target, int64_t timeout_ns,
               struct wrong_port *out)
{
    static const struct transport plain;
    static const struct transport proxied = {.proxy_line = true};
    const struct look look = {gate, target, timeout_ns < LOOK_NS ? timeout_ns : LOOK_NS};
    struct port_signs signs = {.is_tls = target->is_tls};
    struct observation *const all[] = {&signs.plain, &signs.hello, &signs.h2, &signs.http11,
                                       &signs.proxied};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        observation_init(all[i]);
    shake_hands(&look, NULL, &signs.hello);
    if (target->is_tls && signs.hello.tls.established) {
        shake_hands(&look, "h2", &signs.h2);
        shake_hands(&look, "http/1.1", &signs.http11);
    }
    if (!signs.hello.tls.established)
        ask(&look, "http", &plain, &signs.plain);
    bool named = port_name(&signs, target->authority, out);
    if (!named && !is_http(&signs.plain)) {
        ask(&look, target->scheme, &proxied, &signs.proxied);
        named = port_name(&signs, target->authority, out);
    }
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        observation_clear(all[i]);
    return named;
}
