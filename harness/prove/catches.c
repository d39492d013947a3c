#include "prove/catches.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/resource.h"
#include "base/text.h"
#include "prove/fault_key.h"

#define CATCHES_FILE "fixtures/catches.json"

struct family {
    const char *name; /* "@no-header" */
    struct names cases;
};

struct catches {
    json_t *file; /* all names are its */
    struct family *families;
    size_t num_families;
    struct declared *faults; /* in the order of the faults */
    struct names ids;        /* of the cases that there are; empty when nobody knows */
};

static bool unknown(const struct json_at *at, const char *what, const char *name,
                    const struct names *names, struct error *err)
{
    struct error why = {0};
    (void)text_unknown(&why, what, name, names->items, names->count);
    return json_fail(at, err, "%s", why.message);
}

static void add_ids(struct names *ids, const struct library *library)
{
    for (size_t i = 0; i < library->num_suites; i++)
        for (size_t k = 0; k < library->suites[i]->num_cases; k++) {
            const struct suite_case *one = &library->suites[i]->cases[k];
            if (k == 0 || strcmp(one->base, library->suites[i]->cases[k - 1].base) != 0)
                names_add(ids, one->base);
            if (strcmp(one->id, one->base) != 0)
                names_add(ids, one->id);
        }
}

static bool add_case(const struct json_at *at, const char *id, struct names *out, struct error *err)
{
    if (names_has(out, id))
        return json_fail(at, err, "%s is already in this list", id);
    names_add(out, id);
    return true;
}

/* The cases of a family, which stands further up in the file. */
static bool add_family(const struct catches *catches, const struct json_at *at, const char *name,
                       struct names *out, struct error *err)
{
    struct names names = {0};
    for (size_t i = 0; i < catches->num_families; i++) {
        const struct family *family = &catches->families[i];
        names_add(&names, family->name);
        if (strcmp(family->name, name) != 0)
            continue;
        names_clear(&names);
        bool ok = true;
        for (size_t k = 0; ok && k < family->cases.count; k++)
            ok = add_case(at, family->cases.items[k], out, err);
        return ok;
    }
    (void)unknown(at, "family", name, &names, err);
    names_clear(&names);
    return false;
}

/* Appends the cases of a list, in which "@NAME" stands for those of a family. */
static bool add_list(const struct catches *catches, const struct json_at *at, struct names *out,
                     struct error *err)
{
    bool ok = json_expect_array(at, err);
    for (struct json_at item = {0}; ok && json_next(at, &item);) {
        const char *name;
        if (!json_get_text(&item, &name, err))
            return false;
        if (*name == '@')
            ok = add_family(catches, &item, name, out, err);
        else if (catches->ids.count && !names_has(&catches->ids, name))
            ok = unknown(&item, "case", name, &catches->ids, err);
        else
            ok = add_case(&item, name, out, err);
    }
    return ok;
}

static bool read_families(struct catches *catches, const struct json_at *at, struct error *err)
{
    if (!json_expect_object(at, err))
        return false;
    catches->families = mem_alloc((json_object_size(at->value) + 1) * sizeof *catches->families);
    for (struct json_at list = {0}; json_next(at, &list);) {
        struct family *family = &catches->families[catches->num_families];
        if (*list.key != '@')
            return json_fail(&list, err, "the name of a family starts with @");
        bool ok = add_list(catches, &list, &family->cases, err);
        family->name = list.key;
        catches->num_families++;
        if (!ok)
            return false;
    }
    return true;
}

/* "must" or "may": a list of cases for the id of each fault. */
static bool read_faults(struct catches *catches, const struct json_at *at, bool is_must,
                        struct error *err)
{
    if (!json_expect_object(at, err))
        return false;
    for (struct json_at list = {0}; json_next(at, &list);) {
        size_t index = fault_key(&list, list.key, err);
        if (index == fault_count())
            return false;
        struct declared *declared = &catches->faults[index];
        if (!add_list(catches, &list, is_must ? &declared->must : &declared->may, err))
            return false;
    }
    return true;
}

static bool read_excuses(const struct catches *catches, const struct json_at *at, struct error *err)
{
    if (!json_expect_object(at, err))
        return false;
    for (struct json_at member = {0}; json_next(at, &member);) {
        const char *because;
        if (!json_get_text(&member, &because, err))
            return false;
        if (catches->ids.count && !names_has(&catches->ids, member.key))
            return unknown(at, "case", member.key, &catches->ids, err);
    }
    return true;
}

/* A fault that nobody has to catch would prove nothing. */
static bool is_whole(const struct catches *catches, const struct json_at *must, struct error *err)
{
    for (size_t i = 0; catches->ids.count && i < fault_count(); i++)
        if (catches->faults[i].must.count == 0)
            return json_fail(must, err, "no case is listed that must catch %s", fault_at(i)->id);
    return true;
}

static bool read_all(struct catches *catches, const struct json_at *root, struct error *err)
{
    static const char *const keys[] = {"families", "must", "may", "excused"};
    if (!json_only_keys(root, keys, ARRAY_LEN(keys), err))
        return false;
    struct json_at families = json_member(root, "families");
    struct json_at must = json_member(root, "must");
    struct json_at may = json_member(root, "may");
    struct json_at excused = json_member(root, "excused");
    return read_families(catches, &families, err) && read_faults(catches, &must, true, err) &&
           read_faults(catches, &may, false, err) && read_excuses(catches, &excused, err) &&
           is_whole(catches, &must, err);
}

struct catches *catches_read(const char *file, struct bytes text, const struct library *library,
                             struct error *err)
{
    struct catches *catches = mem_alloc(sizeof *catches);
    catches->faults = mem_alloc(fault_count() * sizeof *catches->faults);
    catches->file = json_read(file, text, err);
    if (library)
        add_ids(&catches->ids, library);
    struct json_at root = json_root(file, catches->file);
    if (catches->file && read_all(catches, &root, err))
        return catches;
    catches_free(catches);
    return NULL;
}

struct catches *catches_load(const struct library *library, struct error *err)
{
    return catches_read(CATCHES_FILE, resource_find(CATCHES_FILE), library, err);
}

void catches_free(struct catches *catches)
{
    if (!catches)
        return;
    for (size_t i = 0; i < catches->num_families; i++)
        names_clear(&catches->families[i].cases);
    for (size_t i = 0; i < fault_count(); i++) {
        names_clear(&catches->faults[i].must);
        names_clear(&catches->faults[i].may);
    }
    names_clear(&catches->ids);
    free(catches->families);
    free(catches->faults);
    json_decref(catches->file);
    free(catches);
}

const struct declared *catches_of(const struct catches *catches, const struct fault *fault)
{
    return &catches->faults[fault_index(fault->id)];
}

const char *catches_excuse(const struct catches *catches, const char *base)
{
    return catches
               ? json_string_value(json_object_get(json_object_get(catches->file, "excused"), base))
               : NULL;
}

bool declared_must(const struct declared *declared, const char *base)
{
    size_t len = strlen(base);
    for (size_t i = 0; i < declared->must.count; i++)
        if (strncmp(declared->must.items[i], base, len) == 0 &&
            (declared->must.items[i][len] == '\0' || declared->must.items[i][len] == '['))
            return true;
    return false;
}
