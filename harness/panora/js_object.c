/* The order of an object's members (ECMA-262 10.1.11.1, OrdinaryOwnPropertyKeys). */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "panora/js_internal.h"

/* Up to this many members each is compared with each: quicker than sorting. */
#define FEW_MEMBERS 12

/* The largest array index (ECMA-262 6.1.7): 2^32 - 2. */
#define INDEX_MAX UINT64_C(4294967294)

/* `rank` sorts; what ranks alike is told apart by the key itself and then by `place`. */
struct entry {
    uint64_t rank;
    const struct js *key;
    size_t place;
};

static bool same_key(const struct js *a, const struct js *b)
{
    return a->size == b->size && memcmp(a->as.text, b->as.text, a->size) == 0;
}

/* FNV-1a. That somebody can make keys with equal hashes does not matter: they are sorted, not
 * probed for. */
static uint64_t hash_key(const struct js *key)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (uint32_t i = 0; i < key->size; i++)
        hash = (hash ^ (unsigned char)key->as.text[i]) * UINT64_C(1099511628211);
    return hash;
}

static int compare_entries(const void *left, const void *right)
{
    const struct entry *a = left;
    const struct entry *b = right;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    if (a->key->size != b->key->size)
        return a->key->size < b->key->size ? -1 : 1;
    int order = memcmp(a->key->as.text, b->key->as.text, a->key->size);
    if (order != 0)
        return order;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* A member that has lost to a later one of its name; its value has gone to `first`. */
static void supersede(struct js_member *first, struct js_member *later)
{
    first->value = later->value;
    later->key.kind = JS_NULL;
}

static void merge_few(struct js_member *members, size_t count)
{
    for (size_t i = 1; i < count; i++)
        for (size_t first = 0; first < i; first++)
            if (members[first].key.kind == JS_STRING &&
                same_key(&members[first].key, &members[i].key)) {
                supersede(&members[first], &members[i]);
                break;
            }
}

static void merge_many(struct js_member *members, size_t count)
{
    struct entry *entries = mem_resize(NULL, count, sizeof(*entries));
    for (size_t i = 0; i < count; i++)
        entries[i] = (struct entry){hash_key(&members[i].key), &members[i].key, i};
    qsort(entries, count, sizeof(*entries), compare_entries);
    size_t first = 0;
    for (size_t i = 1; i < count; i++) {
        bool same =
            entries[i].rank == entries[first].rank && same_key(entries[i].key, entries[first].key);
        if (same)
            supersede(&members[entries[first].place], &members[entries[i].place]);
        else
            first = i;
    }
    free(entries);
}

static size_t drop_superseded(struct js_member *members, size_t count)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (members[i].key.kind == JS_STRING)
            members[kept++] = members[i];
    return kept;
}

/* Whether the key is an array index in its canonical form: no sign, no leading zero. */
static bool is_index(const struct js *key, uint64_t *out_index)
{
    const char *digit = key->as.text;
    if (key->size == 0 || key->size > 10 || (digit[0] == '0' && key->size > 1))
        return false;
    *out_index = 0;
    for (uint32_t i = 0; i < key->size; i++) {
        if (digit[i] < '0' || digit[i] > '9')
            return false;
        *out_index = *out_index * 10 + (uint64_t)(digit[i] - '0');
    }
    return *out_index <= INDEX_MAX;
}

/* Ranks index keys by their number and puts all others behind them, as they stand. */
static void sort_indices(struct js_member *members, size_t count)
{
    struct entry *entries = mem_resize(NULL, count, sizeof(*entries));
    struct js_member *sorted = mem_resize(NULL, count, sizeof(*sorted));
    size_t num_indices = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t index = 0;
        if (is_index(&members[i].key, &index))
            entries[num_indices++] = (struct entry){index, &members[i].key, i};
    }
    qsort(entries, num_indices, sizeof(*entries), compare_entries);
    size_t rest = num_indices;
    for (size_t i = 0; i < num_indices; i++)
        sorted[i] = members[entries[i].place];
    for (size_t i = 0; i < count; i++) {
        uint64_t index = 0;
        if (!is_index(&members[i].key, &index))
            sorted[rest++] = members[i];
    }
    memcpy(members, sorted, count * sizeof(*sorted));
    free(entries);
    free(sorted);
}

static bool has_index(const struct js_member *members, size_t count)
{
    uint64_t index = 0;
    for (size_t i = 0; i < count; i++)
        if (is_index(&members[i].key, &index))
            return true;
    return false;
}

size_t js_order_members(struct js_member *members, size_t count)
{
    if (count < 2)
        return count;
    if (count <= FEW_MEMBERS)
        merge_few(members, count);
    else
        merge_many(members, count);
    count = drop_superseded(members, count);
    if (has_index(members, count))
        sort_indices(members, count);
    return count;
}
