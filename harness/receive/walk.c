#include "receive/walk.h"

#include <stdlib.h>

#include "base/mem.h"

/* A container and which of its parts is next. */
struct place {
    const struct js *value;
    size_t next;
};

struct way {
    struct place *places;
    size_t count;
    size_t room;
};

static void enter(struct way *way, const struct js *value)
{
    if (way->count == way->room) {
        way->room = way->room ? 2 * way->room : 16;
        way->places = mem_resize(way->places, way->room, sizeof *way->places);
    }
    way->places[way->count++] = (struct place){value, 0};
}

bool walk_any(const struct js *value, walk_test *test, const void *payload)
{
    struct way way = {NULL, 0, 0};
    bool found = test(value, 1, payload);
    enter(&way, value);
    while (!found && way.count) {
        struct place *place = &way.places[way.count - 1];
        if (place->next == js_size(place->value)) {
            way.count--;
            continue;
        }
        const struct js *part = js_at(place->value, place->next++);
        found = test(part, way.count + 1, payload);
        enter(&way, part);
    }
    free(way.places);
    return found;
}
