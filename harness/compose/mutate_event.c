/* Mutations of the event before it is signed: the request stays genuine. */
#include <string.h>

#include "base/mem.h"
#include "compose/genuine.h"
#include "compose/mutation.h"
#include "panora/js.h"

/* Puts a member at the end of the object that `data` is, or of the last row when it is an array of
 * objects. */
static bool mutate_add_field(struct draft *draft, const struct call *call, struct error *err)
{
    struct buf *data = &draft->event.data;
    size_t end = data->len;
    if (end && data->data[end - 1] == ']')
        end--;
    if (end < 2 || data->data[end - 1] != '}')
        return error_set(err, "the data of %s is not an object, so no field can be added",
                         draft->event.type);
    struct buf changed = {0};
    buf_add(&changed, data->data, end - 1);
    if (data->data[end - 2] != '{')
        buf_add_char(&changed, ',');
    js_quote(bytes_of(call->values[0].text), &changed);
    buf_add_format(&changed, ":%s}", call->values[1].text);
    buf_add(&changed, data->data + end, data->len - end);
    buf_clear(data);
    *data = changed;
    return true;
}

static bool mutate_put(struct draft *draft, const struct call *call, struct error *err);

bool mutation_place(const struct call *call, enum data_place *out)
{
    if (mutation_of(call)->apply != mutate_put)
        return false;
    for (size_t i = 0; i < DATA_PLACE_COUNT; i++)
        if (strcmp(call->values[0].text, data_place_names[i]) == 0)
            *out = (enum data_place)i;
    return true;
}

/* The place must be there in the data of the event's type, and the value must be of its kind. */
static bool mutate_put(struct draft *draft, const struct call *call, struct error *err)
{
    static const enum js_kind kinds[DATA_PLACE_COUNT] = {
        [DATA_TEXT] = JS_STRING,
        [DATA_NUMBER] = JS_NUMBER,
        [DATA_FIELD_MAPPINGS] = JS_OBJECT,
        [DATA_REMOTE_DATA] = JS_OBJECT,
    };
    static const char *const nouns[] = {
        [JS_STRING] = "text", [JS_NUMBER] = "a number", [JS_OBJECT] = "an object"};
    enum data_place place = DATA_TEXT;
    const struct event *event = &draft->event;
    (void)mutation_place(call, &place);
    const char *member = catalogue_place(draft->composer->catalogue, event->type, place);
    if (!member)
        return error_set(err, "the data of %s has no place for %s", event->type,
                         data_place_names[place]);
    struct js *value = js_parse(bytes_of(call->values[1].text), err);
    bool fits = value && js_kind(value) == kinds[place];
    js_free(value);
    if (!value)
        return false;
    if (!fits)
        return error_set(err, "the value at %s must be %s, not %s", data_place_names[place],
                         nouns[kinds[place]], call->values[1].text);
    return genuine_put(&draft->event.data, member, call->values[1].text) ||
           error_set(err, "the data of %s is not an object, so no value can be put into it",
                     event->type);
}

static bool begins_as_asked(const char *signature, const char *start)
{
    if (strcmp(start, "letter") == 0)
        return signature[0] >= 'a' && signature[0] <= 'f';
    return strncmp(signature, start, strlen(start)) == 0;
}

/* Draws data until the right signature begins as asked: "00" takes 256 draws in the mean. */
static bool mutate_digest_begins(struct draft *draft, const struct call *call, struct error *err)
{
    struct event *event = &draft->event;
    struct buf message = {0};
    bool found = false;
    if (draft->composer->scheme) {
        draft->impossible = true;
        return error_set(err, "only Panora's own signature is drawn so");
    }
    for (int tries = 0; !found && tries < 100000; tries++) {
        char signature[SIGNATURE_SIZE];
        buf_reset(&event->data);
        compose_data(draft->composer, draft->step, event->type, draft->rng, &event->data);
        buf_reset(&message);
        event_write_message(event, &message);
        signature_make(secret_bytes(draft->composer->secret), buf_bytes(&message), signature);
        found = begins_as_asked(signature, call->values[0].text);
    }
    buf_clear(&message);
    return found ||
           error_set(err, "no data was found whose signature starts with %s", call->values[0].text);
}

static const char *const starts[] = {"0", "00", "letter", NULL};

/* word {name, place, sentence, parameters}, phrase, is_flaw, apply */
static const struct mutation rows[] = {
    {{"add-field",
      "event",
      "has an extra field at the end of data, included in the signature",
      {WORD_TEXT("name", "added_field", "the field's name"),
       WORD_JSON("value", "\"something new\"", "its value")}},
     "an extra field in data",
     false,
     mutate_add_field},
    {{"put",
      "event",
      "has a given value at a fitting place in its data, included in the signature",
      {WORD_CHOICE("at", NULL, data_place_names,
                   "text or number (a field of the object), field_mappings or remote_data"),
       WORD_TEXT("json", NULL, "the value as JSON text, written as JSON.stringify writes it")}},
     "a special value in %s",
     false,
     mutate_put},
    {{"digest-begins",
      "event",
      "has data whose correct signature starts with given digits",
      {WORD_CHOICE("with", "0", starts, "0, 00 or letter")}},
     "data whose signature starts with %s",
     false,
     mutate_digest_begins},
};
const struct table_part mutations_of_event = TABLE_PART(rows);
