/* `hookcheck fixtures` as a user runs it: folders, secrets, streams, and what it refuses. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/resource.h"
#include "panora/js.h"
#include "sign/secret.h"
#include "sign/signature.h"
#include "tests/support/json_schema.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(corpus_fixtures, .timeout = 120);

/* A fresh folder that goes when the test ends. */
struct place {
    char top[64];
    char *folder; /* in it; not there yet */
};

static void place_init(struct place *place)
{
    (void)strcpy(place->top, "/tmp/hookcheck-fixtures-XXXXXX");
    cr_assert_not_null(mkdtemp(place->top));
    place->folder = mem_format("%s/corpus", place->top);
}

/* Takes ownership of `command`. */
static int shell(char *command)
{
    struct buf out = {0};
    int code = shell_run(command, &out);
    buf_clear(&out);
    free(command);
    return code;
}

static void place_clear(struct place *place)
{
    struct buf out = {0};
    char *command = mem_format("rm -rf '%s'", place->top);
    cr_expect_eq(shell_run(command, &out), 0);
    free(command);
    free(place->folder);
    buf_clear(&out);
}

static void fixtures(const char *const *arguments, const char *const *env, struct program_end *end)
{
    run_hookcheck_with(arguments, env, (struct bytes){NULL, 0}, end);
}

#define FIXTURES(end, ...)                                                                         \
    fixtures((const char *const[]){"fixtures", __VA_ARGS__, NULL}, NULL, (end))

static json_t *manifest_of(const char *folder, const char *sub)
{
    char *path = mem_format("%s/%s/manifest.json", folder, sub);
    json_t *manifest = json_load_file(path, 0, NULL);
    cr_assert_not_null(manifest, "%s", path);
    free(path);
    return manifest;
}

Test(corpus_fixtures, what_is_listed_holds_by_an_independent_verifier)
{
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "the corpus by an independent verifier");
    struct place place;
    struct program_end end;
    struct buf out = {0};
    place_init(&place);
    FIXTURES(&end, place.folder, "--events", "crm.contact.created,crm.deal.pulled", "--count", "2");
    cr_assert_eq(end.code, 0, "%s", buf_text(&end.err));
    cr_expect_eq(end.err.len, 0, "%s", buf_text(&end.err));
    char *command = mem_format("python3 harness/tests/corpus/check_corpus.py '%s' '%s' 2>&1",
                               place.folder, SECRET_PUBLISHED);
    cr_expect_eq(shell_run(command, &out), 0, "%s", buf_text(&out));
    free(command);
    buf_clear(&out);
    program_end_clear(&end);
    place_clear(&place);
}

Test(corpus_fixtures, every_event_type_has_a_folder_and_the_manifests_keep_to_their_schema)
{
    NEED_HOOKCHECK();
    struct place place;
    struct program_end end;
    struct error err = {0};
    place_init(&place);
    FIXTURES(&end, place.folder, "--only", "panora/delivery/accepts-an-event");
    cr_assert_eq(end.code, 0, "%s", buf_text(&end.err));
    json_t *manifest = manifest_of(place.folder, ".");
    json_t *one = manifest_of(place.folder, "crm.contact.created");
    char *path = mem_format("%s/manifest.schema.json", place.folder);
    json_t *schema = json_load_file(path, 0, NULL);
    cr_assert_not_null(schema);
    cr_expect(json_schema_check(schema, manifest, &err), "%s", err.message);
    cr_expect(json_schema_check(schema, one, &err), "%s", err.message);
    cr_expect_gt(json_array_size(json_object_get(manifest, "fixtures")), 200);
    cr_expect_eq(json_array_size(json_object_get(one, "fixtures")), 2);
    cr_expect_str_eq(json_string_value(json_object_get(manifest, "secret")), SECRET_PUBLISHED);
    json_decref(schema);
    json_decref(manifest);
    json_decref(one);
    free(path);
    program_end_clear(&end);
    place_clear(&place);
}

