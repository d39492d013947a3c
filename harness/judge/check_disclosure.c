/*
 * What an answer discloses of the endpoint's inside: an interactive debugger or a page of settings,
 * a stack trace, names and versions of software. Looked for in every answer of the run; only what
 * the request did not itself hold counts.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "judge/finding.h"
#include "result/packed.h"

/* Bytes of a body that are searched, and of a find that is shown. */
#define SEARCHED_MAX 262144
#define SHOWN_MAX    80

enum disclosure { DISCLOSURE_DEBUG_PAGE, DISCLOSURE_STACK_TRACE, DISCLOSURE_BANNER };

/* What is found: lower-case text, in which # stands for one digit or more. */
struct trait {
    enum disclosure kind;
    const char *text;
    const char *what; /* completes "it shows ..." */
};

static const struct trait traits[] = {
    {DISCLOSURE_DEBUG_PAGE, "werkzeug debugger", "Werkzeug's debugger, which runs any code"},
    {DISCLOSURE_DEBUG_PAGE, "__debugger__=yes", "Werkzeug's debugger, which runs any code"},
    {DISCLOSURE_DEBUG_PAGE, "<code>debug = true</code>", "Django's page for DEBUG = True"},
    {DISCLOSURE_DEBUG_PAGE, "django_settings_module", "Django's settings"},
    {DISCLOSURE_DEBUG_PAGE, "action controller: exception caught", "Rails' developer page"},
    {DISCLOSURE_DEBUG_PAGE, "data-template-paths", "Rails' web console, which runs any code"},
    {DISCLOSURE_DEBUG_PAGE, "better errors can", "Better Errors, which runs any code"},
    {DISCLOSURE_DEBUG_PAGE, "class=\"better-errors", "Better Errors, which runs any code"},
    {DISCLOSURE_DEBUG_PAGE, "_ignition/execute-solution", "Laravel's Ignition"},
    {DISCLOSURE_DEBUG_PAGE, "laravel-ignition", "Laravel's Ignition"},
    {DISCLOSURE_DEBUG_PAGE, "whoops! there was an error", "Whoops, PHP's developer page"},
    {DISCLOSURE_DEBUG_PAGE, "symfony exception", "Symfony's developer page"},
    {DISCLOSURE_DEBUG_PAGE, "<title>phpinfo()", "phpinfo()"},
    {DISCLOSURE_DEBUG_PAGE, "plug.debugger", "Phoenix's developer page"},
    {DISCLOSURE_DEBUG_PAGE, "rawexceptiondetails", "ASP.NET's developer page"},
    {DISCLOSURE_DEBUG_PAGE, "<b>source error:</b>", "ASP.NET's source code view"},
    {DISCLOSURE_DEBUG_PAGE, "__nextjs_original-stack-frame", "Next.js's developer overlay"},
    {DISCLOSURE_DEBUG_PAGE, "aws_secret_access_key", "an AWS secret access key"},
    {DISCLOSURE_DEBUG_PAGE, "database_url=", "its database URL"},
    {DISCLOSURE_DEBUG_PAGE, "db_password", "its database password"},
    {DISCLOSURE_DEBUG_PAGE, "secret_key_base", "its session signing key"},
    {DISCLOSURE_DEBUG_PAGE, "<?php", "PHP source"},

    {DISCLOSURE_STACK_TRACE, "traceback (most recent call last)", "a Python traceback"},
    {DISCLOSURE_STACK_TRACE, ", line #, in ", "a Python traceback"},
    {DISCLOSURE_STACK_TRACE, ".js:#:#", "a JavaScript stack trace"},
    {DISCLOSURE_STACK_TRACE, ".mjs:#:#", "a JavaScript stack trace"},
    {DISCLOSURE_STACK_TRACE, ".cjs:#:#", "a JavaScript stack trace"},
    {DISCLOSURE_STACK_TRACE, ".ts:#:#", "a TypeScript stack trace"},
    {DISCLOSURE_STACK_TRACE, "(node:internal/", "a Node.js stack trace"},
    {DISCLOSURE_STACK_TRACE, ".rb:#:in ", "a Ruby backtrace"},
    {DISCLOSURE_STACK_TRACE, ".php(#): ", "a PHP stack trace"},
    {DISCLOSURE_STACK_TRACE, ".php</b> on line <b>#", "a PHP error with file and line"},
    {DISCLOSURE_STACK_TRACE, ".php on line #", "a PHP error with file and line"},
    {DISCLOSURE_STACK_TRACE, ".php:#", "a PHP error with file and line"},
    {DISCLOSURE_STACK_TRACE, ".java:#)", "a Java stack trace"},
    {DISCLOSURE_STACK_TRACE, ".kt:#)", "a Kotlin stack trace"},
    {DISCLOSURE_STACK_TRACE, ".scala:#)", "a Scala stack trace"},
    {DISCLOSURE_STACK_TRACE, ".cs:line #", "a .NET stack trace"},
    {DISCLOSURE_STACK_TRACE, "goroutine # [", "a Go stack trace"},
    {DISCLOSURE_STACK_TRACE, ".go:# +0x", "a Go stack trace"},
    {DISCLOSURE_STACK_TRACE, ".rs:#:#", "a Rust panic with file and line"},
    {DISCLOSURE_STACK_TRACE, ".ex:#: ", "an Elixir stack trace"},
};

