/*
 * Allocation that cannot fail: out of memory ends the program with a sentence. What the network can
 * grow is capped elsewhere (base/buf.h), so running out here is a fault of the machine, not an
 * input. Everything returned is freed with free().
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stdarg.h>
#include <stddef.h>

/* A library or the system could not do what only fails for want of memory, threads or descriptors:
 * ends the program with a sentence and exit code 6. */
_Noreturn void mem_library_failed(void);

/* Returns `size` zeroed bytes. Out of memory: exit code 6. */
void *mem_alloc(size_t size) __attribute__((returns_nonnull));

/* Grows or shrinks `old` (NULL is fine) to `count` items of `size` bytes; new ones hold anything.
 */
void *mem_resize(void *old, size_t count, size_t size);

/* Returns a copy of `len` bytes with a NUL after them (not counted). */
char *mem_copy(const void *data, size_t len);

/* Returns a copy of `text`; NULL gives NULL. */
char *mem_text(const char *text);

/* Returns a formatted text. */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *mem_format_list(const char *format, va_list list) __attribute__((format(printf, 1, 0)));

/* Tells the allocator to give every large block back to the system when it is freed. By itself it
 * stops doing so after the first, and what is left free between others adds up. At the start. */
void mem_return_large(void);

/* Tells the allocator to keep what is freed for whoever asks next, instead of giving it back to the
 * system: hundreds of runs one after another make and drop bodies of megabytes, and fresh pages
 * cost more than all that is done with them. For the selftest; a single run shall stay small. */
void mem_keep_freed(void);

/* From now on a secret is in memory: no core dump is written, and no other process of the same user
 * may look in. */
void mem_hold_secret(void);

/* Gives what is free back to the system, and asks for large pages for what comes next (in the heap
 * of this thread): before a process forks whose children would otherwise pay for copies of pages
 * that hold nothing. */
void mem_give_back(void);

#endif
