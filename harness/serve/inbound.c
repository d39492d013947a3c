#include "serve/inbound.h"

struct bytes inbound_header(const struct inbound *request, const char *name)
{
    return headers_count(request->headers, name) == 1
               ? bytes_of(headers_find(request->headers, name))
               : (struct bytes){NULL, 0};
}
