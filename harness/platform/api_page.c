/* The dashboard's files, as they are compiled in. */
#include "base/array.h"
#include "base/mem.h"
#include "base/resource.h"
#include "platform/visit.h"

#define PAGE_POLICY                                                                                \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "              \
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static void send_file(struct visit *visit, const char *path, const char *type)
{
    struct bytes file = resource_find(path);
    visit->out->status = file.data ? 200 : 404;
    buf_add_bytes(&visit->out->body, file);
    headers_set(&visit->out->headers, "Content-Type", type);
    headers_set(&visit->out->headers, "Cache-Control", "no-cache");
    headers_set(&visit->out->headers, "Content-Security-Policy", PAGE_POLICY);
}

static void page(struct visit *visit)
{
    send_file(visit, "harness/platform/page/index.html", "text/html; charset=utf-8");
}

static void style(struct visit *visit)
{
    send_file(visit, "harness/platform/page/page.css", "text/css; charset=utf-8");
}

static void script(struct visit *visit)
{
    send_file(visit, "harness/platform/page/page.js", "text/javascript; charset=utf-8");
}

static const struct route rows[] = {
    {"GET", "/", HOUSE_OURS, WHO_ANYONE, page},
    {"GET", "/hookcheck/page.css", HOUSE_OURS, WHO_ANYONE, style},
    {"GET", "/hookcheck/page.js", HOUSE_OURS, WHO_ANYONE, script},
};
const struct route_part page_routes = {rows, ARRAY_LEN(rows)};
