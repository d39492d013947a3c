#include "receive/fault.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"
#include "receive/faults.h"

static const struct {
    const struct fault *faults;
    const size_t *count;
} tables[] = {
    {faults_a, &num_faults_a}, {faults_a_part, &num_faults_a_part}, {faults_b, &num_faults_b},
    {faults_c, &num_faults_c}, {faults_d, &num_faults_d},           {faults_e, &num_faults_e},
    {faults_f, &num_faults_f}, {faults_g, &num_faults_g},
};

size_t fault_count(void)
{
    size_t count = 0;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        count += *tables[i].count;
    return count;
}

const struct fault *fault_at(size_t index)
{
    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        if (index < *tables[i].count)
            return &tables[i].faults[index];
        index -= *tables[i].count;
    }
    return NULL;
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
    size_t count = fault_count();
    const char **words = mem_alloc(2 * count * sizeof *words);
    for (size_t i = 0; i < count; i++) {
        words[i] = fault_at(i)->id;
        words[count + i] = fault_at(i)->name;
    }
    const char *nearest = strlen(word) > 3 ? text_nearest(word, words + count, count) : NULL;
    if (nearest)
        (void)text_unknown(err, "fault", word, words + count, count);
    else
        (void)text_unknown(err, "fault", word, words, count);
    free(words);
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
