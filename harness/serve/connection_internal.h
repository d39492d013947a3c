/* What connection.c and conversation.c know of a connection; for these two alone. */
#ifndef SERVE_CONNECTION_INTERNAL_H
#define SERVE_CONNECTION_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "http/reader.h"
#include "serve/host.h"
#include "serve/transmit.h"

struct bufferevent;
struct event;

enum connection_state {
    STATE_HANDSHAKING,
    STATE_READING, /* between requests, or inside one */
    STATE_WAITING, /* an answer is ready and delayed */
    STATE_WRITING,
    STATE_PENDING,   /* the service answers later */
    STATE_STREAMING, /* the service pushes bytes until one of the two goes */
    STATE_HOLDING,   /* silent on purpose */
    STATE_LINGERING, /* the last answer is out: waits for the client to close */
    STATE_CLOSED     /* to be freed by `settle`: nothing else frees a connection */
};

struct connection {
    struct host *host;
    struct bufferevent *bufferevent;
    struct http_reader *reader;
    struct event *timer;
    int64_t timer_ns; /* when the timer comes; 0 = it is not set */
    int64_t due_ns;   /* the deadline, or the next step, of the present state; 0 = none */
    enum connection_state state;
    uint64_t number;
    uint64_t num_requests;
    bool inside;       /* a request has begun */
    bool counted;      /* ... and is in num_requests: its head was read */
    bool peer_is_done; /* the client will send no more */
    bool over_ipv6;
    bool from_loopback;
    char address[48];
    bool owed; /* its service was told "pending" or "stream", and is told when it goes */
    int64_t idle_since_ns;
    struct inbound request;
    struct buf body;
    size_t first_piece_len;
    struct transmission transmission;
    enum ending ending; /* of the answer that is on its way */
    bool streams;       /* ... after which the service pushes more */
    bool undisturbed;   /* inside `feed`, and nothing has come behind the request */
    struct connection *previous;
    struct connection *next;
};

/* --- connection.c --- */

/* Sets the time after which connection_on_time comes; replaces an earlier one. */
void connection_arm(struct connection *connection, int64_t ns);
void connection_disarm(struct connection *connection);

void connection_enter(struct connection *connection, enum connection_state state,
                      int64_t deadline_ns);

/* A true reset: nothing that is still unsent goes out, and no TLS goodbye. */
void connection_reset(struct connection *connection);

/* Ends our side, but goes on reading for a while: closing with bytes unread would send a reset, and
 * that can overtake the answer. */
void connection_linger(struct connection *connection);

void connection_drop_body(struct connection *connection);

/* --- conversation.c --- */

/* Waits for the next request. */
void conversation_begin(struct connection *connection);

/* Bytes have come, or the client has ended its side (`peer_is_done`). */
void conversation_on_input(struct connection *connection);

/* What was handed to the bufferevent has left. */
void conversation_on_written(struct connection *connection);

/* The answer that was to come later; takes it over. */
void conversation_answer(struct connection *connection, struct answer *answer);

/* The timer of the present state. */
void conversation_on_time(struct connection *connection);

/* The client is gone. */
void conversation_on_gone(struct connection *connection);

#endif
