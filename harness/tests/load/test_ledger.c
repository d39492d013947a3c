/* Which events were sent, and what was answered. */
#include <criterion/criterion.h>
#include <string.h>

#include "load/ledger.h"
#include "panora/event.h"

TestSuite(load_ledger, .timeout = 120);

Test(load_ledger, finds_each_event_once_with_its_best_answer)
{
    enum { COUNT = 500 };
    struct rng rng = rng_for(7, "test");
    static char ids[COUNT][UUID_SIZE];
    struct ledger ledger = {.max = 10000};
    for (size_t i = 0; i < COUNT; i++) {
        event_new_id(&rng, 0x1234, ids[i]);
        ledger_add(&ledger, ids[i], i % 2 ? LEDGER_OPEN : LEDGER_ACCEPTED);
        if (i % 3 == 0)
            ledger_add(&ledger, ids[i], LEDGER_ACCEPTED);
    }
    ledger_settle(&ledger);
    cr_assert_eq(ledger.count, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        char id[UUID_SIZE];
        struct ledger_entry *entry = ledger_find(&ledger, ids[i]);
        cr_assert_not_null(entry);
        cr_expect_eq(entry->outcome, i % 2 && i % 3 ? LEDGER_OPEN : LEDGER_ACCEPTED);
        ledger_id(entry, 0x1234, id);
        cr_expect_str_eq(id, ids[i]);
    }
    event_new_id(&rng, 0x1234, ids[0]);
    cr_expect_null(ledger_find(&ledger, ids[0]));
    ledger_clear(&ledger);
}

Test(load_ledger, counts_what_it_has_no_room_for)
{
    struct ledger all = {.max = 3};
    struct ledger ledger = {.max = 2};
    struct rng rng = rng_for(7, "test");
    for (size_t i = 0; i < 5; i++) {
        char id[UUID_SIZE];
        event_new_id(&rng, 1, id);
        ledger_add(&ledger, id, LEDGER_ACCEPTED);
    }
    cr_expect_eq(ledger.left_out, 3);
    ledger_merge(&all, &ledger);
    ledger_merge(&all, &ledger);
    cr_expect_eq(all.count, 3);
    cr_expect_eq(all.left_out, 3 + 1 + 3);
    ledger_clear(&all);
    ledger_clear(&ledger);
    ledger_add(&ledger, "7e57c0de-0001-4000-8000-000000000000", LEDGER_OPEN);
    cr_expect_eq(ledger.count + ledger.left_out, 0, "nobody wants one");
}
