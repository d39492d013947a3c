/*
 * What the API acknowledged is there after the process was killed at any moment. A few times here;
 * a thousand times in `make test-all`.
 */
#include <criterion/criterion.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "platform/client.h"
#include "tests/support/run_program.h"
#include "tests/support/skip.h"
#include "tests/support/started_program.h"

TestSuite(platform_kill, .timeout = 120);
TestSuite(foreign_platform_kill, .timeout = 1800);

#define KEY          "key-of-the-kill-test"
#define LONGEST_NS   (60 * NS_PER_MS) /* before the kill */
#define ENDPOINT_URL "http://127.0.0.1:9/"

struct killing {
    char folder[64];
    char store[96];
    struct started_program program;
    struct engine_options engine;
    struct client_options client;
    char *api;
    struct rng rng;
    size_t num_endpoints; /* acknowledged */
    size_t num_tried;     /* begun, acknowledged or not */
    int64_t delivery;     /* the last one that was acknowledged */
    char id_event[UUID_SIZE];
};

static void start(struct killing *killing)
{
    const char *const argv[] = {hookcheck_path(), "panora",       "--listen", "127.0.0.1:0",
                                "--store",        killing->store, NULL};
    const char *const env[] = {"PANORA_API_KEY=" KEY, NULL};
    cr_assert(start_program(&killing->program, argv, env));
    const char *url = strstr(killing->program.first_line, "http://");
    cr_assert_not_null(url, "%s", killing->program.first_line);
    free(killing->api);
    killing->api = mem_text(url);
    killing->client = (struct client_options){killing->api, KEY, &killing->engine};
}

/* A process that kills `pid` after a while. */
static pid_t start_killer(pid_t pid, int64_t after_ns)
{
    const struct timespec pause = {0, (long)after_ns};
    pid_t killer = fork();
    if (killer == 0) {
        (void)nanosleep(&pause, NULL);
        (void)kill(-pid, SIGKILL); /* what runs it, too */
        _exit(0);
    }
    return killer;
}

static bool call(const struct killing *killing, const char *method, const char *path,
                 const char *body, struct client_reply *out)
{
    struct error err = {0};
    return client_call(&killing->client, method, path, body, out, &err);
}

/* One endpoint, then events, until nobody answers any more. */
static void work_until_killed(struct killing *killing)
{
    static const char endpoint[] =
        "{\"url\":\"" ENDPOINT_URL "\",\"scope\":[\"crm.contact.created\"]}";
    struct client_reply reply;
    killing->num_tried++;
    bool alive = call(killing, "POST", "/webhooks", endpoint, &reply);
    killing->num_endpoints += alive && reply.status == 201;
    client_reply_clear(&reply);
    while (alive) {
        alive = call(killing, "POST", "/hookcheck/trigger", "{\"type\":\"crm.contact.created\"}",
                     &reply);
        const struct js *event = alive ? js_at(js_get(reply.value, "events"), 0) : NULL;
        if (event) {
            killing->delivery = (int64_t)js_number(js_get(event, "delivery"));
            (void)snprintf(killing->id_event, UUID_SIZE, "%.36s",
                           js_string(js_get(event, "id_event")).data);
        }
        client_reply_clear(&reply);
    }
}

static void expect_all(struct killing *killing)
{
    struct client_reply reply;
    cr_assert(call(killing, "GET", "/webhooks", NULL, &reply));
    size_t count = js_size(reply.value);
    cr_expect(count >= killing->num_endpoints && count <= killing->num_tried,
              "%zu endpoints, of %zu acknowledged", count, killing->num_endpoints);
    client_reply_clear(&reply);
    if (!killing->delivery)
        return;
    char *path = mem_format("/hookcheck/deliveries/%" PRId64, killing->delivery);
    cr_assert(call(killing, "GET", path, NULL, &reply));
    cr_expect_eq(reply.status, 200, "delivery %" PRId64 " is lost", killing->delivery);
    cr_expect_not_null(strstr(buf_text(&reply.body), killing->id_event));
    client_reply_clear(&reply);
    free(path);
}

static void remove_store(const struct killing *killing)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char *path = mem_format("%s%s", killing->store, ends[i]);
        (void)unlink(path);
        free(path);
    }
    (void)rmdir(killing->folder);
}

static void kill_often(int64_t times)
{
    struct killing killing = {.rng = rng_for(rng_fresh_seed(), "kill")};
    (void)strcpy(killing.folder, "/tmp/hookcheck-kill-XXXXXX");
    cr_assert_not_null(mkdtemp(killing.folder));
    (void)snprintf(killing.store, sizeof killing.store, "%s/p.db", killing.folder);
    int64_t longest_ns = LONGEST_NS;
    for (int64_t i = 0; i < times; i++) {
        start(&killing);
        expect_all(&killing);
        pid_t killer = start_killer(killing.program.pid,
                                    (int64_t)rng_below(&killing.rng, (uint64_t)longest_ns));
        work_until_killed(&killing);
        (void)waitpid(killer, NULL, 0);
        (void)stop_program(&killing.program);
        /* a disk or machine that is slow needs longer for anything to be acknowledged */
        if (!killing.delivery && longest_ns < 4 * NS_PER_S)
            longest_ns *= 2;
    }
    start(&killing);
    expect_all(&killing);
    (void)stop_program(&killing.program);
    cr_expect_gt(killing.delivery, 0);
    free(killing.api);
    remove_store(&killing);
}

Test(platform_kill, keeps_what_was_acknowledged)
{
    NEED_HOOKCHECK();
    kill_often(12);
}

Test(foreign_platform_kill, keeps_what_was_acknowledged_a_thousand_times)
{
    NEED_HOOKCHECK();
    kill_often(1000);
}
