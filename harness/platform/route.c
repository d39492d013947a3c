/* From a request to its route, and who may ask. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "platform/visit.h"
#include "serve/connection.h"
#include "sign/digest.h"

static const struct route_part *const parts[] = {
    &webhook_routes, &endpoint_routes, &event_routes, &delivery_routes, &page_routes,
};

/* --- finding --- */

/* Whether `path` is `pattern`, in which {} stands for one segment, which goes to `out`. Express
 * knows no difference between /webhooks, /Webhooks and /webhooks/. */
static bool path_matches(const char *pattern, const char *path, char *out, size_t size)
{
    while (*pattern) {
        if (strncmp(pattern, "{}", 2) != 0) {
            if (tolower((unsigned char)*pattern++) != tolower((unsigned char)*path++))
                return false;
            continue;
        }
        size_t len = strcspn(path, "/");
        if (len == 0 || len >= size)
            return false;
        memcpy(out, path, len);
        out[len] = '\0';
        path += len;
        pattern += 2;
    }
    return *path == '\0' || strcmp(path, "/") == 0;
}

/* HEAD is answered as GET is, without the body; not by our own routes, for one of them never ends.
 */
static bool method_matches(const struct route_part *part, const struct route *route,
                           const char *method)
{
    if (strcmp(method, "HEAD") == 0 && (route->house == HOUSE_PANORA || part == &page_routes))
        method = "GET";
    return strcmp(route->method, method) == 0;
}

/* Where arrivals are shown, nothing can be changed: the page, its list and what is in it. */
static bool is_offered(const struct platform *platform, const struct route_part *part,
                       const struct route *route)
{
    return !platform->options.arrivals || (strcmp(route->method, "GET") == 0 &&
                                           (part == &page_routes || part == &delivery_routes ||
                                            strcmp(route->path, "/hookcheck/state") == 0));
}

/* `out_number` tells the routes apart. */
static const struct route *find_route(struct visit *visit, const char *path, size_t *out_number)
{
    size_t number = 0;
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        for (size_t k = 0; k < parts[i]->count; k++, number++) {
            const struct route *route = &parts[i]->rows[k];
            *out_number = number;
            if (is_offered(visit->platform, parts[i], route) &&
                method_matches(parts[i], route, visit->request->method) &&
                path_matches(route->path, path, visit->parameter, sizeof visit->parameter))
                return route;
        }
    }
    return NULL;
}

/* --- who asks --- */

static bool is_address(const char *host, size_t len)
{
    if (host[0] != '[')
        return strspn(host, "0123456789.") >= len;
    return len > 2 && host[len - 1] == ']' &&
           strspn(host + 1, "0123456789abcdefABCDEF:.") == len - 2;
}

/* What comes after the name: nothing, or a port. */
static bool is_port(const char *rest)
{
    return !*rest || (*rest == ':' && strspn(rest + 1, "0123456789") == strlen(rest + 1));
}

/* DNS rebinding comes with a name of the attacker's: only addresses, localhost and the names that
 * were given are ours. */
static bool host_is_ours(const struct platform *platform, const char *host)
{
    if (!host || !*host)
        return false;
    size_t len = strcspn(host, *host == '[' ? "]" : ":");
    if (host[len] == ']')
        len++;
    if (!is_port(host + len))
        return false;
    if (is_address(host, len) || (len == 9 && strncasecmp(host, "localhost", 9) == 0))
        return true;
    for (size_t i = 0; i < platform->options.num_hosts; i++)
        if (strlen(platform->options.hosts[i]) == len &&
            strncasecmp(platform->options.hosts[i], host, len) == 0)
            return true;
    return false;
}

/* A page of another site may not ask, whatever it knows. */
static bool origin_is_ours(const struct platform *platform, const struct inbound *request)
{
    const char *origin = headers_find(request->headers, "Origin");
    const char *site = headers_find(request->headers, "Sec-Fetch-Site");
    const char *host = headers_find(request->headers, "Host");
    if (site && strcasecmp(site, "cross-site") == 0)
        return false;
    if (!origin)
        return true;
    char *ours =
        mem_format("%s://%s", platform->server.tls.context ? "https" : "http", host ? host : "");
    bool same = strcasecmp(ours, origin) == 0;
    free(ours);
    return same;
}

static bool has_key(const struct visit *visit)
{
    struct bytes given = inbound_header(visit->request, "x-api-key");
    return given.data && digest_equal(given, bytes_of(visit->platform->api_key));
}

