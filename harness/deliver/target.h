/*
 * The endpoint's URL, taken apart and checked once.
 */
#ifndef DELIVER_TARGET_H
#define DELIVER_TARGET_H

#include <stdbool.h>

#include "base/error.h"

struct target {
    char *url; /* as the caller gave it, normalised by libcurl; may hold userinfo: never print it */
    char *shown;     /* for people and reports: userinfo replaced by "***" */
    char *scheme;    /* "http" or "https" */
    char *host;      /* without brackets */
    char *authority; /* for the Host header: host[:port], the default port left out */
    char *path;      /* path and query for the request line: "/hook?x=1" */
    char *userinfo;  /* "user:password", percent-decoded, or NULL */
    int port;
    bool is_tls;
    bool is_loopback; /* 127.0.0.0/8, ::1, localhost */
    bool is_private;  /* loopback, RFC 1918, RFC 4193, link-local, names without a dot or under
                         .local, .internal,  .localhost, .test */
};

/* Reads `url`. Refuses what is no URL, other schemes than http and https, and an empty host, with a
 * sentence. */
bool target_parse(struct target *target, const char *url, struct error *err);
void target_clear(struct target *target);

/* Where a Location of `base` leads: a URL, or a reference that is resolved against `base` (RFC 3986
 * section 5). Without userinfo unless it names its own. Refuses as target_parse does. */
bool target_resolve(struct target *target, const struct target *base, const char *location,
                    struct error *err);

/* The request target for the request line: `path` with `query` (may be NULL) added. Caller frees.
 */
char *target_path_with(const struct target *target, const char *query);

/* The whole URL with `query` added and without userinfo; safe to show. Caller frees. */
char *target_url_with(const struct target *target, const char *query);

#endif
