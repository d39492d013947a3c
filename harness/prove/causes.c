#include "prove/causes.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/resource.h"
#include "base/text.h"
#include "diagnose/diagnose.h"
#include "prove/fault_key.h"

#define CAUSES_FILE "fixtures/causes.json"

/* Some faults beside some others: one of `one` and one of `other`. */
struct relation {
    bool *one; /* by the index of the fault */
    bool *other;
    const char *because;
    struct names causes; /* of those that yield something together */
};

struct relations {
    struct relation *items;
    size_t count;
};

struct causes {
    json_t *file;          /* all texts are its */
    struct names *yielded; /* in the order of the faults */
    struct relations masks;
    struct relations together;
    struct relations apart;
};

/* --- sets of faults --- */

static bool add_fault(const struct json_at *at, const char *name, bool *out, struct error *err)
{
    if (strcmp(name, "*") == 0) {
        memset(out, true, fault_count());
        return true;
    }
    size_t index = fault_key(at, name, err);
    if (index == fault_count())
        return false;
    out[index] = true;
    return true;
}

/* A list in which "@NAME" stands for a group, where there are any, and "*" for every fault. A group
 * holds no group: its own list is read with none. */
static bool add_faults(const struct json_at *at, const struct json_at *groups, bool *out,
                       struct error *err)
{
    bool ok = json_expect_array(at, err);
    for (struct json_at item = {0}; ok && json_next(at, &item);) {
        const char *name;
        if (!json_get_text(&item, &name, err))
            return false;
        struct json_at group = groups ? json_member(groups, name) : (struct json_at){0};
        if (group.value)
            ok = add_faults(&group, NULL, out, err);
        else if (*name == '@')
            ok = json_fail(&item, err, "there is no group %s", name);
        else
            ok = add_fault(&item, name, out, err);
    }
    return ok;
}

/* --- causes --- */

static bool add_causes(const struct json_at *at, struct names *out, struct error *err)
{
    bool ok = json_expect_array(at, err);
    for (struct json_at item = {0}; ok && json_next(at, &item);) {
        struct diagnosis_kind kind;
        const char *id;
        if (!json_get_text(&item, &id, err))
            return false;
        if (!diagnosis_kind_find(id, &kind))
            return json_fail(&item, err, "there is no cause \"%s\"", id);
        names_add(out, id);
    }
    return ok;
}

/* What the rows of the faults do not say by themselves. */
static bool read_yielded(struct causes *causes, const struct json_at *at, struct error *err)
{
    if (!json_expect_object(at, err))
        return false;
    for (struct json_at list = {0}; json_next(at, &list);) {
        size_t index = fault_key(&list, list.key, err);
        if (index == fault_count())
            return false;
        if (!add_causes(&list, &causes->yielded[index], err))
            return false;
    }
    for (size_t i = 0; i < fault_count(); i++)
        if (causes->yielded[i].count == 0 && fault_at(i)->diagnosis)
            names_add(&causes->yielded[i], fault_at(i)->diagnosis);
    return true;
}

/* Reasons for faults that there are; and no fault without a cause has none. */
static bool read_unsure(const struct causes *causes, const struct json_at *at, struct error *err)
{
    if (!json_expect_object(at, err))
        return false;
    for (struct json_at member = {0}; json_next(at, &member);) {
        const char *because;
        if (fault_key(&member, member.key, err) == fault_count() ||
            !json_get_text(&member, &because, err))
            return false;
    }
    for (size_t i = 0; i < fault_count(); i++)
        if (causes->yielded[i].count == 0 && !json_object_get(at->value, fault_at(i)->id))
            return json_fail(at, err, "%s has no cause, and no reason is given", fault_at(i)->id);
    return true;
}

/* --- two at once --- */

static bool read_relation(const struct causes *causes, const struct json_at *at,
                          const char *const *keys, size_t num_keys, struct relations *out,
                          struct error *err)
{
    struct json_at one = json_member(at, keys[0]);
    struct json_at other = json_member(at, keys[1]);
    struct json_at because = json_member(at, keys[2]);
    if (!json_only_keys(at, keys, num_keys, err))
        return false;
    out->items = mem_resize(out->items, out->count + 1, sizeof *out->items);
    struct relation *relation = &out->items[out->count++];
    *relation = (struct relation){.one = mem_alloc(fault_count() * sizeof(bool)),
                                  .other = mem_alloc(fault_count() * sizeof(bool))};
    struct json_at root = json_root(at->file, causes->file);
    struct json_at groups = json_member(&root, "groups");
    bool ok = add_faults(&one, &groups, relation->one, err) &&
              add_faults(&other, &groups, relation->other, err) &&
              json_get_text(&because, &relation->because, err);
    if (!ok || num_keys < 4)
        return ok;
    struct json_at list = json_member(at, keys[3]);
    return add_causes(&list, &relation->causes, err);
}

static bool read_relations(const struct causes *causes, const struct json_at *at,
                           const char *const *keys, size_t num_keys, struct relations *out,
                           struct error *err)
{
    bool ok = json_expect_array(at, err);
    for (struct json_at item = {0}; ok && json_next(at, &item);) {
        ok = json_expect_object(&item, err) &&
             read_relation(causes, &item, keys, num_keys, out, err);
    }
    return ok;
}

