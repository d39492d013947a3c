/* Deliveries: which endpoint, under which name, what is followed and what is recorded. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/support/raw_server.h"
#include "tests/support/started_platform.h"
#include "tests/support/tries.h"

TestSuite(platform_dispatcher, .timeout = 120);

/* Triggers and waits; the delivery's JSON is in `out`. */
static void trigger(const struct started_platform *started, const char *body,
                    struct client_reply *out)
{
    struct client_reply reply;
    platform_call(started, "POST", "/hookcheck/trigger", body, &reply);
    cr_assert_eq(reply.status, 202, "%s", buf_text(&reply.body));
    const struct js *events = js_get(reply.value, "events");
    int64_t id = (int64_t)js_number(js_get(js_at(events, 0), "delivery"));
    client_reply_clear(&reply);
    platform_wait(started, id, out);
}

static const struct js *attempt(const struct client_reply *delivery, size_t index)
{
    const struct js *attempts = js_get(delivery->value, "attempts");
    cr_assert_gt(js_size(attempts), index, "%s", buf_text(&delivery->body));
    return js_at(attempts, index);
}

static void expect_text(const struct js *value, const char *name, const char *text)
{
    char *found = reply_text(value, name);
    cr_expect_str_eq(found, text);
    free(found);
}

static void expect_holds(const struct js *value, const char *name, const char *part, bool holds)
{
    char *found = reply_text(value, name);
    cr_expect_eq(strstr(found, part) != NULL, holds, "%s: %s", name, found);
    free(found);
}

/* A platform with a receiver whose secret is the endpoint's own. */
struct scene {
    struct started_platform platform;
    struct receiver *receiver;
    pthread_t thread;
    char *secret;
    char *id;
};

static void *receive(void *payload)
{
    receiver_run(payload);
    return NULL;
}

/* The endpoint is registered before it starts, because it needs its secret. Its port was free just
 * now. False when somebody else has it now. */
static bool scene_try(struct scene *scene, const char *type, const char *behaviour)
{
    struct error err = {0};
    struct client_reply reply;
    const struct receiver_options probe = {.secret = bytes_of("x")};
    struct receiver *first = receiver_start(&probe, &err);
    char *url = mem_format("%s/hook", receiver_url(first));
    char *listen = mem_format("127.0.0.1:%d", receiver_port(first));
    receiver_free(first);
    platform_begin(&scene->platform, NULL);
    scene->id = platform_register(&scene->platform, url, type);
    platform_call(&scene->platform, "GET", "/webhooks", NULL, &reply);
    scene->secret = reply_text(js_at(reply.value, 0), "secret");
    client_reply_clear(&reply);
    const struct receiver_options options = {.listen = listen,
                                             .secret = bytes_of(scene->secret),
                                             .behaviours = &behaviour,
                                             .num_behaviours = behaviour ? 1 : 0};
    scene->receiver = receiver_start(&options, &err);
    free(url);
    free(listen);
    if (scene->receiver)
        return true;
    platform_end(&scene->platform);
    free(scene->secret);
    free(scene->id);
    return false;
}

static void scene_begin(struct scene *scene, const char *type, const char *behaviour)
{
    struct tries tries = {0};
    while (tries_go_on(&tries))
        tries.ok = scene_try(scene, type, behaviour);
    cr_assert(tries.ok, "no port stays free");
    cr_assert_eq(pthread_create(&scene->thread, NULL, receive, scene->receiver), 0);
}

static void scene_end(struct scene *scene)
{
    receiver_stop(scene->receiver);
    (void)pthread_join(scene->thread, NULL);
    receiver_free(scene->receiver);
    platform_end(&scene->platform);
    free(scene->secret);
    free(scene->id);
}

Test(platform_dispatcher, delivers_under_the_name_that_bodies_have)
{
    struct scene scene;
    struct client_reply delivery;
    scene_begin(&scene, "crm.deal.created", NULL);
    trigger(&scene.platform, "{\"type\":\"crm.deal.created\",\"data\":{\"b\":1,\"2\":0}}",
            &delivery);
    expect_text(delivery.value, "state", "delivered");
    expect_text(delivery.value, "type", "crm.deal.push");
    expect_text(delivery.value, "data", "{\"2\":0,\"b\":1}");
    expect_holds(attempt(&delivery, 0), "request", "\"type\":\"crm.deal.push\"}", true);
    expect_holds(attempt(&delivery, 0), "panora", "a success", true);
    client_reply_clear(&delivery);
    scene_end(&scene);
}

Test(platform_dispatcher, knows_a_forgery_and_says_why)
{
    struct scene scene;
    struct client_reply delivery;
    scene_begin(&scene, "crm.contact.created", NULL);
    trigger(&scene.platform, "{\"type\":\"crm.contact.created\",\"wrong\":\"sign-body\"}",
            &delivery);
    expect_text(delivery.value, "state", "failed");
    const struct js *one = attempt(&delivery, 0);
    cr_expect_not(js_bool(js_get(one, "valid")));
    cr_expect_eq(js_number(js_get(one, "status")), 401);
    expect_holds(one, "explanation", "signs-raw-body", true);
    expect_holds(one, "panora", "nothing: the row stays \"processed\"", true);
    client_reply_clear(&delivery);
    scene_end(&scene);
}

