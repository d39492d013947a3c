#include "tests/support/sample_result.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/sink.h"

#define SIGNATURE "5390ab789ae3eeb39730281bdd2fd8b6ea784e163f4df48f29ddadc415f15661"
#define CUT       "5390ab789ae3eeb39730281bdd2fd8b6"
#define BODY                                                                                       \
    "{\"id_event\":\"7e57c0de-1a2b-4c3d-8e4f-0a1b2c3d4e5f\",\"data\":"                             \
    "\"{\\\"first_name\\\":\\\"Zo\xc3\xab\\\",\\\"note\\\":\\\"it's $5\\\"}\","                    \
    "\"type\":\"crm.contact.created\"}"
#define SOURCE "Panora documentation, webhooks/overview, Secure your webhook endpoint"

struct exchange_row {
    const char *sent;
    const char *signature; /* NULL = no header */
    enum outcome outcome;
    int status;
    const char *content_type;
    const char *body;
    const char *as_panora;
    int64_t total_ns;
};

static const struct exchange_row accepted = {
    "crm.contact.created", SIGNATURE, OUTCOME_ANSWERED, 204, NULL, "", "delivered", 1300000};
static const struct exchange_row refused = {"crm.contact.created, without a signature",
                                            NULL,
                                            OUTCOME_ANSWERED,
                                            401,
                                            "text/plain",
                                            "no signature\n",
                                            "failed: status 401",
                                            912345};
static const struct exchange_row let_in = {
    "crm.contact.created, signature truncated to 32 characters",
    CUT,
    OUTCOME_ANSWERED,
    204,
    NULL,
    "",
    "delivered",
    1345678};
static const struct exchange_row fell_over = {"crm.contact.created, signature with a byte E9",
                                              "\xe9" CUT,
                                              OUTCOME_RESET,
                                              0,
                                              NULL,
                                              "",
                                              "failed: connection reset",
                                              2100000};
/* The secret, its base64, an escape sequence and a byte that is not UTF-8 come back. */
static const struct exchange_row echoed = {
    "crm.contact.created, the secret itself as the signature",
    SAMPLE_SECRET,
    OUTCOME_ANSWERED,
    500,
    "text/html",
    "\x1b[2J" SAMPLE_SECRET " \xff " SAMPLE_SECRET_BASE64,
    "failed: status 500",
    15000000};
static const struct exchange_row json_answer = {
    "crm.contact.created", SIGNATURE,   OUTCOME_ANSWERED, 200, "application/json",
    "{\"received\":true}", "delivered", 1250000};

struct case_row {
    const char *suite, *name, *title;
    enum level level;
    enum verdict verdict;
    const char *expected, *actual, *reason, *harm, *remedy, *source, *bug, *see;
    const struct exchange_row *exchange; /* NULL = nothing was sent */
};

#define DELIVERY   "panora/delivery"
#define SIGNATURES "panora/signature"

