#include "diagnose/attribution.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "result/packed.h"

static bool met(const struct sight *sight, int status)
{
    return !status || sight->exchange->seen.status == status;
}

void attribute_fitting(struct investigation *inv, struct diagnosis *diagnosis, sight_fits *fits,
                       const void *payload, int status)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight_is_lost(sight) && met(sight, status) && fits(inv, sight, payload))
            found_explain(diagnosis, sight->one);
    }
}

bool attribute_calls_for(const struct investigation *inv, sight_fits *fits, const void *payload)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight->trouble && sight_is_lost(sight) && fits(inv, sight, payload))
            return true;
    }
    return false;
}

static bool fits_all(const struct investigation *inv, const struct sight *sight,
                     const void *payload)
{
    return true;
}

void attribute_lost(struct investigation *inv, struct diagnosis *diagnosis, int status)
{
    attribute_fitting(inv, diagnosis, fits_all, NULL, status);
}

void attribute_unstable(struct investigation *inv, struct diagnosis *diagnosis, int status,
                        enum answer answer)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool same = status ? sight->exchange->seen.status == status : sight->answer == answer;
        if (sight->one && sight->exchange->genuine && !sight->exchange->accepted && same)
            found_explain(diagnosis, sight->one);
    }
}

void attribute_status(struct investigation *inv, struct diagnosis *diagnosis, int status)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].one && inv->sights[i].trouble &&
            inv->sights[i].exchange->seen.status == status)
            found_explain(diagnosis, inv->sights[i].one);
}

static bool fits_unknown_type(const struct investigation *inv, const struct sight *sight,
                              const void *payload)
{
    for (size_t i = 0; i < inv->input->catalogue->num_types; i++)
        if (bytes_equal(bytes_of(inv->input->catalogue->types[i].name), sight->type))
            return false;
    return sight->type.data != NULL;
}

void attribute_unknown_types(struct investigation *inv, struct diagnosis *diagnosis, int status)
{
    attribute_fitting(inv, diagnosis, fits_unknown_type, NULL, status);
}

/* --- computations --- */

/* To write megabytes again in a hundred ways takes longer than a run. */
#define RESERIALISED_MAX ((size_t)256 * 1024)

/* Who takes the text out of data may refuse what holds none. */
static bool wants_text(const struct computation *by)
{
    const struct hypothesis *message = by->parts[PART_MESSAGE];
    return message && (strncmp(message->id, "inner-", 6) == 0 ||
                       strncmp(message->id, "signs-inner-", 12) == 0 ||
                       strncmp(message->id, "signs-data-", 11) == 0);
}

struct computed {
    const struct computation *by;
    bool refuses_cleanly; /* a wrong signature is answered 4xx */
};

static bool refuses_cleanly(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!sight->exchange->genuine && sight->has_event && sight->num_signatures == 1 &&
            !sight->is_right && sight->answer == ANSWER_REFUSED)
            return true;
    }
    return false;
}

static bool fits_computation(const struct investigation *inv, const struct sight *sight,
                             const void *payload)
{
    const struct computed *computed = payload;
    const struct computation *by = computed->by;
    struct subject subject;
    struct signing signing = {0};
    bool same = false;
    if (by->parts[PART_KEY] || by->parts[PART_DIGEST] || by->parts[PART_HEADER])
        return true;
    if (sight->exchange->seen.status == 413) /* a limit is no signature */
        return false;
    if (sight->answer == ANSWER_ERROR && computed->refuses_cleanly) /* nor is a failure */
        return false;
    if (exchange_body_len(sight->exchange) > RESERIALISED_MAX ||
        (wants_text(by) && sight->has_event && !sight->data.data))
        return true;
    if (subject_read(&subject, buf_bytes(&sight->exchange->request.body), inv->input->now_ms))
        same = hypothesis_sign_by(by, &subject, inv->input->secret, &signing) &&
               bytes_equal(buf_bytes(&signing.message), buf_bytes(&subject.message));
    signing_clear(&signing);
    subject_clear(&subject);
    return !same;
}

/* A forgery by Panora's rule that carries what this endpoint computes. */
static bool is_right_by(const struct investigation *inv, const struct sight *sight,
                        const struct computation *by)
{
    const struct hypothesis *header = by->parts[PART_HEADER];
    const struct request *request = &sight->exchange->request;
    const char *given =
        headers_find(&request->headers, header ? header->argument : PANORA_SIGNATURE_HEADER);
    char right[SIGNATURE_VALUE_SIZE];
    return given && exchange_body_len(sight->exchange) <= RESERIALISED_MAX &&
           hypothesis_value(by, buf_bytes(&request->body), inv->input->now_ms, inv->input->secret,
                            right, sizeof right) &&
           strcmp(right, given) == 0;
}

void attribute_computation(struct investigation *inv, struct diagnosis *diagnosis,
                           const struct computation *by, int status)
{
    const struct computed computed = {by, refuses_cleanly(inv)};
    attribute_fitting(inv, diagnosis, fits_computation, &computed, status);
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight->trouble && sight_got_in(sight) && is_right_by(inv, sight, by))
            found_explain(diagnosis, sight->one);
    }
}

