/* What is sent: the cases chosen by the user's options and the controls that they need. run.h has
 * what others may do with it. */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "run/run.h"
#include "run/testcase.h"

struct plan {
    const struct run_options *options;
    struct composer composer;
    struct testcase *cases;
    size_t num_cases;
    struct testcase *controls;
    size_t num_controls;
    size_t num_requests;
    int64_t longest_wait_ns;
};

#endif
