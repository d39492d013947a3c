#include "platform/platform.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/sink.h"
#include "deliver/engine.h"
#include "deliver/target.h"
#include "platform/visit.h"
#include "serve/listen.h"

#define LISTEN_DEFAULT "127.0.0.1:8787"
#define BODY_MAX       ((size_t)16 * 1024 * 1024)
#define IDLE_NS        (65 * NS_PER_S)
#define REQUEST_NS     (60 * NS_PER_S)
#define RETRY_MS       60000 /* packages/api: delay: 60000 */
#define TICK_US        100000
#define TIDY_TICKS     10
#define EXPIRED_MAX    ((size_t)2000)    /* deliveries at once */
#define HELD_MAX_BYTES INT64_C(33554432) /* of a store in memory */

/* --- what happens by itself --- */

static void tidy(struct platform *platform)
{
    struct error err = {0};
    int64_t keep_ms = platform->options.keep_ms;
    bool ok =
        !keep_ms || store_expire(platform->store, clock_wall_ms() - keep_ms, EXPIRED_MAX, &err);
    if (!(ok && store_shrink(platform->store, HELD_MAX_BYTES, &err)))
        sink_note("%s", err.message);
}

static void on_tick(evutil_socket_t fd, short what, void *payload)
{
    struct platform *platform = payload;
    platform->num_ticks++;
    streams_feed(platform);
    runs_poll(platform->runs);
    if (platform->num_ticks % TIDY_TICKS == 0)
        tidy(platform);
}

static bool start_ticking(struct platform *platform, struct error *err)
{
    const struct timeval tick = {0, TICK_US};
    platform->tick = event_new(platform->server.host.base, -1, EV_PERSIST, on_tick, platform);
    return (platform->tick && event_add(platform->tick, &tick) == 0) ||
           error_set(err, "libevent could not be set up");
}

/* --- what is kept --- */

/* A setting, made at first. */
static bool kept(struct platform *platform, const char *name, char **out, struct error *err)
{
    char fresh[UUID_SIZE];
    struct rng rng = rng_for(rng_fresh_seed(), name);
    if (!store_setting(platform->store, name, out, err))
        return false;
    if (*out)
        return true;
    rng_uuid(&rng, fresh);
    *out = mem_text(fresh);
    return store_set_setting(platform->store, name, fresh, err);
}

static bool open_store(struct platform *platform, struct error *err)
{
    platform->store = store_open(platform->options.store, err);
    if (!platform->store || !kept(platform, "id_project", &platform->id_project, err))
        return false;
    if (!platform->options.api_key)
        return kept(platform, "api_key", &platform->api_key, err);
    platform->api_key = mem_text(platform->options.api_key);
    return *platform->api_key || error_set(err, "the API key is empty");
}

/* --- starting --- */

static bool is_loopback(const char *host)
{
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

static bool check_listen(const struct platform_options *options, struct error *err)
{
    struct listen_address address;
    if (!listen_address_read(options->listen, &address, err))
        return false;
    bool ok = options->tls || options->cert || is_loopback(address.host) ||
              error_set(err,
                        "--listen %s is not a loopback address, so it needs --tls (or "
                        "--cert and --key)",
                        options->listen);
    listen_address_clear(&address);
    return ok;
}

static bool check_hosts(const struct platform_options *options, struct error *err)
{
    for (size_t i = 0; i < options->num_hosts; i++) {
        const char *name = options->hosts[i];
        if (!*name || name[strcspn(name, "/:@ \t\r\n")])
            return error_set(
                err, "--allow-host: \"%s\" is not a host name; it has no scheme and no port", name);
    }
    return true;
}

/* Before the first delivery, which would fail for it. */
static bool check_authorities(const struct platform_options *options, struct error *err)
{
    struct target target = {0};
    bool parsed = target_parse(&target, "https://localhost/", err);
    struct engine *engine = parsed ? engine_new(&target, &options->engine, err) : NULL;
    bool ok = engine != NULL;
    engine_free(engine);
    target_clear(&target);
    return ok;
}

static bool start_server(struct platform *platform, struct error *err)
{
    const struct platform_options *options = &platform->options;
    struct host *host = &platform->server.host;
    const struct server_options server = {
        .name = "panora",
        .listen = options->listen,
        .tls = options->tls,
        .cert = options->cert,
        .key = options->key,
        .stop_on_signals = options->stop_on_signals,
    };
    host->service = &platform_service;
    host->payload = platform;
    host->wall_ms = clock_wall_ms;
    host->manners = (struct host_manners){.body_max = BODY_MAX,
                                          .idle_ns = IDLE_NS,
                                          .request_ns = REQUEST_NS,
                                          .max_connections = server_connections_allowed(0)};
    return server_start(&platform->server, &server, err);
}

static bool start(struct platform *platform, struct error *err)
{
    if (!check_listen(&platform->options, err) || !check_hosts(&platform->options, err) ||
        !check_authorities(&platform->options, err) || !open_store(platform, err) ||
        !start_server(platform, err) || !start_ticking(platform, err))
        return false;
    const struct dispatcher_options dispatcher = {
        .store = platform->store,
        .catalogue = platform->catalogue,
        .engine = &platform->options.engine,
        .retry_ms = platform->options.retry_ms,
    };
    platform->dispatcher = dispatcher_start(&dispatcher, err);
    if (platform->dispatcher && platform->options.arrivals)
        platform->arrivals = arrivals_start(platform, err);
    return platform->dispatcher && (!platform->options.arrivals || platform->arrivals);
}

struct platform *platform_start(const struct platform_options *options, struct error *err)
{
    struct platform *platform = mem_alloc(sizeof *platform);
    platform->options = *options;
    if (!options->listen)
        platform->options.listen = LISTEN_DEFAULT;
    if (!options->retry_ms)
        platform->options.retry_ms = RETRY_MS;
    platform->server.stop_pipe[0] = platform->server.stop_pipe[1] = -1;
    platform->rng = rng_for(rng_fresh_seed(), "platform");
    platform->tag = (unsigned)rng_below(&platform->rng, 0x10000);
    platform->catalogue = catalogue_load();
    platform->runs = runs_new(options->program);
    if (start(platform, err))
        return platform;
    platform_free(platform);
    return NULL;
}

void platform_free(struct platform *platform)
{
    if (!platform)
        return;
    dispatcher_free(platform->dispatcher);
    if (platform->tick)
        event_free(platform->tick);
    arrivals_free(platform->arrivals);
    server_clear(&platform->server);
    runs_free(platform->runs);
    store_close(platform->store);
    catalogue_free(platform->catalogue);
    free(platform->api_key);
    free(platform->id_project);
    free(platform);
}

const char *platform_url(const struct platform *platform)
{
    return platform->server.url;
}

const char *platform_api_key(const struct platform *platform)
{
    return platform->api_key;
}

const char *platform_ca_path(const struct platform *platform)
{
    return platform->server.tls.ca_path;
}

void platform_run(struct platform *platform)
{
    server_run(&platform->server);
}

void platform_stop(struct platform *platform)
{
    server_stop(&platform->server);
}
