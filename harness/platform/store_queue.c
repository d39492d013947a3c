/* Events, their deliveries, and the queue of these. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "platform/store_internal.h"

static bool add_delivery(struct sql *sql, const struct dispatch *dispatch, int64_t event,
                         struct error *err)
{
    return sql_run(sql, err,
                   "INSERT INTO delivery (event, endpoint, state, lane, due_ms, origin, wrong,"
                   " created_ms) VALUES (?,?,?,?,?,?,?,?)",
                   "ittiitti", event, dispatch->endpoint,
                   dispatch->endpoint ? "queued" : "unsubscribed", (int64_t)dispatch->lane,
                   dispatch->now_ms, dispatch->origin, dispatch->wrong, dispatch->now_ms);
}

static bool dispatch_one(struct sql *sql, const struct dispatch *dispatch, int64_t *out_id,
                         struct error *err)
{
    bool ok = sql_run(sql, err,
                      "INSERT INTO event (id_event, name, type, data, created_ms)"
                      " VALUES (?,?,?,?,?)",
                      "tttbi", dispatch->id_event, dispatch->name, dispatch->type, dispatch->data,
                      dispatch->now_ms) &&
              add_delivery(sql, dispatch, sqlite3_last_insert_rowid(sql->db), err);
    *out_id = ok ? sqlite3_last_insert_rowid(sql->db) : 0;
    return ok;
}

bool store_dispatch(struct store *store, const struct dispatch *dispatches, size_t count,
                    int64_t *out_ids, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    bool ok = true;
    for (size_t i = 0; i < count && ok; i++)
        ok = dispatch_one(&store->sql, &dispatches[i], &out_ids[i], err);
    return store_end(store, ok, err);
}

bool store_dispatch_again(struct store *store, int64_t id, const char *wrong, int64_t now_ms,
                          int64_t *out_id, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    bool ok = sql_run(&store->sql, err,
                      "INSERT INTO delivery (event, endpoint, state, lane, due_ms, origin, wrong,"
                      " created_ms) SELECT event, endpoint, 'queued', 0, ?2, ?3, ?4, ?2"
                      " FROM delivery WHERE id = ?1 AND endpoint IS NOT NULL",
                      "iitt", id, now_ms, *wrong ? "forgery" : "replay", wrong);
    *out_id = ok && sqlite3_changes(store->sql.db) ? sqlite3_last_insert_rowid(store->sql.db) : 0;
    return store_end(store, ok, err);
}

/* --- the queue --- */

