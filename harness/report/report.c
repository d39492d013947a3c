#include "report/report.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "report/formats.h"

const struct report_format report_formats[] = {
    {"text", "a tree of all cases, diagnoses, failures and a last line of counts, for people",
     report_text_render},
    {"json", "everything that was found, by the schema in reports/report.schema.json",
     report_json_render},
    {"junit", "JUnit XML, one testsuite per suite, for CI servers", report_junit_render},
    {"tap", "Test Anything Protocol, version 13, with YAML blocks", report_tap_render},
};

const size_t num_report_formats = ARRAY_LEN(report_formats);

const struct report_format *report_format_find(const char *name, struct error *err)
{
    const char *names[ARRAY_LEN(report_formats)];
    for (size_t i = 0; i < num_report_formats; i++) {
        names[i] = report_formats[i].name;
        if (strcmp(names[i], name) == 0)
            return &report_formats[i];
    }
    (void)text_unknown(err, "report format", name, names, num_report_formats);
    return NULL;
}
