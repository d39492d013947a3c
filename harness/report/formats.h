/* The formats of reports, in the order in which they are listed. Each is a row at the end of its
 * own file; adding one takes that and its name here. */
#ifndef REPORT_FORMATS_H
#define REPORT_FORMATS_H

#include "report/report.h"

/* clang-format off */
#define REPORT_FORMATS(X) \
    X(text) X(json) X(junit) X(tap) X(markdown) X(html) \
    X(github) X(sarif) X(har) X(badge) X(shields)
/* clang-format on */

#define DECLARE_REPORT_FORMAT(name) extern const struct report_format report_format_##name;
REPORT_FORMATS(DECLARE_REPORT_FORMAT)

#endif
