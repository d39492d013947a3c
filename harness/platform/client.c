#include "platform/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "result/exit.h"

#define PRINTED_PATH    "/webhooks" /* `hookcheck panora` prints the API's URL with it */
#define RETRY_AFTER_MAX 86400       /* seconds */
#define CALL_NS         (60 * NS_PER_S)

static void on_done(void *payload, struct observation *seen)
{
    struct observation *out = payload;
    observation_clear(out);
    *out = *seen;
}

static void write_request(const struct client_options *options, const char *method,
                          const char *body, struct request *out)
{
    char length[24];
    out->method = mem_text(method);
    headers_add(&out->headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(&out->headers, "Accept", "application/json");
    headers_add(&out->headers, "User-Agent", "hookcheck");
    headers_add(&out->headers, "x-api-key", options->api_key);
    if (!body)
        return;
    buf_add_text(&out->body, body);
    (void)snprintf(length, sizeof length, "%zu", out->body.len);
    headers_add(&out->headers, "Content-Type", "application/json");
    headers_add(&out->headers, "Content-Length", length);
}

/* What to do about it, where that is known. */
static const char *const advice[OUTCOME_COUNT] = {
    [OUTCOME_REFUSED] = "; start `hookcheck panora`, or give --api URL",
    [OUTCOME_TLS_FAILED] = "; --api-cacert FILE names the authority of a local Panora",
    [OUTCOME_RESET] = "; if it serves https, --api must start with https://",
};

static bool exchange(const struct client_options *options, const struct target *target,
                     const struct request *request, struct observation *seen, struct error *err)
{
    struct engine *engine = engine_new(target, options->engine, err);
    if (!engine)
        return false;
    engine_send(engine, &(struct engine_send){.request = request,
                                              .timeout_ns = CALL_NS,
                                              .on_done = on_done,
                                              .payload = seen});
    while (engine_wait(engine, CALL_NS) > 0)
        ;
    engine_free(engine);
    if (seen->outcome == OUTCOME_ANSWERED)
        return true;
    const char *why = seen->outcome == OUTCOME_TLS_FAILED ? seen->detail : "";
    const char *what_to_do = advice[seen->outcome];
    return error_set(err, "%s: %s%s%s%s", options->api, outcome_name(seen->outcome),
                     *why ? ": " : "", why, what_to_do ? what_to_do : "");
}

bool client_call(const struct client_options *options, const char *method, const char *path,
                 const char *body, struct client_reply *out, struct error *err)
{
    struct target target = {0};
    struct request request = {0};
    struct observation seen;
    size_t len = strlen(options->api);
    *out = (struct client_reply){0};
    observation_init(&seen);
    while (len && options->api[len - 1] == '/')
        len--;
    if (len > strlen(PRINTED_PATH) &&
        strncmp(options->api + len - strlen(PRINTED_PATH), PRINTED_PATH, strlen(PRINTED_PATH)) == 0)
        len -= strlen(PRINTED_PATH);
    char *url = mem_format("%.*s%s", (int)len, options->api, path);
    write_request(options, method, body, &request);
    bool ok = target_parse(&target, url, err) && exchange(options, &target, &request, &seen, err);
    if (ok) {
        const char *pause = headers_find(&seen.headers, "Retry-After");
        int64_t seconds = 0;
        if (pause && text_integer(pause, 1, RETRY_AFTER_MAX, &seconds, NULL))
            out->retry_after = (int)seconds;
        out->status = seen.status;
        buf_add_bytes(&out->body, buf_bytes(&seen.body));
        out->value = out->body.len ? js_parse(buf_bytes(&out->body), NULL) : NULL;
    }
    observation_clear(&seen);
    request_clear(&request);
    target_clear(&target);
    free(url);
    return ok;
}

void client_reply_clear(struct client_reply *reply)
{
    buf_clear(&reply->body);
    js_free(reply->value);
    *reply = (struct client_reply){0};
}

/* Panora answers 500 to an unknown key, where others answer 401. */
static bool is_key_refused(const struct client_reply *reply)
{
    return reply->status == 401 ||
           (reply->status == 500 &&
            bytes_equal(js_get_text(reply->value, "message"), bytes_of("API Key not found.")));
}

int client_exit_code(const struct client_reply *reply)
{
    if (!reply->status)
        return EXIT_UNREACHED;
    return is_key_refused(reply) ? EXIT_WRONG_USAGE : EXIT_FELL_SHORT;
}

bool client_refused(const struct client_reply *reply, struct error *err)
{
    if (is_key_refused(reply))
        return error_set(err,
                         "the API refuses the key (%d): set PANORA_API_KEY to its own, or give "
                         "--api-key-env NAME",
                         reply->status);
    const struct js *message = js_get(reply->value, "message");
    if (!message)
        message = js_get(reply->value, "error");
    if (!message || js_kind(message) != JS_STRING)
        return error_set(err,
                         "the API answered with status %d and nothing that Panora says; is it "
                         "Panora's URL?",
                         reply->status);
    struct bytes text = js_string(message);
    while (text.len && (*text.data == '\n' || *text.data == ' '))
        text = (struct bytes){text.data + 1, text.len - 1};
    while (text.len && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == ' '))
        text.len--;
    const char *end = text.data + text.len;
    const char *last = end; /* Prisma says what is wrong in its last line */
    while (last > text.data && last[-1] != '\n')
        last--;
    struct buf pause = {0};
    if (reply->retry_after)
        buf_add_format(&pause, "; try again in %d s", reply->retry_after);
    (void)error_set(err, "the API answered %d: %.*s%s", reply->status, (int)(end - last), last,
                    buf_text(&pause));
    buf_clear(&pause);
    return false;
}

bool client_is_local(const struct client_options *options, bool *out, int *out_code,
                     struct error *err)
{
    struct client_reply reply;
    bool ok = client_call(options, "GET", "/hookcheck/state", NULL, &reply, err);
    *out = ok && bytes_equal(js_get_text(reply.value, "program"), bytes_of("hookcheck"));
    if (ok && reply.status == 401)
        ok = client_refused(&reply, err);
    if (!ok)
        *out_code = client_exit_code(&reply);
    client_reply_clear(&reply);
    return ok;
}

static char *text_of(const struct js *row, const char *name)
{
    struct bytes text = js_get_text(row, name);
    return mem_copy(text.data, text.len);
}

bool client_endpoint(const struct client_options *options, const char *id, char **out_url,
                     char **out_secret, struct error *err)
{
    struct client_reply reply;
    *out_url = *out_secret = NULL;
    if (!client_call(options, "GET", "/webhooks", NULL, &reply, err))
        return false;
    bool is_list = reply.status == 200 && reply.value && js_kind(reply.value) == JS_ARRAY;
    for (size_t i = 0; is_list && i < js_size(reply.value) && !*out_url; i++) {
        char *found = text_of(js_at(reply.value, i), "id_webhook_endpoint");
        if (strcmp(found, id) == 0) {
            *out_url = text_of(js_at(reply.value, i), "url");
            *out_secret = text_of(js_at(reply.value, i), "secret");
        }
        free(found);
    }
    bool ok = *out_url || (is_list ? error_set(err,
                                               "there is no endpoint %s; `hookcheck endpoints "
                                               "list` shows them",
                                               id)
                                   : client_refused(&reply, err));
    client_reply_clear(&reply);
    return ok;
}
