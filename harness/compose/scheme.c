#include "compose/scheme.h"

#include <string.h>

bool scheme_plan(const struct scheme *scheme, const struct event *event, struct buf *message,
                 struct buf *key)
{
    struct buf body = {0};
    event_write_body(event, &body);
    bool ok = scheme->plan(scheme, buf_bytes(&body), message, key);
    buf_clear(&body);
    return ok;
}

bool scheme_value(const struct scheme *scheme, struct bytes body, char *out, size_t size)
{
    struct buf message = {0};
    struct buf key = {0};
    struct headers headers = {0};
    bool ok = scheme->plan(scheme, body, &message, &key) &&
              scheme->sign(scheme, body, buf_bytes(&message), buf_bytes(&key), &headers);
    const char *value = ok ? headers_find(&headers, scheme->header) : NULL;
    ok = value && strlen(value) < size;
    if (ok)
        memcpy(out, value, strlen(value) + 1);
    headers_clear(&headers);
    buf_clear(&message);
    buf_clear(&key);
    return ok;
}

bool scheme_fits(const struct scheme *scheme, const struct request *request)
{
    char right[SIGNATURE_VALUE_SIZE];
    const char *given = headers_find(&request->headers, scheme->header);
    return given && headers_count(&request->headers, scheme->header) == 1 &&
           scheme_value(scheme, buf_bytes(&request->body), right, sizeof right) &&
           strcmp(given, right) == 0;
}
