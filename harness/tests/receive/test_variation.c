/* A variation accepts what is genuine and refuses what is not, each in its own way. */
#include "receive/variation.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "tests/support/started_receiver.h"

TestSuite(receive_variation, .timeout = 120);

static const struct {
    const char *name;
    int accepted;
    int refused;
} rows[] = {
    {"status-200", 200, 401},
    {"status-201", 201, 401},
    {"status-202", 202, 401},
    {"status-204", 204, 401},
    {"body-text", 200, 401},
    {"body-json", 200, 401},
    {"body-html", 200, 401},
    {"refuses-400", 204, 400},
    {"refuses-401", 204, 401},
    {"refuses-403", 204, 403},
    {"refuses-404", 204, 404},
    {"connection-close", 204, 401},
    {"http-1.0", 204, 401},
    {"chunked", 200, 401},
    {"delay-300ms", 204, 401},
    {"jitter", 204, 401},
    {"upper-case-hex", 204, 401},
    {"limits-forgeries", 204, 401},
    {"gzip", 200, 401},
    {"status-205", 205, 401},
    {"status-208", 200, 401},
    {"length-on-204", 204, 401},
    {"body-untyped", 200, 401},
    {"refuses-422", 204, 422},
    {"refuses-by-kind", 204, 401},
    {"refuses-with-ids", 204, 401},
    {"refuses-with-quote", 204, 401},
    {"refuses-by-head", 204, 401},
    {"methods-501", 204, 401},
    {"many-headers", 204, 401},
    {"lower-case-headers", 204, 401},
    {"no-reason", 204, 401},
    {"chunk-details", 200, 401},
    {"unframed", 200, 401},
    {"early-hints", 204, 401},
    {"unasked-continue", 204, 401},
    {"brotli", 200, 401},
    {"deflate", 200, 401},
    {"keep-alive-5s", 204, 401},
    {"keep-alive-2s", 204, 401},
    {"few-a-connection", 204, 401},
    {"answers-408", 204, 401},
    {"answers-413", 204, 401},
    {"answers-431", 204, 401},
    {"any-content-type", 204, 401},
    {"raw-data", 204, 401},
    {"strict-shape", 204, 401},
    {"validates-the-shape", 400, 401}, /* the event of this test is no contact */
};

static void begin(struct started_receiver *started, const char *name)
{
    const struct receiver_options options = {.variation = name};
    started_begin(started, &options);
}

Test(receive_variation, each_is_right)
{
    const struct posting genuine = {0};
    const struct posting forged = {.key = "other"};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct started_receiver started;
        begin(&started, rows[i].name);
        int accepted = post_status(&started, &genuine);
        int refused = post_status(&started, &forged);
        cr_expect_eq(accepted, rows[i].accepted, "%s: %d", rows[i].name, accepted);
        cr_expect_eq(refused, rows[i].refused, "%s: %d", rows[i].name, refused);
        started_end(&started);
    }
}

Test(receive_variation, forgeries_are_limited_and_genuine_events_are_not)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    const struct posting forged = {.key = "other"};
    int last = 0;
    begin(&started, "limits-forgeries");
    for (int i = 0; i < 5; i++)
        last = post_status(&started, &forged);
    cr_expect_eq(last, 429);
    cr_expect_eq(post_status(&started, &genuine), 204);
    started_end(&started);
}

/* One request on a fresh connection to a variation; its status. */
static int status_of(const char *name, const struct posting *posting)
{
    struct started_receiver started;
    begin(&started, name);
    int status = post_status(&started, posting);
    started_end(&started);
    return status;
}

#define UNKNOWN_ID "not-a-uuid"

#define A_UUID "3516a72f-508e-4c06-a184-cd459a64e386"
#define A_TIME "2024-06-18T09:41:27.316Z"
#define STAGE_ROW(name)                                                                            \
    "[{\"id_crm_deals_stage\":\"" A_UUID "\",\"stage_name\":" name ",\"created_at\":\"" A_TIME     \
    "\",\"modified_at\":\"" A_TIME "\",\"id_linked_user\":null,\"remote_id\":null,"                \
    "\"remote_platform\":null,\"id_connection\":\"" A_UUID "\",\"something_new\":[]}]"

