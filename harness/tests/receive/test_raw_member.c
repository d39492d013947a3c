#include "receive/raw_member.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"

TestSuite(receive_raw_member, .timeout = 120);

Test(receive_raw_member, is_found_as_it_stands)
{
    static const struct {
        const char *body;
        enum raw_choice choice;
        const char *member; /* NULL = none */
    } rows[] = {
        {"{\"data\":\"a\\u00e9\\\"b\"}", RAW_LAST, "\"a\\u00e9\\\"b\""},
        {" { \"data\" : { \"data\" : 1 } , \"x\":2}", RAW_LAST, "{ \"data\" : 1 }"},
        {"{\"x\":{\"data\":1},\"data\":2}", RAW_FIRST, "2"},
        {"{\"data\":1,\"x\":\"}\",\"data\":[2,\"]\"]}", RAW_FIRST, "1"},
        {"{\"data\":1,\"x\":\"}\",\"data\":[2,\"]\"]}", RAW_LAST, "[2,\"]\"]"},
        {"{\"x\":1}", RAW_LAST, NULL},
        {"{}", RAW_LAST, NULL},
        {"[\"data\",1]", RAW_LAST, NULL},
        {"\"data\"", RAW_LAST, NULL},
        {"7", RAW_LAST, NULL},
        {"", RAW_LAST, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct bytes found = raw_member(bytes_of(rows[i].body), "data", rows[i].choice);
        cr_expect_eq(found.data == NULL, rows[i].member == NULL, "row %zu", i);
        cr_expect(!rows[i].member || bytes_equal(found, bytes_of(rows[i].member)), "row %zu: %.*s",
                  i, (int)found.len, found.data);
    }
}

/* Whatever is cut off, it reads not a byte beyond. */
Test(receive_raw_member, stays_inside_what_is_cut)
{
    static const char body[] = "{\"x\":[{\"y\":\"\\\"\"}],\"data\":{\"a\":\"b\\\\\"}}";
    for (size_t len = 0; len < sizeof body; len++) {
        char *copy = mem_alloc(len + 1);
        memcpy(copy, body, len);
        struct bytes found = raw_member((struct bytes){copy, len}, "data", RAW_LAST);
        cr_expect(!found.data || (found.data >= copy && found.data + found.len <= copy + len));
        free(copy);
    }
}
