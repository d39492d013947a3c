/* The data of an event, as a step asks for it. */
#include "base/clock.h"
#include "compose/compose.h"

/* Pads or cuts `data` to exactly `size` bytes: an object with one long text. */
static void data_of_size(struct rng *rng, size_t size, struct buf *out)
{
    static const char start[] = "{\"id\":\"";
    static const char middle[] = "\",\"content\":\"";
    static const char end[] = "\"}";
    char id[UUID_SIZE];
    rng_uuid(rng, id);
    size_t frame = sizeof start - 1 + UUID_SIZE - 1 + sizeof middle - 1 + sizeof end - 1;
    if (size < frame) { /* too small for an object with an id: a number's digits fill any size */
        buf_add_repeated(out, '1', size);
        return;
    }
    buf_add_format(out, "%s%s%s", start, id, middle);
    buf_add_repeated(out, 'x', size - frame);
    buf_add_text(out, end);
}

/* An object with arrays inside each other: `depth` levels in all. */
static void data_of_depth(size_t depth, struct buf *out)
{
    buf_add_text(out, "{\"nested\":");
    buf_add_repeated(out, '[', depth - 1);
    buf_add_text(out, depth > 1 ? "" : "true");
    buf_add_repeated(out, ']', depth - 1);
    buf_add_char(out, '}');
}

void compose_data(const struct composer *composer, const struct step *step, const char *type,
                  struct rng *rng, struct buf *out)
{
    if (step->data) {
        buf_add_text(out, step->data);
    } else if (step->depth) {
        data_of_depth(step->depth, out);
    } else if (step->size) {
        data_of_size(rng, step->size, out);
    } else {
        struct sample_request wanted = {
            .type = type,
            .wall_ms = composer->wall_ms - step->age_ns / NS_PER_MS,
            .num_rows = step->rows < 0 ? SIZE_MAX : (size_t)step->rows,
            .nulls = step->nulls,
        };
        catalogue_sample(composer->catalogue, &wanted, rng, out);
    }
}
