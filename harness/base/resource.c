#include "base/resource.h"

#include <string.h>

struct bytes resource_find(const char *path)
{
    for (size_t i = 0; i < num_resources; i++)
        if (strcmp(resources[i].path, path) == 0)
            return (struct bytes){(const char *)resources[i].data, resources[i].len};
    return (struct bytes){0};
}
