/*
 * From a step of a case to the request that is sent: event, signature, mutations. Pure: time,
 * randomness and the secret come in; the same composer and rng give the same bytes.
 */
#ifndef COMPOSE_COMPOSE_H
#define COMPOSE_COMPOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/rng.h"
#include "compose/scheme.h"
#include "http/request.h"
#include "panora/catalogue.h"
#include "panora/event.h"
#include "sign/secret.h"
#include "sign/signature.h"
#include "suite/suite.h"

/* What all requests of a run share. Borrowed members outlive what is composed. */
struct composer {
    const struct catalogue *catalogue;
    const struct secret *secret;
    const char *usual_type;      /* for steps that name no type */
    enum dialect dialect;        /* for steps that name no dialect */
    int64_t wall_ms;             /* now */
    unsigned run_tag;            /* second group of every id_event */
    const struct scheme *scheme; /* how everything is signed; NULL = as Panora signs */
    struct signer *signer;       /* signs with `secret`, where many are signed; NULL = none */
};

struct composed {
    struct event event;     /* as signed */
    struct request request; /* as sent */
    char *sent;             /* for people: "crm.contact.created, signature cut to 32 characters" */
    bool genuine; /* a right endpoint accepts it: no mutation that is a flaw, and a POST */
    char *twin;   /* what a genuine twin must share: type, dialect, size class, headers. Equal texts
                     mean that one twin serves both */
    char signature[SIGNATURE_VALUE_SIZE]; /* the right one for `event`, whatever was sent */
    bool impossible; /* after a failure: it is this secret, this machine or the composer's scheme
                        that cannot, not the step that is wrong */
};

/* Composes `step`. `again` is the earlier composed step that `step->again` means, or NULL. With
 * `as_twin` the mutations that are flaws are left out, and an event that is sent again gets an id
 * of its own: the control of a refusal. */
bool compose_step(const struct composer *composer, const struct step *step,
                  const struct composed *again, bool as_twin, struct rng *rng, struct composed *out,
                  struct error *err);
void composed_clear(struct composed *composed);

/* Puts every date in `data`, as clock_iso writes one, back by `age_ns`; 0 changes nothing. */
void compose_older(int64_t age_ns, struct buf *data);

/* Appends the data that `step` asks for, as JSON.stringify writes it, for an event of `type`. */
void compose_data(const struct composer *composer, const struct step *step, const char *type,
                  struct rng *rng, struct buf *out);

#endif
