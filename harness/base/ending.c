#include "base/ending.h"

#include <signal.h>
#include <stddef.h>

void ending_watch(void (*handler)(int number))
{
    struct sigaction hangup;
    (void)signal(SIGINT, handler);
    (void)signal(SIGTERM, handler);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        (void)signal(SIGHUP, handler);
}
