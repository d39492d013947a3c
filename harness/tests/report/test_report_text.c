#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "report/report.h"
#include "report/text_page.h"
#include "tests/support/sample_result.h"

TestSuite(report_report_text, .timeout = 120);

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
    const struct text_options options = {.detail = TEXT_TREE};
    struct run_result result;
    struct buf streamed = {0};
    struct buf rendered = {0};
    sample_result(&result);
    stream(&result, &options, &streamed);
    report_text_whole(&result, &options, &rendered);
    cr_expect_str_eq(buf_text(&streamed), buf_text(&rendered));
    buf_clear(&streamed);
    buf_clear(&rendered);
    run_result_clear(&result);
}

Test(report_report_text, ends_with_one_line_of_counts)
{
    static const struct text_options all[] = {{.detail = TEXT_SCREEN},
                                              {.detail = TEXT_QUIET},
                                              {.detail = TEXT_TREE},
                                              {.detail = TEXT_EXCHANGES}};
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
    const struct text_options options = {.detail = TEXT_QUIET};
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
    const struct text_options options = {.detail = TEXT_TREE};
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
    const struct text_options options = {.detail = TEXT_TREE};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    struct case_result first = result.cases[0];
    result.cases[0] = result.cases[result.num_cases - 1];
    result.cases[result.num_cases - 1] = first;
    report_text_whole(&result, &options, &out);
    cr_expect_eq(count_of(buf_text(&out), "\npanora/delivery\n"), 1);
    cr_expect_eq(count_of(buf_text(&out), "\npanora/signature\n"), 1);
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, has_colour_only_when_asked_and_the_same_words)
{
    const struct text_options plain = {.detail = TEXT_TREE};
    const struct text_options colored = {.detail = TEXT_TREE, .color = true};
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
    const struct text_options options = {.detail = TEXT_EXCHANGES};
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
Test(report_report_text, is_readable_at_80_columns)
{
    const struct text_options options = {.detail = TEXT_EXCHANGES};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++) {
        set(&result.cases[i].title, "a title of many words, so many that it does not fit into one "
                                    "line of eighty columns and is broken where a word ends");
        set(&result.cases[i].reason, result.cases[i].title);
    }
    stream(&result, &options, &out);
    for (char *line = strtok(out.data, "\n"); line; line = strtok(NULL, "\n")) {
        size_t columns = 0;
        for (const char *at = line; *at; at++)
            columns += (*at & 0xc0) != 0x80;
        bool is_command = strncmp(line + strspn(line, " "), "curl ", 5) == 0 ||
                          strncmp(line + strspn(line, " "), "hookcheck ", 10) == 0;
        bool is_pasted =
            strstr(line, " -H ") || strstr(line, "--data-raw ") || strstr(line, "--only ");
        cr_expect(columns <= 80 || is_command || is_pasted || strncmp(line, "hookcheck:", 10) == 0,
                  "%zu columns: %s", columns, line);
    }
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, tells_how_to_repeat_a_failure)
{
    const struct text_options options = {.detail = TEXT_QUIET};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    stream(&result, &options, &out);
    cr_expect_not_null(strstr(buf_text(&out), "hookcheck run 'http://127.0.0.1:8080/webhook' \\\n"
                                              "       --seed 18446744073709551615 \\\n"
                                              "       --only "
                                              "'panora/signature/refuses-truncated[32]'\n"));
    buf_clear(&out);
    run_result_clear(&result);
}

/* What a line to repeat names and does not hold. */
Test(report_report_text, says_which_variables_a_line_to_repeat_needs)
{
    const struct text_options options = {.detail = TEXT_SCREEN};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    report_text_whole(&result, &options, &out);
    cr_expect_null(strstr(buf_text(&out), "To repeat, first export"));
    buf_clear(&out);
    free(result.rerun);
    result.rerun = mem_text("hookcheck run 'http://h/' --header 'A: '\"$HOOKCHECK_HEADER_1\" "
                            "--header 'B: '\"$HOOKCHECK_HEADER_12\"");
    report_text_whole(&result, &options, &out);
    cr_expect_not_null(strstr(buf_text(&out), "\nTo repeat, first export HOOKCHECK_HEADER_1, "
                                              "HOOKCHECK_HEADER_12 with what\n"),
                       "%s", buf_text(&out));
    buf_clear(&out);
    run_result_clear(&result);
}

