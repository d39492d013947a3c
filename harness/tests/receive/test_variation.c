/* A variation accepts what is genuine and refuses what is not, each in its own way. */
#include "receive/variation.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "tests/support/started_receiver.h"

TestSuite(receive_variation, .timeout = 60);

static const struct {
    const char *name;
    int accepted;
    int refused;
} rows[] = {
    {"status-200", 200, 401},  {"status-201", 201, 401},     {"status-202", 202, 401},
    {"status-204", 204, 401},  {"body-text", 200, 401},      {"body-json", 200, 401},
    {"body-html", 200, 401},   {"refuses-400", 204, 400},    {"refuses-401", 204, 401},
    {"refuses-403", 204, 403}, {"refuses-404", 204, 404},    {"connection-close", 204, 401},
    {"http-1.0", 204, 401},    {"chunked", 200, 401},        {"delay-300ms", 204, 401},
    {"jitter", 204, 401},      {"upper-case-hex", 204, 401}, {"limits-forgeries", 204, 401},
    {"gzip", 200, 401},
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

Test(receive_variation, the_table_is_complete)
{
    for (size_t i = 0; i < num_variations; i++) {
        bool tested = variations[i].tls; /* those are tried by the selftest */
        for (size_t k = 0; k < ARRAY_LEN(rows); k++)
            tested = tested || strcmp(rows[k].name, variations[i].name) == 0;
        cr_expect(tested, "%s has no test", variations[i].name);
        cr_expect_eq(variation_find(variations[i].name, NULL), &variations[i]);
    }
    struct error err = {0};
    cr_expect_null(variation_find("status-20", &err));
    cr_expect(strstr(err.message, "status-20") != NULL, "%s", err.message);
}
