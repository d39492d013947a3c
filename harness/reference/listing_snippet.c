#include "reference/explain.h"
#include "reference/listing_row.h"

#include <string.h>

#include "base/resource.h"
#include "diagnose/framework.h"

static bool is_first_with(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (frameworks[i].module && strcmp(frameworks[i].module, frameworks[index].module) == 0)
            return false;
    return true;
}

void listing_fill_snippets(const struct library *library, json_t *rows)
{
    for (size_t i = 0; i < num_frameworks; i++) {
        json_t *row = row_add(rows, "name", framework_file_name(frameworks[i].file));
        row_set_text(row, "framework", frameworks[i].name);
        row_set_text(row, "needs",
                     frameworks[i].module ? framework_file_name(frameworks[i].module) : NULL);
    }
}

/* --- hookcheck explain FILE --- */

/* A snippet or what it needs, as it is: for `hookcheck explain flask.py >app.py`. */
static bool explain_snippet(const struct library *library, const char *id, struct buf *out)
{
    for (size_t i = 0; i < num_frameworks; i++) {
        const char *const files[] = {frameworks[i].file, frameworks[i].module};
        for (size_t k = 0; k < 2; k++)
            if (files[k] && strcmp(framework_file_name(files[k]), id) == 0) {
                buf_add_bytes(out, resource_find(files[k]));
                return true;
            }
    }
    return false;
}

static void add_names(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < num_frameworks; i++) {
        names_add(names, framework_file_name(frameworks[i].file));
        if (frameworks[i].module && is_first_with(i))
            names_add(names, framework_file_name(frameworks[i].module));
    }
}

const struct explainer explain_snippets = {explain_snippet, add_names};
