#include "receive/journal.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/skip.h"
#include "tests/support/started_receiver.h"

TestSuite(receive_journal, .timeout = 120);

struct folder {
    char path[64];
    char *journal;
};

static void folder_begin(struct folder *folder)
{
    (void)strcpy(folder->path, "/tmp/hookcheck-test-XXXXXX");
    cr_assert_not_null(mkdtemp(folder->path));
    folder->journal = mem_format("%s/journal.ndjson", folder->path);
}

static void folder_end(struct folder *folder)
{
    (void)unlink(folder->journal);
    (void)rmdir(folder->path);
    free(folder->journal);
}

/* The lines of the journal; each must be a JSON object by itself. */
static json_t *read_lines(const struct folder *folder)
{
    struct buf text = {0};
    struct error err = {0};
    json_t *lines = json_array();
    cr_assert(file_read(folder->journal, 1 << 20, &text, &err), "%s", err.message);
    char *at = text.data;
    for (char *end = at ? strchr(at, '\n') : NULL; end; at = end + 1, end = strchr(at, '\n')) {
        json_t *line = json_loadb(at, (size_t)(end - at), JSON_REJECT_DUPLICATES, NULL);
        cr_expect(json_is_object(line), "%.*s", (int)(end - at), at);
        (void)json_array_append_new(lines, line);
    }
    cr_expect(!at || *at == '\0', "the last line is complete");
    buf_clear(&text);
    return lines;
}

static void expect_body(const json_t *line, struct bytes body)
{
    struct buf decoded = {0};
    const char *text = json_string_value(json_object_get(line, "body_base64"));
    cr_expect(decode_base64(bytes_of(text), &decoded), "%s", text);
    cr_expect(bytes_equal(buf_bytes(&decoded), body), "\"%s\"", buf_text(&decoded));
    buf_clear(&decoded);
}

static int64_t some_day(void)
{
    return 1719835200123;
}

Test(receive_journal, holds_every_request_as_it_arrived)
{
    struct folder folder;
    struct started_receiver started;
    struct buf request = {0};
    folder_begin(&folder);
    const struct receiver_options options = {.journal = folder.journal, .wall_ms = some_day};
    const struct posting genuine = {.headers = "x-ODD: caf\xc3\xa9\r\nX-Odd: caf\xe9\r\n"};
    const struct posting forged = {.key = "other"};
    const struct posting get = {.method = "GET", .no_signature = true, .body = ""};
    started_begin(&started, &options);
    cr_expect_eq(post_status(&started, &genuine), 204);
    cr_expect_eq(post_status(&started, &forged), 401);
    cr_expect_eq(post_status(&started, &get), 405);
    started_end(&started);

    json_t *lines = read_lines(&folder);
    cr_assert_eq(json_array_size(lines), 3);
    json_t *line = json_array_get(lines, 0);
    char *headers = json_dumps(json_object_get(line, "headers"), JSON_COMPACT);
    posting_write(&genuine, &request);
    cr_expect(strstr(headers, "[\"Host\",\"localhost\"],[\"Content-Type\",\"application/json\"]"));
    cr_expect(strstr(headers, "[\"x-ODD\",\"caf\xc3\xa9\"],[\"X-Odd\",\"caf\xc3\xa9\",\"latin1\"]"),
              "%s", headers);
    expect_body(line, bytes_of(strstr(buf_text(&request), "\r\n\r\n") + 4));
    cr_expect_eq(json_integer_value(json_object_get(line, "n")), 1);
    cr_expect_eq(json_integer_value(json_object_get(line, "connection")), 1);
    cr_expect_eq(json_integer_value(json_object_get(line, "status")), 204);
    cr_expect_str_eq(json_string_value(json_object_get(line, "time")), "2024-07-01T12:00:00.123Z");
    cr_expect_str_eq(json_string_value(json_object_get(line, "method")), "POST");
    cr_expect_str_eq(json_string_value(json_object_get(line, "target")), "/hook");
    cr_expect_str_eq(json_string_value(json_object_get(line, "version")), "HTTP/1.1");
    cr_expect(json_is_true(json_object_get(line, "verified")));
    cr_expect(json_is_false(json_object_get(json_array_get(lines, 1), "verified")));
    cr_expect(json_is_null(json_object_get(json_array_get(lines, 2), "verified")));
    cr_expect_eq(json_integer_value(json_object_get(json_array_get(lines, 2), "connection")), 3);
    free(headers);
    json_decref(lines);
    buf_clear(&request);
    folder_end(&folder);
}

