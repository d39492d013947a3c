#include "result/packed.h"

#include <stdlib.h>

#include "base/gzip.h"
#include "base/mem.h"
#include "panora/js.h"

/* What a report shows of a body is never packed. */
#define BEGINNING ((size_t)4096)

struct packed {
    struct buf bytes;
    size_t num_holders;
};

struct packed *packed_share(struct packed *packed)
{
    if (packed)
        packed->num_holders++;
    return packed;
}

void packed_free(struct packed *packed)
{
    if (!packed || --packed->num_holders > 0)
        return;
    buf_clear(&packed->bytes);
    free(packed);
}

static struct packed *pack(struct bytes body)
{
    struct packed *packed = mem_alloc(sizeof *packed);
    packed->num_holders = 1;
    gzip_pack(body, &packed->bytes);
    return packed;
}

size_t exchange_body_len(const struct exchange *exchange)
{
    return exchange->request.body.len + exchange->body_let_go;
}

void exchange_pack(struct exchange *exchange)
{
    struct buf *body = &exchange->request.body;
    if (body->len <= PACKED_MIN)
        return;
    if (!exchange->packed)
        exchange->packed = pack(buf_bytes(body));
    struct buf beginning = {0};
    buf_add(&beginning, body->data, BEGINNING);
    exchange->body_let_go = body->len - BEGINNING;
    buf_clear(body);
    *body = beginning;
}

const struct buf *exchange_body(const struct exchange *exchange, struct buf *whole)
{
    if (!exchange->packed || !exchange->body_let_go)
        return &exchange->request.body;
    buf_reset(whole);
    gzip_unpack(buf_bytes(&exchange->packed->bytes), exchange_body_len(exchange), whole);
    return whole;
}

void exchange_unpack(struct exchange *exchange)
{
    struct buf whole = {0};
    if (exchange_body(exchange, &whole) != &whole)
        return;
    buf_clear(&exchange->request.body);
    exchange->request.body = whole;
    exchange->body_let_go = 0;
}

bool exchange_has_data(const struct exchange *exchange)
{
    if (exchange->body_let_go)
        return true;
    struct js *event = js_parse(buf_bytes(&exchange->request.body), NULL);
    bool has = js_get(event, "data") != NULL;
    js_free(event);
    return has;
}
