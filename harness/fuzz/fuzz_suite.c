/* Any bytes are a suite or get a sentence; every case of a suite can be asked what it needs. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "run/library.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_case(const struct suite_case *one)
{
    if (strncmp(one->id, one->base, strlen(one->base)) != 0 || !one->title)
        abort();
    for (size_t i = 0; i < one->num_steps; i++) {
        if (one->steps[i].again > i)
            abort();
        (void)judge_needs_control(one, i);
    }
    (void)judge_needs_raw(one);
    (void)judge_waits_for_run(one);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct library library;
    if (!library.catalogue)
        library_init(&library);
    struct error err = {0};
    struct bytes text = {(const char *)data, size};
    struct suite *suite = suite_read("x.json", text, &library.vocabulary, &err);
    if ((suite == NULL) != error_is_set(&err) || strchr(err.message, '\n'))
        abort();
    for (size_t i = 0; suite && i < suite->num_cases; i++)
        check_case(&suite->cases[i]);
    suite_free(suite);
    return 0;
}
