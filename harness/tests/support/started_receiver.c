#include "tests/support/started_receiver.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "sign/signature.h"

/* --- the receiver --- */

static void *run(void *payload)
{
    struct started_receiver *started = payload;
    receiver_run(started->receiver);
    return NULL;
}

static void note_death(void *payload)
{
    struct started_receiver *started = payload;
    started->died = true;
    receiver_stop(started->receiver);
}

void started_begin(struct started_receiver *started, const struct receiver_options *options)
{
    struct receiver_options own = options ? *options : (struct receiver_options){0};
    struct error err = {0};
    *started = (struct started_receiver){0};
    own.secret = bytes_of(RECEIVER_SECRET);
    own.on_death = note_death;
    own.payload = started;
    started->receiver = receiver_start(&own, &err);
    cr_assert_not_null(started->receiver, "%s", err.message);
    cr_assert_eq(pthread_create(&started->thread, NULL, run, started), 0);
}

void started_begin_wrong(struct started_receiver *started, const char *fault, const char *behaviour)
{
    const struct receiver_options options = {.faults = &fault,
                                             .num_faults = fault ? 1 : 0,
                                             .behaviours = &behaviour,
                                             .num_behaviours = behaviour ? 1 : 0};
    started_begin(started, &options);
}

void started_end(struct started_receiver *started)
{
    receiver_stop(started->receiver);
    (void)pthread_join(started->thread, NULL);
    receiver_free(started->receiver);
}

/* --- requests --- */

static const char * or (const char *text, const char *fallback)
{
    return text ? text : fallback;
}

static struct event event_of(const struct posting *posting)
{
    struct event event = {.dialect = posting->dialect};
    const char *id = or (posting->id, "7e57c0de-0000-4000-8000-000000000001");
    event.type = mem_text(or (posting->type, "crm.contact.created"));
    (void)snprintf(event.id, sizeof event.id, "%s", id);
    buf_add_text(&event.data, or (posting->data, "{\"name\":\"Zo\xc3\xab / \xf0\x9f\x98\x80\"}"));
    return event;
}

void posting_signature(const struct posting *posting, char out[SIGNATURE_SIZE])
{
    struct event event = event_of(posting);
    struct buf message = {0};
    event_write_message(&event, &message);
    signature_make(bytes_of(or (posting->key, RECEIVER_SECRET)), buf_bytes(&message), out);
    buf_clear(&message);
    event_clear(&event);
}

static void add_signature(const struct posting *posting, struct buf *out)
{
    char right[SIGNATURE_SIZE];
    posting_signature(posting, right);
    const char *given = or (posting->signature, "%s");
    const char *place = strstr(given, "%s");
    buf_add_format(out, "%s: ", or (posting->signature_name, PANORA_SIGNATURE_HEADER));
    buf_add(out, given, place ? (size_t)(place - given) : strlen(given));
    if (place)
        buf_add_format(out, "%s%s", right, place + 2);
    buf_add_text(out, "\r\n");
}

