/* F: limits, timing and transport. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "panora/event.h"
#include "receive/fault.h"

#define BODY_MAX_100_KIB ((size_t)100 * 1024)

static enum result act_slowly(struct handling *handling)
{
    handling->answer.delay_ns = handling->argument->number;
    return rules_right.act(handling);
}

static enum result act_slowly_at_first(struct handling *handling)
{
    if (handling->memory->num_requests == 1)
        handling->answer.delay_ns = handling->argument->number;
    return rules_right.act(handling);
}

static enum result act_slowly_on_tickets(struct handling *handling)
{
    static const char start[] = "ticketing.ticket.";
    struct bytes type = handling_member(handling, "type");
    if (type.len >= sizeof start - 1 && memcmp(type.data, start, sizeof start - 1) == 0)
        handling->answer.delay_ns = handling->argument->number;
    return rules_right.act(handling);
}

static enum result admit_with_length(struct handling *handling)
{
    if (!handling->request->chunked)
        return rules_right.admit(handling);
    handling->answer.status = 411;
    return RESULT_ANSWERED;
}

static void answer_at_length(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result != RESULT_ACCEPTED)
        return;
    handling->answer.status = 200;
    answer_set_body(&handling->answer, "text/plain", "");
    buf_add_repeated(&handling->answer.body, 'x', (size_t)handling->argument->number);
}

static void answer_with_body_after_204(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_ACCEPTED)
        buf_add_text(&handling->answer.extra, "{\"ok\":true}");
}

/* Finds the header only under the spelling that Panora happens to use. */
static enum result find_exact_case(struct handling *handling)
{
    const struct headers *headers = handling->request->headers;
    for (size_t i = 0; i < headers->count; i++)
        if (strcmp(headers->items[i].name, PANORA_SIGNATURE_HEADER) == 0)
            return rules_right.find(handling);
    return RESULT_SIGNATURE;
}

/* Takes what came with the first read for the whole body. */
static enum result find_in_first_piece(struct handling *handling)
{
    if (handling->request->first_piece_len < handling->request->body.len)
        return RESULT_NOT_EVENT;
    return rules_right.find(handling);
}

/* A limit that the framework enforces by hanging up. */
static void answer_or_reset(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result != RESULT_TOO_LARGE)
        return;
    handling->answer.ending = ENDING_RESET;
    handling->answer.cut = true;
}

static void answer_refusals_slowly(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_SIGNATURE)
        handling->answer.delay_ns = handling->argument->number;
}

static enum result refuse_with(struct handling *handling, int status)
{
    handling->answer.status = status;
    return RESULT_ANSWERED;
}

/* A limit that leaves no room for a burst, and tells nobody when there will be some again. */
static enum result find_within_rate(struct handling *handling)
{
    static const double at_once = 5;
    static const double per_second = 50;
    struct memory *memory = handling->memory;
    int64_t now_ns = clock_monotonic_ns();
    double since = (double)(now_ns - memory->allowance_ns) / (double)NS_PER_S * per_second;
    memory->allowance += memory->allowance_ns ? since : at_once;
    if (memory->allowance > at_once)
        memory->allowance = at_once;
    memory->allowance_ns = now_ns;
    if (memory->allowance < 1)
        return refuse_with(handling, 429);
    memory->allowance -= 1;
    return rules_right.find(handling);
}

static enum result admit_without_expect(struct handling *handling)
{
    bool expects = headers_find(handling->request->headers, "Expect") != NULL;
    return expects ? refuse_with(handling, 417) : rules_right.admit(handling);
}

static enum result admit_http_1_1(struct handling *handling)
{
    return handling->request->minor == 0 ? refuse_with(handling, 505) : rules_right.admit(handling);
}

static enum result admit_over_ipv4(struct handling *handling)
{
    return handling->request->over_ipv6 ? refuse_with(handling, 404) : rules_right.admit(handling);
}

/* body += chunk, in JavaScript: what is cut inside a character becomes two U+FFFD. */
static enum result find_in_decoded_pieces(struct handling *handling)
{
    const struct inbound *request = handling->request;
    size_t cut = request->first_piece_len;
    bool is_split =
        cut < request->body.len && ((unsigned char)request->body.data[cut] & 0xc0) == 0x80;
    return is_split ? RESULT_SIGNATURE : rules_right.find(handling);
}

