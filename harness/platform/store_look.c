/* The list of deliveries, and keeping it small. */
#include <stdlib.h>

#include "platform/store_internal.h"

#define SUMMARY_COLUMNS                                                                            \
    "d.id, e.id_event, e.name, e.type, d.endpoint, p.url, d.state, d.outcome, d.wrong = '',"       \
    " d.status, d.created_ms, d.total_ns FROM delivery d JOIN event e ON e.id = d.event"           \
    " LEFT JOIN endpoint p ON p.id = d.endpoint"

void summary_clear(struct summary *summary)
{
    free(summary->id_event);
    free(summary->name);
    free(summary->type);
    free(summary->endpoint);
    free(summary->url);
    free(summary->state);
    free(summary->outcome);
    *summary = (struct summary){0};
}

static void read_summary(sqlite3_stmt *row, struct summary *out)
{
    *out = (struct summary){
        .id = sqlite3_column_int64(row, 0),
        .id_event = sql_text(row, 1),
        .name = sql_text(row, 2),
        .type = sql_text(row, 3),
        .endpoint = sql_text(row, 4),
        .url = sql_text(row, 5),
        .state = sql_text(row, 6),
        .outcome = sql_text(row, 7),
        .genuine = sqlite3_column_int(row, 8) != 0,
        .status = sqlite3_column_int(row, 9),
        .created_ms = sqlite3_column_int64(row, 10),
        .total_ns = sqlite3_column_int64(row, 11),
    };
}

bool store_page(struct store *store, int64_t before, const char *endpoint, struct summary *out,
                size_t max, size_t *out_count, struct error *err)
{
    struct error own = {0};
    struct sql *sql = &store->sql;
    *out_count = 0;
    store_enter(store);
    sqlite3_stmt *row =
        endpoint ? sql_ask(sql, &own,
                           "SELECT " SUMMARY_COLUMNS
                           " WHERE d.endpoint = ? AND d.id < ? ORDER BY d.id DESC LIMIT ?",
                           "tii", endpoint, before, (int64_t)max)
                 : sql_ask(sql, &own,
                           "SELECT " SUMMARY_COLUMNS " WHERE d.id < ? ORDER BY d.id DESC LIMIT ?",
                           "ii", before, (int64_t)max);
    while (sql_next(sql, row, &own))
        if (*out_count < max)
            read_summary(row, &out[(*out_count)++]);
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

bool store_summary(struct store *store, int64_t id, struct summary *out, bool *out_found,
                   struct error *err)
{
    struct error own = {0};
    *out = (struct summary){0};
    store_enter(store);
    sqlite3_stmt *row =
        sql_ask(&store->sql, &own, "SELECT " SUMMARY_COLUMNS " WHERE d.id = ?", "i", id);
    *out_found = sql_next(&store->sql, row, &own);
    if (*out_found) {
        read_summary(row, out);
        sql_done(row);
    }
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

/* --- keeping it small --- */

/* Of the oldest deliveries; those that are still to go out stay. */
bool store_expire(struct store *store, int64_t before_ms, size_t max, struct error *err)
{
    struct sql *sql = &store->sql;
    if (!store_begin(store, err))
        return false;
    bool ok =
        sql_script(sql, "CREATE TEMP TABLE IF NOT EXISTS gone (id INTEGER PRIMARY KEY, event)",
                   err) &&
        sql_run(sql, err,
                "INSERT INTO gone SELECT id, event FROM (SELECT id, event, created_ms, state FROM"
                " delivery ORDER BY id LIMIT ?) WHERE created_ms < ? AND state NOT IN"
                " ('queued', 'running', 'waiting')",
                "ii", (int64_t)max, before_ms) &&
        sql_run(sql, err, "DELETE FROM attempt WHERE delivery IN (SELECT id FROM gone)", "") &&
        sql_run(sql, err, "DELETE FROM delivery WHERE id IN (SELECT id FROM gone)", "") &&
        sql_run(sql, err,
                "DELETE FROM event WHERE id IN (SELECT event FROM gone) AND NOT EXISTS"
                " (SELECT 1 FROM delivery WHERE delivery.event = event.id)",
                "") &&
        sql_run(sql, err, "DELETE FROM gone", "");
    return store_end(store, ok, err);
}

static int64_t held_bytes(struct store *store)
{
    struct error err = {0};
    int64_t bytes = 0;
    store_enter(store);
    sqlite3_stmt *row = sql_ask(&store->sql, &err,
                                "SELECT (p.page_count - f.freelist_count) * s.page_size FROM"
                                " pragma_page_count p, pragma_freelist_count f, pragma_page_size s",
                                "");
    if (sql_next(&store->sql, row, &err)) {
        bytes = sqlite3_column_int64(row, 0);
        sql_done(row);
    }
    store_leave(store);
    return bytes;
}

#define SHRINK_STEP  ((size_t)1000)
#define SHRINK_STEPS 8 /* at once; the next call goes on */

bool store_shrink(struct store *store, int64_t max_bytes, struct error *err)
{
    bool ok = true;
    for (int i = 0; i < SHRINK_STEPS && ok && !store->path && held_bytes(store) > max_bytes; i++)
        ok = store_expire(store, INT64_MAX, SHRINK_STEP, err);
    return ok;
}
