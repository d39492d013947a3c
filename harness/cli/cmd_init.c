/* The pipelines and the first hookcheck.json lie in fixtures/ci and are compiled in. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/resource.h"
#include "base/sink.h"
#include "cli/command.h"
#include "cli/project.h"
#include "cli/settings.h"
#include "cli/settings_schema.h"

#define SCHEMA_FILE "hookcheck.schema.json"

struct platform_file {
    const char *resource;
    const char *path; /* where the platform looks for it */
};

static const char *const platforms[] = {"none",  "github",  "gitlab", "circleci",
                                        "azure", "jenkins", NULL};

static const struct platform_file files[] = {
    {"fixtures/ci/hookcheck.json", SETTINGS_FILE_NAME},
    {"fixtures/ci/github.yml", ".github/workflows/hookcheck.yml"},
    {"fixtures/ci/gitlab.yml", ".gitlab-ci.yml"},
    {"fixtures/ci/circleci.yml", ".circleci/config.yml"},
    {"fixtures/ci/azure.yml", "azure-pipelines.yml"},
    {"fixtures/ci/Jenkinsfile", "Jenkinsfile"},
};

struct init_options {
    unsigned platform; /* index into `files` */
    bool force;
};

static const struct option_spec specs[] = {
    {.name = "ci",
     .value = "PLATFORM",
     .help = "Write a pipeline for this platform: github, gitlab, circleci, azure or jenkins.",
     .fallback = "none",
     .otherwise = "which writes hookcheck.json",
     .kind = OPTION_CHOICE,
     .at = offsetof(struct init_options, platform),
     .choices = platforms},
    {.name = "force",
     .help = "Replace a file that exists.",
     .otherwise = "refuse",
     .kind = OPTION_FLAG,
     .at = offsetof(struct init_options, force)},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

/* Makes the folders in front of the last part of `path`. */
static bool make_folders(const char *path, struct error *err)
{
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        char *folder = mem_copy(path, (size_t)(slash - path));
        bool ok = mkdir(folder, 0777) == 0 || errno == EEXIST;
        if (!ok)
            (void)error_set(err, "cannot create the folder %s: %s", folder, strerror(errno));
        free(folder);
        if (!ok)
            return false;
    }
    return true;
}

static bool may_write(const char *path, bool force, struct error *err)
{
    if (!force && access(path, F_OK) == 0)
        return error_set(err, "%s exists; --force replaces it", path);
    return true;
}

static bool write_new(const char *path, struct bytes content, bool force, struct error *err)
{
    return may_write(path, force, err) && make_folders(path, err) &&
           file_write(path, content, 0644, err);
}

static bool write_start(const struct platform_file *file, bool force, struct error *err)
{
    struct buf schema = {0};
    settings_schema(&schema);
    /* both or none */
    bool ok = may_write(file->path, force, err) && file_can_write(file->path, err) &&
              file_can_write(SCHEMA_FILE, err) &&
              file_write(SCHEMA_FILE, buf_bytes(&schema), 0644, err) &&
              write_new(file->path, resource_find(file->resource), force, err);
    buf_clear(&schema);
    if (ok)
        sink_print(stdout,
                   "wrote %s, and " SCHEMA_FILE " for your editor: set the URLs, export the "
                   "secret as HOOKCHECK_SECRET, then\n  hookcheck run local\n",
                   file->path);
    return ok;
}

static bool write_pipeline(const struct platform_file *file, bool force, struct error *err)
{
    const struct project *project = project_here();
    struct buf pipeline = {0};
    project_pipeline(project, resource_find(file->resource), &pipeline);
    bool ok = write_new(file->path, buf_bytes(&pipeline), force, err);
    buf_clear(&pipeline);
    if (ok)
        sink_print(stdout,
                   "wrote %s%s%s: change the lines marked \"change:\" and add the secret that its "
                   "first lines name\n",
                   file->path, *project->file ? " for " : "", project->file);
    return ok;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct init_options options = {0};
    if (!arguments_expect_words(arguments, 0, 0, "no arguments", err) ||
        !arguments_read(arguments, &own_options, &options, err))
        return EXIT_WRONG_USAGE;
    const struct platform_file *file = &files[options.platform];
    bool ok = options.platform ? write_pipeline(file, options.force, err)
                               : write_start(file, options.force, err);
    return ok ? EXIT_OK : EXIT_WRONG_USAGE;
}

const struct command command_init = {
    .name = "init",
    .arguments = "",
    .summary = "write a hookcheck.json to start with, or a CI pipeline",
    .about =
        "Writes a commented hookcheck.json into the current folder: named endpoints, where "
        "the secret comes from, settings of a run. With --ci it writes a pipeline for a CI "
        "platform instead, where the platform expects it. The pipeline builds hookcheck, "
        "starts your endpoint as the files here suggest (package.json, go.mod, manage.py, ...), "
        "runs the suites and publishes the results. Two lines are marked for you to change.",
    .examples = "  hookcheck init\n"
                "  hookcheck init --ci gitlab\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
