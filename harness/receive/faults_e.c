/* E: routing, middleware and what stands before the handler. */
#include <string.h>

#include "base/text.h"
#include "receive/fault.h"

#define ELSEWHERE "/elsewhere"

/* The new address itself answers as it should. */
static enum result admit_elsewhere(struct handling *handling)
{
    if (text_starts_with(handling->request->target, ELSEWHERE))
        return rules_right.admit(handling);
    handling->answer.status = (int)handling->argument->number;
    headers_set(&handling->answer.headers, "Location",
                *handling->argument->text ? handling->argument->text : ELSEWHERE);
    return RESULT_ANSWERED;
}

static enum result answer_page(struct handling *handling, int status, const char *html)
{
    handling->answer.status = status;
    answer_set_body(&handling->answer, "text/html; charset=utf-8", html);
    return RESULT_ANSWERED;
}

static enum result admit_with_csrf_token(struct handling *handling)
{
    headers_add(&handling->answer.headers, "Set-Cookie", "csrftoken=0123456789abcdef; Path=/");
    return answer_page(handling, 403,
                       "<!doctype html><title>403 Forbidden</title><h1>Forbidden</h1>"
                       "<p>CSRF verification failed. Request aborted.</p>");
}

static enum result admit_with_session(struct handling *handling)
{
    headers_add(&handling->answer.headers, "WWW-Authenticate", "Bearer realm=\"app\"");
    return answer_page(handling, 401,
                       "<!doctype html><title>Sign in</title><h1>Sign in</h1>"
                       "<form method=\"post\" action=\"/sign-in\"></form>");
}

static enum result admit_known_clients(struct handling *handling)
{
    const char *agent = headers_find(handling->request->headers, "User-Agent");
    if (agent && !text_starts_with(agent, "axios/"))
        return rules_right.admit(handling);
    headers_add(&handling->answer.headers, "cf-mitigated", "challenge");
    return answer_page(handling, 403, "<!doctype html><title>Just a moment...</title>");
}

static enum result admit_nothing(struct handling *handling)
{
    return answer_page(handling, (int)handling->argument->number,
                       "<!doctype html><title>Error</title><pre>Cannot POST</pre>");
}

static enum result admit_get(struct handling *handling)
{
    if (strcmp(handling->request->method, "POST") == 0)
        return rules_right.admit(handling);
    return answer_page(handling, 200, "<!doctype html><title>Up and running</title>");
}

/* A sign-in page at the end of a redirect: nobody saw the event, and the sender takes 200 for
 * success. */
static enum result admit_login(struct handling *handling)
{
    if (strcmp(handling->request->method, "GET") == 0)
        return answer_page(handling, 200, "<!doctype html><title>Sign in</title><h1>Sign in</h1>");
    handling->answer.status = 302;
    headers_set(&handling->answer.headers, "Location", "/sign-in");
    return RESULT_ANSWERED;
}

/* The address with a slash, or with a language before it, answers as it should. */
static enum result redirect_to(struct handling *handling, int status, const char *before,
                               const char *after)
{
    struct buf location = {0};
    buf_add_format(&location, "%s%s%s", before, handling->request->target, after);
    headers_set(&handling->answer.headers, "Location", buf_text(&location));
    buf_clear(&location);
    handling->answer.status = status;
    return RESULT_ANSWERED;
}

static enum result admit_with_slash(struct handling *handling)
{
    const char *target = handling->request->target;
    if (text_ends_with(target, "/") && strcmp(target, "/") != 0)
        return rules_right.admit(handling);
    return redirect_to(handling, 308, strcmp(target, "/") == 0 ? "/webhook" : "", "/");
}

static enum result admit_with_language(struct handling *handling)
{
    if (text_starts_with(handling->request->target, "/en/"))
        return rules_right.admit(handling);
    return redirect_to(handling, 307, "/en", "");
}

