#include "result/observation.h"

#include "base/array.h"

struct outcome_row {
    const char *name;
    bool had_session;
};

static const struct outcome_row outcomes[OUTCOME_COUNT] = {
    [OUTCOME_NOT_SENT] = {"not sent", false},
    [OUTCOME_ANSWERED] = {"answered", true},
    [OUTCOME_UNRESOLVED] = {"name not resolved", false},
    [OUTCOME_REFUSED] = {"connection refused", false},
    [OUTCOME_UNREACHABLE] = {"unreachable", false},
    [OUTCOME_TLS_FAILED] = {"TLS failed", false},
    [OUTCOME_RESET] = {"connection reset", true},
    [OUTCOME_CLOSED] = {"closed without an answer", true},
    [OUTCOME_CUT_SHORT] = {"answer cut short", true},
    [OUTCOME_MALFORMED] = {"answer malformed", true},
    [OUTCOME_TIMED_OUT] = {"timed out", true},
    [OUTCOME_LEFT] = {"ended by the client", false},
};

const char *outcome_name(enum outcome outcome)
{
    return (size_t)outcome < ARRAY_LEN(outcomes) ? outcomes[outcome].name : "unknown outcome";
}

bool outcome_had_session(enum outcome outcome)
{
    return (size_t)outcome < ARRAY_LEN(outcomes) && outcomes[outcome].had_session;
}

void observation_init(struct observation *seen)
{
    *seen = (struct observation){
        .outcome = OUTCOME_NOT_SENT,
        .body = {.max = OBSERVED_BODY_MAX},
        .dns_ns = -1,
        .connect_ns = -1,
        .tls_ns = -1,
        .sent_ns = -1,
        .first_byte_ns = -1,
        .total_ns = -1,
        .idle_closed_ns = -1,
    };
}

void observation_clear(struct observation *seen)
{
    headers_clear(&seen->headers);
    if (!seen->body_is_shared)
        buf_clear(&seen->body);
    observation_init(seen);
}
