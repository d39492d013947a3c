#include "receive/memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "panora/catalogue.h"

#define ID_MAX 256

static struct bytes shorten(struct bytes id)
{
    return (struct bytes){id.data, id.len < ID_MAX ? id.len : ID_MAX};
}

void memory_clear(struct memory *memory)
{
    for (size_t i = 0; i < memory->num_ids; i++)
        free(memory->ids[i]);
    free(memory->ids);
    catalogue_free(memory->catalogue);
    *memory = (struct memory){0};
}

bool memory_has(const struct memory *memory, struct bytes id)
{
    id = shorten(id);
    for (size_t i = 0; i < memory->num_ids; i++)
        if (bytes_equal(bytes_of(memory->ids[i]), id))
            return true;
    return false;
}

void memory_add(struct memory *memory, struct bytes id)
{
    id = shorten(id);
    if (!memory->ids)
        memory->ids = mem_alloc(MEMORY_MAX * sizeof *memory->ids);
    free(memory->ids[memory->next]);
    memory->ids[memory->next] = mem_copy(id.data, id.len);
    memory->next = (memory->next + 1) % MEMORY_MAX;
    if (memory->num_ids < MEMORY_MAX)
        memory->num_ids++;
}

bool memory_knows_type(struct memory *memory, struct bytes type)
{
    if (!memory->catalogue)
        memory->catalogue = catalogue_load();
    char *name = mem_copy(type.data, type.len);
    bool known = catalogue_find(memory->catalogue, name) != NULL;
    free(name);
    return known;
}
