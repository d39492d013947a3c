#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/table.h"
#include "base/text.h"
#include "cli/api_options.h"
#include "cli/command.h"
#include "deliver/target.h"
#include "panora/catalogue.h"

static const struct option_spec specs[] = {
    {.name = "description", .value = "TEXT", .help = "create: what the endpoint is for."},
    {.name = "secret", .help = "show: print the signing secret and nothing else."},
    {.name = "force",
     .help = "delete: also its deliveries; only a local Panora can do that.",
     .otherwise = "refuse if there are deliveries, as Panora does"},
    {.name = "json", .help = "Print the API's response as JSON, without secrets."},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options, &api_options,
                                                       &api_key_options};

struct errand {
    struct api_choice api;
    const struct arguments *arguments;
    bool as_json;
};

/* --- printing --- */

static bool is_active(const struct js *row)
{
    const struct js *value = js_get(row, "active");
    return value && js_kind(value) == JS_BOOL && js_bool(value);
}

/* A row without its secret. */
static void print_json(const struct js *row)
{
    struct buf out = {0};
    buf_add_char(&out, '{');
    for (size_t i = 0; i < js_size(row); i++) {
        struct bytes key = js_key(row, i);
        if (bytes_equal(key, bytes_of("secret")))
            continue;
        if (out.len > 1)
            buf_add_char(&out, ',');
        js_quote(key, &out);
        buf_add_char(&out, ':');
        js_write(js_at(row, i), &out);
    }
    buf_add_char(&out, '}');
    buf_add_char(&out, '\n');
    sink_write(stdout, buf_bytes(&out));
    buf_clear(&out);
}

/* "ID on URL TYPE,TYPE": a line that cut and awk can take apart. */
static void print_line(const struct js *row)
{
    struct bytes id = js_get_text(row, "id_webhook_endpoint");
    struct bytes url = js_get_text(row, "url");
    const struct js *scope = js_get(row, "scope");
    struct buf line = {0};
    text_add_visible(&line, id, SIZE_MAX);
    buf_add_format(&line, "\t%s\t", is_active(row) ? "on" : "off");
    text_add_visible(&line, url, SIZE_MAX);
    buf_add_char(&line, '\t');
    for (size_t i = 0; scope && i < js_size(scope); i++) {
        buf_add_text(&line, i ? "," : "");
        text_add_visible(&line, js_string(js_at(scope, i)), SIZE_MAX);
    }
    buf_add_char(&line, '\n');
    sink_write(stdout, buf_bytes(&line));
    buf_clear(&line);
}

static void print_row(const struct errand *errand, const struct js *row)
{
    if (errand->as_json)
        print_json(row);
    else
        print_line(row);
}

/* --- calling --- */

/* One call that must succeed; the reply is the caller's to clear. */
static bool call(const struct errand *errand, const char *method, const char *path,
                 const char *body, struct client_reply *out, struct error *err)
{
    if (!client_call(&errand->api.client, method, path, body, out, err))
        return false;
    return (out->status >= 200 && out->status <= 299 && out->value) || client_refused(out, err);
}

/* The exit code; clears the reply. */
static int finish(bool ok, struct client_reply *reply)
{
    int code = ok ? EXIT_OK : client_exit_code(reply);
    client_reply_clear(reply);
    return code;
}

static int print_reply(const struct errand *errand, bool ok, struct client_reply *reply)
{
    if (ok)
        print_row(errand, reply->value);
    return finish(ok, reply);
}

static char *path_of(const struct errand *errand)
{
    return mem_format("/webhooks/%s", errand->arguments->words[1]);
}

static int list(const struct errand *errand, struct error *err)
{
    struct client_reply reply;
    bool ok = call(errand, "GET", "/webhooks", NULL, &reply, err);
    for (size_t i = 0; ok && i < js_size(reply.value); i++)
        print_row(errand, js_at(reply.value, i));
    return finish(ok, &reply);
}

