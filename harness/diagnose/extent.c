/* How far a bypass goes, in numbers: how many digits of a signature are compared. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/investigation.h"

#define DIGITS 64

/* Whether a signature gets in of which only the first, or the last, `right` digits are right. */
static bool gets_in(struct investigation *inv, size_t right, bool last)
{
    const struct specimen usual = {0};
    struct request request;
    bool in = false;
    if (specimen_write(inv, &usual, &request)) {
        const char *value = headers_find(&request.headers, sight_header(inv));
        char *changed = mem_text(value ? value : "");
        size_t len = strlen(changed);
        for (size_t i = 0; i < len; i++)
            if (last ? i + right < len : i >= right)
                changed[i] = wrong_digit(changed[i]);
        headers_set(&request.headers, sight_header(inv), changed);
        in = len == DIGITS && ask_request(inv, &request, NULL) == ANSWER_ACCEPTED;
        free(changed);
    }
    request_clear(&request);
    return in;
}

/* The least number of right digits that gets in; 0 when it takes all of them, or none. */
static size_t measure(struct investigation *inv, bool last)
{
    size_t refused = 0;
    size_t accepted = DIGITS - 1;
    if (!gets_in(inv, accepted, last) || gets_in(inv, refused, last))
        return 0;
    while (accepted - refused > 1 && !inv->closed) {
        size_t middle = refused + (accepted - refused) / 2;
        *(gets_in(inv, middle, last) ? &accepted : &refused) = middle;
    }
    return accepted;
}

void extent_measure(struct investigation *inv)
{
    inv->first_digits = measure(inv, false);
    if (inv->first_digits && gets_in(inv, DIGITS - 1, true)) /* the first digit is not compared */
        inv->first_digits = 0;
    else if (!inv->first_digits)
        inv->last_digits = measure(inv, true);
}
