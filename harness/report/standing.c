#include "report/standing.h"

#include <string.h>

#include "report/details.h"
#include "result/exit.h"

bool case_is_required(const struct run_result *result, const struct case_result *one)
{
    return one->level == LEVEL_MUST || (result->strict && one->level == LEVEL_SHOULD);
}

enum standing case_standing(const struct run_result *result, const struct case_result *one)
{
    if (verdict_counts(one->verdict, result->strict))
        return STANDING_FAILED;
    /* a run that asked nothing required is no success, whatever else was asked */
    if (result->exit_code == EXIT_WRONG_USAGE)
        return STANDING_UNDECIDED;
    if (one->verdict == VERDICT_INCONCLUSIVE && result->exit_code == EXIT_UNREACHED)
        return STANDING_UNDECIDED;
    if (one->verdict == VERDICT_INCONCLUSIVE && case_is_required(result, one))
        return STANDING_UNDECIDED;
    /* nothing else of the run says that Panora's own events are refused */
    if (one->behind_first && result->exit_code == EXIT_UNDECIDED && case_is_required(result, one))
        return STANDING_UNDECIDED;
    if (one->verdict == VERDICT_INCONCLUSIVE || one->verdict == VERDICT_SKIP)
        return STANDING_SKIPPED;
    return STANDING_PASSED;
}

const char *case_standing_reason(const struct run_result *result, const struct case_result *one)
{
    bool has_own =
        one->verdict == VERDICT_INCONCLUSIVE || one->verdict == VERDICT_SKIP || one->behind_first;
    return has_own || !result->loudest || !*result->loudest ? case_reason(one) : result->loudest;
}

bool suite_came_before(const struct run_result *result, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(result->cases[i].suite, result->cases[index].suite) == 0)
            return true;
    return false;
}