/* Panora takes any text for a URL and for an event type, and then delivers nothing. */
static bool check_new(const struct arguments *arguments, struct error *err)
{
    struct target target = {0};
    bool ok = target_parse(&target, arguments->words[1], err);
    target_clear(&target);
    if (!ok)
        return false;
    struct catalogue *catalogue = catalogue_load();
    for (size_t i = 2; i < arguments->num_words; i++) {
        struct buf why = {0};
        if (!catalogue_delivers(catalogue, arguments->words[i], &why))
            sink_note("note: %s", buf_text(&why));
        buf_clear(&why);
    }
    catalogue_free(catalogue);
    return true;
}

static int create(const struct errand *errand, struct error *err)
{
    struct client_reply reply;
    struct buf body = {0};
    const struct arguments *arguments = errand->arguments;
    if (!check_new(arguments, err))
        return EXIT_WRONG_USAGE;
    buf_add_text(&body, "{\"url\":");
    js_quote(bytes_of(arguments->words[1]), &body);
    buf_add_text(&body, ",\"description\":");
    const char *description = arguments_value(arguments, "description");
    js_quote(bytes_of(description ? description : ""), &body);
    buf_add_text(&body, ",\"scope\":[");
    for (size_t i = 2; i < arguments->num_words; i++) {
        if (i > 2)
            buf_add_char(&body, ',');
        js_quote(bytes_of(arguments->words[i]), &body);
    }
    buf_add_text(&body, "]}");
    bool ok = call(errand, "POST", "/webhooks", buf_text(&body), &reply, err);
    buf_clear(&body);
    return print_reply(errand, ok, &reply);
}

/* The row of the endpoint that is named, in the reply, which the caller clears; NULL with a
 * sentence. */
static const struct js *find(const struct errand *errand, struct client_reply *reply,
                             struct error *err)
{
    const char *id = errand->arguments->words[1];
    if (!call(errand, "GET", "/webhooks", NULL, reply, err))
        return NULL;
    for (size_t i = 0; i < js_size(reply->value); i++) {
        const struct js *row = js_at(reply->value, i);
        if (bytes_equal(js_get_text(row, "id_webhook_endpoint"), bytes_of(id)))
            return row;
    }
    (void)error_set(err, "there is no endpoint %s; `hookcheck endpoints list` shows them", id);
    return NULL;
}

/* EXIT_OK when the endpoint is there: Panora itself blames its database. */
static int look_for_it(const struct errand *errand, struct error *err)
{
    struct client_reply reply;
    bool is_there = find(errand, &reply, err) != NULL;
    return finish(is_there, &reply);
}

static int change(const struct errand *errand, const char *body, struct error *err)
{
    struct client_reply reply;
    int code = look_for_it(errand, err);
    if (code != EXIT_OK)
        return code;
    char *path = path_of(errand);
    bool ok = call(errand, "PUT", path, body, &reply, err);
    free(path);
    return print_reply(errand, ok, &reply);
}

static int enable(const struct errand *errand, struct error *err)
{
    return change(errand, "{\"active\":true}", err);
}

static int disable(const struct errand *errand, struct error *err)
{
    return change(errand, "{\"active\":false}", err);
}

static int delete (const struct errand *errand, struct error *err)
{
    struct client_reply reply;
    const char *id = errand->arguments->words[1];
    bool is_forced = arguments_has(errand->arguments, "force");
    int code = look_for_it(errand, err);
    if (code != EXIT_OK)
        return code;
    char *path = is_forced ? mem_format("/hookcheck/endpoints/%s", id) : path_of(errand);
    bool ok = client_call(&errand->api.client, "DELETE", path, NULL, &reply, err);
    free(path);
    if (!ok)
        return print_reply(errand, ok, &reply);
    ok = reply.status == 200 || reply.status == 201;
    if (!ok && strstr(buf_text(&reply.body), "Foreign key"))
        ok = error_set(err, "Panora does not delete an endpoint that has deliveries: disable it, "
                            "or use --force with a local Panora");
    else if (!ok)
        ok = client_refused(&reply, err);
    else if (!errand->as_json)
        sink_print(stdout, "deleted %s\n", id);
    else
        print_json(reply.value);
    code = ok ? EXIT_OK : EXIT_FELL_SHORT;
    client_reply_clear(&reply);
    return code;
}

