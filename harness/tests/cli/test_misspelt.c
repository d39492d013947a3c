#include "cli/misspelt.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/array.h"

TestSuite(cli_misspelt, .timeout = 120);

static const struct {
    const char *name;
    const char *meant; /* NULL = nothing is said */
} rows[] = {
    {"HOOKCHECK_URLL", "HOOKCHECK_URL"},
    {"HOOKCHECK_SECRT", "HOOKCHECK_SECRET"},
    {"HOOKCHECK_MAXTIME", "HOOKCHECK_MAX_TIME"},
    {"HOOKCHECK_EVENT", "HOOKCHECK_EVENTS"},
    {"HOOKCHECK_URL", NULL},
    {"HOOKCHECK_SECRET_FILE", NULL},
    {"HOOKCHECK_MAX_TIME", NULL},
    {"HOOKCHECK_SECRET_2", NULL},
    {"HOOKCHECK_URL1", NULL},
    {"HOOKCHECK_SECRET_STAGING", NULL},
    {"HOOKCHECK_ID_EVENT", NULL}, /* what an effect command gets */
    {"HOOKCHECK_URL_TOKEN", NULL},
    {"HOOKCHECK_EFFECT_COMMAND", NULL},
    {"HOOKCHECK_BIN", NULL},
    {"HOOKCHECK_", NULL},
    {"HOOKCHECKURL", NULL},
    {"URLL", NULL},
};

Test(cli_misspelt, knows_what_was_meant)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *meant = misspelt_variable(rows[i].name);
        if (rows[i].meant)
            cr_expect_str_eq(meant ? meant : "nothing", rows[i].meant, "%s", rows[i].name);
        else
            cr_expect_null(meant, "%s: %s", rows[i].name, meant);
        free(meant);
    }
}