Test(platform_dispatcher, drops_what_nobody_subscribes_to_and_says_why)
{
    struct started_platform started;
    struct client_reply reply;
    platform_begin(&started, NULL);
    char *id = platform_register(&started, "http://127.0.0.1:9/", "crm.deal.push");
    platform_call(&started, "POST", "/hookcheck/trigger", "{\"type\":\"crm.deal.created\"}",
                  &reply);
    expect_holds(reply.value, "nobody", "which matches nothing; subscribe to crm.deal.created",
                 true);
    client_reply_clear(&reply);
    cr_expect_eq(
        platform_status(&started, "POST", "/hookcheck/trigger", "{\"type\":\"crm.deal.push\"}"),
        400);
    free(id);
    platform_end(&started);
}

Test(platform_dispatcher, deletes_an_endpoint_with_deliveries_only_by_its_own_route)
{
    struct scene scene;
    struct client_reply delivery;
    scene_begin(&scene, "crm.contact.created", NULL);
    trigger(&scene.platform, "{\"type\":\"crm.contact.created\"}", &delivery);
    client_reply_clear(&delivery);
    char *theirs = mem_format("/webhooks/%s", scene.id);
    char *ours = mem_format("/hookcheck/endpoints/%s", scene.id);
    cr_expect_eq(platform_status(&scene.platform, "DELETE", theirs, NULL), 500);
    cr_expect_eq(platform_status(&scene.platform, "DELETE", ours, NULL), 200);
    cr_expect_eq(platform_status(&scene.platform, "DELETE", ours, NULL), 404);
    free(theirs);
    free(ours);
    scene_end(&scene);
}

/* What a server with these answers gets from one event of `type`. */
static void deliver_to(const struct raw_step *steps, size_t count, const char *type,
                       const char *body, struct client_reply *out)
{
    struct started_platform started;
    const struct platform_options options = {.retry_ms = 200};
    struct raw_server *server = raw_server_start(steps, count, NULL);
    platform_begin(&started, &options);
    char *url = mem_format("http://127.0.0.1:%d/hook", raw_server_port(server));
    char *id = platform_register(&started, url, type);
    trigger(&started, body, out);
    raw_server_stop(server);
    free(url);
    free(id);
    platform_end(&started);
}

Test(platform_dispatcher, follows_redirects_with_the_event)
{
    struct scene scene;
    struct client_reply delivery;
    scene_begin(&scene, "crm.contact.created", "redirect-chain=307,3");
    trigger(&scene.platform, "{\"type\":\"crm.contact.created\"}", &delivery);
    expect_text(delivery.value, "state", "delivered");
    expect_holds(attempt(&delivery, 0), "hops", "307 http://127.0.0.1:", true);
    client_reply_clear(&delivery);
    scene_end(&scene);
}

Test(platform_dispatcher, gives_up_after_21_redirects)
{
    struct scene scene;
    struct client_reply delivery;
    scene_begin(&scene, "crm.contact.created", "redirect=302,/elsewhere");
    trigger(&scene.platform, "{\"type\":\"crm.contact.created\"}", &delivery);
    expect_text(delivery.value, "state", "failed");
    expect_holds(attempt(&delivery, 0), "detail", "more than 21 redirects", true);
    client_reply_clear(&delivery);
    scene_end(&scene);
}

Test(platform_dispatcher, takes_no_event_to_another_host)
{
    const struct raw_step steps[] = {
        {RAW_READ_REQUEST, NULL, 0},
        {RAW_SEND,
         "HTTP/1.1 307 Temporary Redirect\r\nLocation: http://localhost:1/\r\n"
         "Content-Length: 0\r\nConnection: close\r\n\r\n",
         0},
    };
    struct client_reply delivery;
    deliver_to(steps, 2, "crm.contact.created", "{\"type\":\"crm.contact.created\"}", &delivery);
    expect_text(delivery.value, "state", "failed");
    expect_holds(attempt(&delivery, 0), "detail", "points to another host", true);
    client_reply_clear(&delivery);
}

#define CONNECTION "{\"type\":\"connection.created\",\"data\":{\"vertical\":\"%s\"}}"

/* What a connection of `vertical` meets at an endpoint that answers with this body. */
static size_t attempts_for(const char *vertical, const char *answer, const char *state)
{
    struct client_reply delivery;
    char *text = mem_format("HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s",
                            strlen(answer), answer);
    char *body = mem_format(CONNECTION, vertical);
    const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0}, {RAW_SEND, text, 0}};
    deliver_to(steps, 2, "connection.created", body, &delivery);
    expect_text(delivery.value, "state", state);
    size_t count = js_size(js_get(delivery.value, "attempts"));
    client_reply_clear(&delivery);
    free(text);
    free(body);
    return count;
}

Test(platform_dispatcher, sends_a_connection_of_ecommerce_twice_when_the_answer_is_json)
{
    cr_expect_eq(attempts_for("ecommerce", "{\"received\":true}", "delivered"), 2);
    cr_expect_eq(attempts_for("ecommerce", "42", "delivered"), 2);
    cr_expect_eq(attempts_for("ecommerce", "", "delivered"), 1);
    cr_expect_eq(attempts_for("ecommerce", "Received !", "delivered"), 1);
    cr_expect_eq(attempts_for("ecommerce", "\"text\"", "delivered"), 1);
    cr_expect_eq(attempts_for("crm", "{\"received\":true}", "delivered"), 1);
}
