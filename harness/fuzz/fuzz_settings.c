/* Whatever hookcheck.json holds: it gives settings, or one sentence that says what is wrong with
 * it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/settings.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A file that is nowhere, so that several of these can run at once. */
static int hold(const uint8_t *data, size_t size, char path[32])
{
    int file = memfd_create("hookcheck.json", 0);
    if (file < 0 || write(file, data, size) != (ssize_t)size)
        abort();
    (void)snprintf(path, 32, "/proc/self/fd/%d", file);
    return file;
}

/* As `hookcheck config NAME --config FILE` does: what the file refers to is not read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    char *words[] = {"staging", "--config", path};
    struct arguments arguments = {0};
    struct error err = {0};
    int file = hold(data, size, path);
    if (!arguments_parse(&arguments, command_config.options, command_config.num_option_sets, 3,
                         words, &err))
        abort();
    bool ok = settings_apply(&arguments, &command_config, &err);
    if (ok == error_is_set(&err))
        abort();
    arguments_clear(&arguments);
    (void)close(file);
    return 0;
}
