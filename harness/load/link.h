/*
 * One connection of a load and the exchange on it: writes a request, reads its response, and says
 * how it ended. Knows neither the schedule nor what is counted.
 */
#ifndef LOAD_LINK_H
#define LOAD_LINK_H

#include "base/buf.h"
#include "deliver/dial.h"
#include "http/reader.h"
#include "load/mix.h"
#include "load/tally.h"

enum link_state { LINK_NONE, LINK_CONNECTING, LINK_IDLE, LINK_BUSY };

/* Times count from the beginning of the load. */
struct link {
    enum link_state state;
    struct dial *dial;
    struct http_reader *reader;
    struct buf out;
    size_t out_sent;
    struct buf answer;     /* its beginning, as it came */
    int64_t first_ns;      /* when the response began; -1 = nothing came yet */
    int64_t retry_after_s; /* of this response; -1 = not said */
    bool watches_room;

    /* the worker's */
    struct mix_choice choice;
    int64_t free_ns;  /* since when it could have carried the next one */
    int64_t wants_ns; /* closed loop: since when its client has wanted to send */
    int64_t due_ns;
    int64_t sent_ns;
    bool measures; /* it is not of the warmup */
};

/* What the links of one thread share. */
struct link_setting {
    int epoll;
    int64_t begun_ns;   /* monotonic: the beginning of the load */
    uint64_t *received; /* bytes; counted here */
    char *buffer;
    size_t buffer_size;
};

enum link_news {
    LINK_GOES_ON,
    LINK_ENDED, /* the exchange has ended */
    LINK_LEFT   /* the connection was closed while it was idle */
};

struct link_end {
    int status;            /* 0 = there is no response, and the connection is of no more use; */
    enum load_fault fault; /* ... then why, */
    const char *problem;   /* ... and in words. Borrowed until link_close */
    bool keeps;            /* the connection can carry another exchange */
    int64_t retry_after_s; /* the endpoint asks for a pause; -1 = it does not */
};

/* It is connected. False when it cannot be watched. */
bool link_open(struct link *link, const struct link_setting *setting);

/* Closes; it has to connect again before it can carry another exchange. */
void link_close(struct link *link);

/* Closes, and frees what it holds. */
void link_clear(struct link *link);

/* The request in `out` is a new one, of which nothing was sent. */
void link_begin(struct link *link);

/* Writes or reads as much as can be; fills `out` when the exchange has ended. */
enum link_news link_write(struct link *link, const struct link_setting *setting,
                          struct link_end *out);
enum link_news link_read(struct link *link, const struct link_setting *setting,
                         struct link_end *out);

#endif
