#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "format/request_format.h"
#include "tests/support/shell_run.h"

TestSuite(format_shell, .timeout = 120);

static const struct {
    const char *what;
    struct bytes in;
} words[] = {
    {"nothing", {"", 0}},
    {"a word", {"word", 4}},
    {"quotes", {"it's \"so\"", 9}},
    {"only a quote", {"'", 1}},
    {"what a shell expands", {"$HOME `id` $(id) \\ ! * ~ #", 26}},
    {"a newline inside", {"a\nb", 3}},
    {"newlines at the end", {"a\n\n", 3}},
    {"only a newline", {"\n", 1}},
    {"a carriage return and a tab", {"a\r\tb", 4}},
    {"an escape sequence", {"\x1b[2J", 4}},
    {"not UTF-8", {"\xe9\xff", 2}},
    {"UTF-8", {"Zo\xc3\xab \xf0\x9f\x98\x80", 9}},
    {"a C1 control", {"\xc2\x9b", 2}},
    {"a printf directive with a control", {"100%s \\n\x01", 9}},
    {"digits after an escape",
     {"\x01"
      "77",
      3}},
    {"a variable's name", {"$HOOKCHECK_SECRET", 17}},
};

Test(format_shell, gives_a_shell_back_every_byte)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct buf command = {0};
        struct buf out = {0};
        buf_add_text(&command, "printf '%s' ");
        shell_quote(words[i].in, &command);
        cr_expect_eq(shell_run(buf_text(&command), &out), 0, "%s", words[i].what);
        cr_expect(bytes_equal(buf_bytes(&out), words[i].in), "%s: %s gave %s", words[i].what,
                  buf_text(&command), buf_text(&out));
        buf_clear(&command);
        buf_clear(&out);
    }
}

Test(format_shell, shows_no_control_character)
{
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        struct buf word = {0};
        shell_quote(words[i].in, &word);
        for (size_t k = 0; k < word.len; k++) {
            unsigned char byte = (unsigned char)word.data[k];
            cr_expect((byte >= 0x20 && byte != 0x7f) || byte == '\n', "%s", words[i].what);
        }
        buf_clear(&word);
    }
}

Test(format_shell, leaves_variables_of_what_was_redacted_to_the_shell)
{
    static const struct {
        const char *in, *quoted, *expected;
    } rows[] = {
        {"$HOOKCHECK_SECRET", "\"$HOOKCHECK_SECRET\"", "it's $5"},
        {"k: $HOOKCHECK_SECRET!", "'k: '\"$HOOKCHECK_SECRET\"'!'", "k: it's $5!"},
        {"'$HOOKCHECK_SECRET'", "\\'\"$HOOKCHECK_SECRET\"\\'", "'it's $5'"},
        {"$HOOKCHECK_", "'$HOOKCHECK_'", "$HOOKCHECK_"},
        {"$HOME $HOOKCHECKX", "'$HOME $HOOKCHECKX'", "$HOME $HOOKCHECKX"},
        {"\xe9$HOOKCHECK_SECRET", "\"$(printf '\\351%s' \"$HOOKCHECK_SECRET\")\"", "\xe9it's $5"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf word = {0};
        struct buf out = {0};
        shell_quote_redacted(bytes_of(rows[i].in), &word);
        cr_expect_str_eq(buf_text(&word), rows[i].quoted);
        char *command =
            mem_format("HOOKCHECK_SECRET=\"it's \\$5\"; printf '%%s' %s", buf_text(&word));
        cr_expect_eq(shell_run(command, &out), 0);
        cr_expect_str_eq(buf_text(&out), rows[i].expected, "%s", command);
        free(command);
        buf_clear(&word);
        buf_clear(&out);
    }
}
