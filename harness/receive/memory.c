#include "receive/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/resource.h"
#include "panora/catalogue.h"
#include "panora/js.h"
#include "sign/signer.h"

#define ID_MAX 256

static struct bytes shorten(struct bytes id)
{
    return (struct bytes){id.data ? id.data : "", id.len < ID_MAX ? id.len : ID_MAX};
}

static void forget_key(struct memory *memory)
{
    signer_free(memory->signer);
    memory->signer = NULL;
    secret_clear(&memory->signer_key);
}

void memory_sign(struct memory *memory, struct bytes key, struct bytes message,
                 char out[SIGNATURE_SIZE])
{
    if (!memory->signer || !bytes_equal(secret_bytes(&memory->signer_key), key)) {
        forget_key(memory);
        secret_set(&memory->signer_key, key);
        memory->signer = signer_new(key);
    }
    signer_sign(memory->signer, message, out);
    out[SIGNATURE_SIZE - 1] = '\0';
}

void memory_clear(struct memory *memory)
{
    for (size_t i = 0; i < memory->num_ids; i++)
        free(memory->ids[i].id);
    free(memory->ids);
    free(memory->heads);
    forget_key(memory);
    catalogue_free(memory->catalogue);
    js_free(memory->shapes);
    *memory = (struct memory){0};
}

/* FNV-1a */
static uint16_t head_of(struct bytes id)
{
    uint32_t hash = 2166136261U;
    for (size_t i = 0; i < id.len; i++)
        hash = (hash ^ (unsigned char)id.data[i]) * 16777619U;
    return (uint16_t)(hash % MEMORY_MAX);
}

static const struct remembered *find(const struct memory *memory, struct bytes id)
{
    id = shorten(id);
    size_t place = memory->heads ? memory->heads[head_of(id)] : 0;
    while (place && !bytes_equal(bytes_of(memory->ids[place - 1].id), id))
        place = memory->ids[place - 1].older;
    return place ? &memory->ids[place - 1] : NULL;
}

bool memory_has(const struct memory *memory, struct bytes id)
{
    return find(memory, id) != NULL;
}

int64_t memory_age_ns(const struct memory *memory, struct bytes id)
{
    const struct remembered *found = find(memory, id);
    return found ? clock_monotonic_ns() - found->since_ns : -1;
}

/* Frees the place of the oldest; whatever is found from the same head is newer. */
static void forget(struct memory *memory, size_t place)
{
    uint16_t *link = &memory->heads[memory->ids[place].head];
    while (*link != place + 1)
        link = &memory->ids[*link - 1].older;
    *link = 0;
    free(memory->ids[place].id);
}

void memory_add(struct memory *memory, struct bytes id)
{
    id = shorten(id);
    if (!memory->ids) {
        memory->ids = mem_alloc(MEMORY_MAX * sizeof *memory->ids);
        memory->heads = mem_alloc(MEMORY_MAX * sizeof *memory->heads);
    }
    if (memory->num_ids == MEMORY_MAX)
        forget(memory, memory->next);
    uint16_t head = head_of(id);
    memory->ids[memory->next] = (struct remembered){mem_copy(id.data, id.len), clock_monotonic_ns(),
                                                    head, memory->heads[head]};
    memory->heads[head] = (uint16_t)(memory->next + 1);
    memory->next = (memory->next + 1) % MEMORY_MAX;
    if (memory->num_ids < MEMORY_MAX)
        memory->num_ids++;
}

const struct event_type *memory_find_type(struct memory *memory, struct bytes type)
{
    if (!memory->catalogue)
        memory->catalogue = catalogue_load();
    char *name = mem_copy(type.data, type.len);
    const struct event_type *found = catalogue_find(memory->catalogue, name);
    free(name);
    return found;
}

bool memory_knows_type(struct memory *memory, struct bytes type)
{
    return memory_find_type(memory, type) != NULL;
}

const struct js *memory_shapes(struct memory *memory)
{
    if (!memory->shapes)
        memory->shapes = js_parse(resource_find("fixtures/events/shapes.json"), NULL);
    return memory->shapes;
}
