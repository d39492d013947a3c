#include "tests/support/shell_run.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"

int shell_run(const char *command, struct buf *out)
{
    FILE *pipe = popen(command, "r");
    if (!pipe)
        return -1;
    char chunk[4096];
    size_t got;
    while ((got = fread(chunk, 1, sizeof chunk, pipe)) > 0)
        buf_add(out, chunk, got);
    int status = pclose(pipe);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

bool shell_has(const char *program)
{
    struct buf out = {0};
    char *command = mem_format("command -v %s", program);
    int code = shell_run(command, &out);
    free(command);
    buf_clear(&out);
    return code == 0;
}

char *shell_temporary(struct bytes content)
{
    char *path = mem_text("/tmp/hookcheck-test-XXXXXX");
    int fd = mkstemp(path);
    bool ok = fd >= 0 && write(fd, content.data, content.len) == (ssize_t)content.len;
    if (fd >= 0)
        (void)close(fd);
    if (ok)
        return path;
    free(path);
    return NULL;
}
