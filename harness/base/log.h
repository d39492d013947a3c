/* Diagnostics for the person at the terminal, on standard error. Never a secret, never a report. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

/* What is less urgent than `level` is not printed. At first: LOG_WARN. */
void log_set_level(enum log_level level);

/* Prints "hookcheck: ..." and a line end when `level` is urgent enough. */
void log_print(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
