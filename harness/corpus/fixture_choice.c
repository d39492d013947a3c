#include "corpus/fixture_choice.h"

#include <stdlib.h>

#include "base/mem.h"
#include "suite/step.h"
#include "suite/suite.h"

void fixture_choice_clear(struct fixture_choice *choice)
{
    library_clear(&choice->library);
    secret_clear(&choice->secret);
    target_clear(&choice->target);
    free(choice->types);
    free(choice->only);
    free(choice->data);
    free(choice->formats);
    *choice = (struct fixture_choice){0};
}

bool fixture_choice_wants(const struct fixture_choice *choice, const char *id)
{
    for (size_t i = 0; i < choice->num_only; i++)
        if (suite_id_matches(choice->only[i], id))
            return true;
    return choice->num_only == 0;
}

void fixture_choice_step(const struct fixture_choice *choice, const char *type,
                         enum dialect dialect, struct step *out)
{
    step_init(out);
    out->type = mem_text(type);
    out->dialect = dialect == DIALECT_OBJECT ? STEP_DIALECT_OBJECT : STEP_DIALECT_TEXT;
    out->data = mem_text(choice->data);
    out->size = choice->size;
}

struct request_place fixture_choice_place(const struct fixture_choice *choice, const char *url,
                                          const char *path)
{
    return (struct request_place){.url = url, .authority = choice->target.authority, .path = path};
}
