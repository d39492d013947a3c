/* A saved report and a baseline are read from files that anyone may have written: each is refused
 * with a sentence, or what was read can be written and read again. */
#include <stdint.h>
#include <stdlib.h>

#include "report/baseline.h"
#include "report/formats.h"
#include "report/report_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

/* What is written of it is a report again, and every page of it can be made. */
static void check_report(const struct run_result *result)
{
    struct buf json = {0};
    struct buf page = {0};
    struct run_result again = {0};
    struct error err = {0};
    report_format_json.render(result, &json);
    check(report_read("again.json", buf_bytes(&json), &again, &err));
    check(again.num_cases == result->num_cases);
    report_format_html.render(result, &page);
    report_format_junit.render(result, &page);
    report_format_har.render(result, &page);
    run_result_clear(&again);
    buf_clear(&json);
    buf_clear(&page);
}

/* With it as the baseline of what it says of itself. */
static void check_baseline(const struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->count; i++) {
        const struct baseline_entry *entry = &baseline->entries[i];
        check((entry->case_id != NULL) != (entry->cause != NULL));
        check(entry->reason != NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = {(const char *)data, size};
    struct run_result result = {0};
    struct baseline baseline = {0};
    struct error err = {0};
    bool ok = report_read("saved.json", text, &result, &err);
    check(ok != error_is_set(&err));
    if (ok)
        check_report(&result);
    run_result_clear(&result);
    err = (struct error){0};
    ok = baseline_read("baseline.json", text, &baseline, &err);
    check(ok != error_is_set(&err));
    if (ok)
        check_baseline(&baseline);
    baseline_clear(&baseline);
    return 0;
}
