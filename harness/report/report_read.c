#include "report/report_read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/json.h"
#include "base/mem.h"

/* --- members by table --- */

enum kind { TEXT, FLAG, MOMENT, COUNT };

struct member {
    const char *name;
    enum kind kind;
    size_t at;          /* offset in the struct */
    bool may_be_absent; /* newer than the first reports, or null */
};

static bool read_moment(const struct json_at *at, int64_t *out, struct error *err)
{
    if (json_is_null(at->value)) {
        *out = -1;
        return true;
    }
    if (!json_is_number(at->value))
        return json_fail(at, err, "a number of milliseconds or null is expected");
    *out = (int64_t)(json_number_value(at->value) * (double)NS_PER_MS + 0.5);
    return true;
}

static bool read_text(const struct json_at *at, char **out, struct error *err)
{
    const char *text = NULL;
    if (!json_get_text(at, &text, err))
        return false;
    *out = mem_text(text);
    return true;
}

static bool read_count(const struct json_at *at, size_t *out, struct error *err)
{
    json_int_t value = 0;
    if (!json_get_integer(at, 0, INT32_MAX, &value, err))
        return false;
    *out = (size_t)value;
    return true;
}

static bool read_members(const struct json_at *at, const struct member *members, size_t count,
                         void *out, struct error *err)
{
    bool ok = json_expect_object(at, err);
    for (size_t i = 0; ok && i < count; i++) {
        struct json_at value = json_member(at, members[i].name);
        void *place = (char *)out + members[i].at;
        bool is_absent = !value.value || json_is_null(value.value);
        if (members[i].may_be_absent && is_absent)
            continue;
        if (members[i].kind == TEXT)
            ok = read_text(&value, place, err);
        else if (members[i].kind == FLAG)
            ok = json_get_bool(&value, place, err);
        else if (members[i].kind == MOMENT)
            ok = read_moment(&value, place, err);
        else
            ok = read_count(&value, place, err);
    }
    return ok;
}

/* One of the words that `name_of` gives for 0 to count - 1. */
static bool read_word(const struct json_at *at, size_t count, const char *(*name_of)(size_t index),
                      size_t *out, struct error *err)
{
    const char *text = NULL;
    if (!json_get_text(at, &text, err))
        return false;
    for (*out = 0; *out < count; (*out)++)
        if (strcmp(name_of(*out), text) == 0)
            return true;
    return json_fail(at, err, "\"%s\" is not a word that reports use", text);
}

static const char *name_of_verdict(size_t index)
{
    return verdict_name((enum verdict)index);
}

static const char *name_of_outcome(size_t index)
{
    return outcome_name((enum outcome)index);
}

static const char *name_of_harm(size_t index)
{
    return harm_name((enum harm)index);
}

static const char *name_of_role(size_t index)
{
    return diagnosis_role_name((enum diagnosis_role)index);
}

static bool read_texts(const struct json_at *at, char ***out, size_t *out_count, struct error *err)
{
    if (!json_expect_array(at, err))
        return false;
    *out = mem_alloc((json_array_size(at->value) + 1) * sizeof **out);
    for (struct json_at item = {0}; json_next(at, &item);) {
        if (!read_text(&item, &(*out)[*out_count], err))
            return false;
        (*out_count)++;
    }
    return true;
}

/* --- exchanges --- */

/* Each character stands for one byte (ISO-8859-1). */
static char *bytes_of_latin1(const char *text)
{
    struct buf out = {0};
    for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
        if (*at < 0x80) {
            buf_add_char(&out, (char)*at);
        } else if (at[1]) {
            buf_add_char(&out, (char)(unsigned char)(((*at & 0x03) << 6) | (at[1] & 0x3f)));
            at++;
        }
    }
    return buf_take(&out);
}

static bool read_headers(const struct json_at *at, struct headers *out, struct error *err)
{
    if (!json_expect_array(at, err))
        return false;
    for (struct json_at field = {0}; json_next(at, &field);) {
        struct json_at name = json_item(&field, 0);
        struct json_at value = json_item(&field, 1);
        const char *texts[2] = {NULL, NULL};
        if (!json_expect_array(&field, err) || !json_get_text(&name, &texts[0], err) ||
            !json_get_text(&value, &texts[1], err))
            return false;
        char *bytes[2] = {bytes_of_latin1(texts[0]), bytes_of_latin1(texts[1])};
        headers_add(out, bytes[0], bytes[1]);
        free(bytes[0]);
        free(bytes[1]);
    }
    return true;
}

