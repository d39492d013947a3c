/*
 * JSON with ECMAScript's rules (ECMA-262, "The JSON Object"), because that is what Panora's sender
 * and its official verifier use and what no C library offers: numbers are doubles and are written
 * in the shortest form that reads back (Number::toString), the last of two equal keys wins at the
 * place of the first, array-index keys come first in ascending order, lone surrogates survive,
 * 1E400 reads as Infinity and is written as null.
 *
 * Text is UTF-8 in which lone surrogates stand as their three-byte form (WTF-8). Bytes are decoded
 * as a TextDecoder does: invalid UTF-8 becomes U+FFFD per maximal subpart (WHATWG Encoding), one
 * leading BOM is dropped. Neither reading nor writing recurses, so depth costs memory only.
 */
#ifndef PANORA_JS_H
#define PANORA_JS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"

enum js_kind { JS_NULL, JS_BOOL, JS_NUMBER, JS_STRING, JS_ARRAY, JS_OBJECT };

struct js; /* a value with all its parts */

/* JSON.parse. The caller frees the value with js_free. NULL with "not JSON: ... at byte N" when the
 * text is not JSON; trailing or leading white space (tab, LF, CR, space) is fine, anything else is
 * not. */
struct js *js_parse(struct bytes text, struct error *err);
void js_free(struct js *value); /* NULL is fine */

enum js_kind js_kind(const struct js *value);
bool js_bool(const struct js *value);
double js_number(const struct js *value);
struct bytes js_string(const struct js *value); /* borrowed */

/* Arrays and objects: the number of members, the member at `index` in the order in which
 * JSON.stringify writes them, its key (objects). Borrowed. */
size_t js_size(const struct js *value);
const struct js *js_at(const struct js *value, size_t index);
struct bytes js_key(const struct js *value, size_t index);

/* The own member `key` of an object, or NULL: also when `value` is NULL or no object. Borrowed. */
const struct js *js_get(const struct js *value, const char *key);

/* The member's text when it is a string; else {NULL, 0}. Borrowed. */
struct bytes js_get_text(const struct js *value, const char *key);

/* JSON.stringify(value): appends to `out`. */
void js_write(const struct js *value, struct buf *out);

/* JSON.stringify of a string: `text` (UTF-8 or WTF-8) in quotes with ECMAScript's escapes. Only the
 * quote, the backslash, U+0000 to U+001F (short forms where there are, else lower-case \u00xx) and
 * lone surrogates are escaped. */
void js_quote(struct bytes text, struct buf *out);

/* Number::toString (ECMA-262 6.1.6.1.20) for a finite number; NaN and infinities give "null" as in
 * JSON. */
void js_write_number(double number, struct buf *out);

#endif
