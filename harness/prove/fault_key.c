#include "prove/fault_key.h"

#include <string.h>

#include "base/table.h"
#include "base/text.h"
#include "receive/fault.h"

size_t fault_index(const char *id)
{
    size_t index = 0;
    while (index < fault_count() && strcmp(fault_at(index)->id, id) != 0)
        index++;
    return index;
}

size_t fault_key(const struct json_at *at, const char *id, struct error *err)
{
    size_t index = fault_index(id);
    if (index < fault_count())
        return index;
    struct names ids = {0};
    struct error why = {0};
    for (size_t i = 0; i < fault_count(); i++)
        names_add(&ids, fault_at(i)->id);
    (void)text_unknown(&why, "fault", id, ids.items, ids.count);
    (void)json_fail(at, err, "%s", why.message);
    names_clear(&ids);
    return index;
}
