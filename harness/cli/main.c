#include <locale.h>
#include <signal.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/command.h"

int main(int argc, char **argv)
{
    /* Writing to a pipe that nobody reads, or to a socket that the peer reset, is an error to
     * handle rather than an end. */
    (void)signal(SIGPIPE, SIG_IGN);
    /* So is a file that grows beyond the limit for files. */
    (void)signal(SIGXFSZ, SIG_IGN);
    /* libcurl reads a host's name beyond ASCII in the charset of the locale. */
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    mem_return_large();
    json_use_mem();
    return command_main(argc, argv);
}
