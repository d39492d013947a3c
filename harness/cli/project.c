#include "cli/project.h"

#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/mem.h"

#define NODE       "node:20-bookworm", "cimg/node:20.19", NULL
#define PYTHON     "python:3.12-bookworm", "cimg/python:3.12", NULL
#define RUBY       "ruby:3.3-bookworm", "cimg/ruby:3.3", NULL
#define PHP        "php:8.3-cli-bookworm", "cimg/php:8.3", "composer"
#define MAVEN      "maven:3-eclipse-temurin-21", "cimg/openjdk:21.0", NULL
#define GRADLE     "gradle:8-jdk21", "cimg/openjdk:21.0", NULL
#define VENV       "python3 -m venv .venv && .venv/bin/pip install "
#define SPRING     "spring-boot:run -Dspring-boot.run.arguments=--server.port=3000"
#define BOOT       "bootRun --args=--server.port=3000"
#define LAST_NEEDS "npm ci"
#define LAST_START "npm start"

/* The first file that is there decides: a framework before its language, a lock before what it
 * locks. The last row stands in the pipelines of fixtures/ci. */
static const struct project projects[] = {
    {"manage.py", VENV "-r requirements.txt", ".venv/bin/python manage.py runserver 3000", PYTHON},
    {"artisan", "composer install", "php artisan serve --port=3000", PHP},
    {"bin/rails", "bundle install", "bin/rails server -p 3000", RUBY},
    {"pnpm-lock.yaml", "npx --yes pnpm install --frozen-lockfile", "npx pnpm start", NODE},
    {"yarn.lock", "npx --yes yarn install --frozen-lockfile", "npx yarn start", NODE},
    {"package-lock.json", LAST_NEEDS, LAST_START, NODE},
    {"package.json", "npm install", "npm start", NODE},
    {"go.mod", "go mod download", "go run .", "golang:1.23-bookworm", "cimg/go:1.23", NULL},
    {"requirements.txt", VENV "-r requirements.txt", ".venv/bin/flask run --port 3000", PYTHON},
    {"pyproject.toml", VENV ".", ".venv/bin/flask run --port 3000", PYTHON},
    {"Gemfile", "bundle install", "bundle exec rackup -p 3000", RUBY},
    {"composer.json", "composer install", "php -S 127.0.0.1:3000 -t public", PHP},
    {"mvnw", "./mvnw -q -DskipTests package", "./mvnw -q " SPRING, MAVEN},
    {"pom.xml", "mvn -q -DskipTests package", "mvn -q " SPRING, MAVEN},
    {"gradlew", "./gradlew assemble", "./gradlew " BOOT, GRADLE},
    {"build.gradle", "gradle assemble", "gradle " BOOT, GRADLE},
    {"build.gradle.kts", "gradle assemble", "gradle " BOOT, GRADLE},
    {"Cargo.toml", "cargo build", "cargo run", "rust:1-bookworm", "cimg/rust:1.80", NULL},
    {"", LAST_NEEDS, LAST_START, NODE},
};

const struct project *project_here(void)
{
    const struct project *project = projects;
    while (*project->file && access(project->file, F_OK) != 0)
        project++;
    return project;
}

/* --- pipelines --- */

struct change {
    const char *from;
    const char *to;
};

static const struct change *change_at(const struct change *changes, size_t count, struct bytes rest)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(changes[i].from);
        if (len <= rest.len && memcmp(rest.data, changes[i].from, len) == 0)
            return &changes[i];
    }
    return NULL;
}

void project_pipeline(const struct project *project, struct bytes pipeline, struct buf *out)
{
    const struct project *last = &projects[ARRAY_LEN(projects) - 1];
    bool in_image = bytes_find(pipeline, bytes_of(last->image)) != NULL;
    struct buf prepare = {0};
    if (project->missing && in_image)
        buf_add_format(&prepare, "apt-get install -y %s && ", project->missing);
    buf_add_text(&prepare, project->prepare);
    const struct change changes[] = {{last->prepare, buf_text(&prepare)},
                                     {last->start, project->start},
                                     {last->image, project->image},
                                     {last->circle, project->circle}};
    while (pipeline.len) {
        const struct change *change = change_at(changes, ARRAY_LEN(changes), pipeline);
        if (change)
            buf_add_text(out, change->to);
        else
            buf_add_char(out, *pipeline.data);
        pipeline = bytes_after(pipeline, change ? strlen(change->from) : 1);
    }
    buf_clear(&prepare);
}