Test(corpus_fixtures, the_same_seed_and_secret_give_the_same_bytes_and_others_do_not)
{
    NEED_HOOKCHECK();
    struct place place;
    struct program_end end;
    struct buf out = {0};
    place_init(&place);
    static const char *const seeds[] = {"7", "7", "8"};
    for (int i = 0; i < 3; i++) {
        char *folder = mem_format("%s/%d", place.top, i);
        FIXTURES(&end, folder, "--seed", seeds[i], "--events", "crm.deal.created", "--format",
                 "ndjson");
        cr_expect_eq(end.code, 0, "%s", buf_text(&end.err));
        program_end_clear(&end);
        free(folder);
    }
    char *same = mem_format("diff -r %s/0 %s/1", place.top, place.top);
    char *other = mem_format("diff -rq %s/0 %s/2", place.top, place.top);
    cr_expect_eq(shell_run(same, &out), 0, "%s", buf_text(&out));
    cr_expect_eq(shell_run(other, &out), 1);
    free(same);
    free(other);
    buf_clear(&out);
    place_clear(&place);
}

static mode_t mode_of(const char *folder, const char *name)
{
    struct stat about = {0};
    char *path = mem_format("%s/%s", folder, name);
    cr_expect_eq(stat(path, &about), 0, "%s", path);
    free(path);
    return about.st_mode & 0777;
}

Test(corpus_fixtures, the_users_own_secret_is_in_no_file_and_only_the_user_can_read_them)
{
    NEED_HOOKCHECK();
    static const char *const env[] = {"HOOKCHECK_SECRET=whsec_my_own_0123456789", NULL};
    struct place place;
    struct program_end end;
    struct buf out = {0};
    place_init(&place);
    fixtures((const char *const[]){"fixtures", place.folder, "--events", "crm.deal.created",
                                   "--format", "har", NULL},
             env, &end);
    cr_assert_eq(end.code, 0, "%s", buf_text(&end.err));
    cr_expect_not_null(strstr(buf_text(&end.err), "signed with your own secret"));
    cr_expect_eq(mode_of(place.folder, "."), 0700);
    cr_expect_eq(mode_of(place.folder, "crm.deal.push"), 0700);
    cr_expect_eq(mode_of(place.folder, "manifest.json"), 0600);
    cr_expect_eq(mode_of(place.folder, "crm.deal.push/text-genuine.body"), 0600);
    cr_expect_eq(mode_of(place.folder, "crm.deal.push/events.har"), 0600);
    char *command = mem_format("grep -rl whsec_my_own '%s'", place.folder);
    cr_expect_eq(shell_run(command, &out), 1, "the secret is in %s", buf_text(&out));
    json_t *manifest = manifest_of(place.folder, ".");
    cr_expect(json_is_null(json_object_get(manifest, "secret")));
    json_decref(manifest);
    free(command);
    buf_clear(&out);
    program_end_clear(&end);
    place_clear(&place);
}

Test(corpus_fixtures, a_folder_that_is_not_empty_is_refused_and_left_alone_without_force)
{
    NEED_HOOKCHECK();
    struct place place;
    struct program_end end;
    place_init(&place);
    cr_assert_eq(shell(mem_format("mkdir -p '%s' && echo mine > '%s/notes.txt'", place.folder,
                                  place.folder)),
                 0);
    FIXTURES(&end, place.folder, "--events", "crm.deal.created");
    cr_expect_eq(end.code, 2);
    cr_expect_not_null(strstr(buf_text(&end.err), "is not empty"), "%s", buf_text(&end.err));
    program_end_clear(&end);
    cr_expect_eq(shell(mem_format("test \"$(ls '%s')\" = corpus && test \"$(ls '%s')\" = notes.txt",
                                  place.top, place.folder)),
                 0);
    FIXTURES(&end, place.folder, "--events", "crm.deal.created,crm.contact.created", "--force");
    cr_expect_eq(end.code, 0, "%s", buf_text(&end.err));
    program_end_clear(&end);
    FIXTURES(&end, place.folder, "--events", "crm.deal.created", "--force");
    cr_expect_eq(end.code, 0, "%s", buf_text(&end.err));
    program_end_clear(&end);
    cr_expect_eq(shell(mem_format(
                     "test \"$(cat '%s/notes.txt')\" = mine && test ! -e '%s/crm.contact.created'",
                     place.folder, place.folder)),
                 0);
    cr_expect_eq(
        shell(mem_format("test -s '%s/crm.deal.push/manifest.json' && test \"$(ls '%s')\" = corpus",
                         place.folder, place.top)),
        0);
    place_clear(&place);
}

