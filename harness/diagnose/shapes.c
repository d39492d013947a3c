/*
 * Shapes of data, sizes, and the form of event and request: each by itself against an event
 * that is accepted.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/attribution.h"
#include "diagnose/outcome.h"
#include "result/packed.h"

static const struct diagnosis_kind arrays_refused = {
    "refuses-arrays", "rejects events whose data is an array", LOST,
    "*.pulled events carry an array of rows: accept it"};

static const struct diagnosis_kind empty_refused = {
    "refuses-empty-arrays", "rejects events whose data is an empty array", LOST,
    "*.pulled events carry an array of rows, which may be empty: accept it and do nothing"};

static const struct diagnosis_kind again_refused = {
    "refuses-duplicates", "answers a repeated event with an error", LOST,
    "answer 200 to an id_event that you have already processed, and do nothing"};

static const struct diagnosis_kind copies_refused = {
    "races-duplicates",
    "rejects copies of an event that arrive together; a lookup and an insert of the id in two "
    "steps do that",
    LOST,
    "insert id_event under a unique key with ON CONFLICT DO NOTHING, and answer conflicts with "
    "2xx"};

/* --- what calls for an experiment --- */

/* What a case has lost an event of comes first. The rest is asked where that explains not all; and
 * behind a first mistake, where no case has shown what else is lost, all at once. */
enum turn { TURN_CALLED_FOR, TURN_REST };

static bool is_turn_of(const struct investigation *inv, enum turn turn, sight_fits *fits,
                       const void *payload)
{
    bool called_for = inv->behind_first || attribute_calls_for(inv, fits, payload);
    return !inv->closed && called_for == (turn == TURN_CALLED_FOR);
}

/* --- the event and the request --- */

static bool is_form(const struct feature *feature)
{
    static const char *const ids[] = {"extra-member", "type-first", "charset",   "lower-name",
                                      "upper-name",   "chunked",    "two-pieces"};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        if (strcmp(ids[i], feature->id) == 0)
            return true;
    return false;
}

static bool fits_form(const struct investigation *inv, const struct sight *sight,
                      const void *payload)
{
    const struct feature *feature = payload;
    const struct request *request = &sight->exchange->request;
    const char *type = headers_find(&request->headers, "Content-Type");
    if (strcmp(feature->id, "extra-member") == 0)
        return sight->event && js_size(sight->event) > 3;
    if (strcmp(feature->id, "charset") == 0)
        return type && strchr(type, ';');
    if (strcmp(feature->id, "chunked") == 0)
        return request->transport.chunk_size > 0;
    if (strcmp(feature->id, "two-pieces") == 0)
        return request->transport.chunk_size || request->transport.piece_size ||
               request->transport.split_at || request->body.len > 16384;
    if (strcmp(feature->id, "type-first") == 0)
        return sight->event && !text_starts_with(buf_text(&request->body), "{\"id_event\"");
    for (size_t i = 0; i < request->headers.count; i++)
        if (header_name_equal(request->headers.items[i].name, PANORA_SIGNATURE_HEADER))
            return strcmp(request->headers.items[i].name, PANORA_SIGNATURE_HEADER) != 0;
    return false;
}

/* Chunks and large bodies come in several pieces: who reads but one refuses them for that. */
static bool reads_one_piece(const struct investigation *inv)
{
    return found_find(inv, "reads-first-piece-only") != NULL;
}

static void ask_form(struct investigation *inv, const struct feature *feature)
{
    const struct specimen odd = {.features = &feature, .num_features = 1};
    const struct specimen plain = {.features = &feature, .num_features = 1, .plain = true};
    struct outcome_of seen = ask_for(inv, &odd);
    bool taken = seen.passed || seen.status / 100 == 2; /* though nobody can read that */
    if (!taken && holds_in_turn(inv, &plain, &odd)) {
        char *good = describe_good(inv, &plain);
        const struct diagnosis_kind kind = {feature->cause, feature->sentence, LOST,
                                            feature->remedy};
        struct diagnosis *diagnosis =
            found_pair(inv, &kind, HARM_LOST, good, seen.described, feature->with);
        attribute_fitting(inv, diagnosis, fits_form, feature, 0);
        free(good);
    }
    free(seen.described);
}

/* What every request is changed in already, so that anything is accepted. */
static bool is_dressed(const struct investigation *inv, const struct feature *feature)
{
    for (size_t i = 0; i < inv->num_dresses; i++)
        if (strcmp(inv->dresses[i]->without, feature->without) == 0)
            return true;
    return false;
}

