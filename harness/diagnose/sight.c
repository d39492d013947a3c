/* What the run saw, looked at one exchange at a time. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "diagnose/investigation.h"
#include "result/packed.h"

/* Below the limits that frameworks have by default. */
#define USUAL_MAX      ((size_t)64 * 1024)
#define USUAL_HEAD_MAX ((size_t)16 * 1024)

static struct bytes text_of(const struct js *event, const char *name)
{
    const struct js *value = js_get(event, name);
    return value && js_kind(value) == JS_STRING ? js_string(value) : (struct bytes){NULL, 0};
}

/* Anything else may be refused for how it comes, whoever sent it. */
static bool is_plain(const struct request *request)
{
    const char *type = headers_find(&request->headers, "Content-Type");
    size_t head_len = 0;
    for (size_t i = 0; i < request->headers.count; i++)
        head_len += strlen(request->headers.items[i].value);
    return head_len <= USUAL_HEAD_MAX && transport_is_plain(&request->transport) && type &&
           text_starts_with(type, "application/json") &&
           !headers_find(&request->headers, "Content-Encoding");
}

/* ... or for what it is. A large forgery is refused for its size, unless it was let in. */
static bool is_event(const struct sight *sight)
{
    const struct request *request = &sight->exchange->request;
    const struct js *data = js_get(sight->event, "data");
    bool fits = data && (js_kind(data) == JS_STRING || js_kind(data) == JS_OBJECT ||
                         js_kind(data) == JS_ARRAY);
    bool is_usual = sight->exchange->genuine || sight->exchange->accepted ||
                    exchange_body_len(sight->exchange) <= USUAL_MAX;
    return fits && is_usual && sight->is_plain && sight->id.len && sight->type.len &&
           text_is_utf8(buf_bytes(&request->body));
}

static size_t depth_of(struct bytes json)
{
    size_t depth = 0;
    size_t deepest = 0;
    bool in_text = false;
    for (size_t i = 0; i < json.len; i++) {
        in_text ^= json.data[i] == '"';
        i += in_text && json.data[i] == '\\';
        if (in_text || i >= json.len)
            continue;
        depth += json.data[i] == '[' || json.data[i] == '{';
        depth -= depth && (json.data[i] == ']' || json.data[i] == '}');
        if (depth > deepest)
            deepest = depth;
    }
    return deepest;
}

static void find_right(const struct investigation *inv, struct sight *sight)
{
    const struct js *data = js_get(sight->event, "data");
    if (!data)
        return;
    js_write(data, &sight->written);
    signature_make(inv->input->secret, buf_bytes(&sight->written), sight->right);
    sight->is_right =
        sight->num_signatures == 1 && bytes_equal(sight->signature, bytes_of(sight->right));
    sight->json = sight->data.data ? sight->data : buf_bytes(&sight->written);
    sight->depth = depth_of(sight->json);
}

/* A large body that met what it should says nothing but its size; and such bodies are most of all
 * bytes that a run sends. One that is still packed is beyond what a diagnosis may hold. */
static bool is_worth_reading(const struct sight *sight)
{
    const struct exchange *exchange = sight->exchange;
    bool as_it_should = exchange->genuine ? exchange->accepted : sight->answer == ANSWER_REFUSED;
    return exchange_body_len(exchange) <= USUAL_MAX || (!as_it_should && !exchange->body_let_go);
}

const char *sight_header(const struct investigation *inv)
{
    const struct hypothesis *header = inv->by.parts[PART_HEADER];
    return header ? header->argument : PANORA_SIGNATURE_HEADER;
}

