#include "http/request.h"

#include <stdlib.h>

#include "base/mem.h"

void request_clear(struct request *request)
{
    free(request->method);
    free(request->query);
    headers_clear(&request->headers);
    buf_clear(&request->body);
    *request = (struct request){0};
}

void request_copy(struct request *to, const struct request *from)
{
    *to = (struct request){.method = mem_text(from->method),
                           .query = mem_text(from->query),
                           .transport = from->transport};
    headers_copy(&to->headers, &from->headers);
    buf_add_bytes(&to->body, buf_bytes(&from->body));
}

bool transport_is_plain(const struct transport *transport)
{
    return transport->chunk_size == 0 && !transport->http_1_0 && !transport->expect_continue &&
           transport->piece_size == 0 && transport->split_at == 0 && transport->stop == STOP_NOT &&
           !transport->proxy_line && !transport->tls.asked;
}
