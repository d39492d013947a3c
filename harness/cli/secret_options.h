/*
 * Where the secret comes from, the same for every command that needs one: HOOKCHECK_SECRET,
 * --secret-env NAME,
 * --secret-file FILE, --secret VALUE (which others on the machine can read, and which warns so).
 */
#ifndef CLI_SECRET_OPTIONS_H
#define CLI_SECRET_OPTIONS_H

#include "base/error.h"
#include "cli/option.h"
#include "sign/secret.h"

extern const struct option_set secret_options;

/* Fills `secret`; refuses none, an empty one, and two sources at once (the environment variable
 * HOOKCHECK_SECRET yields to an option). Says on standard error when a trailing newline was
 * dropped. */
bool secret_from_arguments(const struct arguments *arguments, struct secret *secret,
                           struct error *err);

#endif
