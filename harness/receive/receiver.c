#include "receive/receiver.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "receive/fault.h"
#include "receive/receiving.h"
#include "receive/variation.h"
#include "serve/server.h"

#define REQUEST_NS (60 * NS_PER_S)

struct receiver {
    struct server server;
    struct receiving receiving;
};

/* As an exception that nobody catches; only the temporary files are tidied away. */
static void die(void *payload)
{
    struct receiver *receiver = payload;
    tls_clear(&receiver->server.tls);
    _exit(RECEIVER_DIED);
}

/* --- starting --- */

static bool add_faults(struct receiving *receiving, const char *const *words, size_t count,
                       struct error *err)
{
    for (size_t i = 0; i < count; i++) {
        struct argument argument;
        const struct fault *fault = fault_read(words[i], &argument, err);
        if (!fault || !receiving_add_layer(receiving, fault->id, &fault->overrides, &argument, err))
            return false;
    }
    return true;
}

static bool add_behaviours(struct receiving *receiving, const char *const *words, size_t count,
                           struct error *err)
{
    size_t total = receiving->num_behaviours + count;
    receiving->behaviours =
        mem_resize(receiving->behaviours, total + 1, sizeof *receiving->behaviours);
    for (size_t i = 0; i < count && words[i]; i++) {
        if (!behaviour_read(words[i], &receiving->behaviours[receiving->num_behaviours], err))
            return false;
        receiving->num_behaviours++;
    }
    return true;
}

static bool set_variation(struct receiving *receiving, const char *name, struct error *err)
{
    if (!name)
        return true;
    const struct variation *variation = table_find(&variation_table, name, err);
    if (!variation)
        return false;
    return receiving_add_layer(receiving, name, &variation->overrides, NULL, err) &&
           add_behaviours(receiving, variation->behaviours, VARIATION_BEHAVIOURS, err);
}

static bool set_up(struct receiver *receiver, const struct receiver_options *options,
                   struct error *err)
{
    struct receiving *receiving = &receiver->receiving;
    struct host *host = &receiver->server.host;
    receiving->rules = rules_right;
    receiving->secret = options->secret;
    receiving->out = options->out;
    receiving->watch = options->watch_fd ? journal_adopt(options->watch_fd) : NULL;
    receiving->journal_is_brief = options->journal_brief;
    receiving->wall_ms = options->wall_ms;
    receiving->on_death = options->on_death ? options->on_death : die;
    receiving->payload = options->on_death ? options->payload : receiver;
    host->wall_ms = options->wall_ms;
    host->manners.request_ns = options->request_ns ? options->request_ns : REQUEST_NS;
    host->manners.max_connections = server_connections_allowed(options->max_connections);
    if (options->secret.len == 0)
        return error_set(err, "the secret is empty");
    if (!add_faults(receiving, options->faults, options->num_faults, err) ||
        !set_variation(receiving, options->variation, err) ||
        !add_behaviours(receiving, options->behaviours, options->num_behaviours, err))
        return false;
    receiving_prepare(receiving, host);
    return !options->journal || (receiving->journal = journal_open(options->journal, err)) != NULL;
}

struct receiver *receiver_start(const struct receiver_options *options, struct error *err)
{
    struct receiver *receiver = mem_alloc(sizeof *receiver);
    receiver->server.stop_pipe[0] = receiver->server.stop_pipe[1] = -1;
    bool is_ready = set_up(receiver, options, err);
    const struct server_options server = {
        .name = "receive",
        .listen = options->listen,
        .tls = options->tls,
        .cert = options->cert,
        .key = options->key,
        .flaw = receiver->receiving.rules.manners.tls_flaw,
        .stop_on_signals = options->stop_on_signals,
    };
    if (is_ready && server_start(&receiver->server, &server, err))
        return receiver;
    receiver_free(receiver);
    return NULL;
}

void receiver_free(struct receiver *receiver)
{
    if (!receiver)
        return;
    server_clear(&receiver->server);
    receiving_clear(&receiver->receiving);
    free(receiver);
}

const char *receiver_url(const struct receiver *receiver)
{
    return receiver->server.url;
}

int receiver_port(const struct receiver *receiver)
{
    return receiver->server.port;
}

const char *receiver_ca_path(const struct receiver *receiver)
{
    return receiver->server.tls.ca_path;
}

void receiver_tell(struct receiver *receiver)
{
    if (receiver->receiving.watch)
        journal_begin(receiver->receiving.watch, receiver->server.url);
}

bool receiver_enter_child(struct receiver *receiver, struct error *err)
{
    return server_enter_child(&receiver->server, err);
}

void receiver_refuse(struct receiver *receiver)
{
    server_close(&receiver->server);
}

bool receiver_listen(struct receiver *receiver, struct error *err)
{
    return server_reopen(&receiver->server, err);
}

void receiver_run(struct receiver *receiver)
{
    server_run(&receiver->server);
}

bool receiver_poll(struct receiver *receiver, int64_t timeout_ns)
{
    return server_poll(&receiver->server, timeout_ns);
}

void receiver_stop(struct receiver *receiver)
{
    server_stop(&receiver->server);
}