static void ask_forms(struct investigation *inv, enum turn turn)
{
    const struct feature *pieces = feature_find("two-pieces"); /* what others may be a part of */
    if (is_turn_of(inv, turn, fits_form, pieces))
        ask_form(inv, pieces);
    for (size_t i = 0; i < num_features && !inv->closed; i++) {
        const struct feature *feature = &features[i];
        bool is_part = reads_one_piece(inv) && strcmp(feature->id, "chunked") == 0;
        if (is_form(feature) && feature != pieces && !is_part && !is_dressed(inv, feature) &&
            is_turn_of(inv, turn, fits_form, feature))
            ask_form(inv, feature);
    }
}

/* --- arrays --- */

#define ROWS_TYPE "crm.contact.pulled"

static bool fits_array(const struct investigation *inv, const struct sight *sight,
                       const void *payload)
{
    return sight->json.len && sight->json.data[0] == '[';
}

static bool fits_empty_array(const struct investigation *inv, const struct sight *sight,
                             const void *payload)
{
    return sight->json.len == 2 && sight->json.data[0] == '[';
}

static char *rows_of(struct investigation *inv)
{
    struct buf out = {0};
    struct document rows = inv->document;
    const struct document_form form = {0};
    rows.is_rows = true;
    document_write(&rows, &form, &inv->rng, &out);
    return buf_take(&out);
}

/* Some case showed that such an event is accepted: what refuses it now minds something else, such
 * as that it comes once more. */
static bool was_taken(const struct investigation *inv, sight_fits *fits)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight->exchange->genuine && sight->exchange->accepted &&
            fits(inv, sight, NULL))
            return true;
    }
    return false;
}

/* Whether an array is refused under any type, or only an empty one. */
static void ask_arrays(struct investigation *inv, enum turn turn)
{
    if (!is_turn_of(inv, turn, fits_array, NULL))
        return;
    char *rows = rows_of(inv);
    const struct specimen usual = {0};
    const struct specimen plain = {.data = rows};
    const struct specimen pulled = {.type = ROWS_TYPE};
    const struct specimen none = {.type = ROWS_TYPE, .data = "[]"};
    struct outcome_of of_pulled = ask_for(inv, &pulled);
    bool refused =
        !of_pulled.passed && !specimen_passes(inv, &plain) && holds_in_turn(inv, &usual, &pulled);
    if (refused) {
        char *good = describe_good(inv, &usual);
        attribute_fitting(
            inv, found_pair(inv, &arrays_refused, HARM_LOST, good, of_pulled.described, "an array"),
            fits_array, NULL, of_pulled.status);
        free(good);
    } else if (of_pulled.passed && !was_taken(inv, fits_empty_array)) {
        struct outcome_of of_none = ask_for(inv, &none);
        if (!of_none.passed && holds_in_turn(inv, &pulled, &none)) {
            char *good = describe_good(inv, &pulled);
            attribute_fitting(
                inv, found_pair(inv, &empty_refused, HARM_LOST, good, of_none.described, "[]"),
                fits_empty_array, NULL, of_none.status);
            free(good);
        }
        free(of_none.described);
    }
    free(of_pulled.described);
    free(rows);
}

/* --- sizes --- */

#define SIZE_SMALL  ((size_t)60 * 1024)
#define SIZE_MEDIUM ((size_t)300 * 1024)
#define SIZE_LARGE  ((size_t)1100 * 1024)
#define SIZE_HUGE   ((size_t)5300 * 1024)

static const size_t large_from = (size_t)16 * 1024;

static bool fits_size(const struct investigation *inv, const struct sight *sight,
                      const void *payload)
{
    return exchange_body_len(sight->exchange) > *(const size_t *)payload;
}

/* Some string in its data is longer. */
static bool fits_text(const struct investigation *inv, const struct sight *sight,
                      const void *payload)
{
    size_t len = 0;
    for (size_t i = 0; i < sight->json.len && len <= *(const size_t *)payload; i++) {
        char c = sight->json.data[i];
        i += c == '\\';
        len = c == '"' ? 0 : len + 1;
    }
    return len > *(const size_t *)payload;
}

static size_t len_of(struct investigation *inv, size_t padding)
{
    struct request request;
    const struct specimen specimen = {.padding = padding};
    (void)specimen_write(inv, &specimen, &request);
    size_t len = request.body.len;
    request_clear(&request);
    return len;
}

/* Whether a larger event than those was lost in a case: megabytes are sent for that alone. */
static bool lost_huge(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->one && sight->trouble && sight_is_lost(sight) &&
            exchange_body_len(sight->exchange) > SIZE_LARGE && !found_explains(inv, sight->one))
            return true;
    }
    return false;
}

