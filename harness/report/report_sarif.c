/* SARIF 2.1.0 (OASIS): causes and failed cases as results of a scan. */
#include <ctype.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "format/request_parts.h"
#include "report/details.h"
#include "report/formats.h"
#include "report/repeat.h"
#include "report/standing.h"
#include "report/tally.h"
#include "report/text_diagnosis.h"
#include "report/text_page.h"
#include "result/exit.h"

/* GitHub shows a rule's weight by this number: 9 critical, 7 high, 4 medium, below low. */
static const char *const severities[HARM_COUNT] = {
    [HARM_FORGED] = "9.1", [HARM_LEAKED] = "9.0", [HARM_DIES] = "8.0",    [HARM_LOST] = "7.5",
    [HARM_BREAKS] = "5.3", [HARM_SLOW] = "4.0",   [HARM_HYGIENE] = "2.0",
};

static json_t *message_of(const char *text)
{
    json_t *object = json_object();
    json_set_text(object, "text", text && *text ? text : "-");
    return object;
}

/* There is no source file to point to: the endpoint's host and path are where it is, written as a
 * relative path ("localhost_3000/webhook"). GitHub refuses a whole file for one location with
 * another scheme than file: (github/codeql-action, issue 754). */
static void add_place(const struct run_result *result, struct buf *out)
{
    const char *url = result->url ? result->url : result->target;
    const char *host = strstr(url, "://") ? strstr(url, "://") + strlen("://") : url;
    for (size_t i = 0; host[i] && !strchr("?#", host[i]); i++) {
        bool is_plain = isalnum((unsigned char)host[i]) || strchr("/._~-%", host[i]);
        buf_add_char(out, (char)(is_plain ? host[i] : '_'));
    }
}

static json_t *locations_of(const struct run_result *result, const char *name)
{
    struct buf place = {0};
    add_place(result, &place);
    json_t *locations = json_pack("[{s:{s:{s:s}}, s:[{s:s, s:s}]}]", "physicalLocation",
                                  "artifactLocation", "uri", buf_text(&place), "logicalLocations",
                                  "fullyQualifiedName", name, "kind", "resource");
    buf_clear(&place);
    return locations;
}

static json_t *rule_of(const char *id, const char *name, const char *sentence, const char *help,
                       const char *level)
{
    json_t *rule = json_object();
    json_set_text(rule, "id", id);
    json_set_text(rule, "name", name);
    json_set(rule, "shortDescription", message_of(sentence));
    json_set(rule, "fullDescription", message_of(sentence));
    json_set(rule, "help", message_of(help && *help ? help : sentence));
    json_set(rule, "defaultConfiguration", json_pack("{s:s}", "level", level));
    return rule;
}

/* "compares-a-prefix" as "ComparesAPrefix", as rule names are written. */
static void add_pascal(const char *id, struct buf *out)
{
    bool upper = true;
    for (; *id; id++) {
        bool is_letter =
            (*id >= 'a' && *id <= 'z') || (*id >= 'A' && *id <= 'Z') || (*id >= '0' && *id <= '9');
        if (is_letter)
            buf_add_char(out, *id);
        if (is_letter && upper && *id >= 'a' && *id <= 'z')
            out->data[out->len - 1] = (char)(*id - 'a' + 'A');
        upper = !is_letter;
    }
}

struct sarif {
    const struct run_result *result;
    json_t *rules;
    json_t *results;
};

static size_t rule_index(const struct sarif *sarif, const char *id)
{
    size_t i = 0;
    while (i < json_array_size(sarif->rules) &&
           strcmp(json_string_value(json_object_get(json_array_get(sarif->rules, i), "id")), id) !=
               0)
        i++;
    return i;
}

static void add_result(struct sarif *sarif, const char *rule, const char *level,
                       const char *message, const char *where)
{
    json_t *one = json_object();
    json_set_text(one, "ruleId", rule);
    json_set_count(one, "ruleIndex", rule_index(sarif, rule));
    json_set_text(one, "level", level);
    json_set(one, "message", message_of(message));
    json_set(one, "locations", locations_of(sarif->result, where));
    json_set(one, "partialFingerprints", json_pack("{s:s}", "hookcheck/v1", where));
    json_array_append_new(sarif->results, one);
}

