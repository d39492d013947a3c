/* What is at the other end of an output: how wide it is, and which characters it can show. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#define TERMINAL_COLUMNS_USUAL 80

/* Columns of the terminal behind `fd`, from 40 to 100 because longer lines read badly; without a
 * terminal what $COLUMNS says, and 80 when it says nothing. */
size_t terminal_columns(int fd);

/* Whether a progress line may be shown: standard error is a terminal, and standard output is not a
 * pipe. The program that reads a pipe may write to the same terminal. */
bool terminal_takes_progress(void);

/* Whether the user's locale (LC_ALL, LC_CTYPE, LANG) is in UTF-8. */
bool terminal_has_utf8(void);

#endif
