#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "panora/template.h"

TestSuite(panora_template, .timeout = 120);

#define UUID_A "0a1b2c3d-0000-4000-8000-00000000000a"
#define UUID_B "0a1b2c3d-0000-4000-8000-00000000000b"
#define WALL   INT64_C(1722000000123) /* 2024-07-26T13:20:00.123Z */

static struct copy copy_with(uint64_t event_key, uint64_t round_key)
{
    /* keys are random numbers, so far apart */
    return (struct copy){.event_key = event_key << 32,
                         .round_key = round_key << 48,
                         .num_samples = 1,
                         .newest_ms = WALL};
}

/* A copy of `text`; free() it. */
static char *written(const char *text, struct copy copy)
{
    struct template template;
    struct sample_ids ids = {0};
    struct buf out = {0};
    template_init(&template, mem_text(text), 0, &ids);
    template_write(&template, &ids, &copy, &out);
    template_clear(&template);
    sample_ids_clear(&ids);
    return buf_take(&out);
}

Test(panora_template, leaves_alone_what_does_not_vary)
{
    static const char *const texts[] = {
        "",
        "{}",
        "{\"name\":\"a\",\"size\":\"12\",\"n\":12}",
        "{\"remote_id\":null}",
        "{\"remote_id\":\"\"}",
        "{\"remote_id\":\"no-digits\"}",
        "{\"my_remote_id\":\"123\"}",
        "{\"t\":\"2024-06-18T09:41:27Z\"}",
        "{\"t\":\"2024-06-18 09:41:27.316Z\"}",
        "{\"id\":\"0a1b2c3d-0000-1000-8000-00000000000a\"}", /* version 1 */
        "{\"id\":\"0A1B2C3D-0000-4000-8000-00000000000A\"}",
        "{\"id\":\"0a1b2c3d-0000-4000-8000-00000000000\"}",
    };
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        char *text = written(texts[i], copy_with(1, 2));
        cr_expect_str_eq(text, texts[i]);
        free(text);
    }
}

Test(panora_template, replaces_equal_ids_by_equal_ids)
{
    char *text = written("[\"" UUID_A "\",\"" UUID_B "\",\"see/" UUID_A "/x\"]", copy_with(1, 2));
    cr_assert_eq(strlen(text), strlen("[\"" UUID_A "\",\"" UUID_B "\",\"see/" UUID_A "/x\"]"));
    cr_expect_null(strstr(text, UUID_A));
    cr_expect_null(strstr(text, UUID_B));
    cr_expect_eq(memcmp(text + 2, text + 2 + 39 + 39 + 4, 36), 0, "%s", text);
    cr_expect_neq(memcmp(text + 2, text + 2 + 39, 36), 0, "%s", text);
    free(text);
}

Test(panora_template, gives_the_first_id_to_one_copy_only)
{
    static const char text[] = "{\"id\":\"" UUID_A "\",\"of\":\"" UUID_B "\"}";
    char *one = written(text, copy_with(1, 2));
    char *other = written(text, copy_with(1, 3));
    char *stranger = written(text, copy_with(4, 2));
    size_t own = strlen("{\"id\":\"");
    size_t common = own + strlen(UUID_A "\",\"of\":\"");
    cr_expect_neq(memcmp(one + own, other + own, 36), 0, "of another round");
    cr_expect_eq(memcmp(one + common, other + common, 36), 0, "of the same event");
    cr_expect_neq(memcmp(one + common, stranger + common, 36), 0, "of another event");
    free(one);
    free(other);
    free(stranger);
}

Test(panora_template, gives_an_id_that_not_every_sample_has_to_one_round_only)
{
    struct template samples[2];
    struct sample_ids ids = {0};
    template_init(&samples[0], mem_text("{\"n\":\"x\",\"a\":\"" UUID_A "\"}"), 0, &ids);
    template_init(&samples[1], mem_text("{\"n\":\"x\",\"b\":\"" UUID_B "\"}"), 1, &ids);
    ids.items[0].is_own = false; /* not the first member, were it not for the short text */
    struct copy copy = copy_with(1, 2);
    copy.num_samples = 2;
    struct buf one = {0};
    struct buf other = {0};
    template_write(&samples[0], &ids, &copy, &one);
    copy.round_key = UINT64_C(3) << 48;
    template_write(&samples[0], &ids, &copy, &other);
    cr_expect_str_neq(buf_text(&one), buf_text(&other));
    buf_clear(&one);
    buf_clear(&other);
    template_clear(&samples[0]);
    template_clear(&samples[1]);
    sample_ids_clear(&ids);
}

