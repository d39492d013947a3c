/*
 * Checks a JSON value against a JSON Schema (draft 2020-12), as far as this project's schemas go:
 * type, enum, const, properties, required, additionalProperties, items, minItems, maxItems, pattern
 * (POSIX extended), minLength, minimum, maximum, and $ref to #/$defs. A schema with any other
 * keyword is refused, so that nothing is passed unchecked.
 */
#ifndef TESTS_SUPPORT_JSON_SCHEMA_H
#define TESTS_SUPPORT_JSON_SCHEMA_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/* False with "/path/in/the/value: what is wrong" when `value` does not fit. */
bool json_schema_check(const json_t *schema, const json_t *value, struct error *err);

#endif