static void add_sight(struct investigation *inv, const struct exchange *exchange,
                      const struct case_result *one, bool trouble)
{
    if (exchange->seen.outcome == OUTCOME_NOT_SENT)
        return;
    const struct request *request = &exchange->request;
    inv->sights = mem_resize(inv->sights, inv->num_sights + 1, sizeof *inv->sights);
    struct sight *sight = &inv->sights[inv->num_sights++];
    *sight = (struct sight){.exchange = exchange, .one = one, .trouble = trouble};
    sight->answer = answer_of(&exchange->seen);
    const char *header = !one && trouble       ? sight_header(inv)
                         : exchange->by_scheme ? inv->input->known->scheme->header
                                               : PANORA_SIGNATURE_HEADER;
    sight->num_signatures = headers_count(&request->headers, header);
    if (sight->num_signatures)
        sight->signature = bytes_of(headers_find(&request->headers, header));
    sight->is_read = is_worth_reading(sight);
    if (sight->is_read)
        sight->event = js_parse(buf_bytes(&request->body), NULL);
    sight->id = text_of(sight->event, "id_event");
    sight->type = text_of(sight->event, "type");
    sight->data = text_of(sight->event, "data");
    sight->is_plain = is_plain(request);
    /* most parsers refuse a byte order mark */
    sight->has_event = is_event(sight) && buf_text(&request->body)[0] != '\xEF';
    find_right(inv, sight);
    sight->is_extra = (!one && trouble) || exchange->by_scheme;
    if (sight->is_extra) { /* by the endpoint's own rule */
        memcpy(sight->right, exchange->right_signature, sizeof sight->right);
        sight->is_right =
            sight->num_signatures == 1 && bytes_equal(sight->signature, bytes_of(sight->right));
    }
    /* Some forgeries carry what is right for what they hold: to let them in is no mistake. */
    if (!exchange->genuine && exchange->accepted && sight->is_right)
        sight->trouble = false;
}

bool case_is_in_trouble(const struct case_result *one)
{
    return !one->looked_into && (one->verdict == VERDICT_FAIL || one->verdict == VERDICT_WARN);
}

void sights_gather(struct investigation *inv)
{
    const struct run_result *result = inv->input->result;
    for (size_t i = 0; i < inv->input->num_controls; i++)
        if (!inv->input->controls[i]->by_scheme)
            add_sight(inv, inv->input->controls[i], NULL, false);
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        bool trouble = case_is_in_trouble(one);
        if (one->verdict == VERDICT_SKIP) /* what was answered says nothing about the endpoint */
            continue;
        for (size_t k = 0; k < one->num_exchanges; k++)
            if (trouble || !one->exchanges[k].by_scheme) /* else it shows what the extras show */
                add_sight(inv, &one->exchanges[k], one, trouble);
    }
}

static void forget_sights(struct investigation *inv, size_t from)
{
    for (size_t i = from; i < inv->num_sights; i++) {
        js_free(inv->sights[i].event);
        buf_clear(&inv->sights[i].written);
    }
    inv->num_sights = from;
}

/* The extras have moved since: all of them are looked at again. */
void sights_add_extras(struct investigation *inv)
{
    size_t first = 0;
    while (first < inv->num_sights && (inv->sights[first].one || !inv->sights[first].is_extra))
        first++;
    forget_sights(inv, first);
    for (size_t i = 0; i < inv->kept.num_extras; i++)
        add_sight(inv, &inv->kept.extras[i], NULL, true);
}

void sights_clear(struct investigation *inv)
{
    forget_sights(inv, 0);
    free(inv->sights);
}

void diagnose_memory_clear(struct diagnose_memory *memory)
{
    for (size_t i = 0; i < memory->num_extras; i++) {
        free(memory->extras[i].sent);
        request_clear(&memory->extras[i].request);
        observation_clear(&memory->extras[i].seen);
    }
    free(memory->extras);
    *memory = (struct diagnose_memory){0};
}

bool sight_was_answered(const struct sight *sight)
{
    return sight->answer != ANSWER_NONE && sight->answer != ANSWER_UNREACHED &&
           sight->answer != ANSWER_LEFT;
}

/* It came too soon after others: what it was plays no part. */
bool sight_was_limited(const struct sight *sight)
{
    return sight->exchange->seen.outcome == OUTCOME_ANSWERED && sight->exchange->seen.status == 429;
}

bool sight_is_lost(const struct sight *sight)
{
    return sight->exchange->genuine && !sight->exchange->accepted && sight_was_answered(sight) &&
           !sight_was_limited(sight);
}

bool sight_got_in(const struct sight *sight)
{
    return !sight->exchange->genuine && sight->exchange->accepted;
}

/* A few levels more than a unified object with its remote data has. */
#define USUAL_DEPTH 16

bool sight_is_deep(const struct investigation *inv, const struct sight *sight)
{
    size_t accepted = USUAL_DEPTH;
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].exchange->accepted && inv->sights[i].exchange->genuine &&
            inv->sights[i].depth > accepted)
            accepted = inv->sights[i].depth;
    return sight->depth > accepted;
}

bool sight_overlaps(const struct sight *a, const struct sight *b)
{
    const struct observation *one = &a->exchange->seen;
    const struct observation *other = &b->exchange->seen;
    return one->started_ns < other->started_ns + other->total_ns &&
           other->started_ns < one->started_ns + one->total_ns;
}
