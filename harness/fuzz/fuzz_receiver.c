/*
 * No bytes make the receiver crash, leak, hang or grow, whatever its fault and its behaviours.
 *
 *     byte 0     the fault         bytes 1 to 3  behaviours, applied together
 *     byte 4     how the rest is cut into pieces; its lowest bit: sign as the faulty receiver does,
 *                so that its later stages are reached, or rightly
 *     then       a line: what is given to fault and behaviours as argument, where they take it
 *     then       requests, with DEL between two of them. In a head "$" stands for the signature of
 *                the body that follows and "#" for its length.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "receive/fault.h"
#include "receive/receiving.h"
#include "serve/connection.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET         "whsec_fuzz"
#define NUM_BEHAVIOURS 3
#define CHOICES        (1 + NUM_BEHAVIOURS + 1)
#define ARGUMENT_MAX   40
#define NUMBER_MAX     (256 * 1024)              /* of bytes, or whatever an argument counts */
#define PAUSE_NS       (50 * NS_PER_S / 1000000) /* whatever time is asked for; 0 would not end */
#define READ_MAX       ((size_t)256 * 1024)
#define NONE           255 /* a behaviour */
#define SEPARATOR      '\x7f'

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void ignore_death(void *payload)
{
}

/* What was given, or the fallback, or nothing; never long to wait for, nor large. */
static bool read_argument(const struct argument_spec *spec, const char *given, struct argument *out)
{
    struct error err = {0};
    bool is_read = argument_read(spec, given, out, &err) || argument_read(spec, NULL, out, NULL);
    check(is_read || error_is_set(&err));
    if (spec->kind == ARGUMENT_TIME)
        out->number = out->number > 0 ? PAUSE_NS : 0;
    else if (out->number > NUMBER_MAX)
        out->number = NUMBER_MAX;
    return is_read;
}

/* A receiver without a listener. */
struct fuzzed {
    struct host host;
    struct receiving receiving;
};

static void set_up(struct fuzzed *fuzzed, const uint8_t *choices, const char *given)
{
    struct receiving *receiving = &fuzzed->receiving;
    *fuzzed = (struct fuzzed){.host = {.manners = {.request_ns = NS_PER_S, .max_connections = 1},
                                       .base = event_base_new()},
                              .receiving = {.rules = rules_right,
                                            .secret = bytes_of(SECRET),
                                            .on_death = ignore_death,
                                            .out = fopen("/dev/null", "w")}};
    const struct fault *fault = fault_at(choices[0] % (fault_count() + 1));
    struct argument argument;
    struct error err = {0};
    if (fault && read_argument(&fault->argument, given, &argument))
        (void)receiving_add_layer(receiving, fault->id, &fault->overrides, &argument, &err);
    receiving->behaviours = mem_alloc(NUM_BEHAVIOURS * sizeof *receiving->behaviours);
    for (size_t i = 0; i < NUM_BEHAVIOURS; i++) {
        struct behaviour_setting *setting = &receiving->behaviours[receiving->num_behaviours];
        if (choices[1 + i] == NONE)
            continue;
        setting->behaviour =
            table_at(&behaviour_table, choices[1 + i] % table_count(&behaviour_table));
        receiving->num_behaviours +=
            read_argument(&setting->behaviour->argument, given, &setting->argument);
    }
    receiving_prepare(receiving, &fuzzed->host);
}

static void turn(const struct host *host)
{
    for (int i = 0; i < 20; i++)
        (void)event_base_loop(host->base, EVLOOP_NONBLOCK);
}

/* The signature that the receiver with `rules` would compute for `body`. */
static void sign(struct receiving *receiving, const struct rules *rules, struct bytes body,
                 struct buf *out)
{
    const struct headers none = {0};
    const struct inbound request = {
        .method = "POST", .target = "/", .headers = &none, .body = body, .whole = true};
    struct handling handling = receiving_handling(receiving, &request);
    if (handling.num_layers) /* the stages of a fault read it */
        handling.argument = &handling.layers[0].argument;
    if (rules->key(&handling) == RESULT_NEXT && rules->message(&handling) == RESULT_NEXT &&
        rules->digest(&handling) == RESULT_NEXT)
        buf_add_bytes(out, buf_bytes(&handling.digest));
    handling_clear(&handling);
}

