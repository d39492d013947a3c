/* Any bytes are a captured request or get a sentence of one line; what was read can be said in
 * every format that does not refuse it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/capture.h"
#include "format/request_format.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void render_all(const struct request *request)
{
    const struct request_place place = {
        .url = "https://example.com/webhook", .authority = "example.com", .path = "/webhook"};
    for (size_t i = 0; i < num_request_formats; i++) {
        struct buf out = {0};
        struct error err = {0};
        bool refuses = request_format_refuses(request_formats[i], request) != NULL;
        if (request_format_single(request_formats[i], request, &place, &out, &err) == refuses)
            abort();
        buf_clear(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct request request = {0};
    struct error err = {0};
    bool ok = capture_read((struct bytes){(const char *)data, size}, &request, &err);
    if (ok == error_is_set(&err) || strchr(err.message, '\n'))
        abort();
    if (ok && request.method)
        render_all(&request);
    request_clear(&request);
    return 0;
}
