#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "judge/met_instead.h"

TestSuite(judge_met_instead, .timeout = 120);

static struct observation answer_with(int status, const char *header, const char *body)
{
    struct observation seen;
    observation_init(&seen);
    seen.outcome = OUTCOME_ANSWERED;
    seen.status = status;
    if (header) {
        char name[64];
        const char *colon = strchr(header, ':');
        memcpy(name, header, (size_t)(colon - header));
        name[colon - header] = '\0';
        headers_add(&seen.headers, name, colon + 2);
    }
    buf_add_text(&seen.body, body);
    seen.body_len = seen.body.len;
    return seen;
}

/* One for each thing, and more where a framework or platform has words of its own. `evidence` is
 * what has to be quoted. */
static const struct {
    int status;
    const char *header;
    const char *body;
    const char *id; /* NULL: nothing stands before the handler */
    const char *evidence;
} rows[] = {
    {204, NULL, "", NULL, ""},
    {401, NULL, "no valid signature\n", NULL, ""},
    {400, NULL, "{\"error\":\"Invalid signature\"}", NULL, ""},
    {500, NULL, "Internal Server Error", NULL, ""},
    {401, "Set-Cookie: _vercel_sso_nonce=abc; Path=/", "<title>Authentication Required</title>",
     "platform-protection", "_vercel_sso_nonce=abc"},
    {302, "Location: https://acme.cloudflareaccess.com/cdn-cgi/access/login", "",
     "platform-protection", "acme.cloudflareaccess.com"},
    {302, "Location: /.auth/login/aad", "", "platform-protection", "/.auth/login/aad"},
    {403, "cf-mitigated: challenge", "<title>Just a moment...</title>", "firewall",
     "403, header cf-mitigated: challenge, \"Just a moment...\" in its body"},
    {403, NULL, "error code: 1010", "firewall", "error code: 10"},
    {403, NULL, "Request unsuccessful. Incapsula incident ID: 1-2", "firewall", "Incapsula"},
    {403, NULL, "<p>CSRF verification failed. Request aborted.</p>", "csrf-check", "\"CSRF\""},
    {422, NULL, "ActionController::InvalidAuthenticityToken", "csrf-check",
     "InvalidAuthenticityToken"},
    {419, NULL, "<title>Page Expired</title>", "csrf-check", "Page Expired"},
    {403, NULL, "Error: Not allowed by CORS", "cors-check", "Not allowed by CORS"},
    {503, NULL, "<h1>503 Service Temporarily Unavailable</h1>", "maintenance",
     "Service Temporarily Unavailable"},
    {403, NULL, "Cross-site POST form submissions are forbidden", "csrf-check", "Cross-site POST"},
    {403, "Set-Cookie: csrftoken=1; Path=/", "Forbidden", "csrf-check", "csrftoken=1"},
    {302, "Location: /users/sign_in", "", "login-redirect", "302, header Location: /users/sign_in"},
    {307, "Location: https://example.org/login?next=%2Fhook", "", "login-redirect", "login"},
    {401, "WWW-Authenticate: Basic realm=\"staging\"", "", "login-wall", "realm=\"staging\""},
    {401, "x-clerk-auth-status: signed-out", "", "login-wall", "signed-out"},
    {401, NULL, "<h1>Sign in</h1>", "login-wall", "Sign in"},
    {200, NULL, "<form action=/login><input name=p type=password></form>", "login-wall",
     "type=password"},
    {200, NULL, "<html><head><TITLE>Sign in to Acme</TITLE>", "login-wall", "Sign in"},
    {200, NULL, "{\"received\":true,\"note\":\"log in to see it\"}", NULL, ""},
    {301, "Location: https://www.example.org/hook", "", "redirect", "www.example.org/hook"},
    {308, "Location: /hook/", "", "redirect", "308, header Location: /hook/"},
    {400, NULL, "<h1>The plain HTTP request was sent to HTTPS port</h1>", "https-port",
     "plain HTTP"},
    {404, NULL, "<pre>Cannot POST /hook</pre>", "no-route", "Cannot POST"},
    {404, NULL, "", "no-route", "404"},
    {405, "Allow: GET, HEAD", "", "method-not-allowed", "Allow: GET, HEAD"},
    {413, NULL, "{\"limit\":102400}", "too-large", "limit"},
    {415, NULL, "", "media-type", "415"},
    {429, "Retry-After: 30", "", "rate-limit", "Retry-After: 30"},
    {502, NULL, "<h1>502 Bad Gateway</h1>", "gateway-error", "\"Bad Gateway\" in its body"},
};

Test(judge_met_instead, tells_what_stands_before_the_handler)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct observation seen = answer_with(rows[i].status, rows[i].header, rows[i].body);
        struct buf evidence = {0};
        const struct met_instead *met = met_instead_of(&seen, &evidence);
        cr_expect_str_eq(met ? met->id : "", rows[i].id ? rows[i].id : "", "row %zu: %s", i,
                         met ? met->id : "nothing");
        cr_expect(strstr(buf_text(&evidence), rows[i].evidence) != NULL, "row %zu: \"%s\"", i,
                  buf_text(&evidence));
        cr_expect(met_instead_of(&seen, NULL) == met, "row %zu: without evidence", i);
        buf_clear(&evidence);
        observation_clear(&seen);
    }
}

Test(judge_met_instead, every_thing_is_met_by_some_row)
{
    for (size_t i = 0; i < met_instead_count(); i++) {
        const struct met_instead *thing = met_instead_at(i);
        size_t found = 0;
        for (size_t k = 0; k < ARRAY_LEN(rows); k++)
            found += rows[k].id && strcmp(rows[k].id, thing->id) == 0;
        cr_expect(found > 0, "no row meets %s", thing->id);
        cr_expect(*thing->sentence && *thing->remedy, "%s says too little", thing->id);
    }
}

Test(judge_met_instead, says_nothing_of_what_was_no_answer)
{
    struct observation seen = answer_with(403, NULL, "CSRF");
    seen.outcome = OUTCOME_CUT_SHORT;
    cr_expect_null(met_instead_of(&seen, NULL));
    observation_clear(&seen);
}

Test(judge_met_instead, shows_control_characters_made_visible)
{
    struct observation seen = answer_with(302, "Location: /\x1b[31mlogin", "");
    struct buf evidence = {0};
    cr_expect_not_null(met_instead_of(&seen, &evidence));
    cr_expect_null(strchr(buf_text(&evidence), '\x1b'), "%s", buf_text(&evidence));
    buf_clear(&evidence);
    observation_clear(&seen);
}

/* Only the beginning of a body is searched, so that a huge one costs bounded time. */
Test(judge_met_instead, searches_the_beginning_of_a_body_only)
{
    struct observation seen = answer_with(403, NULL, "");
    buf_add_repeated(&seen.body, ' ', 200000);
    buf_add_text(&seen.body, "CSRF");
    cr_expect_null(met_instead_of(&seen, NULL));
    observation_clear(&seen);
}
