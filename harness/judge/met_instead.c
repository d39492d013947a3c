#include "judge/met_instead.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "suite/word.h"

/* Bytes of a body that are searched, and of a header's value that evidence shows. */
#define SEARCHED_MAX 65536
#define SHOWN_MAX    120
#define EVIDENCE_MAX 3

enum met {
    MET_PLATFORM,
    MET_FIREWALL,
    MET_CSRF,
    MET_CORS,
    MET_LOGIN_REDIRECT,
    MET_LOGIN,
    MET_REDIRECT,
    MET_PLAIN_HTTP,
    MET_ROUTE,
    MET_METHOD,
    MET_TOO_LARGE,
    MET_MEDIA_TYPE,
    MET_RATE_LIMIT,
    MET_GATEWAY,
    MET_MAINTENANCE,
    MET_COUNT
};

#define THING(id_, thing_, remedy_)                                                                \
    {                                                                                              \
        .id = (id_), .thing = (thing_), .sentence = "was not reached: the requests hit " thing_,   \
        .remedy = (remedy_)                                                                        \
    }

static const struct met_instead things[MET_COUNT] = {
    [MET_PLATFORM] = THING("platform-protection",
                           "the hosting platform's own protection, which admits only its users",
                           "turn the protection off for this path, or give Panora a URL with the "
                           "platform's bypass token"),
    [MET_FIREWALL] =
        THING("firewall", "a firewall or bot check, which blocks clients that are not browsers",
              "let requests with User-Agent axios/... to this path through the firewall; "
              "the signature authenticates them"),
    [MET_CSRF] =
        THING("csrf-check",
              "a CSRF check, which is meant for browser forms and requires a token that "
              "webhooks do not have",
              "exempt this route from CSRF protection (Django @csrf_exempt, Rails "
              "skip_forgery_protection, Laravel's except list); the signature replaces it"),
    [MET_CORS] = THING("cors-check", "a check of the Origin header, which only browsers send",
                       "exempt this route from the check (CORS protects browsers, not servers); "
                       "the signature replaces it"),
    [MET_LOGIN_REDIRECT] =
        THING("login-redirect",
              "a redirect to a sign-in page, whose 200 Panora would record as "
              "delivered",
              "exempt this route from the authentication middleware; the signature replaces it"),
    [MET_LOGIN] =
        THING("login-wall", "a login wall, which requires a session or a token",
              "exempt this route from the authentication middleware; the signature replaces it"),
    [MET_REDIRECT] =
        THING("redirect", "a redirect to another address",
              "give Panora the final URL: https, the right host, the right trailing slash"),
    [MET_PLAIN_HTTP] =
        THING("https-port", "a port that speaks only HTTPS", "give Panora the https URL"),
    [MET_ROUTE] = THING("no-route", "no route: nothing is served at this path",
                        "check the path in the URL, and that the handler is deployed there"),
    [MET_METHOD] = THING("method-not-allowed", "a route that does not accept POST",
                         "route POST on this path to the handler"),
    [MET_TOO_LARGE] = THING("too-large", "a limit on the body size",
                            "raise the limit of every layer (proxy, framework, body parser) to at "
                            "least 5 MiB"),
    [MET_MEDIA_TYPE] = THING("media-type", "a layer that does not accept application/json",
                             "accept Content-Type: application/json on this route"),
    [MET_RATE_LIMIT] = THING("rate-limit", "a rate limit",
                             "exempt Panora's requests from the rate limit, or raise it"),
    [MET_GATEWAY] = THING("gateway-error", "a proxy that could not reach the application",
                          "check that the application runs, and that the proxy has its address"),
    [MET_MAINTENANCE] =
        THING("maintenance", "a page that says that the service is unavailable",
              "end the maintenance, or let this path through; if there is none, check that the "
              "server in front has an application that is up"),
};

/* One thing that gives it away. All that is set must hold; patterns are lower case. */
struct sign {
    enum met met;
    const char *statuses; /* as in suites: "403,419" */
    const char *header;   /* a header, whose value matches `pattern`; NULL = the body is searched */
    const char *pattern;  /* header: a glob; body: words that it holds; NULL = anything */
};