static const struct case_row cases[] = {
    {DELIVERY, "accepts-an-event", "accepts an event as Panora sends it", LEVEL_MUST, VERDICT_PASS,
     "2xx", "204 in 1.3 ms", "", "", "", SOURCE, "", NULL, &accepted},
    {DELIVERY, "accepts-every-type[crm.contact.created]", "accepts every type that Panora sends",
     LEVEL_MUST, VERDICT_PASS, "2xx", "204 in 1.3 ms", "", "", "", SOURCE, "", NULL, &accepted},
    {DELIVERY, "accepts-every-type[crm.deal.push]", "accepts every type that Panora sends",
     LEVEL_MUST, VERDICT_PASS, "2xx", "204 in 1.3 ms", "", "", "", SOURCE, "", NULL, &accepted},
    {DELIVERY, "answers-plainly", "answers with an empty body or plain text", LEVEL_MAY,
     VERDICT_INFO, "no JSON", "200 with application/json, {\"received\":true}",
     "Panora's e-commerce path sends connection.created twice when the response is JSON", "",
     "answer 204 without a body", "", "", NULL, &json_answer},
    {DELIVERY, "answers-promptly", "acknowledges before it works on the event", LEVEL_SHOULD,
     VERDICT_WARN, "within 1.00 s", "204 in 1.62 s", "", "five slow answers stop all webhooks",
     "put the event in a queue and answer at once", SOURCE, "", NULL, &accepted},
    {SIGNATURES, "refuses-missing", "refuses an event without a signature", LEVEL_MUST,
     VERDICT_PASS, "any 4xx", "401 in 0.91 ms", "", "anyone can forge events", "", SOURCE,
     "MISSING_STEP", "CWE-347", &refused},
    {SIGNATURES, "refuses-truncated[1]", "refuses a truncated signature", LEVEL_MUST, VERDICT_PASS,
     "any 4xx", "401 in 0.91 ms", "", "", "", SOURCE, "", NULL, &refused},
    {SIGNATURES, "refuses-truncated[32]", "refuses a truncated signature", LEVEL_MUST, VERDICT_FAIL,
     "any 4xx", "204 in 1.3 ms", "",
     "anyone who guesses the first characters can forge events; trying them one by one takes "
     "minutes",
     "compare the whole signature, all 64 characters of it, in constant time", SOURCE,
     "AUTH_BYPASS", "CWE-347", &let_in},
    {SIGNATURES, "refuses-non-ascii", "refuses a signature that is not ASCII", LEVEL_MUST,
     VERDICT_FAIL, "any 4xx", "connection reset after 2.1 ms", "", "one request stops the endpoint",
     "compare bytes, and catch what the comparison throws", SOURCE, "EDGE_CASE", NULL, &fell_over},
    {SIGNATURES, "refuses-secret-itself", "refuses the secret itself as a signature", LEVEL_MUST,
     VERDICT_WARN, "any 4xx", "500 in 15.0 ms",
     "it was not accepted, but the endpoint failed instead of refusing it", "", "", SOURCE, "",
     NULL, &echoed},
    {SIGNATURES, "refuses-empty", "refuses an empty signature", LEVEL_MUST, VERDICT_INCONCLUSIVE,
     "any 4xx", "not sent", "the endpoint went down after refuses-non-ascii", "", "", SOURCE, "",
     NULL, NULL},
    {SIGNATURES, "refuses-zeros", "refuses a signature of 64 zeros", LEVEL_MUST,
     VERDICT_INCONCLUSIVE, "any 4xx", "not sent", "the endpoint went down after refuses-non-ascii",
     "", "", SOURCE, "", NULL, NULL},
    {SIGNATURES, "refusals-look-alike", "answers all wrong signatures alike", LEVEL_SHOULD,
     VERDICT_INCONCLUSIVE, "equal answers", "not sent", "too few refusals to compare", "", "", "",
     "", NULL, NULL},
    {SIGNATURES, "refuses-query-signature",
     "ignores a signature in the query string # not the header", LEVEL_SHOULD, VERDICT_SKIP,
     "any 4xx", "not sent", "the target's URL has a query of its own", "", "", "", "", NULL, NULL},
};

static void fill_request(struct request *request, const struct exchange_row *row)
{
    char length[24];
    request->method = mem_text("POST");
    buf_add_text(&request->body, BODY);
    (void)snprintf(length, sizeof length, "%zu", request->body.len);
    headers_add(&request->headers, "Accept", "application/json, text/plain, */*");
    headers_add(&request->headers, "Content-Type", "application/json");
    if (row->signature)
        headers_add(&request->headers, "Panora-Signature", row->signature);
    headers_add(&request->headers, "User-Agent", "axios/1.6.8");
    headers_add(&request->headers, "Content-Length", length);
    headers_add(&request->headers, "Accept-Encoding", "gzip, compress, deflate, br");
    headers_add(&request->headers, "Host", REQUEST_HOST_PLACEHOLDER);
    headers_add(&request->headers, "Connection", "keep-alive");
}

static void fill_observation(struct observation *seen, const struct exchange_row *row)
{
    observation_init(seen);
    seen->outcome = row->outcome;
    seen->status = row->status;
    seen->keep_alive = row->status != 0;
    seen->dns_ns = 20000;
    seen->connect_ns = 150000;
    seen->sent_ns = 180000;
    seen->first_byte_ns = row->status ? row->total_ns - 40000 : -1;
    seen->total_ns = row->total_ns;
    if (row->content_type)
        headers_add(&seen->headers, "Content-Type", row->content_type);
    if (row->status == 500)
        headers_add(&seen->headers, "X-Secret", SAMPLE_SECRET);
    buf_add_text(&seen->body, row->body);
    seen->body_len = seen->body.len;
    (void)snprintf(seen->peer, sizeof seen->peer, "127.0.0.1:8080");
    if (row->outcome == OUTCOME_RESET)
        (void)snprintf(seen->detail, sizeof seen->detail, "Connection reset by peer");
}

static void fill_exchange(struct case_result *one, const struct exchange_row *row)
{
    one->exchanges = mem_alloc(sizeof *one->exchanges);
    one->num_exchanges = 1;
    struct exchange *exchange = &one->exchanges[0];
    exchange->sent = mem_text(row->sent);
    exchange->as_panora = mem_text(row->as_panora);
    exchange->accepted = row->status / 100 == 2;
    fill_request(&exchange->request, row);
    fill_observation(&exchange->seen, row);
}

