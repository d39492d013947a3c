#include "receive/fault.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/text.h"

static const struct table_part *const parts[] = {
    &faults_a, &faults_b, &faults_c, &faults_d, &faults_e, &faults_f, &faults_g, &faults_h, NULL,
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
    {"A11", "compares with PHP's ==, which treats different spellings of a number as equal",
     "a digest of 64 digits looks like such a number for one secret in 10^15"},
    {"A15", "lets a debugging header bypass the verification",
     "each endpoint has its own header; no list of guesses can rule it out"},
    {"A19", "accepts the same request again",
     "Panora does not sign a timestamp, so no endpoint can tell"},
    {"A20", "accepts an event whose id or type changed", "Panora signs neither"},
    {"C07", "trims data or normalizes line endings before verifying",
     "JSON.stringify writes no surrounding white space, and line endings only as escapes"},
    {"C19", "is behind a proxy that rewrites bodies",
     "visible only by comparing two routes to one endpoint; a proxy that changes data looks like "
     "C02 to C05"},
    {"D06", "reads the secret in another encoding",
     "Panora's secrets are ASCII, where the encodings agree"},
    {"E12", "is behind a proxy that drops headers with an underscore or a long value",
     "Panora's header has a hyphen and 64 characters; a different name is D05"},
    {"F03", "reads a long body before refusing it",
     "the right receiver does too, up to its limit; memory use is not visible from outside, and "
     "surviving a long body is checked"},
    {"G10", "refuses with a status other than 401",
     "any 4xx is a refusal; 200 is A18, 500 is B01 and later"},
    {"G11", "sets a cookie", "Panora ignores cookies, so it has no effect"},
};
const size_t num_non_faults = ARRAY_LEN(non_faults);

/* Whether the catalogue has that mode, though it is no fault here. */
static bool is_no_fault(const char *word, struct error *err)
{
    for (size_t i = 0; i < num_non_faults; i++)
        if (strcasecmp(non_faults[i].id, word) == 0)
            return !error_set(err, "%s is not a fault of the receiver: %s", non_faults[i].id,
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
