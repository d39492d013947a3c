#include "report/baseline.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/standing.h"
#include "report/tally.h"
#include "result/exit.h"

/* --- reading --- */

static bool read_optional(const struct json_at *at, const char *key, char **out, struct error *err)
{
    struct json_at member = json_member(at, key);
    const char *text = NULL;
    if (!member.value)
        return true;
    if (!json_get_text(&member, &text, err))
        return false;
    *out = mem_text(text);
    return true;
}

static bool is_leap(long year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static bool is_day(const char *text)
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    static const char form[] = "0000-00-00";
    if (strlen(text) != strlen(form))
        return false;
    for (size_t i = 0; form[i]; i++)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    long month = strtol(text + strlen("0000-"), NULL, 10);
    long day = strtol(text + strlen("0000-00-"), NULL, 10);
    if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
        return false;
    return month != 2 || day < days[1] || is_leap(strtol(text, NULL, 10));
}

static bool read_entry(const struct json_at *at, struct baseline_entry *out, struct error *err)
{
    static const char *const keys[] = {"case", "cause", "reason", "until"};
    char *until = NULL;
    bool ok = json_expect_object(at, err) && json_only_keys(at, keys, ARRAY_LEN(keys), err) &&
              read_optional(at, "case", &out->case_id, err) &&
              read_optional(at, "cause", &out->cause, err) &&
              read_optional(at, "reason", &out->reason, err) &&
              read_optional(at, "until", &until, err);
    if (ok && !out->case_id == !out->cause)
        ok = json_fail(at, err, "name either \"case\" or \"cause\"");
    if (ok && (!out->reason || !out->reason[strspn(out->reason, " ")]))
        ok = json_fail(at, err, "\"reason\" is missing: why may it fail?");
    if (ok && until && !is_day(until))
        ok = json_fail(at, err, "\"until\": \"%s\" is not a day such as 2026-12-31", until);
    if (ok && until)
        (void)snprintf(out->until, sizeof out->until, "%s", until);
    free(until);
    return ok;
}

bool baseline_read(const char *file, struct bytes text, struct baseline *out, struct error *err)
{
    static const char *const keys[] = {"$schema", "baseline", "known"};
    *out = (struct baseline){0};
    json_t *json = json_read(file, text, err);
    if (!json)
        return false;
    struct json_at root = json_root(file, json);
    struct json_at version = json_member(&root, "baseline");
    struct json_at known = json_member(&root, "known");
    json_int_t number = 0;
    bool ok = json_expect_object(&root, err) && json_only_keys(&root, keys, ARRAY_LEN(keys), err) &&
              json_get_integer(&version, 1, 1, &number, err) && json_expect_array(&known, err);
    size_t count = ok ? json_array_size(known.value) : 0;
    out->entries = mem_alloc((count + 1) * sizeof *out->entries);
    for (size_t i = 0; ok && i < count; i++) {
        struct json_at item = json_item(&known, i);
        out->entries[out->count] = (struct baseline_entry){0};
        ok = read_entry(&item, &out->entries[out->count++], err);
    }
    json_decref(json);
    return ok;
}

void baseline_clear(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->count; i++) {
        free(baseline->entries[i].case_id);
        free(baseline->entries[i].cause);
        free(baseline->entries[i].reason);
        free(baseline->entries[i].mistake);
    }
    free(baseline->entries);
    *baseline = (struct baseline){0};
}

/* --- applying --- */

static bool explains(const struct run_result *result, const char *cause, const char *id)
{
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        const struct diagnosis *diagnosis = &result->diagnoses[i];
        if (strcmp(diagnosis->id, cause) != 0)
            continue;
        for (size_t k = 0; k < diagnosis->num_cases; k++)
            if (strcmp(diagnosis->cases[k], id) == 0)
                return true;
    }
    return false;
}

/* A case's id is taken as it is first, because its brackets and stars may be its own. */
static bool covers(const struct baseline_entry *entry, const struct run_result *result,
                   const struct case_result *one)
{
    if (!entry->case_id)
        return explains(result, entry->cause, one->id);
    return strcmp(entry->case_id, one->id) == 0 || text_glob(entry->case_id, one->id);
}

static bool is_past(const struct baseline_entry *entry, const char *today)
{
    return entry->until[0] && strcmp(entry->until, today) < 0;
}

static size_t count_covered(const struct baseline_entry *entry, const struct run_result *result)
{
    size_t count = 0;
    for (size_t i = 0; i < result->num_cases; i++)
        count += case_standing(result, &result->cases[i]) == STANDING_FAILED &&
                 covers(entry, result, &result->cases[i]);
    return count;
}

