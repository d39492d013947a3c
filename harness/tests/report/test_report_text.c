#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "report/report.h"
#include "tests/support/sample_result.h"

TestSuite(report_report_text, .timeout = 20);

static void set(char **text, const char *value)
{
    free(*text);
    *text = mem_text(value);
}

static void stream(const struct run_result *result, const struct text_options *options,
                   struct buf *out)
{
    struct text_progress progress = {0};
    report_text_begin(result, options, out);
    for (size_t i = 0; i < result->num_cases; i++)
        report_text_case(result, &result->cases[i], options, &progress, out);
    report_text_end(result, options, out);
}

static size_t count_of(const char *text, const char *what)
{
    size_t count = 0;
    for (const char *at = strstr(text, what); at; at = strstr(at + 1, what))
        count++;
    return count;
}

static const char *last_line(const struct buf *out)
{
    const char *text = buf_text(out);
    const char *at = text + out->len - 1;
    while (at > text && at[-1] != '\n')
        at--;
    return at;
}

#define LAST_LINE                                                                                  \
    "hookcheck: not ready: 5 passed, 2 failed, 2 warned, 3 undecided, 1 info, 1 skipped; "         \
    "10 requests in 1.83 s; exit 1\n"

Test(report_report_text, streams_what_it_renders)
{
    const struct text_options options = {.color = false};
    struct run_result result;
    struct buf streamed = {0};
    struct buf rendered = {0};
    sample_result(&result);
    stream(&result, &options, &streamed);
    report_format_find("text", NULL)->render(&result, &rendered);
    cr_expect_str_eq(buf_text(&streamed), buf_text(&rendered));
    buf_clear(&streamed);
    buf_clear(&rendered);
    run_result_clear(&result);
}

Test(report_report_text, ends_with_one_line_of_counts)
{
    static const struct text_options all[] = {{.quiet = false}, {.quiet = true}, {.verbose = true}};
    struct run_result result;
    sample_result(&result);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        struct buf out = {0};
        stream(&result, &all[i], &out);
        cr_expect_str_eq(last_line(&out), LAST_LINE);
        buf_clear(&out);
    }
    run_result_clear(&result);
}

Test(report_report_text, says_ready_and_undecided_in_the_last_line)
{
    static const struct {
        int exit_code;
        const char *start;
    } rows[] = {{0, "hookcheck: ready: "}, {4, "hookcheck: undecided: "}};
    const struct text_options options = {.quiet = true};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct run_result result;
        struct buf out = {0};
        sample_result(&result);
        for (size_t k = 0; k < result.num_cases; k++)
            result.cases[k].verdict = VERDICT_PASS;
        sample_count(&result);
        result.exit_code = rows[i].exit_code;
        stream(&result, &options, &out);
        cr_expect_eq(strncmp(last_line(&out), rows[i].start, strlen(rows[i].start)), 0, "%s",
                     buf_text(&out));
        buf_clear(&out);
        run_result_clear(&result);
    }
}

Test(report_report_text, repeats_the_heading_when_the_suite_changes)
{
    const struct text_options options = {.color = false};
    struct text_progress progress = {0};
    struct run_result result;
    struct buf out = {0};
    static const char *const order[] = {
        "panora/delivery/accepts-an-event", "panora/signature/refuses-missing",
        "panora/signature/refuses-zeros", "panora/delivery/answers-plainly"};
    sample_result(&result);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        report_text_case(&result, sample_case(&result, order[i]), &options, &progress, &out);
    cr_expect_eq(count_of(buf_text(&out), "\npanora/delivery\n"), 2);
    cr_expect_eq(count_of(buf_text(&out), "\npanora/signature\n"), 1);
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, renders_each_suite_once_in_whatever_order_the_cases_lie)
{
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    struct case_result first = result.cases[0];
    result.cases[0] = result.cases[result.num_cases - 1];
    result.cases[result.num_cases - 1] = first;
    report_format_find("text", NULL)->render(&result, &out);
    cr_expect_eq(count_of(buf_text(&out), "\npanora/delivery\n"), 1);
    cr_expect_eq(count_of(buf_text(&out), "\npanora/signature\n"), 1);
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, has_colour_only_when_asked_and_the_same_words)
{
    const struct text_options plain = {.color = false};
    const struct text_options colored = {.color = true};
    struct run_result result;
    struct buf without = {0};
    struct buf with = {0};
    struct buf stripped = {0};
    sample_result(&result);
    stream(&result, &plain, &without);
    stream(&result, &colored, &with);
    cr_expect_null(strchr(buf_text(&without), '\x1b'));
    cr_expect_not_null(strstr(buf_text(&with), "\x1b[31m✖ fail\x1b[0m"));
    for (size_t i = 0; i < with.len; i++) {
        if (with.data[i] == '\x1b')
            i += strcspn(with.data + i, "m");
        else
            buf_add_char(&stripped, with.data[i]);
    }
    cr_expect_str_eq(buf_text(&stripped), buf_text(&without));
    buf_clear(&without);
    buf_clear(&with);
    buf_clear(&stripped);
    run_result_clear(&result);
}

