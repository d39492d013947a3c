/* What the program does before and around its commands, run as a user would. */
#include <criterion/criterion.h>

#include "base/array.h"
#include "base/text.h"
#include "cli/command.h"
#include "result/version.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"

TestSuite(cli_program, .timeout = 120);

Test(cli_program, help_names_every_command_and_ends_well)
{
    NEED_HOOKCHECK();
    static const char *const spellings[] = {"--help", "-h", "help"};
    for (size_t i = 0; i < ARRAY_LEN(spellings); i++) {
        struct program_end end;
        RUN(&end, spellings[i]);
        cr_expect_eq(end.code, EXIT_OK, "%s", spellings[i]);
        cr_expect_eq(end.err.len, 0, "%s: %s", spellings[i], buf_text(&end.err));
        for (size_t j = 0; j < num_commands; j++)
            cr_expect(strstr(buf_text(&end.out), commands[j]->summary) ||
                          strlen(commands[j]->summary) > 55,
                      "%s does not show %s", spellings[i], commands[j]->name);
        program_end_clear(&end);
    }
}

Test(cli_program, each_command_helps_in_both_ways_alike)
{
    NEED_HOOKCHECK();
    for (size_t i = 0; i < num_commands; i++) {
        struct program_end first;
        struct program_end second;
        RUN(&first, commands[i]->name, "--help");
        RUN(&second, "help", commands[i]->name);
        cr_expect_eq(first.code, EXIT_OK, "%s", commands[i]->name);
        cr_expect_eq(second.code, EXIT_OK, "%s", commands[i]->name);
        cr_expect_str_eq(buf_text(&first.out), buf_text(&second.out));
        cr_expect(text_ends_with(buf_text(&first.out), commands[i]->examples), "%s",
                  commands[i]->name);
        program_end_clear(&first);
        program_end_clear(&second);
    }
}

Test(cli_program, without_a_command_help_goes_to_standard_error)
{
    NEED_HOOKCHECK();
    struct program_end end;
    run_hookcheck((const char *const[]){NULL}, (struct bytes){0}, &end);
    cr_expect_eq(end.code, EXIT_WRONG_USAGE);
    cr_expect_eq(end.out.len, 0);
    cr_expect(text_starts_with(buf_text(&end.err), "Usage: hookcheck COMMAND"));
    program_end_clear(&end);
}

Test(cli_program, tells_its_version_and_its_suites)
{
    NEED_HOOKCHECK();
    struct program_end end;
    RUN(&end, "--version");
    static const char start[] = "hookcheck " HOOKCHECK_VERSION " (suites ";
    const char *line = buf_text(&end.out);
    cr_expect_eq(end.code, EXIT_OK);
    cr_assert(text_starts_with(line, start), "%s", line);
    cr_expect_eq(strspn(line + strlen(start), "0123456789abcdef"), 12, "%s", line);
    cr_expect_str_eq(line + strlen(start) + 12, ")\n");
    program_end_clear(&end);
}

