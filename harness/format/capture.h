/*
 * A captured request in any of the forms in which people have one: as it stood on the wire, a HAR
 * file, a curl command, or a line of the receiver's journal.
 */
#ifndef FORMAT_CAPTURE_H
#define FORMAT_CAPTURE_H

#include "base/bytes.h"
#include "base/error.h"
#include "http/request.h"

/* Reads `text`; which form it is shows by itself. In a HAR file the first request with a header
 * Panora-Signature counts, or the first POST. False with a sentence; `out` is zeroed or cleared by
 * the caller in any case. */
bool capture_read(struct bytes text, struct request *out, struct error *err);

#endif
