/* The two expectations that search every answer of a run: leaks-nothing and discloses-no. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "judge/expectation.h"

TestSuite(judge_check_leaks, .timeout = 120);

#define SECRET     "whsec+Test/1234="
#define SIGNATURE  "5390ab789ae3eeb39730281bdd2fd8b6ea784e163f4df48f29ddadc415f15661"
#define IN_REQUEST "what-the-request-held"

struct row {
    const char *header; /* value of X-Debug in the answer, or NULL */
    const char *body;
    bool found;
};

static void make_exchange(struct exchange *exchange, const char *header, const char *body)
{
    *exchange = (struct exchange){.sent = mem_text("an event")};
    exchange->request.method = mem_text("POST");
    headers_add(&exchange->request.headers, "X-Sent", IN_REQUEST);
    buf_add_text(&exchange->request.body, "at /srv/app/echoed.js:1:2");
    strcpy(exchange->right_signature, SIGNATURE);
    observation_init(&exchange->seen);
    exchange->seen.outcome = OUTCOME_ANSWERED;
    exchange->seen.status = 401;
    if (header)
        headers_add(&exchange->seen.headers, "X-Debug", header);
    buf_add_text(&exchange->seen.body, body);
}

static void clear_exchange(struct exchange *exchange)
{
    free(exchange->sent);
    request_clear(&exchange->request);
    observation_clear(&exchange->seen);
}

/* What the expectation `text` ("discloses-no=stack-trace") finds in a run of these exchanges. */
static enum finding_kind judge_all(const char *text, const struct exchange *const *all,
                                   size_t num_all, struct buf *actual)
{
    struct error err = {0};
    struct call call;
    cr_assert(call_parse(&call, &expectation_words, text, &err), "%s", err.message);
    const struct run_facts run = {.secret = bytes_of(SECRET), .all = all, .num_all = num_all};
    const struct evidence evidence = {.run = &run};
    struct finding finding = {0};
    expectation_of(&call)->check(&call, &evidence, &finding);
    if (actual)
        buf_add_bytes(actual, buf_bytes(&finding.actual));
    buf_clear(&finding.actual);
    buf_clear(&finding.reason);
    call_clear(&call);
    return finding.kind;
}

static enum finding_kind judge(const char *text, const struct exchange *one, struct buf *actual)
{
    return judge_all(text, &one, 1, actual);
}

static void check_rows(const char *text, const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct exchange exchange;
        make_exchange(&exchange, rows[i].header, rows[i].body);
        bool broken = judge(text, &exchange, NULL) == FINDING_BROKEN;
        cr_expect(broken == rows[i].found, "%s, row %zu: %s", text, i, rows[i].body);
        clear_exchange(&exchange);
    }
}

/* The encoded forms are written out, made with coreutils and Python rather than with our code. */
Test(judge_check_leaks, leaks_are_found_in_every_encoding)
{
    static const struct row rows[] = {
        {NULL, "no valid signature", false},
        {NULL, "expected " SIGNATURE, true},
        {SIGNATURE, "", true},
        {NULL, "5390AB789AE3EEB39730281BDD2FD8B6EA784E163F4DF48F29DDADC415F15661", true},
        {NULL, "16651f514cdadd92f84fd4f361e487ae6b8df2ddb1820379 3bee3ea987ba0935", true},
        {NULL, "16651f514cdadd92f84fd4f361e487ae6b8df2ddb18203793bee3ea987ba0935", true},
        /* the digest's bytes */
        {NULL, "\"U5CreJrj7rOXMCgb3S/Ytup4ThY/TfSPKd2txBXxVmE=\"", true},
        {NULL, "U5CreJrj7rOXMCgb3S_Ytup4ThY_TfSPKd2txBXxVmE", true},
        {NULL, "?s=U5CreJrj7rOXMCgb3S%2FYtup4ThY%2fTfSPKd2txBXxVmE%3D", true},
        /* another digest, and a part of the right one */
        {NULL, "5390ab789ae3eeb39730281bdd2fd8b6ea784e163f4df48f29ddadc415f15662", false},
        {NULL, "5390ab789ae3eeb39730281bdd2fd8b6", false},
        /* the secret */
        {NULL, "key=" SECRET, true},
        {SECRET, "", true},
        {NULL, "key=whsec%2BTest%2F1234%3D", true},
        {NULL, "{\"key\":\"whsec+Test\\/1234=\"}", true},
        {NULL, "d2hzZWMrVGVzdC8xMjM0PQ==", true},
        {NULL, "7768736563 2b", false},
        {NULL, "77687365632b546573742f313233343d", true},
        {NULL, "77687365632B546573742F313233343D", true},
        {NULL, "=4321/tseT+ceshw", true},
        {NULL, "whsec+Test/", false},
    };
    check_rows("leaks-nothing", rows, ARRAY_LEN(rows));
}

Test(judge_check_leaks, what_the_request_held_is_no_leak)
{
    struct exchange exchange;
    make_exchange(&exchange, NULL, "you sent " SIGNATURE);
    headers_add(&exchange.request.headers, "Panora-Signature", SIGNATURE);
    cr_expect_eq(judge("leaks-nothing", &exchange, NULL), FINDING_KEPT);
    clear_exchange(&exchange);
}

