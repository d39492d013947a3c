/*
 * One request in the form that people and tools take: what `sign` prints and how a failure is
 * repeated.
 */
#ifndef REPORT_REQUEST_FORMAT_H
#define REPORT_REQUEST_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"
#include "http/request.h"

struct request_place {
    const char *url; /* where it goes, query included; "https://example.com/webhook" when unknown */
    const char *authority; /* replaces REQUEST_HOST_PLACEHOLDER */
    const char *path;      /* for the request line */
    const char *verdict;   /* "accept" or "reject": what a right endpoint does; NULL = unknown */
};

struct request_format {
    const char *name; /* "http", "curl", "json", "headers", "body" */
    const char *sentence;
    void (*render)(const struct request *request, const struct request_place *place,
                   struct buf *out);
};

extern const struct request_format request_formats[];
extern const size_t num_request_formats;

const struct request_format *request_format_find(const char *name, struct error *err);

/* A shell word: `in` in single quotes, or as "$(printf '...')" with octal escapes when it holds
 * bytes that a shell word cannot show safely (control characters, not UTF-8). A NUL, which no shell
 * word can hold, is left out. */
void shell_quote(struct bytes in, struct buf *out);

/* The same for what was redacted: each $HOOKCHECK_NAME in `in` stands in double quotes, so that the
 * shell puts the secret in its place when the line is pasted. */
void shell_quote_redacted(struct bytes in, struct buf *out);

/* More bytes than this are not put on a command line. */
#define CURL_BODY_MAX ((size_t)32 * 1024)

/* The request as a `curl` command on one line for a POSIX shell that sends the same method, headers
 * (curl's own ones suppressed) and body bytes; $HOOKCHECK_NAME is left to the shell. A body above
 * CURL_BODY_MAX is not put on the line: then it reads standard input (`--data-binary @-`). A body
 * that a shell word cannot show comes from a printf in front of it. */
void curl_command(const struct request *request, const struct request_place *place,
                  struct buf *out);

#endif
