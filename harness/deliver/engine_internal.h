/*
 * What the files of the engine share; nothing outside deliver/ includes this.
 *
 * An attempt lives in the engine's list from engine_send until its on_done has been called.
 * Whichever way carries it fills `seen` and says attempt_end; the loop in engine.c then takes it
 * out of the list, releases what it held and calls on_done. So no call back ever runs while libcurl
 * is at work.
 */
#ifndef DELIVER_ENGINE_INTERNAL_H
#define DELIVER_ENGINE_INTERNAL_H

#include <curl/curl.h>

#include "deliver/engine.h"
#include "http/reader.h"

/* Bytes of all heads of one exchange together, and header lines of one; more is malformed. Panora's
 * sender gives up at 16 KiB, so what lies between can still be reported as what it is. */
#define HEAD_LEN_MAX    ((size_t)256 * 1024)
#define HEAD_FIELDS_MAX 1000

/* Decompressed bytes that are worth waiting for. */
#define DECODED_LEN_MAX ((uint64_t)64 * 1024 * 1024)

struct engine {
    CURLM *multi;
    const struct target *target;
    struct engine_options options; /* borrowed texts */
    struct curl_slist *resolve;
    struct curl_slist *connect_to;
    struct attempt *attempts;     /* newest first */
    struct curl_sockets *orphans; /* of attempts that are gone */
    size_t num_attempts;
    struct engine_connection *connections;
};

/* What the libcurl way knows of a response while it arrives. */
/* The sockets of one attempt. From libcurl 8.12 on they can outlive it: over TLS libcurl waits for
 * the other side before it closes. */
struct curl_sockets {
    struct attempt *attempt; /* NULL = it is gone */
    size_t num_open;
    struct curl_sockets *next;
};

struct curl_response {
    struct curl_sockets *sockets;
    struct http_reader *reader; /* gets the head lines, so both ways read a head alike */
    size_t heads_len;           /* bytes of all heads, interim ones and trailers too */
    bool head_ended;            /* of the final response */
    bool is_complete;           /* every byte that the head announced has come */
    int64_t last_byte_ns;       /* monotonic */
    const char *broken;         /* why we stopped reading, in a sentence; NULL = we did not */
    bool late;                  /* we stopped reading at the deadline */
    struct buf unread;          /* what lay in the socket when libcurl gave up */
};

struct attempt {
    struct engine *engine;
    struct attempt *next;
    const struct request *request; /* the caller's */
    int socket_errno;              /* why no socket could be had; 0 = one was */
    bool has_begun;                /* `seen.started_ns` is as libcurl counts */
    struct headers fields;         /* the header lines as they go out */
    struct observation seen;
    bool ended;
    bool expects_no_body; /* the method is HEAD */
    int64_t timeout_ns;
    enum engine_linger linger;
    engine_on_done *on_done;
    void *payload;

    /* the libcurl way */
    CURL *easy;
    struct curl_slist *lines;
    char error_text[CURL_ERROR_SIZE];
    struct curl_response response;

    /* the raw way; NULL otherwise */
    struct engine_connection *connection;
};

enum connection_state {
    CONNECTION_NONE,       /* no socket */
    CONNECTION_CONNECTING, /* libcurl is at it */
    CONNECTION_UNDER_WAY,  /* its way is at work */
    CONNECTION_LINGER,     /* the answer is there; bytes that should not follow it may */
    CONNECTION_IDLE        /* watched for the server's close */
};

/* What happens on a socket once it is connected. A way ends the attempt, and leaves the connection
 * dropped or, by engine_connection_linger, watched. */
struct way {
    void (*begin)(struct engine_connection *connection);
    void (*step)(struct engine_connection *connection); /* the socket is ready, or it is due */
    /* When it wants its step although the socket is quiet, monotonic. */
    int64_t (*due_ns)(const struct engine_connection *connection);
    bool (*wants_room)(const struct engine_connection *connection); /* to send */
    void (*release)(struct engine_connection *connection); /* while there still is a socket */
};

struct engine_connection {
    struct engine *engine;
    struct engine_connection *next;
    enum connection_state state;
    const struct way *way; /* of the last attempt; NULL = none yet */
    CURL *easy;            /* NULL without a socket */
    curl_socket_t socket;
    char error_text[CURL_ERROR_SIZE];
    struct attempt *attempt; /* under way on it, or NULL */
    struct http_reader *reader;
    struct buf out; /* the request as it goes out */
    size_t out_sent;
    size_t head_len;    /* bytes of `out` before the body */
    size_t piece_end;   /* no further than this before `resume_ns` */
    int64_t resume_ns;  /* when sending goes on or, with STOP_HOLD, holding ends; monotonic */
    bool may_send_body; /* nothing has to be waited for any more */
    struct tls_handshake *handshake; /* NULL = none */
    bool sending_failed;
    bool is_owned;     /* made by the engine for one attempt, freed with it */
    bool is_reusable;  /* the last exchange left it fit for another */
    bool is_pending;   /* more may be there to read although the socket will not say so */
    short revents;     /* what the last poll saw */
    int64_t ended_ns;  /* when the last message ended, monotonic */
    int64_t closed_ns; /* when the server closed, from ended_ns; -1 = not seen */
    bool closed_by_reset;
};

/* --- attempt.c --- */

/* A new attempt in the engine's list. */
struct attempt *attempt_new(struct engine *engine, const struct engine_send *send);
void attempt_free(struct attempt *attempt); /* `seen` too; after its way has let go of it */

