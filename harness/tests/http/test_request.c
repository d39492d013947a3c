#include "http/request.h"

#include <criterion/criterion.h>

#include "base/mem.h"

TestSuite(http_request, .timeout = 120);

Test(http_request, copies_are_independent)
{
    struct request request = {.method = mem_text("POST"), .query = mem_text("a=b")};
    headers_add(&request.headers, "A", "1");
    buf_add(&request.body, "x\0y", 3);
    struct request copy;
    request_copy(&copy, &request);
    request_clear(&request);
    cr_expect_null(request.method);
    cr_expect_str_eq(copy.method, "POST");
    cr_expect_str_eq(copy.query, "a=b");
    cr_expect_str_eq(headers_find(&copy.headers, "A"), "1");
    cr_expect(bytes_equal(buf_bytes(&copy.body), (struct bytes){"x\0y", 3}));
    request_clear(&copy);
}

Test(http_request, may_have_no_query)
{
    struct request request = {.method = mem_text("GET")};
    struct request copy;
    request_copy(&copy, &request);
    cr_expect_null(copy.query);
    request_clear(&request);
    request_clear(&copy);
}
