/* What this machine cannot do is never held against the endpoint. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(run_own_trouble, .timeout = 720);

/* Starts the right receiver, does `script` with its $url, and prints the run's last line. */
#define WITH_RECEIVER(script)                                                                      \
    "d=$(mktemp -d); mkfifo $d/said; export HOOKCHECK_SECRET=whsec_trouble; "                      \
    "\"$HOOKCHECK_BIN\" receive --quiet >$d/said 2>&1 & r=$!; "                                    \
    "url=$(sed -n 's/^.*\\(http:[^ ]*\\).*$/\\1/;T;p;q' $d/said)/hook; "                           \
    "{ " script "; } >$d/out 2>&1; kill $r; tail -n 1 $d/out; rm -r $d"

static void expect_nothing_failed(const char *script)
{
    struct buf out = {0};
    cr_expect_eq(shell_run(script, &out), 0, "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), ", 0 failed, 0 warned, "), "%s", buf_text(&out));
    cr_expect(strstr(buf_text(&out), "; exit 0") || strstr(buf_text(&out), "; exit 4"), "%s",
              buf_text(&out));
    buf_clear(&out);
}

Test(run_own_trouble, few_descriptors)
{
    NEED_HOOKCHECK();
    expect_nothing_failed(WITH_RECEIVER("(ulimit -n 12; \"$HOOKCHECK_BIN\" run $url --quick -q "
                                        "--suite panora/signature --max-time 60s)"));
}

/* In a network of its own, which has four ports to connect from; each is taken for a minute after
 * use. */
Test(run_own_trouble, no_port_left)
{
    NEED_HOOKCHECK();
    NEED_TOOL("ip", "a machine without free ports");
    if (shell_run("unshare -rn true 2>/dev/null", &(struct buf){0}) != 0)
        SKIP("a machine without free ports: no network of one's own here");
    expect_nothing_failed("unshare -rn sh <<'END'\n" WITH_RECEIVER(
        "ip link set lo up; echo 40000 40003 >/proc/sys/net/ipv4/ip_local_port_range; "
        "\"$HOOKCHECK_BIN\" run $url --quick -q --suite panora/signature --max-time 8s") "\nEND");
}

/* Longer than an answer may take: what came meanwhile came in time. */
Test(run_own_trouble, stopped_for_a_while)
{
    NEED_HOOKCHECK();
    expect_nothing_failed(WITH_RECEIVER("\"$HOOKCHECK_BIN\" run $url --quick -q --suite "
                                        "panora/signature --rate 40/s --deadline 2s & p=$!; "
                                        "sleep 1; kill -STOP $p; sleep 4; kill -CONT $p; wait $p"));
}
