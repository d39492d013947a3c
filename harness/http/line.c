#include "http/line.h"

#include <string.h>

static enum line_result check_end(struct bytes *line)
{
    line->len--;
    bool bare_lf = line->len == 0 || line->data[line->len - 1] != '\r';
    if (!bare_lf)
        line->len--;
    if (line->len && memchr(line->data, '\r', line->len))
        return LINE_BARE_CR;
    return bare_lf ? LINE_BARE_LF : LINE_WHOLE;
}

enum line_result line_take(struct buf *kept, struct input *in, size_t max, struct bytes *line)
{
    size_t room = max - kept->len;
    size_t len = in->len < room ? in->len : room;
    const char *end = len ? memchr(in->data, '\n', len) : NULL;
    size_t taken = end ? (size_t)(end - in->data) + 1 : len;
    if (!end && in->len > room)
        return LINE_TOO_LONG;
    bool is_in_one_piece = end && kept->len == 0;
    *line = (struct bytes){in->data, taken};
    if (taken && !is_in_one_piece)
        buf_add(kept, in->data, taken);
    in->data += taken;
    in->len -= taken;
    if (!end)
        return LINE_PART;
    if (!is_in_one_piece)
        *line = buf_bytes(kept);
    return check_end(line);
}
