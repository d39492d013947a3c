/* The pipelines lie in fixtures/ci and are compiled in. */
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
#include "cli/command.h"

struct platform_file {
    const char *resource;
    const char *path; /* where the platform looks for it */
};

static const char *const platforms[] = {"github", "gitlab", "circleci", "azure", "jenkins", NULL};

static const struct platform_file files[] = {
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
     .help = "For this platform: github, gitlab, circleci, azure or jenkins.",
     .fallback = "github",
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
            (void)error_set(err, "cannot make the folder %s: %s", folder, strerror(errno));
        free(folder);
        if (!ok)
            return false;
    }
    return true;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct init_options options = {0};
    if (!arguments_expect_words(arguments, 0, 0, "no arguments", err) ||
        !arguments_read(arguments, &own_options, &options, err))
        return EXIT_WRONG_USAGE;
    const struct platform_file *file = &files[options.platform];
    if (!options.force && access(file->path, F_OK) == 0) {
        (void)error_set(err, "%s exists; --force replaces it", file->path);
        return EXIT_WRONG_USAGE;
    }
    if (!make_folders(file->path, err) ||
        !file_write(file->path, resource_find(file->resource), 0666, err))
        return EXIT_WRONG_USAGE;
    (void)printf("wrote %s: change the lines marked \"change:\" and add the secret that its "
                 "head names\n",
                 file->path);
    return EXIT_OK;
}

const struct command command_init = {
    .name = "init",
    .arguments = "",
    .summary = "write a CI pipeline that tests your endpoint",
    .about = "Writes a pipeline for a CI platform into the current folder, at the place where the "
             "platform looks for it: it builds hookcheck, starts your endpoint, runs the suites, "
             "and publishes the results. Two lines in it are marked for you to change.",
    .examples = "  hookcheck init\n"
                "  hookcheck init --ci gitlab\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
