/*
 * Where everything leaves the program: standard output, standard error and files of reports. What
 * must not be seen is told here as soon as it is known, and taken out of all that passes.
 *
 * The fields of a report that hold anything from outside go through `redact` with sink_redactor()
 * first, because only a field says where it begins and ends; the whole document goes through once
 * more here, so a field which somebody forgot does not give a secret away.
 */
#ifndef BASE_SINK_H
#define BASE_SINK_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"
#include "base/redact.h"

/* Hides a secret in all that leaves the program from now on, its beginnings too; `replacement` is
 * shown instead. */
void sink_hide_secret(struct bytes value, const char *replacement);

/* What everything goes through; never NULL, and the same one until sink_forget. */
const struct redactor *sink_redactor(void);

/* Wipes what is hidden: at the end of the program, and between tests. */
void sink_forget(void);

/* Writes a whole text. What went wrong is told by ferror and fflush. */
void sink_write(FILE *where, struct bytes text);

/* The same for what is put together here. */
void sink_print(FILE *where, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Writes "WHO: MESSAGE" to standard error, or only the message when `who` is NULL, no wider than a
 * terminal is. What would drive a terminal in the message is made visible: it may repeat what a
 * stranger wrote. */
void sink_say(const char *who, const char *message);

/* The same for "hookcheck: ...", put together here: what the person at the terminal should know. */
void sink_note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Writes a whole text to standard output, through to the end; false with a sentence when that
 * cannot be done. */
bool sink_write_out(struct bytes text, struct error *err);

/* Writes a file as file_write does. */
bool sink_write_file(const char *path, struct bytes content, mode_t mode, struct error *err);

#endif
