#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/command.h"
#include "cli/config_options.h"
#include "cli/endpoint_options.h"
#include "cli/event_options.h"
#include "cli/secret_options.h"
#include "deliver/engine.h"
#include "deliver/target.h"
#include "format/capture.h"
#include "panora/js.h"
#include "report/send_report.h"

#define ATTEMPTS_MAX      1000000
#define CONCURRENCY_MAX   1000
#define PUBLIC_PER_SECOND 20 /* towards hosts that are neither loopback nor private */

/* A delivery of many requests, under way. */
struct sending {
    struct event_choice event;
    struct endpoint_choice endpoint;
    struct target target;
    struct engine *engine;
    struct send_report report;
    const char **types; /* names that arrive; borrowed */
    size_t num_types;
    int64_t count;
    int64_t times;
    int64_t concurrency;
    int64_t per_second; /* 0 = no limit */
    int64_t deadline_ns;
    enum { FORMAT_TEXT, FORMAT_JSON } format;
    struct composed current; /* the event that is sent now, perhaps several times */
    /* With several requests, one connection for each in flight, kept between them as Panora's
     * client keeps its own; those that no request is on wait here. */
    struct engine_connection **waiting;
    size_t num_waiting;
    size_t num_started;
    size_t num_in_flight;
    int64_t next_start_ns;
    bool is_replay; /* `current` is a captured request */
};

static const char *const formats[] = {"text", "json", NULL};

