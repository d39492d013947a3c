/*
 * Do refusals that come and go depend on the signature? Two events that differ in one random value,
 * one refused and one accepted, go out again and again under new ids: chance would mix them up. A
 * digest that is converted to a number, or byte by byte without leading zeros, does not.
 */
#include "diagnose/digests.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/attribution.h"
#include "panora/event.h"
#include "panora/js.h"

#define TRIES   24
#define REPEATS 5

/* Panora does not sign the id: the same data under another one has the same signature. */
static bool give_new_id(struct investigation *inv, struct request *request)
{
    struct js *event = js_parse(buf_bytes(&request->body), NULL);
    struct bytes id = js_string(js_get(event, "id_event"));
    const char *at = id.len == UUID_SIZE - 1 ? bytes_find(buf_bytes(&request->body), id) : NULL;
    char new_id[UUID_SIZE];
    event_new_id(&inv->rng, inv->input->run_tag, new_id);
    if (at)
        memcpy(request->body.data + (at - request->body.data), new_id, UUID_SIZE - 1);
    js_free(event);
    return at != NULL;
}

/* The first refused one, and the first accepted one. */
struct two {
    struct request refused, accepted;
    bool has_refused, has_accepted;
};

static bool meets(struct investigation *inv, struct request *request, enum answer answer)
{
    return give_new_id(inv, request) && ask_request(inv, request, NULL) == answer;
}

/* Now this one first, now that one: an endpoint that refuses every second event would refuse the
 * same one each time if they went out in turn. */
static bool stay(struct investigation *inv, struct two *two)
{
    bool same = two->has_refused && two->has_accepted;
    for (size_t i = 0; same && i < REPEATS && !inv->closed; i++)
        same = i % 2 ? meets(inv, &two->accepted, ANSWER_ACCEPTED) &&
                           meets(inv, &two->refused, ANSWER_REFUSED)
                     : meets(inv, &two->refused, ANSWER_REFUSED) &&
                           meets(inv, &two->accepted, ANSWER_ACCEPTED);
    return same && !inv->closed;
}

static void find_two(struct investigation *inv, struct two *two)
{
    const struct specimen genuine = {0};
    for (size_t i = 0; i < TRIES && !inv->closed && !(two->has_refused && two->has_accepted); i++) {
        struct request request;
        enum answer answer = specimen_write(inv, &genuine, &request)
                                 ? ask_request(inv, &request, NULL)
                                 : ANSWER_NONE;
        if (answer == ANSWER_ACCEPTED && !two->has_accepted) {
            two->accepted = request;
            two->has_accepted = true;
        } else if (answer == ANSWER_REFUSED && !two->has_refused) {
            two->refused = request;
            two->has_refused = true;
        } else {
            request_clear(&request);
        }
    }
}

static void name(struct investigation *inv, const struct series *series)
{
    char *sentence = mem_format("rejects events by their signature, whatever they contain: %zu of "
                                "%zu, and the same ones each time",
                                series->num_failed, series->count);
    char *accepted = mem_format("an event, sent %d times", REPEATS + 1);
    char *refused = mem_format("one that differs only in a random value, sent %d times: %d",
                               REPEATS + 1, series->status);
    const struct diagnosis_kind kind = {
        "refuses-some-digests", sentence, "the events it turns away are lost",
        "compare the 64 digits as text or as bytes, and write each byte as two digits (Java: "
        "String.format(\"%02x\", b), not Integer.toHexString(b))"};
    struct diagnosis *diagnosis =
        found_pair(inv, &kind, HARM_LOST, accepted, refused, "another signature");
    attribute_unstable(inv, diagnosis, series->status, series->answer);
    free(sentence);
    free(accepted);
    free(refused);
}

bool digests_decide(struct investigation *inv, const struct series *series)
{
    struct two two = {0};
    find_two(inv, &two);
    bool decide = stay(inv, &two);
    if (decide)
        name(inv, series);
    request_clear(&two.refused);
    request_clear(&two.accepted);
    return decide;
}
