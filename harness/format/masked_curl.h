/* A curl command that shows no secret. */
#ifndef FORMAT_MASKED_CURL_H
#define FORMAT_MASKED_CURL_H

#include "base/buf.h"
#include "format/request_format.h"
#include "sign/secret.h"

/* As the request format "curl", whose row is `format`, but wherever the request holds the secret
 * the shell puts in "$HOOKCHECK_SECRET". */
void masked_curl(const struct request_format *format, const struct request *request,
                 const struct request_place *place, const struct secret *secret, struct buf *out);

#endif