#define STEP_NS (250 * NS_PER_MS)

/* To the byte; of megabytes, to one in sixty-four, for each step sends them again; and where a step
 * takes long, to one in eight. */
static size_t closeness(size_t good, int64_t step_ns)
{
    if (step_ns > STEP_NS)
        return good / 8 + 1;
    return good < SIZE_LARGE ? 1 : good / 64;
}

/* Who goes down refuses nothing by its size: it may go down of what it has read in all. */
static bool went_down(const struct investigation *inv)
{
    bool gone = inv->num_died > 0 || inv->input->goes_down;
    for (size_t i = 0; i < inv->input->result->num_cases; i++)
        gone = gone || inv->input->result->cases[i].canary_failed;
    return gone;
}

#define PIECE 200

/* Whether the endpoint takes as many bytes in short texts: then it is the text that is too long. */
static bool takes_in_pieces(struct investigation *inv, size_t len)
{
    struct buf data = {0};
    buf_add_text(&data, "{\"notes\":[\"\"");
    while (data.len < len && len <= SIZE_MEDIUM) {
        buf_add_text(&data, ",\"");
        buf_add_repeated(&data, 'x', PIECE);
        buf_add_char(&data, '"');
    }
    buf_add_text(&data, "]}");
    const struct specimen pieces = {.data = buf_text(&data)};
    bool taken = len <= SIZE_MEDIUM && specimen_passes(inv, &pieces);
    buf_clear(&data);
    return taken;
}

#define OUTLASTED 4

/* ... unless it bears several times as much in events of a size that it takes. */
static bool outlasts(struct investigation *inv, const struct specimen *usual)
{
    size_t before = inv->num_died;
    for (size_t i = 0; i < OUTLASTED; i++)
        if (!specimen_passes(inv, usual) || inv->num_died > before)
            return false;
    return true;
}

/* Each more would take the whole deadline: how far apart both are is told instead. */
static void name_slow_size(struct investigation *inv, size_t good, size_t bad)
{
    const struct specimen usual = {.padding = good};
    size_t limit = len_of(inv, good);
    if (!specimen_passes(inv, &usual))
        return;
    char *sentence =
        mem_format("takes too long for large events: one of %zu bytes is not answered in time",
                   len_of(inv, bad));
    const struct diagnosis_kind kind = {
        "refuses-large-events", sentence, LOST,
        "look for work that grows faster than the text (text put together piece by piece, a "
        "regular expression, a loop in a loop), or put the event in a queue and answer at once"};
    char *accepted = mem_format("a body of %zu bytes", limit);
    char *refused = mem_format("a body of %zu bytes: no response", len_of(inv, bad));
    attribute_fitting(inv, found_pair(inv, &kind, HARM_LOST, accepted, refused, ""), fits_size,
                      &limit, 0);
    free(sentence);
    free(accepted);
    free(refused);
}

/* Between the largest body that got in and the smallest that did not; the refusal's status, or 0.
 */
static void name_limit(struct investigation *inv, size_t good, size_t bad, int status)
{
    size_t limit = len_of(inv, good);
    bool by_text = takes_in_pieces(inv, 2 * len_of(inv, bad));
    char *sentence = by_text
                         ? mem_format("rejects events whose data contains strings of more than %zu "
                                      "characters",
                                      good)
                         : mem_format("rejects events above %s%zu bytes",
                                      bad - good == 1 ? "" : "about ", limit);
    const struct diagnosis_kind kind = {
        by_text ? "refuses-long-text" : "refuses-large-events", sentence, LOST,
        by_text ? "store texts of any length (MySQL: MEDIUMTEXT, PostgreSQL: text), and raise "
                  "the limits of a validator"
                : "raise the limit of every layer (express.json({limit: '10mb'}), nginx "
                  "client_max_body_size)"};
    char *accepted = mem_format("a body of %zu bytes", limit);
    char *refused = status ? mem_format("a body of %zu bytes: %d", len_of(inv, bad), status)
                           : mem_format("a body of %zu bytes: no response", len_of(inv, bad));
    attribute_fitting(inv, found_pair(inv, &kind, HARM_LOST, accepted, refused, ""),
                      by_text ? fits_text : fits_size, by_text ? &good : &limit, 0);
    free(sentence);
    free(accepted);
    free(refused);
}

