/*
 * Reading JSON files of our own kind (suites, fixtures, configuration) with jansson, so every
 * complaint names the file and the place as a JSON Pointer (RFC 6901), such as
 * "suites/x.json: /cases/3/wire/0/op".
 *
 * What an endpoint or a user's event may contain is read by panora/js.h instead, with ECMAScript's
 * rules.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"
#include "base/redact.h"

/* A value and how one got there. A value type: parents live on the caller's stack. Borrowed
 * throughout. */
struct json_at {
    json_t *value; /* NULL: not there */
    const char *file;
    const struct json_at *parent; /* NULL at the root */
    const char *key;              /* NULL for an array item */
    size_t index;
};

/* Out of memory in jansson ends the program as it does everywhere (mem.h), instead of cutting a
 * document short. Once, at the start of the program. */
void json_use_mem(void);

/* Says where `file` is no JSON, in one line. */
void json_set_error(const char *file, const json_error_t *where, struct error *err);

/* Parses `text`; the caller frees with json_decref. NULL and `file: line N, column N: ...` on
 * failure. Refuses duplicate keys. */
json_t *json_read(const char *file, struct bytes text, struct error *err);

struct json_at json_root(const char *file, json_t *value);

/* The member `key`, or a place whose value is NULL when there is none. */
struct json_at json_member(const struct json_at *at, const char *key);

/* Item `index` of an array. */
struct json_at json_item(const struct json_at *at, size_t index);

/* Steps through the items of an array or the members of an object, whose key is `each->key`.
 * `*each` is zeroed at first. False behind the last, and for anything else. */
bool json_next(const struct json_at *at, struct json_at *each);

/* Sets "FILE: /PATH: MESSAGE"; always returns false. */
bool json_fail(const struct json_at *at, struct error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The typed getters: false with a sentence when the value is missing or of another kind. */
bool json_get_text(const struct json_at *at, const char **out, struct error *err); /* borrowed */
bool json_get_bool(const struct json_at *at, bool *out, struct error *err);
bool json_get_integer(const struct json_at *at, json_int_t min, json_int_t max, json_int_t *out,
                      struct error *err);
bool json_expect_object(const struct json_at *at, struct error *err);
bool json_expect_array(const struct json_at *at, struct error *err);

/* --- writing --- */

/* Sets a member; a value that JSON cannot have, such as text that is not UTF-8, is left out. */
void json_set(json_t *object, const char *name, json_t *value);
void json_set_count(json_t *object, const char *name, uint64_t count);
void json_set_flag(json_t *object, const char *name, bool value);

/* What is not UTF-8 is made visible (text_add_visible). NULL sets null. */
void json_set_text(json_t *object, const char *name, const char *text);

/* The same without what must not be seen. */
void json_set_redacted(json_t *object, const char *name, const struct redactor *redactor,
                       const char *text);

/* The bytes as text, or, when they are not UTF-8, as `name`_base64. */
void json_set_bytes(json_t *object, const char *name, struct bytes bytes);

/* Milliseconds with three decimals, or null when `ns` is negative: not reached. */
void json_set_ms(json_t *object, const char *name, int64_t ns);

/* Appends an object that has this text, and returns it, borrowed. */
json_t *json_add_row(json_t *list, const char *name, const char *text);

/* A list of strings. New. */
json_t *json_texts(const char *const *items, size_t count);

/* A string of `text`, which may be a stranger's: control characters and bytes that are not UTF-8 as
 * \xNN. New. */
json_t *json_visible(const char *text);

/* Appends the document as the commands' --json prints it: indented, with a line end. What drives
 * some terminals (DEL, and C1 controls) is escaped: a document often goes to one. */
void json_add_document(const json_t *value, struct buf *out);

/* The same, with `flags` of json_dumps. */
void json_add_document_as(const json_t *value, size_t flags, struct buf *out);

/* Refuses members whose names are not among `keys`, naming the nearest one. */
bool json_only_keys(const struct json_at *at, const char *const *keys, size_t count,
                    struct error *err);

#endif
