/* What the dashboard does with endpoints; nothing here shows a secret unless it is asked for. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "deliver/target.h"
#include "platform/visit.h"

static void put_endpoint(const struct endpoint *endpoint, struct buf *out)
{
    buf_add_char(out, '{');
    put_text(out, "id", endpoint->id);
    put_text(out, "url", endpoint->url);
    put_text(out, "description", endpoint->description);
    put_bool(out, "active", endpoint->active);
    put_number(out, "created_ms", endpoint->created_ms);
    buf_add_format(out, ",\"scope\":%s}", endpoint->scope);
}

static void show_endpoint(struct visit *visit, int status, const struct endpoint *endpoint)
{
    struct buf body = {0};
    put_endpoint(endpoint, &body);
    visit_json(visit, status, &body);
}

static void list_endpoints(struct visit *visit)
{
    struct endpoints endpoints;
    struct error err = {0};
    struct buf body = {0};
    if (!store_endpoints(visit->platform->store, &endpoints, &err)) {
        visit_fail(visit, &err);
        return;
    }
    buf_add_text(&body, "{\"endpoints\":[");
    for (size_t i = 0; i < endpoints.count; i++) {
        if (i)
            buf_add_char(&body, ',');
        put_endpoint(&endpoints.items[i], &body);
    }
    buf_add_text(&body, "]}");
    endpoints_clear(&endpoints);
    visit_json(visit, 200, &body);
}

/* --- the URL --- */

/* What a person should know of `url` before it is registered; false when it is no use at all. */
static bool check_url(const char *url, struct buf *out_notes, struct error *err)
{
    struct target target = {0};
    if (!target_parse(&target, url, err))
        return false;
    if (!target.is_tls && !target.is_private)
        buf_add_text(out_notes, "Panora's documentation asks for https where the endpoint is "
                                "public. ");
    if (target.userinfo)
        buf_add_text(out_notes, "The user name and password go out as an Authorization header. ");
    if (strchr(url, '#'))
        buf_add_text(out_notes, "The part after # is not sent. ");
    if (target.is_loopback)
        buf_add_text(out_notes, "Only this machine can reach it; the real Panora cannot. ");
    target_clear(&target);
    return true;
}

static void url_check(struct visit *visit)
{
    struct error err = {0};
    struct buf notes = {0};
    struct buf body = {0};
    char *url = visit_word(visit, "url");
    bool ok = check_url(url ? url : "", &notes, &err);
    buf_add_char(&body, '{');
    put_bool(&body, "ok", ok);
    put_text(&body, "problem", ok ? NULL : err.message);
    put_text(&body, "notes", buf_text(&notes));
    buf_add_char(&body, '}');
    visit_json(visit, 200, &body);
    buf_clear(&notes);
    free(url);
}

/* --- change --- */

static bool scope_is_right(const struct js *scope)
{
    bool right = scope && js_kind(scope) == JS_ARRAY && js_size(scope) > 0;
    for (size_t i = 0; right && i < js_size(scope); i++)
        right = js_kind(js_at(scope, i)) == JS_STRING;
    return right;
}

static void create_endpoint(struct visit *visit)
{
    struct error err = {0};
    struct buf notes = {0};
    struct endpoint endpoint;
    visit_new_endpoint(visit, &endpoint);
    if (!check_url(endpoint.url, &notes, &err))
        visit_refuse(visit, 400, "%s", err.message);
    else if (!scope_is_right(js_get(visit->body, "scope")))
        visit_refuse(visit, 400, "choose at least one event type");
    else if (!store_add_endpoint(visit->platform->store, &endpoint, &err))
        visit_fail(visit, &err);
    else
        show_endpoint(visit, 201, &endpoint);
    buf_clear(&notes);
    endpoint_clear(&endpoint);
}

static bool find(struct visit *visit, struct endpoint *out)
{
    struct error err = {0};
    bool found = false;
    if (!store_endpoint(visit->platform->store, visit->parameter, out, &found, &err))
        visit_fail(visit, &err);
    else if (!found)
        visit_refuse(visit, 404, "there is no endpoint %s", visit->parameter);
    return found;
}

static void update_endpoint(struct visit *visit)
{
    struct endpoint endpoint = {0};
    struct error err = {0};
    const struct js *active = js_get(visit->body, "active");
    if (!active || js_kind(active) != JS_BOOL) {
        visit_refuse(visit, 400, "\"active\" must be true or false");
        return;
    }
    if (!find(visit, &endpoint))
        return;
    endpoint.active = js_bool(active);
    if (store_set_active(visit->platform->store, endpoint.id, endpoint.active, &err))
        show_endpoint(visit, 200, &endpoint);
    else
        visit_fail(visit, &err);
    endpoint_clear(&endpoint);
}

