/*
 * A folder that appears as a whole or not at all: it is written beside its place under another name
 * and renamed when it is complete. SIGINT, SIGTERM and SIGHUP wait meanwhile, so nothing is
 * left behind.
 */
#ifndef CORPUS_FIXTURE_FOLDER_H
#define CORPUS_FIXTURE_FOLDER_H

#include <signal.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "base/error.h"

struct fixture_folder {
    char *path;   /* where it shall be */
    char *beside; /* where it is written */
    bool is_private;
    bool force;
    sigset_t before; /* the signals that were blocked before */
};

/* Refuses a path that holds something, unless `force`. With `is_private` only the owner can read
 * what is written. Sets `out_usage` when the caller asked for something wrong. */
bool fixture_folder_open(struct fixture_folder *folder, const char *path, bool is_private,
                         bool force, bool *out_usage, struct error *err);

/* Writes `name`, or `name` in the sub-folder `sub` (NULL: none), which is made when needed. */
bool fixture_folder_write(struct fixture_folder *folder, const char *sub, const char *name,
                          struct bytes content, struct error *err);

/* Whether a signal waits that would have ended the program. */
bool fixture_folder_interrupted(void);

/* Puts it in its place. Of what was there, fixtures go and other files stay. */
bool fixture_folder_finish(struct fixture_folder *folder, struct error *err);

/* Removes what is not finished. Signals that waited are dropped. */
void fixture_folder_close(struct fixture_folder *folder);

#endif
