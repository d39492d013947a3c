#include "platform/forward.h"

#include <event2/event.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"
#include "deliver/engine.h"
#include "http/headers.h"
#include "panora/event.h"
#include "panora/js.h"
#include "receive/journal.h"
#include "serve/connection.h"
#include "serve/server.h"
#include "sign/signature.h"

#define BODY_MAX   ((size_t)64 * 1024 * 1024)
#define IDLE_NS    (65 * NS_PER_S)
#define REQUEST_NS (60 * NS_PER_S)
#define NO_END_NS  (INT64_C(2592000) * NS_PER_S) /* the sender knows how long it waits */
#define PLACES     8                             /* paths to which the way is kept */
#define TICK_US    1000 /* how often answers are looked for, while there are any to come */
#define SHOWN_MAX  60

/* A path of the application. */
struct place {
    char *path; /* as requests have it; NULL = unused */
    struct target target;
    struct engine *engine;
    size_t under_way;
};

/* One request that the application has. */
struct passing {
    struct forward *forward;
    struct place *place;
    struct inbound inbound; /* borrowed by the server until it is answered, or its line is gone */
    struct request request;
    struct engine_connection *connection;
    int64_t begun_ns;
    bool is_gone; /* the sender is */
    struct passing *next;
};

struct forward {
    struct forward_options options;
    struct server server;
    struct engine_options engine;
    struct target base;
    struct place places[PLACES];
    struct passing *first;
    struct journal *journals[2];
    struct event *tick;
};

/* --- the way there --- */

static void leave(struct place *place)
{
    engine_free(place->engine);
    target_clear(&place->target);
    free(place->path);
    *place = (struct place){0};
}

/* The URL for a path: the application's own path, or that of the request. */
static char *url_for(const struct forward *forward, const char *path)
{
    const struct target *base = &forward->base;
    if (strcmp(base->path, "/") != 0)
        return mem_text(base->url);
    size_t len = strlen(base->url);
    return mem_format("%.*s%s", (int)(len - (base->url[len - 1] == '/')), base->url, path);
}

/* The place for `path`, or an unused one, or one that is idle; NULL when all are busy. */
static struct place *find_place(struct forward *forward, const char *path)
{
    struct place *free_one = NULL;
    for (size_t i = 0; i < PLACES; i++) {
        struct place *place = &forward->places[i];
        if (place->path && strcmp(place->path, path) == 0)
            return place;
        if (!place->path || (!place->under_way && (!free_one || free_one->path)))
            free_one = place;
    }
    if (free_one)
        leave(free_one);
    return free_one;
}

static struct place *go_to(struct forward *forward, const char *path, struct error *err)
{
    struct place *place = find_place(forward, path);
    if (!place) {
        (void)error_set(err, "too many paths of the application are in use at once");
        return NULL;
    }
    if (place->path)
        return place;
    char *url = url_for(forward, path);
    place->path = mem_text(path);
    if (target_parse(&place->target, url, err))
        place->engine = engine_new(&place->target, &forward->engine, err);
    free(url);
    if (place->engine)
        return place;
    leave(place);
    return NULL;
}

/* --- the request --- */

/* All header lines as they came, but for what says how the body was framed on its way here. */
static void copy_request(const struct inbound *inbound, struct request *out)
{
    const char *query = strchr(inbound->target, '?');
    char length[24];
    (void)snprintf(length, sizeof length, "%zu", inbound->body.len);
    out->method = mem_text(inbound->method);
    out->query = query ? mem_text(query + 1) : NULL;
    headers_copy(&out->headers, inbound->headers);
    (void)headers_remove(&out->headers, "Expect");
    if (headers_remove(&out->headers, "Transfer-Encoding"))
        headers_set(&out->headers, "Content-Length", length);
    buf_add_bytes(&out->body, inbound->body);
}

/* --- what is told --- */

static char *type_of(const struct inbound *inbound)
{
    struct js *event = js_parse(inbound->body, NULL);
    struct bytes type = js_get_text(event, "type");
    char *copy = type.data ? mem_copy(type.data, type.len) : mem_text("(no event)");
    js_free(event);
    return copy;
}

static void print_line(const struct forward *forward, const struct inbound *inbound,
                       const struct observation *seen, int64_t took_ns)
{
    struct buf line = {0};
    struct error why = {0};
    char *type = type_of(inbound);
    struct bytes signature = inbound_header(inbound, PANORA_SIGNATURE_HEADER);
    bool valid = signature_verify(forward->options.secret, inbound->body, signature, &why) ==
                 VERIFICATION_VALID;
    buf_add_format(&line, "#%" PRIu64 " ", inbound->number);
    text_add_visible(&line, bytes_of(inbound->method), SHOWN_MAX);
    buf_add_char(&line, ' ');
    text_add_visible(&line, bytes_of(type), SHOWN_MAX);
    buf_add_format(&line, ": %s%s%s, the application ", valid ? "valid" : "not valid (",
                   valid ? "" : why.message, valid ? "" : ")");
    if (seen && seen->status)
        buf_add_format(&line, "answered %d", seen->status);
    else
        buf_add_format(&line, "did not respond (%s)",
                       seen ? outcome_name(seen->outcome) : "the sender disconnected first");
    buf_add_text(&line, " after ");
    text_add_duration(&line, took_ns);
    sink_print(forward->options.out, "%s\n", buf_text(&line));
    (void)fflush(forward->options.out);
    buf_clear(&line);
    free(type);
}