static enum result admit_to_preview(struct handling *handling)
{
    headers_add(&handling->answer.headers, "Set-Cookie", "_vercel_sso_nonce=0123456789; Path=/");
    return answer_page(handling, 401,
                       "<!doctype html><title>Authentication Required</title>"
                       "<p>This page is protected: sign in with Vercel.</p>");
}

static enum result admit_without_charset(struct handling *handling)
{
    const char *type = headers_find(handling->request->headers, "Content-Type");
    return type && strchr(type, ';') ? RESULT_MEDIA_TYPE : rules_right.admit(handling);
}

static const struct fault rows[] = {
    {.id = "E01",
     .name = "redirects",
     .sentence = "redirects to another URL",
     .seen = "polar#7760, trigger.dev#543, waha#112",
     .argument = {.kind = ARGUMENT_STATUS_TEXT, .meaning = "CODE[,URL]", .fallback = "307"},
     .diagnosis = "redirect",
     .overrides = {.admit = admit_elsewhere}},
    {.id = "E02",
     .name = "trailing-slash",
     .sentence = "redirects to the same URL with a trailing slash",
     .seen = "elastic/beats#33425, saleor/storefront#597, vellum#40755",
     .diagnosis = "redirect",
     .overrides = {.admit = admit_with_slash}},
    {.id = "E03",
     .name = "redirects-to-login",
     .sentence = "redirects to a sign-in page that answers 200",
     .seen = "formancehq/ledger#1990, vantage-point#49",
     .diagnosis = "login-redirect",
     .overrides = {.admit = admit_login}},
    {.id = "E04",
     .name = "csrf-middleware",
     .sentence = "requires a CSRF token for every POST",
     .seen = "discourse#16982, coolify#6200, CreatorOs#488",
     .diagnosis = "csrf-check",
     .overrides = {.admit = admit_with_csrf_token}},
    {.id = "E05",
     .name = "session-wall",
     .sentence = "requires everyone to sign in",
     .seen = "kosuke-core#116, clerk-docs#889, file-drive#9",
     .diagnosis = "login-wall",
     .overrides = {.admit = admit_with_session}},
    {.id = "E06",
     .name = "protected-preview",
     .sentence = "is a preview deployment that requires sign-in",
     .seen = "dev_overflow_nextjs13#2",
     .diagnosis = "platform-protection",
     .overrides = {.admit = admit_to_preview}},
    {.id = "E07",
     .name = "bot-firewall",
     .sentence = "is behind a firewall that blocks Panora's User-Agent",
     .seen = "KickDevDocs#403, OpenAgents#4721, qstash-js#238",
     .diagnosis = "firewall-by-user-agent",
     .overrides = {.admit = admit_known_clients}},
    {.id = "E08",
     .name = "language-redirect",
     .sentence = "redirects to the same URL with a language prefix",
     .seen = "hackaton-clerk-2025#26",
     .diagnosis = "redirect",
     .overrides = {.admit = admit_with_language}},
    {.id = "E09",
     .name = "no-such-route",
     .sentence = "has no handler for POST at this URL",
     .seen = "processwire#2149",
     .argument = {.kind = ARGUMENT_STATUS, .meaning = "N, e.g. 405", .fallback = "404"},
     .diagnosis = "no-route",
     .overrides = {.admit = admit_nothing}},
    {.id = "E10",
     .name = "get-answers-200",
     .sentence = "answers 200 with a page to methods other than POST",
     .seen = "",
     .diagnosis = "answers-other-methods",
     .overrides = {.admit = admit_get}},
    {.id = "E11",
     .name = "no-charset",
     .sentence = "answers 415 when the content type has a charset",
     .seen = "CloudEvents HTTP webhook 1.0.2, section 2.2",
     .diagnosis = "exact-content-type",
     .overrides = {.admit = admit_without_charset}},
};
const struct table_part faults_e = TABLE_PART(rows);
