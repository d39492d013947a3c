#include "http/headers.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define ROOM ((size_t)8)

bool header_name_equal(const char *a, const char *b)
{
    return strcasecmp(a, b) == 0;
}

static void clear_item(struct header *item)
{
    free(item->name);
    free(item->value);
}

void headers_clear(struct headers *headers)
{
    for (size_t i = 0; i < headers->count; i++)
        clear_item(&headers->items[i]);
    free(headers->items);
    *headers = (struct headers){0};
}

void headers_copy(struct headers *to, const struct headers *from)
{
    *to = (struct headers){0};
    for (size_t i = 0; i < from->count; i++)
        headers_add(to, from->items[i].name, from->items[i].value);
}

/* There is always room for a power of two, at least ROOM: a full one is doubled. */
static void make_room(struct headers *headers)
{
    size_t count = headers->count;
    bool is_full = count == 0 || (count >= ROOM && (count & (count - 1)) == 0);
    if (is_full)
        headers->items =
            mem_resize(headers->items, count ? 2 * count : ROOM, sizeof *headers->items);
}

void headers_add_bytes(struct headers *headers, struct bytes name, struct bytes value)
{
    make_room(headers);
    headers->items[headers->count++] =
        (struct header){mem_copy(name.data, name.len), mem_copy(value.data, value.len)};
}

void headers_add(struct headers *headers, const char *name, const char *value)
{
    headers_add_bytes(headers, bytes_of(name), bytes_of(value));
}

/* Removes the fields of that name from `start` on. */
static size_t remove_from(struct headers *headers, size_t start, const char *name)
{
    size_t kept = start;
    for (size_t i = start; i < headers->count; i++) {
        if (header_name_equal(headers->items[i].name, name))
            clear_item(&headers->items[i]);
        else
            headers->items[kept++] = headers->items[i];
    }
    size_t removed = headers->count - kept;
    headers->count = kept;
    return removed;
}

void headers_set(struct headers *headers, const char *name, const char *value)
{
    for (size_t i = 0; i < headers->count; i++) {
        struct header *item = &headers->items[i];
        if (!header_name_equal(item->name, name))
            continue;
        char *copy = mem_text(value); /* before the free: `value` may be the old one */
        free(item->value);
        item->value = copy;
        (void)remove_from(headers, i + 1, name);
        return;
    }
    headers_add(headers, name, value);
}

size_t headers_remove(struct headers *headers, const char *name)
{
    return remove_from(headers, 0, name);
}

const char *headers_find(const struct headers *headers, const char *name)
{
    for (size_t i = 0; i < headers->count; i++)
        if (header_name_equal(headers->items[i].name, name))
            return headers->items[i].value;
    return NULL;
}

size_t headers_count(const struct headers *headers, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < headers->count; i++)
        count += header_name_equal(headers->items[i].name, name);
    return count;
}

static bool list_has_token(const char *list, const char *token)
{
    size_t token_len = strlen(token);
    while (*list) {
        list += strspn(list, " \t,");
        size_t len = strcspn(list, ",");
        size_t trimmed = len;
        while (trimmed && (list[trimmed - 1] == ' ' || list[trimmed - 1] == '\t'))
            trimmed--;
        if (trimmed == token_len && strncasecmp(list, token, token_len) == 0)
            return true;
        list += len;
    }
    return false;
}

size_t header_cost(const struct header *header)
{
    return strlen(header->name) + strlen(header->value) + HEADER_COST;
}

size_t headers_fitting(const struct headers *headers, size_t max_len)
{
    size_t len = 0;
    size_t count = 0;
    for (; count < headers->count; count++) {
        len += header_cost(&headers->items[count]);
        if (len > max_len)
            break;
    }
    return count;
}

bool headers_has_token(const struct headers *headers, const char *name, const char *token)
{
    for (size_t i = 0; i < headers->count; i++)
        if (header_name_equal(headers->items[i].name, name) &&
            list_has_token(headers->items[i].value, token))
            return true;
    return false;
}