/* Whether the run shows that what the entry names fails no more: a case passed, or, of a cause, all
 * that might show it was decided. */
static bool is_mended(const struct baseline_entry *entry, const struct run_result *result,
                      bool is_whole)
{
    size_t num_decided = 0;
    bool all = is_whole && !(result->stopped && *result->stopped);
    for (size_t i = 0; i < result->num_cases; i++) {
        enum standing standing = case_standing(result, &result->cases[i]);
        if (standing == STANDING_FAILED && covers(entry, result, &result->cases[i]))
            return false;
        all = all && standing != STANDING_UNDECIDED;
        num_decided += standing == STANDING_PASSED && covers(entry, result, &result->cases[i]);
    }
    return entry->cause ? all : num_decided > 0;
}

/* Tells of entries that are of no use any more; returns how many. */
static size_t tell_useless(const struct baseline *baseline, const char *today, bool is_whole,
                           struct run_result *result)
{
    size_t useless = 0;
    for (size_t i = 0; i < baseline->count; i++) {
        const struct baseline_entry *entry = &baseline->entries[i];
        const char *name = entry->cause ? entry->cause : entry->case_id;
        bool is_over = is_past(entry, today);
        bool mended = is_mended(entry, result, is_whole);
        if (!mended && !is_over && !entry->mistake)
            continue;
        useless++;
        run_result_add_note(result,
                            entry->mistake ? mem_format("baseline: %s", entry->mistake)
                            : mended ? mem_format("baseline: %s no longer fails; remove it", name)
                                     : mem_format("baseline: the entry for %s ended on %s (%s)",
                                                  name, entry->until, entry->reason));
    }
    return useless;
}

/* The endpoint is gone: what was not asked may hide failures. */
static bool is_down(const struct run_result *result)
{
    for (size_t i = 0; i < result->num_cases; i++)
        if (result->cases[i].canary_failed && result->cases[i].recovery_ns < 0)
            return true;
    return false;
}

void baseline_apply(const struct baseline *baseline, const char *today, bool is_whole,
                    struct run_result *result)
{
    size_t fresh = 0;
    size_t known = 0;
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (case_standing(result, one) != STANDING_FAILED)
            continue;
        bool is_known = false;
        for (size_t k = 0; k < baseline->count && !is_known; k++)
            is_known = !is_past(&baseline->entries[k], today) &&
                       covers(&baseline->entries[k], result, one);
        fresh += !is_known;
        known += is_known;
    }
    size_t useless = tell_useless(baseline, today, is_whole, result);
    run_result_add_note(result, mem_format("baseline: %zu known failure%s, %zu new", known,
                                           known == 1 ? "" : "s", fresh));
    bool only_known = result->exit_code == EXIT_FELL_SHORT && known > 0 && fresh == 0 &&
                      !is_down(result) && !(result->stopped && *result->stopped);
    if (only_known)
        result->exit_code = EXIT_BASELINE;
    if (result->strict && useless && (only_known || result->exit_code == EXIT_OK)) {
        result->exit_code = EXIT_FELL_SHORT;
        free(result->loudest);
        result->loudest = mem_format(BASELINE_IS_STALE ": %zu entr%s (--strict).", useless,
                                     useless == 1 ? "y no longer holds" : "ies no longer hold");
    }
}

/* --- writing --- */

static void add_entry(json_t *list, const char *kind, const char *name)
{
    json_array_append_new(
        list, json_pack("{s:s, s:s}", kind, name, "reason", "failed when this file was written"));
}

void baseline_write(const struct run_result *result, struct buf *out)
{
    json_t *known = json_array();
    for (size_t i = 0; i < result->num_diagnoses; i++) {
        const struct diagnosis *diagnosis = &result->diagnoses[i];
        const struct baseline_entry entry = {.cause = diagnosis->id};
        if (diagnosis->role == DIAGNOSIS_CAUSE && count_covered(&entry, result))
            add_entry(known, "cause", diagnosis->id);
    }
    for (size_t i = 0; i < result->num_cases; i++) {
        const struct case_result *one = &result->cases[i];
        bool is_explained = false;
        for (size_t k = 0; k < result->num_diagnoses; k++)
            is_explained = is_explained || (result->diagnoses[k].role == DIAGNOSIS_CAUSE &&
                                            explains(result, result->diagnoses[k].id, one->id));
        if (case_standing(result, one) == STANDING_FAILED && !is_explained)
            add_entry(known, "case", one->id);
    }
    json_t *root = json_pack("{s:i, s:o}", "baseline", 1, "known", known);
    json_add_document(root, out);
    json_decref(root);
}