/* The id of the event, borrowed from what `out_event` then holds. */
static struct bytes id_of(const struct inbound *inbound, struct js **out_event)
{
    *out_event = js_parse(inbound->body, NULL);
    return js_get_text(*out_event, "id_event");
}

/* `seen` NULL: the sender went away before there was an answer. */
static void note(const struct passing *passing, const struct observation *seen,
                 const struct answer *answer, const char *problem)
{
    struct forward *forward = passing->forward;
    const struct answer_context context = {.keep_alive = true};
    struct js *event = NULL;
    struct buf bytes = {0};
    int64_t took_ns = clock_monotonic_ns() - passing->begun_ns;
    if (answer)
        answer_write(answer, &context, &bytes);
    struct journal_entry entry = {
        .request = &passing->inbound,
        .secret = forward->options.secret,
        .wall_ms = clock_wall_ms(),
        .id_event = id_of(&passing->inbound, &event),
        .status = answer ? answer->status : 0,
        .problem = problem,
        .answer = {buf_text(&bytes), bytes.len},
        .application = passing->place ? passing->place->target.shown : forward->base.shown,
        .took_ns = took_ns,
    };
    for (size_t i = 0; i < ARRAY_LEN(forward->journals); i++)
        if (forward->journals[i])
            journal_add(forward->journals[i], &entry);
    if (forward->options.out)
        print_line(forward, &passing->inbound, seen, took_ns);
    js_free(event);
    buf_clear(&bytes);
}

/* --- the answer --- */

/* As the application gave it; how it is framed is the server's affair. */
static void copy_answer(const struct observation *seen, struct answer *out)
{
    static const char *const framing[] = {"Content-Length", "Transfer-Encoding", "Connection",
                                          "Keep-Alive"};
    out->status = seen->status;
    headers_copy(&out->headers, &seen->headers);
    for (size_t i = 0; i < ARRAY_LEN(framing); i++)
        (void)headers_remove(&out->headers, framing[i]);
    buf_add_bytes(&out->body, buf_bytes(&seen->body));
}

static void refuse_with(struct answer *out, int status, const char *words, const char *detail)
{
    char *text = mem_format("hookcheck: %s%s%s\n", words, *detail ? ": " : "", detail);
    out->status = status;
    answer_set_body(out, "text/plain; charset=utf-8", text);
    free(text);
}

static void unlink_passing(struct passing *passing)
{
    struct passing **at = &passing->forward->first;
    while (*at != passing)
        at = &(*at)->next;
    *at = passing->next;
    if (passing->place)
        passing->place->under_way--;
    engine_connection_free(passing->connection);
    request_clear(&passing->request);
    free(passing);
}

static void on_done(void *payload, struct observation *seen)
{
    struct passing *passing = payload;
    struct connection *line = passing->inbound.line;
    struct answer answer = {0};
    char *problem = NULL;
    if (seen->outcome == OUTCOME_ANSWERED) {
        copy_answer(seen, &answer);
    } else {
        problem = mem_format("the application did not respond: %s%s%s", outcome_name(seen->outcome),
                             *seen->detail ? ": " : "", seen->detail);
        refuse_with(&answer, 502, problem, "");
    }
    bool is_gone = passing->is_gone;
    if (!is_gone)
        note(passing, seen, &answer, problem);
    unlink_passing(passing);
    observation_clear(seen);
    free(problem);
    if (is_gone)
        answer_clear(&answer);
    else
        connection_answer(line, &answer);
}

/* --- the server --- */

static void look(evutil_socket_t fd, short what, void *payload)
{
    const struct timeval tick = {0, TICK_US};
    struct forward *forward = payload;
    for (size_t i = 0; i < PLACES; i++)
        if (forward->places[i].under_way)
            (void)engine_wait(forward->places[i].engine, 0);
    if (forward->first)
        (void)event_add(forward->tick, &tick);
}

