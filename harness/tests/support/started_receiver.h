/* A receiver that runs in a thread of the test, and a client that sees every byte of its answers.
 */
#ifndef TESTS_SUPPORT_STARTED_RECEIVER_H
#define TESTS_SUPPORT_STARTED_RECEIVER_H

#include <pthread.h>
#include <stdbool.h>

#include "base/buf.h"
#include "http/reader.h"
#include "panora/event.h"
#include "receive/receiver.h"

#define RECEIVER_SECRET "whsec_receiver_test"

struct started_receiver {
    struct receiver *receiver;
    pthread_t thread;
    volatile bool died; /* a fault let the process die; here it only stops */
};

/* Starts one with RECEIVER_SECRET; `options` may be NULL. Fails the test when it cannot be had. */
void started_begin(struct started_receiver *started, const struct receiver_options *options);
void started_end(struct started_receiver *started);

/* One with a fault (NULL = none) and a behaviour (NULL = none). */
void started_begin_wrong(struct started_receiver *started, const char *fault,
                         const char *behaviour);

/* A request to write; zeroed fields are a genuine event. */
/* What is awaited comes, however busy the machine is; only what is wrong is waited for in vain. */
#define PATIENCE_MS 60000

struct posting {
    const char *method;  /* NULL = "POST" */
    const char *target;  /* NULL = "/hook" */
    const char *version; /* NULL = "HTTP/1.1" */
    const char *type;    /* NULL = "crm.contact.created" */
    const char *id;      /* NULL = some id */
    const char *data;    /* JSON text; NULL = a small object */
    enum dialect dialect;
    const char *body;      /* in place of the event */
    const char *key;       /* NULL = the right secret */
    const char *signature; /* in place of the right one; may hold %s for that */
    bool no_signature;
    const char *signature_name; /* NULL = "Panora-Signature" */
    const char *content_type;   /* NULL = "application/json"; "" = none */
    const char *headers;        /* more lines, each with CR LF */
    bool chunked;
    int patience_ms; /* 0 = PATIENCE_MS */
};

/* Appends the bytes of the request to `out`. */
void posting_write(const struct posting *posting, struct buf *out);

/* Writes the signature that is right for `posting`. */
void posting_signature(const struct posting *posting, char out[65]);

enum reply_end {
    REPLY_WHOLE,     /* a complete response */
    REPLY_CLOSED,    /* the connection ended first, in an orderly way */
    REPLY_RESET,     /* it was reset */
    REPLY_MALFORMED, /* what came is no HTTP */
    REPLY_SILENCE    /* nothing more came in time */
};

struct reply {
    enum reply_end end;
    int status; /* 0 = none */
    int minor;
    bool keep_alive;
    struct headers headers;
    struct buf body;
    int num_interim;
};

struct client {
    int fd;
    struct http_reader *reader;
    struct buf rest; /* bytes beyond the last reply */
};

/* Connects to a port of 127.0.0.1. */
void client_open(struct client *client, int port);
void client_close(struct client *client);

/* False when the connection does not take them. */
bool client_send(struct client *client, struct bytes bytes);

/* Reads the next final response, waiting at most `timeout_ms` for each piece; reply_clear frees it.
 */
void client_read(struct client *client, int timeout_ms, struct reply *reply);
void reply_clear(struct reply *reply);

/* Whether the server ends the connection (FIN or reset) within `timeout_ms`; what comes before is
 * dropped. */
bool client_sees_end(struct client *client, int timeout_ms);

/* On a fresh connection: sends `posting`, reads one reply. */
void post(const struct started_receiver *started, const struct posting *posting,
          struct reply *reply);

/* The same; returns the status, or minus the enum reply_end when there is no whole reply. */
int post_status(const struct started_receiver *started, const struct posting *posting);

#endif
