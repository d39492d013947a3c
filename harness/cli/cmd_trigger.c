#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"
#include "cli/api_options.h"
#include "cli/command.h"
#include "cli/event_options.h"

#define COUNT_MAX     1000000
#define AT_ONCE       10000 /* what the API takes in one call */
#define DATA_FILE_MAX ((size_t)12 * 1024 * 1024)

struct trigger_choice {
    int64_t count;
    bool as_json;
};

static const struct option_spec specs[] = {
    {.name = "data",
     .value = "FILE",
     .help = "The event's data, as JSON; - is standard input.",
     .otherwise = "realistic data"},
    {.name = "count",
     .value = "N",
     .help = "Trigger N distinct events.",
     .fallback = "1",
     .kind = OPTION_INTEGER,
     .least = 1,
     .most = COUNT_MAX,
     .at = offsetof(struct trigger_choice, count)},
    {.name = "wrong",
     .names = "mutations",
     .value = "MUTATION",
     .help = "Make the request wrong in this way; see `hookcheck list mutations`.",
     .repeatable = true},
    {.name = "json",
     .help = "Print the API's responses, one JSON object per call.",
     .kind = OPTION_FLAG,
     .at = offsetof(struct trigger_choice, as_json)},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options, &api_options,
                                                       &api_key_options};

static void write_body(const struct arguments *arguments, const struct buf *data, int64_t count,
                       struct buf *out)
{
    const char *wrong;
    const char *glue = "";
    buf_add_text(out, "{\"type\":");
    js_quote(bytes_of(arguments->words[0]), out);
    buf_add_format(out, ",\"count\":%" PRId64 ",\"wrong\":[", count);
    for (size_t at = 0; (wrong = arguments_next(arguments, "wrong", &at)); glue = ",") {
        buf_add_text(out, glue);
        js_quote(bytes_of(wrong), out);
    }
    buf_add_char(out, ']');
    if (data->len)
        buf_add_format(out, ",\"data\":%s", buf_text(data));
    buf_add_char(out, '}');
}

/* A line for each event that the answer names: its id, the delivery's number, where it goes. */
static void print_events(const struct js *answer)
{
    const struct js *events = js_get(answer, "events");
    struct bytes url = js_get_text(answer, "url");
    for (size_t i = 0; events && i < js_size(events); i++) {
        const struct js *event = js_at(events, i);
        struct bytes id = js_get_text(event, "id_event");
        struct buf line = {0};
        text_add_visible(&line, id, SIZE_MAX);
        buf_add_format(&line, "\t%.0f\t", js_number(js_get(event, "delivery")));
        text_add_visible(&line, url, SIZE_MAX);
        buf_add_char(&line, '\n');
        sink_write(stdout, buf_bytes(&line));
        buf_clear(&line);
    }
}

static void print_notes(const struct js *answer, const char *type)
{
    struct bytes wire = js_get_text(answer, "arrives_as");
    struct bytes nobody = js_get_text(answer, "nobody");
    struct bytes note = js_get_text(answer, "note");
    if (!bytes_equal(wire, bytes_of(type)))
        sink_note("note: %s arrives as %.*s", type, (int)wire.len, wire.data);
    if (note.len)
        sink_note("note: Panora never sends %s: %.*s", type, (int)note.len, note.data);
    if (nobody.len)
        sink_note("note: nothing is sent: %.*s", (int)nobody.len, nobody.data);
}

static int send_all(const struct arguments *arguments, const struct api_choice *api,
                    const struct buf *data, int64_t count, struct error *err)
{
    int code = EXIT_OK;
    for (int64_t done = 0; done < count && code == EXIT_OK; done += AT_ONCE) {
        struct client_reply reply;
        struct buf body = {0};
        write_body(arguments, data, count - done < AT_ONCE ? count - done : AT_ONCE, &body);
        bool ok =
            client_call(&api->client, "POST", "/hookcheck/trigger", buf_text(&body), &reply, err);
        buf_clear(&body);
        if (!ok)
            code = EXIT_UNREACHED;
        else if (reply.status != 202) {
            (void)client_refused(&reply, err);
            code = reply.status == 400 ? EXIT_WRONG_USAGE : client_exit_code(&reply);
        } else {
            if (done == 0)
                print_notes(reply.value, arguments->words[0]);
            if (arguments_has(arguments, "json"))
                sink_print(stdout, "%s\n", buf_text(&reply.body));
            else
                print_events(reply.value);
            if (js_get_text(reply.value, "nobody").len)
                code = EXIT_FELL_SHORT;
        }
        client_reply_clear(&reply);
    }
    return code;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct api_choice api;
    struct buf data = {0};
    struct trigger_choice choice = {0};
    bool is_local = false;
    int code = EXIT_WRONG_USAGE;
    if (arguments_expect_words(arguments, 1, 1, "the event type", err) &&
        arguments_read(arguments, &own_options, &choice, err) &&
        data_from_arguments(arguments, DATA_FILE_MAX, &data, err) &&
        api_choice_read(&api, arguments, err)) {
        bool is_told = client_is_local(&api.client, &is_local, &code, err);
        if (is_told && !is_local)
            (void)error_set(err,
                            "%s is not a local Panora; Panora's API has no call that creates an "
                            "event, so only a local one can trigger",
                            api.client.api);
        else if (is_told)
            code = send_all(arguments, &api, &data, choice.count, err);
    }
    buf_clear(&data);
    return code;
}

const struct command command_trigger = {
    .names = "events",
    .name = "trigger",
    .arguments = "TYPE",
    .summary = "let a local Panora send an event",
    .about = "Lets a local Panora (`hookcheck panora`) create an event of TYPE and deliver it to "
             "the endpoint that Panora would choose: the first active one that subscribes to "
             "exactly this name. Prints the event's id, the delivery's number and the URL. Exits "
             "with 1 when no endpoint subscribes. It works only locally, because Panora's API has "
             "no call that creates an event.",
    .examples = "  hookcheck trigger crm.deal.created --data deal.json\n"
                "  hookcheck trigger crm.contact.created --wrong wrong-secret\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
