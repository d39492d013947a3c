#include "cli/report_loads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/command.h"
#include "report/load_compare.h"
#include "report/load_page.h"

#define SAVED_MAX ((size_t)256 * 1024 * 1024)

bool report_is_load(struct bytes text)
{
    json_t *document = bytes_find(text, bytes_of("\"load_format\""))
                           ? json_loadb(text.data, text.len, 0, NULL)
                           : NULL;
    bool is_load = document && load_record_is(document);
    json_decref(document);
    return is_load;
}

static bool read_file(const char *path, struct load_record *out, struct error *err)
{
    struct buf text = {0};
    *out = (struct load_record){0};
    bool ok = file_read(path, SAVED_MAX, &text, err);
    if (ok &&
        !report_is_load(buf_bytes(&text))) /* a report of a run may hold what we do not read */
        ok = error_set(
            err, "%s is not a report of `hookcheck load`; a load can be compared only with a load",
            path);
    json_t *document = ok ? json_read(path, buf_bytes(&text), err) : NULL;
    ok = document && load_record_read(out, path, document, err);
    buf_clear(&text);
    return ok;
}

static bool check(const struct report_choice *choice, size_t count, struct error *err)
{
    if (count > 2)
        return error_set(err, "give one load to show or two to compare, not %zu", count);
    for (size_t i = 0; i < choice->num_reports; i++)
        if (strcmp(choice->reports[i].format->name, "html") != 0)
            return error_set(err, "--report: %s cannot represent a load; use html",
                             choice->reports[i].format->name);
    return true;
}

static void print(const struct load_record *records, size_t count)
{
    struct buf text = {0};
    if (count == 1)
        load_record_text(&records[0], &text);
    else
        load_compare_text(&records[0], &records[1], &text);
    sink_write(stdout, buf_bytes(&text));
    buf_clear(&text);
}

static bool write_pages(const struct report_choice *choice, const struct load_record *records,
                        size_t count, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; i < choice->num_reports; i++) {
        struct buf page = {0};
        if (count == 1)
            load_page(&records[0], &page);
        else
            load_compare_page(&records[0], &records[1], &page);
        ok = report_write(choice->reports[i].path, buf_bytes(&page), err) && ok;
        buf_clear(&page);
    }
    return ok;
}

int report_loads(const struct report_choice *choice, const char *const *paths, size_t count,
                 struct error *err)
{
    struct load_record records[2] = {0};
    int code = EXIT_WRONG_USAGE;
    bool ok = check(choice, count, err);
    for (size_t i = 0; ok && i < count; i++)
        ok = read_file(paths[i], &records[i], err);
    if (ok) {
        if (choice->num_reports == 0)
            print(records, count);
        bool broke = count == 2 && load_compare_broke(&records[0], &records[1]);
        code = !write_pages(choice, records, count, err) ? EXIT_OUR_FAILURE
               : broke                                   ? EXIT_FELL_SHORT
                                                         : EXIT_OK;
    }
    load_record_clear(&records[0]);
    load_record_clear(&records[1]);
    return code;
}