static const struct option_spec specs[] = {
    {.name = "count",
     .value = "N",
     .help = "Make N different events; types take turns.",
     .fallback = "1",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = ATTEMPTS_MAX,
     .at = offsetof(struct sending, count)},
    {.name = "times",
     .value = "N",
     .help = "Send each event N times, like redeliveries.",
     .fallback = "1",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = ATTEMPTS_MAX,
     .at = offsetof(struct sending, times)},
    {.name = "concurrency",
     .value = "N",
     .help = "The most requests in flight at once, each on a connection that is kept for the next.",
     .fallback = "1",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = CONCURRENCY_MAX,
     .at = offsetof(struct sending, concurrency)},
    {.name = "rate",
     .value = "N/s",
     .help = "Start at most N requests per second.",
     .otherwise = "20/s to a public host, else no limit",
     .kind = OPTION_RATE,
     .at = offsetof(struct sending, per_second)},
    {.name = "deadline",
     .value = "TIME",
     .help = "How long to wait for a complete response.",
     .fallback = "10s",
     .kind = OPTION_DURATION,
     .least = 1,
     .at = offsetof(struct sending, deadline_ns)},
    {.name = "request",
     .value = "FILE",
     .help = "Send this captured request instead of an event, unchanged except for Host: raw HTTP, "
             "a HAR file, a curl command or a line of a journal. Needs no secret."},
    {.name = "format",
     .value = "FORMAT",
     .help = "text, or json: one object per line for each request, and a summary last if there "
             "were several.",
     .fallback = "text",
     .kind = OPTION_CHOICE,
     .choices = formats,
     .at = offsetof(struct sending, format)},
    {.name = "json", .help = "As --format json.", .otherwise = "text"},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {
    &own_options, &event_options, &secret_options, &endpoint_options, &config_options};

/* One request under way: what its line of output needs. */
struct flight {
    struct sending *sending;
    struct engine_connection *connection; /* NULL: one of its own */
    size_t number;
    struct composed composed;
};

/* --- reading what is wanted --- */

static bool read_numbers(struct sending *sending, const struct arguments *arguments,
                         struct error *err)
{
    if (!arguments_read(arguments, &own_options, sending, err))
        return false;
    size_t num_types = arguments->num_words > 1 ? arguments->num_words - 1 : 1;
    if ((size_t)sending->count * (size_t)sending->times > ATTEMPTS_MAX / num_types)
        return error_set(err, "more than %d requests", ATTEMPTS_MAX);
    sending->report.as_json = sending->format == FORMAT_JSON || arguments_has(arguments, "json");
    sending->report.total = (size_t)sending->count * (size_t)sending->times * num_types;
    return true;
}

static void settle_rate(struct sending *sending, const struct arguments *arguments)
{
    bool is_held = !sending->target.is_private && !sending->target.is_loopback;
    if (is_held && !arguments_has(arguments, "rate"))
        sending->per_second = PUBLIC_PER_SECOND;
    if (is_held && !arguments_has(arguments, "rate") && sending->report.total > PUBLIC_PER_SECOND)
        sink_note("note: %s is a public host, so hookcheck sends at most %d requests per second; "
                  "--rate changes that",
                  sending->target.host, PUBLIC_PER_SECOND);
}

static void read_types(struct sending *sending, const struct arguments *arguments)
{
    static const char *const usual[] = {EVENT_TYPE_DEFAULT};
    bool is_given = arguments->num_words > 1;
    const char *const *given = is_given ? (const char *const *)&arguments->words[1] : usual;
    sending->num_types = is_given ? arguments->num_words - 1 : 1;
    sending->types = mem_alloc(sending->num_types * sizeof *sending->types);
    for (size_t i = 0; i < sending->num_types; i++)
        sending->types[i] = event_choice_wire_type(&sending->event, given[i]);
}

/* --- a captured request --- */

#define CAPTURE_MAX ((size_t)64 * 1024 * 1024)

static char *member_text(const struct js *event, const char *name)
{
    struct bytes text = js_get_text(event, name);
    return text.data ? mem_copy(text.data, text.len) : NULL;
}

/* What depends on the connection is made anew; everything else stays as it was captured. */
static void fit_to_connection(struct request *request)
{
    char length[24];
    (void)snprintf(length, sizeof length, "%zu", request->body.len);
    (void)headers_remove(&request->headers, "Transfer-Encoding");
    headers_set(&request->headers, "Content-Length", length);
    headers_set(&request->headers, "Host", REQUEST_HOST_PLACEHOLDER);
}

static bool read_capture(struct sending *sending, const char *path, struct error *err)
{
    struct composed *current = &sending->current;
    struct buf text = {0};
    bool ok = file_read(path, CAPTURE_MAX, &text, err) &&
              capture_read(buf_bytes(&text), &current->request, err);
    buf_clear(&text);
    if (!ok)
        return error_prefix(err, "--request");
    fit_to_connection(&current->request);
    struct js *event = js_parse(buf_bytes(&current->request.body), NULL);
    char *id = member_text(event, "id_event");
    current->event.type = member_text(event, "type");
    if (!current->event.type)
        current->event.type = mem_text("(no type)");
    if (id && strlen(id) < sizeof current->event.id)
        memcpy(current->event.id, id, strlen(id) + 1);
    current->sent = mem_text("a captured request");
    js_free(event);
    free(id);
    return true;
}

/* Options that make an event have nothing to make. */
static bool read_replay(struct sending *sending, const struct arguments *arguments,
                        struct error *err)
{
    static const char *const others[] = {"data", "wrong", "id", "at", "dialect", "count"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (arguments_has(arguments, others[i]))
            return error_set(err, "--%s does not work with --request, which is sent unchanged",
                             others[i]);
    sending->is_replay = true;
    return arguments_expect_words(arguments, 1, 1, "only the URL with --request", err) &&
           read_capture(sending, arguments_value(arguments, "request"), err);
}

static bool read_all(struct sending *sending, const struct arguments *arguments, struct error *err)
{
    if (!arguments_expect_words(arguments, 1, SIZE_MAX, "the endpoint's URL", err) ||
        !target_parse(&sending->target, arguments->words[0], err) ||
        !read_numbers(sending, arguments, err) ||
        !endpoint_choice_read(&sending->endpoint, arguments, err))
        return false;
    bool is_replay = arguments_has(arguments, "request");
    if (is_replay ? !read_replay(sending, arguments, err)
                  : !event_choice_read(&sending->event, arguments, err))
        return false;
    settle_rate(sending, arguments);
    if (!is_replay)
        read_types(sending, arguments);
    struct send_report *report = &sending->report;
    report->target = sending->target.shown;
    report->redactor = sink_redactor();
    sending->engine = engine_new(&sending->target, &sending->endpoint.engine, err);
    return sending->engine != NULL;
}

/* --- sending --- */

static void on_done(void *payload, struct observation *seen)
{
    struct flight *flight = payload;
    struct sending *sending = flight->sending;
    const struct composed *composed = &flight->composed;
    struct send_attempt attempt = {flight->number, composed->sent, composed->event.type,
                                   composed->event.id, composed->request.body.len};
    send_report_add(&sending->report, &attempt, seen);
    if (flight->connection)
        sending->waiting[sending->num_waiting++] = flight->connection;
    sending->num_in_flight--;
    observation_clear(seen);
    composed_clear(&flight->composed);
    free(flight);
}

/* Whoever reads the network between here and the endpoint must not learn the secret. */
static bool may_be_sent(const struct sending *sending, struct error *err)
{
    const char *signature =
        headers_find(&sending->current.request.headers, PANORA_SIGNATURE_HEADER);
    bool is_private = sending->target.is_tls || sending->target.is_loopback;
    if (is_private || !signature ||
        !bytes_find(bytes_of(signature), secret_bytes(&sending->event.secret)))
        return true;
    return error_set(
        err,
        "this request contains the secret itself, which is sent only over https or to loopback");
}

/* Makes the next event unless the one that is there is to be sent once more. */
static bool make_next(struct sending *sending, struct error *err)
{
    if (sending->is_replay || sending->num_started % (size_t)sending->times != 0)
        return true;
    size_t event_number = sending->num_started / (size_t)sending->times;
    composed_clear(&sending->current);
    return event_choice_compose(&sending->event, sending->types[event_number % sending->num_types],
                                &sending->current, err) &&
           may_be_sent(sending, err);
}

/* The connection that was used last, which is the likeliest to be open still; NULL for a single
 * request. */
static struct engine_connection *take_connection(struct sending *sending)
{
    if (sending->report.total == 1)
        return NULL;
    if (!sending->waiting)
        sending->waiting =
            mem_alloc((size_t)sending->concurrency * sizeof(struct engine_connection *));
    return sending->num_waiting ? sending->waiting[--sending->num_waiting]
                                : engine_connection_new(sending->engine);
}

/* What is sent: a copy while the event is to be sent again. */
static void take_current(struct sending *sending, struct composed *out)
{
    struct composed *current = &sending->current;
    bool is_last = !sending->is_replay && (sending->num_started % (size_t)sending->times) == 0;
    if (is_last) {
        *out = *current;
        *current = (struct composed){0};
        return;
    }
    event_copy(&out->event, &current->event);
    out->sent = mem_text(current->sent);
    request_copy(&out->request, &current->request);
}

static bool start_one(struct sending *sending, struct error *err)
{
    if (!make_next(sending, err))
        return false;
    struct flight *flight = mem_alloc(sizeof *flight);
    flight->sending = sending;
    flight->connection = take_connection(sending);
    flight->number = ++sending->num_started;
    take_current(sending, &flight->composed);
    sending->num_in_flight++;
    engine_send(sending->engine, &(struct engine_send){
                                     .request = &flight->composed.request,
                                     .connection = flight->connection,
                                     .linger = LINGER_NONE,
                                     .timeout_ns = sending->deadline_ns,
                                     .on_done = on_done,
                                     .payload = flight,
                                 });
    return true;
}

/* Begins what is due; returns how long nothing more will be. */
static bool start_due(struct sending *sending, int64_t *out_idle_ns, struct error *err)
{
    *out_idle_ns = NS_PER_S;
    while (sending->num_started < sending->report.total &&
           sending->num_in_flight < (size_t)sending->concurrency) {
        int64_t now_ns = clock_monotonic_ns();
        if (now_ns < sending->next_start_ns) {
            *out_idle_ns = sending->next_start_ns - now_ns;
            return true;
        }
        sending->next_start_ns =
            now_ns + (sending->per_second ? NS_PER_S / sending->per_second : 0);
        if (!start_one(sending, err))
            return false;
    }
    return true;
}

static void wait_for(const struct sending *sending, int64_t idle_ns)
{
    if (sending->num_in_flight) {
        (void)engine_wait(sending->engine, idle_ns);
        return;
    }
    struct timespec pause = {(time_t)(idle_ns / NS_PER_S), (long)(idle_ns % NS_PER_S)};
    (void)nanosleep(&pause, NULL);
}

static bool send_all(struct sending *sending, struct error *err)
{
    bool ok = true;
    while (ok && sending->report.num_done < sending->report.total) {
        int64_t idle_ns = 0;
        ok = start_due(sending, &idle_ns, err);
        if (ok)
            wait_for(sending, idle_ns);
    }
    if (!ok)
        engine_cancel_all(sending->engine);
    send_report_end(&sending->report);
    return ok;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct sending sending = {0};
    int code = EXIT_WRONG_USAGE;
    if (read_all(&sending, arguments, err) && send_all(&sending, err))
        code = send_report_exit(&sending.report);
    engine_free(sending.engine);
    composed_clear(&sending.current);
    send_report_clear(&sending.report);
    event_choice_clear(&sending.event);
    endpoint_choice_clear(&sending.endpoint);
    target_clear(&sending.target);
    free(sending.types);
    free(sending.waiting);
    return code;
}

const struct command command_send = {
    .names = "endpoints,events",
    .name = "send",
    .arguments = "URL [TYPE...]",
    .summary = "deliver one or more events",
    .about =
        "Makes an event of each TYPE (default " EVENT_TYPE_DEFAULT
        ") as `hookcheck sign` does, delivers it to URL, and prints the response and how long each "
        "phase took. Exit code: 0 when every request got a 2xx, 1 when one did not, 2 for wrong "
        "usage, 3 when none had a connection or TLS session. Redirects are not followed.",
    .examples = "  HOOKCHECK_SECRET=whsec_... hookcheck send http://localhost:3000/webhook "
                "crm.contact.created\n"
                "  hookcheck send http://localhost:3000/webhook --request captured.har\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .settings = SETTINGS_USED,
    .run = run,
};
