#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "tests/support/judging.h"

TestSuite(judge_answer, .timeout = 120);

static const struct {
    const char *word;
    enum answer answer;
    const char *described;
    const char *as_panora; /* how it begins; NULL = nothing */
} rows[] = {
    {"200", ANSWER_ACCEPTED, "200 in 5", "delivered"},
    {"204", ANSWER_ACCEPTED, "204 in 5", "delivered"},
    {"299", ANSWER_ACCEPTED, "299 in 5", "delivered"},
    {"300", ANSWER_REDIRECT, "300 in 5", "failed: status 300"},
    {"301", ANSWER_REDIRECT, "301 in 5", "failed: status 301"},
    {"304", ANSWER_REDIRECT, "304 in 5", "failed: status 304"},
    {"400", ANSWER_REFUSED, "400 in 5", "failed: status 400"},
    {"499", ANSWER_REFUSED, "499 in 5", "failed: status 499"},
    {"500", ANSWER_ERROR, "500 in 5", "failed: status 500"},
    {"101", ANSWER_OTHER, "101 in 5", "failed: status 101"},
    {"0", ANSWER_OTHER, "0 in 5", "failed: status 0"},
    {"reset", ANSWER_DIED, "connection reset after 5", "failed: connection reset"},
    {"closed", ANSWER_DIED, "closed without an answer after 5", "failed: closed without"},
    {"hung", ANSWER_HUNG, "timed out after 5", "waits forever"},
    {"refused", ANSWER_UNREACHED, "connection refused after 5", "failed: connection refused"},
    {"tls", ANSWER_UNREACHED, "TLS failed after 5", "failed: TLS failed"},
    {"cut", ANSWER_BROKEN, "answer cut short after 5", "failed: answer cut short"},
    {"malformed", ANSWER_BROKEN, "answer malformed after 5", "failed: answer malformed"},
    {"unsent", ANSWER_NONE, "not sent", NULL},
};

static bool begins(const char *text, const char *start)
{
    return text && strncmp(text, start, strlen(start)) == 0;
}

Test(judge_answer, is_one_of_a_few_classes)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct observation seen;
        struct buf text = {0};
        seen_from_word(rows[i].word, &seen);
        cr_expect_eq(answer_of(&seen), rows[i].answer, "%s", rows[i].word);
        answer_describe(&seen, &text);
        cr_expect(begins(buf_text(&text), rows[i].described), "%s: %s", rows[i].word,
                  buf_text(&text));
        char *as_panora = answer_as_panora(&seen);
        if (rows[i].as_panora)
            cr_expect(begins(as_panora, rows[i].as_panora), "%s: %s", rows[i].word, as_panora);
        else
            cr_expect_null(as_panora, "%s", rows[i].word);
        free(as_panora);
        buf_clear(&text);
        observation_clear(&seen);
    }
}

Test(judge_answer, has_a_class_for_every_outcome)
{
    for (int i = 0; i < OUTCOME_COUNT; i++) {
        struct observation seen;
        observation_init(&seen);
        seen.outcome = (enum outcome)i;
        cr_expect(i == OUTCOME_ANSWERED || answer_of(&seen) != ANSWER_ACCEPTED, "%s",
                  outcome_name(seen.outcome));
    }
}

/* libcurl takes these for clean answers; Panora's sender does not (fixtures/answers). */
Test(judge_answer, is_broken_by_what_breaks_the_sender)
{
    char value[16384] = {0};
    memset(value, 'x', sizeof value - 1);
    struct header longest = {"X", value};
    struct header shorter = {"X", value + 1};
    const struct {
        const char *what;
        struct observation seen;
        const char *described;
        bool delivered;
    } flaws[] = {
        {"body after none", {.body_after_none = true}, "a body where the status", false},
        {"bare LF", {.bare_lf = true}, "bare LF", false},
        {"huge head", {.headers = {.items = &longest, .count = 1}}, "16 KiB", false},
        {"extra bytes", {.extra_bytes = true}, "after the end", false},
        {"a head just not huge", {.headers = {.items = &shorter, .count = 1}}, NULL, true},
    };
    for (size_t i = 0; i < ARRAY_LEN(flaws); i++) {
        struct observation seen = flaws[i].seen;
        struct buf text = {0};
        seen.outcome = OUTCOME_ANSWERED;
        seen.status = 204;
        cr_expect_eq(answer_of(&seen), flaws[i].described ? ANSWER_BROKEN : ANSWER_ACCEPTED, "%s",
                     flaws[i].what);
        answer_describe(&seen, &text);
        if (flaws[i].described)
            cr_expect(strstr(buf_text(&text), flaws[i].described), "%s", buf_text(&text));
        char *as_panora = answer_as_panora(&seen);
        cr_expect_eq(strcmp(as_panora, "delivered") == 0, flaws[i].delivered, "%s: %s",
                     flaws[i].what, as_panora);
        free(as_panora);
        buf_clear(&text);
    }
}

Test(judge_answer, a_fatal_error_that_php_shows_is_no_success)
{
    static const struct {
        int status;
        const char *body;
        enum answer answer;
    } bodies[] = {
        {200, "<br />\n<b>Fatal error</b>:  Uncaught TypeError: check(): Argument", ANSWER_ERROR},
        {200, "\nFatal error: Uncaught Exception: x in /a.php:3", ANSWER_ERROR},
        {200, "<b>Warning</b>:  Undefined array key", ANSWER_ACCEPTED},
        {200, "{\"note\":\"Fatal error\"}", ANSWER_ACCEPTED},
        {401, "\nFatal error: Uncaught Exception", ANSWER_REFUSED},
    };
    for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
        struct observation seen = {.outcome = OUTCOME_ANSWERED, .status = bodies[i].status};
        struct buf text = {0};
        buf_add_text(&seen.body, bodies[i].body);
        cr_expect_eq(answer_of(&seen), bodies[i].answer, "row %zu", i);
        answer_describe(&seen, &text);
        cr_expect_eq(strstr(buf_text(&text), "fatal error") != NULL,
                     bodies[i].answer == ANSWER_ERROR, "row %zu: %s", i, buf_text(&text));
        buf_clear(&text);
        buf_clear(&seen.body);
    }
}

Test(judge_answer, of_a_redirect_is_followed_by_panora)
{
    static const struct {
        const char *status, *says;
    } redirects[] = {{"301", "with a GET without the event"},
                     {"302", "with a GET without the event"},
                     {"303", "with a GET without the event"},
                     {"307", "sends the event again"},
                     {"308", "sends the event again"},
                     {"304", "failed: status 304"},
                     {"300", "failed: status 300"}};
    for (size_t i = 0; i < ARRAY_LEN(redirects); i++) {
        struct observation seen;
        seen_from_word(redirects[i].status, &seen);
        headers_add(&seen.headers, "location", "/elsewhere");
        char *as_panora = answer_as_panora(&seen);
        cr_expect(strstr(as_panora, redirects[i].says), "%s: %s", redirects[i].status, as_panora);
        free(as_panora);
        observation_clear(&seen);
    }
}
