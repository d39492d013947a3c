#include "reference/listing_row.h"

void row_set_text(json_t *row, const char *key, const char *text)
{
    (void)json_object_set_new(row, key, text ? json_string(text) : json_null());
}

void row_set_bool(json_t *row, const char *key, bool value)
{
    (void)json_object_set_new(row, key, json_boolean(value));
}

json_t *row_add(json_t *rows, const char *key, const char *name)
{
    json_t *row = json_object();
    row_set_text(row, key, name);
    (void)json_array_append_new(rows, row);
    return row;
}
