#include "http/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void add(struct headers *fields, const struct field_line *parts)
{
    char *name = mem_copy(parts->name.data, parts->name.len);
    char *value = mem_copy(parts->value.data, parts->value.len);
    headers_add(fields, name, value);
    free(name);
    free(value);
}

struct flaw fields_add_line(struct headers *fields, struct bytes line, size_t num_max)
{
    if (line.data[0] == ' ' || line.data[0] == '\t')
        return (struct flaw){400, "a header line starts with white space"};
    if (fields->count >= num_max)
        return (struct flaw){431, "too many headers"};
    struct field_line parts;
    struct flaw flaw = parse_field_line(line, &parts);
    if (!flaw.what)
        add(fields, &parts);
    return flaw;
}
