/* What kind of project a folder holds, and so how its endpoint is started in a pipeline. */
#ifndef CLI_PROJECT_H
#define CLI_PROJECT_H

#include "base/buf.h"
#include "base/bytes.h"

struct project {
    const char *file;    /* whose presence says so; "" = no file does */
    const char *prepare; /* shell: fetches what it needs */
    const char *start;   /* shell: serves on port 3000 */
    const char *image;   /* with Debian's or Ubuntu's packages */
    const char *circle;  /* CircleCI's own */
    const char *missing; /* what the image lacks for `prepare`, as a package; or NULL */
};

/* What the working folder holds; the last row, Node's, when nothing is known of it. */
const struct project *project_here(void);

/* Appends a pipeline of fixtures/ci, which is written for Node, as it is for this project. */
void project_pipeline(const struct project *project, struct bytes pipeline, struct buf *out);

#endif