static void add_cause(struct sarif *sarif, const struct diagnosis *from)
{
    struct buf name = {0};
    struct buf message = {0};
    const char *level = cause_has_failed(sarif->result, from) ? "error" : "warning";
    add_pascal(from->id, &name);
    buf_add_format(&message, "%s Evidence: %s. At %s.", from->sentence, from->evidence,
                   sarif->result->target);
    if (rule_index(sarif, from->id) == json_array_size(sarif->rules)) {
        json_t *rule = rule_of(from->id, buf_text(&name), from->sentence, from->remedy, level);
        json_set(rule, "properties",
                 json_pack("{s:s, s:[s]}", "security-severity", severities[from->harm_rank], "tags",
                           "security"));
        json_array_append_new(sarif->rules, rule);
    }
    add_result(sarif, from->id, level, buf_text(&message), from->id);
    buf_clear(&name);
    buf_clear(&message);
}

static void add_case(struct sarif *sarif, const struct case_result *one)
{
    struct buf name = {0};
    struct buf message = {0};
    bool failed = case_standing(sarif->result, one) == STANDING_FAILED;
    char *id = strndup(one->id, strcspn(one->id, "["));
    add_pascal(id, &name);
    buf_add_format(&message, "Expected: %s. Got: %s.%s%s At %s.", one->expected, one->actual,
                   one->reason && *one->reason ? " " : "", one->reason ? one->reason : "",
                   sarif->result->target);
    if (rule_index(sarif, id) == json_array_size(sarif->rules)) {
        json_t *rule =
            rule_of(id, buf_text(&name), one->title, one->remedy, failed ? "error" : "warning");
        if (one->num_see)
            json_set(rule, "properties", json_pack("{s:[s, s]}", "tags", "security", one->see[0]));
        json_array_append_new(sarif->rules, rule);
    }
    add_result(sarif, id, failed ? "error" : "warning", buf_text(&message), one->id);
    free(id);
    buf_clear(&name);
    buf_clear(&message);
}

static bool asked_nothing(const struct run_result *result)
{
    return result->exit_code == EXIT_UNREACHED || result->exit_code == EXIT_WRONG_USAGE;
}

/* What happened beside the cases: that certificates were not checked, for example. NULL: nothing.
 */
static json_t *notifications_of(const struct run_result *result)
{
    bool nothing = asked_nothing(result);
    json_t *list = result->num_notes || nothing ? json_array() : NULL;
    if (nothing)
        json_array_append_new(list, json_pack("{s:s, s:{s:s}}", "level", "error", "message", "text",
                                              result->loudest ? result->loudest : ""));
    for (size_t i = 0; i < result->num_notes; i++)
        json_array_append_new(list, json_pack("{s:s, s:{s:s}}", "level", "note", "message", "text",
                                              result->notes[i]));
    return list;
}

static void render(const struct run_result *result, struct buf *out)
{
    struct sarif sarif = {result, json_array(), json_array()};
    for (size_t i = 0; i < result->num_diagnoses; i++)
        add_cause(&sarif, &result->diagnoses[i]);
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        bool is_shown = one->verdict == VERDICT_FAIL || one->verdict == VERDICT_WARN;
        if (is_shown && !text_is_explained(result, one))
            add_case(&sarif, one);
    }
    json_t *root = json_pack(
        "{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:[{s:b, s:i, s:o*}], s:o, s:s}]}", "$schema",
        "https://json.schemastore.org/sarif-2.1.0.json", "version", "2.1.0", "runs", "tool",
        "driver", "name", "hookcheck", "version", result->version, "rules", sarif.rules,
        "invocations", "executionSuccessful", !result->interrupted && !asked_nothing(result),
        "exitCode", result->exit_code, "toolExecutionNotifications", notifications_of(result),
        "results", sarif.results, "columnKind", "utf16CodeUnits");
    json_add_document(root, out);
    json_decref(root);
}

const struct report_format report_format_sarif = {"sarif", "SARIF 2.1.0, for code scanning",
                                                  ".sarif", render};
