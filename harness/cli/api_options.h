/* Which API is called and with which key, the same for every command that calls Panora's API. */
#ifndef CLI_API_OPTIONS_H
#define CLI_API_OPTIONS_H

#include "base/error.h"
#include "cli/option.h"
#include "platform/client.h"

#define API_DEFAULT     "http://127.0.0.1:8787"
#define API_KEY_DEFAULT "PANORA_API_KEY"

extern const struct option_set api_options;     /* --api and what is needed to reach it */
extern const struct option_set api_key_options; /* --api-key-env */

struct api_choice {
    struct engine_options engine;
    struct client_options client; /* points to `engine`: do not move the struct */
};

bool api_choice_read(struct api_choice *choice, const struct arguments *arguments,
                     struct error *err);

/* The key from the environment; `*out` NULL when PANORA_API_KEY is not set and no other name was
 * given. Borrowed. */
bool api_key_read(const struct arguments *arguments, const char **out, struct error *err);

#endif
