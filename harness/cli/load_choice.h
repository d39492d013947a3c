/* What the options of `load` say. */
#ifndef CLI_LOAD_CHOICE_H
#define CLI_LOAD_CHOICE_H

#include "cli/endpoint_options.h"
#include "cli/event_options.h"
#include "cli/option.h"
#include "load/load.h"
#include "load/project.h"
#include "load/slo.h"
#include "run/effect_command.h"

extern const struct option_set load_options;

enum load_report_format { LOAD_REPORT_JSON, LOAD_REPORT_HGRM, LOAD_REPORT_HTML };

struct load_report_wanted {
    enum load_report_format format;
    const char *path; /* "-" = standard output */
};

struct load_choice {
    struct load_plan plan; /* borrows from the rest */
    struct target target;
    struct endpoint_choice endpoint;
    struct event_choice event; /* catalogue, secret and composer */
    struct load_type *types;
    char **names; /* of the types */
    size_t num_names;
    struct slo slo;
    struct load_report_wanted *reports;
    size_t num_reports;
    bool text_to_stderr;
    bool finds_capacity;
    unsigned engine;                      /* of --export: index into load_engines */
    const struct load_engine *exports;    /* nothing is sent; NULL = it is sent */
    const char *folder;                   /* where the project goes */
    const char *journal;                  /* NULL = none */
    int64_t journal_from;                 /* what stood in it before */
    struct effect_command effect_command; /* `command` NULL = none is given */
    int64_t effect_wait_ns;
    int64_t clients;
    int64_t connections;
    int64_t threads;
    int64_t max_requests;
    int64_t seed;
};

/* Must not move once it is read. Clear it in any case. */
bool load_choice_read(struct load_choice *choice, const struct arguments *arguments,
                      struct error *err);
void load_choice_clear(struct load_choice *choice);

#endif