static bool read_body(const struct json_at *at, struct buf *out, size_t *out_len, struct error *err)
{
    struct json_at text = json_member(at, "body");
    struct json_at base64 = json_member(at, "body_base64");
    struct json_at len = json_member(at, "body_len");
    if (!read_count(&len, out_len, err))
        return false;
    if (json_is_string(text.value))
        buf_add(out, json_string_value(text.value), json_string_length(text.value));
    else if (json_is_string(base64.value) &&
             !decode_base64(bytes_of(json_string_value(base64.value)), out))
        return json_fail(&base64, err, "this is not base64");
    return true;
}

static bool read_request(const struct json_at *at, struct exchange *out, struct error *err)
{
    static const struct member members[] = {
        {"method", TEXT, offsetof(struct request, method), false}};
    struct json_at headers = json_member(at, "headers");
    size_t len = 0;
    if (!read_members(at, members, ARRAY_LEN(members), &out->request, err) ||
        !read_headers(&headers, &out->request.headers, err) ||
        !read_body(at, &out->request.body, &len, err))
        return false;
    out->body_let_go = len > out->request.body.len ? len - out->request.body.len : 0;
    return true;
}

static bool read_response(const struct json_at *at, struct observation *out, struct error *err)
{
    if (json_is_null(at->value))
        return true;
    struct json_at headers = json_member(at, "headers");
    struct json_at decoded = json_member(at, "decoded");
    size_t len = 0;
    bool ok = json_expect_object(at, err) && read_headers(&headers, &out->headers, err) &&
              json_get_bool(&decoded, &out->decoded, err) && read_body(at, &out->body, &len, err);
    out->body_len = len;
    return ok;
}

static bool read_timings(const struct json_at *at, struct observation *out, struct error *err)
{
#define AT(name) offsetof(struct observation, name)
    static const struct member members[] = {
        {"started_ms", MOMENT, AT(started_ns), true},
        {"dns_ms", MOMENT, AT(dns_ns), false},
        {"connect_ms", MOMENT, AT(connect_ns), false},
        {"tls_ms", MOMENT, AT(tls_ns), false},
        {"sent_ms", MOMENT, AT(sent_ns), false},
        {"first_byte_ms", MOMENT, AT(first_byte_ns), false},
        {"total_ms", MOMENT, AT(total_ns), false},
    };
#undef AT
    return read_members(at, members, ARRAY_LEN(members), out, err);
}

static bool read_connection(const struct json_at *at, struct observation *out, struct error *err)
{
    static const struct member members[] = {
        {"reused", FLAG, offsetof(struct observation, reused), false},
        {"keep_alive", FLAG, offsetof(struct observation, keep_alive), false},
        {"idle_closed_ms", MOMENT, offsetof(struct observation, idle_closed_ns), false},
        {"idle_was_reset", FLAG, offsetof(struct observation, idle_was_reset), false},
    };
    struct json_at peer = json_member(at, "peer");
    const char *text = "";
    if (!read_members(at, members, ARRAY_LEN(members), out, err) ||
        !json_get_text(&peer, &text, err))
        return false;
    (void)snprintf(out->peer, sizeof out->peer, "%s", text);
    return true;
}

static bool read_effect(const struct json_at *at, struct exchange *out, struct error *err)
{
    static const struct member members[] = {
        {"id_event", TEXT, offsetof(struct exchange, id_event), true},
        {"detail", TEXT, offsetof(struct exchange, processed.why), false},
    };
    if (!at->value || json_is_null(at->value))
        return true;
    struct json_at times = json_member(at, "processed");
    if (!read_members(at, members, ARRAY_LEN(members), out, err))
        return false;
    bool is_known = json_is_integer(times.value);
    out->processed.state = is_known ? PROCESSED_TIMES : PROCESSED_UNKNOWN;
    out->processed.times = is_known ? json_integer_value(times.value) : 0;
    return true;
}

