#include "receive/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/resource.h"
#include "panora/catalogue.h"
#include "panora/js.h"

#define ID_MAX 256

static struct bytes shorten(struct bytes id)
{
    return (struct bytes){id.data ? id.data : "", id.len < ID_MAX ? id.len : ID_MAX};
}

void memory_clear(struct memory *memory)
{
    for (size_t i = 0; i < memory->num_ids; i++)
        free(memory->ids[i].id);
    free(memory->ids);
    catalogue_free(memory->catalogue);
    js_free(memory->shapes);
    *memory = (struct memory){0};
}

static const struct remembered *find(const struct memory *memory, struct bytes id)
{
    id = shorten(id);
    for (size_t i = 0; i < memory->num_ids; i++)
        if (bytes_equal(bytes_of(memory->ids[i].id), id))
            return &memory->ids[i];
    return NULL;
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

void memory_add(struct memory *memory, struct bytes id)
{
    id = shorten(id);
    if (!memory->ids)
        memory->ids = mem_alloc(MEMORY_MAX * sizeof *memory->ids);
    free(memory->ids[memory->next].id);
    memory->ids[memory->next] =
        (struct remembered){mem_copy(id.data, id.len), clock_monotonic_ns()};
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
