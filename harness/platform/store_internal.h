/* What the files of the store share; for store*.c alone. */
#ifndef PLATFORM_STORE_INTERNAL_H
#define PLATFORM_STORE_INTERNAL_H

#include <pthread.h>

#include "platform/sql.h"
#include "platform/store.h"

struct store {
    struct sql sql;
    pthread_mutex_t mutex; /* one statement, or one transaction, at a time */
    char *path;            /* NULL = in memory */
    int lock;              /* a descriptor that holds the file's lock, or -1 */
};

/* In the mutex: a transaction. store_end commits when `ok`, else rolls back, and frees the mutex;
 * returns whether everything is stored. */
bool store_begin(struct store *store, struct error *err);
bool store_end(struct store *store, bool ok, struct error *err);

void store_enter(struct store *store);
void store_leave(struct store *store);

#endif
