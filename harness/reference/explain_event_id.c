/* The ids that runs leave behind, told from any other by how they begin. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "panora/event.h"
#include "reference/explain.h"

/* "7e57c0de", with or without what follows the hyphen: hexadecimal digits and more hyphens. */
static bool is_ours(const char *id)
{
    size_t len = strlen(EVENT_ID_PREFIX);
    return strncasecmp(id, EVENT_ID_PREFIX, len) == 0 && (id[len] == '\0' || id[len] == '-') &&
           strspn(id, "0123456789abcdefABCDEF-") == strlen(id);
}

static void explain_event_id(const struct library *library, const char *id, json_t *things)
{
    static const char wanted[] = EVENT_ID_PREFIX "-";
    if (!is_ours(id))
        return;
    bool has_run = strlen(id) >= sizeof wanted - 1 + 4;
    char *prefix = has_run ? mem_copy(id, sizeof wanted - 1 + 4) : mem_text(EVENT_ID_PREFIX "-");
    for (char *at = prefix; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    char *means =
        has_run ? mem_format("an event from a hookcheck run: the four digits after the hyphen (%s) "
                             "belong to the run, and its reports name them",
                             prefix + sizeof wanted - 1)
                : mem_text("events from hookcheck: every id_event is a version-4 UUID that starts "
                           "with " EVENT_ID_PREFIX "; the four digits after the hyphen belong to "
                           "the run, and are the same for the same --seed");
    json_t *out = explain_begin(things, "id of an event", NULL, id);
    explain_entry("Means:", means, out);
    explain_entry("Left by:",
                  "hookcheck run, send, sign and fixtures; a run leaves nothing else "
                  "behind on an endpoint",
                  out);
    explain_fact(out, "Clean up:", "DELETE FROM your_events WHERE id_event LIKE '%s%%'", prefix);
    free(prefix);
    free(means);
}

static void add_prefix(const struct library *library, struct names *names)
{
    names_add(names, EVENT_ID_PREFIX);
}

const struct explainer explain_event_ids = {.explain = explain_event_id, .add_names = add_prefix};
