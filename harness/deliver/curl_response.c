/*
 * libcurl's call backs: what arrives, into the observation.
 *
 * libcurl hands over the head line by line and the body decoded. The lines go through the reader of
 * the raw way as well, because libcurl lets pass what Panora's sender refuses (two lengths, folded
 * lines).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "deliver/engine_internal.h"

/* What axios decodes, when it stands alone; everything else it leaves as it is. */
static const char *const decodable[] = {"gzip", "x-gzip", "deflate", "br"};

/* Most of a socket's buffer; an answer that matters here is a short refusal. */
#define UNREAD_LEN_MAX ((size_t)64 * 1024)

static bool is_decodable(const struct headers *headers)
{
    const char *coding = headers_find(headers, "Content-Encoding");
    for (size_t i = 0; coding && i < ARRAY_LEN(decodable); i++)
        if (strcasecmp(coding, decodable[i]) == 0)
            return headers_count(headers, "Content-Encoding") == 1;
    return false;
}

static bool has_sent_all(const struct attempt *attempt)
{
    curl_off_t sent = 0;
    (void)curl_easy_getinfo(attempt->easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    return (uint64_t)sent >= attempt->request->body.len;
}

/* After a 417 libcurl would send the request once more, without Expect. One attempt is one request.
 */
static bool would_be_sent_again(const struct attempt *attempt)
{
    return attempt->seen.status == 417 && headers_find(&attempt->fields, "Expect") &&
           !has_sent_all(attempt);
}

/* Returns whether to read on. */
static bool end_head(struct attempt *attempt)
{
    struct curl_response *response = &attempt->response;
    const struct http_reader *reader = response->reader;
    bool has_body = reader->chunked || reader->until_close || reader->content_length > 0;
    int status = attempt->seen.status;
    response->head_ended = true;
    response->is_complete =
        !has_body || attempt->expects_no_body || status < 200 || status == 204 || status == 304;
    attempt->seen.decoded = is_decodable(&attempt->seen.headers);
    if (!attempt->seen.decoded)
        setup_must(curl_easy_setopt(attempt->easy, CURLOPT_HTTP_CONTENT_DECODING, 0L));
    if (!would_be_sent_again(attempt))
        return true;
    response->is_complete = true;
    return false;
}

/* Notes that something came; returns whether there is still time for it. */
static bool note_arrival(struct attempt *attempt)
{
    struct curl_response *response = &attempt->response;
    response->last_byte_ns = clock_monotonic_ns();
    if (attempt->seen.first_byte_ns < 0)
        attempt->seen.first_byte_ns = attempt_age_ns(attempt);
    response->late = response->last_byte_ns > attempt_deadline_ns(attempt);
    return !response->late;
}

/* A return value other than the length makes libcurl stop. */
/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's type */
static size_t on_header(char *line, size_t size, size_t count, void *payload)
{
    struct attempt *attempt = payload;
    struct curl_response *response = &attempt->response;
    const char *data = line;
    size_t len = size * count;
    response->heads_len += len;
    if (!note_arrival(attempt))
        return 0;
    if (response->heads_len > HEAD_LEN_MAX) {
        response->broken = "the response's headers are longer than 256 KiB";
        return 0;
    }
    if (response->head_ended) /* a trailer */
        return size * count;
    enum reading reading = reading_feed(&attempt->seen, response->reader, &data, &len);
    if (reading == READING_MALFORMED)
        response->broken = response->reader->problem;
    if (reading == READING_MALFORMED || (reading == READING_HEAD && !end_head(attempt)))
        return 0;
    return size * count;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): libcurl's type */
static size_t on_body(char *data, size_t size, size_t count, void *payload)
{
    struct attempt *attempt = payload;
    struct curl_response *response = &attempt->response;
    const struct http_reader *reader = response->reader;
    if (!note_arrival(attempt))
        return 0;
    reading_take_body(&attempt->seen, (struct bytes){data, size * count});
    uint64_t body_len = attempt->seen.body_len;
    if (attempt->seen.decoded && body_len > DECODED_LEN_MAX) {
        response->broken = "the compressed body expands to more than 64 MiB";
        return 0;
    }
    if (!attempt->seen.decoded && reader->has_length && body_len == reader->content_length)
        response->is_complete = true;
    return size * count;
}

/* An endpoint that refuses early and closes makes sending fail; its refusal may lie unread. */
static void read_unread(struct attempt *attempt, curl_socket_t socket)
{
    struct buf *unread = &attempt->response.unread;
    char data[4096];
    ssize_t len;
    if (attempt->response.heads_len || attempt->engine->target->is_tls)
        return;
    while (!unread->full && (len = recv(socket, data, sizeof data, MSG_DONTWAIT)) > 0)
        buf_add(unread, data, (size_t)len);
}

static int on_close_socket(void *payload, curl_socket_t socket)
{
    struct curl_sockets *sockets = payload;
    if (sockets->attempt)
        read_unread(sockets->attempt, socket);
    if (sockets->num_open)
        sockets->num_open--;
    return close(socket);
}

void curl_response_watch(struct attempt *attempt)
{
    CURL *easy = attempt->easy;
    attempt->response.reader = reading_new(attempt);
    attempt->response.unread.max = UNREAD_LEN_MAX;
    attempt->response.sockets = mem_alloc(sizeof *attempt->response.sockets);
    attempt->response.sockets->attempt = attempt;
    setup_must(curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header));
    setup_must(curl_easy_setopt(easy, CURLOPT_HEADERDATA, attempt));
    setup_must(curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body));
    setup_must(curl_easy_setopt(easy, CURLOPT_WRITEDATA, attempt));
    setup_must(curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket));
    setup_must(curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, attempt->response.sockets));
}

static void free_orphans(struct engine *engine, bool open_too)
{
    for (struct curl_sockets **at = &engine->orphans; *at;) {
        struct curl_sockets *sockets = *at;
        if (sockets->num_open && !open_too) {
            at = &sockets->next;
            continue;
        }
        *at = sockets->next;
        free(sockets);
    }
}

void curl_response_free_orphans(struct engine *engine)
{
    free_orphans(engine, true); /* libcurl 7 closes some sockets that never connected by itself */
}

void curl_response_release(struct attempt *attempt)
{
    struct curl_response *response = &attempt->response;
    if (response->sockets) {
        response->sockets->attempt = NULL;
        response->sockets->next = attempt->engine->orphans;
        attempt->engine->orphans = response->sockets;
        response->sockets = NULL;
        free_orphans(attempt->engine, false);
    }
    http_reader_free(response->reader);
    response->reader = NULL;
    buf_clear(&response->unread);
}

bool curl_response_read_rest(struct attempt *attempt)
{
    struct curl_response *response = &attempt->response;
    const char *data = buf_text(&response->unread);
    size_t len = response->unread.len;
    if (len == 0 || attempt->seen.first_byte_ns >= 0)
        return false;
    attempt->seen.first_byte_ns = attempt_age_ns(attempt);
    enum reading reading;
    do
        reading = reading_feed(&attempt->seen, response->reader, &data, &len);
    while (reading == READING_HEAD);
    bool ended = reading == READING_END;
    return ended ||
           (reading == READING_MORE && http_reader_finish(response->reader, &ended) && ended);
}
