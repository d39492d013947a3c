/*
 * What a receiver gets, as deliveries of the store: lines of its journal come on a descriptor, and
 * each becomes one delivery with one attempt, so that the dashboard's list, stream and details show
 * it.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/sink.h"
#include "format/capture.h"
#include "panora/event.h"
#include "platform/visit.h"
#include "sign/signature.h"

#define READ_SIZE  ((size_t)256 * 1024)
#define LINE_LIMIT ((size_t)64 * 1024 * 1024) /* bytes; a longer line is not shown */

struct arrivals {
    struct platform *platform;
    struct event *readable;
    struct buf pending; /* the line that is not complete */
    bool skips;         /* it is too long: up to its end nothing is kept */
    char endpoint[UUID_SIZE];
    char *url; /* NULL = not yet said */
    char buffer[READ_SIZE];
};

/* --- a line --- */

static const char *text_of(const json_t *line, const char *key)
{
    return json_string_value(json_object_get(line, key));
}

/* As it stood on the wire. */
static void write_request(const json_t *line, const struct request *request, struct buf *out)
{
    const char *parts[] = {text_of(line, "method"), text_of(line, "target"),
                           text_of(line, "version")};
    if (!parts[0])
        return;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        buf_add_format(out, "%s%s", i ? " " : "", parts[i] ? parts[i] : "");
    buf_add_text(out, "\r\n");
    for (size_t i = 0; i < request->headers.count; i++)
        buf_add_format(out, "%s: %s\r\n", request->headers.items[i].name,
                       request->headers.items[i].value);
    buf_add_text(out, "\r\n");
    buf_add_bytes(out, buf_bytes(&request->body));
}

/* Its header lines, and its body. */
static void read_answer(const json_t *line, struct attempt_record *out)
{
    struct buf bytes = {0};
    const char *text = text_of(line, "answer_base64");
    if (!text || !decode_base64(bytes_of(text), &bytes)) {
        buf_clear(&bytes);
        return;
    }
    const char *head = bytes_find(buf_bytes(&bytes), bytes_of("\r\n"));
    const char *body = bytes_find(buf_bytes(&bytes), bytes_of("\r\n\r\n"));
    if (head && body) {
        const char *end = bytes.data + bytes.len;
        if (body > head)
            buf_add(&out->head, head + 2, (size_t)(body - head - 2));
        buf_add(&out->answer, body + 4, (size_t)(end - body - 4));
    } else {
        buf_add_bytes(&out->answer, buf_bytes(&bytes));
    }
    out->answer_len = (int64_t)out->answer.len;
    buf_clear(&bytes);
}

static const char *became_of(const json_t *line, bool is_passed_on)
{
    if (is_passed_on)
        return "forwarded byte for byte; the application decides";
    return json_is_true(json_object_get(line, "processed"))
               ? "processed by the receiver"
               : "not processed by the receiver: refused, or processed before";
}

static void judge(const struct arrivals *arrivals, const struct request *request,
                  const char *problem, struct attempt_record *out)
{
    struct error why = {0};
    const char *signature = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    struct bytes given = {signature, signature ? strlen(signature) : 0};
    out->valid =
        !problem && signature_verify(arrivals->platform->options.arrivals->secret,
                                     buf_bytes(&request->body), given, &why) == VERIFICATION_VALID;
    out->why = mem_text(problem ? problem : why.message);
}

static void fill(const struct arrivals *arrivals, const json_t *line, const struct request *request,
                 struct attempt_record *out)
{
    const char *application = text_of(line, "application");
    const char *target = text_of(line, "target");
    const char *problem = text_of(line, "problem");
    const char *base = arrivals_url(arrivals);
    json_int_t status = json_integer_value(json_object_get(line, "status"));
    (void)instant_read(text_of(line, "time") ? text_of(line, "time") : "0", &out->started_ms, NULL);
    out->url = application ? mem_text(application) : mem_format("%s%s", base, target ? target : "");
    write_request(line, request, &out->request);
    out->status = (int)status;
    out->outcome = mem_text(status ? "answered" : "closed without an answer");
    out->detail = mem_text(problem ? problem : "");
    read_answer(line, out);
    for (size_t i = 0; i < ARRAY_LEN(out->phases); i++)
        out->phases[i] = -1;
    if (application)
        out->phases[PHASE_TOTAL] = json_integer_value(json_object_get(line, "took_ns"));
    out->peer = mem_text("");
    out->hops = mem_text("");
    out->delivered = status / 100 == 2;
    out->panora = mem_text(became_of(line, application != NULL));
    judge(arrivals, request, application ? NULL : problem, out); /* else it is the application's */
}

/* The event's type, and data as it stands there; "" and null for what is no event. */
static void read_event(const struct request *request, char **out_type, struct buf *out_data)
{
    struct js *event = js_parse(buf_bytes(&request->body), NULL);
    struct bytes type = js_get_text(event, "type");
    const struct js *data = js_get(event, "data");
    *out_type = type.data ? mem_copy(type.data, type.len)
                          : mem_text(request->body.len ? "no event" : "no body");
    if (data)
        js_write(data, out_data);
    else
        buf_add_text(out_data, "null");
    js_free(event);
}

