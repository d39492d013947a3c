#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/endpoint_options.h"
#include "tests/support/run_program.h"
#include "tests/support/running.h"
#include "tests/support/shell_run.h"

TestSuite(cli_endpoint_options, .timeout = 120);

static bool read_options(struct endpoint_choice *choice, struct arguments *arguments,
                         const char *const *words, struct error *err)
{
    static const struct option_set *const sets[] = {&endpoint_options};
    int argc = 0;
    while (words[argc])
        argc++;
    *arguments = (struct arguments){0};
    cr_assert(arguments_parse(arguments, sets, 1, argc, (char **)words, err), "%s", err->message);
    return endpoint_choice_read(choice, arguments, err);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(cli_endpoint_options, hands_everything_to_the_engine)
{
    struct endpoint_choice choice;
    struct arguments arguments;
    struct error err = {0};
    cr_assert(read_options(&choice, &arguments,
                           WORDS("--cacert", "ca", "--cert", "c", "--key", "k", "-k", "--resolve",
                                 "a:1:b", "--resolve", "c:2:d", "--connect-to", "e", "--proxy",
                                 "http://p", "-6"),
                           &err));
    cr_expect_str_eq(choice.engine.cacert, "ca");
    cr_expect_str_eq(choice.engine.cert, "c");
    cr_expect_str_eq(choice.engine.key, "k");
    cr_expect(choice.engine.insecure);
    cr_expect_eq(choice.engine.num_resolve, 2);
    cr_expect_str_eq(choice.engine.resolve[1], "c:2:d");
    cr_expect_eq(choice.engine.num_connect_to, 1);
    cr_expect_str_eq(choice.engine.connect_to[0], "e");
    cr_expect_str_eq(choice.engine.proxy, "http://p");
    cr_expect_eq(choice.engine.ip_version, 6);
    endpoint_choice_clear(&choice);
    arguments_clear(&arguments);
}

Test(cli_endpoint_options, header_values_and_the_credentials_in_them_are_secret)
{
    struct endpoint_choice choice;
    struct arguments arguments;
    struct error err = {0};
    cr_assert(read_options(&choice, &arguments,
                           WORDS("--header", "Authorization:  Bearer abc ", "-H", "X-Key:k"),
                           &err));
    cr_assert_eq(choice.engine.extra_headers.count, 2);
    cr_expect_str_eq(choice.engine.extra_headers.items[0].name, "Authorization");
    cr_expect_str_eq(choice.engine.extra_headers.items[0].value, "Bearer abc");
    cr_expect_str_eq(choice.engine.extra_headers.items[1].value, "k");
    static const struct {
        const char *in, *shown;
    } hidden[] = {{"Bearer abc", "$HOOKCHECK_HEADER_1"},
                  {"abc", "$HOOKCHECK_HEADER_1"},
                  {"k", "$HOOKCHECK_HEADER_2"}};
    for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
        char *shown = redacted_text(sink_redactor(), hidden[i].in);
        cr_expect_str_eq(shown, hidden[i].shown);
        free(shown);
    }
    sink_forget();
    endpoint_choice_clear(&choice);
    arguments_clear(&arguments);
}

Test(cli_endpoint_options, headers_come_from_a_file_too)
{
    struct endpoint_choice choice;
    struct arguments arguments;
    struct error err = {0};
    char *path = shell_temporary(bytes_of("A: 1\r\n\nB:  two words \n"));
    char *word = mem_format("@%s", path);
    cr_assert(read_options(&choice, &arguments, WORDS("--header", word), &err), "%s", err.message);
    cr_assert_eq(choice.engine.extra_headers.count, 2);
    cr_expect_str_eq(choice.engine.extra_headers.items[0].value, "1");
    cr_expect_str_eq(choice.engine.extra_headers.items[1].value, "two words");
    endpoint_choice_clear(&choice);
    arguments_clear(&arguments);
    (void)unlink(path);
    free(path);
    free(word);
}

Test(cli_endpoint_options, a_wrong_line_of_a_file_is_named_by_its_number_and_not_repeated)
{
    struct endpoint_choice choice;
    struct arguments arguments;
    struct error err = {0};
    char *path = shell_temporary(bytes_of("A: 1\n\nhunter2\n"));
    char *word = mem_format("@%s", path);
    char *said = mem_format("--header: %s: line 3: a header is written 'Name: value'; this one has "
                            "no colon",
                            path);
    cr_expect_not(read_options(&choice, &arguments, WORDS("--header", word), &err));
    cr_expect_str_eq(err.message, said);
    endpoint_choice_clear(&choice);
    arguments_clear(&arguments);
    (void)unlink(path);
    free(path);
    free(word);
    free(said);
}

Test(cli_endpoint_options, refuses_what_is_no_header_or_is_panoras_own)
{
    static const char *const rows[] = {
        "no colon",
        ": value",
        "a b: value",
        "caf\xc3\xa9: 1",
        "A: one\r\nB: 2",
        "A: \x01",
        "Panora-Signature: x",
        "panora-signature: x",
        "Content-Length: 1",
        "Transfer-Encoding: chunked",
        "Host: other",
        "@/nowhere/at/all",
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct endpoint_choice choice;
        struct arguments arguments;
        struct error err = {0};
        cr_expect_not(read_options(&choice, &arguments, WORDS("--header", rows[i]), &err), "%s",
                      rows[i]);
        cr_expect(strncmp(err.message, "--header: ", 10) == 0, "%s: %s", rows[i], err.message);
        endpoint_choice_clear(&choice);
        arguments_clear(&arguments);
    }
}

/* Whoever reads a report must not take it for one of a checked connection. */
Test(cli_endpoint_options, insecure_is_said_in_every_report)
{
    NEED_HOOKCHECK();
    struct buf out = {0};
    (void)shell_run(
        "d=$(mktemp -d); cd $d; mkfifo said; export HOOKCHECK_SECRET=whsec_insecure; "
        "\"$HOOKCHECK_BIN\" receive --tls --quiet >said 2>&1 & r=$!; "
        "url=$(sed -n 's/^.*\\(https:[^ ]*\\).*$/\\1/;T;p;q' said); rm said; "
        "for f in json junit tap markdown html github sarif har badge text; do "
        "\"$HOOKCHECK_BIN\" run $url/hook -k --quick --only accepts-an-event --report $f=$f "
        ">/dev/null 2>&1; done; "
        "for f in json html; do \"$HOOKCHECK_BIN\" load $url/hook -k --rate 50/s --duration 100ms "
        "--report $f=load.$f "
        ">/dev/null 2>&1; done; kill $r; ls | grep -c .; grep -L -e '--insecure' *; cd /; rm -r $d",
        &out);
    cr_expect_str_eq(buf_text(&out), "12\n");
    buf_clear(&out);
}

/* Over http there is no certificate that could have been checked. */
Test(cli_endpoint_options, insecure_says_nothing_over_http)
{
    NEED_HOOKCHECK();
    struct started_program receiver = {0};
    struct program_end end;
    cr_assert(start_receiver(&receiver, NULL));
    run_against(receiver.url, ARGUMENTS("-k", "--only", "accepts-an-event"), &end);
    cr_expect_eq(end.code, 0);
    cr_expect_null(strstr(buf_text(&end.out), "certificates were not checked"));
    cr_expect_null(strstr(buf_text(&end.err), "certificates were not checked"));
    program_end_clear(&end);
    (void)stop_program(&receiver);
}