static bool read_parts(const struct json_at *at, struct exchange *out, struct error *err)
{
    struct json_at timings = json_member(at, "timings");
    struct json_at request = json_member(at, "request");
    struct json_at response = json_member(at, "response");
    struct json_at connection = json_member(at, "connection");
    struct json_at effect = json_member(at, "effect");
    return read_timings(&timings, &out->seen, err) && read_request(&request, out, err) &&
           read_response(&response, &out->seen, err) &&
           read_connection(&connection, &out->seen, err) && read_effect(&effect, out, err);
}

static bool read_exchange(const struct json_at *at, struct exchange *out, struct error *err)
{
    static const struct member members[] = {
        {"sent", TEXT, offsetof(struct exchange, sent), false},
        {"accepted", FLAG, offsetof(struct exchange, accepted), false},
        {"genuine", FLAG, offsetof(struct exchange, genuine), true},
        {"as_panora", TEXT, offsetof(struct exchange, as_panora), true},
    };
    struct json_at outcome = json_member(at, "outcome");
    struct json_at status = json_member(at, "status");
    struct json_at detail = json_member(at, "detail");
    const char *text = "";
    size_t word = 0;
    observation_init(&out->seen);
    if (!read_members(at, members, ARRAY_LEN(members), out, err) ||
        !read_word(&outcome, OUTCOME_COUNT, name_of_outcome, &word, err) ||
        !json_get_text(&detail, &text, err) || !read_parts(at, out, err))
        return false;
    out->seen.outcome = (enum outcome)word;
    out->seen.status = json_is_integer(status.value) ? (int)json_integer_value(status.value) : 0;
    (void)snprintf(out->seen.detail, sizeof out->seen.detail, "%s", text);
    return true;
}

/* --- cases --- */

static bool read_measures(const struct json_at *at, struct case_result *out, struct error *err)
{
    static const struct member members[] = {
        {"name", TEXT, offsetof(struct measure, name), false},
        {"unit", TEXT, offsetof(struct measure, unit), false},
        {"sentence", TEXT, offsetof(struct measure, sentence), true},
    };
    if (!json_expect_array(at, err))
        return false;
    out->measures = mem_alloc((json_array_size(at->value) + 1) * sizeof *out->measures);
    for (struct json_at item = {0}; json_next(at, &item);) {
        struct measure *measure = &out->measures[out->num_measures++];
        *measure = (struct measure){0};
        if (!read_members(&item, members, ARRAY_LEN(members), measure, err))
            return false;
        measure->value = json_number_value(json_object_get(item.value, "value"));
    }
    return true;
}

static bool read_exchanges(const struct json_at *at, struct case_result *out, struct error *err)
{
    if (!json_expect_array(at, err))
        return false;
    out->exchanges = mem_alloc((json_array_size(at->value) + 1) * sizeof *out->exchanges);
    for (struct json_at item = {0}; json_next(at, &item);) {
        out->exchanges[out->num_exchanges] = (struct exchange){0};
        if (!read_exchange(&item, &out->exchanges[out->num_exchanges++], err))
            return false;
    }
    return true;
}

static bool read_case_words(const struct json_at *at, struct case_result *out, struct error *err)
{
#define AT(name) offsetof(struct case_result, name)
    static const struct member members[] = {
        {"id", TEXT, AT(id), false},
        {"suite", TEXT, AT(suite), false},
        {"name", TEXT, AT(name), false},
        {"title", TEXT, AT(title), false},
        {"expected", TEXT, AT(expected), false},
        {"actual", TEXT, AT(actual), false},
        {"reason", TEXT, AT(reason), false},
        {"harm", TEXT, AT(harm), false},
        {"remedy", TEXT, AT(remedy), false},
        {"source", TEXT, AT(source), false},
        {"bug", TEXT, AT(bug), false},
        {"started_ms", MOMENT, AT(started_ns), false},
        {"duration_ms", MOMENT, AT(duration_ns), false},
        {"behind_first", FLAG, AT(behind_first), true},
        {"canary_failed", FLAG, AT(canary_failed), false},
        {"recovery_ms", MOMENT, AT(recovery_ns), false},
    };
#undef AT
    struct json_at repeat = json_member(at, "repeat");
    struct json_at curl = json_member(&repeat, "curl");
    if (!read_members(at, members, ARRAY_LEN(members), out, err))
        return false;
    out->curl = json_is_string(curl.value) ? mem_text(json_string_value(curl.value)) : NULL;
    return true;
}

