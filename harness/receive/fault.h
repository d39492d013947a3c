/*
 * The deliberate mistakes of the receiver. Each is one row: what is wrong, where it was seen in the
 * wild, and the one or two stages that it replaces. Ids are those of the catalogue of failure
 * modes; rows are in faults_a.c to faults_h.c by letter. Which cases must catch each is said in
 * fixtures/catches.json, and what it hides of others in fixtures/causes.json.
 *
 * To add one: write its stage and its row in the file of its letter, its line in
 * fixtures/catches.json, and a line for it in the test's table.
 */
#ifndef RECEIVE_FAULT_H
#define RECEIVE_FAULT_H

#include <stddef.h>

#include "base/error.h"
#include "base/table.h"
#include "receive/argument.h"
#include "receive/rules.h"

struct fault {
    const char *id;        /* "A01" */
    const char *name;      /* "no-verification" */
    const char *sentence;  /* what the receiver does */
    const char *seen;      /* public threads and advisories, or "" */
    const char *diagnosis; /* id, or NULL when it yields none */
    struct argument_spec argument;
    struct rules overrides;
    const char *trial;  /* the argument with which it is proved that the suites catch it; NULL = the
                           fallback */
    bool lasting;       /* a run against it takes long */
    bool tls;           /* it shows only over https */
    bool racy;          /* which of its cases catches it depends on who comes first */
    bool both_families; /* it shows only where IPv4 and IPv6 are served */
    bool informs;       /* no case fails it: it is only told */
};

/* A mode of the catalogue that is no fault here: it cannot occur under Panora's scheme, or nobody
 * outside can see it. */
struct non_fault {
    const char *id;
    const char *sentence; /* what the receiver would do */
    const char *because;
};

/* The rows of each letter, which are next to their stages. */
extern const struct table_part faults_a, faults_b, faults_c, faults_d, faults_e, faults_f, faults_g,
    faults_h;

extern const struct non_fault non_faults[];
extern const size_t num_non_faults;

/* All faults, in the order of their ids. */
size_t fault_count(void);
const struct fault *fault_at(size_t index);

/* The fault of that id (any case) or name, or NULL. */
const struct fault *fault_find(const char *id_or_name);

/* Reads "ID[=ARG]" or "NAME[=ARG]"; argument_clear frees what `out_argument` holds. NULL with a
 * sentence when there is no such fault or its argument is wrong. */
const struct fault *fault_read(const char *word, struct argument *out_argument, struct error *err);

#endif
