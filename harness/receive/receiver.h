/*
 * The reference receiver: a webhook endpoint that does everything right, or makes one chosen
 * mistake. One thread serves all connections, HTTP/1.1 or HTTPS.
 *
 *     struct receiver *receiver = receiver_start(&options, &err);
 *     receiver_run(receiver);      (returns after receiver_stop, from another thread or a signal
 * handler) receiver_free(receiver);
 */
#ifndef RECEIVE_RECEIVER_H
#define RECEIVE_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/bytes.h"
#include "base/error.h"

/* Zeroed fields are the defaults; everything is borrowed and, but for `secret` and `out`, only
 * until receiver_start returns. */
struct receiver_options {
    const char *listen;  /* HOST:PORT, [IPv6]:PORT; NULL = 127.0.0.1:0; port 0 = a free one */
    struct bytes secret; /* outlives the receiver; not empty */
    bool tls;            /* https; with a certificate made at start unless `cert` is set */
    const char *cert;    /* PEM file; with `key` */
    const char *key;
    const char *const *faults; /* "A01", "F05=3s" or a name */
    size_t num_faults;
    const char *variation;         /* "status-200": right in another way; NULL = none */
    const char *const *behaviours; /* "delay=300ms" */
    size_t num_behaviours;
    const char *journal;  /* file; NULL = none */
    int watch_fd;         /* the journal, and what was answered, goes here as well; the receiver
                             takes it over. 0 = nowhere */
    bool journal_brief;   /* what was processed, without what arrived */
    FILE *out;            /* one line for each request; NULL = quiet. Outlives the receiver */
    bool stop_on_signals; /* SIGINT and SIGTERM stop it */
    int64_t (*wall_ms)(
        void); /* what time it is; NULL = no Date header, and 1970 in journal and certificate */
    int64_t request_ns;     /* a request must be complete in this time; 0 = 60 s */
    size_t max_connections; /* 0 = 1000, or fewer where the system allows fewer files */
    void (*on_death)(
        void *payload); /* a fault lets the process die; NULL = it really ends with RECEIVER_DIED */
    void *payload;
};

/* The exit status of a process that a fault has killed. */
#define RECEIVER_DIED 1

struct receiver;

/* Listens, and serves from receiver_run or receiver_poll on. Ignores SIGPIPE in the whole process
 * from then on. NULL with a sentence when an option is wrong or the address cannot be had. */
struct receiver *receiver_start(const struct receiver_options *options, struct error *err);

/* Ends its connections, removes what it wrote to the temporary folder; NULL is fine. */
void receiver_free(struct receiver *receiver);

/* "http://127.0.0.1:34935", with the port that it really has. Borrowed. */
const char *receiver_url(const struct receiver *receiver);
int receiver_port(const struct receiver *receiver);

/* The CA certificate's file that clients must trust, or NULL when none was made. Borrowed. */
const char *receiver_ca_path(const struct receiver *receiver);

/* Tells whoever watches (watch_fd) where it listens. */
void receiver_tell(struct receiver *receiver);

/* Serves until receiver_stop; returns at once when that was called before. */
void receiver_run(struct receiver *receiver);

/* Serves what is due now, waiting for it at most `timeout_ns`; false once receiver_stop was called.
 */
bool receiver_poll(struct receiver *receiver, int64_t timeout_ns);

/* After a fork, in the child that is to serve: the parent keeps the port and the temporary files.
 * SIGINT and SIGTERM stop the child. */
bool receiver_enter_child(struct receiver *receiver, struct error *err);

/* From now on connections are refused, though the port stays taken; and accepted again. */
void receiver_refuse(struct receiver *receiver);
bool receiver_listen(struct receiver *receiver, struct error *err);

/* Lets receiver_run return soon. May be called from any thread and from a signal handler. */
void receiver_stop(struct receiver *receiver);

#endif