Test(corpus_fixtures, a_signal_or_a_full_disk_leaves_nothing_behind)
{
    NEED_HOOKCHECK();
    struct place place;
    struct buf out = {0};
    place_init(&place);
    char *interrupted =
        mem_format("'%s' fixtures '%s' & p=$!; "
                   "while kill -0 $p && ! ls -d '%s'/corpus.* >/dev/null 2>&1; do :; done; "
                   "kill -TERM $p; wait $p; echo $?; ls -A '%s'",
                   hookcheck_path(), place.folder, place.top, place.top);
    cr_expect_eq(shell_run(interrupted, &out), 0);
    cr_expect_str_eq(buf_text(&out), "130\n");
    buf_reset(&out);
    /* a limit on the size of files fails as a full disk does: in the middle of a write */
    char *full =
        mem_format("(ulimit -f 64; trap '' XFSZ; '%s' fixtures '%s' 2>&1); echo $?; ls -A '%s'",
                   hookcheck_path(), place.folder, place.top);
    cr_expect_eq(shell_run(full, &out), 0);
    cr_expect_not_null(strstr(buf_text(&out), "cannot write"), "%s", buf_text(&out));
    cr_expect_not_null(strstr(buf_text(&out), "\n6\n"), "%s", buf_text(&out));
    cr_expect_null(strstr(buf_text(&out), "\ncorpus"), "%s", buf_text(&out));
    free(interrupted);
    free(full);
    buf_clear(&out);
    place_clear(&place);
}

/* --- streams --- */

static void check_line(struct js *line, struct js *seen_before)
{
    struct bytes body = js_string(js_get(line, "body"));
    const struct js *headers = js_get(line, "headers");
    struct error err = {0};
    cr_expect(bytes_equal(js_string(js_get(line, "expect")), bytes_of("accept")));
    cr_expect_eq(signature_verify(bytes_of(SECRET_PUBLISHED), body,
                                  js_string(js_get(headers, "Panora-Signature")), &err),
                 VERIFICATION_VALID, "%s", err.message);
    char *length = mem_format("%zu", body.len);
    cr_expect(bytes_equal(js_string(js_get(headers, "Content-Length")), bytes_of(length)));
    free(length);
    if (!seen_before)
        return;
    cr_expect_not(bytes_equal(js_string(js_get(js_get(seen_before, "headers"), "Panora-Signature")),
                              js_string(js_get(headers, "Panora-Signature"))));
}

static size_t check_stream(const char *dialect, const char *count, const char *option,
                           const char *value)
{
    struct program_end end;
    struct js *before = NULL;
    size_t lines = 0;
    FIXTURES(&end, "--format", "ndjson", "--count", count, "--dialect", dialect, option, value,
             "-");
    cr_assert_eq(end.code, 0, "%s", buf_text(&end.err));
    cr_expect_eq(end.err.len, 0, "%s", buf_text(&end.err));
    char *rest = NULL;
    for (char *text = strtok_r(end.out.data, "\n", &rest); text;
         text = strtok_r(NULL, "\n", &rest)) {
        struct js *line = js_parse(bytes_of(text), NULL);
        cr_assert_not_null(line, "%s", text);
        check_line(line, before);
        js_free(before);
        before = line;
        lines++;
    }
    js_free(before);
    program_end_clear(&end);
    return lines;
}

Test(corpus_fixtures, every_line_of_a_stream_is_a_distinct_event_that_verifies)
{
    NEED_HOOKCHECK();
    cr_expect_eq(check_stream("text", "1000", "--seed", "3"), 1000);
    cr_expect_eq(check_stream("object", "1000", "--seed", "4"), 1000);
    cr_expect_eq(check_stream("both", "20", "--size", "700"), 20);
    cr_expect_eq(check_stream("text", "20", "--events", "crm.contact.created"), 20);
    cr_expect_eq(check_stream("both", "6", "--size", "40000"), 6);
}

