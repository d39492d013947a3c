#include "http/fields.h"

struct flaw fields_add_line(struct headers *fields, struct bytes line, size_t num_max)
{
    if (line.data[0] == ' ' || line.data[0] == '\t')
        return (struct flaw){400, "a header line starts with white space"};
    if (fields->count >= num_max)
        return (struct flaw){431, "too many headers"};
    struct field_line parts;
    struct flaw flaw = parse_field_line(line, &parts);
    if (!flaw.what)
        headers_add_bytes(fields, parts.name, parts.value);
    return flaw;
}
