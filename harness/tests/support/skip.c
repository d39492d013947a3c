#include "tests/support/skip.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void skip_note(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    (void)fprintf(stderr, "SKIPPED: %s\n", line);
    const char *path = getenv("HOOKCHECK_SKIPPED");
    FILE *file = path ? fopen(path, "a") : NULL;
    if (!file)
        return;
    (void)fprintf(file, "%s\n", line);
    (void)fclose(file);
}

const char *skip_reason(struct buf *out)
{
    static const char mark[] = "SKIPPED: ";
    const char *text = buf_text(out);
    for (const char *at = strstr(text, mark); at; at = strstr(text, mark))
        text = at + sizeof mark - 1;
    size_t length = strcspn(text, "\n");
    out->data[(size_t)(text - buf_text(out)) + length] = '\0';
    return text;
}
