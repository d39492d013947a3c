#include "cli/api_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "deliver/target.h"

#define API_KEY_MAX 1000 /* bytes */

static const struct option_spec specs[] = {
    {.name = "api",
     .value = "URL",
     .help = "Panora's API.",
     .fallback = API_DEFAULT,
     .otherwise = "the local one"},
    {.name = "api-cacert",
     .path = PATH_FILE,
     .value = "FILE",
     .help = "Trust the certificate authorities in FILE for the API.",
     .otherwise = "the system's"},
};
const struct option_set api_options = {specs, ARRAY_LEN(specs)};

static const struct option_spec key_specs[] = {
    {.name = "api-key-env",
     .value = "NAME",
     .help = "Read the API key from the environment variable NAME.",
     .otherwise = API_KEY_DEFAULT},
};
const struct option_set api_key_options = {key_specs, ARRAY_LEN(key_specs)};

/* What a header carries unchanged: no line ends, and no blanks that a server takes off. */
static bool is_header_value(const char *text)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] >= 0x7f)
            return false;
    return len <= API_KEY_MAX && text[0] != ' ' && text[len - 1] != ' ';
}

bool api_key_read(const struct arguments *arguments, const char **out, struct error *err)
{
    const char *name = arguments_value(arguments, "api-key-env");
    *out = getenv(name ? name : API_KEY_DEFAULT);
    if (*out && !**out)
        return error_set(err, "%s is empty; an API key has at least one character",
                         name ? name : API_KEY_DEFAULT);
    if (*out && !is_header_value(*out))
        return error_set(err,
                         "%s cannot be sent as a header: an API key has at most %d printable ASCII "
                         "characters, and no blank or line end at its ends",
                         name ? name : API_KEY_DEFAULT, API_KEY_MAX);
    return *out || !name || error_set(err, "--api-key-env: %s is not set", name);
}

static bool check_api(const char *url, struct error *err)
{
    struct target target = {0};
    bool ok = target_parse(&target, url, err);
    target_clear(&target);
    if (ok && url[strcspn(url, "?#")])
        ok = error_set(err, "it is the server's URL, without ? and #");
    return ok || error_prefix(err, "--api");
}

bool api_choice_read(struct api_choice *choice, const struct arguments *arguments,
                     struct error *err)
{
    *choice = (struct api_choice){0};
    choice->engine.cacert = arguments_value(arguments, "api-cacert");
    choice->client.api = arguments_value(arguments, "api");
    choice->client.engine = &choice->engine;
    if (!check_api(choice->client.api, err) ||
        !api_key_read(arguments, &choice->client.api_key, err))
        return false;
    return choice->client.api_key ||
           error_set(err, "no API key: set " API_KEY_DEFAULT " to the one that `hookcheck panora` "
                          "prints, or give --api-key-env NAME");
}