Test(report_report_text, shows_no_control_character_of_the_endpoint)
{
    const struct text_options options = {.verbose = true};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++) {
        struct case_result *one = &result.cases[i];
        char **texts[] = {&one->title, &one->expected, &one->actual, &one->reason, &one->harm};
        for (size_t k = 0; k < sizeof texts / sizeof texts[0]; k++)
            set(texts[k], "a\x1b[2J\rb\n\xc2\x9b\xff");
        if (one->num_exchanges)
            memcpy(one->exchanges[0].seen.detail, "\x1b]0;x\a", 7);
    }
    set(&result.loudest, "\x1b[31m");
    stream(&result, &options, &out);
    for (size_t i = 0; i < out.len; i++) {
        unsigned char byte = (unsigned char)out.data[i];
        cr_expect((byte >= 0x20 || byte == '\n') && byte != 0x7f, "at %zu", i);
    }
    cr_expect_null(strstr(buf_text(&out), "\xc2\x9b"));
    cr_expect_not_null(strstr(buf_text(&out), "a\\x1b[2J\\x0db\\x0a\\xc2\\x9b\\xff"));
    buf_clear(&out);
    run_result_clear(&result);
}

/* Commands to paste are never broken; everything else is. */
Test(report_report_text, is_readable_at_100_columns)
{
    const struct text_options options = {.verbose = true};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++) {
        set(&result.cases[i].title, "a title of many words, so many that it does not fit into one "
                                    "line of a hundred columns and is broken where a word ends");
        set(&result.cases[i].reason, result.cases[i].title);
    }
    stream(&result, &options, &out);
    for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n")) {
        size_t columns = 0;
        for (const char *at = line; *at; at++)
            columns += (*at & 0xc0) != 0x80;
        bool is_command = strncmp(line + strspn(line, " "), "curl ", 5) == 0 ||
                          strncmp(line + strspn(line, " "), "hookcheck ", 10) == 0;
        cr_expect(columns <= 100 || is_command || strncmp(line, "hookcheck:", 10) == 0,
                  "%zu columns: %s", columns, line);
    }
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, tells_how_to_repeat_a_failure)
{
    const struct text_options options = {.quiet = true};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    stream(&result, &options, &out);
    cr_expect_eq(count_of(buf_text(&out), "  curl "), 2);
    cr_expect_not_null(strstr(buf_text(&out),
                              "hookcheck run 'http://127.0.0.1:8080/webhook' --seed "
                              "18446744073709551615 --only "
                              "'panora/signature/refuses-truncated[32]'\n"));
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, leaves_a_very_long_curl_line_to_the_json_report)
{
    const struct text_options options = {.quiet = true};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        if (result.cases[i].num_exchanges)
            buf_add_repeated(&result.cases[i].exchanges[0].request.body, 'x', 9000);
    stream(&result, &options, &out);
    cr_expect_eq(count_of(buf_text(&out), "  curl "), 0);
    cr_expect_eq(count_of(buf_text(&out), "which the json report holds)"), 2);
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, lists_warnings_among_the_failures_when_strict)
{
    const struct text_options options = {.color = false};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    result.strict = true;
    stream(&result, &options, &out);
    cr_expect_null(strstr(buf_text(&out), "\nWarnings\n"));
    cr_expect_not_null(strstr(buf_text(&out), "  ! warn  panora/delivery/answers-promptly\n"));
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, says_first_after_the_tree_that_nothing_reached_the_handler)
{
    const struct text_options options = {.quiet = true};
    static const char loudest[] = "No genuine event was accepted: every answer was the same login "
                                  "page, so these requests never reached the handler.";
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    set(&result.loudest, loudest);
    stream(&result, &options, &out);
    cr_expect_eq(strncmp(buf_text(&out), "\nNo genuine event was accepted", 30), 0);
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, gives_each_reason_of_the_undecided_once)
{
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    report_format_find("text", NULL)->render(&result, &out);
    const char *undecided = strstr(buf_text(&out), "\nUndecided\n");
    cr_assert_not_null(undecided);
    cr_expect_eq(count_of(undecided, "the endpoint was gone"), 1);
    cr_expect_not_null(
        strstr(undecided, "panora/signature/refuses-empty, panora/signature/refuses-zeros"));
    buf_clear(&out);
    run_result_clear(&result);
}

