#include "report/report.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "report/formats.h"

#define POINT_TO(name) &report_format_##name,
const struct report_format *const report_formats[] = {REPORT_FORMATS(POINT_TO)};

const size_t num_report_formats = ARRAY_LEN(report_formats);

const struct report_format *report_format_find(const char *name, struct error *err)
{
    const char *names[ARRAY_LEN(report_formats)];
    for (size_t i = 0; i < num_report_formats; i++) {
        names[i] = report_formats[i]->name;
        if (strcmp(names[i], name) == 0)
            return report_formats[i];
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
        if (has_ending(path, report_formats[i]->endings))
            return report_formats[i];
    return NULL;
}
