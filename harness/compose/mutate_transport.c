/* How a request goes out: with which headers, in chunks, in pieces, not to its end, or not at all.
 */
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/gzip.h"
#include "base/mem.h"
#include "compose/mutation.h"

/* --- headers --- */

/* Other headers leave the event genuine; the signature has mutations of its own. */
static bool is_free(const struct draft *draft, const char *name, struct error *err)
{
    return (!header_name_equal(name, PANORA_SIGNATURE_HEADER) &&
            !header_name_equal(name, draft_signature_header(draft))) ||
           error_set(err, "the signature header has mutations of its own, such as no-signature");
}

static bool mutate_set_header(struct draft *draft, const struct call *call, struct error *err)
{
    if (!is_free(draft, call->values[0].text, err))
        return false;
    headers_set(&draft->request.headers, call->values[0].text, call->values[1].text);
    return true;
}

static bool mutate_remove_header(struct draft *draft, const struct call *call, struct error *err)
{
    if (!is_free(draft, call->values[0].text, err))
        return false;
    (void)headers_remove(&draft->request.headers, call->values[0].text);
    return true;
}

/* --- the form --- */

#define NEST_MAX 1000000

static bool mutate_nest(struct draft *draft, const struct call *call, struct error *err)
{
    struct buf *data = &draft->event.data;
    if (call->values[0].number > NEST_MAX)
        return error_set(err, "%lld levels are too many; the maximum is %d",
                         (long long)call->values[0].number, NEST_MAX);
    size_t depth = (size_t)call->values[0].number;
    buf_clear(data);
    buf_add_repeated(data, '[', depth);
    buf_add_repeated(data, ']', depth);
    return true;
}

static bool mutate_chunked(struct draft *draft, const struct call *call, struct error *err)
{
    struct request *request = &draft->request;
    if (call->values[0].number == 0)
        return error_set(err, "a chunk has at least one byte");
    request->transport.chunk_size = (size_t)call->values[0].number;
    (void)headers_remove(&request->headers, "Content-Length");
    headers_add(&request->headers, "Transfer-Encoding", "chunked");
    return true;
}

static bool mutate_expect_continue(struct draft *draft, const struct call *call, struct error *err)
{
    draft->request.transport.expect_continue = true;
    headers_add(&draft->request.headers, "Expect", "100-continue");
    return true;
}

static bool mutate_http_1_0(struct draft *draft, const struct call *call, struct error *err)
{
    draft->request.transport.http_1_0 = true;
    headers_set(&draft->request.headers, "Connection", "close");
    return true;
}

static bool mutate_dribble(struct draft *draft, const struct call *call, struct error *err)
{
    if (call->values[0].number == 0)
        return error_set(err, "a piece has at least one byte");
    draft->request.transport.piece_size = (size_t)call->values[0].number;
    draft->request.transport.pause_ns = call->values[1].number;
    return true;
}

static bool mutate_split_character(struct draft *draft, const struct call *call, struct error *err)
{
    const struct buf *body = &draft->request.body;
    size_t at = 0;
    while (at < body->len && ((unsigned char)body->data[at] & 0xc0) != 0x80)
        at++;
    if (at == body->len)
        return error_set(err, "the body has no multi-byte character");
    draft->request.transport.split_at = at;
    draft->request.transport.pause_ns = call->values[0].number;
    return true;
}

static bool mutate_gzip(struct draft *draft, const struct call *call, struct error *err)
{
    struct request *request = &draft->request;
    struct buf packed = {0};
    gzip_store(buf_bytes(&request->body), &packed); /* it has to be unpacked, that is all */
    buf_clear(&request->body);
    request->body = packed;
    headers_add(&request->headers, "Content-Encoding", "gzip");
    return true;
}

/* --- not to its end --- */

static bool mutate_abort_body(struct draft *draft, const struct call *call, struct error *err)
{
    draft->request.transport.stop = STOP_RESET;
    draft->request.transport.stop_after = (size_t)call->values[0].number;
    return true;
}

static bool mutate_hold_body(struct draft *draft, const struct call *call, struct error *err)
{
    draft->request.transport.stop = STOP_HOLD;
    draft->request.transport.stop_after = (size_t)call->values[0].number;
    draft->request.transport.hold_ns = call->values[1].number;
    return true;
}

static bool mutate_hold_connection(struct draft *draft, const struct call *call, struct error *err)
{
    draft->request.transport.stop = STOP_HOLD;
    draft->request.transport.silent = true;
    draft->request.transport.hold_ns = call->values[0].number;
    return true;
}

static bool mutate_huge_header(struct draft *draft, const struct call *call, struct error *err)
{
    struct buf value = {0};
    buf_add_repeated(&value, 'x', (size_t)call->values[0].number);
    headers_add(&draft->request.headers, "X-Filler", buf_text(&value));
    buf_clear(&value);
    return true;
}

/* --- where to, and with which session --- */

static bool mutate_ip_version(struct draft *draft, const struct call *call, struct error *err)
{
    int64_t version = call->values[0].number;
    if (version != 4 && version != 6)
        return error_set(err, "%lld is not an IP version; choose 4 or 6", (long long)version);
    draft->request.transport.ip_version = (int)version;
    return true;
}