Test(cli_program, wrong_words_get_one_sentence)
{
    NEED_HOOKCHECK();
    static const struct {
        const char *arguments[5];
        const char *complaint;
    } rows[] = {
        {{"sgin"}, "hookcheck: no command \"sgin\"; did you mean \"sign\"?\n"},
        {{"help", "sned"}, "hookcheck: no command \"sned\"; did you mean \"send\"?\n"},
        {{"help", "sign", "send"},
         "hookcheck: help takes one command; unexpected argument \"send\"\n"},
        {{"listen"}, "hookcheck: no command \"listen\"; did you mean \"receive\"?\n"},
        {{"version"}, "hookcheck: no command \"version\"; did you mean \"--version\"?\n"},
        {{"-V"}, "hookcheck: no option \"-V\"; did you mean \"--version\"?\n"},
        {{"--version", "--jsno"},
         "hookcheck: --version takes only --json; unexpected argument \"--jsno\"\n"},
        {{"--versoin"}, "hookcheck: no option \"--versoin\"; did you mean \"--version\"?\n"},
        {{"--secret=hunter2"},
         "hookcheck: no option \"--secret\" before a command; see hookcheck --help\n"},
        {{"sign", "--fromat", "json"},
         "hookcheck sign: no option \"--fromat\"; did you mean \"--format\"?\n"},
        {{"sign", "--format"}, "hookcheck sign: --format needs a value: --format FORMAT\n"},
        {{"list", "case"}, "hookcheck list: no list \"case\"; did you mean \"cases\"?\n"},
        {{"list"}, "hookcheck list: WHAT to list is required; see --help\n"},
        {{"list", "events", "cases"}, "hookcheck list: none of the events matches \"cases\"\n"},
        {{"list", "events", "--suite", "x"},
         "hookcheck list: --suite works only with cases; events do not belong to suites\n"},
        {{"lint"}, "hookcheck lint: at least one FILE is required; see --help\n"},
        {{"explain", "trunkate-signature"},
         "hookcheck explain: nothing is named \"trunkate-signature\"; did you mean "
         "\"truncate-signature\"?\n"},
        {{"explain", "401"},
         "hookcheck explain: nothing is named \"401\"; `hookcheck list cases`, faults, mutations "
         "and so on show all names, and `hookcheck help` the commands\n"},
        {{"explain"},
         "hookcheck explain: the ID of a case, a fault or a word is required; see --help\n"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        run_hookcheck(rows[i].arguments, (struct bytes){0}, &end);
        cr_expect_eq(end.code, EXIT_WRONG_USAGE, "%s: %d", rows[i].complaint, end.code);
        cr_expect_str_eq(buf_text(&end.err), rows[i].complaint);
        cr_expect_eq(end.out.len, 0, "%s", rows[i].complaint);
        program_end_clear(&end);
    }
}

/* --- where the output goes --- */

static void expect_output_failure(const struct program *program, const char *what)
{
    struct program_end end;
    run_program(program, &end);
    cr_expect_eq(end.code, EXIT_OUR_FAILURE, "%s: %d", what, end.code);
    cr_expect(text_starts_with(buf_text(&end.err), "hookcheck: cannot write to standard output: "),
              "%s: %s", what, buf_text(&end.err));
    program_end_clear(&end);
}

Test(cli_program, output_that_cannot_be_written_is_a_failure_of_its_own)
{
    NEED_HOOKCHECK();
    static const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, NULL};
    const char *const rows[][3] = {
        {hookcheck_path(), "--help", NULL},
        {hookcheck_path(), "--version", NULL},
        {hookcheck_path(), "sign", NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        expect_output_failure(
            &(struct program){.argv = rows[i], .env = env, .out_path = "/dev/full"}, "a full disk");
    }
    const char *const long_list[] = {hookcheck_path(), "list", "events", "--json", NULL};
    expect_output_failure(&(struct program){.argv = long_list, .out_path = "/dev/full"},
                          "more than one buffer");
}

/* As with `| head`: whoever reads no further wants no complaint. */
Test(cli_program, a_pipe_that_nobody_reads_is_no_failure)
{
    NEED_HOOKCHECK();
    static const char *const env[] = {"HOOKCHECK_SECRET=" TEST_SECRET, NULL};
    const struct {
        const char *argv[5];
        int code;
    } rows[] = {
        {{hookcheck_path(), "--help", NULL}, EXIT_OK},
        {{hookcheck_path(), "sign", NULL}, EXIT_OK},
        {{hookcheck_path(), "list", "events", "--json", NULL}, EXIT_OK},
        {{hookcheck_path(), "run", "http://127.0.0.1:1/", NULL}, EXIT_UNREACHED},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct program_end end;
        const struct program program = {.argv = rows[i].argv, .env = env, .out_closed_pipe = true};
        run_program(&program, &end);
        cr_expect_eq(end.code, rows[i].code, "%s: %d", rows[i].argv[1], end.code);
        cr_expect_str_eq(buf_text(&end.err), "", "%s", rows[i].argv[1]);
        program_end_clear(&end);
    }
}

/* Whatever the limit, it either does its work or ends with one line and exit code 6. What a library
 * of libcurl's writes before the program begins is not ours. */
Test(cli_program, out_of_memory_is_one_line_and_exit_code_6)
{
    NEED_HOOKCHECK();
    struct buf out = {0};
    if (shell_run("ulimit -v 1000000 && \"$HOOKCHECK_BIN\" --version 2>/dev/null", &out) != 0)
        cr_skip_test("this build needs more address space than can be limited");
    buf_reset(&out);
    int code =
        shell_run("few=$(mktemp); for kib in $(seq 20000 500 32000); do "
                  "(ulimit -v $kib; \"$HOOKCHECK_BIN\" list cases --json 2>&1 >/dev/null; echo "
                  "\"exit $?\") | grep -v '^Error in GnuTLS' >$few; "
                  "grep -q '^exit 127$' $few && continue; " /* the loader's own */
                  "[ \"$(cat $few)\" = 'exit 0' ] && continue; "
                  "grep -q '^hookcheck: out of memory' $few && grep -q '^exit 6$' $few && [ $(wc "
                  "-l <$few) = 2 ] && "
                  "{ hit=1; continue; }; echo \"$kib KiB:\"; cat $few; done; rm $few; [ \"$hit\" ]",
                  &out);
    cr_expect_str_eq(buf_text(&out), "");
    cr_expect_eq(code, 0, "no limit was tight enough");
    buf_clear(&out);
}
