/* C: other bytes verified than were signed. */
#include <math.h>
#include <string.h>

#include "panora/serialiser.h"
#include "receive/fault.h"
#include "receive/raw_member.h"
#include "receive/walk.h"

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
    buf_add_bytes(&handling->message, handling->request->body);
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

/* A number that comes back otherwise from 64-bit integers and fixed decimals: too large, too small.
 */
static bool is_lossy(const struct js *part, size_t depth, const void *payload)
{
    double number = js_kind(part) == JS_NUMBER ? fabs(js_number(part)) : 0;
    return number >= 9007199254740992.0 || (number > 0 && number < 1e-6);
}

static enum result act_with_integers(struct handling *handling)
{
    struct js *data = handling_data(handling);
    bool broken = data && walk_any(data, is_lossy, NULL);
    js_free(data);
    return broken ? RESULT_BROKEN : rules_right.act(handling);
}

/* Reads data and writes it again as another language's library does. */
static enum result message_by(struct handling *handling, const char *serialiser)
{
    enum result result = rules_right.message(handling);
    struct buf rewritten = {0};
    if (result != RESULT_NEXT)
        return result;
    if (!serialiser_rewrite(serialiser_find(serialiser), buf_bytes(&handling->message), &rewritten))
        result = RESULT_NOT_EVENT;
    buf_clear(&handling->message);
    handling->message = rewritten;
    return result;
}

static enum result message_by_python(struct handling *handling)
{
    return message_by(handling, "python-default");
}

static enum result message_by_compact_python(struct handling *handling)
{
    return message_by(handling, "python-compact");
}

static enum result message_by_php(struct handling *handling)
{
    return message_by(handling, "php-default");
}

static enum result message_by_go(struct handling *handling)
{
    return message_by(handling, "go");
}

static enum result message_by_unescaped_php(struct handling *handling)
{
    return message_by(handling, "php-unescaped");
}

static enum result message_by_ruby(struct handling *handling)
{
    return message_by(handling, "ruby");
}

static enum result message_by_rails(struct handling *handling)
{
    return message_by(handling, "rails");
}

static enum result message_by_jackson(struct handling *handling)
{
    return message_by(handling, "jackson");
}

static enum result message_by_gson(struct handling *handling)
{
    return message_by(handling, "gson");
}

/* A body in gzip meets a parser that was not told, and an exception that nobody expects. */
static enum result admit_uncompressed(struct handling *handling)
{
    const char *coding = headers_find(handling->request->headers, "Content-Encoding");
    return coding ? RESULT_BROKEN : rules_right.admit(handling);
}

/* String(data) of what was parsed. */
static enum result message_of_an_object(struct handling *handling)
{
    buf_add_text(&handling->message, "[object Object]");
    return RESULT_NEXT;
}

/* Something has read the body already, and the handler waits for it for ever. */
static enum result act_never(struct handling *handling)
{
    handling->answer.cut = true;
    handling->answer.ending = ENDING_HOLD;
    return RESULT_ANSWERED;
}

static enum result break_on_genuine(struct handling *handling)
{
    return RESULT_BROKEN;
}

/* The gateway takes what is not ASCII for binary, and hands it over in base64. */
static enum result find_in_gateway_body(struct handling *handling)
{
    for (size_t i = 0; i < handling->request->body.len; i++)
        if ((unsigned char)handling->request->body.data[i] >= 0x80)
            return RESULT_NOT_EVENT;
    return rules_right.find(handling);
}

/* Another parser than the handler's: of two members of one name it takes the first. */
static enum result message_of_first_data(struct handling *handling)
{
    struct bytes text = raw_member(handling->request->body, "data", RAW_FIRST);
    struct js *data = text.data ? js_parse(text, NULL) : NULL;
    if (!data)
        return rules_right.message(handling);
    js_write(data, &handling->message);
    js_free(data);
    return RESULT_NEXT;
}

/* A schema written after the documentation: data is an object. */
static enum result find_with_object(struct handling *handling)
{
    bool is_text = handling_member(handling, "data").data != NULL;
    return is_text ? RESULT_NOT_EVENT : rules_right.find(handling);
}

static enum result admit_exact_type(struct handling *handling)
{
    const char *type = headers_find(handling->request->headers, "Content-Type");
    if (type && strcmp(type, "application/json") != 0)
        return RESULT_SIGNATURE; /* the body was never read, so no signature fits */
    return rules_right.admit(handling);
}