/* The most telling first: a challenge page says more than the 403 that it comes with. */
static const struct sign signs[] = {
    {MET_PLATFORM, "3xx,401,403", "Set-Cookie", "_vercel_sso_nonce=*"},
    {MET_PLATFORM, "3xx", "Location", "https://vercel.com/sso*"},
    {MET_PLATFORM, "3xx", "Location", "*.cloudflareaccess.com/*"},
    {MET_PLATFORM, "3xx", "Location", "*/cdn-cgi/access/*"},
    {MET_PLATFORM, "3xx", "Location", "*/.auth/login/*"},
    {MET_PLATFORM, "3xx,4xx", "X-Goog-IAP-Generated-Response", NULL},
    {MET_PLATFORM, "3xx", "Location", "*github.dev/*auth*"},
    {MET_PLATFORM, "401,403", NULL, "vercel authentication"},
    {MET_PLATFORM, "401,403", NULL, "this page requires vercel"},
    {MET_PLATFORM, "401", NULL, "password protected site"},

    {MET_FIREWALL, "2xx,4xx,503", "cf-mitigated", NULL},
    {MET_FIREWALL, "4xx,503", "x-vercel-mitigated", NULL},
    {MET_FIREWALL, "2xx,4xx", "x-amzn-waf-action", NULL},
    {MET_FIREWALL, "403,405,429", "x-datadome", NULL},
    {MET_FIREWALL, "403,406,503", "x-sucuri-block", NULL},
    {MET_FIREWALL, "4xx,503", NULL, "just a moment..."},
    {MET_FIREWALL, "403,429,503", NULL, "attention required! | cloudflare"},
    {MET_FIREWALL, "403,429", NULL, "error code: 10"},
    {MET_FIREWALL, "4xx", NULL, "vercel security checkpoint"},
    {MET_FIREWALL, "2xx,4xx", NULL, "incapsula incident id"},
    {MET_FIREWALL, "403", NULL, "errors.edgesuite.net"},
    {MET_FIREWALL, "403", NULL, "sucuri website firewall"},
    {MET_FIREWALL, "2xx,403", NULL, "the requested url was rejected. please consult"},
    {MET_FIREWALL, "403,406", NULL, "mod_security"},
    {MET_FIREWALL, "403", NULL, "request blocked"},

    {MET_CSRF, "4xx", NULL, "csrf"},
    {MET_CSRF, "4xx", NULL, "invalidauthenticitytoken"},
    {MET_CSRF, "4xx", NULL, "invalid authenticity token"},
    {MET_CSRF, "4xx", NULL, "cross-site post form submissions are forbidden"},
    {MET_CSRF, "419", NULL, "page expired"},
    {MET_CSRF, "403,419,422", "Set-Cookie", "*csrf*=*"},
    {MET_CSRF, "403,419,422", "Set-Cookie", "xsrf-token=*"},
    {MET_CSRF, "419", NULL, NULL},

    {MET_CORS, "4xx,500", NULL, "not allowed by cors"},
    {MET_CORS, "4xx,500", NULL, "origin not allowed"},
    {MET_CORS, "4xx,500", NULL, "invalid origin"},
    {MET_CORS, "4xx,500", NULL, "missing origin"},

    {MET_LOGIN_REDIRECT, "301,302,303,307,308", "Location", "*login*"},
    {MET_LOGIN_REDIRECT, "301,302,303,307,308", "Location", "*log-in*"},
    {MET_LOGIN_REDIRECT, "301,302,303,307,308", "Location", "*signin*"},
    {MET_LOGIN_REDIRECT, "301,302,303,307,308", "Location", "*sign-in*"},
    {MET_LOGIN_REDIRECT, "301,302,303,307,308", "Location", "*sign_in*"},
    {MET_LOGIN_REDIRECT, "301,302,303,307,308", "Location", "*/oauth*"},
    {MET_LOGIN_REDIRECT, "301,302,303,307,308", "Location", "*/auth/*"},

    /* a handler has no use for a password: this is the page that a browser would be shown */
    {MET_LOGIN, "2xx,401,403", NULL, "type=\"password\""},
    {MET_LOGIN, "2xx,401,403", NULL, "type='password'"},
    {MET_LOGIN, "2xx,401,403", NULL, "type=password"},
    {MET_LOGIN, "2xx", NULL, "<title>sign in"},
    {MET_LOGIN, "2xx", NULL, "<title>log in"},
    {MET_LOGIN, "2xx", NULL, "<title>login"},
    {MET_LOGIN, "401,403", "x-clerk-auth-status", NULL},
    {MET_LOGIN, "401,403", "WWW-Authenticate", NULL},
    {MET_LOGIN, "401,407", "Proxy-Authenticate", NULL},
    {MET_LOGIN, "401,403", NULL, "sign in"},
    {MET_LOGIN, "401,403", NULL, "log in"},
    {MET_LOGIN, "401,403", NULL, "not authenticated"},
    {MET_LOGIN, "401,403", NULL, "authentication credentials were not provided"},

    {MET_REDIRECT, "301,302,303,307,308", "Location", NULL},
    {MET_REDIRECT, "301,302,303,307,308", NULL, NULL},

    {MET_PLAIN_HTTP, "400", NULL, "plain http request was sent to https port"},
    {MET_PLAIN_HTTP, "400", NULL, "speaking plain http to an ssl-enabled server port"},
    {MET_PLAIN_HTTP, "400", NULL, "client sent an http request to an https server"},
    {MET_PLAIN_HTTP, "426", NULL, NULL},

    {MET_ROUTE, "404", NULL, "cannot post"},
    {MET_ROUTE, "404,410", NULL, NULL},
    {MET_METHOD, "405", "Allow", NULL},
    {MET_METHOD, "405", NULL, NULL},
    {MET_TOO_LARGE, "413", NULL, "limit"},
    {MET_TOO_LARGE, "413", NULL, NULL},
    {MET_MEDIA_TYPE, "415", NULL, NULL},
    {MET_RATE_LIMIT, "429", "Retry-After", NULL},
    {MET_RATE_LIMIT, "429", NULL, NULL},
    {MET_GATEWAY, "502,503,504", NULL, "bad gateway"},
    {MET_GATEWAY, "502,503,504", NULL, "gateway time-out"},
    {MET_GATEWAY, "502,504", NULL, NULL},
    {MET_MAINTENANCE, "503", NULL, "maintenance"},
    {MET_MAINTENANCE, "503", NULL, "service temporarily unavailable"},
    {MET_MAINTENANCE, "503", NULL, "service unavailable"},
};

