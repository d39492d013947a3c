/*
 * The dashboard end to end: a real browser, a real Express endpoint, axe. Chromium comes from
 * Debian; Express, Playwright's client and axe are installed below build/ by the test itself.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/run_program.h"
#include "tests/support/skip.h"

TestSuite(foreign_dashboard, .timeout = 400);

#define FOLDER "build/dashboard"

static bool install(void)
{
    return system("mkdir -p " FOLDER "/shots && cp harness/tests/foreign/dashboard/* " FOLDER
                  " && cd " FOLDER
                  " && flock .lock sh -c '[ -d node_modules/playwright-core ] || npm install "
                  "--silent --no-audit --no-fund >npm.log 2>&1'") == 0; /* tests run side by side */
}

static void check(const char *script, const char *log)
{
    NEED_HOOKCHECK();
    NEED_TOOL("node", "the dashboard");
    NEED_TOOL("npm", "the dashboard");
    NEED_TOOL("chromium", "the dashboard");
    if (!install())
        SKIP("the dashboard: npm cannot install its tools, see " FOLDER "/npm.log");
    char command[512];
    (void)snprintf(command, sizeof command,
                   "timeout 360 node " FOLDER "/%s %s \"$(command -v chromium)\" " FOLDER
                   "/shots >" FOLDER "/%s 2>&1 && grep -qx ok " FOLDER "/%s",
                   script, hookcheck_path(), log, log);
    cr_expect_eq(system(command), 0, "see " FOLDER "/%s", log);
}

Test(foreign_dashboard, registers_triggers_watches_mends_and_deletes)
{
    check("check.mjs", "log");
}

Test(foreign_dashboard, shows_what_arrives_at_a_receiver)
{
    check("arrivals.mjs", "arrivals.log");
}