static const struct fault rows[] = {
    {.id = "C01",
     .name = "whole-event",
     .sentence = "signs JSON.stringify of the whole event instead of its data",
     .seen = "octokit/webhooks.js#71, stripe-node#331, workos-node#517",
     .diagnosis = "signs-whole-event",
     .overrides = {.message = message_whole_event}},
    {.id = "C02",
     .name = "python-default",
     .sentence = "serializes data again with Python's json.dumps before verifying",
     .seen = "devlink#1319",
     .diagnosis = "data-as-python-default",
     .overrides = {.message = message_by_python}},
    {.id = "C03",
     .name = "python-compact",
     .sentence = "serializes data again with Python's json.dumps without spaces, in ASCII",
     .seen = "",
     .diagnosis = "data-as-python-compact",
     .overrides = {.message = message_by_compact_python}},
    {.id = "C04",
     .name = "php-default",
     .sentence = "serializes data again with PHP's json_encode before verifying",
     .seen = "box-node-sdk#568, cloudconvert-node#59",
     .diagnosis = "data-as-php-default",
     .overrides = {.message = message_by_php}},
    {.id = "C05",
     .name = "go-map",
     .sentence = "serializes data again with Go's encoding/json: keys sorted, HTML escaped",
     .seen = "",
     .diagnosis = "data-as-go",
     .overrides = {.message = message_by_go}},
    {.id = "C06",
     .name = "ascii-message",
     .sentence = "converts the message to ASCII before computing the signature",
     .seen = "github/docs#3567, octokit#1155",
     .diagnosis = "signs-as-ascii",
     .overrides = {.message = message_as_ascii}},
    {.id = "C08",
     .name = "object-object",
     .sentence = "signs the text [object Object] instead of data",
     .seen = "svix/svix-webhooks#1463, expressjs/express#6025",
     .diagnosis = "signs-object-object",
     .overrides = {.message = message_of_an_object}},
    {.id = "C09",
     .name = "exact-content-type",
     .sentence = "reads the body only when the content type is exactly application/json",
     .seen = "AirQo-api#6616",
     .diagnosis = "exact-content-type",
     .overrides = {.admit = admit_exact_type}},
    {.id = "C10",
     .name = "hangs-on-genuine",
     .sentence = "never answers a genuine event: it waits for a body that was already read",
     .seen = "octokit/webhooks.js#1081, raw-body#57, nylas-nodejs#148",
     .racy = true,
     .diagnosis = "hangs-on-genuine-events",
     .overrides = {.act = act_never}},
    {.id = "C11",
     .name = "breaks-on-genuine",
     .sentence = "answers 500 to a genuine event: the body stream was already consumed",
     .seen = "raw-body#80, srvx#294",
     .diagnosis = "breaks-on-genuine-events",
     .overrides = {.act = break_on_genuine}},
    {.id = "C12",
     .name = "base64-body",
     .sentence = "gets non-ASCII bodies in base64 from its gateway",
     .seen = "redwoodjs#2339, stripe-node#1768, serverless#537",
     .diagnosis = "refuses-non-ascii",
     .overrides = {.find = find_in_gateway_body}},
    {.id = "C13",
     .name = "parses-first",
     .sentence = "parses the body before verifying and reports parse errors to anyone",
     .seen = "hookdeck's guide to webhook handlers",
     .informs = true,
     .overrides = {.find = find_after_parsing}},
    {.id = "C14",
     .name = "raw-body",
     .sentence = "verifies the raw body although Panora signs only its data",
     .seen = "Panora's verifier before 2024-07-27; most other senders",
     .diagnosis = "signs-raw-body",
     .overrides = {.message = message_raw_body}},
    {.id = "C15",
     .name = "object-data",
     .sentence =
         "signs the parsed object in data, as documented, although data arrives as a string",
     .seen = "Panora's documentation against its sender",
     .diagnosis = "signs-inner-object",
     .overrides = {.message = message_of_parsed_data}},
    {.id = "C16",
     .name = "integers-only",
     .sentence = "fails on numbers that do not fit a 64-bit integer or a fixed decimal",
     .seen = "n8n#14715, cloudevents/sdk-javascript#489, supabase#16147",
     .diagnosis = "refuses-some-numbers",
     .overrides = {.act = act_with_integers}},
    {.id = "C17",
     .name = "first-of-two",
     .sentence = "verifies the first of two `data` keys and processes the last",
     .seen = "JSONTestSuite",
     .diagnosis = "verifies-first-of-two",
     .overrides = {.message = message_of_first_data}},
    {.id = "C18",
     .name = "breaks-on-gzip",
     .sentence = "answers 500 to a gzip body",
     .seen = "GetStream/stream-node#294, webhooksite/webhook.site#150, buz#588",
     .informs = true,
     .overrides = {.admit = admit_uncompressed}},
    {.id = "C20",
     .name = "php-unescaped",
     .sentence = "serializes data again with PHP's json_encode, slashes and Unicode unescaped",
     .seen = "box-node-sdk#568",
     .diagnosis = "data-as-php-unescaped",
     .overrides = {.message = message_by_unescaped_php}},
    {.id = "C21",
     .name = "ruby",
     .sentence = "serializes data again with Ruby's JSON.generate before verifying",
     .seen = "",
     .diagnosis = "data-as-ruby",
     .overrides = {.message = message_by_ruby}},
    {.id = "C22",
     .name = "rails",
     .sentence = "serializes data again with Rails' to_json, HTML escaped",
     .seen = "",
     .diagnosis = "data-as-rails",
     .overrides = {.message = message_by_rails}},
    {.id = "C23",
     .name = "jackson",
     .sentence = "serializes data again with Java's Jackson before verifying",
     .seen = "",
     .diagnosis = "data-as-jackson",
     .overrides = {.message = message_by_jackson}},
    {.id = "C24",
     .name = "gson",
     .sentence = "serializes data again with Java's Gson, HTML escaped",
     .seen = "",
     .diagnosis = "data-as-gson",
     .overrides = {.message = message_by_gson}},
    {.id = "C25",
     .name = "objects-only",
     .sentence =
         "refuses data that is not an object, as documented, although data arrives as a string",
     .seen = "Panora's documentation against its sender",
     .diagnosis = "wants-object-data",
     .overrides = {.find = find_with_object}},
};
const struct table_part faults_c = TABLE_PART(rows);
