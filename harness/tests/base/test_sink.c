#include "base/sink.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>

TestSuite(base_sink, .timeout = 120);

Test(base_sink, a_note_is_one_line_without_secrets_or_controls)
{
    cr_redirect_stderr();
    sink_hide_secret(bytes_of("whsec_note/one"), "$SECRET");
    sink_note("%d of %s\x1b[2J", 2, "whsec_note\\/one");
    sink_note("then");
    (void)fflush(stderr);
    sink_forget();
    cr_assert_stderr_eq_str("hookcheck: 2 of $SECRET\\x1b[2J\nhookcheck: then\n");
}
