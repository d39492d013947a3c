#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

TestSuite(base_file, .timeout = 120);

/* A fresh folder; free() it. */
static char *new_folder(void)
{
    char *folder = mem_text("/tmp/hookcheck-file-XXXXXX");
    cr_assert_not_null(mkdtemp(folder));
    return folder;
}

static void remove_folder(char *folder)
{
    cr_expect_eq(rmdir(folder), 0, "something was left behind in %s", folder);
    free(folder);
}

static size_t read_back(const char *path, char *out, size_t size)
{
    struct buf buf = {.max = size};
    struct error err = {0};
    cr_assert(file_read(path, size, &buf, &err), "%s", err.message);
    memcpy(out, buf_text(&buf), buf.len);
    size_t len = buf.len;
    buf_clear(&buf);
    return len;
}

Test(base_file, reads_back_what_it_wrote)
{
    char *folder = new_folder();
    char *path = mem_format("%s/file", folder);
    struct error err = {0};
    char back[16];
    cr_assert(file_write(path, (struct bytes){"a\0\xff\n", 4}, 0600, &err), "%s", err.message);
    cr_assert_eq(read_back(path, back, sizeof back), 4);
    cr_expect_arr_eq(back, "a\0\xff\n", 4);
    cr_assert(file_write(path, bytes_of("new"), 0640, &err), "%s", err.message);
    cr_assert_eq(read_back(path, back, sizeof back), 3);
    struct stat about;
    cr_assert_eq(stat(path, &about), 0);
    cr_expect_eq(about.st_mode & 0777, 0640);
    mode_t mask = umask(077);
    cr_assert(file_write(path, bytes_of("mine"), 0644, &err), "%s", err.message);
    (void)umask(mask);
    cr_assert_eq(stat(path, &about), 0);
    cr_expect_eq(about.st_mode & 0777, 0600, "the umask has its say");
    (void)unlink(path);
    free(path);
    remove_folder(folder);
}

Test(base_file, reads_and_writes_large_and_empty_files)
{
    char *folder = new_folder();
    char *path = mem_format("%s/file", folder);
    struct buf large = {0};
    buf_add_repeated(&large, 'x', 300000);
    struct error err = {0};
    cr_assert(file_write(path, buf_bytes(&large), 0600, &err), "%s", err.message);
    struct buf back = {0};
    cr_assert(file_read(path, 300000, &back, &err), "%s", err.message);
    cr_expect(bytes_equal(buf_bytes(&back), buf_bytes(&large)));
    cr_assert(file_write(path, (struct bytes){0}, 0600, &err), "%s", err.message);
    buf_reset(&back);
    cr_assert(file_read(path, 0, &back, &err), "%s", err.message);
    cr_expect_eq(back.len, 0);
    buf_clear(&large);
    buf_clear(&back);
    (void)unlink(path);
    free(path);
    remove_folder(folder);
}

Test(base_file, refuses_more_than_the_limit)
{
    char *folder = new_folder();
    char *path = mem_format("%s/file", folder);
    struct error err = {0};
    cr_assert(file_write(path, bytes_of("12345"), 0600, &err));
    struct buf out = {0};
    buf_add_text(&out, "what was there before does not count");
    cr_expect(file_read(path, 5, &out, &err), "%s", err.message);
    cr_expect_not(file_read(path, 4, &out, &err));
    cr_expect_not_null(strstr(err.message, "has more than 4 bytes"), "%s", err.message);
    buf_clear(&out);
    (void)unlink(path);
    free(path);
    remove_folder(folder);
}

