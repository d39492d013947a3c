#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json.h"
#include "base/sink.h"
#include "cli/command.h"
#include "cli/secret_options.h"
#include "diagnose/offline.h"
#include "format/capture.h"
#include "panora/event.h"
#include "sign/signature.h"

#define BODY_FILE_MAX ((size_t)64 * 1024 * 1024)

static const struct option_spec specs[] = {
    {.name = "signature",
     .value = "HEX",
     .help = "The value of the Panora-Signature header; '' for an empty header."},
    {.name = "no-signature", .help = "The request had no Panora-Signature header."},
    {.name = "body",
     .value = "FILE",
     .help = "The request's exact body; standard input when FILE is -."},
    {.name = "json", .help = "Print a JSON object.", .otherwise = "text"},
    {.name = "request",
     .value = "FILE",
     .help = "A whole captured request instead: raw HTTP, a HAR file or a curl command."},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options, &secret_options};

static bool check_usage(const struct arguments *arguments, struct error *err)
{
    bool has_signature = arguments_has(arguments, "signature");
    const char *body = arguments_value(arguments, "body");
    const char *secret = arguments_value(arguments, "secret-file");
    if (!arguments_expect_words(arguments, 0, 0, "nothing", err))
        return false;
    if (arguments_has(arguments, "request")) {
        if (body || has_signature || arguments_has(arguments, "no-signature"))
            return error_set(err, "--request is the whole request; do not combine it with --body, "
                                  "--signature or --no-signature");
        return true;
    }
    if (!has_signature && !arguments_has(arguments, "no-signature"))
        return error_set(err, "--signature HEX is required, or --no-signature when the request had "
                              "no Panora-Signature header");
    if (has_signature && arguments_has(arguments, "no-signature"))
        return error_set(err, "--signature and --no-signature exclude each other");
    if (!body)
        return error_set(err, "--body FILE is required; - is standard input");
    if (strcmp(body, "-") == 0 && secret && strcmp(secret, "-") == 0)
        return error_set(err, "--body and --secret-file cannot both read standard input");
    return true;
}

/* `more` has a line for each thing that explains it. */
static void print_text(const char *reason, const struct buf *more)
{
    if (reason)
        sink_print(stdout, "not valid: %s\n%s", reason, buf_text(more));
    else
        sink_print(stdout, "valid\n");
}

static void print_json(const char *reason, const struct buf *more)
{
    json_t *verdict = json_object();
    json_t *findings = json_array();
    struct buf out = {0};
    json_set_flag(verdict, "valid", !reason);
    json_set(verdict, "reason", reason ? json_visible(reason) : json_null());
    json_set(verdict, "findings", findings);
    for (const char *line = buf_text(more); *line;) {
        size_t len = strcspn(line, "\n");
        json_array_append_new(findings, json_stringn(line, len));
        line += len + (line[len] == '\n');
    }
    json_add_document(verdict, &out);
    sink_write(stdout, buf_bytes(&out));
    buf_clear(&out);
    json_decref(verdict);
}

/* The verdict comes first; what explains it follows. */
static int verify(const struct secret *secret, const struct request *request, bool as_json)
{
    struct error why = {0};
    struct buf more = {0};
    const char *signature = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    struct bytes given = {signature, signature ? strlen(signature) : 0};
    struct bytes body = buf_bytes(&request->body);
    bool valid = signature_verify(secret_bytes(secret), body, given, &why) == VERIFICATION_VALID;
    if (!valid)
        (void)offline_explain(&request->headers, body, secret_bytes(secret), &more);
    (as_json ? print_json : print_text)(valid ? NULL : why.message, &more);
    buf_clear(&more);
    return valid ? EXIT_OK : EXIT_FELL_SHORT;
}

static bool read_request(const struct arguments *arguments, struct request *out, struct error *err)
{
    const char *whole = arguments_value(arguments, "request");
    const char *signature = arguments_value(arguments, "signature");
    struct buf text = {0};
    if (whole) {
        bool ok =
            file_read(whole, BODY_FILE_MAX, &text, err) && capture_read(buf_bytes(&text), out, err);
        buf_clear(&text);
        return ok || error_prefix(err, "--request");
    }
    if (signature)
        headers_add(&out->headers, PANORA_SIGNATURE_HEADER, signature);
    return file_read(arguments_value(arguments, "body"), BODY_FILE_MAX, &out->body, err) ||
           error_prefix(err, "--body");
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct secret secret = {0};
    struct request request = {0};
    int code = EXIT_WRONG_USAGE;
    if (check_usage(arguments, err) && secret_from_arguments(arguments, &secret, err) &&
        read_request(arguments, &request, err))
        code = verify(&secret, &request, arguments_has(arguments, "json"));
    request_clear(&request);
    secret_clear(&secret);
    return code;
}

const struct command command_verify = {
    .name = "verify",
    .arguments = "",
    .summary = "check a signature; if it is wrong, name the mistake",
    .about = "Checks a captured request as Panora's official verifier does: it parses the body as "
             "JSON, serializes data like JavaScript's JSON.stringify, and compares the HMAC-SHA256 "
             "of that with the signature. Prints \"valid\" and exits with 0, or prints \"not "
             "valid\", the reason and the likely mistake, and exits with 1. A body that is not "
             "JSON or has no data is not valid. Exit code 2 is for wrong usage.",
    .examples = "  hookcheck verify --secret-file secret.txt --request captured.har\n"
                "  HOOKCHECK_SECRET=whsec_... hookcheck verify --signature 5390ab78... --body "
                "captured.json\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
