#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/command.h"
#include "cli/event_options.h"
#include "cli/secret_options.h"
#include "deliver/target.h"
#include "format/request_format.h"
#include "http/redacted.h"

static const struct option_spec specs[] = {
    {.name = "format",
     .names = "request-formats",
     .value = "FORMAT",
     .help = "How to print it: http, curl, json, headers, body or another tool's format; see "
             "`hookcheck list formats`.",
     .fallback = "http"},
    {.name = "url",
     .value = "URL",
     .help = "The target URL, for formats that contain it.",
     .fallback = "https://example.com/webhook"},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options, &event_options,
                                                       &secret_options};

/* Only a mutation that sends the secret gets here. */
static void note_secret(const struct request *request, const struct secret *secret)
{
    const char *signature = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    if (signature && bytes_find(bytes_of(signature), secret_bytes(secret)))
        sink_note("note: this request contains the secret itself, printed as $HOOKCHECK_SECRET");
}

static bool render(const struct composed *composed, const struct request_format *format,
                   const struct target *target, const struct secret *secret, struct buf *out,
                   struct error *err)
{
    struct request shown = {0};
    char *bare_url = target_url_with(target, composed->request.query);
    char *bare_path = target_path_with(target, composed->request.query);
    char *url = redacted_text(sink_redactor(), bare_url);
    char *path = redacted_text(sink_redactor(), bare_path);
    request_redacted(sink_redactor(), &composed->request, SIZE_MAX, &shown);
    note_secret(&composed->request, secret);
    struct request_place place = {
        .url = url,
        .authority = target->authority,
        .path = path,
        .verdict = composed->genuine ? "accept" : "reject",
        .type = composed->event.type,
    };
    bool ok =
        request_format_single(format, &shown, &place, out, err) || error_prefix(err, "--format");
    request_clear(&shown);
    free(bare_url);
    free(bare_path);
    free(url);
    free(path);
    return ok;
}

static bool sign_one(struct event_choice *choice, const struct arguments *arguments,
                     struct error *err)
{
    const char *name = arguments_value(arguments, "format");
    const struct request_format *format = request_format_find(name, err);
    if (!format)
        return error_prefix(err, "--format");
    const char *given = arguments->num_words ? arguments->words[0] : EVENT_TYPE_DEFAULT;
    struct composed composed = {0};
    struct target target = {0};
    struct buf out = {0};
    bool ok =
        target_parse(&target, arguments_value(arguments, "url"), err) || error_prefix(err, "--url");
    ok = ok && event_choice_compose(choice, event_choice_wire_type(choice, given), &composed, err);
    ok = ok && render(&composed, format, &target, &choice->secret, &out, err);
    if (ok) {
        if (isatty(STDOUT_FILENO) && out.len && out.data[out.len - 1] != '\n')
            buf_add_char(&out, '\n'); /* for the prompt's sake; elsewhere the bytes are exact */
        sink_write(stdout, buf_bytes(&out));
    }
    buf_clear(&out);
    composed_clear(&composed);
    target_clear(&target);
    return ok;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct event_choice choice = {0};
    bool ok = arguments_expect_words(arguments, 0, 1, "a TYPE", err) &&
              event_choice_read(&choice, arguments, err) && sign_one(&choice, arguments, err);
    event_choice_clear(&choice);
    return ok ? EXIT_OK : EXIT_WRONG_USAGE;
}

const struct command command_sign = {
    .names = "events",
    .name = "sign",
    .arguments = "[TYPE]",
    .summary = "sign an event, correctly or with a chosen mistake, and print it",
    .about =
        "Makes an event of TYPE (default " EVENT_TYPE_DEFAULT
        ") as Panora would send it, signs it, and prints its headers and body. Some subscribed "
        "names arrive under another name (crm.deal.created as crm.deal.push); the event gets the "
        "name that arrives. The secret is never printed: $HOOKCHECK_SECRET replaces it.",
    .examples = "  HOOKCHECK_SECRET=whsec_... hookcheck sign crm.contact.created\n"
                "  HOOKCHECK_SECRET=whsec_... hookcheck sign --data mine.json --wrong change-data "
                "--format curl\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
