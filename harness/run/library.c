#include "run/library.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/resource.h"
#include "base/table.h"
#include "base/text.h"
#include "compose/mutation.h"
#include "judge/expectation.h"
#include "run/probe.h"

#define SUITE_FILE_MAX ((size_t)16 * 1024 * 1024)
#define SUITES_FOLDER  "suites/"
#define SUITES_SUFFIX  ".json"

/* --- lists of values --- */

static void add_once(struct names *names, const char *name)
{
    if (!names_has(names, name))
        names_add(names, name);
}

/* The names stay the catalogue's; only the arrays are ours. */
static void make_lists(struct library *library)
{
    const struct catalogue *catalogue = library->catalogue;
    struct names sent = {0};
    struct names documented = {0};
    struct names all = {0};
    for (size_t i = 0; i < catalogue->num_types; i++)
        if (catalogue->types[i].wire_type)
            add_once(&sent, catalogue->types[i].wire_type);
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        if (type->documented && !names_has(&sent, type->name))
            add_once(&documented, type->name);
    }
    for (size_t i = 0; i < catalogue->num_types; i++)
        names_add(&all, catalogue->types[i].name);
    library->values[2] = all.items;
    library->lists[2] = (struct value_list){"all-types", all.items, all.count};
    library->values[0] = sent.items;
    library->values[1] = documented.items;
    library->lists[0] = (struct value_list){"sent-types", sent.items, sent.count};
    library->lists[1] = (struct value_list){"documented-types", documented.items, documented.count};
}

void library_init(struct library *library)
{
    *library = (struct library){.catalogue = catalogue_load()};
    make_lists(library);
    library->vocabulary = (struct vocabulary){
        .mutations = mutation_words,
        .expectations = expectation_words,
        .probes = probe_words,
        .lists = library->lists,
        .num_lists = 2,
        .types = library->lists[2],
    };
}

void library_clear(struct library *library)
{
    for (size_t i = 0; i < library->num_suites; i++)
        suite_free(library->suites[i]);
    free(library->suites);
    for (size_t i = 0; i < ARRAY_LEN(library->lists); i++)
        free(library->values[i]);
    catalogue_free(library->catalogue);
    *library = (struct library){0};
}

/* --- suites --- */

static bool has_suite(const struct library *library, const char *name)
{
    for (size_t i = 0; i < library->num_suites; i++)
        if (strcmp(library->suites[i]->name, name) == 0)
            return true;
    return false;
}

static bool add_suite(struct library *library, const char *file, struct bytes text,
                      struct error *err)
{
    struct suite *suite = suite_read(file, text, &library->vocabulary, err);
    if (!suite)
        return false;
    if (has_suite(library, suite->name)) {
        (void)error_set(err, "%s: there is already a suite named \"%s\"", file, suite->name);
        suite_free(suite);
        return false;
    }
    library->suites = mem_resize(library->suites, library->num_suites + 1, sizeof(struct suite *));
    library->suites[library->num_suites++] = suite;
    return true;
}

/* "panora/signature" for the resource "suites/panora/signature.json"; NULL for what is no suite.
 * Caller frees. */
static char *built_in_name(const struct resource *resource)
{
    const char *path = resource->path;
    if (!text_starts_with(path, SUITES_FOLDER) || !text_ends_with(path, SUITES_SUFFIX))
        return NULL;
    size_t start = sizeof SUITES_FOLDER - 1;
    return mem_copy(path + start, strlen(path) - start - (sizeof SUITES_SUFFIX - 1));
}

/* Whether the suite `name` is meant by `wanted`: itself, or a folder above it. NULL means all. */
static bool is_meant(const char *name, const char *wanted)
{
    if (!wanted || strcmp(name, wanted) == 0)
        return true;
    size_t len = strlen(wanted);
    return strncmp(name, wanted, len) == 0 && name[len] == '/';
}

static bool add_below(struct library *library, const char *folder, const char *wanted,
                      size_t *out_found, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; i < num_resources && ok; i++) {
        char *name = built_in_name(&resources[i]);
        if (name && is_meant(name, folder) && is_meant(name, wanted)) {
            struct bytes text = {(const char *)resources[i].data, resources[i].len};
            (*out_found)++;
            ok = has_suite(library, name) || add_suite(library, resources[i].path, text, err);
        }
        free(name);
    }
    return ok;
}

/* What Panora itself does comes first: a run begins with the genuine event. What is there already
 * is not added again. */
static bool add_built_in(struct library *library, const char *wanted, size_t *out_found,
                         struct error *err)
{
    *out_found = 0;
    return add_below(library, "panora", wanted, out_found, err) &&
           add_below(library, NULL, wanted, out_found, err);
}

bool library_check_name(const char *path, const char *name, struct bytes text, struct error *err)
{
    for (size_t i = 0; i < num_resources; i++) {
        char *built_in = built_in_name(&resources[i]);
        struct bytes own = {(const char *)resources[i].data, resources[i].len};
        bool clash = built_in && strcmp(built_in, name) == 0 && !bytes_equal(own, text);
        free(built_in);
        if (clash)
            return error_set(
                err, "%s: /suite: \"%s\" is the name of a built-in suite; choose another name",
                path, name);
    }
    return true;
}

static bool add_file(struct library *library, const char *path, struct error *err)
{
    struct buf text = {0};
    bool ok = file_read(path, SUITE_FILE_MAX, &text, err) &&
              add_suite(library, path, buf_bytes(&text), err) &&
              library_check_name(path, library->suites[library->num_suites - 1]->name,
                                 buf_bytes(&text), err);
    buf_clear(&text);
    return ok;
}

static bool unknown_suite(const char *wanted, struct error *err)
{
    char **names = mem_alloc((num_resources + 1) * sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < num_resources; i++) {
        char *name = built_in_name(&resources[i]);
        if (name)
            names[count++] = name;
    }
    (void)text_unknown(err, "suite", wanted, (const char *const *)names, count);
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return false;
}

/* A name that looks like a file is one: then a missing file is complained of as such. */
static bool looks_like_file(const char *wanted)
{
    return strcmp(wanted, "-") == 0 || text_ends_with(wanted, SUITES_SUFFIX) ||
           text_starts_with(wanted, "./") || text_starts_with(wanted, "../") || wanted[0] == '/';
}

static bool add_wanted(struct library *library, const char *wanted, struct error *err)
{
    if (looks_like_file(wanted))
        return add_file(library, wanted, err);
    size_t found = 0;
    return add_built_in(library, wanted, &found, err) && (found || unknown_suite(wanted, err));
}

bool library_load_suites(struct library *library, const char *const *names, size_t count,
                         struct error *err)
{
    size_t found = 0;
    if (count == 0)
        return add_built_in(library, NULL, &found, err);
    for (size_t i = 0; i < count; i++)
        if (!add_wanted(library, names[i], err))
            return false;
    return true;
}
