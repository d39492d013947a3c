/* The formats of whole documents, behind the rows of request_formats, and what they share. */
#ifndef FORMAT_REQUEST_DOCUMENTS_H
#define FORMAT_REQUEST_DOCUMENTS_H

#include "base/buf.h"
#include "base/bytes.h"
#include "format/request_format.h"
#include "http/headers.h"
#include "http/request.h"

typedef void format_request(const struct request *request, const struct request_place *place,
                            struct buf *out);

format_request format_curl_config;
format_request format_har, format_postman, format_vegeta, format_ndjson;
format_request format_hurl, format_http_file;
format_request format_k6, format_pytest, format_js, format_go_test;

extern const char har_begin[], har_end[];
extern const char postman_begin[], postman_end[];
extern const char k6_begin[], k6_end[];
extern const char pytest_begin[], pytest_end[];
extern const char node_test_begin[], node_test_end[];
extern const char jest_begin[], jest_end[];
extern const char go_test_begin[], go_test_end[];

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
