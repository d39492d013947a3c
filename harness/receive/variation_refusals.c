/* Refusals of receivers that are right in another way. */
#include <string.h>

#include "panora/event.h"
#include "receive/variation_internal.h"

static void answer_refusal(struct handling *handling, enum result result, int status)
{
    rules_right.answer(handling, result);
    if (result == RESULT_SIGNATURE)
        handling->answer.status = status;
}

void vary_refusal_400(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 400);
}

void vary_refusal_403(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 403);
}

/* An endpoint that does not say that it is there. */
void vary_refusal_404(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 404);
}

void vary_refusal_422(struct handling *handling, enum result result)
{
    answer_refusal(handling, result, 422);
}

/* A limit that counts only what was refused, so that genuine events always get through. */
#define FORGERIES_ALLOWED 3

void vary_refusal_429_to_many(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE || ++handling->memory->num_refused <= FORGERIES_ALLOWED)
        return;
    handling->answer.status = 429;
    headers_set(&handling->answer.headers, "Retry-After", "1");
    answer_set_body(&handling->answer, "text/plain; charset=utf-8", "slow down\n");
}

static void answer_json(struct handling *handling, int status, const char *text)
{
    handling->answer.status = status;
    answer_set_body(&handling->answer, "application/json", text);
}

/* 400 for what no signature can be, 401 for a wrong one, 422 for what is no event. */
void vary_refusal_by_kind(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_NOT_EVENT)
        answer_json(handling, 422, "{\"error\":\"body is not an event\"}");
    if (result != RESULT_SIGNATURE)
        return;
    if (!handling->signature.data)
        answer_json(handling, 400, "{\"error\":\"Panora-Signature is missing\"}");
    else if (handling->signature.len != 64)
        answer_json(handling, 400, "{\"error\":\"Panora-Signature is malformed\"}");
    else
        answer_json(handling, 401, "{\"error\":\"Panora-Signature does not match\"}");
}

/* The error documents of Spring Boot and of many others: when it was, and a number to ask by. */
void vary_refusal_with_ids(struct handling *handling, enum result result)
{
    unsigned long long number = handling->request->number;
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE)
        return;
    answer_json(handling, 401, "");
    buf_add_format(&handling->answer.body,
                   "{\"timestamp\":\"2026-01-31T12:%02llu:%02llu.%03lluZ\",\"status\":401,"
                   "\"error\":\"Unauthorized\",\"trace_id\":\"%016llx%016llx\","
                   "\"request_id\":\"7e57c0de-0000-4000-8000-%012llx\",\"time\":%llu}",
                   number / 60 % 60, number % 60, number * 37 % 1000, number * 0x9e3779b97f4a7c15U,
                   number * 0xc2b2ae3d27d4eb4fU, number, 1769860800000 + number * 137);
}

/* It says only what it was sent. */
void vary_refusal_that_quotes(struct handling *handling, enum result result)
{
    const char *given = headers_find(handling->request->headers, PANORA_SIGNATURE_HEADER);
    rules_right.answer(handling, result);
    if (result != RESULT_SIGNATURE || !given)
        return;
    answer_set_body(&handling->answer, "text/plain; charset=utf-8", "not the signature: ");
    buf_add_text(&handling->answer.body, given);
}

/* As Python's http.server does with a method that it has no function for (RFC 9110, 15.6.2). */
void vary_refusal_501_to_methods(struct handling *handling, enum result result)
{
    rules_right.answer(handling, result);
    if (result == RESULT_METHOD)
        handling->answer.status = 501;
}
