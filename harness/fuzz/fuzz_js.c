/* Whatever is read can be written, and what is written reads and writes the same again. */
#include <stdint.h>
#include <stdlib.h>

#include "panora/js.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Looks at every part that can be reached at the top. */
static size_t look(const struct js *value)
{
    size_t seen = js_string(value).len;
    for (size_t i = 0; i < js_size(value); i++)
        seen += js_key(value, i).len + js_string(js_at(value, i)).len;
    return seen + (js_get(value, "data") != NULL);
}

static void check_again(struct bytes written)
{
    struct buf again = {0};
    struct js *value = js_parse(written, NULL);
    if (!value)
        abort();
    js_write(value, &again);
    if (!bytes_equal(written, buf_bytes(&again)))
        abort();
    js_free(value);
    buf_clear(&again);
}

/* Any bytes can be quoted, and the quoted form stands for one text only. */
static void check_quoting(struct bytes text)
{
    struct buf quoted = {0};
    js_quote(text, &quoted);
    check_again(buf_bytes(&quoted));
    buf_clear(&quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes text = {(const char *)data, size};
    struct error err = {0};
    check_quoting(text);
    struct js *value = js_parse(text, &err);
    if ((value == NULL) != error_is_set(&err))
        abort();
    if (!value)
        return 0;
    struct buf written = {0};
    js_write(value, &written);
    if (look(value) > 3 * size + 1)
        abort();
    js_free(value);
    check_again(buf_bytes(&written));
    buf_clear(&written);
    return 0;
}