/* --- features --- */

static bool has_lead_byte(struct bytes in, unsigned from, unsigned to)
{
    for (size_t i = 0; i < in.len; i++)
        if ((unsigned char)in.data[i] >= from && (unsigned char)in.data[i] <= to)
            return true;
    return false;
}

#define LEAST_SAFE 1e-6

/* Whether data holds a number from `least` on, or a very small one. */
static bool has_number(struct bytes json, double least)
{
    bool in_text = false;
    for (size_t i = 0; i < json.len; i++) {
        char c = json.data[i];
        in_text ^= c == '"';
        i += in_text && c == '\\';
        if (in_text || !isdigit((unsigned char)c))
            continue;
        char *end; /* the bytes of a value end with a NUL */
        double number = strtod(json.data + i, &end);
        if (number >= least || (number > 0 && number < LEAST_SAFE))
            return true;
        i = (size_t)(end - json.data) - 1;
    }
    return false;
}

static bool has_fraction(struct bytes json)
{
    bool in_text = false;
    for (size_t i = 1; i + 1 < json.len; i++) {
        in_text ^= json.data[i] == '"';
        i += in_text && json.data[i] == '\\';
        if (!in_text && i < json.len && json.data[i] == '.')
            return true;
    }
    return false;
}

static const struct {
    const char *id;
    unsigned from, to; /* lead bytes */
    double least;      /* numbers */
    size_t depth;
    bool fraction;
} marks[] = {
    {"latin-1", 0xC2, 0xC3, 0, 0, false},
    {"beyond-latin-1", 0xC4, 0xDF, 0, 0, false},
    {"wide", 0xE0, 0xEF, 0, 0, false},
    {"astral", 0xF0, 0xF4, 0, 0, false},
    {"beyond-32-bit", 0, 0, 2147483648.0, 0, false},
    {"decomposed", 0xCC, 0xCD, 0, 0, false},
    {"beyond-2-53", 0, 0, 9007199254740992.0, 0, false},
    {"beyond-2-63", 0, 0, 9223372036854775807.0, 0, false},
    {"beyond-2-64", 0, 0, 18446744073709551615.0, 0, false},
    {"large-exponent", 0, 0, 1e21, 0, false},
    {"small-exponent", 0, 0, 1e21, 0, false},
    {"depth-16", 0, 0, 0, 15, false},
    {"depth-40", 0, 0, 0, 30, false},
    {"fraction", 0, 0, 0, 0, true},
    {"many-digits", 0, 0, 0, 0, true},
};

static bool holds(const struct feature *feature, const struct sight *sight)
{
    for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
        if (strcmp(marks[i].id, feature->id) != 0)
            continue;
        return (marks[i].from && has_lead_byte(sight->json, marks[i].from, marks[i].to)) ||
               (marks[i].least > 0 && has_number(sight->json, marks[i].least)) ||
               (marks[i].depth && sight->depth > marks[i].depth) ||
               (marks[i].fraction && has_fraction(sight->json));
    }
    const char *const needles[] = {feature->needle, feature->or_needle};
    for (size_t i = 0; sight->json.data && i < ARRAY_LEN(needles); i++)
        if (needles[i] && bytes_find(sight->json, bytes_of(needles[i])))
            return true;
    return false;
}

static bool fits_feature(const struct investigation *inv, const struct sight *sight,
                         const void *payload)
{
    const struct feature *feature = payload;
    if (feature)
        return holds(feature, sight);
    return sight->has_event && (sight->data.data != NULL) != (inv->dialect == DIALECT_TEXT);
}

void attribute_feature(struct investigation *inv, struct diagnosis *diagnosis,
                       const struct feature *feature, int status)
{
    attribute_fitting(inv, diagnosis, fits_feature, feature, status);
}

/* --- what is too large to be looked into --- */

static bool is_sibling(const struct case_result *one, const struct case_result *other)
{
    size_t len = strcspn(one->id, "[");
    return one != other && one->id[len] && strncmp(one->id, other->id, len + 1) == 0;
}

/* What explains an event of a sibling that met the same; or NULL. */
static struct diagnosis *cause_of_sibling(struct investigation *inv, const struct sight *sight)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (!other->one || !sight_is_lost(other) || !is_sibling(sight->one, other->one) ||
            other->exchange->seen.status != sight->exchange->seen.status)
            continue;
        for (size_t k = 0; k < inv->num_found; k++)
            if (diagnosis_explains(&inv->found[k].diagnosis, other->one->id))
                return &inv->found[k].diagnosis;
    }
    return NULL;
}

void attribute_large(struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!sight->one || !sight->trouble || sight->is_read || !sight_is_lost(sight) ||
            found_explains(inv, sight->one))
            continue;
        struct diagnosis *cause = cause_of_sibling(inv, sight);
        if (cause)
            found_explain(cause, sight->one);
    }
}
