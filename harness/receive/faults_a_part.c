/* A, continued: verification that leaves some requests out. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "receive/faults.h"

static enum result find_unless(struct handling *handling, bool trusted)
{
    return trusted ? RESULT_TRUSTED : rules_right.find(handling);
}

/* Another handler takes these, and was forgotten. */
static enum result find_unless_connection(struct handling *handling)
{
    struct bytes type = handling_member(handling, "type");
    return find_unless(handling, bytes_equal(type, bytes_of("connection.created")));
}

/* The other dialect came later, and its way goes around the verifier. */
static enum result find_unless_object(struct handling *handling)
{
    const struct js *data = js_get(handling_event(handling), "data");
    return find_unless(handling, data && js_kind(data) != JS_STRING);
}

/* Whatever the content type: the route is for all of them. */
static enum result admit_any_type(struct handling *handling)
{
    if (strcmp(handling->request->method, "POST") != 0)
        return RESULT_METHOD;
    return headers_find(handling->request->headers, "Content-Encoding") ? RESULT_MEDIA_TYPE
                                                                        : RESULT_NEXT;
}

/* The verifier hangs on the parser of JSON, which others never meet. */
static enum result find_if_json(struct handling *handling)
{
    const char *type = headers_find(handling->request->headers, "Content-Type");
    return find_unless(handling, !type || !strstr(type, "json"));
}

static enum result find_if_length(struct handling *handling)
{
    return find_unless(handling, handling->request->chunked);
}

/* Only what has the shape of an event goes to the verifier. */
static enum result find_if_event(struct handling *handling)
{
    const struct js *event = handling_event(handling);
    bool is_object = event && js_kind(event) == JS_OBJECT;
    bool is_usual = is_object && js_size(event) == 3 && handling_member(handling, "id_event").data;
    return find_unless(handling, is_object && !is_usual);
}

static enum result shape_of_anything(struct handling *handling)
{
    return js_get(handling_event(handling), "data") ? RESULT_NEXT : RESULT_NOT_EVENT;
}

#define BUFFERED_MAX ((size_t)64 * 1024)

/* Only so much is kept for the verifier, which lets the rest pass. */
static enum result find_unless_large(struct handling *handling)
{
    return find_unless(handling, handling->request->body.len > BUFFERED_MAX);
}

static enum result find_unless_known_id(struct handling *handling)
{
    struct bytes id = handling_member(handling, "id_event");
    return find_unless(handling, id.data && memory_has(handling->memory, id));
}

/* Stands among the ids of events, from which it differs. */
static char *name_of_connection(const struct handling *handling)
{
    return mem_format("connection %llu", (unsigned long long)handling->request->connection);
}

static enum result find_unless_known_connection(struct handling *handling)
{
    char *name = name_of_connection(handling);
    bool known = memory_has(handling->memory, bytes_of(name));
    free(name);
    return find_unless(handling, known);
}

static enum result act_and_know_connection(struct handling *handling)
{
    char *name = name_of_connection(handling);
    memory_add(handling->memory, bytes_of(name));
    free(name);
    return rules_right.act(handling);
}

const struct fault faults_a_part[] = {
    {.id = "A24",
     .name = "one-type-unchecked",
     .sentence = "does not verify connection.created, which has a handler of its own",
     .seen = "a variant of A16",
     .diagnosis = "some-types-unchecked",
     .overrides = {.find = find_unless_connection}},
    {.id = "A25",
     .name = "large-unchecked",
     .sentence = "does not verify bodies above 64 KiB, which it does not buffer",
     .seen = "",
     .diagnosis = "large-events-unchecked",
     .overrides = {.find = find_unless_large}},
    {.id = "A26",
     .name = "remembers-ids",
     .sentence = "does not verify again what comes under an id_event that it has accepted",
     .seen = "a verdict that is cached by the id of the event",
     .diagnosis = "remembers-ids",
     .overrides = {.find = find_unless_known_id}},
    {.id = "A27",
     .name = "remembers-connections",
     .sentence = "does not verify again on a connection that has carried a genuine event",
     .seen = "a verdict that is kept with the connection",
     .diagnosis = "remembers-connections",
     .overrides = {.find = find_unless_known_connection, .act = act_and_know_connection}},
    {.id = "A28",
     .name = "objects-unchecked",
     .sentence = "does not verify events whose data is an object",
     .seen = "a variant of A16: two dialects, and a verifier for one of them",
     .diagnosis = "objects-unchecked",
     .overrides = {.find = find_unless_object}},
    {.id = "A29",
     .name = "other-types-unchecked",
     .sentence = "verifies only what says that it is JSON, and takes all content types",
     .seen = "a verifier in the hook of the JSON parser (express.json({verify}))",
     .diagnosis = "other-content-types-unchecked",
     .overrides = {.admit = admit_any_type, .find = find_if_json}},
    {.id = "A30",
     .name = "chunked-unchecked",
     .sentence = "does not verify what comes without Content-Length",
     .seen = "",
     .diagnosis = "chunked-unchecked",
     .overrides = {.find = find_if_length}},
    {.id = "A31",
     .name = "odd-events-unchecked",
     .sentence = "does not verify what lacks id_event, or has other members beside it",
     .seen = "",
     .diagnosis = "odd-events-unchecked",
     .overrides = {.find = find_if_event, .shape = shape_of_anything}},
};
const size_t num_faults_a_part = ARRAY_LEN(faults_a_part);
