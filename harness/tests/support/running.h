/* `hookcheck run` from end to end, against `hookcheck receive`. */
#ifndef TESTS_SUPPORT_RUNNING_H
#define TESTS_SUPPORT_RUNNING_H

#include <jansson.h>

#include "tests/support/run_program.h"
#include "tests/support/started_program.h"

/* Runs `hookcheck run URL --no-progress ARGUMENTS...` with the secret TEST_SECRET. */
void run_against(const char *url, const char *const *arguments, struct program_end *end);

/* The same with `--report json=-` before `arguments`; the parsed report, NULL when there is none.
 * The caller decrefs it. `out_code` gets the exit code. */
json_t *run_for_json(const char *url, const char *const *arguments, int *out_code);

/* The verdict of the case `id` in a JSON report, "" when it is not there. Borrowed. */
const char *verdict_in(const json_t *report, const char *id);

/* How many cases of a report have that verdict. */
size_t count_verdict(const json_t *report, const char *verdict);

#define ARGUMENTS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* A receiver that keeps a journal. */
struct journalled {
    struct started_program receiver;
    char *path;
};

/* `arguments` (NULL = none) go to the receiver. */
bool start_journalled(struct journalled *journalled, const char *const *arguments);
void stop_journalled(struct journalled *journalled);

/* Appends the journal so far. */
void read_journal(const struct journalled *journalled, struct buf *out);

/* Lines of the journal: requests that arrived. */
size_t count_journal(const struct journalled *journalled);

#endif
