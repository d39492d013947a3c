#include "platform/sql.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define BUSY_MS 5000 /* for somebody who looks with the sqlite3 program */

static const struct {
    int code;
    const char *words;
} known[] = {
    {SQLITE_FULL, "the disk is full; nothing was stored"},
    {SQLITE_READONLY, "it cannot be written to"},
    {SQLITE_NOTADB, "it is not an SQLite database"},
    {SQLITE_CORRUPT, "the database is damaged"},
    {SQLITE_CANTOPEN, "it cannot be opened"},
    {SQLITE_BUSY, "another program is using it"},
};

static bool sql_fail(struct sql *sql, struct error *err)
{
    int code = sql->db ? sqlite3_errcode(sql->db) : SQLITE_NOMEM;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((code & 0xff) == known[i].code)
            return error_set(err, "%s: %s", sql->shown, known[i].words);
    return error_set(err, "%s: %s", sql->shown,
                     sql->db ? sqlite3_errmsg(sql->db) : "out of memory");
}

bool sql_open(struct sql *sql, const char *path, const char *shown, struct error *err)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    *sql = (struct sql){.shown = shown};
    if (sqlite3_open_v2(path, &sql->db, flags, NULL) != SQLITE_OK)
        return sql_fail(sql, err);
    (void)sqlite3_busy_timeout(sql->db, BUSY_MS);
    return true;
}

void sql_close(struct sql *sql)
{
    for (size_t i = 0; i < sql->num_kept; i++)
        (void)sqlite3_finalize(sql->kept[i].statement);
    (void)sqlite3_close(sql->db);
    *sql = (struct sql){0};
}

bool sql_script(struct sql *sql, const char *text, struct error *err)
{
    return sqlite3_exec(sql->db, text, NULL, NULL, NULL) == SQLITE_OK || sql_fail(sql, err);
}

static sqlite3_stmt *prepare(struct sql *sql, const char *text, struct error *err)
{
    sqlite3_stmt *statement = NULL;
    for (size_t i = 0; i < sql->num_kept; i++)
        if (sql->kept[i].text == text)
            return sql->kept[i].statement;
    if (sql->num_kept == SQL_KEPT ||
        sqlite3_prepare_v3(sql->db, text, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
            SQLITE_OK) {
        (void)sql_fail(sql, err);
        return NULL;
    }
    sql->kept[sql->num_kept].text = text;
    sql->kept[sql->num_kept++].statement = statement;
    return statement;
}

static void bind(sqlite3_stmt *statement, const char *kinds, va_list values)
{
    for (int i = 0; kinds[i]; i++) {
        if (kinds[i] == 'i') {
            (void)sqlite3_bind_int64(statement, i + 1, va_arg(values, int64_t));
        } else if (kinds[i] == 't') {
            (void)sqlite3_bind_text(statement, i + 1, va_arg(values, const char *), -1,
                                    SQLITE_STATIC);
        } else {
            struct bytes bytes = va_arg(values, struct bytes);
            (void)sqlite3_bind_blob64(statement, i + 1, bytes.data ? bytes.data : "", bytes.len,
                                      SQLITE_STATIC);
        }
    }
}

static sqlite3_stmt *ask(struct sql *sql, struct error *err, const char *text, const char *kinds,
                         va_list values)
{
    sqlite3_stmt *statement = prepare(sql, text, err);
    if (statement)
        bind(statement, kinds, values);
    return statement;
}

sqlite3_stmt *sql_ask(struct sql *sql, struct error *err, const char *text, const char *kinds, ...)
{
    va_list values;
    va_start(values, kinds);
    sqlite3_stmt *statement = ask(sql, err, text, kinds, values);
    va_end(values);
    return statement;
}

void sql_done(sqlite3_stmt *statement)
{
    (void)sqlite3_reset(statement);
    (void)sqlite3_clear_bindings(statement);
}

bool sql_next(struct sql *sql, sqlite3_stmt *statement, struct error *err)
{
    if (!statement)
        return false;
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return true;
    if (code != SQLITE_DONE)
        (void)sql_fail(sql, err);
    sql_done(statement);
    return false;
}

bool sql_run(struct sql *sql, struct error *err, const char *text, const char *kinds, ...)
{
    va_list values;
    struct error own = {0};
    va_start(values, kinds);
    sqlite3_stmt *statement = ask(sql, &own, text, kinds, values);
    va_end(values);
    while (statement && sql_next(sql, statement, &own))
        ;
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

char *sql_text(sqlite3_stmt *statement, int column)
{
    return mem_text((const char *)sqlite3_column_text(statement, column));
}

struct bytes sql_bytes(sqlite3_stmt *statement, int column)
{
    const void *data = sqlite3_column_blob(statement, column);
    return (struct bytes){data ? data : "", (size_t)sqlite3_column_bytes(statement, column)};
}