static int show(const struct errand *errand, struct error *err)
{
    struct client_reply reply;
    const struct js *row = find(errand, &reply, err);
    if (row && arguments_has(errand->arguments, "secret")) {
        struct bytes secret = js_get_text(row, "secret");
        /* asked for: the one output that nothing is taken out of */
        (void)printf("%.*s\n", (int)secret.len, secret.data);
    } else if (row) {
        print_row(errand, row);
    }
    return finish(row != NULL, &reply);
}

/* --- verbs --- */

struct verb {
    const char *name;
    size_t min_words; /* after it */
    size_t max_words;
    const char *words;
    int (*run)(const struct errand *errand, struct error *err);
};

static const struct verb verbs[] = {
    {"list", 0, 0, "list takes nothing", list},
    {"create", 2, SIZE_MAX, "create takes a URL and at least one event type", create},
    {"delete", 1, 1, "delete takes one endpoint's id", delete},
    {"enable", 1, 1, "enable takes one endpoint's id", enable},
    {"disable", 1, 1, "disable takes one endpoint's id", disable},
    {"show", 1, 1, "show takes one endpoint's id", show},
};
static const struct table_part verb_part = TABLE_PART(verbs);
static const struct table_part *const parts[] = {&verb_part, NULL};
static const struct table verb_table = {"verb", sizeof *verbs, parts};

/* Which options only one verb has. */
static const struct {
    const char *option;
    const char *verb;
} of_verbs[] = {{"description", "create"}, {"secret", "show"}, {"force", "delete"}};

static bool check_options(const struct arguments *arguments, const struct verb *verb,
                          struct error *err)
{
    for (size_t i = 0; i < ARRAY_LEN(of_verbs); i++)
        if (arguments_has(arguments, of_verbs[i].option) &&
            strcmp(verb->name, of_verbs[i].verb) != 0)
            return error_set(err, "--%s works only with %s", of_verbs[i].option, of_verbs[i].verb);
    return true;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct errand errand = {.arguments = arguments, .as_json = arguments_has(arguments, "json")};
    const char *name = arguments->num_words ? arguments->words[0] : "list";
    const struct verb *verb = table_find(&verb_table, name, err);
    if (!verb)
        return EXIT_WRONG_USAGE;
    size_t num_words = arguments->num_words ? arguments->num_words - 1 : 0;
    if (num_words < verb->min_words || num_words > verb->max_words) {
        (void)error_set(err, "%s", verb->words);
        return EXIT_WRONG_USAGE;
    }
    return check_options(arguments, verb, err) && api_choice_read(&errand.api, arguments, err)
               ? verb->run(&errand, err)
               : EXIT_WRONG_USAGE;
}

static const char *const verb_names[] = {"list",    "create", "delete", "enable",
                                         "disable", "show",   NULL};

const struct command command_endpoints = {
    .choices = verb_names,
    .names = "events",
    .name = "endpoints",
    .arguments = "[VERB] [ID | URL TYPE...]",
    .summary = "list, create, delete, enable, disable or show endpoints",
    .about =
        "Manages webhook endpoints through Panora's API, local or real: list; create URL TYPE...; "
        "delete ID; enable ID; disable ID; show ID. Prints one line per endpoint, separated by "
        "tabs: id, on or off, URL, event types. Only `show --secret` prints a secret.",
    .examples = "  hookcheck endpoints create http://localhost:3000/webhook crm.deal.created\n"
                "  hookcheck endpoints show 5b0c... --secret > secret.txt\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