void posting_write(const struct posting *posting, struct buf *out)
{
    struct event event = event_of(posting);
    struct buf body = {0};
    if (posting->body)
        buf_add_text(&body, posting->body);
    else
        event_write_body(&event, &body);
    buf_add_format(out, "%s %s %s\r\nHost: localhost\r\n", or (posting->method, "POST"),
                   or (posting->target, "/hook"), or (posting->version, "HTTP/1.1"));
    if (* or (posting->content_type, "x"))
        buf_add_format(out, "Content-Type: %s\r\n", or (posting->content_type, "application/json"));
    if (!posting->no_signature)
        add_signature(posting, out);
    buf_add_text(out, or (posting->headers, ""));
    if (posting->chunked)
        buf_add_format(out, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n", body.len);
    else
        buf_add_format(out, "Content-Length: %zu\r\n\r\n", body.len);
    buf_add_bytes(out, buf_bytes(&body));
    if (posting->chunked)
        buf_add_text(out, "\r\n0\r\n\r\n");
    buf_clear(&body);
    event_clear(&event);
}

/* --- a client --- */

void client_open(struct client *client, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    *client = (struct client){.fd = socket(AF_INET, SOCK_STREAM, 0),
                              .reader = http_reader_new(HTTP_RESPONSE, NULL)};
    cr_assert_eq(connect(client->fd, (struct sockaddr *)&address, sizeof address), 0, "%s",
                 strerror(errno));
}

void client_close(struct client *client)
{
    (void)close(client->fd);
    http_reader_free(client->reader);
    buf_clear(&client->rest);
}

bool client_send(struct client *client, struct bytes bytes)
{
    while (bytes.len) {
        ssize_t sent = send(client->fd, bytes.data, bytes.len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.data += sent;
        bytes.len -= (size_t)sent;
    }
    return true;
}

void reply_clear(struct reply *reply)
{
    headers_clear(&reply->headers);
    buf_clear(&reply->body);
}

/* Takes what is there; true when the reply has come to an end. */
static bool take(struct client *client, struct reply *reply)
{
    struct http_reader *reader = client->reader;
    const char *data = buf_text(&client->rest);
    size_t len = client->rest.len;
    bool ended = false;
    enum http_event event = HTTP_HEAD;
    while (!ended && event != HTTP_MORE) {
        event = http_reader_next(reader, &data, &len);
        if (event == HTTP_HEAD && reader->status >= 200) {
            reply->status = reader->status;
            reply->minor = reader->minor;
            reply->keep_alive = reader->keep_alive;
            headers_copy(&reply->headers, &reader->headers);
        }
        if (event == HTTP_HEAD && reader->status < 200)
            reply->num_interim++;
        if (event == HTTP_BODY)
            buf_add_bytes(&reply->body, reader->chunk);
        ended = event == HTTP_MALFORMED || (event == HTTP_END && reader->status >= 200);
    }
    if (event == HTTP_MALFORMED)
        reply->end = REPLY_MALFORMED;
    buf_drop(&client->rest, client->rest.len - len);
    return ended;
}

/* Waits for bytes; 1 = some are in `rest`, 0 = the end, -1 = a reset, -2 = nothing. */
static int receive(struct client *client, int timeout_ms)
{
    struct pollfd poll_fd = {client->fd, POLLIN, 0};
    char piece[16384];
    if (poll(&poll_fd, 1, timeout_ms) <= 0)
        return -2;
    ssize_t len = recv(client->fd, piece, sizeof piece, 0);
    if (len > 0)
        buf_add(&client->rest, piece, (size_t)len);
    return len > 0 ? 1 : len == 0 ? 0 : -1;
}

void client_read(struct client *client, int timeout_ms, struct reply *reply)
{
    *reply = (struct reply){.end = REPLY_WHOLE};
    while (!take(client, reply)) {
        int received = receive(client, timeout_ms);
        bool end = false;
        if (received == 1)
            continue;
        if (received == 0 && http_reader_finish(client->reader, &end) && end)
            return;
        reply->end = received == 0 ? REPLY_CLOSED : received == -1 ? REPLY_RESET : REPLY_SILENCE;
        return;
    }
}

bool client_sees_end(struct client *client, int timeout_ms)
{
    int received;
    do {
        buf_reset(&client->rest);
        received = receive(client, timeout_ms);
    } while (received == 1);
    return received == 0 || received == -1;
}

void post(const struct started_receiver *started, const struct posting *posting,
          struct reply *reply)
{
    struct client client;
    struct buf bytes = {0};
    posting_write(posting, &bytes);
    client_open(&client, receiver_port(started->receiver));
    (void)client_send(&client, buf_bytes(&bytes));
    client_read(&client, posting->patience_ms ? posting->patience_ms : PATIENCE_MS, reply);
    client_close(&client);
    buf_clear(&bytes);
}

int post_status(const struct started_receiver *started, const struct posting *posting)
{
    struct reply reply;
    post(started, posting, &reply);
    int status = reply.end == REPLY_WHOLE ? reply.status : -(int)reply.end;
    reply_clear(&reply);
    return status;
}
