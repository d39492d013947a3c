#include "result/packed.h"

#include "base/gzip.h"

/* What a report shows of a body is never packed. */
#define BEGINNING ((size_t)4096)

size_t exchange_body_len(const struct exchange *exchange)
{
    return exchange->request.body.len + exchange->body_let_go;
}

void exchange_pack(struct exchange *exchange)
{
    struct buf *body = &exchange->request.body;
    if (body->len <= PACKED_MIN)
        return;
    if (!exchange->packed.len)
        gzip_pack(buf_bytes(body), &exchange->packed);
    struct buf beginning = {0};
    buf_add(&beginning, body->data, BEGINNING);
    exchange->body_let_go = body->len - BEGINNING;
    buf_clear(body);
    *body = beginning;
}

void exchange_unpack(struct exchange *exchange)
{
    struct buf *body = &exchange->request.body;
    if (!exchange->packed.len || !exchange->body_let_go)
        return;
    size_t len = exchange_body_len(exchange);
    buf_reset(body);
    gzip_unpack(buf_bytes(&exchange->packed), len, body);
    exchange->body_let_go = 0;
}
