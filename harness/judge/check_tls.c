/* Expectations of the TLS session: what a default client meets, and what must be refused. */
#include "base/clock.h"
#include "base/text.h"
#include "judge/finding.h"

#define MS_PER_DAY INT64_C(86400000)

/* Looks at the facts of one handshake and says in `actual` what they are, in `reason` what follows.
 */
typedef enum finding_kind judge_facts(const struct call *call, const struct evidence *evidence,
                                      const struct tls_facts *facts, struct finding *out);

/* A handshake that must succeed before anything can be said. */
static void check_facts(const struct call *call, const struct evidence *evidence,
                        judge_facts *judge, struct finding *out)
{
    finding_set(out, FINDING_UNDECIDED, evidence, 0);
    if (evidence->count == 0)
        return;
    const struct observation *seen = &evidence->exchanges[0]->seen;
    if (!seen->tls.asked || !seen->tls.established) {
        buf_add_text(&out->reason, seen->detail);
        return;
    }
    buf_reset(&out->actual);
    out->kind = judge(call, evidence, &seen->tls, out);
}

static enum finding_kind judge_chain(const struct call *call, const struct evidence *evidence,
                                     const struct tls_facts *facts, struct finding *out)
{
    if (!facts->chain_error[0]) {
        buf_add_text(&out->actual, "a trusted chain");
        return FINDING_KEPT;
    }
    buf_add_text(&out->actual, facts->chain_error);
    buf_add_format(&out->reason,
                   "a default client refuses to connect: %s (the certificate is for %s)",
                   facts->chain_error, facts->subject);
    return FINDING_BROKEN;
}

static void check_tls_chain(const struct call *call, const struct evidence *evidence,
                            struct finding *out)
{
    check_facts(call, evidence, judge_chain, out);
}

static enum finding_kind judge_hostname(const struct call *call, const struct evidence *evidence,
                                        const struct tls_facts *facts, struct finding *out)
{
    buf_add_format(&out->actual, "a certificate %s (%s%s)",
                   facts->name_matches ? "for this host" : "for other names only",
                   facts->names[0] ? "" : "none in subjectAltName; subject ",
                   facts->names[0] ? facts->names : facts->subject);
    if (facts->name_matches)
        return FINDING_KEPT;
    buf_add_text(&out->reason,
                 "a default client refuses to connect: the certificate is not for the host "
                 "in the URL");
    return FINDING_BROKEN;
}

static void check_tls_hostname(const struct call *call, const struct evidence *evidence,
                               struct finding *out)
{
    check_facts(call, evidence, judge_hostname, out);
}

static enum finding_kind judge_expiry(const struct call *call, const struct evidence *evidence,
                                      const struct tls_facts *facts, struct finding *out)
{
    char when[CLOCK_ISO_SIZE];
    int64_t left_ms = facts->not_after_ms - evidence->run->wall_ms;
    bool is_early = facts->date_error[0] && facts->not_before_ms > evidence->run->wall_ms;
    clock_iso(is_early ? facts->not_before_ms : facts->not_after_ms, when);
    if (facts->date_error[0]) {
        buf_add_text(&out->actual, facts->date_error);
        buf_add_format(&out->reason, "a default client refuses to connect: %s (valid %s %s)",
                       facts->date_error, is_early ? "from" : "until", when);
        return FINDING_BROKEN;
    }
    buf_add_format(&out->actual, "valid until %s", when);
    if (left_ms >= call->values[0].number * MS_PER_DAY)
        return FINDING_KEPT;
    buf_add_format(&out->reason, "it expires in %lld days; renew it in time",
                   (long long)(left_ms / MS_PER_DAY));
    return FINDING_TOLERATED;
}

static void check_tls_expiry(const struct call *call, const struct evidence *evidence,
                             struct finding *out)
{
    check_facts(call, evidence, judge_expiry, out);
}

static enum finding_kind judge_protocol(const struct call *call, const struct evidence *evidence,
                                        const struct tls_facts *facts, struct finding *out)
{
    bool is_new = text_starts_with(facts->protocol, "TLSv1.2") ||
                  text_starts_with(facts->protocol, "TLSv1.3");
    buf_add_format(&out->actual, "%s with %s", facts->protocol, facts->cipher);
    if (!is_new)
        buf_add_text(&out->reason,
                     "a default client refuses to connect: it no longer supports this version");
    return is_new ? FINDING_KEPT : FINDING_BROKEN;
}

static void check_tls_protocol(const struct call *call, const struct evidence *evidence,
                               struct finding *out)
{
    check_facts(call, evidence, judge_protocol, out);
}

/* Only a handshake that was offered and turned down says anything. */
static void check_tls_refused(const struct call *call, const struct evidence *evidence,
                              struct finding *out)
{
    finding_set(out, FINDING_UNDECIDED, evidence, 0);
    if (evidence->count == 0)
        return;
    const struct observation *seen = &evidence->exchanges[0]->seen;
    const struct tls_facts *facts = &seen->tls;
    if (facts->asked && !facts->offered && seen->outcome == OUTCOME_LEFT) {
        out->kind = FINDING_SKIPPED;
        buf_add_text(&out->reason, "the OpenSSL on this machine cannot offer it");
    } else if (facts->established) {
        out->kind = FINDING_BROKEN;
        buf_reset(&out->actual);
        buf_add_format(&out->actual, "a session: %s with %s", facts->protocol, facts->cipher);
        buf_add_text(&out->reason, "an attacker in the middle can downgrade a client to this");
    } else if (seen->outcome == OUTCOME_TLS_FAILED) {
        out->kind = FINDING_KEPT;
    } else {
        buf_add_text(&out->reason, seen->detail);
    }
}

/* word {name, place, sentence, parameters}, expected */
static const struct expectation rows[] = {
    {{"tls-chain", "step", "has a certificate that a default client trusts", {{0}}},
     "a certificate whose chain a default client trusts",
     .check = check_tls_chain},
    {{"tls-hostname", "step", "has a certificate for the host in its URL", {{0}}},
     "a certificate for the host in the URL",
     .check = check_tls_hostname},
    {{"tls-expiry",
      "step",
      "has a certificate that is valid now and for some more days",
      {{.name = "days", .kind = PARAMETER_INTEGER, .fallback = "14", .sentence = "how many"}}},
     "a certificate that is valid for %s more days",
     .check = check_tls_expiry},
    {{"tls-protocol", "step", "uses TLS 1.2 or newer with a client that offers both", {{0}}},
     "TLS 1.2 or newer",
     .check = check_tls_protocol},
    {{"tls-refused", "step", "refuses this TLS handshake", {{0}}},
     "no TLS session",
     .check = check_tls_refused},
};
const struct table_part expectations_of_tls = TABLE_PART(rows);
