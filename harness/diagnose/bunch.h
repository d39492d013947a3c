/* The ways to compute a signature that are tried on an endpoint which refuses every genuine event,
 * in the order in which they are tried. */
#ifndef DIAGNOSE_BUNCH_H
#define DIAGNOSE_BUNCH_H

#include "diagnose/investigation.h"

struct key_hole {
    struct computation by;
    bool every_header;
    bool other_dialect;
    char *mark; /* what it sends for the reference event */
};

struct bunch {
    struct key_hole *items;
    size_t count;
    size_t num_likely;           /* the first of them */
    struct request reference[2]; /* text, object */
};

/* Writes the reference events, and the ways; the most likely come first, and none that sends the
 * same as another. Clear it afterwards. */
void bunch_init(struct investigation *inv, struct bunch *bunch);
void bunch_clear(struct bunch *bunch);

#endif