Test(receive_variation, each_differs_where_it_says)
{
    static const struct {
        const char *name;
        struct posting posting;
        int status;
    } rows_that_differ[] = {
        {"upper-case-hex", {.signature = "%sA"}, 401},
        {"refuses-by-kind", {.no_signature = true}, 400},
        {"refuses-by-kind", {.signature = "short"}, 400},
        {"refuses-by-kind", {.body = "no JSON"}, 422},
        {"methods-501", {.method = "PUT"}, 501},
        {"any-content-type", {.content_type = "text/plain"}, 204},
        {"strict-shape", {.id = UNKNOWN_ID}, 400},
        {"strict-shape", {.type = "CRM"}, 400},
        {"strict-shape", {.data = "text"}, 400},
        {"validates-the-shape", {.type = "billing.invoice.settled"}, 204},
        {"validates-the-shape", {.type = "crm.contact.pulled", .data = "[]"}, 204},
        {"validates-the-shape", {.type = "crm.contact.pulled", .data = "[{}]"}, 400},
        {"validates-the-shape", {.type = "crm.stage.pulled", .data = STAGE_ROW("null")}, 204},
        {"validates-the-shape", {.type = "crm.stage.pulled", .data = STAGE_ROW("7")}, 400},
        {"raw-data", {.key = "other"}, 401},
        {"raw-data", {.body = "{\"id_event\":\"a\"}"}, 400},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows_that_differ); i++) {
        int status = status_of(rows_that_differ[i].name, &rows_that_differ[i].posting);
        cr_expect_eq(status, rows_that_differ[i].status, "row %zu: %d", i, status);
    }
}

Test(receive_variation, a_head_can_be_enough_to_refuse)
{
    static const struct {
        const char *name, *head;
        int status;
    } heads[] = {
        {"refuses-by-head", "Panora-Signature: 00\r\n", 401},
        {"answers-413", "", 413},
    };
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        struct started_receiver started;
        struct client client;
        struct reply reply;
        struct buf head = {0};
        buf_add_format(&head,
                       "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                       "Content-Length: 9000000\r\n%s\r\n",
                       heads[i].head);
        begin(&started, heads[i].name);
        client_open(&client, receiver_port(started.receiver));
        (void)client_send(&client, buf_bytes(&head));
        client_read(&client, PATIENCE_MS, &reply);
        cr_expect_eq(reply.status, heads[i].status, "%s: %d", heads[i].name, reply.status);
        cr_expect_not(reply.keep_alive);
        reply_clear(&reply);
        client_close(&client);
        started_end(&started);
        buf_clear(&head);
    }
}

Test(receive_variation, redelivery_may_have_a_status_of_its_own)
{
    struct started_receiver started;
    const struct posting genuine = {0};
    begin(&started, "status-208");
    cr_expect_eq(post_status(&started, &genuine), 200);
    cr_expect_eq(post_status(&started, &genuine), 208);
    started_end(&started);
}

Test(receive_variation, the_table_is_complete)
{
    const struct variation *variation;
    for (size_t i = 0; (variation = table_at(&variation_table, i)); i++) {
        bool tested = variation->tls; /* those are tried by the selftest */
        for (size_t k = 0; k < ARRAY_LEN(rows); k++)
            tested = tested || strcmp(rows[k].name, variation->name) == 0;
        cr_expect(tested, "%s has no test", variation->name);
        cr_expect_eq(table_find(&variation_table, variation->name, NULL), variation);
    }
    struct error err = {0};
    cr_expect_null(table_find(&variation_table, "status-20", &err));
    cr_expect(strstr(err.message, "status-20") != NULL, "%s", err.message);
}
