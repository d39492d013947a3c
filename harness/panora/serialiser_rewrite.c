/* JSON read into a tree that keeps what js.h rightly forgets (how a number was written, the order
 * of keys), and written again as a serialiser does. */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "panora/js.h"
#include "panora/serialiser.h"
#include "panora/serialiser_internal.h"

#define DEPTH_MAX 200

struct node {
    enum js_kind kind;
    struct bytes word; /* numbers, true, false, null: as it stands */
    struct js *text;   /* strings: decoded */
    struct js **keys;  /* objects: decoded */
    struct node **members;
    size_t count;
};

static void node_free(struct node *node)
{
    if (!node)
        return;
    for (size_t i = 0; i < node->count; i++) {
        node_free(node->members[i]);
        if (node->keys)
            js_free(node->keys[i]);
    }
    js_free(node->text);
    free(node->keys);
    free(node->members);
    free(node);
}

/* --- reading; the text is known to be JSON --- */

static void skip_blanks(struct bytes *rest)
{
    while (rest->len && strchr(" \t\r\n", rest->data[0]))
        *rest = (struct bytes){rest->data + 1, rest->len - 1};
}

static void skip(struct bytes *rest, size_t len)
{
    *rest = (struct bytes){rest->data + len, rest->len - len};
    skip_blanks(rest);
}

static struct js *read_text(struct bytes *rest)
{
    size_t len = 1;
    while (rest->data[len] != '"')
        len += rest->data[len] == '\\' ? 2 : 1;
    struct js *text = js_parse((struct bytes){rest->data, len + 1}, NULL);
    skip(rest, len + 1);
    return text;
}

static struct node *read_node(struct bytes *rest, size_t depth);

/* Of two equal keys the last value wins, at the place of the first. */
static bool add_member(struct node *node, struct js *key, struct node *value)
{
    for (size_t i = 0; key && i < node->count; i++)
        if (bytes_equal(js_string(node->keys[i]), js_string(key))) {
            js_free(key);
            node_free(node->members[i]);
            node->members[i] = value;
            return value != NULL;
        }
    if (key) {
        node->keys = mem_resize(node->keys, node->count + 1, sizeof(struct js *));
        node->keys[node->count] = key;
    }
    node->members = mem_resize(node->members, node->count + 1, sizeof(struct node *));
    node->members[node->count++] = value;
    return value != NULL;
}

static bool read_members(struct node *node, struct bytes *rest, size_t depth)
{
    char end = node->kind == JS_OBJECT ? '}' : ']';
    bool ok = depth < DEPTH_MAX;
    skip(rest, 1);
    while (ok && rest->data[0] != end) {
        struct js *key = NULL;
        if (node->kind == JS_OBJECT) {
            key = read_text(rest);
            skip(rest, 1);
        }
        ok = add_member(node, key, read_node(rest, depth + 1));
        if (ok && rest->data[0] == ',')
            skip(rest, 1);
    }
    if (ok)
        skip(rest, 1);
    return ok;
}

/* NULL when it is too deep. */
static struct node *read_node(struct bytes *rest, size_t depth)
{
    struct node *node = mem_alloc(sizeof *node);
    char first = rest->data[0];
    if (first == '"') {
        node->kind = JS_STRING;
        node->text = read_text(rest);
    } else if (first == '{' || first == '[') {
        node->kind = first == '{' ? JS_OBJECT : JS_ARRAY;
        if (!read_members(node, rest, depth)) {
            node_free(node);
            return NULL;
        }
    } else {
        size_t len = 0;
        while (len < rest->len && !strchr(" \t\r\n,]}", rest->data[len]))
            len++;
        bool number = first == '-' || isdigit((unsigned char)first);
        node->kind = number ? JS_NUMBER : JS_NULL;
        node->word = (struct bytes){rest->data, len};
        skip(rest, len);
    }
    return node;
}

/* --- writing --- */

static int compare_bytes(struct bytes a, struct bytes b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static void sort_members(struct node *node)
{
    for (size_t i = 1; i < node->count; i++)
        for (size_t k = i; k > 0; k--) {
            if (compare_bytes(js_string(node->keys[k - 1]), js_string(node->keys[k])) <= 0)
                break;
            struct js *key = node->keys[k];
            struct node *member = node->members[k];
            node->keys[k] = node->keys[k - 1];
            node->members[k] = node->members[k - 1];
            node->keys[k - 1] = key;
            node->members[k - 1] = member;
        }
}

/* Whether PHP's array of these keys is a list. */
static bool is_list(const struct node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        char *index = mem_format("%zu", i);
        bool same = bytes_equal(js_string(node->keys[i]), bytes_of(index));
        free(index);
        if (!same)
            return false;
    }
    return true;
}

static bool write_node(const struct serialiser *how, struct node *node, struct buf *out);

static bool is_dropped(const struct serialiser *how, const struct node *member)
{
    return how->drops_nulls && bytes_equal(member->word, bytes_of("null"));
}

static bool write_key(const struct serialiser *how, const struct js *key, struct buf *out)
{
    bool written = serialiser_quote(how, js_string(key), out);
    buf_add_text(out, how->key_gap);
    return written;
}

static bool write_members(const struct serialiser *how, struct node *node, struct buf *out)
{
    bool keyed = node->kind == JS_OBJECT && !(how->arrays && is_list(node));
    const char *gap = "";
    if (keyed && how->sorts)
        sort_members(node);
    buf_add_char(out, keyed ? '{' : '[');
    for (size_t i = 0; i < node->count; i++) {
        if (keyed && is_dropped(how, node->members[i]))
            continue;
        buf_add_text(out, gap);
        gap = how->item_gap;
        if (keyed && !write_key(how, node->keys[i], out))
            return false;
        if (!write_node(how, node->members[i], out))
            return false;
    }
    buf_add_char(out, keyed ? '}' : ']');
    return true;
}

static bool write_node(const struct serialiser *how, struct node *node, struct buf *out)
{
    if (node->kind == JS_STRING)
        return serialiser_quote(how, js_string(node->text), out);
    if (node->kind == JS_NUMBER)
        return serialiser_write_number(how, node->word, out);
    if (node->kind == JS_OBJECT || node->kind == JS_ARRAY)
        return write_members(how, node, out);
    buf_add_bytes(out, node->word);
    return true;
}

static bool rewrite_by_tree(const struct serialiser *serialiser, struct bytes json, struct buf *out)
{
    struct buf written = {0};
    skip_blanks(&json);
    struct node *node = read_node(&json, 0);
    bool ok = node && write_node(serialiser, node, &written);
    if (ok)
        buf_add_bytes(out, buf_bytes(&written));
    if (ok && serialiser->end)
        buf_add_text(out, serialiser->end);
    node_free(node);
    buf_clear(&written);
    return ok;
}

bool serialiser_rewrite(const struct serialiser *serialiser, struct bytes json, struct buf *out)
{
    struct js *value = js_parse(json, NULL);
    bool has_mark = json.len && json.data[0] == '\xEF' && !serialiser->javascript;
    bool ok = value && !has_mark;
    if (ok && serialiser->javascript)
        js_write(value, out);
    else if (ok)
        ok = text_is_utf8(json) && rewrite_by_tree(serialiser, json, out);
    js_free(value);
    return ok;
}
