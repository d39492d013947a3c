#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* From here on a buffer grows by a quarter: what is not used counts. */
#define LARGE ((size_t)1024 * 1024)

static void reserve(struct buf *buf, size_t len)
{
    size_t needed = len + 1;
    if (needed <= buf->capacity)
        return;
    size_t capacity = buf->capacity + (buf->capacity < LARGE ? buf->capacity : buf->capacity / 4);
    if (capacity < 64)
        capacity = 64;
    if (capacity < needed)
        capacity = needed;
    buf->data = mem_resize(buf->data, capacity, 1);
    buf->capacity = capacity;
}

/* How many of `len` more bytes the cap lets in; notes when it cuts. */
static size_t room_for(struct buf *buf, size_t len)
{
    size_t room = buf->max > buf->len ? buf->max - buf->len : 0;
    if (buf->max == 0 || len <= room)
        return len;
    buf->full = true;
    return room;
}

void buf_reserve(struct buf *buf, size_t len)
{
    size_t room = buf->max > buf->len ? buf->max - buf->len : 0;
    reserve(buf, buf->len + (buf->max && len > room ? room : len));
}

void buf_clear(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){.max = buf->max};
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    buf->full = false;
    if (buf->data)
        buf->data[0] = '\0';
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
    size_t fits = room_for(buf, len);
    reserve(buf, buf->len + fits);
    if (fits)
        memcpy(buf->data + buf->len, data, fits);
    buf->len += fits;
    buf->data[buf->len] = '\0';
}

void buf_add_bytes(struct buf *buf, struct bytes bytes)
{
    buf_add(buf, bytes.data, bytes.len);
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_add_char(struct buf *buf, char c)
{
    bool fits = buf->len + 1 < buf->capacity && (buf->max == 0 || buf->len < buf->max);
    if (!fits) {
        buf_add(buf, &c, 1);
        return;
    }
    buf->data[buf->len++] = c;
    buf->data[buf->len] = '\0';
}

void buf_add_repeated(struct buf *buf, char c, size_t count)
{
    size_t fits = room_for(buf, count);
    reserve(buf, buf->len + fits);
    memset(buf->data + buf->len, c, fits);
    buf->len += fits;
    buf->data[buf->len] = '\0';
}

void buf_add_format(struct buf *buf, const char *format, ...)
{
    char usual[256]; /* most texts fit, and need no second pass */
    va_list args;
    va_start(args, format);
    int len = vsnprintf(usual, sizeof usual, format, args);
    va_end(args);
    if (len < 0)
        return;
    if ((size_t)len < sizeof usual) {
        buf_add(buf, usual, (size_t)len);
        return;
    }
    va_start(args, format);
    char *text = mem_format_list(format, args);
    va_end(args);
    buf_add(buf, text, (size_t)len);
    free(text);
}

void buf_drop(struct buf *buf, size_t len)
{
    if (len > buf->len)
        len = buf->len;
    if (len == 0)
        return;
    memmove(buf->data, buf->data + len, buf->len - len + 1);
    buf->len -= len;
}

char *buf_take(struct buf *buf)
{
    char *data = buf->data ? buf->data : mem_alloc(1);
    *buf = (struct buf){.max = buf->max};
    return data;
}

struct bytes buf_bytes(const struct buf *buf)
{
    return (struct bytes){buf->data, buf->len};
}

const char *buf_text(const struct buf *buf)
{
    return buf->data ? buf->data : "";
}
