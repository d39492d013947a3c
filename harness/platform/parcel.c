#include "platform/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "compose/compose.h"
#include "compose/mutation.h"
#include "deliver/target.h"
#include "sign/signature.h"
#include "suite/step.h"

/* What Panora sends, without the machinery for what it does not. */
static void make_genuine(const struct delivery *delivery, struct request *out)
{
    struct event event = {.type = delivery->type, .data = delivery->data};
    struct buf message = {0};
    char signature[SIGNATURE_SIZE];
    (void)strncpy(event.id, delivery->id_event, sizeof event.id - 1);
    event_write_message(&event, &message);
    signature_make(bytes_of(delivery->endpoint.secret), buf_bytes(&message), signature);
    out->method = mem_text("POST");
    event_write_body(&event, &out->body);
    event_add_headers(&out->headers, signature, out->body.len);
    buf_clear(&message);
}

/* One mutation a line. */
static bool add_calls(struct step *step, const char *wrong, struct error *err)
{
    bool ok = true;
    while (*wrong && ok) {
        size_t len = strcspn(wrong, "\n");
        char *line = mem_copy(wrong, len);
        ok = !len || mutation_add(step, line, err);
        free(line);
        wrong += len + (wrong[len] == '\n');
    }
    return ok;
}

bool parcel_check_wrong(const char *wrong, struct error *err)
{
    struct step step;
    step_init(&step);
    bool ok = add_calls(&step, wrong, err);
    step_clear(&step);
    return ok;
}

/* The event is made first, given its id, and then sent as an event that is there already. */
static bool compose(const struct composer *composer, const struct step *step, const char *id,
                    struct rng *rng, struct composed *out, struct error *err)
{
    struct composed named = {0};
    bool ok = compose_step(composer, step, NULL, true, rng, &named, err);
    if (ok) {
        (void)strncpy(named.event.id, id, sizeof named.event.id - 1);
        ok = compose_step(composer, step, &named, false, rng, out, err);
    }
    composed_clear(&named);
    return ok;
}

static bool make_wrong(const struct catalogue *catalogue, const struct delivery *delivery,
                       struct rng *rng, struct request *out, struct error *err)
{
    struct step step;
    struct composed composed = {0};
    struct secret secret = {0};
    const struct composer composer = {.catalogue = catalogue,
                                      .secret = &secret,
                                      .usual_type = delivery->type,
                                      .dialect = DIALECT_TEXT,
                                      .wall_ms = clock_wall_ms()};
    step_init(&step);
    secret_set(&secret, bytes_of(delivery->endpoint.secret));
    step.type = mem_text(delivery->type);
    step.data = mem_copy(delivery->data.data, delivery->data.len);
    bool ok = add_calls(&step, delivery->wrong, err) &&
              compose(&composer, &step, delivery->id_event, rng, &composed, err);
    if (ok) {
        *out = composed.request;
        composed.request = (struct request){0};
    }
    composed_clear(&composed);
    step_clear(&step);
    secret_clear(&secret);
    return ok;
}

bool parcel_make(const struct catalogue *catalogue, const struct delivery *delivery,
                 struct rng *rng, struct request *out, struct error *err)
{
    *out = (struct request){0};
    if (*delivery->wrong)
        return make_wrong(catalogue, delivery, rng, out, err);
    make_genuine(delivery, out);
    return true;
}

bool parcel_is_valid(const struct request *request, struct bytes secret, struct buf *out_why)
{
    struct error why = {0};
    size_t count = headers_count(&request->headers, PANORA_SIGNATURE_HEADER);
    const char *given = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    if (count > 1) {
        buf_add_format(out_why, "%s is present %zu times", PANORA_SIGNATURE_HEADER, count);
        return false;
    }
    struct bytes signature = {given, given ? strlen(given) : 0};
    bool valid =
        signature_verify(secret, buf_bytes(&request->body), signature, &why) == VERIFICATION_VALID;
    if (!valid)
        buf_add_text(out_why, why.message);
    return valid;
}

void parcel_write(const struct request *request, const char *url, struct buf *out)
{
    struct target target = {0};
    struct error err = {0};
    bool is_read = target_parse(&target, url, &err);
    char *path = is_read ? target_path_with(&target, request->query) : mem_text("/");
    buf_add_format(out, "%s %s HTTP/1.%d\r\n", request->method, path,
                   request->transport.http_1_0 ? 0 : 1);
    for (size_t i = 0; i < request->headers.count; i++) {
        const struct header *item = &request->headers.items[i];
        bool is_place = strcmp(item->value, REQUEST_HOST_PLACEHOLDER) == 0;
        buf_add_format(out, "%s: %s\r\n", item->name,
                       is_place ? (is_read ? target.authority : "localhost") : item->value);
    }
    buf_add_text(out, "\r\n");
    buf_add_bytes(out, buf_bytes(&request->body));
    free(path);
    target_clear(&target);
}
