#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "panora/sample_set.h"

TestSuite(panora_sample_set, .timeout = 120);

static bool read_set(const char *text, struct sample_set *out, struct error *err)
{
    json_t *value = json_read("x.json", bytes_of(text), err);
    cr_assert_not_null(value, "%s", err->message);
    struct json_at root = json_root("x.json", value);
    bool ok = sample_set_read(&root, out, err);
    json_decref(value);
    return ok;
}

Test(panora_sample_set, says_what_is_wrong_with_a_set)
{
    static const struct {
        const char *text;
        const char *message;
    } rows[] = {
        {"[]", "x.json: is an array; an object is needed here"},
        {"{\"empty\":{}}", "x.json: /samples: is missing; an array is needed here"},
        {"{\"samples\":[{}]}", "x.json: /empty: is missing; an object is needed here"},
        {"{\"samples\":[],\"empty\":{}}",
         "x.json: /samples: is empty; at least one sample is needed here"},
        {"{\"samples\":[{},7],\"empty\":{}}",
         "x.json: /samples/1: is a number; an object is needed here"},
        {"{\"samples\":[{\"a\":1},{\"b\":1}],\"empty\":{\"a\":null}}",
         "x.json: /samples/1: has no member \"a\", which \"empty\" names"},
        {"{\"samples\":[{}],\"emtpy\":{}}", "x.json: no key \"emtpy\"; did you mean \"empty\"?"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct sample_set set = {0};
        struct error err = {0};
        cr_expect_not(read_set(rows[i].text, &set, &err), "%s", rows[i].text);
        cr_expect_str_eq(err.message, rows[i].message);
        sample_set_clear(&set);
    }
}

static const char two_rows[] = "{\"samples\":[{\"a\":1,\"b\":[\"x\"],\"c\":\"\xc3\xa9/\\\"\"},"
                               "{\"a\":2,\"b\":[],\"c\":null}],"
                               "\"empty\":{\"c\":null,\"b\":[],\"a\":0}}";

static char *rows_of(const struct sample_set *set, size_t num_rows, bool nulls)
{
    struct sample_style style = {.wall_ms = 0, .nulls = nulls ? NULLS_ALL : NULLS_FEW};
    struct rng rng = rng_for(1, "rows");
    struct buf out = {0};
    sample_set_write_rows(set, num_rows, &style, &rng, &out);
    return buf_take(&out);
}

Test(panora_sample_set, writes_its_samples_in_turn)
{
    static const struct {
        size_t num_rows;
        bool nulls;
        const char *text;
    } cases[] = {
        {0, false, "[]"},
        {1, false, "[{\"a\":1,\"b\":[\"x\"],\"c\":\"\xc3\xa9/\\\"\"}]"},
        {3, false,
         "[{\"a\":1,\"b\":[\"x\"],\"c\":\"\xc3\xa9/\\\"\"},{\"a\":2,\"b\":[],\"c\":null},"
         "{\"a\":1,\"b\":[\"x\"],\"c\":\"\xc3\xa9/\\\"\"}]"},
        {0, true, "[]"},
        {2, true, "[{\"a\":0,\"b\":[],\"c\":null},{\"a\":0,\"b\":[],\"c\":null}]"},
    };
    struct sample_set set = {0};
    struct error err = {0};
    cr_assert(read_set(two_rows, &set, &err), "%s", err.message);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *text = rows_of(&set, cases[i].num_rows, cases[i].nulls);
        cr_expect_str_eq(text, cases[i].text);
        free(text);
    }
    sample_set_clear(&set);
}

Test(panora_sample_set, writes_each_of_its_samples_now_and_then)
{
    struct sample_set set = {0};
    struct error err = {0};
    cr_assert(read_set(two_rows, &set, &err), "%s", err.message);
    struct sample_style style = {.wall_ms = 0};
    struct rng rng = rng_for(1, "objects");
    int seen[2] = {0, 0};
    for (int i = 0; i < 100; i++) {
        struct buf out = {0};
        sample_set_write_object(&set, &style, &rng, &out);
        seen[strncmp(buf_text(&out), "{\"a\":1,", 7) == 0 ? 0 : 1]++;
        buf_clear(&out);
    }
    cr_expect_gt(seen[0], 10);
    cr_expect_gt(seen[1], 10);
    sample_set_clear(&set);
}

Test(panora_sample_set, keeps_the_order_of_members_that_are_emptied)
{
    struct sample_set set = {0};
    struct error err = {0};
    cr_assert(read_set("{\"samples\":[{\"z\":1,\"a\":2,\"m\":3}],\"empty\":{\"a\":null,\"z\":0}}",
                       &set, &err),
              "%s", err.message);
    char *text = rows_of(&set, 1, true);
    cr_expect_str_eq(text, "[{\"z\":0,\"a\":null,\"m\":3}]");
    free(text);
    sample_set_clear(&set);
}
