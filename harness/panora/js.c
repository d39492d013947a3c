/* The tree: its memory and the looks at it. */
#include "panora/js.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "panora/js_internal.h"

#define CHUNK_FIRST ((size_t)2 * 1024)
#define CHUNK_LAST  ((size_t)1024 * 1024)

struct js_chunk {
    struct js_chunk *next;
    size_t used;
    size_t size;
    double data[]; /* double: aligned for every part of a value */
};

static struct js_chunk *chunk_new(struct js_chunk *next, size_t len)
{
    size_t size = next ? next->size * 2 : CHUNK_FIRST;
    if (size > CHUNK_LAST)
        size = CHUNK_LAST;
    if (size < len)
        size = len;
    struct js_chunk *chunk = mem_resize(NULL, 1, sizeof(*chunk) + size);
    *chunk = (struct js_chunk){.next = next, .size = size};
    return chunk;
}

void *js_tree_room(struct js_tree *tree, size_t len)
{
    size_t needed = (len + sizeof(double) - 1) & ~(sizeof(double) - 1);
    if (!tree->chunks || tree->chunks->size - tree->chunks->used < needed)
        tree->chunks = chunk_new(tree->chunks, needed);
    char *room = (char *)tree->chunks->data + tree->chunks->used;
    tree->chunks->used += needed;
    return room;
}

void js_tree_free(struct js_tree *tree)
{
    while (tree->chunks) {
        struct js_chunk *chunk = tree->chunks;
        tree->chunks = chunk->next;
        free(chunk);
    }
    free(tree);
}

void js_free(struct js *value)
{
    if (value)
        js_tree_free((struct js_tree *)value);
}

enum js_kind js_kind(const struct js *value)
{
    return value->kind;
}

bool js_bool(const struct js *value)
{
    return value->kind == JS_BOOL && value->as.boolean;
}

double js_number(const struct js *value)
{
    return value->kind == JS_NUMBER ? value->as.number : 0.0;
}

struct bytes js_string(const struct js *value)
{
    if (value->kind != JS_STRING)
        return (struct bytes){"", 0};
    return (struct bytes){value->as.text, value->size};
}

size_t js_size(const struct js *value)
{
    return value->kind == JS_ARRAY || value->kind == JS_OBJECT ? value->size : 0;
}

const struct js *js_at(const struct js *value, size_t index)
{
    if (index >= js_size(value))
        return NULL;
    return value->kind == JS_ARRAY ? &value->as.items[index] : &value->as.members[index].value;
}

struct bytes js_key(const struct js *value, size_t index)
{
    if (value->kind != JS_OBJECT || index >= value->size)
        return (struct bytes){"", 0};
    return js_string(&value->as.members[index].key);
}

const struct js *js_get(const struct js *value, const char *key)
{
    if (!value || value->kind != JS_OBJECT)
        return NULL;
    for (size_t i = 0; i < value->size; i++)
        if (bytes_equal(js_key(value, i), bytes_of(key)))
            return &value->as.members[i].value;
    return NULL;
}

struct bytes js_get_text(const struct js *value, const char *key)
{
    const struct js *member = js_get(value, key);
    return member && member->kind == JS_STRING ? js_string(member) : (struct bytes){NULL, 0};
}
