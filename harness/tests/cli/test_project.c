/* A pipeline starts the project that is there, not one for Node. */
#include "cli/project.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/resource.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(cli_project, .timeout = 120);

static const struct {
    const char *files;
    const char *starts; /* in each pipeline */
    const char *image;  /* in those that name one */
} shapes[] = {
    {"", "npm start", "node:20-bookworm"},
    {"package.json", "npm install", "node:20-bookworm"},
    {"package.json package-lock.json", "npm ci", "node:20-bookworm"},
    {"package.json yarn.lock", "yarn install", "node:20-bookworm"},
    {"go.mod", "go run .", "golang:1.23-bookworm"},
    {"requirements.txt", "flask run --port 3000", "python:3.12-bookworm"},
    {"requirements.txt manage.py", "manage.py runserver 3000", "python:3.12-bookworm"},
    {"Gemfile", "rackup -p 3000", "ruby:3.3-bookworm"},
    {"composer.json package.json artisan", "artisan serve --port=3000", "php:8.3-cli-bookworm"},
    {"composer.json", "apt-get install -y composer && composer install", "php:8.3-cli-bookworm"},
    {"pom.xml", "mvn -q spring-boot:run", "maven:3-eclipse-temurin-21"},
    {"Cargo.toml", "cargo run", "rust:1-bookworm"},
};

Test(cli_project, is_told_by_its_files)
{
    NEED_HOOKCHECK();
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        struct buf out = {0};
        char *command = mem_format(
            "d=$(mktemp -d) && cd \"$d\" && { touch %s; \"$HOOKCHECK_BIN\" init --ci gitlab; "
            "cat .gitlab-ci.yml; rm -r \"$d\"; }",
            *shapes[i].files ? shapes[i].files : ".");
        cr_expect_eq(shell_run(command, &out), 0, "%s", command);
        cr_expect_not_null(strstr(buf_text(&out), shapes[i].starts), "%s: %s", shapes[i].files,
                           buf_text(&out));
        cr_expect_not_null(strstr(buf_text(&out), shapes[i].image), "%s: %s", shapes[i].files,
                           buf_text(&out));
        free(command);
        buf_clear(&out);
    }
}

/* What belongs to Node is nowhere left, and what belongs to no project is as it was. */
Test(cli_project, changes_every_pipeline)
{
    static const char *const pipelines[] = {"fixtures/ci/github.yml", "fixtures/ci/gitlab.yml",
                                            "fixtures/ci/circleci.yml", "fixtures/ci/azure.yml",
                                            "fixtures/ci/Jenkinsfile"};
    const struct project go = {"go.mod", "PREPARE", "START", "IMAGE", "CIRCLE", NULL};
    for (size_t i = 0; i < ARRAY_LEN(pipelines); i++) {
        struct bytes pipeline = resource_find(pipelines[i]);
        struct buf out = {0};
        project_pipeline(&go, pipeline, &out);
        cr_expect_null(strstr(buf_text(&out), "npm"), "%s", buf_text(&out));
        cr_expect_null(strstr(buf_text(&out), "node"), "%s", buf_text(&out));
        cr_expect_not_null(strstr(buf_text(&out), "PREPARE && "), "%s", pipelines[i]);
        cr_expect_not_null(strstr(buf_text(&out), "START"), "%s", pipelines[i]);
        buf_reset(&out);
        project_pipeline(project_here(), pipeline, &out);
        cr_expect(bytes_equal(buf_bytes(&out), pipeline), "%s is as for no known project",
                  pipelines[i]);
        buf_clear(&out);
    }
}
