/* What the request formats and the reports share about requests. */
#ifndef FORMAT_REQUEST_PARTS_H
#define FORMAT_REQUEST_PARTS_H

#include <jansson.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "format/request_format.h"
#include "http/headers.h"

/* Appends the field's value as it is sent: with the endpoint's authority in Host. */
void request_add_value(const struct header *header, const struct request_place *place,
                       struct buf *out);

/* Header fields as a list of [name, value] pairs: order, spelling and duplicates stay. Each
 * character is one byte (ISO-8859-1), as HTTP libraries take and give them. `place` may be NULL.
 * The caller owns the list. */
json_t *json_headers(const struct headers *headers, const struct request_place *place);

#endif
