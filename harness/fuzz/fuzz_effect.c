/* Whatever the user's command prints and ends with: it says how often, or why that is unknown. */
#include <stdint.h>
#include <stdlib.h>

#include "run/effect_command.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum child_state states[] = {CHILD_EXITED, CHILD_SIGNALLED, CHILD_LATE,
                                              CHILD_LOUD};
    if (size < 2)
        return 0;
    struct child child = {.state = states[data[0] % 4], .code = data[0] >> 4};
    struct processed said = {0};
    size_t half = 2 + (size - 2) * data[1] / 255;
    buf_add(&child.out, data + 2, half - 2 < CHILD_OUT_MAX ? half - 2 : CHILD_OUT_MAX);
    buf_add(&child.err, data + half, size - half < CHILD_ERR_MAX ? size - half : CHILD_ERR_MAX);
    effect_command_read(&child, &said);
    if (said.state == PROCESSED_UNASKED || (said.state == PROCESSED_UNKNOWN && !said.why) ||
        (said.state == PROCESSED_TIMES && (said.times < 0 || child.state != CHILD_EXITED)))
        abort();
    free(said.why);
    buf_clear(&child.out);
    buf_clear(&child.err);
    return 0;
}
