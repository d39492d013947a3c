#include "platform/runs.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "format/request_format.h"
#include "report/report.h"

#define LIMIT_NS   (1800 * NS_PER_S)
#define REPORT_MAX ((size_t)64 * 1024 * 1024)

struct suite_run {
    char id[UUID_SIZE];
    char *folder;
    struct child child;
};

struct runs {
    const char *program;
    struct suite_run items[RUNS_MAX];
    size_t next;
};

struct runs *runs_new(const char *program)
{
    struct runs *runs = mem_alloc(sizeof *runs);
    runs->program = program;
    return runs;
}

static void clear(struct suite_run *run)
{
    child_clear(&run->child);
    if (run->folder)
        file_remove_folder(run->folder);
    free(run->folder);
    *run = (struct suite_run){0};
}

void runs_free(struct runs *runs)
{
    if (!runs)
        return;
    for (size_t i = 0; i < RUNS_MAX; i++)
        clear(&runs->items[i]);
    free(runs);
}

static bool is_running(const struct suite_run *run)
{
    return run->child.state == CHILD_RUNNING;
}

static struct suite_run *free_place(struct runs *runs)
{
    for (size_t i = 0; i < RUNS_MAX; i++) {
        struct suite_run *run = &runs->items[runs->next++ % RUNS_MAX];
        if (!is_running(run)) {
            clear(run);
            return run;
        }
    }
    return NULL;
}

static void write_script(const struct runs *runs, const char *folder, const char *url,
                         struct buf *out)
{
    char *html = mem_format("html=%s/report.html", folder);
    char *text = mem_format("%s/report.txt", folder);
    buf_add_text(out, "exec ");
    shell_quote(bytes_of(runs->program), out);
    buf_add_text(out, " run ");
    shell_quote(bytes_of(url), out);
    if (report_format_find("html", NULL)) {
        buf_add_text(out, " --report ");
        shell_quote(bytes_of(html), out);
    }
    buf_add_text(out, " >");
    shell_quote(bytes_of(text), out);
    buf_add_text(out, " 2>&1 </dev/null");
    free(html);
    free(text);
}

const char *runs_start(struct runs *runs, const char *url, const char *secret, struct rng *rng,
                       struct error *err)
{
    struct buf script = {0};
    struct suite_run *run = runs->program ? free_place(runs) : NULL;
    if (!run) {
        (void)error_set(err,
                        runs->program ? "%d runs are in progress; wait until one ends"
                                      : "this server cannot run the suites",
                        RUNS_MAX);
        return NULL;
    }
    rng_uuid(rng, run->id);
    run->folder = file_new_folder("hookcheck-run", NULL);
    if (!run->folder) {
        (void)error_set(err, "the folder for the report could not be created");
        return NULL;
    }
    write_script(runs, run->folder, url, &script);
    char *variable = mem_format("HOOKCHECK_SECRET=%s", secret);
    const struct child_command command = {buf_text(&script), "", variable, LIMIT_NS};
    bool ok = child_start(&run->child, &command, err);
    free(variable);
    buf_clear(&script);
    return ok ? run->id : NULL;
}

void runs_poll(struct runs *runs)
{
    for (size_t i = 0; i < RUNS_MAX; i++)
        if (is_running(&runs->items[i]))
            children_wait(&runs->items[i].child, 1, 0);
}

static struct suite_run *find(struct runs *runs, const char *id)
{
    for (size_t i = 0; i < RUNS_MAX; i++)
        if (*id && strcmp(runs->items[i].id, id) == 0)
            return &runs->items[i];
    return NULL;
}

bool runs_find(struct runs *runs, const char *id, struct run_view *out)
{
    const struct suite_run *run = find(runs, id);
    if (run)
        *out = (struct run_view){run->id, !is_running(run), run->child.code};
    return run != NULL;
}

bool runs_read(struct runs *runs, const char *id, const char *name, struct buf *out)
{
    const struct suite_run *run = find(runs, id);
    struct error err = {0};
    if (!run || !run->folder)
        return false;
    char *path = mem_format("%s/%s", run->folder, name);
    bool ok = file_read(path, REPORT_MAX, out, &err);
    free(path);
    return ok;
}