static bool answer(void *payload, const struct inbound *inbound, struct answer *out)
{
    const struct timeval soon = {0, 0};
    struct forward *forward = payload;
    struct passing *passing = mem_alloc(sizeof *passing);
    struct error err = {0};
    *passing = (struct passing){.forward = forward,
                                .inbound = *inbound,
                                .begun_ns = clock_monotonic_ns(),
                                .next = forward->first};
    forward->first = passing;
    char *path = mem_copy(inbound->target, strcspn(inbound->target, "?"));
    passing->place = go_to(forward, path, &err);
    free(path);
    if (!passing->place) {
        refuse_with(out, 502, "the request cannot be forwarded", err.message);
        note(passing, NULL, out, err.message);
        unlink_passing(passing);
        return true;
    }
    passing->place->under_way++;
    copy_request(inbound, &passing->request);
    passing->connection = engine_connection_new(passing->place->engine);
    const struct engine_send send = {.request = &passing->request,
                                     .connection = passing->connection,
                                     .timeout_ns = NO_END_NS,
                                     .linger = LINGER_NONE,
                                     .on_done = on_done,
                                     .payload = passing};
    engine_send(passing->place->engine, &send);
    (void)event_add(forward->tick, &soon);
    return false;
}

static void refuse(void *payload, const struct refusal *why, const struct inbound *inbound,
                   struct answer *out)
{
    struct passing passing = {
        .forward = payload, .inbound = *inbound, .begun_ns = clock_monotonic_ns()};
    refuse_with(out, why->status, why->problem ? why->problem : "too large, or too busy", "");
    if (why->kind == REFUSAL_MALFORMED)
        out->ending = ENDING_CLOSE;
    struct forward *forward = payload;
    FILE *quiet = forward->options.out;
    forward->options.out = NULL;
    note(&passing, NULL, out, why->problem ? why->problem : "refused before it was complete");
    forward->options.out = quiet;
}

static void gone(void *payload, struct connection *line)
{
    struct forward *forward = payload;
    for (struct passing *passing = forward->first; passing; passing = passing->next) {
        if (passing->inbound.line != line || passing->is_gone)
            continue;
        note(passing, NULL, NULL, "the sender disconnected before the application answered");
        passing->is_gone = true;
        engine_connection_free(passing->connection); /* which ends its attempt */
        passing->connection = NULL;
    }
}

static const struct service service = {.refuse = refuse, .answer = answer, .gone = gone};

/* --- life --- */

static bool open_journal(struct forward *forward, struct error *err)
{
    const char *path = forward->options.journal;
    return !path || (forward->journals[0] = journal_open(path, err)) != NULL;
}

static bool start(struct forward *forward, struct error *err)
{
    const struct forward_options *options = &forward->options;
    struct host *host = &forward->server.host;
    const struct server_options server = {
        .name = "receive",
        .listen = options->listen,
        .tls = options->tls,
        .cert = options->cert,
        .key = options->key,
        .stop_on_signals = options->stop_on_signals,
    };
    host->service = &service;
    host->payload = forward;
    host->wall_ms = NULL; /* the application's Date goes back */
    host->manners = (struct host_manners){.body_max = BODY_MAX,
                                          .idle_ns = IDLE_NS,
                                          .request_ns = REQUEST_NS,
                                          .max_connections = server_connections_allowed(0)};
    if (options->watch_fd)
        forward->journals[1] = journal_adopt(options->watch_fd);
    forward->engine.cacert = options->cacert;
    /* what is wrong with the URL or the authorities is found before the first request */
    if (!target_parse(&forward->base, options->to, err) || !go_to(forward, forward->base.path, err))
        return error_prefix(err, "--forward");
    if (!open_journal(forward, err) || !server_start(&forward->server, &server, err))
        return false;
    forward->tick = event_new(host->base, -1, 0, look, forward);
    return forward->tick || error_set(err, "libevent could not be set up");
}

struct forward *forward_start(const struct forward_options *options, struct error *err)
{
    struct forward *forward = mem_alloc(sizeof *forward);
    forward->options = *options;
    forward->server.stop_pipe[0] = forward->server.stop_pipe[1] = -1;
    if (start(forward, err))
        return forward;
    forward_free(forward);
    return NULL;
}

void forward_free(struct forward *forward)
{
    if (!forward)
        return;
    if (forward->tick)
        event_free(forward->tick);
    server_clear(&forward->server); /* its lines are gone now */
    for (size_t i = 0; i < PLACES; i++)
        if (forward->places[i].engine)
            engine_cancel_all(forward->places[i].engine);
    while (forward->first) {
        forward->first->place = NULL;
        unlink_passing(forward->first);
    }
    for (size_t i = 0; i < PLACES; i++)
        leave(&forward->places[i]);
    for (size_t i = 0; i < ARRAY_LEN(forward->journals); i++)
        journal_close(forward->journals[i]);
    target_clear(&forward->base);
    free(forward);
}

void forward_tell(struct forward *forward)
{
    if (forward->journals[1])
        journal_begin(forward->journals[1], forward->server.url);
}

const char *forward_url(const struct forward *forward)
{
    return forward->server.url;
}

const char *forward_ca_path(const struct forward *forward)
{
    return forward->server.tls.ca_path;
}

void forward_run(struct forward *forward)
{
    server_run(&forward->server);
}

void forward_stop(struct forward *forward)
{
    server_stop(&forward->server);
}
