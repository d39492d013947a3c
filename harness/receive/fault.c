#include "receive/fault.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/text.h"

static const struct table_part *const parts[] = {
    &faults_a, &faults_b, &faults_c, &faults_d, &faults_e, &faults_f, &faults_g, NULL,
};
static const struct table faults = {"fault", sizeof(struct fault), parts};

size_t fault_count(void)
{
    return table_count(&faults);
}

const struct fault *fault_at(size_t index)
{
    return table_at(&faults, index);
}

const struct fault *fault_find(const char *id_or_name)
{
    for (size_t i = 0; i < fault_count(); i++) {
        const struct fault *fault = fault_at(i);
        if (strcasecmp(fault->id, id_or_name) == 0 || strcmp(fault->name, id_or_name) == 0)
            return fault;
    }
    return NULL;
}

const struct non_fault non_faults[] = {
    {"A11", "compares with PHP's ==, to which two numbers in another spelling are equal",
     "a digest of 64 digits looks like such a number once in 10^15 secrets"},
    {"A15", "lets a debugging header past the verification",
     "the way past is the endpoint's own; no list of guesses would show that there is none"},
    {"A19", "accepts the same request again", "Panora signs no time, so that nobody could refuse"},
    {"A20", "accepts an event whose id or type was changed", "Panora signs neither of them"},
    {"C07", "trims data before it verifies, or makes one kind of line end of two",
     "data is what JSON.stringify wrote: no white space at its ends, and line ends only as "
     "escapes"},
    {"C19", "stands behind a proxy that rewrites bodies",
     "shows only in the difference between two ways to one endpoint; where the proxy changes data, "
     "it "
     "is C02 to C05"},
    {"D06", "reads its secret in another encoding",
     "Panora makes secrets of ASCII alone, for which the encodings agree"},
    {"E12", "stands behind an edge that drops headers with an underscore or a long value",
     "Panora's header has a hyphen and 64 characters; who looks for another name is D05"},
    {"F03", "reads a long body before it refuses it",
     "so does the right receiver, up to its limit; what is kept in memory cannot be seen from "
     "outside, "
     "and that a long body is survived is checked"},
    {"G10", "refuses with another status than 401",
     "any 4xx is a refusal; 200 is A18, 500 is B01 and on"},
    {"G11", "sets a cookie with its answer",
     "Panora's sender keeps no cookies: nothing follows from it"},
};
const size_t num_non_faults = ARRAY_LEN(non_faults);

/* Whether the catalogue has that mode, though it is no fault here. */
static bool is_no_fault(const char *word, struct error *err)
{
    for (size_t i = 0; i < num_non_faults; i++)
        if (strcasecmp(non_faults[i].id, word) == 0)
            return !error_set(err, "%s is no fault of the receiver: %s", non_faults[i].id,
                              non_faults[i].because);
    return false;
}

static void complain(const char *word, struct error *err)
{
    if (is_no_fault(word, err))
        return;
    struct names ids = {0};
    struct names names = {0};
    names_add_rows(&ids, &faults);
    for (size_t i = 0; i < fault_count(); i++)
        names_add(&names, fault_at(i)->name);
    bool is_name = strlen(word) > 3 && text_nearest(word, names.items, names.count);
    const struct names *near = is_name ? &names : &ids;
    (void)text_unknown(err, "fault", word, near->items, near->count);
    names_clear(&ids);
    names_clear(&names);
}

const struct fault *fault_read(const char *word, struct argument *out_argument, struct error *err)
{
    *out_argument = (struct argument){0};
    const char *given;
    char *name = argument_split(word, &given);
    const struct fault *fault = fault_find(name);
    if (!fault) {
        complain(name, err);
    } else if (!argument_read(&fault->argument, given, out_argument, err)) {
        (void)error_prefix(err, "fault %s", fault->id);
        fault = NULL;
    }
    free(name);
    return fault;
}
