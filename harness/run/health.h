/*
 * How the endpoint is: what its answers have shown, how much it bears, and, while it is looked at,
 * whether canaries find it well. Knows nothing of cases, sends nothing, and the time is a
 * parameter.
 */
#ifndef RUN_HEALTH_H
#define RUN_HEALTH_H

#include "result/result.h"

/* What is counted apart, so a run against an endpoint which cannot stand one of them ends. */
enum shot_kind {
    SHOT_GENUINE,
    SHOT_FORGED,
    SHOT_CHUNKED, /* either; no event of Panora's is, and some servers cannot read it */
    SHOT_KINDS
};
enum shot_kind shot_kind_of(const struct exchange *exchange);

/* After so many hangs of one kind of request the rest of that kind is not sent: a run ends. */
#define HEALTH_HANGS_MAX 3

/* What the user's options say of it. */
struct health_limits {
    int64_t recovery_ns; /* how long it may be away */
    int64_t max_time_ns; /* of the run */
    int64_t deadline_ns; /* of an answer */
    size_t room_max;     /* in flight at most, however well it copes */
    bool insecure;       /* any TLS session will do */
};

struct health {
    struct health_limits limits;

    /* what its answers have shown */
    bool reached;                   /* some attempt had a session */
    bool answered;                  /* some answer began */
    bool any_accepted;              /* some genuine event was accepted */
    bool usual_accepted;            /* ... and one like the canary: then a canary must be, too */
    int64_t alive_ns;               /* the latest start of an attempt that was answered */
    int64_t usual_ns;               /* how long the quickest genuine answers take; 0 = not known */
    bool usual_is_usual;            /* ... to events like the canary; other types may be ignored */
    size_t hangs[SHOT_KINDS];       /* requests that timed out */
    size_t minor_hangs[SHOT_KINDS]; /* ... of cases that are not required, and of controls */
    size_t deaths[SHOT_KINDS];      /* of the endpoint, by cases that sent such a request */

    /* how much it bears */
    size_t room;          /* in flight at most */
    int64_t backlog_ns;   /* what it may still work off of requests that were given up */
    size_t num_calm;      /* answers in a row that came as promptly as the best */
    size_t num_beside;    /* answers in a row that took hardly longer than one alone */
    int64_t gap_ns;       /* between two requests, since it had too much to do */
    bool is_limited;      /* having too much to do did not end in time: such answers are its own */
    bool is_erratic;      /* ... and no less when few requests come, far apart */
    bool met_far_apart;   /* a genuine event met it although it came far apart, */
    size_t num_far_apart; /* ... so many that did, and the canary right after them got in */
    size_t num_alone;     /* cases that met it and were repeated by themselves, unhurriedly; */
    size_t num_again;     /* ... and met it again, and the canary right after them got in */
    size_t num_drops;     /* times that it dropped connections for a while, and was there */
    int overload_status;  /* what a canary met, and later did not; 0 = none did */
    int crowded_status;   /* what events of cases met, and later did not; 0 = none did */
    int first_status;     /* what events met before one was accepted; 0 = none did */
    unsigned num_limited_forged; /* forgeries that got such answers each time they ran alone,
                                  * beside an event that got in at once */

    /* the present look at it */
    int64_t missed_ns;   /* when it was first missed */
    int64_t settled_ns;  /* canaries go out until then, although it is well */
    int64_t back_ns;     /* when it was found well, since it was last missed; 0 = not yet */
    size_t misses;       /* canaries in a row that found nobody */
    size_t num_cut_off;  /* ... of which somebody took the connection, and dropped it */
    unsigned refusals;   /* canaries in a row that were answered, and refused */
    bool was_overloaded; /* a canary found it with too much to do */

    /* absences that no case is to blame for */
    size_t num_absences;
    int64_t longest_absence_ns;
    int64_t first_absence_ns; /* when it began */
    bool gone;                /* it died and did not come back, */
    bool silent;              /* ... or it is there, and answers no more */
};

void health_init(struct health *health, const struct health_limits *limits, size_t room);

/* One request has come to its end. */
struct news {
    const struct exchange *exchange;
    bool usual;     /* an event like the canary */
    bool is_timely; /* its time says how much the endpoint bears: it is neither a canary nor one of
                       many that come fast */
    bool is_minor;  /* of a case that is not required, or a control: it leaves those that are their
                       turn, which fail of the same */
    bool is_load;   /* one of many that its case sends: the others must not use up the hangs that a
                       run waits for */
    size_t num_under_way; /* when it left, itself included */
};
void health_note(struct health *health, const struct news *news);

/* Requests of any kind that timed out. */
size_t health_num_hangs(const struct health *health);

/* It takes a tenth of a second for an event: what may do harm is not asked one by one, and fewer
 * samples are enough; */
bool health_is_slow(const struct health *health);

/* ... or a second: nothing is timed by itself, and what is not required has a time of its own. */
bool health_is_very_slow(const struct health *health);

/* Whether a reset is not looked into, because the server has refused the size, which a 4xx before
 * the reset shows; or because it may well have, and a look would take too long. When the endpoint
 * is gone indeed, the next request tells. */
bool health_forgives(const struct health *health, const struct exchange *exchange);

/* The answer is one of an endpoint that has too much to do just now: 429, 502, 503 or 504. */
bool health_is_overload(const struct observation *seen);

/* It has too much to do: from now on half as many are in flight, twice as far apart. */
void health_slow_down(struct health *health);

/* A genuine event met an overload, or a case did that was repeated by itself and looked after: once
 * that happens however few come and however far apart, and the canary right after it gets in, less
 * load changes nothing, and such answers are the endpoint's own. */
void health_note_overload(struct health *health, int status);
void health_note_repetition(struct health *health, bool again);

/* An event got in: they may come a little closer together again. */
void health_ease(struct health *health);

/* --- looking at it --- */

/* It is looked at from now on: canaries go out until one finds it well, and for `settle_ns` in any
 * case. */
void health_begin_look(struct health *health, int64_t now_ns, int64_t settle_ns);

enum look {
    LOOK_WELL,
    LOOK_AGAIN, /* another canary, after *out_pause_ns */
    LOOK_GONE   /* it did not come back within the time that it may take */
};

/* What comes of a canary that has come to its end. */
enum look health_look(struct health *health, const struct exchange *canary, int64_t now_ns,
                      int64_t *out_pause_ns);

/* The look that is over did not find it well at once. */
bool health_took_its_time(const struct health *health);

#define HEALTH_DROPS_MIN 2 /* once may be a worker that was replaced */

/* Those who looked at it last were cut off, not turned away, and not for the first time: it drops
 * connections for a while, and is there. */
bool health_drops(const struct health *health);

/* The latest absences, so many, have found the case that is to blame. */
void health_explain_absences(struct health *health, size_t count);

#endif