/* Appends a request's own header fields as this endpoint gets them: its Host, and the engine's
 * extra fields last. */
void attempt_fields(struct headers *fields, const struct engine *engine, const struct headers *own);

/* The moment at which it has to be over, and ns from its beginning until now. */
int64_t attempt_deadline_ns(const struct attempt *attempt);
int64_t attempt_age_ns(const struct attempt *attempt);

/* Ends it now. `total_ns` is set unless it was. The format is the detail; an empty one leaves none.
 */
void attempt_end(struct attempt *attempt, enum outcome outcome, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Ends it at the deadline, with words that fit how far it came. */
void attempt_end_late(struct attempt *attempt);

/* --- setup.c --- */

/* An easy handle with everything that both ways share, for the attempt's whole URL. Never NULL.
 * `error_text` has CURL_ERROR_SIZE bytes and outlives it. */
CURL *setup_easy(struct attempt *attempt, char *error_text);

/* A handle for `url` with route and TLS options only. Never NULL. */
CURL *setup_bare_easy(const struct engine *engine, const char *url);

/* `code` of an option that any libcurl takes; anything else is a fault of ours. */
void setup_must(CURLcode code);

/* Moves what `options` name into the engine's lists for libcurl. */
void setup_lists(struct engine *engine);

/* Whether libcurl can do what the options say; a sentence when not. */
bool setup_check(const struct engine *engine, struct error *err);

/* --- outcome.c --- */

/* Ends an attempt whose connection or transfer libcurl gave up with `code`. */
void outcome_of_failure(struct attempt *attempt, CURLcode code);

/* What this machine lacks when it has no socket because of the errno `number`; NULL when that says
 * nothing about this machine. */
const char *outcome_want(int number);

/* Phases and peer as libcurl measured them. */
void outcome_read_phases(struct observation *seen, CURL *easy);

/* --- reading.c: responses into observations --- */

/* A reader for the answer to this attempt. Never NULL. */
struct http_reader *reading_new(const struct attempt *attempt);

/* Notes bytes that arrived after the answer. */
void reading_note_extra(struct observation *seen);

/* Keeps what fits of some body bytes and counts the rest. */
void reading_take_body(struct observation *seen, struct bytes bytes);

enum reading { READING_MORE, READING_HEAD, READING_END, READING_MALFORMED };

/* Reads on in `data`, which moves past what was taken; READING_HEAD says that the head of the final
 * response is there. */
enum reading reading_feed(struct observation *seen, struct http_reader *reader, const char **data,
                          size_t *len);

/* --- curl_way.c, curl_response.c --- */

void curl_way_begin(struct attempt *attempt);
void curl_way_on_done(struct attempt *attempt, CURLcode code); /* libcurl has finished */
void curl_way_release(struct attempt *attempt); /* handle and lists, under way or not */

/* Lets the call backs of the attempt's handle fill it. */
void curl_response_watch(struct attempt *attempt);

/* Whether what was still in the socket when sending failed is a whole answer; if so it is in
 * `seen`. */
bool curl_response_read_rest(struct attempt *attempt);
void curl_response_release(struct attempt *attempt);
void curl_response_free_orphans(struct engine *engine); /* after the multi handle */

/* --- connection.c --- */

/* Carries the attempt over the connection, connecting anew unless its last exchange left it open.
 */
void engine_connection_begin(struct engine_connection *connection, struct attempt *attempt,
                             const struct way *way);
void connection_on_connected(struct engine_connection *connection, CURLcode code);
void connection_step(struct engine_connection *connection); /* does what needs no waiting */
void connection_drop(struct engine_connection *connection); /* closes the socket */

/* When it wants connection_step even if its socket is quiet, monotonic; INT64_MAX = never. */
int64_t connection_wake_ns(const struct engine_connection *connection);

/* What to wait for on its socket; false when there is nothing. */
bool connection_wants(const struct engine_connection *connection, struct curl_waitfd *out);

enum arrival { ARRIVAL_NOTHING, ARRIVAL_BYTES, ARRIVAL_CLOSE, ARRIVAL_ERROR };

/* Reads without waiting. */
enum arrival connection_read(struct engine_connection *connection, char *data, size_t size,
                             size_t *out_len);

/* The answer is whole: goes on to watch for what should not follow. */
void engine_connection_linger(struct engine_connection *connection);

/* --- sending.c: how a request goes out by the raw way --- */

/* Appends request line and header lines, up to the body. */
void sending_add_head(const struct target *target, const struct request *request,
                      const struct headers *fields, struct buf *out);

/* The request's bytes, and what has to be waited for before they may go. */
void sending_begin(struct engine_connection *connection);
bool sending_is_over(const struct engine_connection *connection);

/* Whether the socket is to be watched for room. */
bool sending_wants_room(const struct engine_connection *connection);

/* Sends what may go now. False when the attempt was ended on purpose. */
bool sending_step(struct engine_connection *connection);

/* When sending_step is due although the socket is quiet, monotonic; INT64_MAX = never. */
int64_t sending_due_ns(const struct engine_connection *connection);

/* Ends a held attempt whose connection was closed or is no longer wanted; false when it is none. */
bool sending_end_held(struct engine_connection *connection, const char *sentence);

/* --- tls_handshake.c --- */

extern const struct way tls_handshake_way; /* a handshake that carries no request */

/* --- raw_way.c --- */

extern const struct way raw_way; /* one exchange */

/* Whether only the raw way can put it on the wire as it is. */
bool raw_way_is_needed(const struct request *request);

#endif
