#include <criterion/criterion.h>
#include <inttypes.h>

#include "base/array.h"
#include "base/instant.h"

TestSuite(base_instant, .timeout = 120);

Test(base_instant, reads_what_javascript_writes_and_milliseconds)
{
    static const struct {
        const char *text;
        int64_t wall_ms;
    } rows[] = {
        {"1970-01-01T00:00:00.000Z", 0},
        {"1970-01-01T00:00:00Z", 0},
        {"2024-07-01T12:00:00.000Z", 1719835200000},
        {"2024-07-01T12:00:00Z", 1719835200000},
        {"2024-02-29T23:59:59.999Z", 1709251199999},
        {"1719835200000", 1719835200000},
        {"0", 0},
        {"9999-12-31T23:59:59.999Z", 253402300799999},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        int64_t wall_ms = -1;
        cr_expect(instant_read(rows[i].text, &wall_ms, &err), "%s: %s", rows[i].text, err.message);
        cr_expect_eq(wall_ms, rows[i].wall_ms, "%s: %" PRId64, rows[i].text, wall_ms);
    }
}

Test(base_instant, refuses_everything_else)
{
    static const char *const rows[] = {
        "",
        "now",
        "-1",
        " 1",
        "1.5",
        "2024-07-01",
        "2024-07-01T12:00:00",
        "2024-07-01T12:00:00+02:00",
        "2024-02-30T12:00:00Z",
        "2023-02-29T12:00:00Z",
        "2024-13-01T12:00:00Z",
        "2024-07-01T25:00:00Z",
        "1969-12-31T23:59:59Z",
        "2024-07-01T12:00:00.1Z",
        "2024/07/01T12:00:00Z",
        "99999999999999999999",
        "253402300800000",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        int64_t wall_ms = 0;
        cr_expect_not(instant_read(rows[i], &wall_ms, &err), "%s", rows[i]);
        cr_expect(error_is_set(&err), "%s", rows[i]);
    }
}
