/* What is packed is what comes out again. */
#include "base/gzip.h"

#include <criterion/criterion.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"

TestSuite(base_gzip, .timeout = 120);

/* Unpacks into `room` bytes that the caller frees; `out_len` is how many there were. */
static char *unpack(const struct buf *packed, size_t room, size_t *out_len)
{
    char *out = mem_alloc(room + 1);
    z_stream stream = {.next_in = (Bytef *)packed->data,
                       .avail_in = (uInt)packed->len,
                       .next_out = (Bytef *)out,
                       .avail_out = (uInt)room + 1};
    cr_assert_eq(inflateInit2(&stream, 15 + 16), Z_OK);
    cr_expect_eq(inflate(&stream, Z_FINISH), Z_STREAM_END);
    cr_expect_eq(stream.avail_in, 0, "bytes behind the end");
    *out_len = stream.total_out;
    inflateEnd(&stream);
    return out;
}

Test(base_gzip, what_is_stored_comes_out_again)
{
    static const size_t lens[] = {0, 1, 16384, 16385, 70000, 200000};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        struct buf in = {0};
        struct buf packed = {0};
        size_t len = 0;
        for (size_t k = 0; k < lens[i]; k++)
            buf_add_char(&in, (char)(k * 7));
        gzip_store(buf_bytes(&in), &packed);
        cr_expect_geq(packed.len, in.len);
        char *out = unpack(&packed, in.len, &len);
        cr_expect(len == in.len && memcmp(out, buf_text(&in), len) == 0, "%zu", lens[i]);
        free(out);
        buf_clear(&in);
        buf_clear(&packed);
    }
}

Test(base_gzip, zeros_take_a_thousandth)
{
    static const size_t lens[] = {0, 1, 100000, 1 << 20};
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        struct buf packed = {0};
        size_t len = 0;
        gzip_zeros(lens[i], &packed);
        char *out = unpack(&packed, lens[i], &len);
        cr_expect_eq(len, lens[i]);
        cr_expect(len == 0 || (out[0] == 0 && out[len - 1] == 0));
        cr_expect_lt(packed.len, 64 + lens[i] / 500);
        free(out);
        buf_clear(&packed);
    }
}
