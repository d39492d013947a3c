#include <criterion/criterion.h>
#include <string.h>

#include "base/file.h"
#include "base/resource.h"

TestSuite(base_resource, .timeout = 120);

Test(base_resource, holds_the_files_byte_for_byte)
{
    cr_assert_gt(num_resources, 0);
    for (size_t i = 0; i < num_resources; i++) {
        struct buf file = {0};
        struct error err = {0};
        cr_assert(file_read(resources[i].path, 1 << 24, &file, &err), "%s", err.message);
        struct bytes held = resource_find(resources[i].path);
        cr_expect(bytes_equal(held, buf_bytes(&file)), "%s differs", resources[i].path);
        buf_clear(&file);
    }
}

Test(base_resource, are_sorted_by_path)
{
    for (size_t i = 1; i < num_resources; i++)
        cr_expect_lt(strcmp(resources[i - 1].path, resources[i].path), 0, "%s", resources[i].path);
}

Test(base_resource, has_nothing_at_a_path_that_is_none)
{
    cr_expect_null(resource_find("fixtures/events/nothing.json").data);
    cr_expect_null(resource_find("").data);
}