static bool mutate_tls_handshake(struct draft *draft, const struct call *call, struct error *err)
{
    static const struct {
        const char *name;
        int version;
    } versions[] = {{"any", 0},          {"SSLv3", 0x0300},   {"TLSv1", 0x0301},
                    {"TLSv1.1", 0x0302}, {"TLSv1.2", 0x0303}, {"TLSv1.3", 0x0304}};
    struct tls_question *question = &draft->request.transport.tls;
    if (strlen(call->values[1].text) >= sizeof question->ciphers)
        return error_set(err, "the list of ciphers is too long");
    question->asked = true;
    (void)snprintf(question->ciphers, sizeof question->ciphers, "%s", call->values[1].text);
    for (size_t i = 0; i < ARRAY_LEN(versions); i++)
        if (strcmp(versions[i].name, call->values[0].text) == 0)
            question->min_version = question->max_version = versions[i].version;
    return true;
}

static const char *const tls_versions[] = {"any",     "SSLv3",   "TLSv1", "TLSv1.1",
                                           "TLSv1.2", "TLSv1.3", NULL};

/* word {name, place, sentence, parameters}, phrase, is_flaw, apply */
static const struct mutation rows[] = {
    {{"set-header",
      "wire",
      "has a header set to a value",
      {WORD_TEXT("name", NULL, "the header's name"), WORD_TEXT("value", "", "its value")}},
     "header %s set",
     false,
     mutate_set_header},
    {{"remove-header", "wire", "lacks a header", {WORD_TEXT("name", NULL, "the header's name")}},
     "without the header %s",
     false,
     mutate_remove_header},
    {{"nest",
      "event",
      "has data of nested arrays, this deep",
      {WORD_NUMBER("depth", PARAMETER_INTEGER, "10000", "levels")}},
     "data nested %s deep",
     false,
     mutate_nest},
    {{"chunked",
      "wire",
      "is sent chunked, without Content-Length",
      {WORD_NUMBER("size", PARAMETER_SIZE, "64", "bytes of a chunk")}},
     "in chunks of %s bytes",
     false,
     mutate_chunked},
    {{"expect-continue", "wire", "sends `Expect: 100-continue` and waits before the body", {{0}}},
     "waiting for 100 Continue",
     false,
     mutate_expect_continue},
    {{"http-1.0", "wire", "is sent as HTTP/1.0", {{0}}}, "over HTTP/1.0", false, mutate_http_1_0},
    {{"dribble",
      "wire",
      "is sent with the body in small pieces",
      {WORD_NUMBER("piece", PARAMETER_SIZE, "1", "bytes of a piece"),
       WORD_NUMBER("pause", PARAMETER_DURATION, "1ms", "between pieces")}},
     "the body in pieces of %s bytes",
     false,
     mutate_dribble},
    {{"split-character",
      "wire",
      "is sent with the body in two pieces, split inside a multi-byte character",
      {WORD_NUMBER("pause", PARAMETER_DURATION, "50ms", "between the pieces")}},
     "the body split inside a character",
     false,
     mutate_split_character},
    {{"gzip", "wire", "has a gzip body, announced in Content-Encoding", {{0}}},
     "the body in gzip",
     true,
     mutate_gzip},
    {{"abort-body",
      "wire",
      "is reset by the client in the middle of the body",
      {WORD_NUMBER("after", PARAMETER_SIZE, "64", "how many bytes of the body are sent")}},
     "reset after %s bytes of the body",
     true,
     mutate_abort_body},
    {{"hold-body",
      "wire",
      "has a body that never ends: the connection stays open",
      {WORD_NUMBER("after", PARAMETER_SIZE, "64", "how many bytes of the body are sent"),
       WORD_NUMBER("for", PARAMETER_DURATION, "1500ms", "how long at most")}},
     "held after %s bytes of the body",
     true,
     mutate_hold_body},
    {{"hold-connection",
      "wire",
      "is never sent: its connection stays open",
      {WORD_NUMBER("for", PARAMETER_DURATION, "1500ms", "how long at most")}},
     "a connection held without a request",
     true,
     mutate_hold_connection},
    {{"huge-header",
      "wire",
      "has an extra huge header",
      {WORD_NUMBER("size", PARAMETER_SIZE, "64KiB", "its length")}},
     "with a header of %s bytes",
     true,
     mutate_huge_header},
    {{"ip-version",
      "wire",
      "is sent over one address family (IPv4 or IPv6)",
      {WORD_NUMBER("version", PARAMETER_INTEGER, "4", "4 or 6")}},
     "over IPv%s",
     false,
     mutate_ip_version},
    {{"tls-handshake",
      "wire",
      "is never sent: only the TLS handshake takes place",
      {WORD_CHOICE("version", "any", tls_versions, "the only version offered"),
       WORD_TEXT("ciphers", "", "the only ciphers offered below TLS 1.3, in OpenSSL's syntax")}},
     "a TLS handshake (version %s)",
     true,
     mutate_tls_handshake},
};
const struct table_part mutations_of_transport = TABLE_PART(rows);