static bool keep(struct arrivals *arrivals, const json_t *line, const struct request *request,
                 struct error *err)
{
    struct platform *platform = arrivals->platform;
    struct attempt_record attempt = {0};
    struct buf data = {0};
    char *type = NULL;
    int64_t id = 0;
    fill(arrivals, line, request, &attempt);
    read_event(request, &type, &data);
    const struct dispatch dispatch = {
        .id_event = text_of(line, "id_event") ? text_of(line, "id_event") : "",
        .name = type,
        .type = type,
        .data = buf_bytes(&data),
        .origin = "arrival",
        .endpoint = arrivals->endpoint,
        .lane = LANE_ARRIVAL,
        .wrong = "",
        .now_ms = attempt.started_ms,
    };
    bool ok =
        store_dispatch(platform->store, &dispatch, 1, &id, err) &&
        store_finish(platform->store, id, &attempt, attempt.valid ? "valid" : "invalid", 0, err);
    if (ok)
        dispatcher_note(platform->dispatcher, id);
    attempt_record_clear(&attempt);
    buf_clear(&data);
    free(type);
    return ok;
}

static void take_line(struct arrivals *arrivals, struct bytes text)
{
    struct error err = {0};
    struct request request = {0};
    json_t *line = json_loadb(text.data, text.len, 0, NULL);
    if (text_of(line, "listening")) {
        free(arrivals->url);
        arrivals->url = mem_text(text_of(line, "listening"));
        json_decref(line);
        return;
    }
    bool ok = line || error_set(&err, "a line of the journal is not JSON");
    /* what is no HTTP request has nothing more to read */
    if (ok && text_of(line, "method"))
        ok = capture_read(text, &request, &err);
    if (!(ok && keep(arrivals, line, &request, &err)))
        sink_note("a request cannot be shown: %s", err.message);
    request_clear(&request);
    json_decref(line);
}

/* --- reading --- */

static void take_bytes(struct arrivals *arrivals, const char *data, size_t len)
{
    const char *end = NULL;
    while ((end = memchr(data, '\n', len))) {
        size_t part = (size_t)(end - data);
        buf_add(&arrivals->pending, data, part);
        if (!arrivals->skips)
            take_line(arrivals, buf_bytes(&arrivals->pending));
        arrivals->skips = false;
        buf_clear(&arrivals->pending);
        data += part + 1;
        len -= part + 1;
    }
    arrivals->skips = arrivals->skips || arrivals->pending.len + len > LINE_LIMIT;
    if (arrivals->skips)
        buf_clear(&arrivals->pending);
    else
        buf_add(&arrivals->pending, data, len);
}

static void on_readable(evutil_socket_t fd, short what, void *payload)
{
    struct arrivals *arrivals = payload;
    ssize_t got = read(fd, arrivals->buffer, sizeof arrivals->buffer);
    if (got > 0)
        take_bytes(arrivals, arrivals->buffer, (size_t)got);
    else if (got == 0)
        server_stop(&arrivals->platform->server); /* the receiver has ended */
}

/* --- life --- */

/* The one that everything arrives at: it has the secret by which the diagnosis goes. */
static bool add_endpoint(struct arrivals *arrivals, struct error *err)
{
    struct platform *platform = arrivals->platform;
    const struct arrivals_options *options = platform->options.arrivals;
    rng_uuid(&platform->rng, arrivals->endpoint);
    struct endpoint endpoint = {
        .description = mem_text(""),
        .url = mem_text(""),
        .secret = mem_copy(options->secret.data, options->secret.len),
        .scope = mem_text("[]"),
        .id_project = mem_text(""),
    };
    memcpy(endpoint.id, arrivals->endpoint, sizeof endpoint.id);
    bool ok = store_add_endpoint(platform->store, &endpoint, err);
    endpoint_clear(&endpoint);
    return ok;
}

struct arrivals *arrivals_start(struct platform *platform, struct error *err)
{
    struct arrivals *arrivals = mem_alloc(sizeof *arrivals);
    int fd = platform->options.arrivals->fd;
    arrivals->platform = platform;
    bool ok = add_endpoint(arrivals, err);
    if (ok)
        arrivals->readable =
            event_new(platform->server.host.base, fd, EV_READ | EV_PERSIST, on_readable, arrivals);
    if (ok && arrivals->readable && event_add(arrivals->readable, NULL) == 0)
        return arrivals;
    (void)error_set(err, "libevent could not be set up");
    arrivals_free(arrivals);
    return NULL;
}

const char *arrivals_url(const struct arrivals *arrivals)
{
    return arrivals->url ? arrivals->url : "";
}

void arrivals_free(struct arrivals *arrivals)
{
    if (!arrivals)
        return;
    if (arrivals->readable)
        event_free(arrivals->readable);
    buf_clear(&arrivals->pending);
    free(arrivals->url);
    free(arrivals);
}