static void ask_sizes(struct investigation *inv, enum turn turn)
{
    static const size_t sizes[] = {SIZE_SMALL, SIZE_MEDIUM, SIZE_LARGE, SIZE_HUGE};
    size_t good = 0;
    size_t bad = 0;
    struct outcome_of seen = {.passed = true};
    if (reads_one_piece(inv) || !is_turn_of(inv, turn, fits_size, &large_from))
        return;
    for (size_t i = 0; i < ARRAY_LEN(sizes) && seen.passed && !inv->closed; i++) {
        if (sizes[i] == SIZE_HUGE && !lost_huge(inv))
            break;
        const struct specimen large = {.padding = sizes[i]};
        seen = ask_for(inv, &large);
        *(seen.passed ? &good : &bad) = sizes[i];
    }
    if (seen.passed)
        return;
    if (seen.answer == ANSWER_HUNG) {
        name_slow_size(inv, good, bad);
        free(seen.described);
        return;
    }
    for (int64_t step_ns = 0; bad - good > closeness(good, step_ns) && !inv->closed;) {
        const struct specimen large = {.padding = good + (bad - good) / 2};
        int64_t spent_ns = inv->spent_ns;
        struct outcome_of next = ask_for(inv, &large);
        *(next.passed ? &good : &bad) = large.padding;
        step_ns =
            next.passed && inv->spent_ns - spent_ns < step_ns ? step_ns : inv->spent_ns - spent_ns;
        free(next.described);
    }
    const struct specimen usual = {.padding = good};
    const struct specimen over = {.padding = bad};
    bool again = holds_in_turn(inv, &usual, &over);
    if (again && (seen.status || !went_down(inv) || (good && outlasts(inv, &usual))))
        name_limit(inv, good, bad, seen.status);
    free(seen.described);
}

/* --- the digest's own digits --- */

static const struct {
    const char *glob;
    const char *words;
    bool is_rare; /* it takes hundreds of tries to have one */
} digests[] = {
    {"0*", "starts with 0", false},
    {"00*", "starts with 00", true},
    {"[a-f]*", "starts with a letter", false},
    {"*[a-f]", "ends with a letter", false},
    {"*0", "ends with 0", false},
};

static bool fits_digest(const struct investigation *inv, const struct sight *sight,
                        const void *payload)
{
    return *sight->right && text_glob(payload, sight->right);
}

/* What a run has seen accepted need not be asked. */
static bool was_accepted_with(const struct investigation *inv, const char *glob)
{
    for (size_t i = 0; !inv->behind_first && i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->exchange->genuine && sight->exchange->accepted && sight->is_right &&
            text_glob(glob, sight->right))
            return true;
    }
    return false;
}

static void ask_digests(struct investigation *inv, enum turn turn)
{
    for (size_t i = 0; i < ARRAY_LEN(digests) && !inv->closed; i++) {
        if (!is_turn_of(inv, turn, fits_digest, digests[i].glob) ||
            was_accepted_with(inv, digests[i].glob) ||
            (digests[i].is_rare && inv->behind_first)) /* no case has lost one */
            continue;
        const struct specimen odd = {.digest = digests[i].glob};
        const struct specimen usual = {0};
        struct outcome_of seen = ask_for(inv, &odd);
        bool refused = !seen.passed && holds_in_turn(inv, &usual, &odd);
        if (refused) {
            char *sentence = mem_format("rejects events whose signature %s", digests[i].words);
            const struct diagnosis_kind kind = {
                "refuses-some-digests", sentence, "a few events are lost, whatever their content",
                "compare the 64 digits as text or as bytes; do not convert them to a number"};
            char *refused_text =
                mem_format("a signature that %s: %d", digests[i].words, seen.status);
            attribute_fitting(inv,
                              found_pair(inv, &kind, HARM_LOST,
                                         "a signature with other first and last digits",
                                         refused_text, digests[i].words),
                              fits_digest, digests[i].glob, seen.status);
            free(refused_text);
            free(sentence);
        }
        free(seen.described);
        if (refused)
            return;
    }
}

/* --- the same event again --- */

static bool fits_again(const struct investigation *inv, const struct sight *sight,
                       const void *payload)
{
    for (size_t i = 0; sight->id.data && i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (other != sight && other->one == sight->one && other->one && other->exchange->accepted &&
            bytes_equal(other->id, sight->id))
            return true;
    }
    return false;
}

#define COPIES 6

