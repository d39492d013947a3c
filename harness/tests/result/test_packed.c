#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "result/packed.h"

TestSuite(result_packed, .timeout = 120);

static struct exchange exchange_of(size_t len)
{
    struct exchange exchange = {.request = {.method = mem_text("POST")}};
    for (size_t i = 0; i < len; i++)
        buf_add_char(&exchange.request.body, (char)('a' + i * i % 26));
    return exchange;
}

Test(result_packed, takes_little_room_and_comes_back_whole)
{
    const size_t len = PACKED_MIN + 1;
    struct exchange exchange = exchange_of(len);
    char *before = mem_copy(exchange.request.body.data, len);
    for (int i = 0; i < 2; i++) {
        exchange_pack(&exchange);
        cr_expect_lt(exchange.request.body.capacity, len / 4);
        cr_expect_eq(exchange_body_len(&exchange), len);
        cr_expect_arr_eq(exchange.request.body.data, before, exchange.request.body.len);
        exchange_pack(&exchange); /* does nothing */
        cr_expect_eq(exchange_body_len(&exchange), len);
        struct buf whole = {0};
        cr_assert_eq(exchange_body(&exchange, &whole)->len, len);
        cr_expect_arr_eq(whole.data, before, len);
        cr_expect_gt(exchange.body_let_go, 0, "it stays packed");
        buf_clear(&whole);
        exchange_unpack(&exchange);
        cr_expect_eq(exchange_body(&exchange, &whole), &exchange.request.body);
        cr_assert_eq(exchange.request.body.len, len);
        cr_expect_arr_eq(exchange.request.body.data, before, len);
        cr_expect_eq(exchange.body_let_go, 0);
    }
    free(before);
    exchange_clear(&exchange);
}

Test(result_packed, a_copy_has_what_is_sent_and_saw_nothing)
{
    const size_t len = PACKED_MIN + 1;
    struct exchange exchange = exchange_of(len);
    struct exchange copy;
    exchange.sent = mem_text("crm.contact.created");
    exchange.genuine = exchange.accepted = true;
    exchange.seen.outcome = OUTCOME_ANSWERED;
    exchange_pack(&exchange);
    exchange_copy(&copy, &exchange);
    exchange_clear(&exchange);
    cr_expect_str_eq(copy.sent, "crm.contact.created");
    cr_expect(copy.genuine);
    cr_expect_not(copy.accepted);
    cr_expect_eq(copy.seen.outcome, OUTCOME_NOT_SENT);
    exchange_unpack(&copy);
    cr_expect_eq(copy.request.body.len, len, "although the other let go of it");
    exchange_clear(&copy);
}

Test(result_packed, leaves_a_usual_body_alone)
{
    struct exchange exchange = exchange_of(PACKED_MIN);
    exchange_pack(&exchange);
    cr_expect_eq(exchange.request.body.len, PACKED_MIN);
    exchange_unpack(&exchange);
    cr_expect_eq(exchange.request.body.len, PACKED_MIN);
    exchange_clear(&exchange);
}
