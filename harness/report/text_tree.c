/* The tree of all cases, as they finish: `hookcheck run -v`. */
#include "report/text_tree.h"

#include <string.h>

#include "base/text.h"
#include "judge/expectation.h"
#include "report/text_diagnosis.h"

#define CASE_INDENT  2
#define VALUE_INDENT 4
#define FACT_INDENT  10

/* A case of a `for` list is called "name[value]"; the length of "name", or 0 when it is no such
 * case. */
static size_t base_len(const char *name)
{
    size_t len = strcspn(name, "[");
    return name[len] ? len : 0;
}

static bool same_base(const char *a, const char *b)
{
    size_t len = base_len(b);
    return a && len && base_len(a) == len && strncmp(a, b, len) == 0;
}

static void end_with_name(const struct page *page, size_t column, size_t indent, const char *name)
{
    struct buf shown = {0};
    buf_add_format(&shown, "(%s)", name);
    if (column + 1 + text_columns(buf_text(&shown)) <= page_columns(page)) {
        page_blanks(page, 1);
    } else {
        page_end_line(page);
        page_blanks(page, indent);
    }
    page_line(page, TONE_DIM, buf_text(&shown));
    buf_clear(&shown);
}

/* The line above the values of a `for` list. */
static void add_list_line(const struct page *page, const struct case_result *one)
{
    char name[128];
    size_t len = base_len(one->name);
    len = len < sizeof name ? len : sizeof name - 1;
    memcpy(name, one->name, len);
    name[len] = '\0';
    page_blanks(page, CASE_INDENT);
    size_t column = page_wrap(page, CASE_INDENT, FACT_INDENT, TONE_PLAIN, one->title);
    end_with_name(page, column, FACT_INDENT, name);
}

/* What the value before met as well is not told again. */
static bool is_told(const struct text_progress *progress, const struct case_result *one)
{
    const struct case_result *told = progress->told;
    const struct look *look = verdict_look(one->verdict);
    bool tells = look->shows_expected || look->shows_actual || look->shows_reason;
    return told && tells && base_len(one->name) && text_ended_alike(told, one) &&
           strcmp(told->reason ? told->reason : "", one->reason ? one->reason : "") == 0;
}

static void add_value_line(const struct page *page, const struct case_result *one,
                           const char *list_title, bool likewise)
{
    page_blanks(page, VALUE_INDENT);
    size_t column = VALUE_INDENT + page_mark(page, one->verdict);
    const char *value = one->name + base_len(one->name);
    column = page_wrap(page, column, FACT_INDENT, TONE_PLAIN, value);
    if (strcmp(list_title, one->title) != 0) {
        page_blanks(page, 2);
        (void)page_wrap(page, column + 2, FACT_INDENT, TONE_PLAIN, one->title);
    }
    if (likewise)
        page_add(page, TONE_DIM, "  likewise");
    page_end_line(page);
}

static void add_case_line(const struct page *page, const struct case_result *one)
{
    page_blanks(page, CASE_INDENT);
    size_t column = CASE_INDENT + page_mark(page, one->verdict);
    column = page_wrap(page, column, FACT_INDENT, TONE_PLAIN, one->title);
    end_with_name(page, column, FACT_INDENT, one->name);
}

static void add_facts(const struct page *page, const struct case_result *one)
{
    const struct look *look = verdict_look(one->verdict);
    if (look->shows_expected)
        page_field(page, FACT_INDENT, "expected", one->expected);
    if (look->shows_actual)
        page_field(page, FACT_INDENT, "actual", one->actual);
    if (look->shows_reason)
        page_field(page, FACT_INDENT, "because", one->reason);
}

static void add_measures(const struct page *page, const struct case_result *one, bool verbose)
{
    for (size_t i = 0; i < one->num_measures; i++)
        if (verbose || !one->measures[i].is_detail)
            page_field(page, FACT_INDENT, "measured", one->measures[i].sentence);
}

static void add_phase(const char *name, int64_t ns, struct buf *out)
{
    if (ns < 0)
        return;
    buf_add_format(out, ", %s ", name);
    text_add_duration(out, ns);
}

static void add_effect(const struct page *page, const struct run_result *result,
                       const struct exchange *exchange)
{
    struct buf words = {0};
    struct buf shown = {0};
    processed_describe(&exchange->processed, &words);
    result_redact(result, buf_bytes(&words), &shown);
    if (shown.len)
        page_field(page, FACT_INDENT, "effect", buf_text(&shown));
    buf_clear(&words);
    buf_clear(&shown);
}

static void add_exchange(const struct page *page, const struct run_result *result,
                         const struct exchange *exchange)
{
    const struct observation *seen = &exchange->seen;
    struct buf line = {0};
    if (seen->status)
        buf_add_format(&line, "%d ", seen->status);
    buf_add_text(&line, outcome_name(seen->outcome));
    add_phase("connected at", seen->connect_ns, &line);
    add_phase("first byte at", seen->first_byte_ns, &line);
    add_phase("ended at", seen->total_ns, &line);
    if (seen->detail[0]) {
        buf_add_text(&line, "; ");
        result_redact(result, bytes_of(seen->detail), &line);
    }
    page_field(page, FACT_INDENT, "sent", exchange->sent);
    page_field(page, FACT_INDENT, "got", buf_text(&line));
    page_field(page, FACT_INDENT, "as Panora would record it", exchange->as_panora);
    add_effect(page, result, exchange);
    buf_clear(&line);
}

void text_tree_case(const struct page *page, const struct run_result *result,
                    const struct case_result *one, bool with_exchanges,
                    struct text_progress *progress)
{
    if (!progress->suite || strcmp(progress->suite, one->suite) != 0) {
        *progress = (struct text_progress){.suite = one->suite};
        page_end_line(page);
        page_line(page, TONE_BOLD, one->suite);
    }
    bool likewise = !with_exchanges && is_told(progress, one);
    if (base_len(one->name)) {
        if (!progress->title || !same_base(progress->name, one->name)) {
            add_list_line(page, one);
            progress->title = one->title;
        }
        add_value_line(page, one, progress->title, likewise);
    } else {
        add_case_line(page, one);
    }
    progress->name = one->name;
    if (!likewise) {
        add_facts(page, one);
        progress->told = one;
    }
    add_measures(page, one, with_exchanges);
    for (size_t i = 0; with_exchanges && i < one->num_exchanges; i++)
        add_exchange(page, result, &one->exchanges[i]);
}
