/* Panora's own routes, with its answers, its errors and its oddities. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "panora/event.h"
#include "platform/visit.h"
#include "sign/digest.h"
#include "sign/signature.h"

/* --- rows --- */

static void put_row(const struct endpoint *endpoint, struct buf *out)
{
    char time[CLOCK_ISO_SIZE];
    clock_iso(endpoint->created_ms, time);
    buf_add_char(out, '{');
    put_text(out, "id_webhook_endpoint", endpoint->id);
    put_text(out, "endpoint_description", endpoint->description);
    put_text(out, "url", endpoint->url);
    put_text(out, "secret", endpoint->secret);
    put_bool(out, "active", endpoint->active);
    put_text(out, "created_at", time);
    buf_add_format(out, ",\"scope\":%s", endpoint->scope);
    put_text(out, "id_project", endpoint->id_project);
    buf_add_text(out, ",\"last_update\":null}");
}

static void show_row(struct visit *visit, int status, const struct endpoint *endpoint)
{
    struct buf body = {0};
    put_row(endpoint, &body);
    visit_json(visit, status, &body);
}

static void list_endpoints(struct visit *visit)
{
    struct endpoints endpoints;
    struct error err = {0};
    struct buf body = {0};
    if (!store_endpoints(visit->platform->store, &endpoints, &err)) {
        visit_panora_error(visit, 500, "%s", err.message);
        return;
    }
    buf_add_char(&body, '[');
    for (size_t i = 0; i < endpoints.count; i++) {
        if (i)
            buf_add_char(&body, ',');
        put_row(&endpoints.items[i], &body);
    }
    buf_add_char(&body, ']');
    endpoints_clear(&endpoints);
    visit_json(visit, 200, &body);
}

/* --- create --- */

#define CREATE "\nInvalid `prisma.webhook_endpoints.create()` invocation:\n\n"

static const char *kind_word(const struct js *value)
{
    static const char *const words[] = {
        [JS_NULL] = "Null",     [JS_BOOL] = "Boolean", [JS_NUMBER] = "Int",
        [JS_STRING] = "String", [JS_ARRAY] = "List",   [JS_OBJECT] = "Object",
    };
    return words[js_kind(value)];
}

/* Prisma checks the columns; nothing else does. */
static bool check_create(struct visit *visit)
{
    const struct js *url = js_get(visit->body, "url");
    const struct js *scope = js_get(visit->body, "scope");
    const struct js *description = js_get(visit->body, "description");
    if (!url)
        visit_panora_error(visit, 500, CREATE "Argument `url` is missing.");
    else if (js_kind(url) != JS_STRING)
        visit_panora_error(visit, 500,
                           CREATE "Argument `url`: Invalid value provided. Expected String, "
                                  "provided %s.",
                           kind_word(url));
    else if (description && js_kind(description) != JS_STRING && js_kind(description) != JS_NULL)
        visit_panora_error(visit, 500,
                           CREATE "Argument `endpoint_description`: Invalid value provided. "
                                  "Expected String, provided %s.",
                           kind_word(description));
    else if (scope && js_kind(scope) != JS_ARRAY)
        visit_panora_error(visit, 500,
                           CREATE "Argument `scope`: Invalid value provided. Expected "
                                  "webhook_endpointsCreatescopeInput or String, provided %s.",
                           kind_word(scope));
    else
        return true;
    return false;
}

static bool check_scope(struct visit *visit)
{
    const struct js *scope = js_get(visit->body, "scope");
    for (size_t i = 0; scope && i < js_size(scope); i++) {
        if (js_kind(js_at(scope, i)) == JS_STRING)
            continue;
        visit_panora_error(visit, 500,
                           CREATE "Argument `scope`: Invalid value provided. Expected String, "
                                  "provided %s.",
                           kind_word(js_at(scope, i)));
        return false;
    }
    return true;
}

static void create_endpoint(struct visit *visit)
{
    struct error err = {0};
    struct endpoint endpoint;
    if (!check_create(visit) || !check_scope(visit))
        return;
    visit_new_endpoint(visit, &endpoint);
    if (store_add_endpoint(visit->platform->store, &endpoint, &err))
        show_row(visit, 201, &endpoint);
    else
        visit_panora_error(visit, 500, "%s", err.message);
    endpoint_clear(&endpoint);
}

/* --- change --- */

