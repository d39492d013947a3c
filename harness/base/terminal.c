#include "base/terminal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"

static size_t within_limits(long columns)
{
    enum { LEAST = 40, MOST = 100 };
    return columns < LEAST ? LEAST : columns > MOST ? MOST : (size_t)columns;
}

size_t terminal_columns(int fd)
{
    struct winsize size;
    if (isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return within_limits(size.ws_col);
    const char *said = getenv("COLUMNS");
    if (!said || !isdigit((unsigned char)said[0]))
        return TERMINAL_COLUMNS_USUAL;
    long columns = strtol(said, NULL, 10);
    return columns > 0 ? within_limits(columns) : TERMINAL_COLUMNS_USUAL;
}

bool terminal_takes_progress(void)
{
    struct stat out;
    bool is_pipe = fstat(STDOUT_FILENO, &out) == 0 && S_ISFIFO(out.st_mode);
    return isatty(STDERR_FILENO) && !is_pipe;
}

/* The first of these that is set decides (POSIX, "Environment Variables", section 8.2). */
bool terminal_has_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const char *locale = getenv(names[i]);
        if (!locale || !*locale)
            continue;
        const char *charset = strchr(locale, '.');
        return charset && (strncasecmp(charset + 1, "utf-8", 5) == 0 ||
                           strncasecmp(charset + 1, "utf8", 4) == 0);
    }
    return false;
}
