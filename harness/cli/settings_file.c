#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/settings.h"

#define FILE_LEN_MAX   ((size_t)1024 * 1024)
#define FOLDERS_MAX    64
#define COMMENT        "//"
#define CONFIG_DEFAULT "HOOKCHECK_CONFIG"

/* Found, not named. A file that somebody else put into a folder above could name commands to run
 * and files to read. */
static bool is_ours(const char *path, struct error *err)
{
    struct stat found;
    bool is_there = stat(path, &found) == 0;
    if (is_there && !S_ISREG(found.st_mode)) /* nobody may ever write into a pipe */
        return error_set(err,
                         "%s is not a file; settings are read from files: rename it, or use "
                         "--no-config",
                         path);
    if (!is_there || found.st_uid == geteuid() || found.st_uid == 0)
        return true;
    return error_set(err, "%s belongs to another user; use it with --config %s, or --no-config",
                     path, path);
}

static bool is_same_folder(const char *a, const char *b)
{
    struct stat first;
    struct stat second;
    return stat(a, &first) == 0 && stat(b, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* From here upwards; leaves `path` NULL when there is none. */
static bool find_file(struct settings_file *file, struct error *err)
{
    struct buf folder = {0};
    struct stat found; /* a link that leads nowhere is there, too */
    for (size_t depth = 0; depth < FOLDERS_MAX && !file->path; depth++) {
        char *path = mem_format("%s" SETTINGS_FILE_NAME, buf_text(&folder));
        char *here = mem_format("%s.", buf_text(&folder));
        char *above = mem_format("%s..", buf_text(&folder));
        bool is_top = is_same_folder(here, above);
        if (lstat(path, &found) == 0)
            file->path = mem_text(path);
        else
            buf_add_text(&folder, "../");
        free(path);
        free(here);
        free(above);
        if (is_top)
            break;
    }
    buf_clear(&folder);
    return !file->path || is_ours(file->path, err);
}

static bool choose_file(struct settings_file *file, const struct arguments *arguments,
                        struct error *err)
{
    const char *named = arguments_value(arguments, "config");
    const char *variable = getenv(CONFIG_DEFAULT);
    if (arguments_has(arguments, "no-config"))
        return !named || error_set(err, "--config and --no-config exclude each other");
    if (!named && variable && *variable)
        named = variable;
    if (!named)
        return find_file(file, err);
    file->path = mem_text(named);
    return true;
}

static void drop_comments(json_t *value)
{
    const char *key;
    json_t *member;
    void *next;
    size_t index;
    json_object_foreach_safe(value, next, key, member)
    {
        if (text_starts_with(key, COMMENT))
            (void)json_object_del(value, key);
        else
            drop_comments(member);
    }
    json_array_foreach(value, index, member)
    {
        drop_comments(member);
    }
}

static bool read_chosen(struct settings_file *file, struct error *err)
{
    struct buf text = {0};
    if (!file->path)
        return true;
    const char *slash = strrchr(file->path, '/');
    file->folder = mem_copy(file->path, slash ? (size_t)(slash + 1 - file->path) : 0);
    if (file_read(file->path, FILE_LEN_MAX, &text, err))
        file->root = json_read(file->path, buf_bytes(&text), err);
    buf_clear(&text);
    drop_comments(file->root);
    return file->root != NULL;
}

bool settings_open(struct settings_file *file, const struct arguments *arguments, struct error *err)
{
    *file = (struct settings_file){0};
    return choose_file(file, arguments, err) && read_chosen(file, err);
}

json_t *settings_endpoints(const char *config)
{
    struct settings_file file = {.path = config ? mem_text(config) : NULL};
    struct error ignored = {0};
    json_t *endpoints = NULL;
    if ((config || choose_file(&file, &(struct arguments){0}, &ignored)) &&
        read_chosen(&file, &ignored))
        endpoints = json_incref(json_object_get(file.root, "endpoints"));
    settings_clear(&file);
    return endpoints;
}

void settings_clear(struct settings_file *file)
{
    json_decref(file->root);
    free(file->folder);
    free(file->path);
    *file = (struct settings_file){0};
}
