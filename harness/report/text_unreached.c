/* The report of a run that reached nothing: three lines, and nothing about events. */
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "report/text_blocks.h"

struct advice {
    enum outcome outcome;
    const char *words; /* of the detail, in any place; NULL = any */
    const char *advice;
};

static const struct advice advices[] = {
    {OUTCOME_UNRESOLVED, NULL,
     "check the host name; --resolve HOST:PORT:ADDRESS sets an address without DNS"},
    {OUTCOME_REFUSED, NULL, "start the endpoint or check the port"},
    {OUTCOME_UNREACHABLE, "roxy",
     "check the proxy's address, and that it may connect there; NO_PROXY=HOST leaves it out"},
    {OUTCOME_UNREACHABLE, NULL, "check address, port and firewall"},
    {OUTCOME_TLS_FAILED, "wrong version number",
     "the port does not speak TLS: use http:// in the URL"},
    {OUTCOME_TLS_FAILED, "subject name",
     "use the host name that the certificate is for, or get one for this name; -k accepts any"},
    {OUTCOME_TLS_FAILED, "local issuer",
     "send the whole certificate chain, or trust its authority with --cacert FILE; -k accepts any "
     "certificate"},
    {OUTCOME_TLS_FAILED, "self",
     "trust its certificate with --cacert FILE, or accept any certificate with -k"},
    {OUTCOME_TLS_FAILED, "expired", "renew the certificate, or accept it with -k"},
    {OUTCOME_TLS_FAILED, "certificate",
     "fix the certificate, trust it with --cacert FILE, or accept any with -k"},
    {OUTCOME_TLS_FAILED, NULL,
     "check whether the port speaks TLS (https or http?); -k accepts any certificate"},
};

static const char *advice_for(const struct observation *seen)
{
    for (size_t i = 0; i < ARRAY_LEN(advices); i++)
        if (advices[i].outcome == seen->outcome &&
            (!advices[i].words || strstr(seen->detail, advices[i].words)))
            return advices[i].advice;
    return "check that something listens there";
}

/* Waiting helps where nothing listens yet. */
static void add_advice(const struct run_result *result, const struct observation *seen,
                       struct buf *out)
{
    buf_add_text(out, advice_for(seen));
    if (seen->outcome != OUTCOME_REFUSED && seen->outcome != OUTCOME_UNREACHABLE)
        return;
    if (!result->waited_ns) {
        buf_add_text(out, "; --wait 30s waits for it");
        return;
    }
    buf_add_text(out, "; ");
    text_add_duration(out, result->waited_ns);
    buf_add_text(out, " of --wait were not enough");
}

void text_add_unreached(const struct page *page, const struct run_result *result)
{
    const struct wrong_port *port = &result->wrong_port;
    if (port->got) {
        page_short_field(page, 0, "tried", port->tried, 2);
        page_short_field(page, 0, "got", port->got, 3);
        page_short_field(page, 0, "do", port->remedy, 2);
        return;
    }
    const struct observation *seen = run_result_first_attempt(result);
    struct buf tried = {0};
    struct buf got = {0};
    struct buf advice = {0};
    buf_add_text(&tried, result->target);
    if (seen && seen->peer[0])
        buf_add_format(&tried, " at %s", seen->peer);
    buf_add_text(&got, seen ? outcome_name(seen->outcome) : "nothing was sent");
    if (seen && seen->detail[0]) {
        buf_add_text(&got, ": ");
        result_redact(result, bytes_of(seen->detail), &got);
    }
    page_short_field(page, 0, "tried", buf_text(&tried), 2);
    page_short_field(page, 0, "got", buf_text(&got), 3);
    if (seen)
        add_advice(result, seen, &advice);
    page_short_field(page, 0, "do", seen ? buf_text(&advice) : NULL, 2);
    buf_clear(&advice);
    buf_clear(&tried);
    buf_clear(&got);
}
