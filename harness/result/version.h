/* What this program is: its version and the suites that are compiled into it. */
#ifndef RESULT_VERSION_H
#define RESULT_VERSION_H

#include "base/buf.h"

#define HOOKCHECK_VERSION "0.1.0"
#define HOOKCHECK_DATE    "November 26, 2026"

#define SUITES_HASH_SIZE 65 /* 64 digits and a NUL */

/* Writes the SHA-256 (hex) over the compiled-in suite files in the order of their paths: path, NUL,
 * content, NUL for each. */
void suites_hash(char out[SUITES_HASH_SIZE]);

/* Appends an object with the version and the whole hash, and a line end. */
void version_json(struct buf *out);

/* Appends "hookcheck 0.1.0 (suites 0123456789ab)" and a line end. */
void version_line(struct buf *out);

#endif
