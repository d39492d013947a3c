/* Which endpoint gets an event, by Panora's rule; and why none does. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "platform/visit.h"

static bool scope_has(const char *scope, const char *name)
{
    struct js *list = js_parse(bytes_of(scope), NULL);
    bool has = false;
    for (size_t i = 0; list && i < js_size(list) && !has; i++) {
        const struct js *item = js_at(list, i);
        has = js_kind(item) == JS_STRING && bytes_equal(js_string(item), bytes_of(name));
    }
    js_free(list);
    return has;
}

/* Whether the scope would have `name` if a "*" stood for anything. */
static bool scope_means(const char *scope, const char *name)
{
    struct js *list = js_parse(bytes_of(scope), NULL);
    bool means = false;
    for (size_t i = 0; list && i < js_size(list) && !means; i++) {
        const struct js *item = js_at(list, i);
        if (js_kind(item) != JS_STRING)
            continue;
        char *pattern = mem_copy(js_string(item).data, js_string(item).len);
        means = strchr(pattern, '*') && text_glob(pattern, name);
        free(pattern);
    }
    js_free(list);
    return means;
}

/* The commonest reasons, the likeliest first. */
static void explain(const struct platform *platform, const struct endpoints *endpoints,
                    const char *name, struct buf *out)
{
    const struct event_type *type = catalogue_find(platform->catalogue, name);
    const char *wire = type && type->wire_type ? type->wire_type : name;
    for (size_t i = 0; i < endpoints->count; i++) {
        const struct endpoint *each = &endpoints->items[i];
        if (scope_has(each->scope, name)) {
            buf_add_format(out, "the endpoint that subscribes to %s is off", name);
            return;
        }
        if (strcmp(wire, name) != 0 && scope_has(each->scope, wire)) {
            buf_add_format(out,
                           "an endpoint subscribes to %s, the name in the body, which matches "
                           "nothing; subscribe to %s",
                           wire, name);
            return;
        }
        if (scope_means(each->scope, name)) {
            buf_add_format(out,
                           "an endpoint's scope has a \"*\", which Panora takes literally; "
                           "subscribe to %s",
                           name);
            return;
        }
    }
    buf_add_format(out, "no endpoint subscribes to %s", name);
}

bool subscription_find(struct platform *platform, const struct endpoints *endpoints,
                       const char *name, const struct endpoint **out, struct buf *out_why)
{
    *out = NULL;
    for (size_t i = 0; i < endpoints->count && !*out; i++)
        if (endpoints->items[i].active && scope_has(endpoints->items[i].scope, name))
            *out = &endpoints->items[i];
    if (!*out)
        explain(platform, endpoints, name, out_why);
    return *out != NULL;
}
