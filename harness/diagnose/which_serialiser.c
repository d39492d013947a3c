/*
 * Which serialiser it is: for the first look, before the cases. Many write plain events in the same
 * way, so one that opens these need not write others as the endpoint does; and by it the cases are
 * signed.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/investigation.h"

bool which_serialiser_is_open(const struct investigation *inv)
{
    const struct hypothesis *message = inv->by.parts[PART_MESSAGE];
    return message && message->language && strcmp(message->language, "javascript") != 0;
}

/* --- plain events get in, but the first of the run did not --- */

static bool is_taken_with(struct investigation *inv, const struct request *refused,
                          const char *signature)
{
    struct request request = {0};
    request_copy(&request, refused);
    headers_set(&request.headers, PANORA_SIGNATURE_HEADER, signature);
    bool taken = ask_request(inv, &request, NULL) == ANSWER_ACCEPTED;
    request_clear(&request);
    return taken;
}

void which_serialiser_find(struct investigation *inv, const struct request *refused)
{
    const char *usual = headers_find(&refused->headers, PANORA_SIGNATURE_HEADER);
    struct subject subject;
    bool ok = subject_read(&subject, buf_bytes(&refused->body), inv->input->now_ms) && usual &&
              !is_taken_with(inv, refused, usual);
    for (size_t i = 0; ok && i < num_hypotheses && !inv->behind_first; i++) {
        struct signing signing = {0};
        const struct hypothesis *one = &hypotheses[i];
        if (one->part == PART_MESSAGE && one->language && !one->is_offline &&
            hypothesis_sign(one, NULL, &subject, inv->input->secret, &signing) &&
            strcmp(buf_text(&signing.value), usual) != 0 &&
            is_taken_with(inv, refused, buf_text(&signing.value))) {
            inv->by.parts[PART_MESSAGE] = one;
            inv->behind_first = true;
        }
        signing_clear(&signing);
    }
    subject_clear(&subject);
}

/* --- plain events get in by one of several --- */

#define RIVALS_MAX 64
#define ASKED_MAX  40 /* requests: most are settled with a few */

/* Ways to write the message that agree on all that was asked; the first is the one to take. */
struct rivals {
    const struct hypothesis *items[RIVALS_MAX];
    size_t count;
    size_t num_asked;
};

/* What the endpoint would want of `body` if it wrote the message so; "" = nothing. */
static void value_by(const struct investigation *inv, const struct hypothesis *message,
                     const struct request *request, char out[SIGNATURE_VALUE_SIZE])
{
    struct computation by = inv->by;
    by.parts[PART_MESSAGE] = message;
    if (!hypothesis_value(&by, buf_bytes(&request->body), inv->input->now_ms, inv->input->secret,
                          out, SIGNATURE_VALUE_SIZE))
        out[0] = '\0';
}

static void find_rivals(struct investigation *inv, struct rivals *out)
{
    const struct specimen plain = {.spaced = true};
    struct request request;
    char wanted[SIGNATURE_VALUE_SIZE];
    char value[SIGNATURE_VALUE_SIZE];
    *out = (struct rivals){.items = {inv->by.parts[PART_MESSAGE]}, .count = 1};
    bool ok = specimen_write(inv, &plain, &request);
    value_by(inv, out->items[0], &request, wanted);
    for (size_t i = 0; ok && *wanted && i < num_hypotheses && out->count < RIVALS_MAX; i++) {
        const struct hypothesis *one = &hypotheses[i];
        if (one->part != PART_MESSAGE || one->is_offline || one == out->items[0])
            continue;
        value_by(inv, one, &request, value);
        if (strcmp(value, wanted) == 0)
            out->items[out->count++] = one;
    }
    request_clear(&request);
}

static bool is_taken_by(struct investigation *inv, struct rivals *rivals,
                        const struct request *written, const char *value)
{
    struct request request = {0};
    request_copy(&request, written);
    headers_set(&request.headers, sight_header(inv), value);
    bool taken = ask_request(inv, &request, NULL) == ANSWER_ACCEPTED;
    rivals->num_asked++;
    request_clear(&request);
    return taken;
}

/* Each value that rivals want is tried; those whose value is taken are left. Where none is, the
 * event is refused for something else. */
static void ask_rivals(struct investigation *inv, struct rivals *rivals,
                       const struct request *request)
{
    char values[RIVALS_MAX][SIGNATURE_VALUE_SIZE];
    bool tried[RIVALS_MAX] = {false};
    bool differ = false;
    for (size_t i = 0; i < rivals->count; i++) {
        value_by(inv, rivals->items[i], request, values[i]);
        differ = differ || strcmp(values[i], values[0]) != 0;
    }
    for (size_t i = 0; differ && i < rivals->count && !inv->closed; i++) {
        if (tried[i] || !*values[i])
            continue;
        for (size_t k = i; k < rivals->count; k++)
            tried[k] = tried[k] || strcmp(values[k], values[i]) == 0;
        if (!is_taken_by(inv, rivals, request, values[i]))
            continue;
        size_t left = 0;
        for (size_t k = i; k < rivals->count; k++)
            if (strcmp(values[k], values[i]) == 0)
                rivals->items[left++] = rivals->items[k];
        rivals->count = left;
        return;
    }
}

void which_serialiser_settle(struct investigation *inv)
{
    struct rivals rivals;
    if (!inv->has_base || !inv->by.parts[PART_MESSAGE])
        return;
    find_rivals(inv, &rivals);
    for (size_t i = 0; i < num_features && rivals.count > 1; i++) {
        const struct feature *feature = &features[i];
        const struct specimen specimen = {.features = &feature, .num_features = 1};
        struct request request;
        if (feature->area != FEATURE_DATA || rivals.num_asked >= ASKED_MAX || inv->closed)
            continue;
        if (specimen_write(inv, &specimen, &request))
            ask_rivals(inv, &rivals, &request);
        request_clear(&request);
    }
    inv->by.parts[PART_MESSAGE] = rivals.items[0];
}
