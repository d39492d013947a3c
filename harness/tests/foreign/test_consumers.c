/*
 * The sample verifiers in other languages, over the whole bundle of vectors: proof of the vectors,
 * and of the samples that people copy. A runtime that is not there is skipped, and said.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/bytes.h"
#include "base/mem.h"
#include "panora/js.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"
#include "tests/support/vectors.h"

TestSuite(foreign_consumers, .timeout = 120);

#define VECTORS   "fixtures/vectors/vectors.json"
#define COLLECTED "fixtures/vectors/collected.json"
#define CONSUMERS "fixtures/vectors/consumers/"
#define SNIPPETS  "fixtures/snippets/"
/* Go wants all files of a program in one directory, and what javac makes needs one. */
#define IN_TEMPORARY "d=$(mktemp -d) && trap 'rm -r \"$d\"' EXIT && "

struct consumer {
    const char *runtime;
    const char *command;
};

static const struct consumer consumers[] = {
    {"node", "node " CONSUMERS "verify.mjs"},
    {"python3", "python3 " CONSUMERS "verify.py"},
    {"ruby", "ruby " CONSUMERS "verify.rb"},
    {"php", "php " CONSUMERS "verify.php"},
    {"go",
     IN_TEMPORARY "cp " SNIPPETS "panora_signature.go " CONSUMERS "verify.go \"$d\" && "
                  "GO111MODULE=off GOFLAGS= go run \"$d\"/panora_signature.go \"$d\"/verify.go"},
    {"javac",
     IN_TEMPORARY "javac -d \"$d\" " SNIPPETS "PanoraSignature.java " CONSUMERS "verify.java && "
                  "java -cp \"$d\" Main"},
};

static bool have(const struct consumer *consumer)
{
    bool found = shell_has(consumer->runtime);
    if (!found)
        skip_note("the sample verifier for %s: not on this machine", consumer->runtime);
    return found;
}

static int run(const struct consumer *consumer, const char *file, struct buf *out)
{
    char *command = mem_format("%s %s 2>&1", consumer->command, file);
    int code = shell_run(command, out);
    free(command);
    return code;
}

static void check_file(const char *path)
{
    struct js *file = vectors_read(path);
    cr_assert_not_null(file, "run from the top of the project: no %s", path);
    char *expected =
        mem_format("%.0f passed, 0 failed\n", js_number(js_get(file, "numberOfTests")));
    for (size_t i = 0; i < ARRAY_LEN(consumers); i++) {
        struct buf out = {0};
        if (!have(&consumers[i]))
            continue;
        cr_expect_eq(run(&consumers[i], path, &out), 0, "%s", consumers[i].command);
        cr_expect_str_eq(buf_text(&out), expected, "%s: %s", consumers[i].command, buf_text(&out));
        buf_clear(&out);
    }
    free(expected);
    js_free(file);
}

Test(foreign_consumers, every_vector_holds_in_every_language)
{
    check_file(VECTORS);
    check_file(COLLECTED);
}

/* A forgery declared right, a genuine event declared wrong: each sample must see both. */
Test(foreign_consumers, a_wrong_bundle_is_seen_in_every_language)
{
    static const char wrong[] =
        "{\"testGroups\":[{\"secret\":\"s\",\"dialect\":\"text\",\"tests\":["
        "{\"tcId\":\"forged\",\"body\":\"eyJkYXRhIjoieyJ9\",\"signature\":\"00\","
        "\"result\":\"valid\"},"
        "{\"tcId\":\"missing\",\"body\":\"eyJkYXRhIjoieyJ9\",\"signature\":null,"
        "\"result\":\"valid\"},"
        "{\"tcId\":\"genuine\",\"body\":\"eyJkYXRhIjoieyJ9\",\"signature\":"
        "\"e90993bf15131d5130555f2ad4971454cdea55ec82cc2374f69f136db6eb3d47\","
        "\"result\":\"invalid\"}]}]}";
    char *path = shell_temporary(bytes_of(wrong));
    cr_assert_not_null(path);
    for (size_t i = 0; i < ARRAY_LEN(consumers); i++) {
        struct buf out = {0};
        if (!have(&consumers[i]))
            continue;
        cr_expect_eq(run(&consumers[i], path, &out), 1, "%s", consumers[i].command);
        cr_expect_not_null(bytes_find(buf_bytes(&out), bytes_of("0 passed, 3 failed")), "%s: %s",
                           consumers[i].command, buf_text(&out));
        buf_clear(&out);
    }
    cr_expect_eq(remove(path), 0);
    free(path);
}
