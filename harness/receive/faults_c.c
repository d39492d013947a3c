/* C: other bytes verified than were signed. */
#include <string.h>

#include "base/array.h"
#include "receive/fault_cases.h"
#include "receive/faults.h"

/* What Panora's own verifier did until July 2024, and what most other senders want. */
static enum result message_whole_event(struct handling *handling)
{
    const struct js *event = handling_event(handling);
    if (!event)
        return RESULT_NOT_EVENT;
    js_write(event, &handling->message);
    return RESULT_NEXT;
}

static enum result message_raw_body(struct handling *handling)
{
    (void)buf_add_bytes(&handling->message, handling->request->body);
    return RESULT_NEXT;
}

/* Parses the text inside `data` and signs that, as the documentation's object would be signed. */
static enum result message_of_parsed_data(struct handling *handling)
{
    struct bytes text = handling_member(handling, "data");
    struct js *data = text.data ? js_parse(text, NULL) : NULL;
    if (!data)
        return rules_right.message(handling);
    js_write(data, &handling->message);
    js_free(data);
    return RESULT_NEXT;
}

/* Encoding.ASCII and its like: what is not ASCII becomes a question mark, one for each character.
 */
static enum result message_as_ascii(struct handling *handling)
{
    enum result result = rules_right.message(handling);
    struct buf *message = &handling->message;
    size_t kept = 0;
    for (size_t i = 0; i < message->len; i++) {
        unsigned char c = (unsigned char)message->data[i];
        if (c < 0x80)
            message->data[kept++] = (char)c;
        else if (c >= 0xc0) /* the first byte of a character; the others are left out */
            message->data[kept++] = '?';
    }
    if (message->data)
        message->data[kept] = '\0';
    message->len = kept;
    return result;
}

/* Parses first and tells what it thinks of the body, whoever sent it. */
static enum result find_after_parsing(struct handling *handling)
{
    enum result result = rules_right.shape(handling);
    return result == RESULT_NEXT ? rules_right.find(handling) : result;
}

static enum result admit_exact_type(struct handling *handling)
{
    const char *type = headers_find(handling->request->headers, "Content-Type");
    if (type && strcmp(type, "application/json") != 0)
        return RESULT_SIGNATURE; /* the body was never read, so no signature fits */
    return rules_right.admit(handling);
}

const struct fault faults_c[] = {
    {.id = "C01",
     .name = "whole-event",
     .sentence = "signs JSON.stringify of the whole event instead of its data",
     .seen = "octokit/webhooks.js#71, stripe-node#331, workos-node#517",
     .cases = {EVERY_ACCEPTANCE},
     .diagnosis = "signs-whole-event",
     .overrides = {.message = message_whole_event}},
    {.id = "C06",
     .name = "ascii-message",
     .sentence = "turns the message into ASCII before it signs",
     .seen = "github/docs#3567, octokit#1155",
     .cases = {D("accepts-every-type"), P("accepts-text")},
     .diagnosis = "signs-as-ascii",
     .overrides = {.message = message_as_ascii}},
    {.id = "C09",
     .name = "exact-content-type",
     .sentence = "reads the body only when the content type is exactly application/json",
     .seen = "AirQo-api#6616",
     .cases = {P("content-type")},
     .diagnosis = "exact-content-type",
     .overrides = {.admit = admit_exact_type}},
    {.id = "C13",
     .name = "parses-first",
     .sentence = "parses the body before it verifies, and says what is wrong with it to anybody",
     .seen = "hookdeck's guide to webhook handlers",
     .cases = {S("checks-before-parsing")},
     .overrides = {.find = find_after_parsing}},
    {.id = "C14",
     .name = "raw-body",
     .sentence = "verifies the raw body although Panora signs only its data",
     .seen = "Panora's verifier before 2024-07-27; most other senders",
     .cases = {EVERY_ACCEPTANCE},
     .diagnosis = "signs-raw-body",
     .overrides = {.message = message_raw_body}},
    {.id = "C15",
     .name = "object-data",
     .sentence = "signs the object inside data, as documented, though data arrives as a string",
     .seen = "Panora's documentation against its sender",
     .cases = {EVERY_ACCEPTANCE},
     .diagnosis = "signs-inner-object",
     .overrides = {.message = message_of_parsed_data}},
};
const size_t num_faults_c = ARRAY_LEN(faults_c);