Test(corpus_fixtures, a_stream_is_distinct_throughout_and_the_same_again)
{
    NEED_HOOKCHECK();
    struct buf out = {0};
    char *command =
        mem_format("'%s' fixtures --format ndjson --count 20000 - | "
                   "grep -o 'Panora-Signature\":\"[0-9a-f]*' | sort -u | wc -l | tr -d ' '",
                   hookcheck_path());
    cr_expect_eq(shell_run(command, &out), 0);
    cr_expect_str_eq(buf_text(&out), "20000\n");
    free(command);
    buf_reset(&out);
    command = mem_format("a=$('%s' fixtures --format ndjson --count 999 - | cksum); "
                         "b=$('%s' fixtures --format ndjson --count 999 - | cksum); "
                         "c=$('%s' fixtures --seed 2 --format ndjson --count 999 - | cksum); "
                         "test \"$a\" = \"$b\" && test \"$a\" != \"$c\"",
                         hookcheck_path(), hookcheck_path(), hookcheck_path());
    cr_expect_eq(shell_run(command, &out), 0);
    free(command);
    buf_clear(&out);
}

Test(corpus_fixtures, a_stream_that_cannot_be_written_is_a_failure)
{
    NEED_HOOKCHECK();
    struct buf out = {0};
    char *command = mem_format("'%s' fixtures --format ndjson --count 9999 - 2>&1 > /dev/full",
                               hookcheck_path());
    cr_expect_eq(shell_run(command, &out), 6);
    cr_expect_not_null(strstr(buf_text(&out), "No space left"), "%s", buf_text(&out));
    free(command);
    buf_clear(&out);
}

Test(corpus_fixtures, the_users_own_data_is_sent_as_javascript_writes_it)
{
    NEED_HOOKCHECK();
    char *path = shell_temporary(bytes_of("{\"b\": 1.0, \"7\": [1E400], \"id\": "
                                          "\"aa5a55ba-fc08-4e93-9431-dad2a9ad5741\"}"));
    struct program_end end;
    FIXTURES(&end, "--data", path, "--format", "ndjson", "--count", "2", "--dialect", "object",
             "--events", "crm.deal.created", "-");
    cr_expect_eq(end.code, 0, "%s", buf_text(&end.err));
    cr_expect_not_null(strstr(buf_text(&end.out), "{\\\"7\\\":[null],\\\"b\\\":1,\\\"id\\\":"),
                       "%s", buf_text(&end.out));
    program_end_clear(&end);
    cr_expect_eq(unlink(path), 0);
    free(path);
}

/* --- what is refused --- */

struct refusal {
    const char *arguments[8];
    const char *message;
};

Test(corpus_fixtures, wrong_use_is_one_sentence_and_exit_2)
{
    NEED_HOOKCHECK();
    static const struct refusal refusals[] = {
        {{"fixtures", NULL}, "the folder to write"},
        {{"fixtures", "-", NULL}, "--format is required"},
        {{"fixtures", "-", "--format", "http", NULL}, "can represent only one request"},
        {{"fixtures", "x", "--format", "harr", NULL}, "did you mean \"har\"?"},
        {{"fixtures", "x", "--events", "crm.contact.creatd", NULL}, "crm.contact.created"},
        {{"fixtures", "x", "--only", "nothing/*", NULL}, "no fixture was selected"},
        {{"fixtures", "x", "--size", "0", NULL}, "--size"},
        {{"fixtures", "x", "--count", "0", NULL}, "--count"},
        {{"fixtures", "x", "--size", "9", "--data", "y", NULL}, "exclude each other"},
        {{"fixtures", "/nowhere/at/all", NULL}, "No such file"},
        {{"fixtures", "/dev/null", NULL}, "is not a folder"},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct program_end end;
        fixtures(refusals[i].arguments, NULL, &end);
        cr_expect_eq(end.code, 2, "%zu: %d", i, end.code);
        cr_expect_not_null(strstr(buf_text(&end.err), refusals[i].message), "%zu: %s", i,
                           buf_text(&end.err));
        cr_expect_neq(access("x", F_OK), 0);
        program_end_clear(&end);
    }
}

Test(corpus_fixtures, count_means_the_same_in_every_format)
{
    NEED_HOOKCHECK();
    static const char *const formats[] = {"har", "curl", "go-test", "pytest", "ndjson", "k6"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct program_end end;
        size_t count = 0;
        RUN(&end, "fixtures", "-", "--count", "3", "--events",
            "crm.contact.created,crm.deal.created", "--format", formats[i]);
        cr_expect_eq(end.code, 0, "%s", formats[i]);
        for (const char *at = buf_text(&end.out); (at = strstr(at, "id_event")); at++)
            count++;
        cr_expect_eq(count, 3, "%s: %zu", formats[i], count);
        program_end_clear(&end);
    }
}