Test(base_file, says_why_it_cannot_read)
{
    static const struct {
        const char *path;
        const char *message;
    } rows[] = {
        {"/nonexistent/file", "cannot open /nonexistent/file: No such file or directory"},
        {"/tmp", "cannot read /tmp: Is a directory"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf out = {0};
        struct error err = {0};
        cr_expect_not(file_read(rows[i].path, 100, &out, &err));
        cr_expect_str_eq(err.message, rows[i].message);
        buf_clear(&out);
    }
}

Test(base_file, reads_standard_input_as_a_dash)
{
    char *folder = new_folder();
    char *path = mem_format("%s/file", folder);
    struct error err = {0};
    cr_assert(file_write(path, bytes_of("typed in"), 0600, &err));
    cr_assert_not_null(freopen(path, "r", stdin));
    struct buf out = {0};
    cr_expect(file_read("-", 100, &out, &err), "%s", err.message);
    cr_expect_str_eq(buf_text(&out), "typed in");
    buf_clear(&out);
    (void)unlink(path);
    free(path);
    remove_folder(folder);
}

Test(base_file, leaves_the_old_file_when_the_new_one_cannot_be_written)
{
    char *folder = new_folder();
    char *path = mem_format("%s/taken", folder);
    cr_assert_eq(mkdir(path, 0700), 0);
    struct error err = {0};
    cr_expect_not(file_write(path, bytes_of("x"), 0600, &err), "a folder is no file");
    cr_expect_not_null(strstr(err.message, "cannot write"), "%s", err.message);
    cr_expect_eq(rmdir(path), 0, "the folder is as it was");
    free(path);
    remove_folder(folder); /* and nothing was left beside it */
    err = (struct error){0};
    cr_expect_not(file_write("/nonexistent/file", bytes_of("x"), 0600, &err));
    cr_expect_str_eq(err.message, "cannot write /nonexistent/file: No such file or directory");
}

Test(base_file, writes_into_devices_instead_of_replacing_them)
{
    struct error err = {0};
    cr_expect(file_can_write("/dev/null", &err), "%s", err.message);
    cr_expect(file_write("/dev/null", bytes_of("gone"), 0600, &err), "%s", err.message);
    struct stat about;
    cr_assert_eq(stat("/dev/null", &about), 0);
    cr_expect(S_ISCHR(about.st_mode));
    cr_expect_not(file_write("/dev/full", bytes_of("too much"), 0600, &err));
    cr_expect_str_eq(err.message, "cannot write /dev/full: No space left on device");
}

Test(base_file, knows_beforehand_whether_it_can_write)
{
    char *folder = new_folder();
    char *fresh = mem_format("%s/fresh", folder);
    char *below = mem_format("%s/none/fresh", folder);
    char *slash = mem_format("%s/", folder);
    char *inside = mem_format("%s/file/fresh", folder);
    char *file = mem_format("%s/file", folder);
    struct error ignored = {0};
    cr_assert(file_write(file, bytes_of("x"), 0600, &ignored));
    const struct {
        const char *path;
        const char *message; /* NULL: it can */
    } rows[] = {
        {fresh, NULL},
        {file, NULL},
        {"fresh-in-the-current-folder", NULL},
        {"/fresh-in-the-root", geteuid() == 0 ? NULL : "Permission denied"},
        {folder, "it is a folder"},
        {slash, "it is a folder"},
        {below, "does not exist"},
        {inside, "is not a folder"},
        {"", "without a name"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        bool can = file_can_write(rows[i].path, &err);
        cr_expect_eq(can, rows[i].message == NULL, "%s: %s", rows[i].path, err.message);
        cr_expect(!rows[i].message || strstr(err.message, rows[i].message), "%s", err.message);
    }
    cr_expect_neq(access(fresh, F_OK), 0, "asking makes no file");
    (void)unlink(file);
    free(fresh);
    free(below);
    free(slash);
    free(inside);
    free(file);
    remove_folder(folder);
}

Test(base_file, a_pipe_that_nobody_reads_is_refused_and_not_waited_for)
{
    char path[] = "/tmp/hookcheck-pipe-XXXXXX";
    struct error err = {0};
    cr_assert_not_null(mkdtemp(path));
    char *pipe_path = mem_format("%s/pipe", path);
    cr_assert_eq(mkfifo(pipe_path, 0600), 0);
    cr_expect_not(file_can_write(pipe_path, &err));
    cr_expect(strstr(err.message, "nothing reads from it"), "%s", err.message);
    err = (struct error){0};
    cr_expect_not(file_write(pipe_path, bytes_of("x"), 0644, &err));
    cr_expect(strstr(err.message, "nothing reads from it"), "%s", err.message);
    (void)unlink(pipe_path);
    (void)rmdir(path);
    free(pipe_path);
}

Test(base_file, a_name_that_is_too_long_is_found_before_it_is_written)
{
    char name[300];
    struct error err = {0};
    memset(name, 'n', sizeof name);
    memcpy(name, "/tmp/", 5);
    name[255] = '\0'; /* 250 bytes of name: too long only with what is added while it is written */
    cr_expect_not(file_can_write(name, &err));
    cr_expect(error_is_set(&err));
}

Test(base_file, knows_one_file_by_two_names)
{
    cr_expect(file_is_same("/tmp/new.json", "/tmp/../tmp/./new.json"));
    cr_expect(file_is_same("new.json", "./new.json"));
    cr_expect(file_is_same("/no/such/folder/a", "/no/such/folder/a"));
    cr_expect_not(file_is_same("new.json", "/new.json"));
    cr_expect_not(file_is_same("/tmp/a.json", "/tmp/b.json"));
}

Test(base_file, nothing_is_left_behind_at_the_limit_for_files)
{
    char folder[] = "/tmp/hookcheck-limit-XXXXXX";
    struct error err = {0};
    struct buf content = {0};
    const struct rlimit small = {4096, 4096};
    cr_assert_not_null(mkdtemp(folder));
    char *path = mem_format("%s/report", folder);
    buf_add_repeated(&content, 'x', 100000);
    (void)signal(SIGXFSZ, SIG_IGN);
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    cr_expect_not(file_write(path, buf_bytes(&content), 0644, &err));
    cr_expect(error_is_set(&err));
    cr_expect_eq(rmdir(folder), 0, "the folder is empty");
    buf_clear(&content);
    free(path);
}
