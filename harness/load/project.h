/*
 * A load as a small project for another engine, which can send it from many machines: what it sends
 * is data (plan.json), what it does is a script of ours in fixtures/load.
 */
#ifndef LOAD_PROJECT_H
#define LOAD_PROJECT_H

#include "load/load.h"
#include "load/slo.h"

struct load_project {
    const struct load_plan *plan; /* its target may be NULL */
    const struct slo *slo;
    const char *url; /* NULL: whoever runs it has to name it */
};

struct load_project_file {
    const char *name;
    const char *resource; /* where its text lies; NULL = only what `write` adds */
    /* Appends what is in front of the resource; NULL = nothing. */
    bool (*write)(const struct load_project *project, struct buf *out, struct error *err);
};

#define LOAD_PROJECT_FILES 4

struct load_engine {
    const char *name; /* "locust" */
    const char *run;  /* the command, in the project's folder */
    struct load_project_file files[LOAD_PROJECT_FILES];
};

extern const struct load_engine load_engines[];

/* Appends the whole file. False with a sentence when an event cannot be composed. */
bool load_project_write(const struct load_project *project, const struct load_project_file *file,
                        struct buf *out, struct error *err);

#endif