/* Headers that say what runs there; with `versions` only a value with a digit tells anything. */
static const struct banner {
    const char *header;
    bool versions;
} banners[] = {
    {"Server", true},
    {"X-Powered-By", false},
    {"X-AspNet-Version", false},
    {"X-AspNetMvc-Version", false},
    {"X-Generator", false},
    {"X-Runtime-Version", false},
    {"X-Rack-Version", false},
};

static const char *const kind_names[] = {"debug-page", "stack-trace", "server-banner"};

/* The end of a match of `pattern` that begins at `at`, or NULL. */
static const char *match_here(const char *at, const char *end, const char *pattern)
{
    for (; *pattern; pattern++) {
        if (*pattern != '#') {
            if (at == end || *at++ != *pattern)
                return NULL;
            continue;
        }
        if (at == end || !isdigit((unsigned char)*at))
            return NULL;
        while (at < end && isdigit((unsigned char)*at))
            at++;
    }
    return at;
}

/* Patterns begin with plain text, so that memchr does most of the work. */
static struct bytes match(struct bytes hay, const char *pattern)
{
    const char *end = hay.data + hay.len;
    const char *at = hay.data;
    while (at && at < end && (at = memchr(at, pattern[0], (size_t)(end - at)))) {
        const char *stop = match_here(at, end, pattern);
        if (stop)
            return (struct bytes){at, (size_t)(stop - at)};
        at++;
    }
    return (struct bytes){NULL, 0};
}

/* What was found with what stands beside it on its line. */
static void add_surroundings(const struct buf *body, size_t at, size_t len, struct buf *out)
{
    size_t start = at;
    size_t end = at + len;
    while (start > 0 && at - start < SHOWN_MAX / 2 && body->data[start - 1] != '\n')
        start--;
    while (end < body->len && end - at < SHOWN_MAX / 2 && body->data[end] != '\n')
        end++;
    while (start < at && isspace((unsigned char)body->data[start]))
        start++;
    text_add_visible(out, (struct bytes){body->data + start, end - start}, SHOWN_MAX);
}

/* What comes back of the request itself discloses nothing. */
static bool was_sent(const struct exchange *exchange, struct bytes found)
{
    struct buf whole = {0};
    struct buf sent = {0};
    text_add_lower(&sent, buf_bytes(exchange_body(exchange, &whole)), SEARCHED_MAX);
    bool was = bytes_find(buf_bytes(&sent), found) != NULL;
    buf_clear(&sent);
    buf_clear(&whole);
    return was;
}

/* The first match in `came`, the answer's body in lower case, that the request did not hold. */
static struct bytes match_of_its_own(const struct exchange *exchange, const struct buf *came,
                                     const char *pattern)
{
    struct bytes rest = buf_bytes(came);
    struct bytes found = match(rest, pattern);
    while (found.data && was_sent(exchange, found)) {
        rest.len -= (size_t)(found.data + found.len - rest.data);
        rest.data = found.data + found.len;
        found = match(rest, pattern);
    }
    return found;
}

