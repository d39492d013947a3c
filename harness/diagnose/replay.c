#include "diagnose/replay.h"

#include <string.h>

#include "panora/event.h"

/* A case of more sends the same again and again: a few tell whether one of them does it, and all of
 * them would show what only their number does. */
#define REPLAYED_MAX 40
#define REPLAYED_FEW 4

#define RENEWED 12 /* digits at the end of an id */

/* Gives the event another id, for an endpoint may refuse one that it knows; Panora does not sign
 * ids. What had the same id before has the same one afterwards. */
static void renew_id(const char salt[UUID_SIZE], struct request *request)
{
    static const char digits[] = "0123456789abcdef";
    static const char key[] = "\"id_event\":\"";
    struct bytes body = buf_bytes(&request->body);
    const char *found = bytes_find(body, bytes_of(key));
    size_t at = found ? (size_t)(found - body.data) + strlen(key) : body.len;
    if (at + UUID_SIZE - 1 > body.len ||
        memcmp(body.data + at, EVENT_ID_PREFIX, strlen(EVENT_ID_PREFIX)) != 0)
        return;
    for (size_t i = UUID_SIZE - 1 - RENEWED; i < UUID_SIZE - 1; i++) {
        char *digit = &request->body.data[at + i];
        const char *old = *digit ? strchr(digits, *digit) : NULL;
        const char *more = strchr(digits, salt[i]);
        if (old && more)
            *digit = digits[((old - digits) + (more - digits)) % 16];
    }
}

static enum answer ask_renewed(struct investigation *inv, const char salt[UUID_SIZE],
                               const struct request *request)
{
    struct request renewed = {0};
    request_copy(&renewed, request);
    if (!inv->behind_first) /* who signs whole events signs ids, too */
        renew_id(salt, &renewed);
    enum answer answer = ask_request(inv, &renewed, NULL);
    request_clear(&renewed);
    return answer;
}

/* False when it could not be sent to its end. */
static bool replay(struct investigation *inv, const struct case_result *one, enum answer *decisive,
                   bool *died)
{
    const struct specimen genuine = {0};
    char salt[UUID_SIZE];
    size_t deaths = inv->num_died;
    *decisive = ANSWER_NONE;
    *died = false;
    size_t count = one->num_exchanges > REPLAYED_MAX ? REPLAYED_FEW : one->num_exchanges;
    event_new_id(&inv->rng, inv->input->run_tag, salt);
    for (size_t i = 0; i < count; i++) {
        enum answer answer = ask_renewed(inv, salt, &one->exchanges[i].request);
        *died = *died || answer == ANSWER_DIED;
        if (i == one->decisive)
            *decisive = answer;
    }
    (void)specimen_ask(inv, &genuine, NULL);
    *died = *died || inv->num_died > deaths;
    return !inv->closed;
}

enum replayed replay_decisive(struct investigation *inv, const struct case_result *one)
{
    enum answer decisive;
    bool died;
    if (one->decisive >= one->num_exchanges || one->num_exchanges > REPLAYED_MAX ||
        !replay(inv, one, &decisive, &died))
        return NOT_REPLAYED;
    return decisive == answer_of(&one->exchanges[one->decisive].seen) ? REPLAYED_SAME
                                                                      : REPLAYED_OTHERWISE;
}

enum replayed replay_death(struct investigation *inv, const struct case_result *one)
{
    enum answer decisive;
    bool died = true;
    if (!inv->has_base)
        return NOT_REPLAYED;
    for (size_t i = 0; i < 2 && died; i++)
        if (!replay(inv, one, &decisive, &died))
            return NOT_REPLAYED;
    return died ? REPLAYED_SAME : REPLAYED_OTHERWISE;
}
