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

bool scheme_message(const struct scheme *scheme, const struct event *event, struct buf *message)
{
    struct buf key = {0};
    bool ok = true;
    if (scheme)
        ok = scheme_plan(scheme, event, message, &key);
    else
        event_write_message(event, message);
    buf_clear(&key);
    return ok;
}

bool scheme_value(const struct scheme *scheme, struct bytes body, char *out, size_t size)
{
    struct buf message = {0};
    struct buf key = {0};
    bool ok = scheme->plan(scheme, body, &message, &key) &&
              scheme_sign(scheme, buf_bytes(&message), buf_bytes(&key), out, size);
    buf_clear(&message);
    buf_clear(&key);
    return ok;
}

bool scheme_sign(const struct scheme *scheme, struct bytes message, struct bytes key, char *out,
                 size_t size)
{
    struct buf value = {0};
    bool ok = scheme->sign(scheme, message, key, &value) && value.len > 0 && value.len < size;
    if (ok)
        memcpy(out, value.data, value.len + 1);
    buf_clear(&value);
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