static void fill_case(struct case_result *one, const struct case_row *row, size_t index)
{
    *one = (struct case_result){
        .id = mem_format("%s/%s", row->suite, row->name),
        .suite = mem_text(row->suite),
        .name = mem_text(row->name),
        .title = mem_text(row->title),
        .level = row->level,
        .verdict = row->verdict,
        .expected = mem_text(row->expected),
        .actual = mem_text(row->actual),
        .reason = mem_text(row->reason),
        .harm = mem_text(row->harm),
        .remedy = mem_text(row->remedy),
        .source = mem_text(row->source),
        .bug = mem_text(row->bug),
        .started_ns = (int64_t)index * 20 * NS_PER_MS,
        .duration_ns = row->exchange ? row->exchange->total_ns : 0,
        .recovery_ns = -1,
    };
    if (row->see) {
        one->see = mem_alloc(sizeof *one->see);
        one->see[0] = mem_text(row->see);
        one->num_see = 1;
    }
    if (row->exchange)
        fill_exchange(one, row->exchange);
    if (row->exchange == &fell_over) {
        one->canary_failed = true;
        one->recovery_ns = 2100 * NS_PER_MS;
    }
}

static void fill_diagnosis(struct run_result *result)
{
    result->diagnoses = mem_alloc(sizeof *result->diagnoses);
    result->num_diagnoses = 1;
    struct diagnosis *diagnosis = &result->diagnoses[0];
    diagnosis->id = mem_text("compares-a-prefix");
    diagnosis->sentence = mem_text("The endpoint compares only as many characters as the shorter "
                                   "signature has.");
    diagnosis->confidence = CONFIDENCE_PROVED;
    diagnosis->cases = mem_alloc(sizeof *diagnosis->cases);
    diagnosis->cases[0] = mem_text("panora/signature/refuses-truncated[32]");
    diagnosis->num_cases = 1;
    diagnosis->evidence =
        mem_text("accepted: the first 32 digits of the right signature; not accepted: "
                 "32 wrong digits");
    diagnosis->harm = mem_text("one of the sixteen single digits gets in");
    diagnosis->framework = mem_text("Express");
    diagnosis->snippet = mem_text("import express from 'express';\n");
    diagnosis->snippet_needs = mem_text("");
    diagnosis->remedy =
        mem_text("check that the length is 64, then compare with crypto.timingSafeEqual");
}

static void fill_hidden(struct run_result *result)
{
    sink_forget();
    sink_hide_secret(bytes_of(SAMPLE_SECRET), "$HOOKCHECK_SECRET");
    result->redactor = sink_redactor();
}

void sample_count(struct run_result *result)
{
    memset(result->counts, 0, sizeof result->counts);
    for (size_t i = 0; i < result->num_cases; i++)
        result->counts[result->cases[i].verdict]++;
}

void sample_result(struct run_result *result)
{
    *result = (struct run_result){
        .target = mem_text("http://127.0.0.1:8080/webhook"),
        .version = mem_text("0.1.0"),
        .suites_hash = mem_text("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        .seed = 18446744073709551615U,
        .started = "2024-07-01T12:00:00.000Z",
        .duration_ns = 1830 * NS_PER_MS,
        .stopped = mem_text(""),
        .loudest = mem_text(""),
        .num_requests = 10,
        .left_behind = mem_text("events whose id_event starts with 7e57c0de-1a2b"),
        .rerun =
            mem_text("hookcheck run 'http://127.0.0.1:8080/webhook' --seed 18446744073709551615"),
        .url = mem_text("http://127.0.0.1:8080/webhook"),
        .exit_code = 1,
    };
    result->num_cases = ARRAY_LEN(cases);
    result->cases = mem_alloc(result->num_cases * sizeof *result->cases);
    for (size_t i = 0; i < result->num_cases; i++)
        fill_case(&result->cases[i], &cases[i], i);
    case_result_add_measure(sample_case(result, "panora/delivery/answers-promptly"),
                            "acknowledgement", 1620, "ms", mem_text("acknowledges in 1.62 s"));
    fill_diagnosis(result);
    fill_hidden(result);
    sample_count(result);
}

struct case_result *sample_case(struct run_result *result, const char *id)
{
    for (size_t i = 0; i < result->num_cases; i++)
        if (strcmp(result->cases[i].id, id) == 0)
            return &result->cases[i];
    assert(!"no case of that id in the sample");
    return NULL;
}
