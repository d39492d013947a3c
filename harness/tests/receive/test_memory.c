#include "receive/memory.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(receive_memory, .timeout = 120);

static void add_number(struct memory *memory, int number)
{
    char id[16];
    int len = snprintf(id, sizeof id, "%d", number);
    memory_add(memory, (struct bytes){id, (size_t)len});
}

Test(receive_memory, remembers_the_latest)
{
    struct memory memory = {0};
    cr_expect_not(memory_has(&memory, bytes_of("0")));
    for (int i = 0; i <= MEMORY_MAX; i++)
        add_number(&memory, i);
    cr_expect_not(memory_has(&memory, bytes_of("0")), "the oldest went first");
    cr_expect(memory_has(&memory, bytes_of("1")));
    cr_expect(memory_has(&memory, bytes_of("4096")));
    memory_clear(&memory);
    cr_expect_not(memory_has(&memory, bytes_of("1")));
}

Test(receive_memory, finds_each_of_many_and_forgets_in_order)
{
    struct memory memory = {0};
    for (int i = 0; i < 3 * MEMORY_MAX; i++)
        add_number(&memory, i);
    for (int i = 0; i < 3 * MEMORY_MAX; i++) {
        char id[16];
        (void)snprintf(id, sizeof id, "%d", i);
        cr_expect_eq(memory_has(&memory, bytes_of(id)), i >= 2 * MEMORY_MAX, "%d", i);
    }
    memory_clear(&memory);
}

Test(receive_memory, signs_with_the_key_that_is_given_now)
{
    static const char *const keys[] = {"first", "second", "", "first"};
    struct memory memory = {0};
    for (size_t i = 0; i < 4; i++) {
        char right[SIGNATURE_SIZE];
        char made[SIGNATURE_SIZE];
        signature_make(bytes_of(keys[i]), bytes_of("message"), right);
        memory_sign(&memory, bytes_of(keys[i]), bytes_of("message"), made);
        cr_expect_str_eq(made, right, "key \"%s\"", keys[i]);
    }
    memory_clear(&memory);
}

Test(receive_memory, knows_the_types_of_the_catalogue)
{
    struct memory memory = {0};
    cr_expect(memory_knows_type(&memory, bytes_of("crm.contact.created")));
    cr_expect(memory_knows_type(&memory, bytes_of("crm.deal.push")));
    cr_expect_not(memory_knows_type(&memory, bytes_of("crm.deal.eaten")));
    memory_clear(&memory);
}
