/*
 * Receivers that are right in another way: what no case may hold against an endpoint. Each is one
 * row: the behaviours that its answers take, and the stages or manners in which it differs.
 *
 * To add one: write its stages and its row in variation.c, and a line for it in the test's table.
 */
#ifndef RECEIVE_VARIATION_H
#define RECEIVE_VARIATION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/table.h"
#include "receive/rules.h"

#define VARIATION_BEHAVIOURS 6

struct variation {
    const char *name;                             /* "status-200" */
    const char *sentence;                         /* what the receiver does */
    const char *behaviours[VARIATION_BEHAVIOURS]; /* "delay=300ms"; NULL ends them */
    bool tls;                                     /* it shows only over https */
    struct rules overrides;
};

/* Every row is a struct variation. */
extern const struct table variation_table;

/* Those that look at the shape of data: variation_shape.c. */
extern const struct table_part variations_by_shape;

#endif