static void delete_endpoint(struct visit *visit)
{
    struct endpoint endpoint = {0};
    struct error err = {0};
    if (!find(visit, &endpoint))
        return;
    if (store_remove_endpoint(visit->platform->store, endpoint.id, &err))
        show_endpoint(visit, 200, &endpoint);
    else
        visit_fail(visit, &err);
    endpoint_clear(&endpoint);
}

static void show_secret(struct visit *visit)
{
    struct endpoint endpoint = {0};
    struct buf body = {0};
    if (!find(visit, &endpoint))
        return;
    buf_add_char(&body, '{');
    put_text(&body, "secret", endpoint.secret);
    buf_add_char(&body, '}');
    visit_json(visit, 200, &body);
    endpoint_clear(&endpoint);
}

/* --- the suites --- */

static void start_run(struct visit *visit)
{
    struct endpoint endpoint = {0};
    struct error err = {0};
    struct buf body = {0};
    if (!find(visit, &endpoint))
        return;
    struct rng fresh = rng_for(rng_fresh_seed(), "run");
    const char *id = runs_start(visit->platform->runs, endpoint.url, endpoint.secret, &fresh, &err);
    if (id) {
        buf_add_char(&body, '{');
        put_text(&body, "run", id);
        buf_add_char(&body, '}');
        visit_json(visit, 202, &body);
    } else {
        visit_refuse(visit, 503, "%s", err.message);
    }
    endpoint_clear(&endpoint);
}

static void show_run(struct visit *visit)
{
    struct run_view run;
    struct buf body = {0};
    struct buf text = {0};
    if (!runs_find(visit->platform->runs, visit->parameter, &run)) {
        visit_refuse(visit, 404, "there is no such run");
        return;
    }
    bool has_html = runs_read(visit->platform->runs, run.id, "report.html", &text);
    buf_reset(&text);
    (void)runs_read(visit->platform->runs, run.id, "report.txt", &text);
    buf_add_char(&body, '{');
    put_bool(&body, "over", run.is_over);
    put_number(&body, "code", run.code);
    put_bool(&body, "html", has_html);
    put_text(&body, "text", buf_text(&text));
    buf_add_char(&body, '}');
    visit_json(visit, 200, &body);
    buf_clear(&text);
}

/* Opened in a tab of its own, which sends no key: the run's id, which nobody can guess, is enough.
 * No script of it runs, and nothing is loaded. */
static void show_report(struct visit *visit)
{
    struct buf page = {0};
    if (!runs_read(visit->platform->runs, visit->parameter, "report.html", &page)) {
        visit_refuse(visit, 404, "there is no report for this run");
        return;
    }
    visit->out->status = 200;
    visit->out->body = page;
    headers_set(&visit->out->headers, "Content-Type", "text/html; charset=utf-8");
    headers_set(&visit->out->headers, "Cache-Control", "no-store");
    headers_set(&visit->out->headers, "Content-Security-Policy",
                "sandbox allow-scripts; default-src 'none'; style-src 'unsafe-inline'; "
                "script-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'");
}

static const struct route rows[] = {
    {"GET", "/hookcheck/endpoints", HOUSE_OURS, WHO_KEY, list_endpoints},
    {"POST", "/hookcheck/endpoints", HOUSE_OURS, WHO_KEY, create_endpoint},
    {"PUT", "/hookcheck/endpoints/{}", HOUSE_OURS, WHO_KEY, update_endpoint},
    {"DELETE", "/hookcheck/endpoints/{}", HOUSE_OURS, WHO_KEY, delete_endpoint},
    {"GET", "/hookcheck/endpoints/{}/secret", HOUSE_OURS, WHO_KEY, show_secret},
    {"POST", "/hookcheck/endpoints/{}/run", HOUSE_OURS, WHO_KEY, start_run},
    {"POST", "/hookcheck/url-check", HOUSE_OURS, WHO_KEY, url_check},
    {"GET", "/hookcheck/runs/{}", HOUSE_OURS, WHO_KEY, show_run},
    {"GET", "/hookcheck/runs/{}/report.html", HOUSE_OURS, WHO_ANYONE, show_report},
};
const struct route_part endpoint_routes = {rows, ARRAY_LEN(rows)};