/* The longest first; those that took no time are not named. */
Test(report_report_text, says_where_the_time_went)
{
    struct run_result result;
    struct buf report = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        result.cases[i].duration_ns = 0;
    sample_case(&result, "panora/signature/refuses-empty")->duration_ns = 20 * NS_PER_MS;
    sample_case(&result, "panora/signature/refuses-missing")->duration_ns = 3 * NS_PER_S;
    sample_case(&result, "panora/delivery/answers-plainly")->duration_ns = 20 * NS_PER_MS;
    report_format_find("text", NULL)->render(&result, &report);
    cr_expect_not_null(strstr(buf_text(&report), "Where the time went (cases overlap): "
                                                 "panora/signature/refuses-missing 3.00 s,\n"
                                                 "panora/delivery/answers-plainly 20.0 ms, "
                                                 "panora/signature/refuses-empty 20.0 ms\n"),
                       "%s", buf_text(&report));
    buf_clear(&report);
    run_result_clear(&result);
}

/* Words are not cut, and command lines, which are pasted, are not wrapped. */
Test(report_report_text, keeps_within_the_terminal)
{
    static const size_t widths[] = {60, 80, 0};
    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        struct run_result result;
        struct buf report = {0};
        const struct text_options options = {.columns = widths[i]};
        size_t most = widths[i] ? widths[i] : 100;
        size_t longest = 0;
        sample_result(&result);
        stream(&result, &options, &report);
        char *rest = NULL;
        for (char *line = strtok_r(report.data, "\n", &rest); line;
             line = strtok_r(NULL, "\n", &rest)) {
            size_t width = 0;
            bool is_pasted = strstr(line, "curl -sS") || strstr(line, "hookcheck run") ||
                             strncmp(line, "hookcheck: ", 11) == 0;
            for (const char *at = line; *at; at++)
                width += ((unsigned char)*at & 0xc0) != 0x80;
            cr_expect(is_pasted || width <= most, "%zu: %s", width, line);
            longest = !is_pasted && width > longest ? width : longest;
        }
        cr_expect_gt(longest, most - 15, "it makes use of the width: %zu of %zu", longest, most);
        buf_clear(&report);
        run_result_clear(&result);
    }
}

/* Only while nothing differs but how long it took; and in full when asked for all. */
Test(report_report_text, tells_once_what_the_values_of_a_list_met)
{
    static const struct {
        const char *name, *actual, *reason;
        bool likewise;
    } rows[] = {
        {"refuses[1]", "204 after 1.0 ms", "", false},
        {"refuses[2]", "204 after 2.0 ms", "", true},
        {"refuses[3]", "200 after 1.0 ms", "", false},
        {"refuses[4]", "200 after 1.0 ms", "why", false},
        {"accepts[1]", "200 after 1.0 ms", "why", false},
        {"accepts", "200 after 1.0 ms", "why", false},
    };
    const struct text_options brief = {.color = false};
    const struct text_options verbose = {.verbose = true};
    struct case_result cases[ARRAY_LEN(rows)] = {0};
    struct run_result result = {0};
    struct text_progress progress = {0};
    struct text_progress again = {0};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf line = {0};
        struct buf full = {0};
        char *name = mem_text(rows[i].name);
        char *actual = mem_text(rows[i].actual);
        char *reason = mem_text(rows[i].reason);
        cases[i] = (struct case_result){.id = name,
                                        .suite = "s",
                                        .name = name,
                                        .title = "t",
                                        .verdict = VERDICT_FAIL,
                                        .expected = "a 4xx",
                                        .actual = actual,
                                        .reason = reason,
                                        .recovery_ns = -1};
        report_text_case(&result, &cases[i], &brief, &progress, &line);
        report_text_case(&result, &cases[i], &verbose, &again, &full);
        cr_expect_eq(strstr(buf_text(&line), "likewise") != NULL, rows[i].likewise, "%s",
                     buf_text(&line));
        cr_expect_eq(strstr(buf_text(&line), "actual") == NULL, rows[i].likewise, "%s",
                     buf_text(&line));
        cr_expect_not_null(strstr(buf_text(&full), "actual"), "%s", buf_text(&full));
        buf_clear(&line);
        buf_clear(&full);
    }
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        free((char *)cases[i].id);
        free((char *)cases[i].actual);
        free((char *)cases[i].reason);
    }
}