size_t met_instead_count(void)
{
    return ARRAY_LEN(things);
}

const struct met_instead *met_instead_at(size_t index)
{
    return &things[index];
}

/* The first header of that name whose value fits, or NULL. */
static const struct header *fitting_header(const struct sign *sign, const struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *item = &headers->items[i];
        struct buf value = {0};
        if (!header_name_equal(item->name, sign->header))
            continue;
        text_add_lower(&value, bytes_of(item->value), SEARCHED_MAX);
        bool fits = !sign->pattern || text_glob(sign->pattern, buf_text(&value));
        buf_clear(&value);
        if (fits)
            return item;
    }
    return NULL;
}

/* Whether the sign is there; appends what shows it. `body` is the body in lower case. */
static bool shows(const struct sign *sign, const struct observation *seen, const struct buf *body,
                  struct buf *evidence)
{
    if (!status_in_set(sign->statuses, seen->status))
        return false;
    if (sign->header) {
        const struct header *header = fitting_header(sign, &seen->headers);
        if (!header)
            return false;
        buf_add_format(evidence, ", header %s: ", header->name);
        text_add_visible(evidence, bytes_of(header->value), SHOWN_MAX);
        return true;
    }
    if (!sign->pattern)
        return true;
    const char *found = bytes_find(buf_bytes(body), bytes_of(sign->pattern));
    if (!found)
        return false;
    const char *as_it_stands = seen->body.data + (found - body->data);
    buf_add_text(evidence, ", \"");
    text_add_visible(evidence, (struct bytes){as_it_stands, strlen(sign->pattern)}, SHOWN_MAX);
    buf_add_text(evidence, "\" in its body");
    return true;
}

/* The first sign decides; the others of its kind are further evidence. */
static const struct met_instead *decide(const struct observation *seen, const struct buf *body,
                                        struct buf *evidence)
{
    const struct met_instead *met = NULL;
    enum met kind = MET_COUNT;
    size_t num_shown = 0;
    for (size_t i = 0; i < ARRAY_LEN(signs) && num_shown < EVIDENCE_MAX; i++) {
        size_t before = evidence->len;
        if ((met && signs[i].met != kind) || !shows(&signs[i], seen, body, evidence))
            continue;
        kind = signs[i].met;
        met = &things[kind];
        num_shown += evidence->len > before;
    }
    return met;
}

const struct met_instead *met_instead_of(const struct observation *seen, struct buf *evidence)
{
    struct buf body = {0};
    struct buf shown = {0};
    if (seen->outcome != OUTCOME_ANSWERED)
        return NULL;
    text_add_lower(&body, buf_bytes(&seen->body), SEARCHED_MAX);
    buf_add_format(&shown, "%d", seen->status);
    const struct met_instead *met = decide(seen, &body, &shown);
    if (met && evidence)
        buf_add_bytes(evidence, buf_bytes(&shown));
    buf_clear(&body);
    buf_clear(&shown);
    return met;
}