/* So many different events at once, to compare. */
static bool crowd_passes(struct investigation *inv)
{
    struct observation seen[COPIES];
    struct request requests[COPIES] = {{0}};
    const struct specimen usual = {0};
    bool all = true;
    for (size_t i = 0; i < COPIES; i++)
        (void)specimen_write(inv, &usual, &requests[i]);
    const struct diagnose_batch batch = {.requests = requests, .count = COPIES, .at_once = COPIES};
    for (size_t round = 0; round < 2 && all; round++) {
        lab_send(inv, &batch, seen);
        for (size_t i = 0; i < COPIES; i++) {
            all = all && answer_of(&seen[i]) == ANSWER_ACCEPTED;
            observation_clear(&seen[i]);
        }
    }
    for (size_t i = 0; i < COPIES; i++)
        request_clear(&requests[i]);
    return all;
}

static void ask_again(struct investigation *inv, enum turn turn)
{
    char id[UUID_SIZE];
    if (!is_turn_of(inv, turn, fits_again, NULL))
        return;
    struct observation seen[COPIES];
    struct request copies[COPIES] = {{0}};
    const struct specimen usual = {.id = id};
    const struct specimen fresh = {0};
    event_new_id(&inv->rng, inv->input->run_tag, id);
    if (!specimen_passes(inv, &usual))
        return;
    struct outcome_of second = ask_for(inv, &usual);
    if (!second.passed) {
        if (holds_in_turn(inv, &fresh, &usual))
            attribute_fitting(inv,
                              found_pair(inv, &again_refused, HARM_LOST, "an event sent once",
                                         second.described, "again"),
                              fits_again, NULL, 0);
        free(second.described);
        return;
    }
    event_new_id(&inv->rng, inv->input->run_tag, id);
    (void)specimen_write(inv, &usual, &copies[0]);
    for (size_t i = 1; i < COPIES; i++)
        request_copy(&copies[i], &copies[0]);
    const struct diagnose_batch batch = {.requests = copies, .count = COPIES, .at_once = COPIES};
    lab_send(inv, &batch, seen);
    size_t failed = 0;
    size_t accepted = 0;
    for (size_t i = 0; i < COPIES; i++) {
        enum answer answer = answer_of(&seen[i]);
        accepted += answer == ANSWER_ACCEPTED;
        failed += answer == ANSWER_REFUSED || answer == ANSWER_ERROR;
        observation_clear(&seen[i]);
        request_clear(&copies[i]);
    }
    if (accepted && failed && !inv->kept.unstable && !found_find(inv, "limits-concurrency") &&
        crowd_passes(inv)) {
        char *refused = mem_format("%zu of %d copies of one event at once", failed, COPIES);
        attribute_fitting(inv,
                          found_pair(inv, &copies_refused, HARM_LOST,
                                     "a copy sent after the first response", refused, "at once"),
                          fits_again, NULL, 0);
        free(refused);
    }
}

/* --- types --- */

static bool fits_other_type(const struct investigation *inv, const struct sight *sight,
                            const void *payload)
{
    return sight->type.data && !bytes_equal(sight->type, bytes_of(inv->type));
}

static void ask_types(struct investigation *inv, enum turn turn)
{
    if (is_turn_of(inv, turn, fits_other_type, NULL))
        shrink_types(inv, found_find(inv, arrays_refused.id) != NULL);
}

/* What is large may take its time. */
static void ask_sizes_unhurried(struct investigation *inv, enum turn turn)
{
    int64_t timeout_ns = inv->timeout_ns;
    inv->timeout_ns = 0;
    ask_sizes(inv, turn);
    inv->timeout_ns = timeout_ns;
}

void shrink_shapes(struct investigation *inv, bool rest)
{
    static void (*const experiments[])(struct investigation * inv, enum turn turn) = {
        ask_digests, ask_arrays, ask_types, ask_forms, ask_again, ask_sizes_unhurried};
    for (size_t i = 0; i < ARRAY_LEN(experiments); i++)
        experiments[i](inv, rest ? TURN_REST : TURN_CALLED_FOR);
}

/* --- for lists --- */

static const struct diagnosis_kind kinds[] = {
    {"refuses-some-digests", "rejects events whose signature starts or ends with certain digits",
     "a few events are lost, whatever their content",
     "compare the 64 digits as text or as bytes; do not convert them to a number"},
    {"refuses-large-events", "rejects large events", LOST,
     "raise the limit of every layer (express.json({limit: '10mb'}), nginx client_max_body_size)"},
};

static const struct diagnosis_kind *const others[] = {&arrays_refused, &empty_refused,
                                                      &again_refused, &copies_refused};

void shape_kinds(struct diagnosis_kinds *out)
{
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        kinds_add(out, kinds[i]);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        kinds_add(out, *others[i]);
}
