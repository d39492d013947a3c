/* `receive --ui`: the page is served by a process of its own, which a fault of the receiver does
 * not take along; what arrives goes there through a pipe. */
#ifndef CLI_RECEIVE_WATCH_H
#define CLI_RECEIVE_WATCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"
#include "receive/receiver.h"

struct watch_choice {
    bool wanted;
    const char *listen;
    const char *key; /* NULL = one is made */
    const char *const *hosts;
    size_t num_hosts;
    struct bytes secret;
    const struct receiver_options *receiver; /* its TLS serves the page too */
};

struct watch {
    pid_t pid; /* 0 = nobody watches */
    int fd;    /* where the lines of the journal go; 0 = nowhere */
    char *url;
    char *ca_path; /* that browsers must trust for the page; "" = none was made */
    char *key;
};

/* Starts the process, if one is wanted, and waits until it serves. Before any thread is made.
 * watch_end in any case. */
bool watch_start(const struct watch_choice *choice, struct watch *out, struct error *err);

/* Waits for its end, which comes once nobody writes to `fd` any more. Whoever was given `fd` has
 * closed it. */
void watch_end(struct watch *watch);

#endif