Test(panora_template, changes_the_digits_of_a_remote_id)
{
    static const char text[] = "{\"remote_id\":\"tag_40913/0x\"}";
    bool differs = false;
    for (uint64_t key = 0; key < 200; key++) {
        char *copy = written(text, copy_with(key, key));
        cr_assert_eq(strlen(copy), strlen(text));
        cr_assert_eq(strncmp(copy, "{\"remote_id\":\"tag_", 18), 0, "%s", copy);
        cr_assert_eq(strspn(copy + 18, "0123456789"), 5, "%s", copy);
        cr_assert_neq(copy[18], '0', "a zero in front: %s", copy);
        cr_assert_eq(copy[23], '/', "%s", copy);
        cr_assert_str_eq(copy + 25, "x\"}");
        differs = differs || strcmp(copy, text) != 0;
        free(copy);
    }
    cr_expect(differs);
}

Test(panora_template, treats_a_remote_id_that_is_a_uuid_as_one)
{
    char *text = written("{\"remote_id\":\"" UUID_A "\",\"x\":\"" UUID_A "\"}", copy_with(1, 2));
    cr_expect_null(strstr(text, UUID_A));
    cr_expect_eq(text[strlen("{\"remote_id\":\"") + 14], '4', "%s", text);
    cr_expect_eq(memcmp(text + 14, text + 14 + strlen(UUID_A "\",\"x\":\""), 36), 0, "%s", text);
    free(text);
}

Test(panora_template, moves_times_and_keeps_their_distances)
{
    static const struct {
        const char *what;
        const char *text;
        const char *expected;
    } rows[] = {
        {"the newest", "{\"created_at\":\"2024-06-18T09:41:27.316Z\"}",
         "{\"created_at\":\"2024-07-26T13:20:00.123Z\"}"},
        {"an older one",
         "{\"created_at\":\"2024-06-18T09:41:26.315Z\",\"modified_at\":\"2024-06-18T09:41:27."
         "316Z\"}",
         "{\"created_at\":\"2024-07-26T13:19:59.122Z\",\"modified_at\":\"2024-07-26T13:20:00."
         "123Z\"}"},
        {"one in the future",
         "{\"due_date\":\"2024-06-19T09:41:27.316Z\",\"created_at\":\"2024-06-18T09:41:27.316Z\"}",
         "{\"due_date\":\"2024-07-27T13:20:00.123Z\",\"created_at\":\"2024-07-26T13:20:00.123Z\"}"},
        {"one of the provider's",
         "{\"remote_created_at\":\"2024-06-18T09:41:28.316Z\",\"created_at\":\"2024-06-18T09:41:27."
         "316Z\"}",
         "{\"remote_created_at\":\"2024-07-26T13:20:01.123Z\",\"created_at\":\"2024-07-26T13:20:00."
         "123Z\"}"},
        {"a date",
         "{\"due_date\":\"2024-06-19T00:00:00.000Z\",\"created_at\":\"2024-06-18T09:41:27.316Z\"}",
         "{\"due_date\":\"2024-07-27T00:00:00.000Z\",\"created_at\":\"2024-07-26T13:20:00.123Z\"}"},
        {"a leap day",
         "{\"at\":\"2024-02-29T09:41:27.316Z\",\"created_at\":\"2024-03-01T09:41:27.316Z\"}",
         "{\"at\":\"2024-07-25T13:20:00.123Z\",\"created_at\":\"2024-07-26T13:20:00.123Z\"}"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *text = written(rows[i].text, copy_with(1, 2));
        cr_expect_str_eq(text, rows[i].expected, "%s: %s", rows[i].what, text);
        free(text);
    }
}
