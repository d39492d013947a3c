/* Annotations as GitHub Actions' workflow commands: `::error title=...::message`. */
#include <string.h>

#include "base/text.h"
#include "report/details.h"
#include "report/formats.h"
#include "report/headline.h"
#include "report/standing.h"
#include "report/tally.h"
#include "report/text_diagnosis.h"

/* GitHub shows no more than ten of a kind from one step. */
#define SHOWN_MAX 10

/* As @actions/core does: data escapes % CR LF, properties also : and , */
static void add_escaped(const char *text, bool is_property, struct buf *out)
{
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(text ? text : ""), SIZE_MAX);
    for (size_t i = 0; i < visible.len; i++) {
        char c = visible.data[i];
        if (c == '%' || (is_property && (c == ':' || c == ',')))
            buf_add_format(out, "%%%02X", (unsigned)c);
        else
            buf_add_char(out, c);
    }
    buf_clear(&visible);
}

static void add_annotation(const char *command, const char *title, const char *message,
                           struct buf *out)
{
    buf_add_format(out, "::%s title=", command);
    add_escaped(title, true, out);
    buf_add_text(out, "::");
    add_escaped(message, false, out);
    buf_add_char(out, '\n');
}

static void add_cause(const struct run_result *result, const struct diagnosis *diagnosis,
                      struct buf *out)
{
    struct buf message = {0};
    buf_add_format(&message, "%s Fix: %s", diagnosis->sentence, diagnosis->remedy);
    add_annotation(cause_has_failed(result, diagnosis) ? "error" : "warning", diagnosis->id,
                   buf_text(&message), out);
    buf_clear(&message);
}

static void add_case(const struct case_result *one, const char *command, struct buf *out)
{
    struct buf message = {0};
    buf_add_format(&message, "%s; expected %s", one->actual, one->expected);
    add_annotation(command, one->id, buf_text(&message), out);
    buf_clear(&message);
}

/* Cases of that standing and verdict that no cause explains. */
static void add_cases(const struct run_result *result, const char *command,
                      bool (*is_wanted)(const struct run_result *, const struct case_result *),
                      struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (is_wanted(result, one) && !text_is_explained(result, one) &&
            !text_is_further_value(result, i) && count++ < SHOWN_MAX)
            add_case(one, command, out);
    }
}

static bool is_failed(const struct run_result *result, const struct case_result *one)
{
    return case_standing(result, one) == STANDING_FAILED;
}

static bool is_warned(const struct run_result *result, const struct case_result *one)
{
    return one->verdict == VERDICT_WARN && !result->strict;
}

static void render(const struct run_result *result, struct buf *out)
{
    struct buf line = {0};
    static const char *const commands[SUMMARY_COUNT] = {"notice", "warning", "error"};
    headline_add(result, &line);
    add_annotation(commands[run_result_summary(result)], "hookcheck", buf_text(&line), out);
    for (size_t i = 0; i < result->num_notes && i < SHOWN_MAX; i++)
        add_annotation("notice", "hookcheck", result->notes[i], out);
    for (size_t i = 0; i < result->num_diagnoses && i < SHOWN_MAX; i++)
        add_cause(result, &result->diagnoses[i], out);
    add_cases(result, "error", is_failed, out);
    add_cases(result, "warning", is_warned, out);
    buf_clear(&line);
}

const struct report_format report_format_github = {
    "github", "annotations as workflow commands of GitHub Actions", "", render};