static size_t head_len(struct bytes request)
{
    for (size_t i = 0; i + 4 <= request.len; i++)
        if (memcmp(request.data + i, "\r\n\r\n", 4) == 0)
            return i + 4;
    return request.len;
}

static void expand(struct receiving *receiving, const struct rules *rules, struct bytes request,
                   struct buf *out)
{
    size_t len = head_len(request);
    struct bytes body = {request.data + len, request.len - len};
    for (size_t i = 0; i < len; i++)
        if (request.data[i] == '$')
            sign(receiving, rules, body, out);
        else if (request.data[i] == '#')
            buf_add_format(out, "%zu", body.len);
        else
            buf_add_char(out, request.data[i]);
    buf_add_bytes(out, body);
}

static void expand_all(struct receiving *receiving, const struct rules *rules, struct bytes rest,
                       struct buf *out)
{
    while (rest.len) {
        const char *end = memchr(rest.data, SEPARATOR, rest.len);
        size_t len = end ? (size_t)(end - rest.data) : rest.len;
        expand(receiving, rules, (struct bytes){rest.data, len}, out);
        size_t skipped = end ? len + 1 : len;
        rest = (struct bytes){rest.data + skipped, rest.len - skipped};
    }
}

/* Writes piece by piece and reads what comes back, a bounded amount of it. */
static void converse(const struct fuzzed *fuzzed, struct bufferevent *client, struct bytes bytes,
                     size_t piece_len)
{
    const struct host *host = &fuzzed->host;
    struct evbuffer *answers = bufferevent_get_input(client);
    for (size_t at = 0; at < bytes.len; at += piece_len) {
        size_t len = bytes.len - at < piece_len ? bytes.len - at : piece_len;
        (void)bufferevent_write(client, bytes.data + at, len);
        turn(host);
        check(evbuffer_get_length(answers) < 4 * READ_MAX);
        check(host->held <= bytes.len && fuzzed->receiving.memory.num_ids <= MEMORY_MAX);
        (void)evbuffer_drain(answers, evbuffer_get_length(answers));
    }
    (void)bufferevent_flush(client, EV_WRITE, BEV_FINISHED);
    turn(host);
}

static void serve(struct fuzzed *fuzzed, struct bytes requests, uint8_t choice)
{
    struct host *host = &fuzzed->host;
    struct receiving *receiving = &fuzzed->receiving;
    struct bufferevent *pair[2];
    struct buf bytes = {.max = 1 << 20};
    check(bufferevent_pair_new(host->base, BEV_OPT_DEFER_CALLBACKS, pair) == 0);
    bufferevent_setwatermark(pair[1], EV_READ, 0, READ_MAX); /* against endless answers */
    (void)bufferevent_enable(pair[1], EV_READ | EV_WRITE);
    connection_begin(host, pair[0], false);
    expand_all(receiving, choice & 1 ? &receiving->rules : &rules_right, requests, &bytes);
    converse(fuzzed, pair[1], buf_bytes(&bytes), (size_t)choice * 4 + 1);
    connection_end_all(host);
    check(host->num_connections == 0 && host->held == 0);
    bufferevent_free(pair[1]);
    turn(host);
    buf_clear(&bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzzed fuzzed;
    char given[ARGUMENT_MAX];
    size_t len = 0;
    if (size < CHOICES)
        return 0;
    struct bytes rest = {(const char *)data + CHOICES, size - CHOICES};
    for (; len < rest.len && len < sizeof given - 1 && rest.data[len] != '\n'; len++)
        given[len] = rest.data[len];
    given[len] = '\0';
    len += len < rest.len;
    set_up(&fuzzed, data, *given ? given : NULL);
    serve(&fuzzed, (struct bytes){rest.data + len, rest.len - len}, data[CHOICES - 1]);
    if (fuzzed.host.reading)
        ev_token_bucket_cfg_free(fuzzed.host.reading);
    event_base_free(fuzzed.host.base);
    FILE *out = fuzzed.receiving.out;
    receiving_clear(&fuzzed.receiving);
    (void)fclose(out);
    return 0;
}
