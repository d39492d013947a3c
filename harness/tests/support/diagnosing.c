#include "tests/support/diagnosing.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "judge/expectation.h"
#include "panora/event.h"
#include "sign/signature.h"
#include "tests/support/judging.h"
#include "tests/support/suite_text.h"

static const struct bytes usual_secret = {"a secret of the tests", 21};

static void add_header(const char *line, struct headers *out)
{
    const char *colon = strchr(line, ':');
    char *name = mem_format("%.*s", (int)(colon - line), line);
    headers_set(out, name, colon + 2);
    free(name);
}

static void make_request(const struct stored *stored, struct bytes secret, struct request *out)
{
    struct buf message = {0};
    char signature[SIGNATURE_SIZE] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    *out = (struct request){.method = mem_text("POST")};
    if (stored->body)
        buf_add_text(&out->body, stored->body);
    else
        buf_add_format(&out->body,
                       "{\"id_event\":\"7e57c0de\",\"data\":%s,\"type\":\"crm.deal.push\"}",
                       stored->data);
    if (stored->genuine &&
        signature_message(buf_bytes(&out->body), &message, NULL) == VERIFICATION_VALID)
        signature_make(secret, buf_bytes(&message), signature);
    headers_add(&out->headers, "Content-Type", "application/json");
    const char *value = stored->signature ? stored->signature : signature;
    if (strcmp(value, "-") != 0)
        headers_add(&out->headers, PANORA_SIGNATURE_HEADER, value);
    if (stored->header)
        add_header(stored->header, &out->headers);
    buf_clear(&message);
}

static void add_case(struct run_result *result, const struct stored *stored, struct bytes secret)
{
    struct case_result *one = &result->cases[result->num_cases];
    struct exchange *exchange = mem_alloc(sizeof *exchange);
    *exchange = (struct exchange){.sent = mem_text("a request"), .genuine = stored->genuine};
    make_request(stored, secret, &exchange->request);
    if (stored->is_cut) {
        exchange->body_let_go = 10;
        exchange->request.body.len -= exchange->body_let_go;
    }
    seen_from_word(stored->answer, &exchange->seen);
    exchange->seen.started_ns = (int64_t)result->num_cases + 1;
    exchange->accepted = answer_of(&exchange->seen) == ANSWER_ACCEPTED;
    bool good = stored->genuine ? exchange->accepted : answer_of(&exchange->seen) == ANSWER_REFUSED;
    char *id = stored->id ? mem_text(stored->id) : mem_format("case-%zu", result->num_cases);
    *one = (struct case_result){.id = id,
                                .verdict = good && !stored->gone ? VERDICT_PASS : VERDICT_FAIL,
                                .exchanges = exchange,
                                .num_exchanges = 1,
                                .canary_failed = stored->gone,
                                .recovery_ns = stored->gone && !stored->stays_away ? 1 : -1};
    result->counts[one->verdict]++;
    result->num_cases++;
}

static bool send_nothing(void *payload, const struct diagnose_batch *batch,
                         struct observation *seen)
{
    for (size_t i = 0; i < batch->count; i++)
        observation_init(&seen[i]);
    return false;
}

void diagnose_stored(const struct stored *stored, const struct asked *asked, struct run_result *out)
{
    struct library library;
    struct bytes secret = asked ? asked->secret : usual_secret;
    bool any = false;
    library_init(&library);
    *out = (struct run_result){.stopped = mem_text("")};
    out->cases = mem_alloc(STORED_MAX * sizeof *out->cases);
    for (size_t i = 0; i < STORED_MAX && stored[i].answer; i++) {
        add_case(out, &stored[i], secret);
        any = any || (stored[i].genuine && out->cases[i].exchanges->accepted);
    }
    const struct diagnose_input input = {.result = out,
                                         .catalogue = library.catalogue,
                                         .secret = secret,
                                         .usual_type = "crm.contact.created",
                                         .wall_ms = 1600000000000,
                                         .now_ms = 1700000000000,
                                         .target_ns = INT64_C(1000000000),
                                         .is_private = true,
                                         .any_accepted = any,
                                         .known = asked ? asked->known : NULL,
                                         .is_gone = asked && asked->is_gone,
                                         .is_silent = asked && asked->is_silent,
                                         .text_only = asked && asked->text_only,
                                         .max_ns = asked ? asked->max_ns : 0,
                                         .send = asked ? asked->send : send_nothing,
                                         .payload = asked ? asked->payload : NULL};
    diagnose(&input, &out->diagnoses, &out->num_diagnoses);
    library_clear(&library);
}

char *causes_of(const struct run_result *result)
{
    struct buf out = {0};
    for (size_t i = 0; i < result->num_diagnoses; i++)
        buf_add_format(&out, "%s ", result->diagnoses[i].id);
    return buf_take(&out);
}

bool is_signed_right(const struct request *request, struct bytes secret)
{
    struct buf message = {0};
    char right[SIGNATURE_SIZE] = "";
    const char *given = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    if (signature_message(buf_bytes(&request->body), &message, NULL) == VERIFICATION_VALID)
        signature_make(secret, buf_bytes(&message), right);
    buf_clear(&message);
    return given && *right && strcmp(given, right) == 0;
}
