/* Parts of shell words that curl_command needs besides shell_quote (report/request_format.h). */
#ifndef FORMAT_SHELL_H
#define FORMAT_SHELL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/bytes.h"

/* Whether a single-quoted word can show the bytes: UTF-8 without control characters. */
bool shell_is_plain(struct bytes in);

/* A printf command that writes exactly `in`, NUL included. With `with_variables` each
 * $HOOKCHECK_NAME in it is left to the shell. */
void shell_printf(struct bytes in, bool with_variables, struct buf *out);

#endif
