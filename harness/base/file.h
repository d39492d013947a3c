/* Whole files: read up to a limit, written as a whole or not at all. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/error.h"

/* Appends the file's bytes to `out`; "-" is standard input. Refuses more than `max_len` bytes. */
bool file_read(const char *path, size_t max_len, struct buf *out, struct error *err);

/* Replaces `path` by `content`: written beside it under another name, synced, then renamed, so that
 * a reader sees the old file or the new one, never half of one. Its mode is what the umask leaves
 * of `mode`. */
bool file_write(const char *path, struct bytes content, mode_t mode, struct error *err);

/* Writes all of `content` to `fd`. False, with errno, when that failed. */
bool file_put(int fd, struct bytes content);

/* Makes a new folder "NAME-XXXXXX" in the user's TMPDIR, or in /tmp. Its path, for the caller to
 * free; NULL with a sentence. */
char *file_new_folder(const char *name, struct error *err);

/* Removes a folder and all that is in it. Links are removed, not followed. */
void file_remove_folder(const char *path);

/* Whether two paths name one file, which need not exist yet. */
bool file_is_same(const char *a, const char *b);

/* Whether `file_write` could write `path` now (its folder exists and can be written to, and `path`
 * is not a folder). Changes nothing. */
bool file_can_write(const char *path, struct error *err);

#endif
