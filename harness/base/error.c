#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool error_set(struct error *err, const char *format, ...)
{
    if (err && !error_is_set(err)) {
        va_list args;
        va_start(args, format);
        (void)vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return false;
}

bool error_prefix(struct error *err, const char *format, ...)
{
    if (!err)
        return false;
    char prefix[ERROR_MESSAGE_MAX / 2];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(prefix, sizeof prefix - 2, format, args);
    va_end(args);
    size_t len = strlen(prefix);
    prefix[len++] = ':';
    prefix[len++] = ' ';
    memmove(err->message + len, err->message, sizeof err->message - len);
    memcpy(err->message, prefix, len);
    err->message[sizeof err->message - 1] = '\0';
    return false;
}

bool error_is_set(const struct error *err)
{
    return err && err->message[0] != '\0';
}
