#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/sink.h"

/* The one setting of the whole process: how much is said on standard error. */
static enum log_level threshold = LOG_WARN;

void log_set_level(enum log_level level)
{
    threshold = level;
}

void log_print(enum log_level level, const char *format, ...)
{
    if (level > threshold)
        return;
    char line[2048];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    sink_say("hookcheck", line);
}
