/* The data of an event, as a step asks for it. */
#include "base/clock.h"
#include "compose/compose.h"
#include "compose/genuine.h"

void compose_data(const struct composer *composer, const struct step *step, const char *type,
                  struct rng *rng, struct buf *out)
{
    const struct sample_request wanted = {
        .type = type,
        .wall_ms = composer->wall_ms - step->age_ns / NS_PER_MS,
        .num_rows = step->rows < 0 ? SIZE_MAX : (size_t)step->rows,
        .nulls = step->all_nulls ? NULLS_ALL
                 : step->nulls   ? NULLS_OPTIONAL
                                 : NULLS_FEW,
    };
    if (step->data)
        buf_add_text(out, step->data);
    else if (step->depth)
        genuine_of_depth(composer, &wanted, step->depth, rng, out);
    else if (step->size)
        genuine_of_size(composer, &wanted, step->size, rng, out);
    else
        catalogue_sample(composer->catalogue, &wanted, rng, out);
}
