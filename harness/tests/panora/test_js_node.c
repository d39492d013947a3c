/* The reader and the writer beside Node's own, over many generated inputs. Needs node; says loudly
 * when there is none. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "panora/js.h"
#include "tests/support/skip.h"

TestSuite(panora_js_node, .timeout = 120);

/* What the script must at least give for the test to mean anything. */
#define CASES_MIN 30000

static void check_number(char *fields)
{
    char *expected = NULL;
    uint64_t bits = strtoull(fields, &expected, 16);
    double number = 0;
    memcpy(&number, &bits, sizeof(number));
    expected++;
    struct buf written = {0};
    js_write_number(number, &written);
    cr_expect_str_eq(buf_text(&written), expected, "bits %016llx", (unsigned long long)bits);
    struct js *back = js_parse(buf_bytes(&written), NULL);
    cr_assert_not_null(back, "%s", expected);
    if (js_kind(back) == JS_NUMBER)
        cr_expect_eq(js_number(back), number, "%s reads as another number", expected);
    buf_clear(&written);
    js_free(back);
}

static void check_text(char *fields)
{
    char *space = strchr(fields, ' ');
    bool is_json = strcmp(space, " -") != 0;
    struct buf text = {0};
    struct buf expected = {0};
    struct buf written = {0};
    struct error err = {0};
    cr_assert(decode_base64((struct bytes){fields, (size_t)(space - fields)}, &text));
    struct js *value = js_parse(buf_bytes(&text), &err);
    cr_expect_eq(value != NULL, is_json, "base64 of the text: %.*s (%s)", (int)(space - fields),
                 fields, err.message);
    if (value && is_json) {
        cr_assert(decode_base64(bytes_of(space + 1), &expected));
        js_write(value, &written);
        cr_expect(bytes_equal(buf_bytes(&written), buf_bytes(&expected)),
                  "base64 of the text: %.*s\nwritten  %s\nexpected %s", (int)(space - fields),
                  fields, buf_text(&written), buf_text(&expected));
    }
    js_free(value);
    buf_clear(&text);
    buf_clear(&expected);
    buf_clear(&written);
}

/* Checks every line the script prints; returns how many there were. */
static size_t check_all(FILE *script)
{
    size_t count = 0;
    char *line = NULL;
    size_t size = 0;
    for (ssize_t len = getline(&line, &size, script); len > 2;
         len = getline(&line, &size, script)) {
        line[len - 1] = '\0';
        if (line[0] == 'N')
            check_number(line + 2);
        else
            check_text(line + 2);
        count++;
    }
    free(line);
    return count;
}

static void compare_with_node(int seed)
{
    NEED_TOOL("node", "JSON beside its own");
    char *command = mem_format("node harness/tests/panora/js_cases.mjs %d", seed);
    FILE *script = popen(command, "r");
    free(command);
    cr_assert_not_null(script);
    cr_expect_gt(check_all(script), CASES_MIN, "the script gave too few cases");
    cr_expect_eq(pclose(script), 0, "the script failed");
}

Test(panora_js_node, reads_and_writes_as_node_does)
{
    compare_with_node(1);
}

/* HOOKCHECK_JS_SEED tries other inputs than those of every day. */
Test(panora_js_node, reads_and_writes_as_node_does_for_another_seed)
{
    const char *seed = getenv("HOOKCHECK_JS_SEED");
    compare_with_node(seed ? (int)strtol(seed, NULL, 10) : 2);
}