/* What the body of the answer shows of that kind, or NULL; appends the words. */
static const char *shown_in_body(const struct exchange *exchange, enum disclosure kind,
                                 struct buf *words)
{
    struct buf came = {0};
    const char *what = NULL;
    text_add_lower(&came, buf_bytes(&exchange->seen.body), SEARCHED_MAX);
    for (size_t i = 0; !what && i < ARRAY_LEN(traits); i++) {
        struct bytes found = {NULL, 0};
        if (traits[i].kind == kind)
            found = match_of_its_own(exchange, &came, traits[i].text);
        if (!found.data)
            continue;
        what = traits[i].what;
        add_surroundings(&exchange->seen.body, (size_t)(found.data - came.data), found.len, words);
    }
    buf_clear(&came);
    return what;
}

static const char *shown_in_headers(const struct exchange *exchange, struct buf *words)
{
    for (size_t i = 0; i < ARRAY_LEN(banners); i++) {
        const char *value = headers_find(&exchange->seen.headers, banners[i].header);
        if (!value || (banners[i].versions && !strpbrk(value, "0123456789")))
            continue;
        buf_add_format(words, "%s: ", banners[i].header);
        text_add_visible(words, bytes_of(value), SHOWN_MAX);
        return "which software it runs";
    }
    return NULL;
}

static enum disclosure kind_of(const struct call *call)
{
    size_t kind = 0;
    while (kind + 1 < ARRAY_LEN(kind_names) && strcmp(kind_names[kind], call->values[0].text) != 0)
        kind++;
    return (enum disclosure)kind;
}

static void set_broken(const struct exchange *exchange, const char *what, const struct buf *words,
                       const struct evidence *evidence, struct finding *out)
{
    out->kind = FINDING_BROKEN;
    out->decisive = evidence->count; /* it may be another case's */
    buf_reset(&out->actual);
    buf_add_format(&out->actual, "a response with \"%s\"", buf_text(words));
    buf_add_format(&out->reason, "it shows %s; the request was \"%s\"", what, exchange->sent);
    for (size_t i = 0; i < evidence->count; i++)
        if (evidence->exchanges[i] == exchange)
            out->decisive = i;
}

/* Every answer of the run is searched, not only those to this case's own requests. */
static void check_discloses_no(const struct call *call, const struct evidence *evidence,
                               struct finding *out)
{
    const struct run_facts *run = evidence->run;
    enum disclosure kind = kind_of(call);
    size_t answered = 0;
    finding_set(out, FINDING_KEPT, evidence, evidence->count ? 0 : evidence->count);
    for (size_t i = 0; i < run->num_all && out->kind == FINDING_KEPT; i++) {
        const struct exchange *exchange = run->all[i];
        struct buf words = {0};
        const char *what = kind == DISCLOSURE_BANNER ? shown_in_headers(exchange, &words)
                                                     : shown_in_body(exchange, kind, &words);
        answered += exchange->seen.status != 0;
        if (what)
            set_broken(exchange, what, &words, evidence, out);
        buf_clear(&words);
    }
    if (out->kind != FINDING_KEPT)
        return;
    buf_reset(&out->actual);
    buf_add_format(&out->actual, "%zu responses searched, none shows any", answered);
    if (answered > 0)
        return;
    out->kind = FINDING_UNDECIDED;
    buf_add_text(&out->reason, "there was no response to search");
}

static const char *const disclosures[] = {"debug-page", "stack-trace", "server-banner", NULL};

/* word {name, place, sentence, parameters}, expected */
static const struct expectation rows[] = {
    {{"discloses-no",
      "case",
      "does not show internals of this kind in any response of the run",
      {{.name = "what",
        .kind = PARAMETER_TEXT,
        .choices = disclosures,
        .sentence = "debug-page, stack-trace or server-banner"}}},
     "no %s in any response",
     .over_run = true,
     .check = check_discloses_no},
};
const struct table_part expectations_of_disclosure = TABLE_PART(rows);
