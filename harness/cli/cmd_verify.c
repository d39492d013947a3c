#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/secret_options.h"
#include "sign/signature.h"

#define BODY_FILE_MAX ((size_t)64 * 1024 * 1024)

static const struct option_spec specs[] = {
    {"signature", 0, "HEX", "The value of the Panora-Signature header; '' for an empty one.",
     false},
    {"no-signature", 0, NULL, "The request had no Panora-Signature header.", false},
    {"body", 0, "FILE", "The request's body, byte for byte; standard input when FILE is -.", false},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options, &secret_options};

static bool check_usage(const struct arguments *arguments, struct error *err)
{
    bool has_signature = arguments_has(arguments, "signature");
    const char *body = arguments_value(arguments, "body", NULL);
    if (!arguments_expect_words(arguments, 0, 0, "nothing", err))
        return false;
    if (!has_signature && !arguments_has(arguments, "no-signature"))
        return error_set(err,
                         "--signature HEX must be given, or --no-signature when the request had no "
                         "Panora-Signature header");
    if (has_signature && arguments_has(arguments, "no-signature"))
        return error_set(err, "--signature and --no-signature exclude each other");
    if (!body)
        return error_set(err, "--body FILE must be given; - is standard input");
    if (strcmp(body, "-") == 0 && strcmp(arguments_value(arguments, "secret-file", ""), "-") == 0)
        return error_set(err, "--body and --secret-file cannot both read standard input");
    return true;
}

static int verify(const struct secret *secret, struct bytes body, const char *signature)
{
    struct error why = {0};
    struct bytes given = {signature, signature ? strlen(signature) : 0};
    if (signature_verify(secret_bytes(secret), body, given, &why) == VERIFICATION_VALID) {
        (void)puts("valid");
        return EXIT_OK;
    }
    (void)printf("not valid: %s\n", why.message);
    return EXIT_FELL_SHORT;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct secret secret = {0};
    struct buf body = {0};
    int code = EXIT_WRONG_USAGE;
    if (check_usage(arguments, err) && secret_from_arguments(arguments, &secret, err)) {
        if (file_read(arguments_value(arguments, "body", NULL), BODY_FILE_MAX, &body, err))
            code = verify(&secret, buf_bytes(&body), arguments_value(arguments, "signature", NULL));
        else
            (void)error_prefix(err, "--body");
    }
    buf_clear(&body);
    secret_clear(&secret);
    return code;
}

const struct command command_verify = {
    .name = "verify",
    .arguments = "",
    .summary = "check a signature by the rule of Panora's own verifier",
    .about = "Says whether a captured request is valid by the rule of Panora's official verifier: "
             "the body is "
             "parsed as JSON, its member data is written as JavaScript's JSON.stringify writes it, "
             "and the "
             "HMAC-SHA256 of that must equal the signature exactly. Prints \"valid\" and exits "
             "with 0, or \"not "
             "valid\" and the reason and exits with 1; so does a body that is not JSON or has no "
             "data. Exits "
             "with 2 when it was asked wrongly.",
    .examples = "  HOOKCHECK_SECRET=whsec_... hookcheck verify --signature 5390ab78... --body "
                "captured.json\n"
                "  hookcheck verify --secret-file secret.txt --signature \"$SIGNATURE\" --body - < "
                "captured.json\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
