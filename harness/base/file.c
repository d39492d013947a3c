#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* How long the reader of a pipe may take to make room. */
#define READER_PATIENCE_MS 2000

static bool read_all(int fd, const char *path, size_t max_len, struct buf *out, struct error *err)
{
    size_t start = out->len;
    char chunk[65536];
    for (;;) {
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set(err, "cannot read %s: %s", path, strerror(errno));
        if (got == 0)
            return true;
        if (out->len - start + (size_t)got > max_len)
            return error_set(err, "%s has more than %zu bytes", path, max_len);
        buf_add(out, chunk, (size_t)got);
    }
}

bool file_read(const char *path, size_t max_len, struct buf *out, struct error *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(STDIN_FILENO, "standard input", max_len, out, err);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return error_set(err, "cannot open %s: %s", path, strerror(errno));
    bool ok = read_all(fd, path, max_len, out, err);
    (void)close(fd);
    return ok;
}

bool file_put(int fd, struct bytes content)
{
    while (content.len) {
        ssize_t put = write(fd, content.data, content.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return false;
        content.data += put;
        content.len -= (size_t)put;
    }
    return true;
}

char *file_new_folder(const char *name, struct error *err)
{
    const char *parent = getenv("TMPDIR");
    char *path = mem_format("%s/%s-XXXXXX", parent && *parent ? parent : "/tmp", name);
    if (mkdtemp(path))
        return path;
    (void)error_set(err, "%s: %s", path, strerror(errno));
    free(path);
    return NULL;
}

void file_remove_folder(const char *path)
{
    char *root = mem_text(path);
    char *const paths[] = {root, NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; tree && (entry = fts_read(tree)) != NULL;)
        if (entry->fts_info == FTS_DP)
            (void)rmdir(entry->fts_accpath);
        else if (entry->fts_info != FTS_D)
            (void)unlink(entry->fts_accpath);
    if (tree)
        (void)fts_close(tree);
    free(root);
}

/* A device, a pipe or a terminal cannot be replaced, only written to. */
static bool is_special(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode);
}

/* A pipe without a reader would keep us for ever; so would one whose reader has stopped reading. */
static int open_special(const char *path, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        (void)error_set(err, "cannot write %s: %s", path,
                        errno == ENXIO ? "nothing reads from it" : strerror(errno));
    return fd;
}

static bool write_patiently(int fd, struct bytes content)
{
    while (content.len) {
        ssize_t put = write(fd, content.data, content.len);
        if (put < 0 && errno == EAGAIN) {
            struct pollfd ready = {.fd = fd, .events = POLLOUT};
            if (poll(&ready, 1, READER_PATIENCE_MS) > 0)
                continue;
            errno = ETIMEDOUT;
            return false;
        }
        if (put < 0 && errno != EINTR)
            return false;
        content.data += put > 0 ? put : 0;
        content.len -= put > 0 ? (size_t)put : 0;
    }
    return true;
}

static bool write_special(const char *path, struct bytes content, struct error *err)
{
    int fd = open_special(path, err);
    if (fd < 0)
        return false;
    bool ok = write_patiently(fd, content);
    int reason = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    return ok || error_set(err, "cannot write %s: %s", path, strerror(reason));
}

/* What the umask leaves of `mode`; it can be read only by setting it. */
static mode_t allowed(mode_t mode)
{
    mode_t mask = umask(077);
    (void)umask(mask);
    return mode & ~mask;
}

bool file_write(const char *path, struct bytes content, mode_t mode, struct error *err)
{
    if (is_special(path))
        return write_special(path, content, err);
    char *beside = mem_format("%s.XXXXXX", path);
    int fd = mkstemp(beside);
    if (fd < 0) {
        (void)error_set(err, "cannot write %s: %s", path, strerror(errno));
        free(beside);
        return false;
    }
    bool ok = fchmod(fd, allowed(mode)) == 0 && file_put(fd, content) && fsync(fd) == 0;
    int reason = errno;
    if (close(fd) != 0 && ok) {
        ok = false;
        reason = errno;
    }
    if (ok && rename(beside, path) != 0) {
        ok = false;
        reason = errno;
    }
    if (!ok) {
        (void)unlink(beside);
        (void)error_set(err, "cannot write %s: %s", path, strerror(reason));
    }
    free(beside);
    return ok;
}

/* Only trying it tells: names may be too long, the disk read-only or full, its quota spent. */
static bool can_create_beside(const char *path, struct error *err)
{
    char *beside = mem_format("%s.XXXXXX", path);
    int fd = mkstemp(beside);
    bool ok = fd >= 0 || error_set(err, "cannot write %s: %s", path, strerror(errno));
    if (fd >= 0) {
        (void)close(fd);
        (void)unlink(beside);
    }
    free(beside);
    return ok;
}

/* The path with every link, "." and ".." resolved. If there is no such file, only the path of its
 * folder is resolved. */
static char *real_path(const char *path)
{
    char *whole = realpath(path, NULL);
    const char *slash = strrchr(path, '/');
    if (whole)
        return whole;
    char *folder = slash ? mem_copy(path, (size_t)(slash - path) + 1) : mem_text(".");
    char *real = realpath(folder, NULL);
    whole = mem_format("%s/%s", real ? real : folder, slash ? slash + 1 : path);
    free(real);
    free(folder);
    return whole;
}

bool file_is_same(const char *a, const char *b)
{
    char *real_a = real_path(a);
    char *real_b = real_path(b);
    bool same = strcmp(real_a, real_b) == 0;
    free(real_a);
    free(real_b);
    return same;
}

bool file_can_write(const char *path, struct error *err)
{
    struct stat about;
    if (*path == '\0')
        return error_set(err, "cannot write a file without a name");
    if (stat(path, &about) == 0) {
        if (S_ISDIR(about.st_mode))
            return error_set(err, "cannot write %s: it is a folder", path);
        if (is_special(path)) {
            int fd = open_special(path, err);
            if (fd >= 0)
                (void)close(fd);
            return fd >= 0;
        }
    }
    char *folder = mem_text(path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder ? 1 : 0] = '\0';
    const char *where = slash ? folder : ".";
    bool ok = true;
    if (stat(where, &about) != 0)
        ok = error_set(err, "cannot write %s: the folder %s does not exist", path, where);
    else if (!S_ISDIR(about.st_mode))
        ok = error_set(err, "cannot write %s: %s is not a folder", path, where);
    else
        ok = can_create_beside(path, err);
    free(folder);
    return ok;
}
