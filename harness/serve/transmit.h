/*
 * How an answer's bytes go out: at once, byte by byte, cut, without end. Knows when the last byte
 * has left, not what becomes of the connection then.
 */
#ifndef SERVE_TRANSMIT_H
#define SERVE_TRANSMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "serve/answer.h"

struct bufferevent;

struct transmission {
    struct buf bytes; /* all that is to go out */
    size_t sent;      /* or handed to the bufferevent */
    int64_t drip_ns;
    bool endless;
};

/* Takes the bytes of `answer` over. */
void transmit_prepare(struct transmission *transmission, const struct answer *answer,
                      const struct answer_context *context);
void transmit_clear(struct transmission *transmission);

/* Sends as much as the connection takes at once, where that is the usual thing: a turn of the event
 * loop and two more system calls cost as much as sending. No TLS, and nothing is drawn out. */
void transmit_at_once(struct transmission *transmission, struct bufferevent *bufferevent);

/* Hands over what may go now. Returns the pause in ns after which to call again; 0 = none:
 * everything has been handed over, or (endless) the next call is due when the output is empty. */
int64_t transmit_step(struct transmission *transmission, struct bufferevent *bufferevent);

/* Whether nothing remains to be handed over. */
bool transmit_is_done(const struct transmission *transmission);

/* Whether only the endless part remains: the next step is due whenever the output is empty. */
bool transmit_is_filling(const struct transmission *transmission);

#endif
