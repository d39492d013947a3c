/*
 * The endpoint's signing secret: opaque bytes, used as they are (no prefix is stripped, nothing
 * decoded). There is no function that prints one; it is wiped when freed.
 */
#ifndef SIGN_SECRET_H
#define SIGN_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/bytes.h"
#include "base/error.h"

/* The secret of fixtures for which nobody gave one. It is published here and in every manifest, so
 * an endpoint that the world can reach must never be configured with it. */
#define SECRET_PUBLISHED "whsec_published_by_hookcheck_for_tests_only"

struct secret {
    char *data;
    size_t len;
};

void secret_set(struct secret *secret, struct bytes bytes); /* copies; replaces what was there */
void secret_clear(struct secret *secret);
struct bytes secret_bytes(const struct secret *secret); /* borrowed */

/* Reads the secret from a file of at most 64 KiB; one trailing newline (LF or CR LF) is dropped and
 * `out_dropped` says so. Refuses an empty one. */
bool secret_from_file(struct secret *secret, const char *path, bool *out_dropped,
                      struct error *err);

/* Reads the secret from environment variable `name`; refuses an unset or empty one. */
bool secret_from_env(struct secret *secret, const char *name, struct error *err);

#endif
