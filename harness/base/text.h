/* Words for people and words from people: nearest name, globs, durations and sizes. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"

/* The one of `count` names that is nearest to `word` by edits; NULL when none is near. Borrowed. */
const char *text_nearest(const char *word, const char *const *names, size_t count);

/* Sets "no WHAT "WORD"; did you mean "NEAREST"?" or, when none is near, the names that there are.
 * Always returns false. */
bool text_unknown(struct error *err, const char *what, const char *word, const char *const *names,
                  size_t count);

/* Whether `text` matches `pattern`, in which `*` stands for any characters ('/' too) and `?` for
 * one. */
bool text_glob(const char *pattern, const char *text);

/* Reads "250ms", "10s", "2m" or "1h" (a decimal fraction is fine) into nanoseconds, not negative.
 * Refuses a number without a unit, except 0, and more than 1000000h. */
bool text_duration(const char *text, int64_t *out_ns, struct error *err);

/* Reads "512", "64KiB", "1MiB" or "1.5GiB" into bytes, a whole number of them, at most 1e12. */
bool text_size(const char *text, size_t *out_len, struct error *err);

/* The same for what is made in memory: refuses more than TEXT_SIZE_IN_MEMORY_MAX. */
#define TEXT_SIZE_IN_MEMORY_MAX ((size_t)256 * 1024 * 1024)
bool text_size_in_memory(const char *text, size_t *out_len, struct error *err);

/* Reads a whole number from `min` to `max`. */
bool text_integer(const char *text, int64_t min, int64_t max, int64_t *out, struct error *err);

/* Appends at most `max` bytes of `in` with A to Z as lower case. */
void text_add_lower(struct buf *out, struct bytes in, size_t max);

/* How many lines of `text` end. */
size_t text_count_lines(struct bytes text);

/* Appends a duration as a person writes it: "0.31 ms", "4.7 ms", "1.25 s". */
void text_add_duration(struct buf *out, int64_t ns);

/* Appends `in` for a terminal or a log: control characters and bytes that are not UTF-8 as \xNN, at
 * most `max_len` bytes of `in` and then "...". */
void text_add_visible(struct buf *out, struct bytes in, size_t max_len);

/* A copy of the whole text made visible so. The caller frees. */
char *text_visible(const char *text);

/* Whether the bytes are well-formed UTF-8 (RFC 3629). */
bool text_is_utf8(struct bytes in);

/* The first `max_len` bytes of `in`, or fewer when that would cut a character of UTF-8. */
struct bytes text_beginning(struct bytes in, size_t max_len);

bool text_starts_with(const char *text, const char *start);
bool text_ends_with(const char *text, const char *end);

#endif