bool store_take(struct store *store, enum lane lane, int64_t now_ms, int64_t *out_ids, size_t max,
                size_t *out_count, struct error *err)
{
    struct error own = {0};
    *out_count = 0;
    store_enter(store);
    sqlite3_stmt *statement =
        sql_ask(&store->sql, &own,
                "UPDATE delivery SET state = 'running' WHERE id IN (SELECT id FROM delivery"
                " WHERE state IN ('queued', 'waiting') AND lane = ? AND due_ms <= ?"
                " ORDER BY due_ms, id LIMIT ?) RETURNING id",
                "iii", (int64_t)lane, now_ms, (int64_t)max);
    while (sql_next(&store->sql, statement, &own))
        if (*out_count < max)
            out_ids[(*out_count)++] = sqlite3_column_int64(statement, 0);
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

bool store_requeue(struct store *store, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    return store_end(store,
                     sql_run(&store->sql, err,
                             "UPDATE delivery SET state = 'queued' WHERE state = 'running'", ""),
                     err);
}

bool store_next_due(struct store *store, enum lane lane, int64_t *out_ms, struct error *err)
{
    struct error own = {0};
    *out_ms = INT64_MAX;
    store_enter(store);
    sqlite3_stmt *statement =
        sql_ask(&store->sql, &own,
                "SELECT due_ms FROM delivery WHERE state IN ('queued', 'waiting') AND lane = ?"
                " ORDER BY due_ms, id LIMIT 1",
                "i", (int64_t)lane);
    if (sql_next(&store->sql, statement, &own)) {
        *out_ms = sqlite3_column_int64(statement, 0);
        sql_done(statement);
    }
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

bool store_counts(struct store *store, struct store_counts *out, struct error *err)
{
    struct error own = {0};
    *out = (struct store_counts){0};
    store_enter(store);
    sqlite3_stmt *statement =
        sql_ask(&store->sql, &own,
                "SELECT (SELECT count(*) FROM delivery WHERE state IN ('queued', 'waiting')),"
                " (SELECT count(*) FROM delivery WHERE state = 'running'),"
                " (SELECT max(id) FROM delivery)",
                "");
    if (sql_next(&store->sql, statement, &own)) {
        *out = (struct store_counts){sqlite3_column_int64(statement, 0),
                                     sqlite3_column_int64(statement, 1),
                                     sqlite3_column_int64(statement, 2)};
        sql_done(statement);
    }
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

/* --- one delivery --- */

void delivery_clear(struct delivery *delivery)
{
    free(delivery->id_event);
    free(delivery->name);
    free(delivery->type);
    buf_clear(&delivery->data);
    free(delivery->origin);
    free(delivery->wrong);
    free(delivery->state);
    endpoint_clear(&delivery->endpoint);
    *delivery = (struct delivery){0};
}

static void read_delivery(sqlite3_stmt *row, struct delivery *out)
{
    *out = (struct delivery){
        .id = sqlite3_column_int64(row, 0),
        .id_event = sql_text(row, 1),
        .name = sql_text(row, 2),
        .type = sql_text(row, 3),
        .origin = sql_text(row, 5),
        .wrong = sql_text(row, 6),
        .state = sql_text(row, 7),
        .lane = (enum lane)sqlite3_column_int(row, 8),
        .created_ms = sqlite3_column_int64(row, 9),
        .due_ms = sqlite3_column_int64(row, 10),
        .num_attempts = sqlite3_column_int64(row, 11),
        .endpoint =
            {
                .url = sql_text(row, 13),
                .secret = sql_text(row, 14),
                .active = sqlite3_column_int(row, 15) != 0,
                .description = sql_text(row, 16),
            },
    };
    buf_add_bytes(&out->data, sql_bytes(row, 4));
    struct bytes id = sql_bytes(row, 12);
    if (id.len < sizeof out->endpoint.id)
        memcpy(out->endpoint.id, id.data, id.len);
}

bool store_delivery(struct store *store, int64_t id, struct delivery *out, bool *out_found,
                    struct error *err)
{
    struct error own = {0};
    *out = (struct delivery){0};
    store_enter(store);
    sqlite3_stmt *row =
        sql_ask(&store->sql, &own,
                "SELECT d.id, e.id_event, e.name, e.type, e.data, d.origin, d.wrong, d.state,"
                " d.lane, d.created_ms, d.due_ms, d.num_attempts, p.id, p.url, p.secret,"
                " p.active, p.description FROM delivery d JOIN event e ON e.id = d.event"
                " LEFT JOIN endpoint p ON p.id = d.endpoint WHERE d.id = ?",
                "i", id);
    *out_found = sql_next(&store->sql, row, &own);
    if (*out_found) {
        read_delivery(row, out);
        sql_done(row);
    }
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}

/* --- attempts --- */

void attempt_record_clear(struct attempt_record *attempt)
{
    free(attempt->url);
    buf_clear(&attempt->request);
    free(attempt->outcome);
    free(attempt->detail);
    buf_clear(&attempt->head);
    buf_clear(&attempt->answer);
    free(attempt->peer);
    free(attempt->hops);
    free(attempt->panora);
    free(attempt->why);
    *attempt = (struct attempt_record){0};
}

#define ATTEMPT_COLUMNS                                                                            \
    "delivery, started_ms, worker, url, request, outcome, detail, status, answer_head, answer,"    \
    " answer_len, dns_ns, connect_ns, tls_ns, sent_ns, first_byte_ns, total_ns, peer, hops,"       \
    " delivered, panora, valid, why"

static bool add_attempt(struct sql *sql, int64_t delivery, const struct attempt_record *one,
                        struct error *err)
{
    const int64_t *phases = one->phases;
    return sql_run(sql, err,
                   "INSERT INTO attempt (" ATTEMPT_COLUMNS
                   ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                   "iiitbttibbiiiiiiittitit", delivery, one->started_ms, (int64_t)one->worker,
                   one->url, buf_bytes(&one->request), one->outcome, one->detail,
                   (int64_t)one->status, buf_bytes(&one->head), buf_bytes(&one->answer),
                   one->answer_len, phases[0], phases[1], phases[2], phases[3], phases[4],
                   phases[5], one->peer, one->hops, (int64_t)one->delivered, one->panora,
                   (int64_t)one->valid, one->why) &&
           sql_run(sql, err,
                   "UPDATE delivery SET outcome = ?, status = ?, total_ns = ?,"
                   " num_attempts = num_attempts + 1 WHERE id = ?",
                   "tiii", one->outcome, (int64_t)one->status, phases[PHASE_TOTAL], delivery);
}

bool store_finish(struct store *store, int64_t delivery, const struct attempt_record *attempt,
                  const char *state, int64_t due_ms, struct error *err)
{
    if (!store_begin(store, err))
        return false;
    /* the delivery may have gone with its endpoint while it was under way */
    bool ok = sql_run(&store->sql, err,
                      "UPDATE delivery SET state = ?, due_ms = ?, lane = 0"
                      " WHERE id = ?",
                      "tii", state, due_ms, delivery);
    bool is_there = ok && sqlite3_changes(store->sql.db) > 0;
    if (is_there && attempt)
        ok = add_attempt(&store->sql, delivery, attempt, err);
    return store_end(store, ok, err);
}

static void read_attempt(sqlite3_stmt *row, struct attempt_record *out)
{
    *out = (struct attempt_record){
        .delivery = sqlite3_column_int64(row, 0),
        .started_ms = sqlite3_column_int64(row, 1),
        .worker = sqlite3_column_int(row, 2),
        .url = sql_text(row, 3),
        .outcome = sql_text(row, 5),
        .detail = sql_text(row, 6),
        .status = sqlite3_column_int(row, 7),
        .answer_len = sqlite3_column_int64(row, 10),
        .peer = sql_text(row, 17),
        .hops = sql_text(row, 18),
        .delivered = sqlite3_column_int(row, 19) != 0,
        .panora = sql_text(row, 20),
        .valid = sqlite3_column_int(row, 21) != 0,
        .why = sql_text(row, 22),
    };
    for (int i = 0; i < 6; i++)
        out->phases[i] = sqlite3_column_int64(row, 11 + i);
    buf_add_bytes(&out->request, sql_bytes(row, 4));
    buf_add_bytes(&out->head, sql_bytes(row, 8));
    buf_add_bytes(&out->answer, sql_bytes(row, 9));
}

bool store_attempts(struct store *store, int64_t delivery, struct attempt_record **out,
                    size_t *out_count, struct error *err)
{
    struct error own = {0};
    *out = NULL;
    *out_count = 0;
    store_enter(store);
    sqlite3_stmt *row = sql_ask(
        &store->sql, &own, "SELECT " ATTEMPT_COLUMNS " FROM attempt WHERE delivery = ? ORDER BY id",
        "i", delivery);
    while (sql_next(&store->sql, row, &own)) {
        *out = mem_resize(*out, *out_count + 1, sizeof **out);
        read_attempt(row, &(*out)[(*out_count)++]);
    }
    store_leave(store);
    return !error_is_set(&own) || error_set(err, "%s", own.message);
}
