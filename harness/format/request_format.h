/*
 * Requests in the form that people and tools take: what `sign` prints, how a failure is repeated,
 * and the documents of `fixtures`.
 */
#ifndef FORMAT_REQUEST_FORMAT_H
#define FORMAT_REQUEST_FORMAT_H

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
    const char *verdict;   /* "accept", "reject" or "either": what a right endpoint does; NULL =
                              unknown */
    const char *reason;  /* why, as a predicate: "refuses a truncated signature"; NULL = unknown */
    const char *name;    /* in documents: which request this is; NULL = its method and URL */
    const char *type;    /* the event's; NULL = unknown */
    const char *options; /* of curl, for the connection: " --cacert 'ca.pem'"; NULL = none */
};

/* What a format cannot say; such a request is refused rather than bent. */
enum request_limit {
    LIMIT_UTF8_BODY = 1,      /* a body that is not UTF-8 */
    LIMIT_NO_NUL = 2,         /* a body with NUL */
    LIMIT_SHORT_LINES = 4,    /* a body above REQUEST_LINE_MAX */
    LIMIT_PLAIN_LINES = 8,    /* a body whose lines an editor would take for something else */
    LIMIT_NO_BRACES = 16,     /* "{{", which means a variable there */
    LIMIT_ASCII_FIELDS = 32,  /* a field value that is not printable ASCII */
    LIMIT_ONE_OF_A_NAME = 64, /* two fields of one name */
    LIMIT_NO_COMMENTS = 128   /* comments in a body that would be JSON: they are taken out there */
};

/* A word of a command line holds 128 KiB at most, and so does a line of a curl configuration file
 * before curl 8.6; escapes can double it and more. */
#define REQUEST_LINE_MAX ((size_t)32 * 1024)

/* A document is `begin`, the requests with `between` between them, `end`. */
struct request_format {
    const char *name; /* "http", "curl", "har" */
    const char *sentence;
    void (*render)(const struct request *request, const struct request_place *place,
                   struct buf *out);
    const char *file;    /* the name of a document's file: "events.har"; or, beginning with a dot,
                            what the name of one request's file ends with */
    const char *begin;   /* "" when there is nothing to say first; likewise `end` */
    const char *between; /* NULL: a document holds one request only */
    const char *end;
    unsigned limits;         /* of enum request_limit */
    const char *beside_file; /* what the document's folder needs as well; NULL = nothing */
    const char *beside;
};

extern const struct request_format *const request_formats[];
extern const size_t num_request_formats;

const struct request_format *request_format_find(const char *name, struct error *err);

/* Why `request` cannot be said in this format: "its body is not UTF-8"; NULL when it can. */
const char *request_format_refuses(const struct request_format *format,
                                   const struct request *request);

/* Appends a whole document that holds this request only. False, with the reason, when the format
 * cannot say it. */
bool request_format_single(const struct request_format *format, const struct request *request,
                           const struct request_place *place, struct buf *out, struct error *err);

/* A shell word: `in` in single quotes, or as "$(printf '...')" with octal escapes when it holds
 * bytes that a shell word cannot show safely (control characters, not UTF-8). A NUL, which no shell
 * word can hold, is left out. */
void shell_quote(struct bytes in, struct buf *out);

/* The same for what was redacted: each $HOOKCHECK_NAME in `in` is in double quotes, so the
 * shell puts the secret in its place when the line is pasted. */
void shell_quote_redacted(struct bytes in, struct buf *out);

/* More bytes than this are not put on a command line. */
#define CURL_BODY_MAX REQUEST_LINE_MAX

/* The request as a `curl` command on one line for a POSIX shell that sends the same method, headers
 * (curl's own ones suppressed) and body bytes; $HOOKCHECK_NAME is left to the shell. A body above
 * CURL_BODY_MAX is not put on the line: then it reads standard input (`--data-binary @-`). A body
 * that a shell word cannot show comes from a printf in front of it. */
void curl_command(const struct request *request, const struct request_place *place,
                  struct buf *out);

#endif