Test(receive_journal, tells_the_truth_about_signatures_whatever_the_fault)
{
    struct folder folder;
    struct started_receiver started;
    folder_begin(&folder);
    const struct receiver_options options = {
        .journal = folder.journal, .faults = (const char *const[]){"A01"}, .num_faults = 1};
    const struct posting forged = {.key = "other"};
    started_begin(&started, &options);
    cr_expect_eq(post_status(&started, &forged), 204);
    started_end(&started);
    json_t *lines = read_lines(&folder);
    cr_expect(json_is_false(json_object_get(json_array_get(lines, 0), "verified")));
    json_decref(lines);
    folder_end(&folder);
}

Test(receive_journal, has_a_line_for_what_is_no_request)
{
    struct folder folder;
    struct started_receiver started;
    struct client client;
    struct reply reply;
    folder_begin(&folder);
    const struct receiver_options options = {.journal = folder.journal};
    started_begin(&started, &options);
    client_open(&client, receiver_port(started.receiver));
    (void)client_send(&client, bytes_of("POST /x HTTP/1.1\r\nA : b\r\n\r\n"));
    client_read(&client, PATIENCE_MS, &reply);
    reply_clear(&reply);
    client_close(&client);
    client_open(&client, receiver_port(started.receiver));
    (void)client_send(&client, bytes_of("\x80\r\n"));
    client_read(&client, PATIENCE_MS, &reply);
    reply_clear(&reply);
    client_close(&client);
    started_end(&started);
    json_t *lines = read_lines(&folder);
    cr_assert_eq(json_array_size(lines), 2);
    const json_t *line = json_array_get(lines, 0);
    cr_expect_str_eq(json_string_value(json_object_get(line, "target")), "/x");
    cr_expect(strstr(json_string_value(json_object_get(line, "problem")), "colon"));
    cr_expect(json_is_null(json_object_get(json_array_get(lines, 1), "method")));
    json_decref(lines);
    folder_end(&folder);
}

Test(receive_journal, adds_to_what_is_there)
{
    struct folder folder;
    struct error err = {0};
    const struct headers none = {0};
    const struct inbound request = {.method = "GET", .target = "/", .headers = &none, .number = 1};
    const struct journal_entry entry = {.request = &request, .secret = bytes_of("s")};
    folder_begin(&folder);
    for (int i = 0; i < 2; i++) {
        struct journal *journal = journal_open(folder.journal, &err);
        cr_assert_not_null(journal, "%s", err.message);
        journal_add(journal, &entry);
        journal_close(journal);
    }
    json_t *lines = read_lines(&folder);
    cr_expect_eq(json_array_size(lines), 2);
    json_decref(lines);
    folder_end(&folder);
}

Test(receive_journal, is_for_its_owner_alone_and_holds_whole_lines_only)
{
    struct folder folder;
    struct error err = {0};
    struct stat about;
    const struct headers none = {0};
    const struct inbound request = {.method = "GET", .target = "/", .headers = &none, .number = 1};
    const struct journal_entry entry = {.request = &request, .secret = bytes_of("s")};
    folder_begin(&folder);
    struct journal *journal = journal_open(folder.journal, &err);
    cr_assert_not_null(journal, "%s", err.message);
    journal_add(journal, &entry);
    journal_close(journal);
    cr_assert_eq(stat(folder.journal, &about), 0);
    cr_expect_eq(about.st_mode & 0777, 0600);
    cr_assert_eq(truncate(folder.journal, about.st_size - 1), 0); /* torn while it was written */
    journal = journal_open(folder.journal, &err);
    cr_assert_not_null(journal, "%s", err.message);
    cr_assert_eq(stat(folder.journal, &about), 0);
    cr_expect_eq(about.st_size, 0);
    journal_add(journal, &entry);
    journal_close(journal);
    json_t *lines = read_lines(&folder);
    cr_expect_eq(json_array_size(lines), 1);
    json_decref(lines);
    folder_end(&folder);
}