static bool read_all(struct causes *causes, const struct json_at *root, struct error *err)
{
    static const char *const keys[] = {"yields",   "unsure", "groups",          "masks",
                                       "together", "apart",  "spared_in_pairs", "thinned_in_pairs"};
    static const char *const mask_keys[] = {"by", "hides", "because"};
    static const char *const apart_keys[] = {"one", "other", "because"};
    static const char *const together_keys[] = {"one", "other", "because", "causes"};
    if (!json_only_keys(root, keys, ARRAY_LEN(keys), err))
        return false;
    struct json_at yields = json_member(root, "yields");
    struct json_at unsure = json_member(root, "unsure");
    struct json_at groups = json_member(root, "groups");
    struct json_at masks = json_member(root, "masks");
    struct json_at together = json_member(root, "together");
    struct json_at apart = json_member(root, "apart");
    struct json_at spared = json_member(root, "spared_in_pairs");
    struct json_at thinned = json_member(root, "thinned_in_pairs");
    return json_expect_object(&groups, err) && json_expect_array(&spared, err) &&
           json_expect_object(&thinned, err) && read_yielded(causes, &yields, err) &&
           read_unsure(causes, &unsure, err) &&
           read_relations(causes, &masks, mask_keys, ARRAY_LEN(mask_keys), &causes->masks, err) &&
           read_relations(causes, &together, together_keys, ARRAY_LEN(together_keys),
                          &causes->together, err) &&
           (!apart.value ||
            read_relations(causes, &apart, apart_keys, ARRAY_LEN(apart_keys), &causes->apart, err));
}

struct causes *causes_read(const char *file, struct bytes text, struct error *err)
{
    struct causes *causes = mem_alloc(sizeof *causes);
    causes->yielded = mem_alloc(fault_count() * sizeof *causes->yielded);
    causes->file = json_read(file, text, err);
    struct json_at root = json_root(file, causes->file);
    if (causes->file && read_all(causes, &root, err))
        return causes;
    causes_free(causes);
    return NULL;
}

struct causes *causes_load(struct error *err)
{
    return causes_read(CAUSES_FILE, resource_find(CAUSES_FILE), err);
}

static void clear_relations(struct relations *relations)
{
    for (size_t i = 0; i < relations->count; i++) {
        free(relations->items[i].one);
        free(relations->items[i].other);
        names_clear(&relations->items[i].causes);
    }
    free(relations->items);
}

void causes_free(struct causes *causes)
{
    if (!causes)
        return;
    for (size_t i = 0; i < fault_count(); i++)
        names_clear(&causes->yielded[i]);
    clear_relations(&causes->masks);
    clear_relations(&causes->together);
    clear_relations(&causes->apart);
    free(causes->yielded);
    json_decref(causes->file);
    free(causes);
}

/* --- asked --- */

const struct names *causes_due(const struct causes *causes, const struct fault *fault)
{
    return &causes->yielded[fault_index(fault->id)];
}

const char *causes_unsure(const struct causes *causes, const struct fault *fault)
{
    return json_string_value(json_object_get(json_object_get(causes->file, "unsure"), fault->id));
}

const char *causes_mask(const struct causes *causes, const struct fault *by,
                        const struct fault *hidden)
{
    for (size_t i = 0; i < causes->masks.count; i++) {
        const struct relation *mask = &causes->masks.items[i];
        if (mask->one[fault_index(by->id)] && mask->other[fault_index(hidden->id)])
            return mask->because;
    }
    return NULL;
}

const char *causes_apart(const struct causes *causes, const struct fault *a, const struct fault *b)
{
    for (size_t i = 0; causes && i < causes->apart.count; i++) {
        const struct relation *both = &causes->apart.items[i];
        if ((both->one[fault_index(a->id)] && both->other[fault_index(b->id)]) ||
            (both->one[fault_index(b->id)] && both->other[fault_index(a->id)]))
            return both->because;
    }
    return NULL;
}

bool causes_together(const struct causes *causes, const struct fault *a, const struct fault *b,
                     const char *id)
{
    size_t first = fault_index(a->id);
    size_t second = fault_index(b->id);
    for (size_t i = 0; i < causes->together.count; i++) {
        const struct relation *both = &causes->together.items[i];
        if (((both->one[first] && both->other[second]) ||
             (both->one[second] && both->other[first])) &&
            names_has(&both->causes, id))
            return true;
    }
    return false;
}

bool causes_spare(const struct causes *causes, const char *base)
{
    size_t i;
    const json_t *glob;
    json_array_foreach(json_object_get(causes->file, "spared_in_pairs"), i,
                       glob) if (json_is_string(glob) &&
                                 text_glob(json_string_value(glob), base)) return true;
    return false;
}

const char *causes_thin(const struct causes *causes, const char *base)
{
    const json_t *thinned = json_object_get(causes->file, "thinned_in_pairs");
    return json_string_value(json_object_get(thinned, base));
}
