#include "base/layout.h"
#include "reference/explain.h"

#define TITLE_COLUMNS 12

void explain_entry(const char *title, const char *text, struct buf *out)
{
    if (text && *text)
        layout_entry(title, TITLE_COLUMNS, text, out);
}
