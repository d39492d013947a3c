#include "report/report.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "report/formats.h"

const struct report_format report_formats[] = {
    {"text", "one screen: causes, undecided cases, counts", ".txt", report_text_render},
    {"json", "everything, by the schema in reports/report.schema.json", ".json",
     report_json_render},
    {"junit", "JUnit XML, one testsuite per suite, for CI servers", ".xml", report_junit_render},
    {"tap", "Test Anything Protocol, version 13, with YAML blocks", ".tap", report_tap_render},
    {"markdown", "headline, causes and counts, for a step summary or a comment", ".md .markdown",
     report_markdown_render},
    {"html", "one page for a browser: causes, grid, every exchange, response times, timeline",
     ".html .htm", report_html_render},
    {"github", "annotations as workflow commands of GitHub Actions", "", report_github_render},
    {"sarif", "SARIF 2.1.0, for code scanning", ".sarif", report_sarif_render},
    {"har", "HTTP Archive 1.2 of every exchange, for browsers' tools", ".har", report_har_render},
    {"badge", "a badge as SVG", ".svg", report_badge_render},
    {"shields", "a badge as shields.io's endpoint JSON", "", report_shields_render},
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

static bool has_ending(const char *path, const char *endings)
{
    char ending[16];
    for (const char *at = endings; *at; at += *at == ' ') {
        size_t len = strcspn(at, " ");
        if (len < sizeof ending) {
            memcpy(ending, at, len);
            ending[len] = '\0';
            if (text_ends_with(path, ending))
                return true;
        }
        at += len;
    }
    return false;
}

const struct report_format *report_format_of_file(const char *path)
{
    for (size_t i = 0; i < num_report_formats; i++)
        if (has_ending(path, report_formats[i].endings))
            return &report_formats[i];
    return NULL;
}