static enum result admit_first_on_connection(struct handling *handling)
{
    return handling->request->on_connection > 1 ? refuse_with(handling, 400)
                                                : rules_right.admit(handling);
}

/* Its headers alone were read: the body is what comes next on the connection. */
static enum result admit_unread(struct handling *handling)
{
    const struct inbound *request = handling->request;
    char *name = mem_format("unread %llu", (unsigned long long)request->connection);
    bool is_unread = memory_has(handling->memory, bytes_of(name));
    if (!headers_find(request->headers, PANORA_SIGNATURE_HEADER))
        memory_add(handling->memory, bytes_of(name));
    free(name);
    return is_unread ? refuse_with(handling, 400) : rules_right.admit(handling);
}

static const struct fault rows[] = {
    {.id = "F01",
     .name = "limit-100-kib",
     .sentence = "refuses bodies above 100 KiB, a common framework default",
     .seen = "backstage#28910, Shopify/shopify-app-js#233, pages-core#866",
     .diagnosis = "refuses-large-events",
     .overrides = {.manners.body_max = BODY_MAX_100_KIB}},
    {.id = "F02",
     .name = "resets-large",
     .sentence = "resets the connection when a body is too large, instead of answering 413",
     .seen = "kestra#4638",
     .diagnosis = "resets-large-bodies",
     .overrides = {.answer = answer_or_reset}},
    {.id = "F04",
     .name = "few-workers",
     .sentence = "lets each connection hold one of its 16 workers without a time limit",
     .seen = "openclaw#6023, openclaw#46802",
     .racy = true,
     .diagnosis = "held-by-slow-clients",
     .overrides = {.manners.workers = 16}},
    {.id = "F05",
     .name = "works-before-answering",
     .sentence = "processes the event before answering",
     .seen = "screwdriver#1769, tramline#128, dataset-viewer#2651",
     .racy = true,
     .argument = {.kind = ARGUMENT_TIME,
                  .meaning = "TIME that the work takes",
                  .fallback = "1500ms"},
     .trial = "850ms",
     .diagnosis = "slow-acknowledgement",
     .overrides = {.act = act_slowly}},
    {.id = "F06",
     .name = "cold-start",
     .sentence = "is slow on the first request after a start",
     .seen = "reapit#4092, artifacthub#1736",
     .racy = true,
     .argument = {.kind = ARGUMENT_TIME, .meaning = "TIME that the start takes", .fallback = "3s"},
     .trial = "1s",
     .diagnosis = "slow-start",
     .overrides = {.act = act_slowly_at_first}},
    {.id = "F07",
     .name = "slow-refusal",
     .sentence = "is slow to refuse forgeries",
     .seen = "",
     .racy = true,
     .argument = {.kind = ARGUMENT_TIME,
                  .meaning = "TIME that a refusal takes",
                  .fallback = "1200ms"},
     .trial = "850ms",
     .diagnosis = "slow-refusals",
     .overrides = {.answer = answer_refusals_slowly}},
    {.id = "F08",
     .name = "429-without-retry-after",
     .sentence = "limits the request rate and answers 429 without Retry-After",
     .seen = "CloudEvents HTTP webhook 2.2",
     .racy = true,
     .diagnosis = "limits-the-rate",
     .overrides = {.find = find_within_rate}},
    {.id = "F09",
     .name = "no-chunked",
     .sentence = "cannot read a chunked request",
     .seen = "gotenberg#201, gunicorn#1265, webob#279",
     .diagnosis = "no-chunked-bodies",
     .overrides = {.admit = admit_with_length}},
    {.id = "F10",
     .name = "no-continue",
     .sentence = "answers 417 to `Expect: 100-continue`",
     .seen = "httpbin#429, curl#4964",
     .diagnosis = "no-expect",
     .overrides = {.admit = admit_without_expect}},
    {.id = "F11",
     .name = "no-http-1.0",
     .sentence = "refuses HTTP/1.0 requests",
     .seen = "",
     .diagnosis = "no-http-1.0",
     .overrides = {.admit = admit_http_1_1}},
    {.id = "F12",
     .name = "keep-alive-race",
     .sentence = "drops idle connections silently: the next request gets a reset",
     .seen = "postmangovsg#1231, openwork#5099, hapi#3738, h2o#281",
     .argument = {.kind = ARGUMENT_NONE},
     .diagnosis = "drops-idle-connections",
     .overrides = {.manners.stale_ns = NS_PER_S / 2}},
    {.id = "F13",
     .name = "other-over-ipv6",
     .sentence = "answers 404 to everything over IPv6, as if another server were there",
     .seen = "stripe-cli#621, webhook.site#84",
     .both_families = true,
     .diagnosis = "other-over-ipv6",
     .overrides = {.admit = admit_over_ipv4}},
    {.id = "F14",
     .name = "incomplete-chain",
     .sentence = "serves https without the intermediate certificate",
     .seen = "teamhanko/docs#106, knative/serving#7205",
     .tls = true,
     .diagnosis = "certificate-chain-incomplete",
     .overrides = {.manners.tls_flaw = TLS_INCOMPLETE}},
    {.id = "F15",
     .name = "old-protocol",
     .sentence = "also accepts TLS 1.0 and 1.1",
     .seen = "",
     .tls = true,
     .overrides = {.manners.tls_flaw = TLS_OLD_PROTOCOL}},
    {.id = "F16",
     .name = "long-answer",
     .sentence = "sends responses too large for a sender to store",
     .seen = "",
     .argument = {.kind = ARGUMENT_SIZE,
                  .meaning = "N bytes, at most 64MiB",
                  .fallback = "256KiB",
                  .least = 0,
                  .most = 64 << 20},
     .trial = "80KiB",
     .diagnosis = "long-answers",
     .overrides = {.answer = answer_at_length}},
    {.id = "F17",
     .name = "body-after-204",
     .sentence = "sends a body after a 204, which breaks the connection",
     .seen = "",
     .diagnosis = "malformed-answers",
     .overrides = {.answer = answer_with_body_after_204}},
    {.id = "F18",
     .name = "header-case",
     .sentence = "finds the signature header in one letter case only",
     .seen = "pingpp-ruby#1",
     .diagnosis = "exact-header-case",
     .overrides = {.find = find_exact_case}},
    {.id = "F19",
     .name = "first-read-only",
     .sentence = "treats the first read as the whole body",
     .seen = "nylas-nodejs#148",
     .diagnosis = "reads-first-piece-only",
     .overrides = {.find = find_in_first_piece}},
    {.id = "F20",
     .name = "decodes-pieces",
     .sentence = "decodes each piece of the body separately, which breaks split characters",
     .seen = "Node's body += chunk",
     .diagnosis = "decodes-pieces",
     .overrides = {.find = find_in_decoded_pieces}},
    {.id = "F21",
     .name = "expired-certificate",
     .sentence = "serves https with an expired certificate",
     .seen = "badssl.com#284",
     .tls = true,
     .diagnosis = "certificate-expired",
     .overrides = {.manners.tls_flaw = TLS_EXPIRED}},
    {.id = "F22",
     .name = "other-host-certificate",
     .sentence = "serves https with a certificate for another host",
     .seen = "",
     .tls = true,
     .diagnosis = "certificate-for-other-name",
     .overrides = {.manners.tls_flaw = TLS_OTHER_HOST}},
    {.id = "F23",
     .name = "weak-ciphers",
     .sentence = "also accepts ciphers without encryption or authentication",
     .seen = "",
     .tls = true,
     .overrides = {.manners.tls_flaw = TLS_WEAK_CIPHERS}},
    {.id = "F24",
     .name = "first-request-only",
     .sentence = "handles only the first request on a connection",
     .seen = "",
     .diagnosis = "no-second-request",
     .overrides = {.admit = admit_first_on_connection}},
    {.id = "F25",
     .name = "leaves-bodies-unread",
     .sentence = "does not read the body of a request without a signature, and takes it for the "
                 "next request on the connection",
     .seen = "Python's http.server with HTTP/1.1",
     .diagnosis = "leaves-bodies-unread",
     .overrides = {.admit = admit_unread}},
    {.id = "F26",
     .name = "slow-type",
     .sentence = "takes seconds for events about tickets, and answers others at once",
     .seen = "a handler that asks another service about some objects",
     .racy = true,
     .argument = {.kind = ARGUMENT_TIME,
                  .meaning = "TIME that such an event takes",
                  .fallback = "3s"},
     .trial = "1600ms",
     .diagnosis = "slow-types",
     .overrides = {.act = act_slowly_on_tickets}},
};
const struct table_part faults_f = TABLE_PART(rows);
