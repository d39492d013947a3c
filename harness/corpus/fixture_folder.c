#include "corpus/fixture_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static void signals_that_end(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGHUP);
}

bool fixture_folder_interrupted(void)
{
    sigset_t waiting;
    return sigpending(&waiting) == 0 &&
           (sigismember(&waiting, SIGINT) == 1 || sigismember(&waiting, SIGTERM) == 1 ||
            sigismember(&waiting, SIGHUP) == 1);
}

/* --- what is there --- */

static bool is_dot(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool holds_something(const char *path)
{
    DIR *dir = opendir(path);
    bool found = false;
    for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry && !found;
         entry = readdir(dir))
        found = !is_dot(entry->d_name);
    if (dir)
        (void)closedir(dir);
    return found;
}

static bool check_place(const char *path, bool force, struct error *err)
{
    struct stat about;
    if (lstat(path, &about) != 0)
        return errno == ENOENT || error_set(err, "cannot write %s: %s", path, strerror(errno));
    if (!S_ISDIR(about.st_mode))
        return error_set(err, "%s exists and is not a folder", path);
    if (!force && holds_something(path))
        return error_set(
            err,
            "the folder %s is not empty; choose another one, or replace its fixtures with --force",
            path);
    return true;
}

/* --- writing --- */

/* Without the slashes at the end, behind which nothing could be written beside. */
static char *trimmed(const char *path)
{
    size_t len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return mem_copy(path, len);
}

bool fixture_folder_open(struct fixture_folder *folder, const char *path, bool is_private,
                         bool force, bool *out_usage, struct error *err)
{
    sigset_t ending;
    *folder =
        (struct fixture_folder){.path = trimmed(path), .is_private = is_private, .force = force};
    signals_that_end(&ending);
    (void)sigprocmask(SIG_BLOCK, &ending, &folder->before);
    *out_usage = true;
    if (!check_place(folder->path, force, err))
        return false;
    char *beside = mem_format("%s.XXXXXX", folder->path);
    if (!mkdtemp(beside)) {
        *out_usage = errno != ENOSPC;
        (void)error_set(err, "cannot write %s: %s", folder->path, strerror(errno));
        free(beside);
        return false;
    }
    folder->beside = beside;
    *out_usage = false;
    return is_private || chmod(beside, 0755) == 0 ||
           error_set(err, "cannot write %s: %s", folder->path, strerror(errno));
}

static bool write_new(const char *path, struct bytes content, mode_t mode)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0)
        return false;
    bool ok = fchmod(fd, mode) == 0 && file_put(fd, content);
    int reason = errno;
    if (close(fd) != 0)
        return false;
    errno = reason;
    return ok;
}

bool fixture_folder_write(struct fixture_folder *folder, const char *sub, const char *name,
                          struct bytes content, struct error *err)
{
    char *inner = mem_format("%s/%s", folder->beside, sub ? sub : "");
    char *path = mem_format("%s/%s", inner, name);
    mode_t folder_mode = folder->is_private ? 0700 : 0755;
    bool ok = !sub || mkdir(inner, folder_mode) == 0 || errno == EEXIST;
    ok = ok && write_new(path, content, folder->is_private ? 0600 : 0644);
    if (!ok)
        (void)error_set(err, "cannot write %s/%s%s%s: %s", folder->path, sub ? sub : "",
                        sub ? "/" : "", name, strerror(errno));
    free(inner);
    free(path);
    return ok;
}

/* --- putting it in its place --- */

/* Ours are the manifests and each sub-folder that has one. */
static bool is_fixture(const char *folder, const char *name)
{
    char *manifest = mem_format("%s/%s/manifest.json", folder, name);
    bool ours = strcmp(name, "manifest.json") == 0 || strcmp(name, "manifest.schema.json") == 0 ||
                access(manifest, F_OK) == 0;
    free(manifest);
    return ours;
}

/* Moves what is no fixture from the old folder to the new one. False when something could not be
 * moved; then it stays in the old one. */
static bool keep_others(const char *old, const char *new)
{
    DIR *dir = opendir(old);
    bool ok = dir != NULL;
    for (const struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir)) {
        if (is_dot(entry->d_name) || is_fixture(old, entry->d_name))
            continue;
        char *from = mem_format("%s/%s", old, entry->d_name);
        char *to = mem_format("%s/%s", new, entry->d_name);
        ok = access(to, F_OK) != 0 && rename(from, to) == 0 && ok;
        free(from);
        free(to);
    }
    if (dir)
        (void)closedir(dir);
    return ok;
}

/* The old folder is set aside for a moment, and comes back when the new one cannot be put there. */
static bool replace(struct fixture_folder *folder, struct error *err)
{
    char *old = mem_format("%s.old", folder->beside);
    bool ok = rename(folder->path, old) == 0;
    if (ok && rename(folder->beside, folder->path) != 0) {
        int reason = errno;
        (void)rename(old, folder->path);
        errno = reason;
        ok = false;
    }
    if (!ok)
        (void)error_set(err, "cannot write %s: %s", folder->path, strerror(errno));
    else if (keep_others(old, folder->path))
        file_remove_folder(old);
    else
        ok = error_set(err, "some files of %s could not be restored; they are in %s", folder->path,
                       old);
    free(old);
    return ok;
}

bool fixture_folder_finish(struct fixture_folder *folder, struct error *err)
{
    bool ok = true;
    if (folder->force && holds_something(folder->path))
        ok = replace(folder, err);
    else if (rename(folder->beside, folder->path) != 0) /* an empty one may be there */
        ok = error_set(err, "cannot write %s: %s", folder->path, strerror(errno));
    if (ok) {
        free(folder->beside);
        folder->beside = NULL;
    }
    return ok;
}

void fixture_folder_close(struct fixture_folder *folder)
{
    if (folder->beside)
        file_remove_folder(folder->beside);
    if (fixture_folder_interrupted()) {
        sigset_t ending;
        signals_that_end(&ending);
        struct timespec at_once = {0};
        while (sigtimedwait(&ending, NULL, &at_once) > 0)
            ;
    }
    (void)sigprocmask(SIG_SETMASK, &folder->before, NULL);
    free(folder->path);
    free(folder->beside);
    *folder = (struct fixture_folder){0};
}
