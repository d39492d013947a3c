/*
 * No bytes make the receiver crash, leak or hang, whatever its fault and behaviour. The first byte
 * chooses the fault, the second the behaviour, the third how the rest is cut; "$" in the rest
 * stands for the signature that is right for EVENT, so that the fuzzer gets past the check.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "receive/connection.h"
#include "receive/fault.h"
#include "receive/host.h"
#include "sign/signature.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET   "whsec_fuzz"
#define READ_MAX ((size_t)256 * 1024)
#define MESSAGE  "\"{}\"" /* what is signed for {"id_event":"a","data":"{}","type":"b"} */

static void check(bool ok)
{
    if (!ok)
        abort();
}

static void ignore_death(void *payload)
{
    (void)payload;
}

/* Delays are left out: nothing here waits. */
static bool is_quick(const struct argument_spec *argument)
{
    return argument->kind != ARGUMENT_TIME;
}

static void set_up(struct host *host, uint8_t fault_byte, uint8_t behaviour_byte)
{
    *host = (struct host){.rules = rules_right,
                          .secret = bytes_of(SECRET),
                          .request_ns = NS_PER_S,
                          .on_death = ignore_death,
                          .max_connections = 1};
    host->base = event_base_new();
    const struct fault *fault = fault_at(fault_byte % (fault_count() + 1));
    if (fault && is_quick(&fault->argument)) {
        check(argument_read(&fault->argument, fault->argument.fallback, &host->fault_argument,
                            NULL) ||
              fault->argument.kind == ARGUMENT_NONE);
        rules_override(&host->rules, &fault->overrides);
    }
    if (behaviour_byte >= num_behaviours || !is_quick(&behaviours[behaviour_byte].argument))
        return;
    const struct behaviour *behaviour = &behaviours[behaviour_byte];
    host->behaviours = mem_alloc(sizeof *host->behaviours);
    host->behaviours[0].behaviour = behaviour;
    host->num_behaviours = argument_read(&behaviour->argument, behaviour->argument.fallback,
                                         &host->behaviours[0].argument, NULL);
}

static void turn(const struct host *host)
{
    for (int i = 0; i < 20; i++)
        (void)event_base_loop(host->base, EVLOOP_NONBLOCK);
}

static void expand(const uint8_t *data, size_t size, struct buf *out)
{
    char signature[SIGNATURE_SIZE];
    signature_make(bytes_of(SECRET), bytes_of(MESSAGE), signature);
    for (size_t i = 0; i < size; i++)
        if (data[i] == '$')
            (void)buf_add_text(out, signature);
        else
            (void)buf_add_char(out, (char)data[i]);
}

/* Writes piece by piece and reads what comes back, a bounded amount of it. */
static void converse(const struct host *host, struct bufferevent *client, struct bytes bytes,
                     size_t piece_len)
{
    struct evbuffer *answers = bufferevent_get_input(client);
    for (size_t at = 0; at < bytes.len; at += piece_len) {
        size_t len = bytes.len - at < piece_len ? bytes.len - at : piece_len;
        (void)bufferevent_write(client, bytes.data + at, len);
        turn(host);
        check(evbuffer_get_length(answers) < 4 * READ_MAX);
        (void)evbuffer_drain(answers, evbuffer_get_length(answers));
    }
    (void)bufferevent_flush(client, EV_WRITE, BEV_FINISHED);
    turn(host);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct host host;
    struct bufferevent *pair[2];
    struct buf bytes = {.max = 1 << 20};
    if (size < 3)
        return 0;
    set_up(&host, data[0], data[1]);
    check(bufferevent_pair_new(host.base, BEV_OPT_DEFER_CALLBACKS, pair) == 0);
    bufferevent_setwatermark(pair[1], EV_READ, 0, READ_MAX); /* against endless answers */
    (void)bufferevent_enable(pair[1], EV_READ | EV_WRITE);
    connection_begin(&host, pair[0], false);
    expand(data + 3, size - 3, &bytes);
    converse(&host, pair[1], buf_bytes(&bytes), (size_t)data[2] * 4 + 1);
    connection_end_all(&host);
    check(host.num_connections == 0 && host.held == 0);
    bufferevent_free(pair[1]);
    turn(&host);
    event_base_free(host.base);
    host_clear(&host);
    buf_clear(&bytes);
    return 0;
}
