/* The serialisers against what the real libraries wrote (fixtures/serializers/outputs.json). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "panora/serialiser.h"
#include "tests/support/vectors.h"

TestSuite(panora_serialiser, .timeout = 120);

#define OUTPUTS "fixtures/serializers/outputs.json"

Test(panora_serialiser, every_library_is_met_to_the_byte)
{
    struct js *file = vectors_read(OUTPUTS);
    cr_assert(file != NULL, "%s is missing", OUTPUTS);
    const struct js *inputs = js_get(file, "inputs");
    const struct js *outputs = js_get(file, "outputs");
    size_t compared = 0;
    size_t refused = 0;
    for (size_t i = 0; i < num_serialisers; i++) {
        const struct js *written = js_get(outputs, serialisers[i].id);
        for (size_t k = 0; written && k < js_size(written); k++) {
            struct buf got = {0};
            struct bytes input = js_string(js_at(inputs, k));
            struct bytes want = js_string(js_at(written, k));
            bool ok = serialiser_rewrite(&serialisers[i], input, &got);
            refused += !ok;
            cr_expect(ok || strcmp(serialisers[i].id, "jackson") == 0, "%s of %.*s",
                      serialisers[i].id, (int)input.len, input.data);
            cr_expect(!ok || bytes_equal(buf_bytes(&got), want), "%s of %.*s: %s, not %.*s",
                      serialisers[i].id, (int)input.len, input.data, buf_text(&got), (int)want.len,
                      want.data);
            compared++;
            buf_clear(&got);
        }
    }
    js_free(file);
    cr_assert_geq(compared, 15 * 84);
    cr_assert_eq(refused, 11, "%zu: only what differs between versions of Java is left out",
                 refused);
}

/* .NET is not among the runtimes that could be run: its row follows the documentation of
 * JavaScriptEncoder.Default. */
Test(panora_serialiser, every_row_but_dotnet_has_stored_outputs)
{
    struct js *file = vectors_read(OUTPUTS);
    for (size_t i = 0; i < num_serialisers; i++) {
        bool stored = js_get(js_get(file, "outputs"), serialisers[i].id) != NULL;
        cr_expect(stored != (strcmp(serialisers[i].id, "dotnet") == 0), "%s", serialisers[i].id);
    }
    js_free(file);
}

Test(panora_serialiser, what_is_no_json_is_not_written)
{
    static const char *const wrong[] = {"",      "{",       "\xEF\xBB\xBF{}", "\"\\ud800\"",
                                        "1e400", "\"\xE9\""};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct buf out = {0};
        cr_expect(!serialiser_rewrite(serialiser_find("python-utf8"), bytes_of(wrong[i]), &out),
                  "%s", wrong[i]);
        cr_expect_eq(out.len, 0);
        buf_clear(&out);
    }
}