/* The endpoint that the path names; false with Prisma's complaint. */
static bool find(struct visit *visit, const char *verb, struct endpoint *out)
{
    struct error err = {0};
    bool found = false;
    size_t digits = strspn(visit->parameter, "0123456789abcdefABCDEF-");
    if (visit->parameter[digits] || strlen(visit->parameter) != UUID_SIZE - 1) {
        visit_panora_error(visit, 500,
                           "\nInvalid `prisma.webhook_endpoints.%s()` invocation:\n\n\n"
                           "Inconsistent column data: Error creating UUID, invalid length: "
                           "expected length 32 for simple format, found %zu",
                           verb, strlen(visit->parameter));
        return false;
    }
    for (char *c = visit->parameter; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    if (!store_endpoint(visit->platform->store, visit->parameter, out, &found, &err))
        visit_panora_error(visit, 500, "%s", err.message);
    else if (!found)
        visit_panora_error(visit, 500,
                           "\nInvalid `prisma.webhook_endpoints.%s()` invocation:\n\n\n"
                           "An operation failed because it depends on one or more records that "
                           "were required but not found. Record to %s not found.",
                           verb, verb);
    return found;
}

static void update_endpoint(struct visit *visit)
{
    struct endpoint endpoint = {0};
    struct error err = {0};
    const struct js *active = js_get(visit->body, "active");
    if (active && js_kind(active) != JS_BOOL) {
        visit_panora_error(visit, 500,
                           "\nInvalid `prisma.webhook_endpoints.update()` invocation:\n\n"
                           "Argument `active`: Invalid value provided. Expected Boolean or "
                           "BoolFieldUpdateOperationsInput, provided %s.",
                           kind_word(active));
        return;
    }
    if (!find(visit, "update", &endpoint))
        return;
    /* without a body, as the SDKs send it, nothing changes */
    if (active && !store_set_active(visit->platform->store, endpoint.id, js_bool(active), &err)) {
        visit_panora_error(visit, 500, "%s", err.message);
    } else {
        endpoint.active = active ? js_bool(active) : endpoint.active;
        show_row(visit, 200, &endpoint);
    }
    endpoint_clear(&endpoint);
}

static void delete_endpoint(struct visit *visit)
{
    struct endpoint endpoint = {0};
    struct store *store = visit->platform->store;
    struct error err = {0};
    bool has_deliveries = false;
    if (!find(visit, "delete", &endpoint))
        return;
    bool ok = store_has_deliveries(store, endpoint.id, &has_deliveries, &err) &&
              (has_deliveries || store_remove_endpoint(store, endpoint.id, &err));
    if (!ok) {
        visit_panora_error(visit, 500, "%s", err.message);
    } else if (has_deliveries) {
        visit_panora_error(visit, 500,
                           "\nInvalid `prisma.webhook_endpoints.delete()` invocation:\n\n\n"
                           "Foreign key constraint failed on the field: `fk_we_whd (index)`");
    } else {
        show_row(visit, 200, &endpoint);
    }
    endpoint_clear(&endpoint);
}

/* --- verifyEvent --- */

#define NOT_A_KEY                                                                                  \
    "The \"key\" argument must be of type string or an instance of ArrayBuffer, Buffer, "          \
    "TypedArray, DataView, KeyObject, or CryptoKey. Received "
#define NOT_DATA                                                                                   \
    "The \"data\" argument must be of type string or an instance of Buffer, TypedArray, or "       \
    "DataView. Received undefined"

/* How Node describes a value of the wrong type. */
static void describe(const struct js *value, struct buf *out)
{
    static const char *const kinds[] = {
        [JS_NULL] = "",
        [JS_BOOL] = "type boolean ",
        [JS_NUMBER] = "type number ",
        [JS_STRING] = "",
        [JS_ARRAY] = "an instance of Array",
        [JS_OBJECT] = "an instance of Object",
    };
    if (!value) {
        buf_add_text(out, "undefined");
        return;
    }
    bool is_shown = js_kind(value) == JS_BOOL || js_kind(value) == JS_NUMBER;
    buf_add_text(out, kinds[js_kind(value)]);
    if (is_shown)
        buf_add_char(out, '(');
    if (is_shown || js_kind(value) == JS_NULL)
        js_write(value, out);
    if (is_shown)
        buf_add_char(out, ')');
}

/* What Node says of arguments that it cannot use; false when it says something. */
static bool check_verify(struct visit *visit, const struct js *payload, const struct js *secret)
{
    bool has_payload = payload && js_kind(payload) != JS_NULL;
    bool has_secret = secret && js_kind(secret) == JS_STRING;
    struct buf kind = {0};
    describe(secret, &kind);
    if (!has_payload)
        visit_panora_error(visit, 500, "Cannot read properties of %s (reading 'data')",
                           payload ? "null" : "undefined");
    else if (!has_secret)
        visit_panora_error(visit, 500, NOT_A_KEY "%s", buf_text(&kind));
    else if (!js_get(payload, "data"))
        visit_panora_error(visit, 500, NOT_DATA);
    buf_clear(&kind);
    return has_payload && has_secret && js_get(payload, "data");
}

static void mismatch(struct visit *visit, const char *expected)
{
    const struct js *given = js_get(visit->body, "signature");
    struct buf shown = {0};
    if (!given)
        buf_add_text(&shown, "undefined");
    else if (js_kind(given) == JS_STRING)
        buf_add_bytes(&shown, js_string(given));
    else
        js_write(given, &shown);
    visit_panora_error(visit, 500,
                       "Signature mismatch for the payload received with expected=%s and "
                       "signature=%s",
                       visit->platform->options.faithful_leaks
                           ? expected
                           : "(Panora names the right digest here; --faithful-leaks does, too)",
                       buf_text(&shown));
    buf_clear(&shown);
}

static void verify_event(struct visit *visit)
{
    const struct js *payload = js_get(visit->body, "payload");
    const struct js *secret = js_get(visit->body, "secret");
    char expected[SIGNATURE_SIZE];
    struct buf message = {0};
    struct buf body = {0};
    if (!check_verify(visit, payload, secret))
        return;
    js_write(js_get(payload, "data"), &message);
    signature_make(js_string(secret), buf_bytes(&message), expected);
    buf_clear(&message);
    struct bytes given = visit_text(visit, "signature");
    if (!given.data || !digest_equal(given, bytes_of(expected))) {
        mismatch(visit, expected);
        return;
    }
    js_write(payload, &body);
    visit_json(visit, 201, &body);
}

static const struct route rows[] = {
    {"GET", "/webhooks", HOUSE_PANORA, WHO_KEY, list_endpoints},
    {"POST", "/webhooks", HOUSE_PANORA, WHO_KEY, create_endpoint},
    {"POST", "/webhooks/verifyEvent", HOUSE_PANORA, WHO_KEY, verify_event},
    {"PUT", "/webhooks/{}", HOUSE_PANORA, WHO_KEY, update_endpoint},
    {"DELETE", "/webhooks/{}", HOUSE_PANORA, WHO_KEY, delete_endpoint},
};
const struct route_part webhook_routes = {rows, ARRAY_LEN(rows)};