static bool read_case(const struct json_at *at, struct case_result *out, struct error *err)
{
    struct json_at level = json_member(at, "level");
    struct json_at verdict = json_member(at, "verdict");
    struct json_at see = json_member(at, "see");
    struct json_at measures = json_member(at, "measures");
    struct json_at observations = json_member(at, "observations");
    struct json_at decisive = json_member(at, "decisive");
    const char *text = "";
    size_t word = 0;
    if (!read_case_words(at, out, err) || !json_get_text(&level, &text, err))
        return false;
    if (!level_find(text, &out->level))
        return json_fail(&level, err, "\"%s\" is not must, should or may", text);
    if (!read_word(&verdict, VERDICT_COUNT, name_of_verdict, &word, err) ||
        !read_texts(&see, &out->see, &out->num_see, err) || !read_measures(&measures, out, err) ||
        !read_exchanges(&observations, out, err))
        return false;
    out->verdict = (enum verdict)word;
    out->decisive = out->num_exchanges;
    if (json_is_integer(decisive.value) && json_integer_value(decisive.value) >= 0)
        out->decisive = (size_t)json_integer_value(decisive.value);
    return true;
}

/* --- diagnoses --- */

static bool read_pair(const struct json_at *at, struct minimal_pair *out, struct error *err)
{
    static const struct member members[] = {
        {"accepted", TEXT, offsetof(struct minimal_pair, accepted), false},
        {"refused", TEXT, offsetof(struct minimal_pair, refused), false},
        {"difference", TEXT, offsetof(struct minimal_pair, difference), false},
    };
    return !at->value || json_is_null(at->value) ||
           read_members(at, members, ARRAY_LEN(members), out, err);
}

static bool read_ranks(const struct json_at *at, struct diagnosis *out, struct error *err)
{
    struct json_at role = json_member(at, "role");
    struct json_at harm = json_member(at, "harm_rank");
    size_t word = 0;
    out->harm_rank = HARM_HYGIENE;
    if (role.value && !read_word(&role, DIAGNOSIS_UNEXPLAINED + 1, name_of_role, &word, err))
        return false;
    out->role = (enum diagnosis_role)word;
    if (harm.value && !read_word(&harm, HARM_COUNT, name_of_harm, &word, err))
        return false;
    if (harm.value)
        out->harm_rank = (enum harm)word;
    return true;
}

static bool read_diagnosis(const struct json_at *at, struct diagnosis *out, struct error *err)
{
#define AT(name) offsetof(struct diagnosis, name)
    static const struct member members[] = {
        {"id", TEXT, AT(id), false},
        {"sentence", TEXT, AT(sentence), false},
        {"evidence", TEXT, AT(evidence), false},
        {"harm", TEXT, AT(harm), false},
        {"remedy", TEXT, AT(remedy), false},
        {"snippet", TEXT, AT(snippet), true},
        {"snippet_needs", TEXT, AT(snippet_needs), true},
        {"framework", TEXT, AT(framework), true},
        {"likely_because", TEXT, AT(likely_because), true},
        {"behind_first", FLAG, AT(behind_first), true},
    };
#undef AT
    struct json_at cases = json_member(at, "cases");
    struct json_at pair = json_member(at, "pair");
    struct json_at confidence = json_member(at, "confidence");
    const char *text = "";
    if (!read_members(at, members, ARRAY_LEN(members), out, err) ||
        !read_texts(&cases, &out->cases, &out->num_cases, err) ||
        !read_pair(&pair, &out->pair, err) || !json_get_text(&confidence, &text, err))
        return false;
    out->confidence = strcmp(text, "proved") == 0 ? CONFIDENCE_PROVED : CONFIDENCE_LIKELY;
    return read_ranks(at, out, err);
}

/* --- the whole --- */

static bool read_wrong_port(const struct json_at *at, struct wrong_port *out, struct error *err)
{
    static const struct member members[] = {
        {"tried", TEXT, offsetof(struct wrong_port, tried), false},
        {"got", TEXT, offsetof(struct wrong_port, got), false},
        {"remedy", TEXT, offsetof(struct wrong_port, remedy), false},
    };
    return read_members(at, members, ARRAY_LEN(members), out, err);
}