/* --- as Panora --- */

/* Guards run after the body was read: first the throttler, then the key. */
static bool admit_to_panora(struct visit *visit, const struct route *route, size_t number)
{
    int left = 0;
    int seconds = 0;
    char text[16];
    if (!visit_read_panora_body(visit))
        return false;
    if (!throttle_allows(&visit->platform->throttle, number, visit->request->address,
                         clock_monotonic_ns(), &left, &seconds)) {
        (void)snprintf(text, sizeof text, "%d", seconds);
        headers_set(&visit->out->headers, "Retry-After", text);
        visit_panora_error(visit, 429, "ThrottlerException: Too Many Requests");
        return false;
    }
    (void)snprintf(text, sizeof text, "%d", THROTTLE_LIMIT);
    headers_set(&visit->out->headers, "X-RateLimit-Limit", text);
    (void)snprintf(text, sizeof text, "%d", left);
    headers_set(&visit->out->headers, "X-RateLimit-Remaining", text);
    (void)snprintf(text, sizeof text, "%d", seconds);
    headers_set(&visit->out->headers, "X-RateLimit-Reset", text);
    if (route->who == WHO_ANYONE || has_key(visit))
        return true;
    const char *given = headers_find(visit->request->headers, "x-api-key");
    if (given && *given)
        visit_panora_error(visit, 500, "API Key not found.");
    else
        visit_panora_error(visit, 401, "Unauthorized");
    return false;
}

/* --- as ourselves --- */

static bool admit(struct visit *visit, const struct route *route)
{
    struct error why = {0};
    if (route->who == WHO_KEY && !has_key(visit)) {
        visit_refuse(visit, 401,
                     "the x-api-key header with this local Panora's key is missing or wrong");
        return false;
    }
    if (visit->request->body.len == 0)
        return true;
    visit->body = js_parse(visit->request->body, &why);
    if (!visit->body)
        visit_refuse(visit, 400, "the body is %s", why.message);
    return visit->body != NULL;
}

static void harden(struct answer *out)
{
    headers_set(&out->headers, "X-Content-Type-Options", "nosniff");
    headers_set(&out->headers, "Referrer-Policy", "no-referrer");
    if (!headers_find(&out->headers, "Content-Security-Policy"))
        headers_set(&out->headers, "Content-Security-Policy",
                    "default-src 'none'; frame-ancestors 'none'");
}

static void answer_visit(struct visit *visit, const char *path)
{
    size_t number = 0;
    const struct inbound *request = visit->request;
    if (!host_is_ours(visit->platform, headers_find(request->headers, "Host"))) {
        visit_refuse(visit, 403,
                     "this Host is not one of this server's names; add it with --allow-host");
        return;
    }
    if (!origin_is_ours(visit->platform, request)) {
        visit_refuse(visit, 403, "pages from other sites may not use this server");
        return;
    }
    const struct route *route = find_route(visit, path, &number);
    if (!route) {
        visit_panora_error(visit, 404, "Cannot %s %s", request->method, request->target);
        return;
    }
    bool is_in =
        route->house == HOUSE_PANORA ? admit_to_panora(visit, route, number) : admit(visit, route);
    if (is_in)
        route->answer(visit);
}

static bool answer(void *payload, const struct inbound *request, struct answer *out)
{
    struct platform *platform = payload;
    size_t len = strcspn(request->target, "?");
    char *path = mem_copy(request->target, len);
    struct visit visit = {.platform = platform,
                          .request = request,
                          .query = request->target[len] ? request->target + len + 1 : "",
                          .out = out};
    answer_visit(&visit, path);
    harden(out);
    js_free(visit.body);
    free(path);
    return true;
}

static void refuse(void *payload, const struct refusal *why, const struct inbound *request,
                   struct answer *out)
{
    struct visit visit = {.platform = payload, .request = request, .out = out};
    if (why->kind == REFUSAL_TOO_LARGE)
        visit_panora_error(&visit, 500, "request entity too large");
    else
        visit_refuse(&visit, why->status, "%s", why->problem ? why->problem : "too busy");
}

static void gone(void *payload, struct connection *line)
{
    struct platform *platform = payload;
    for (size_t i = 0; i < platform->num_streams; i++)
        if (platform->streams[i].line == line)
            platform->streams[i--] = platform->streams[--platform->num_streams];
}

const struct service platform_service = {.refuse = refuse, .answer = answer, .gone = gone};
