/*
 * One failure, in words for a person: what is wrong, where, and what would be right.
 *
 * The caller owns the record, usually on its stack and zeroed (`struct error err = {0};`), and
 * passes it last. The first message wins, so the deepest function, which knows most, speaks. A
 * message is one line without a final stop, without "error:", and never contains a secret.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

#define ERROR_MESSAGE_MAX 1024

struct error {
    char message[ERROR_MESSAGE_MAX];
};

/* Sets the message unless one is set already; always returns false, for `return error_set(...)`.
 * A message that does not fit is cut. `err` may be NULL. */
bool error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "PREFIX: " before the message that is there; always returns false. `err` may be NULL. */
bool error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool error_is_set(const struct error *err);

#endif
