#include "http/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static struct flaw join(struct headers *fields, struct bytes line)
{
    if (fields->count == 0)
        return (struct flaw){400, "the first header line begins with a blank"};
    struct header *last = &fields->items[fields->count - 1];
    struct bytes rest = parse_trim(line);
    struct buf joined = {0};
    buf_add_text(&joined, last->value);
    buf_add_char(&joined, ' ');
    buf_add_bytes(&joined, rest);
    free(last->value);
    last->value = buf_take(&joined);
    return parse_is_field_text(rest)
               ? NO_FLAW
               : (struct flaw){400, "a header's value has a control character"};
}

static void add(struct headers *fields, const struct field_line *parts)
{
    char *name = mem_copy(parts->name.data, parts->name.len);
    char *value = mem_copy(parts->value.data, parts->value.len);
    headers_add(fields, name, value);
    free(name);
    free(value);
}

struct flaw fields_add_line(struct headers *fields, struct bytes line, size_t num_max,
                            bool join_folded)
{
    if (line.data[0] == ' ' || line.data[0] == '\t')
        return join_folded ? join(fields, line)
                           : (struct flaw){400, "a header line begins with a blank"};
    if (fields->count >= num_max)
        return (struct flaw){431, "there are too many headers"};
    struct field_line parts;
    struct flaw flaw = parse_field_line(line, &parts);
    if (!flaw.what)
        add(fields, &parts);
    return flaw;
}
