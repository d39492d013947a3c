#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/rng.h"

TestSuite(base_rng, .timeout = 120);

Test(base_rng, gives_the_numbers_of_splitmix64)
{
    /* The published first outputs for the seed 1234567. */
    static const uint64_t expected[] = {6457827717110365317U, 3203168211198807973U,
                                        9817491932198370423U, 4593380528125082431U,
                                        16408922859458223821U};
    struct rng rng = {1234567};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++)
        cr_expect_eq(rng_next(&rng), expected[i], "output %zu", i);
}

Test(base_rng, gives_the_same_for_the_same_seed_and_purpose)
{
    struct rng a = rng_for(42, "ids");
    struct rng b = rng_for(42, "ids");
    for (int i = 0; i < 100; i++)
        cr_assert_eq(rng_next(&a), rng_next(&b));
}

Test(base_rng, gives_other_numbers_for_another_seed_or_purpose)
{
    struct rng ids = rng_for(42, "ids");
    struct rng texts = rng_for(42, "texts");
    struct rng other = rng_for(43, "ids");
    uint64_t first = rng_next(&ids);
    cr_expect_neq(first, rng_next(&texts));
    cr_expect_neq(first, rng_next(&other));
}

Test(base_rng, stays_below_its_limit_and_reaches_all_of_it)
{
    struct rng rng = rng_for(1, "below");
    bool seen[7] = {false};
    for (int i = 0; i < 1000; i++) {
        uint64_t number = rng_below(&rng, 7);
        cr_assert_lt(number, 7);
        seen[number] = true;
    }
    for (size_t i = 0; i < ARRAY_LEN(seen); i++)
        cr_expect(seen[i], "%zu never came", i);
    cr_expect_eq(rng_below(&rng, 1), 0);
}

Test(base_rng, writes_uuids_of_version_4)
{
    struct rng rng = rng_for(1, "uuids");
    for (int i = 0; i < 1000; i++) {
        char uuid[UUID_SIZE];
        rng_uuid(&rng, uuid);
        cr_assert_eq(strlen(uuid), 36);
        cr_assert_eq(strspn(uuid, "0123456789abcdef-"), 36, "%s", uuid);
        for (size_t k = 0; k < 36; k++)
            cr_assert_eq(uuid[k] == '-', k == 8 || k == 13 || k == 18 || k == 23, "%s", uuid);
        cr_assert_eq(uuid[14], '4', "%s", uuid);
        cr_assert_not_null(strchr("89ab", uuid[19]), "%s", uuid);
    }
}

Test(base_rng, writes_uuids_in_which_every_free_digit_varies)
{
    struct rng rng = rng_for(2, "uuids");
    static const char digits[] = "0123456789abcdef";
    bool seen[36][16] = {{false}};
    for (int i = 0; i < 1000; i++) {
        char uuid[UUID_SIZE];
        rng_uuid(&rng, uuid);
        for (size_t k = 0; k < 36; k++)
            if (uuid[k] != '-')
                seen[k][strchr(digits, uuid[k]) - digits] = true;
    }
    for (size_t k = 0; k < 36; k++) {
        size_t kinds = 0;
        for (size_t d = 0; d < 16; d++)
            kinds += seen[k][d];
        size_t wanted = k == 8 || k == 13 || k == 18 || k == 23 ? 0
                        : k == 14                               ? 1
                        : k == 19                               ? 4
                                                                : 16;
        cr_expect_eq(kinds, wanted, "digit %zu takes %zu values", k, kinds);
    }
}

Test(base_rng, finds_seeds_that_are_positive_and_differ)
{
    uint64_t last = 0;
    for (int i = 0; i < 100; i++) {
        uint64_t seed = rng_fresh_seed();
        cr_assert_gt(seed, 0);
        cr_assert_leq(seed, INT64_MAX);
        cr_assert_neq(seed, last);
        last = seed;
    }
}
