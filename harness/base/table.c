#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

size_t table_count(const struct table *table)
{
    size_t count = 0;
    for (const struct table_part *part = table->parts; part->rows; part++)
        count += part->count;
    return count;
}

const void *table_at(const struct table *table, size_t index)
{
    const struct table_part *part = table->parts;
    for (; part->rows && index >= part->count; part++)
        index -= part->count;
    return part->rows ? (const char *)part->rows + index * table->row_size : NULL;
}

static const char *name_of(const void *row)
{
    return *(const char *const *)row;
}

const void *table_find(const struct table *table, const char *name, struct error *err)
{
    for (const struct table_part *part = table->parts; part->rows; part++)
        for (size_t i = 0; i < part->count; i++) {
            const void *row = (const char *)part->rows + i * table->row_size;
            if (strcmp(name_of(row), name) == 0)
                return row;
        }
    struct names names = {0};
    names_add_rows(&names, table);
    (void)text_unknown(err, table->noun, name, names.items, names.count);
    names_clear(&names);
    return NULL;
}

void names_add(struct names *names, const char *name)
{
    names->items = mem_resize(names->items, names->count + 1, sizeof *names->items);
    names->items[names->count++] = name;
}

void names_add_rows(struct names *names, const struct table *table)
{
    for (const struct table_part *part = table->parts; part->rows; part++)
        for (size_t i = 0; i < part->count; i++)
            names_add(names, name_of((const char *)part->rows + i * table->row_size));
}

bool names_has(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

void names_clear(struct names *names)
{
    free(names->items);
    *names = (struct names){0};
}
