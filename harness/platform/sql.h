/*
 * SQLite in a few verbs: a database with prepared statements that are kept, and SQL errors as
 * sentences. For the files of the store alone.
 */
#ifndef PLATFORM_SQL_H
#define PLATFORM_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/error.h"

#define SQL_KEPT 64 /* statements */

struct sql {
    sqlite3 *db;
    const char *shown; /* the file's name, for sentences; borrowed */
    struct {
        const char *text; /* a literal: found again by its address */
        sqlite3_stmt *statement;
    } kept[SQL_KEPT];
    size_t num_kept;
};

bool sql_open(struct sql *sql, const char *path, const char *shown, struct error *err);
void sql_close(struct sql *sql);

/* Runs statements that return nothing and take no values. */
bool sql_script(struct sql *sql, const char *text, struct error *err);

/* Prepares `text` (a string literal) and binds its values by `kinds`: 'i' an int64_t, 't' a text
 * (const char *, NULL = NULL), 'b' a struct bytes. NULL with a sentence. The values are borrowed
 * until sql_done. */
sqlite3_stmt *sql_ask(struct sql *sql, struct error *err, const char *text, const char *kinds, ...);

/* The next row: true while there is one. At the end `statement` is free for its next use; `err` is
 * set when it did not come to its end. */
bool sql_next(struct sql *sql, sqlite3_stmt *statement, struct error *err);

/* Ends a statement before its last row. */
void sql_done(sqlite3_stmt *statement);

/* sql_ask for a statement without rows, run to its end. */
bool sql_run(struct sql *sql, struct error *err, const char *text, const char *kinds, ...);

/* Columns of the present row. */
char *sql_text(sqlite3_stmt *statement, int column);         /* caller frees; NULL for NULL */
struct bytes sql_bytes(sqlite3_stmt *statement, int column); /* borrowed until the next row */

#endif
