#include "cli/config_options.h"

#include "base/array.h"

static const struct option_spec specs[] = {
    {.name = "config",
     .value = "FILE",
     .form = FORM_TYPED_ONLY,
     .help = "Take named endpoints and settings from FILE.",
     .otherwise = "hookcheck.json in this folder or the nearest one above"},
    {.name = "no-config",
     .form = FORM_TYPED_ONLY,
     .help = "Read no hookcheck.json.",
     .otherwise = "read it if it exists"},
};
const struct option_set config_options = {specs, ARRAY_LEN(specs)};
