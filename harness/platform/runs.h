/* Runs of the suites against a registered endpoint: this program again, in processes of their own,
 * whose reports are kept while the server runs. */
#ifndef PLATFORM_RUNS_H
#define PLATFORM_RUNS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/rng.h"

#define RUNS_MAX 8 /* kept; the oldest that is over goes first */

struct runs;

/* `program`: this program's file; borrowed. */
struct runs *runs_new(const char *program);
void runs_free(struct runs *runs); /* ends what runs, removes the reports; NULL is fine */

struct run_view {
    const char *id; /* nobody can guess it; borrowed */
    bool is_over;
    int code; /* exit code when it is over */
};

/* Begins a run; its id (borrowed) or NULL with a sentence. */
const char *runs_start(struct runs *runs, const char *url, const char *secret, struct rng *rng,
                       struct error *err);

/* Notes which are over. */
void runs_poll(struct runs *runs);

/* False when there is none of that id. */
bool runs_find(struct runs *runs, const char *id, struct run_view *out);

/* Appends a file of a run: "report.html", "report.txt". False when it is not there yet. */
bool runs_read(struct runs *runs, const char *id, const char *name, struct buf *out);

#endif