Test(judge_check_leaks, stack_traces_of_each_language_are_found)
{
    static const struct row rows[] = {
        {NULL, "Error: no\n    at Layer.handle (/srv/app/node_modules/express/router.js:95:5)",
         true},
        {NULL, "    at node:internal/process/task_queues:95:5", false},
        {NULL, "    at process.processTicks (node:internal/process/task_queues:95:5)", true},
        {NULL, "Error<br> &nbsp; at /srv/app/dist/main.ts:12:7", true},
        {NULL, "Traceback (most recent call last):\n  File \"app.py\", line 3, in <module>", true},
        {NULL, "  File \"app.py\", line 3, in hook", true},
        {NULL, "app/hooks.rb:12:in `create'", true},
        {NULL, "#0 /srv/app/index.php(41): verify()", true},
        {NULL, "<b>Warning</b>: in <b>/srv/index.php</b> on line <b>41</b>", true},
        {NULL, "\tat com.example.Hook.post(Hook.java:41)", true},
        {NULL, "   at App.Hook.Post() in /src/Hook.cs:line 41", true},
        {NULL, "goroutine 18 [running]:\nmain.hook(0xc0)\n\t/src/main.go:41 +0x1d", true},
        {NULL, "thread 'main' panicked at src/main.rs:4:5", true},
        {NULL, "see /docs/hook.js for line 41", false},
        {NULL, "{\"error\":\"no valid signature\"}", false},
        {NULL, "at /srv/app/echoed.js:1:2", false}, /* the request held it */
    };
    check_rows("discloses-no=stack-trace", rows, ARRAY_LEN(rows));
}

Test(judge_check_leaks, debug_pages_are_found)
{
    static const struct row rows[] = {
        {NULL, "<title>TypeError // Werkzeug Debugger</title>", true},
        {NULL, "You're seeing this error because you have <code>DEBUG = True</code>", true},
        {NULL, "<header>Action Controller: Exception caught</header>", true},
        {NULL, "<title>Whoops! There was an error.</title>", true},
        {NULL, "<title>phpinfo()</title>", true},
        {NULL, "DATABASE_URL=postgres://app@db/app", true},
        {NULL, "<?php require 'secret.php';", true},
        {NULL, "<!doctype html><title>Forbidden</title>", false},
        {NULL, "Traceback (most recent call last):", false},
    };
    check_rows("discloses-no=debug-page", rows, ARRAY_LEN(rows));
}

static void check_banner(const char *name, const char *value, bool found)
{
    struct exchange exchange;
    make_exchange(&exchange, NULL, "");
    headers_add(&exchange.seen.headers, name, value);
    bool broken = judge("discloses-no=server-banner", &exchange, NULL) == FINDING_BROKEN;
    cr_expect(broken == found, "%s: %s", name, value);
    clear_exchange(&exchange);
}

Test(judge_check_leaks, banners_tell_by_version_or_by_being_there)
{
    check_banner("Server", "nginx/1.25.3", true);
    check_banner("Server", "cloudflare", false);
    check_banner("x-powered-by", "Express", true);
    check_banner("X-Request-Id", "1234", false);
}

Test(judge_check_leaks, what_is_shown_is_the_line_and_not_the_page)
{
    struct exchange exchange;
    struct buf actual = {0};
    make_exchange(&exchange, NULL, "first line\n    at hook (/srv/hook.js:4:2)\nlast line");
    cr_expect_eq(judge("discloses-no=stack-trace", &exchange, &actual), FINDING_BROKEN);
    cr_expect_str_eq(buf_text(&actual), "a response with \"at hook (/srv/hook.js:4:2)\"");
    buf_clear(&actual);
    clear_exchange(&exchange);
}

Test(judge_check_leaks, without_any_answer_nothing_is_decided)
{
    static const char *const words[] = {"leaks-nothing", "discloses-no=debug-page"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct exchange exchange;
        make_exchange(&exchange, NULL, "");
        exchange.seen.outcome = OUTCOME_RESET;
        exchange.seen.status = 0;
        cr_expect_eq(judge(words[i], &exchange, NULL), FINDING_UNDECIDED, "%s", words[i]);
        clear_exchange(&exchange);
    }
}

/* The first digits of the right signature may stand in one answer by chance, but not in several;
 * and whoever sent them may get them back. */
Test(judge_check_leaks, parts_of_the_signature)
{
    static const struct {
        const char *sent;
        size_t count;
        enum finding_kind kind;
    } rows[] = {{"5390ab78", 3, FINDING_BROKEN},
                {"5390ab789a", 3, FINDING_BROKEN},
                {"5390ab7", 3, FINDING_KEPT},
                {"5390ab78", 2, FINDING_KEPT}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct exchange exchanges[3];
        const struct exchange *all[3];
        char *body = mem_format("expected %s...", rows[i].sent);
        for (size_t k = 0; k < 3; k++) {
            make_exchange(&exchanges[k], NULL, body);
            all[k] = &exchanges[k];
        }
        cr_expect_eq(judge_all("leaks-nothing", all, rows[i].count, NULL), rows[i].kind, "%s",
                     rows[i].sent);
        for (size_t k = 0; k < 3; k++)
            headers_add(&exchanges[k].request.headers, "Panora-Signature", rows[i].sent);
        cr_expect_eq(judge_all("leaks-nothing", all, 3, NULL), FINDING_KEPT, "%s", rows[i].sent);
        for (size_t k = 0; k < 3; k++)
            clear_exchange(&exchanges[k]);
        free(body);
    }
}
