#include "cli/secret_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/sink.h"

#define DEFAULT_VARIABLE "HOOKCHECK_SECRET"
#define FILE_VARIABLE    "HOOKCHECK_SECRET_FILE"

static const struct option_spec specs[] = {
    {.name = "secret-env",
     .form = FORM_TYPED_ONLY,
     .group = "secret",
     .value = "NAME",
     .help = "Read the secret from the environment variable NAME.",
     .otherwise = DEFAULT_VARIABLE ", or the file that " FILE_VARIABLE " names"},
    {.name = "secret-file",
     .path = PATH_FILE,
     .form = FORM_TYPED_ONLY,
     .group = "secret",
     .value = "FILE",
     .help = "Read the secret from FILE, or from standard input when FILE is -; one trailing "
             "newline is removed."},
    {.name = "secret",
     .form = FORM_SECRET,
     .group = "secret",
     .value = "VALUE",
     .is_aside = true,
     .secret = "\"$HOOKCHECK_SECRET\"",
     .help = "The secret itself. Everyone on this machine can see it in the process list while "
             "hookcheck runs."},
};

const struct option_set secret_options = {specs, ARRAY_LEN(specs)};

static bool refuse_two_sources(const struct arguments *arguments, struct error *err)
{
    const char *first = NULL;
    for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
        if (!arguments_has(arguments, specs[i].name))
            continue;
        if (first)
            return error_set(err, "--%s and --%s exclude each other", first, specs[i].name);
        first = specs[i].name;
    }
    return true;
}

static bool take_from_file(struct secret *secret, const char *path, struct error *err)
{
    bool dropped = false;
    if (!secret_from_file(secret, path, &dropped, err))
        return false;
    if (dropped)
        sink_note("the newline at the end of %s is not part of the secret",
                  strcmp(path, "-") == 0 ? "standard input" : path);
    return true;
}

static bool take_from_value(struct secret *secret, const char *value, struct error *err)
{
    if (!*value)
        return error_set(err, "--secret is empty; a secret has at least one byte");
    sink_note("others can read --secret in the process list; prefer " DEFAULT_VARIABLE
              " or --secret-file");
    secret_set(secret, bytes_of(value));
    return true;
}

static bool take_from_default(struct secret *secret, struct error *err)
{
    const char *value = getenv(DEFAULT_VARIABLE);
    if (value && !*value)
        return error_set(err, DEFAULT_VARIABLE " is empty; a secret has at least one byte");
    const char *path = getenv(FILE_VARIABLE);
    if (!value && path && *path)
        return take_from_file(secret, path, err) || error_prefix(err, FILE_VARIABLE);
    if (!value)
        return error_set(err, "no secret: set " DEFAULT_VARIABLE
                              ", or give --secret-env NAME or --secret-file FILE");
    secret_set(secret, bytes_of(value));
    return true;
}

static bool take(const struct arguments *arguments, struct secret *secret, struct error *err)
{
    const char *name = arguments_value(arguments, "secret-env");
    const char *path = arguments_value(arguments, "secret-file");
    const char *value = arguments_value(arguments, "secret");
    if (!refuse_two_sources(arguments, err))
        return false;
    if (name)
        return secret_from_env(secret, name, err) || arguments_blame(arguments, "secret-env", err);
    if (path)
        return take_from_file(secret, path, err) || arguments_blame(arguments, "secret-file", err);
    if (value)
        return take_from_value(secret, value, err);
    return take_from_default(secret, err);
}

/* Panora's secrets have none of these: what has them was set wrongly, as a rule. */
static const char *oddity_of(struct bytes secret)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (secret.len == 0)
        return NULL;
    char first = secret.data[0];
    char last = secret.data[secret.len - 1];
    if (secret.len >= 3 && memcmp(secret.data, mark, 3) == 0)
        return "starts with a byte order mark";
    if (memchr(secret.data, '\0', secret.len))
        return "has a NUL in it, as text in UTF-16 has";
    if (last == '\n' || last == '\r')
        return "ends with a newline";
    if (strchr(" \t\r\n", first))
        return "starts with a blank";
    if (strchr(" \t", last))
        return "ends with a blank";
    if (secret.len >= 2 && first == last && strchr("\"'`", first))
        return "is in quotes";
    return memchr(secret.data, '\n', secret.len) ? "has a newline in it" : NULL;
}

bool secret_from_arguments(const struct arguments *arguments, struct secret *secret,
                           struct error *err)
{
    if (!take(arguments, secret, err))
        return false;
    const char *oddity = oddity_of(secret_bytes(secret));
    if (oddity)
        sink_note("the secret %s, and is used like that; if the endpoint's secret is without it, "
                  "every event will be refused",
                  oddity);
    mem_hold_secret();
    sink_hide_secret(secret_bytes(secret), "$" DEFAULT_VARIABLE);
    return true;
}