/* Its last line would be taken for a torn one. */
Test(receive_journal, changes_no_file_that_is_none)
{
    struct error err = {0};
    struct buf left = {0};
    char *path = shell_temporary(bytes_of("first line\nlast line without an end"));
    cr_assert_not_null(path);
    cr_expect_null(journal_open(path, &err));
    cr_expect_not_null(strstr(err.message, "it is not a journal"), "%s", err.message);
    cr_assert(file_read(path, 1000, &left, &err));
    cr_expect_str_eq(buf_text(&left), "first line\nlast line without an end");
    buf_clear(&left);
    (void)unlink(path);
    free(path);
}

/* As on a full disk: a long line does not fit, a short one may again. */
Test(receive_journal, says_once_that_it_cannot_be_written_and_goes_on)
{
    struct buf out = {0};
    NEED_HOOKCHECK();
    NEED_TOOL("mkfifo", "a journal that is full");
    int code =
        shell_run("d=$(mktemp -d); cd $d; mkfifo said; export HOOKCHECK_SECRET=whsec_full; "
                  "(ulimit -f 16; exec \"$HOOKCHECK_BIN\" receive --listen 127.0.0.1:0 --journal j "
                  ">said 2>err) & r=$!; "
                  "url=$(sed -n 's/^listening on //;T;p;q' said); "
                  "printf '{\"a\":\"%9000s\"}' x >long; printf '{}' >short; "
                  "for data in short long short long short long; do "
                  "\"$HOOKCHECK_BIN\" send $url --data $data >/dev/null || echo refused; done; "
                  "kill $r; wait $r; grep -c 'journal cannot be written' err; tail -c 1 j | od -An "
                  "-c; cd /; rm -r $d",
                  &out);
    cr_expect_eq(code, 0);
    cr_expect_str_eq(buf_text(&out), "1\n  \\n\n", "%s", buf_text(&out));
    buf_clear(&out);
}

/* "tf": whether each of the requests was processed. */
static void expect_processed(const char *fault, const struct posting *postings, const char *wanted)
{
    struct folder folder;
    struct started_receiver started;
    folder_begin(&folder);
    const struct receiver_options options = {.journal = folder.journal,
                                             .journal_brief = true,
                                             .faults = &fault,
                                             .num_faults = fault ? 1 : 0};
    started_begin(&started, &options);
    for (size_t i = 0; wanted[i]; i++)
        (void)post_status(&started, &postings[i]);
    started_end(&started);
    json_t *lines = read_lines(&folder);
    cr_assert_eq(json_array_size(lines), strlen(wanted));
    for (size_t i = 0; wanted[i]; i++) {
        const json_t *line = json_array_get(lines, i);
        cr_expect_eq(json_is_true(json_object_get(line, "processed")), wanted[i] == 't',
                     "%s, request %zu", fault ? fault : "right", i);
        cr_expect_str_eq(json_string_value(json_object_get(line, "id_event")), postings[i].id);
        cr_expect_null(json_object_get(line, "body_base64"), "it is brief");
    }
    json_decref(lines);
    folder_end(&folder);
}

/* A genuine event, the same again, a forgery, and the genuine event with the forgery's id. */
static const struct posting story[] = {
    {.id = "one"}, {.id = "one"}, {.id = "two", .key = "other"}, {.id = "two"}};

Test(receive_journal, says_what_was_processed)
{
    expect_processed(NULL, story, "tfft");
    expect_processed("A01", story, "tftf");
    expect_processed("A17", story, "tftf");
    expect_processed("A18", story, "tfft");
    expect_processed("G13", story, "ffff");
    expect_processed("G14", story, "ttft");
}