static bool read_about(const struct json_at *at, struct run_result *out, struct error *err)
{
#define AT(name) offsetof(struct run_result, name)
    static const struct member members[] = {
        {"target", TEXT, AT(target), false},
        {"version", TEXT, AT(version), false},
        {"suites_hash", TEXT, AT(suites_hash), false},
        {"stopped", TEXT, AT(stopped), false},
        {"loudest", TEXT, AT(loudest), false},
        {"left_behind", TEXT, AT(left_behind), false},
        {"rerun", TEXT, AT(rerun), false},
        {"url", TEXT, AT(url), true},
        {"duration_ms", MOMENT, AT(duration_ns), false},
        {"waited_ms", MOMENT, AT(waited_ns), true},
        {"strict", FLAG, AT(strict), false},
        {"interrupted", FLAG, AT(interrupted), false},
        {"experiments", COUNT, AT(num_experiments), true},
    };
#undef AT
    struct json_at notes = json_member(at, "notes");
    struct json_at port = json_member(at, "wrong_port");
    struct json_at seed = json_member(at, "seed");
    struct json_at started = json_member(at, "started");
    struct json_at exit_code = json_member(at, "exit_code");
    struct json_at summary = json_member(at, "summary");
    struct json_at requests = json_member(&summary, "requests");
    const char *seed_text = "";
    const char *started_text = "";
    json_int_t code = 0;
    if (!read_members(at, members, ARRAY_LEN(members), out, err) ||
        (notes.value && !read_texts(&notes, &out->notes, &out->num_notes, err)) ||
        (port.value && !read_wrong_port(&port, &out->wrong_port, err)) ||
        !json_get_text(&seed, &seed_text, err) || !json_get_text(&started, &started_text, err) ||
        !json_get_integer(&exit_code, 0, 255, &code, err) ||
        !read_count(&requests, &out->num_requests, err))
        return false;
    out->seed = strtoull(seed_text, NULL, 10);
    (void)snprintf(out->started, sizeof out->started, "%s", started_text);
    out->exit_code = (int)code;
    out->is_saved = true;
    if (!out->url)
        out->url = mem_text(out->target);
    return true;
}

static bool read_cases(const struct json_at *root, struct run_result *out, struct error *err)
{
    struct json_at cases = json_member(root, "cases");
    if (!json_expect_array(&cases, err))
        return false;
    out->cases = mem_alloc((json_array_size(cases.value) + 1) * sizeof *out->cases);
    for (struct json_at item = {0}; json_next(&cases, &item);) {
        struct case_result *one = &out->cases[out->num_cases++];
        *one = (struct case_result){0};
        if (!read_case(&item, one, err))
            return false;
        out->counts[one->verdict]++;
    }
    return true;
}

static bool read_diagnoses(const struct json_at *root, struct run_result *out, struct error *err)
{
    struct json_at diagnoses = json_member(root, "diagnoses");
    if (!json_expect_array(&diagnoses, err))
        return false;
    out->diagnoses = mem_alloc((json_array_size(diagnoses.value) + 1) * sizeof *out->diagnoses);
    for (struct json_at item = {0}; json_next(&diagnoses, &item);) {
        struct diagnosis *one = &out->diagnoses[out->num_diagnoses++];
        *one = (struct diagnosis){0};
        if (!read_diagnosis(&item, one, err))
            return false;
    }
    return true;
}

bool report_read(const char *file, struct bytes text, struct run_result *out, struct error *err)
{
    *out = (struct run_result){0};
    json_error_t place;
    /* a body may hold U+0000 */
    json_t *json = json_loadb(text.data ? text.data : "", text.len,
                              JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &place);
    if (!json) {
        json_set_error(file, &place, err);
        return false;
    }
    struct json_at root = json_root(file, json);
    struct json_at version = json_member(&root, "schema_version");
    json_int_t number = 0;
    bool ok = json_expect_object(&root, err);
    if (ok && !version.value)
        ok = json_fail(&root, err, "this is not a JSON report of `hookcheck run`");
    ok = ok && json_get_integer(&version, 1, 1, &number, err) && read_about(&root, out, err) &&
         read_cases(&root, out, err) && read_diagnoses(&root, out, err);
    json_decref(json);
    return ok;
}
