#include "base/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

size_t table_count(const struct table *table)
{
    size_t count = 0;
    for (size_t i = 0; table->parts[i]; i++)
        count += table->parts[i]->count;
    return count;
}

const void *table_at(const struct table *table, size_t index)
{
    for (size_t i = 0; table->parts[i]; i++) {
        if (index < table->parts[i]->count)
            return (const char *)table->parts[i]->rows + index * table->row_size;
        index -= table->parts[i]->count;
    }
    return NULL;
}

static const char *name_of(const void *row)
{
    return *(const char *const *)row;
}

const void *table_find(const struct table *table, const char *name, struct error *err)
{
    const void *row = NULL;
    for (size_t i = 0; (row = table_at(table, i)); i++)
        if (strcmp(name_of(row), name) == 0)
            return row;
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
    const void *row = NULL;
    for (size_t i = 0; (row = table_at(table, i)); i++)
        names_add(names, name_of(row));
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
