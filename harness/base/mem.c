#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#include <sys/mman.h>
#endif

/* The largest body that a run sends, and what is made of it on the way. */
#define KEPT_MAX     (128 * 1024 * 1024)
#define BLOCK_MAX    ((size_t)32 * 1024 * 1024)
#define RETURNED_MIN (1024 * 1024)
#define LARGE_PAGE   ((size_t)2 * 1024 * 1024)
#define ROOMS        3
#define ROOM_SIZE    (BLOCK_MAX - 2 * LARGE_PAGE) /* with its alignment, still a block of the heap */

/* hookcheck itself failed; result/exit.h says the same. */
#define EXIT_OUT_OF_MEMORY 6

static _Noreturn void give_up(size_t size)
{
    (void)fprintf(stderr, "hookcheck: out of memory (%zu bytes requested)\n", size);
    _exit(EXIT_OUT_OF_MEMORY);
}

void mem_library_failed(void)
{
    (void)fputs("hookcheck: out of memory: a library could not go on\n", stderr);
    _exit(EXIT_OUT_OF_MEMORY);
}

void *mem_alloc(size_t size)
{
    void *data = calloc(1, size ? size : 1);
    if (!data)
        give_up(size);
    return data;
}

void *mem_resize(void *old, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        give_up(SIZE_MAX);
    size_t total = count * size;
    void *data = realloc(old, total ? total : 1);
    if (!data)
        give_up(total);
    return data;
}

char *mem_copy(const void *data, size_t len)
{
    char *copy = mem_alloc(len + 1);
    if (len)
        memcpy(copy, data, len);
    return copy;
}

char *mem_text(const char *text)
{
    return text ? mem_copy(text, strlen(text)) : NULL;
}

char *mem_format_list(const char *format, va_list list)
{
    va_list again;
    va_copy(again, list);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = mem_alloc((size_t)(len < 0 ? 0 : len) + 1);
    (void)vsnprintf(text, (size_t)(len < 0 ? 0 : len) + 1, format, list);
    return text;
}

char *mem_format(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = mem_format_list(format, list);
    va_end(list);
    return text;
}

#ifdef __GLIBC__
/* Asks for large pages for what the heap will grow into next. Nothing of it is touched. */
static void grow_in_large_pages(void)
{
    void *rooms[ROOMS];
    for (size_t i = 0; i < ROOMS; i++) {
        rooms[i] = aligned_alloc(LARGE_PAGE, ROOM_SIZE);
        if (rooms[i])
            (void)madvise(rooms[i], ROOM_SIZE, MADV_HUGEPAGE);
    }
    for (size_t i = 0; i < ROOMS; i++)
        free(rooms[i]);
}
#endif

void mem_return_large(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, RETURNED_MIN);
#endif
}

void mem_keep_freed(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, (int)BLOCK_MAX);
    (void)mallopt(M_TRIM_THRESHOLD, KEPT_MAX);
    grow_in_large_pages();
#endif
}

void mem_give_back(void)
{
#ifdef __GLIBC__
    (void)malloc_trim(0);
    grow_in_large_pages();
#endif
}

void mem_hold_secret(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
    (void)prctl(PR_SET_DUMPABLE,
                0); /* the leak checker of sanitizers attaches as a debugger does */
#endif
}
