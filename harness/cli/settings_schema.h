/* The JSON Schema of hookcheck.json, made from the option rows. */
#ifndef CLI_SETTINGS_SCHEMA_H
#define CLI_SETTINGS_SCHEMA_H

#include "base/buf.h"

/* Appends the document, with a line end. */
void settings_schema(struct buf *out);

#endif
