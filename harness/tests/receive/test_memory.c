#include "receive/memory.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(receive_memory, .timeout = 20);

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

Test(receive_memory, knows_the_types_of_the_catalogue)
{
    struct memory memory = {0};
    cr_expect(memory_knows_type(&memory, bytes_of("crm.contact.created")));
    cr_expect(memory_knows_type(&memory, bytes_of("crm.deal.push")));
    cr_expect_not(memory_knows_type(&memory, bytes_of("crm.deal.eaten")));
    memory_clear(&memory);
}
