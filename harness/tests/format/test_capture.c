/* How captured requests are read. */
#include "format/capture.h"

#include <criterion/criterion.h>

#include "base/array.h"

TestSuite(format_capture, .timeout = 10);

#define HEAD "POST / HTTP/1.1\r\nContent-Length: 8\r\n\r\n"

Test(format_capture, a_body_is_as_long_as_it_is_but_for_what_an_editor_adds)
{
    static const struct {
        const char *text;
        const char *body;
    } rows[] = {
        {HEAD "{\"a\": 1}", "{\"a\": 1}"},
        {HEAD "{\"a\": 1}\n", "{\"a\": 1}"},
        {HEAD "{\"a\": 1}\r\n\r\n", "{\"a\": 1}"},
        {HEAD "{\"a\": 1", "{\"a\": 1"},
        {HEAD "{\"a\": 12}\n", "{\"a\": 12}"},
        {HEAD "{\"a\":1}\n\n", "{\"a\":1}\n"},
        {"POST / HTTP/1.1\n\n{\"a\": 1}\n", "{\"a\": 1}\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct request request = {0};
        struct error err = {0};
        cr_assert(capture_read(bytes_of(rows[i].text), &request, &err), "%s", err.message);
        cr_expect_str_eq(buf_text(&request.body), rows[i].body, "row %zu", i);
        request_clear(&request);
    }
}
