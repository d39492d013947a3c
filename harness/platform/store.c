/* The store's file, and its endpoints. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "platform/store_internal.h"

#define FORMAT 1 /* of the tables; PRAGMA user_version */

/* "hkPa" */
#define MARK      "1752911969"
#define MARK_NAME INT64_C(1752911969)

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS endpoint ("
    " place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, description TEXT NOT NULL,"
    " url TEXT NOT NULL, secret TEXT NOT NULL, active INTEGER NOT NULL,"
    " created_ms INTEGER NOT NULL, scope TEXT NOT NULL, id_project TEXT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS event ("
    " id INTEGER PRIMARY KEY, id_event TEXT NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
    " data BLOB NOT NULL, created_ms INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS delivery ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " event INTEGER NOT NULL REFERENCES event(id),"
    " endpoint TEXT REFERENCES endpoint(id) ON UPDATE CASCADE,"
    " state TEXT NOT NULL, lane INTEGER NOT NULL, due_ms INTEGER NOT NULL,"
    " origin TEXT NOT NULL, wrong TEXT NOT NULL, created_ms INTEGER NOT NULL,"
    " num_attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT, status INTEGER, total_ns INTEGER);"
    "CREATE TABLE IF NOT EXISTS attempt ("
    " id INTEGER PRIMARY KEY, delivery INTEGER NOT NULL REFERENCES delivery(id),"
    " started_ms INTEGER NOT NULL, worker INTEGER NOT NULL, url TEXT NOT NULL,"
    " request BLOB NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL, status INTEGER NOT NULL,"
    " answer_head BLOB NOT NULL, answer BLOB NOT NULL, answer_len INTEGER NOT NULL,"
    " dns_ns INTEGER, connect_ns INTEGER, tls_ns INTEGER, sent_ns INTEGER, first_byte_ns INTEGER,"
    " total_ns INTEGER, peer TEXT NOT NULL, hops TEXT NOT NULL, delivered INTEGER NOT NULL,"
    " panora TEXT NOT NULL, valid INTEGER NOT NULL, why TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS delivery_waiting ON delivery(lane, due_ms, id)"
    " WHERE state IN ('queued', 'waiting');"
    "CREATE INDEX IF NOT EXISTS delivery_running ON delivery(id) WHERE state = 'running';"
    "CREATE INDEX IF NOT EXISTS delivery_endpoint ON delivery(endpoint, id);"
    "CREATE INDEX IF NOT EXISTS delivery_event ON delivery(event);"
    "CREATE INDEX IF NOT EXISTS attempt_delivery ON attempt(delivery);"
    "PRAGMA application_id = " MARK ";"
    "PRAGMA user_version = 1;";

void store_enter(struct store *store)
{
    (void)pthread_mutex_lock(&store->mutex);
}

void store_leave(struct store *store)
{
    (void)pthread_mutex_unlock(&store->mutex);
}

bool store_begin(struct store *store, struct error *err)
{
    store_enter(store);
    if (sql_run(&store->sql, err, "BEGIN IMMEDIATE", ""))
        return true;
    store_leave(store);
    return false;
}

bool store_end(struct store *store, bool ok, struct error *err)
{
    ok = ok && sql_run(&store->sql, err, "COMMIT", "");
    if (!ok && !sqlite3_get_autocommit(store->sql.db))
        (void)sql_run(&store->sql, NULL, "ROLLBACK", "");
    store_leave(store);
    return ok;
}

/* --- the file --- */

/* Whoever has the file open in this program has it locked; SQLite's own locks are of another kind,
 * so that people can still read it. */
static bool lock_file(struct store *store, struct error *err)
{
    store->lock = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (store->lock < 0)
        return error_set(err, "%s: %s", store->path, strerror(errno));
    struct stat is;
    if (fstat(store->lock, &is) == 0 && !S_ISREG(is.st_mode))
        return error_set(err, "%s: it is not a regular file", store->path);
    if (flock(store->lock, LOCK_EX | LOCK_NB) != 0)
        return error_set(err,
                         "%s: another hookcheck uses this store; stop it, or give another --store",
                         store->path);
    return true;
}

static bool read_number(struct sql *sql, const char *question, int64_t *out, struct error *err)
{
    sqlite3_stmt *statement = sql_ask(sql, err, question, "");
    bool has_row = sql_next(sql, statement, err);
    if (has_row) {
        *out = sqlite3_column_int64(statement, 0);
        sql_done(statement);
    }
    return has_row;
}

static bool check_file(struct store *store, struct error *err)
{
    int64_t mark = 0;
    int64_t format = 0;
    int64_t tables = 0;
    struct sql *sql = &store->sql;
    if (!read_number(sql, "PRAGMA application_id", &mark, err) ||
        !read_number(sql, "PRAGMA user_version", &format, err) ||
        !read_number(sql, "SELECT count(*) FROM sqlite_master", &tables, err))
        return false;
    if (tables && mark != MARK_NAME)
        return error_set(err, "%s: this database belongs to another program", store->path);
    if (format > FORMAT)
        return error_set(err, "%s: a newer hookcheck made this store", store->path);
    return !store->path || fchmod(store->lock, 0600) == 0 ||
           error_set(err, "%s: %s", store->path, strerror(errno));
}

struct store *store_open(const char *path, struct error *err)
{
    struct store *store = mem_alloc(sizeof *store);
    (void)pthread_mutex_init(&store->mutex, NULL);
    (void)signal(SIGXFSZ, SIG_IGN); /* a file at its limit is an error, not the end */
    store->path = mem_text(path);
    store->lock = -1;
    if ((!path || lock_file(store, err)) &&
        sql_open(&store->sql, path ? path : ":memory:", path ? store->path : "the store", err) &&
        check_file(store, err) &&
        sql_script(&store->sql,
                   path ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                          "PRAGMA foreign_keys = ON; PRAGMA cache_size = -8000;"
                        : "PRAGMA foreign_keys = ON;",
                   err) &&
        sql_script(&store->sql, schema, err))
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    sql_close(&store->sql);
    if (store->lock >= 0)
        (void)close(store->lock);
    (void)pthread_mutex_destroy(&store->mutex);
    free(store->path);
    free(store);
}

/* --- settings --- */

bool store_setting(struct store *store, const char *name, char **out, struct error *err)
{
    struct error own = {0};
    *out = NULL;
    store_enter(store);
    sqlite3_stmt *statement =
        sql_ask(&store->sql, &own, "SELECT value FROM setting WHERE name = ?", "t", name);
    if (sql_next(&store->sql, statement, &own)) {
        *out = sql_text(statement, 0);
        sql_done(statement);
    }
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

bool store_set_setting(struct store *store, const char *name, const char *value, struct error *err)
{
    bool ok = store_begin(store, err);
    return ok &&
           store_end(store,
                     sql_run(&store->sql, err, "REPLACE INTO setting (name, value) VALUES (?, ?)",
                             "tt", name, value),
                     err);
}

/* --- endpoints --- */

#define ENDPOINT_COLUMNS "id, description, url, secret, active, created_ms, scope, id_project"

void endpoint_clear(struct endpoint *endpoint)
{
    free(endpoint->description);
    free(endpoint->url);
    free(endpoint->secret);
    free(endpoint->scope);
    free(endpoint->id_project);
    *endpoint = (struct endpoint){0};
}

void endpoints_clear(struct endpoints *endpoints)
{
    for (size_t i = 0; i < endpoints->count; i++)
        endpoint_clear(&endpoints->items[i]);
    free(endpoints->items);
    *endpoints = (struct endpoints){0};
}

static void read_endpoint(sqlite3_stmt *statement, struct endpoint *out)
{
    *out = (struct endpoint){
        .description = sql_text(statement, 1),
        .url = sql_text(statement, 2),
        .secret = sql_text(statement, 3),
        .active = sqlite3_column_int(statement, 4) != 0,
        .created_ms = sqlite3_column_int64(statement, 5),
        .scope = sql_text(statement, 6),
        .id_project = sql_text(statement, 7),
    };
    struct bytes id = sql_bytes(statement, 0);
    if (id.len < sizeof out->id)
        memcpy(out->id, id.data, id.len);
}

bool store_add_endpoint(struct store *store, const struct endpoint *endpoint, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    bool ok = sql_run(
        &store->sql, err, "INSERT INTO endpoint (" ENDPOINT_COLUMNS ") VALUES (?,?,?,?,?,?,?,?)",
        "ttttiitt", endpoint->id, endpoint->description, endpoint->url, endpoint->secret,
        (int64_t)endpoint->active, endpoint->created_ms, endpoint->scope, endpoint->id_project);
    return store_end(store, ok, err);
}

bool store_endpoints(struct store *store, struct endpoints *out, struct error *err)
{
    struct error own = {0};
    *out = (struct endpoints){0};
    store_enter(store);
    sqlite3_stmt *statement =
        sql_ask(&store->sql, &own, "SELECT " ENDPOINT_COLUMNS " FROM endpoint ORDER BY place", "");
    while (sql_next(&store->sql, statement, &own)) {
        out->items = mem_resize(out->items, out->count + 1, sizeof *out->items);
        read_endpoint(statement, &out->items[out->count++]);
    }
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

bool store_endpoint(struct store *store, const char *id, struct endpoint *out, bool *out_found,
                    struct error *err)
{
    struct error own = {0};
    *out = (struct endpoint){0};
    store_enter(store);
    sqlite3_stmt *statement = sql_ask(
        &store->sql, &own, "SELECT " ENDPOINT_COLUMNS " FROM endpoint WHERE id = ?", "t", id);
    *out_found = sql_next(&store->sql, statement, &own);
    if (*out_found) {
        read_endpoint(statement, out);
        sql_done(statement);
    }
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

/* PostgreSQL writes a changed row anew, behind the others, and Panora reads them as they lie. */
bool store_set_active(struct store *store, const char *id, bool active, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    bool ok = sql_run(&store->sql, err,
                      "UPDATE endpoint SET active = ?,"
                      " place = (SELECT max(place) + 1 FROM endpoint) WHERE id = ?",
                      "it", (int64_t)active, id);
    return store_end(store, ok, err);
}

bool store_remove_endpoint(struct store *store, const char *id, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    struct sql *sql = &store->sql;
    bool ok = sql_run(sql, err,
                      "DELETE FROM attempt WHERE delivery IN"
                      " (SELECT id FROM delivery WHERE endpoint = ?)",
                      "t", id) &&
              sql_run(sql, err, "DELETE FROM delivery WHERE endpoint = ?", "t", id) &&
              sql_run(sql, err, "DELETE FROM endpoint WHERE id = ?", "t", id);
    return store_end(store, ok, err);
}

bool store_has_deliveries(struct store *store, const char *id, bool *out, struct error *err)
{
    struct error own = {0};
    store_enter(store);
    sqlite3_stmt *statement =
        sql_ask(&store->sql, &own, "SELECT 1 FROM delivery WHERE endpoint = ? LIMIT 1", "t", id);
    *out = sql_next(&store->sql, statement, &own);
    if (*out)
        sql_done(statement);
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}