/* The command is broken where a shell takes no notice of it. */
Test(report_report_text, breaks_commands_so_that_they_can_be_pasted)
{
    static const char command[] = "printf '%s|' 'one two' --resolve 'a:80:127.0.0.1' "
                                  "\"three  four\" five six seven eight nine ten eleven twelve";
    struct buf out = {0};
    const struct page page = {.out = &out, .columns = 40};
    page_command(&page, 0, 2, command);
    cr_expect_str_eq(buf_text(&out), "printf '%s|' 'one two' \\\n"
                                     "    --resolve 'a:80:127.0.0.1' \\\n"
                                     "    \"three  four\" five six seven eight \\\n"
                                     "    nine ten eleven twelve\n");
    buf_clear(&out);
}

Test(report_report_text, lists_warnings_among_the_failures_when_strict)
{
    const struct text_options options = {.detail = TEXT_TREE};
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

Test(report_report_text, says_in_the_headline_that_nothing_reached_the_handler)
{
    const struct text_options options = {.detail = TEXT_SCREEN};
    static const char loudest[] = "No genuine event was accepted: every answer was the same login "
                                  "page, so these requests never reached the handler.";
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    set(&result.loudest, loudest);
    result.num_diagnoses = 0;
    stream(&result, &options, &out);
    cr_expect_not_null(strstr(buf_text(&out), "\nNot ready: No genuine event was accepted"));
    result.num_diagnoses = 1;
    buf_reset(&out);
    stream(&result, &options, &out);
    cr_expect_null(strstr(buf_text(&out), "No genuine event"), "the cause explains it better");
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, gives_each_reason_of_the_undecided_once)
{
    const struct text_options whole = {.detail = TEXT_TREE};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    report_format_find("text", NULL)->render(&result, &out);
    cr_expect_eq(count_of(buf_text(&out), "the endpoint went down after"), 1);
    cr_expect_not_null(strstr(buf_text(&out), "\n  2: the endpoint went down after"));
    cr_expect_null(strstr(buf_text(&out), "panora/signature/refuses-zeros"));
    buf_reset(&out);
    report_text_whole(&result, &whole, &out);
    cr_expect_not_null(
        strstr(buf_text(&out), "panora/signature/refuses-empty, panora/signature/refuses-zeros"));
    buf_clear(&out);
    run_result_clear(&result);
}

/* The longest first; those that took no time are not named. */
Test(report_report_text, says_where_the_time_went)
{
    const struct text_options options = {.detail = TEXT_TREE, .columns = 100};
    struct run_result result;
    struct buf report = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        result.cases[i].duration_ns = 0;
    sample_case(&result, "panora/signature/refuses-empty")->duration_ns = 20 * NS_PER_MS;
    sample_case(&result, "panora/signature/refuses-missing")->duration_ns = 3 * NS_PER_S;
    sample_case(&result, "panora/delivery/answers-plainly")->duration_ns = 20 * NS_PER_MS;
    report_text_whole(&result, &options, &report);
    cr_expect_not_null(
        strstr(buf_text(&report),
               "Slowest cases (they overlap): panora/signature/refuses-missing 3.00 s,\n  "
               "panora/delivery/answers-plainly 20.0 ms, panora/signature/refuses-empty 20.0 ms\n"),
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
        const struct text_options options = {.detail = TEXT_TREE, .columns = widths[i]};
        size_t most = widths[i] ? widths[i] : 80;
        size_t longest = 0;
        sample_result(&result);
        stream(&result, &options, &report);
        char *rest = NULL;
        for (char *line = strtok_r(report.data, "\n", &rest); line;
             line = strtok_r(NULL, "\n", &rest)) {
            size_t width = 0;
            bool is_pasted = strstr(line, " -H ") || strstr(line, "--data-raw ") ||
                             strstr(line, "--only ") || strstr(line, "hookcheck run") ||
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
        {"refuses[1]", "204 in 1.0 ms", "", false},
        {"refuses[2]", "204 in 2.0 ms", "", true},
        {"refuses[3]", "200 in 1.0 ms", "", false},
        {"refuses[4]", "200 in 1.0 ms", "why", false},
        {"accepts[1]", "200 in 1.0 ms", "why", false},
        {"accepts", "200 in 1.0 ms", "why", false},
    };
    const struct text_options brief = {.detail = TEXT_TREE};
    const struct text_options verbose = {.detail = TEXT_EXCHANGES};
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

/* --- one screen --- */

static size_t lines_of(const struct buf *out)
{
    return count_of(buf_text(out), "\n");
}

static char *long_text(size_t len)
{
    char *text = mem_alloc(len + 1);
    for (size_t i = 0; i < len; i++)
        text[i] = i % 9 == 8 ? ' ' : 'x';
    return text;
}

/* Forty causes, each with long sentences and a case of its own, failures besides, many suites. */
static void make_worst(struct run_result *result)
{
    enum { CAUSES = 40, SUITES = 30 };
    struct diagnosis first = result->diagnoses[0];
    result->diagnoses = mem_resize(result->diagnoses, CAUSES, sizeof *result->diagnoses);
    for (size_t i = 1; i < CAUSES; i++) {
        struct diagnosis *one = &result->diagnoses[i];
        *one = (struct diagnosis){.id = mem_text("x"), .sentence = long_text(900)};
        one->evidence = long_text(900);
        one->remedy = long_text(900);
        one->likely_because = long_text(300);
        one->pair.accepted = long_text(300);
        one->pair.refused = long_text(300);
        one->cases = mem_alloc(sizeof *one->cases);
        one->cases[0] = mem_text(first.cases[0]);
        one->num_cases = 1;
    }
    result->num_diagnoses = CAUSES;
    result->cases =
        mem_resize(result->cases, result->num_cases + SUITES * 3, sizeof *result->cases);
    for (size_t i = 0; i < SUITES * 3; i++) {
        struct case_result *one = &result->cases[result->num_cases++];
        *one = (struct case_result){.id = mem_format("suite-%zu/case", i),
                                    .suite = mem_format("suite-%zu", i / 3),
                                    .name = mem_text("case"),
                                    .title = long_text(200),
                                    .expected = long_text(200),
                                    .actual = long_text(200),
                                    .reason = long_text(250 + i),
                                    .recovery_ns = -1};
        one->verdict = i % 3 == 0 ? VERDICT_FAIL : i % 3 == 1 ? VERDICT_WARN : VERDICT_SKIP;
        if (i % 6 == 5)
            one->verdict = VERDICT_INCONCLUSIVE;
    }
    sample_count(result);
}

Test(report_report_text, fits_one_screen_however_much_is_wrong)
{
    const struct text_options options = {.columns = 80};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    make_worst(&result);
    report_text_whole(&result, &options, &out);
    cr_expect_leq(lines_of(&out), TEXT_SCREEN_LINES, "%zu lines:\n%s", lines_of(&out),
                  buf_text(&out));
    cr_expect_gt(lines_of(&out), TEXT_SCREEN_LINES / 2, "the screen is made use of");
    cr_expect_not_null(strstr(buf_text(&out), "more causes; -v shows all"));
    buf_clear(&out);
    run_result_clear(&result);
}

/* Whoever is ready, with a few warnings, has little to read. */
Test(report_report_text, a_ready_run_takes_25_lines)
{
    const struct text_options options = {.columns = 80};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    for (size_t i = 0; i < result.num_cases; i++)
        if (result.cases[i].verdict != VERDICT_SKIP)
            result.cases[i].verdict = i % 4 ? VERDICT_PASS : VERDICT_WARN;
    sample_count(&result);
    result.exit_code = 0;
    report_text_whole(&result, &options, &out);
    cr_expect_leq(lines_of(&out), 25, "%zu lines:\n%s", lines_of(&out), buf_text(&out));
    buf_clear(&out);
    run_result_clear(&result);
}

/* Where the rest of a cause leaves room for it, its fix is not cut. */
Test(report_report_text, a_fix_takes_the_lines_that_the_rest_leaves)
{
    const struct text_options options = {.columns = 80};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    free(result.diagnoses[0].remedy);
    free(result.diagnoses[0].snippet); /* then there is no line about a handler */
    result.diagnoses[0].snippet = NULL;
    result.diagnoses[0].remedy = long_text(65 * 3 - 10);
    memcpy(result.diagnoses[0].remedy + 65 * 3 - 13, "END", 3);
    report_text_whole(&result, &options, &out);
    cr_expect_not_null(strstr(buf_text(&out), "END\n"), "%s", buf_text(&out));
    buf_clear(&out);
    run_result_clear(&result);
}

/* A word that no line can hold is cut, never let over the edge. */
Test(report_report_text, cuts_a_word_that_is_longer_than_a_line)
{
    const struct text_options options = {.columns = 80};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    struct case_result *one = sample_case(&result, "panora/signature/refuses-non-ascii");
    free(one->actual);
    one->actual = mem_alloc(500);
    memset(one->actual, 'y', 499);
    one->actual[499] = '\0';
    report_text_whole(&result, &options, &out);
    cr_expect_not_null(strstr(buf_text(&out), "yyy..."));
    cr_expect_leq(lines_of(&out), TEXT_SCREEN_LINES);
    char *rest = NULL;
    for (char *line = strtok_r(out.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
        cr_expect(text_columns(line) <= 80 || strncmp(line, "hookcheck: ", 11) == 0, "%s", line);
    buf_clear(&out);
    run_result_clear(&result);
}

/* The same of characters that take two columns each. */
Test(report_report_text, counts_the_columns_of_wide_characters)
{
    const struct text_options options = {.columns = 80};
    struct run_result result;
    struct buf out = {0};
    struct buf wide = {0};
    sample_result(&result);
    struct case_result *one = sample_case(&result, "panora/signature/refuses-non-ascii");
    for (size_t i = 0; i < 100; i++)
        buf_add_text(&wide, "\u6f22");
    free(one->actual);
    one->actual = buf_take(&wide);
    report_text_whole(&result, &options, &out);
    const char *line = strstr(buf_text(&out), "\u6f22\u6f22");
    cr_assert_not_null(line);
    size_t characters = 0;
    while (strncmp(line, "\u6f22", 3) == 0) {
        line += 3;
        characters++;
    }
    cr_expect(characters >= 30 && characters <= 40, "%zu", characters);
    cr_expect_eq(strncmp(line, "...\n", 4), 0);
    buf_clear(&out);
    run_result_clear(&result);
}

Test(report_report_text, has_marks_in_ascii_where_the_locale_is_not_utf8)
{
    const struct text_options options = {.detail = TEXT_TREE, .ascii = true};
    struct run_result result;
    struct buf out = {0};
    sample_result(&result);
    report_text_whole(&result, &options, &out);
    cr_expect_not_null(strstr(buf_text(&out), "  + pass  "));
    cr_expect_not_null(strstr(buf_text(&out), "  x fail  "));
    cr_expect_null(strstr(buf_text(&out), "✔"));
    cr_expect_null(strstr(buf_text(&out), "✖"));
    buf_clear(&out);
    run_result_clear(&result);
}
