/* A, continued: verification that leaves some requests out. */
#include <stdlib.h>

#include "base/array.h"
#include "base/mem.h"
#include "receive/fault_cases.h"
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
     .cases = {S("checks-every-type")},
     .diagnosis = "some-types-unchecked",
     .overrides = {.find = find_unless_connection}},
    {.id = "A25",
     .name = "large-unchecked",
     .sentence = "does not verify bodies above 64 KiB, which it does not buffer",
     .seen = "",
     .cases = {S("checks-every-size")},
     .diagnosis = "large-events-unchecked",
     .overrides = {.find = find_unless_large}},
    {.id = "A26",
     .name = "remembers-ids",
     .sentence = "does not verify again what comes under an id_event that it has accepted",
     .seen = "a verdict that is cached by the id of the event",
     .cases = {S("checks-every-time")},
     .diagnosis = "remembers-ids",
     .overrides = {.find = find_unless_known_id}},
    {.id = "A27",
     .name = "remembers-connections",
     .sentence = "does not verify again on a connection that has carried a genuine event",
     .seen = "a verdict that is kept with the connection",
     .cases = {S("checks-every-time")},
     .diagnosis = "remembers-connections",
     .overrides = {.find = find_unless_known_connection, .act = act_and_know_connection}},
};
const size_t num_faults_a_part = ARRAY_LEN(faults_a_part);
