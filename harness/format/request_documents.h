/* The formats of requests, and what they share. */
#ifndef FORMAT_REQUEST_DOCUMENTS_H
#define FORMAT_REQUEST_DOCUMENTS_H

#include "base/buf.h"
#include "base/bytes.h"
#include "format/request_format.h"
#include "http/headers.h"
#include "http/request.h"

/* The formats, in the order in which they are listed. Each is a row beside its function;
 * adding one takes that and its name here. */
/* clang-format off */
#define REQUEST_FORMATS(X) \
    X(http) X(curl) X(json) X(headers) X(body) X(curl_config) X(har) X(postman) \
    X(hurl) X(k6) X(http_file) X(vegeta) X(pytest) X(node_test) X(jest) X(go_test) \
    X(ndjson)
/* clang-format on */

#define DECLARE_REQUEST_FORMAT(name) extern const struct request_format format_##name;
REQUEST_FORMATS(DECLARE_REQUEST_FORMAT)

#define TEXT_LIMITS (LIMIT_UTF8_BODY | LIMIT_ASCII_FIELDS)

/* The request's name, or its method and URL. */
void document_add_name(const struct request *request, const struct request_place *place,
                       struct buf *out);

/* "accept", "reject" or "either", also when nothing is known. */
const char *document_verdict(const struct request_place *place);

/* What a correct endpoint does with the request: "refuses a truncated signature", or by the
 * verdict. */
const char *document_reason(const struct request_place *place);

/* Whether a client writes this field by itself: Host, Content-Length, Connection. A client that
 * counts a body again should not be told its length. */
bool document_is_own_field(const struct header *header);

/* `text` as a JSON string; bytes that are not UTF-8 text stand as the characters of those numbers
 * (ISO-8859-1). */
void document_add_json(const char *text, struct buf *out);

/* The field's value as a JSON string, with the endpoint's authority in Host. */
void document_add_json_value(const struct header *header, const struct request_place *place,
                             struct buf *out);

/* Appends `,"KEY":` and the body as a JSON string, or `,"KEY_base64":` when it is not UTF-8. */
void document_add_json_body(const char *key, struct bytes body, struct buf *out);

#endif
