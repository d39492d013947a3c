#include "cli/load_export.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sink.h"
#include "base/text.h"
#include "cli/command.h"
#include "corpus/fixture_folder.h"

static bool write_files(const struct load_engine *engine, const struct load_project *project,
                        struct fixture_folder *folder, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < LOAD_PROJECT_FILES && engine->files[i].name; i++) {
        const struct load_project_file *file = &engine->files[i];
        struct buf text = {0};
        struct buf redacted = {0};
        ok = load_project_write(project, file, &text, err);
        redact_document(sink_redactor(), buf_bytes(&text), &redacted);
        ok = ok && fixture_folder_write(folder, NULL, file->name, buf_bytes(&redacted), err);
        buf_clear(&text);
        buf_clear(&redacted);
    }
    return ok;
}

/* An empty folder makes room for the new one. */
static bool is_free(const char *path, struct error *err)
{
    return rmdir(path) == 0 || errno == ENOENT ||
           error_set(err,
                     errno == ENOTDIR ? "%s exists and is not a folder"
                                      : "the folder %s is not empty; name a new one",
                     path);
}

int load_export(const struct load_choice *choice, struct error *err)
{
    bool is_usage = true;
    struct fixture_folder folder = {0};
    const struct load_plan *plan = &choice->plan;
    const struct load_project project = {
        .plan = plan,
        .slo = &choice->slo,
        .url = plan->target && !plan->target->userinfo ? plan->target->url : NULL,
    };
    if (!is_free(choice->folder, err))
        return EXIT_WRONG_USAGE;
    bool ok = fixture_folder_open(&folder, choice->folder, false, false, &is_usage, err) &&
              write_files(choice->exports, &project, &folder, err) &&
              fixture_folder_finish(&folder, err);
    fixture_folder_close(&folder);
    if (ok) {
        char *shown = text_visible(choice->folder);
        sink_print(stdout,
                   "wrote %s; run there, with the secret in HOOKCHECK_SECRET: %s\nits README.md "
                   "says how to run it on several machines\n",
                   shown, choice->exports->run);
        free(shown);
        return EXIT_OK;
    }
    return is_usage ? EXIT_WRONG_USAGE : EXIT_OUR_FAILURE;
}
