/* Events of experiments: written, sent, described. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "diagnose/investigation.h"

/* --- sending --- */

static const char *const out_of_requests = "the request budget ran out";
static const char *const rate_is_limited = "the endpoint limits the request rate (429)";

/* After a death: how often, and how long apart, it is looked whether the endpoint is back. */
#define LOOKS_MAX   100
#define LOOK_GAP_NS (50 * NS_PER_MS)

#define LIMIT_TRIES  5
#define LIMIT_GAP_NS (100 * NS_PER_MS)

static bool may_ask(struct investigation *inv, size_t count)
{
    size_t max = inv->input->max_requests;
    if (!inv->closed && max && inv->num_asked + count > max) {
        inv->closed = true;
        inv->closed_by = inv->input->max_words ? inv->input->max_words : out_of_requests;
    }
    return !inv->closed;
}

static int64_t smooth(int64_t before_ns, int64_t now_ns)
{
    return before_ns ? (before_ns * 3 + now_ns) / 4 : now_ns;
}

static void note_seen(struct investigation *inv, const struct diagnose_batch *batch,
                      const struct observation *seen)
{
    size_t at_once = batch->at_once > 1 && !batch->one_connection ? batch->at_once : 1;
    int64_t total_ns = 0;
    for (size_t i = 0; i < batch->count; i++) {
        enum answer answer = answer_of(&seen[i]);
        inv->met_limit = inv->met_limit || seen[i].status == 429;
        total_ns += seen[i].total_ns;
        if (at_once == 1 && answer == ANSWER_ACCEPTED)
            inv->usual_ns = smooth(inv->usual_ns, seen[i].total_ns);
        if (at_once == 1 && answer == ANSWER_REFUSED)
            inv->refused_ns = smooth(inv->refused_ns, seen[i].total_ns);
    }
    inv->spent_ns += (total_ns + batch->gap_ns * (int64_t)batch->count) / (int64_t)at_once;
}

void lab_send(struct investigation *inv, const struct diagnose_batch *batch,
              struct observation *seen)
{
    if (!may_ask(inv, batch->count)) {
        for (size_t i = 0; i < batch->count; i++)
            observation_init(&seen[i]);
        return;
    }
    inv->num_asked += batch->count;
    if (!inv->input->send(inv->input->payload, batch, seen)) {
        const char **stopped = inv->input->stopped;
        inv->closed = true;
        inv->closed_by = stopped && *stopped ? *stopped : "the time for the experiments ran out";
    }
    note_seen(inv, batch, seen);
}

size_t lab_fitting(const struct investigation *inv, size_t wanted, size_t parts, size_t least)
{
    int64_t left_ns = inv->input->max_ns - inv->spent_ns;
    if (!inv->input->max_ns || !inv->usual_ns)
        return wanted;
    size_t fitting =
        left_ns > 0 ? (size_t)(left_ns / (inv->usual_ns + inv->gap_ns) / (int64_t)parts) : 0;
    fitting = fitting < least ? least : fitting;
    return fitting < wanted ? fitting : wanted;
}

#define MANY 100 /* requests; what the diagnosis of a usual endpoint takes */

bool lab_is_slow(const struct investigation *inv)
{
    return lab_fitting(inv, MANY, 1, 0) < MANY;
}

char wrong_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    if (!at)
        return c;
    return digits[(at - digits + 5) % 16];
}

#define LONG_NS (100 * NS_PER_MS)

size_t lab_at_once(const struct investigation *inv)
{
    bool disturbs = inv->kept.unstable || inv->gap_ns || inv->num_died || inv->met_limit ||
                    inv->input->crowded_status || inv->input->drops;
    return inv->refused_ns > LONG_NS && !disturbs ? AT_ONCE_MAX : 1;
}

static bool is_gone(enum answer answer)
{
    return answer == ANSWER_UNREACHED;
}

/* Waits until somebody answers again; that answer takes the place of the one in `seen`. */
static void await_return(struct investigation *inv, const struct request *request,
                         struct observation *seen)
{
    inv->num_died++;
    inv->kept.num_gone++;
    for (size_t i = 0; i < LOOKS_MAX && !inv->closed; i++) {
        const struct diagnose_batch batch = {
            .requests = request, .count = 1, .gap_ns = LOOK_GAP_NS};
        observation_clear(seen);
        lab_send(inv, &batch, seen);
        if (!is_gone(answer_of(seen)) && answer_of(seen) != ANSWER_NONE)
            return;
        if (is_gone(answer_of(seen)))
            inv->num_asked--; /* nothing was sent */
    }
    if (!inv->closed)
        inv->closed_by = "the endpoint went down";
    inv->closed = true;
}

static bool was_limited(const struct investigation *inv, const struct observation *seen)
{
    return seen->status == 429 || (inv->limited_status && seen->status == inv->limited_status);
}

/* One request; a rate limit that it meets is waited for, unless that was in vain just before. */
static enum answer send_one(struct investigation *inv, const struct request *request,
                            struct observation *seen)
{
    const struct diagnose_batch batch = {
        .requests = request, .count = 1, .gap_ns = inv->gap_ns, .timeout_ns = inv->timeout_ns};
    lab_send(inv, &batch, seen);
    bool in_vain = inv->stays_limited && !inv->has_base && !inv->input->any_accepted;
    size_t tries = in_vain ? 0 : LIMIT_TRIES;
    for (size_t i = 0; i < tries && was_limited(inv, seen) && !inv->closed; i++) {
        const struct diagnose_batch later = {
            .requests = request, .count = 1, .gap_ns = LIMIT_GAP_NS << i};
        observation_clear(seen);
        lab_send(inv, &later, seen);
    }
    if (is_gone(answer_of(seen)))
        await_return(inv, request, seen);
    inv->stays_limited = was_limited(inv, seen);
    if (inv->stays_limited && inv->is_first_look) {
        inv->closed = true;
        inv->closed_by = rate_is_limited;
    }
    return answer_of(seen);
}

enum answer ask_request(struct investigation *inv, const struct request *request,
                        struct observation *seen)
{
    struct observation own;
    enum answer answer = send_one(inv, request, &own);
    if (seen)
        *seen = own;
    else
        observation_clear(&own);
    return answer;
}

/* --- writing --- */

/* A digest that begins or ends with an odd digit is a feature of its own: those are not left to
 * chance. */
#define NONCES_MAX     16
#define NONCES_ODD_MAX 2000

static bool has_dull_digest(const struct specimen *specimen, struct bytes value)
{
    if (specimen->digest)
        return value.len > 1 && text_glob(specimen->digest, value.data);
    return value.len != SIGNATURE_SIZE - 1 || (value.data[0] >= '1' && value.data[0] <= '9' &&
                                               isdigit((unsigned char)value.data[value.len - 1]));
}

static void make_document(struct investigation *inv, const char *type, struct document *out)
{
    int64_t wall_ms = inv->dated_now ? inv->input->now_ms : inv->input->wall_ms;
    if (inv->raw_data)
        document_take(inv->input->catalogue, type, wall_ms, &inv->rng, out);
    else
        document_make(inv->input->catalogue, type, wall_ms, &inv->rng, out);
}

static void write_data(struct investigation *inv, const struct specimen *specimen, const char *type,
                       struct buf *out)
{
    const struct document_form form = {specimen->features, specimen->num_features, specimen->plain,
                                       specimen->padding};
    struct document own = {0};
    if (specimen->data) {
        buf_add_text(out, specimen->data);
        return;
    }
    if (strcmp(type, inv->type) != 0)
        make_document(inv, type, &own);
    document_write(own.members ? &own : &inv->document, &form, &inv->rng, out);
    document_clear(&own);
}

/* A blank behind the first comma, so that the text as it stands differs from the value written
 * again. */
static void add_blank(struct buf *text)
{
    const char *comma = text->len ? memchr(text->data, ',', text->len) : NULL;
    size_t before = comma ? (size_t)(comma + 1 - text->data) : 0;
    struct buf out = {0};
    buf_add(&out, text->data, before);
    buf_add_char(&out, ' ');
    buf_add(&out, text->data + before, text->len - before);
    buf_clear(text);
    *text = out;
}

static void make_event(struct investigation *inv, const struct specimen *specimen,
                       struct event *out)
{
    const char *type = specimen->type ? specimen->type : inv->type;
    *out = (struct event){.type = mem_text(type), .dialect = inv->dialect};
    if (specimen->other_dialect)
        out->dialect = inv->dialect == DIALECT_TEXT ? DIALECT_OBJECT : DIALECT_TEXT;
    event_new_id(&inv->rng, inv->input->run_tag, out->id);
    if (specimen->id)
        memcpy(out->id, specimen->id, strlen(specimen->id) + 1);
    write_data(inv, specimen, type, &out->data);
    if (specimen->spaced && out->dialect == DIALECT_TEXT)
        add_blank(&out->data);
}

static void write_event(const struct specimen *specimen, const struct event *event, struct buf *out)
{
    event_write_body(event, out);
    if (specimen->spaced)
        add_blank(out);
    for (size_t i = 0; i < specimen->num_features; i++)
        if (specimen->features[i]->reshape && !specimen->plain)
            specimen->features[i]->reshape(out);
}

/* Tells most events that would have an odd digest before the whole of them is written and read. */
static bool is_odd_at_once(const struct investigation *inv, const struct specimen *specimen,
                           const struct computation *by, const struct event *event)
{
    struct buf message = {0};
    char value[SIGNATURE_SIZE];
    if (event->dialect != DIALECT_TEXT || by->parts[PART_MESSAGE] || by->parts[PART_KEY] ||
        by->parts[PART_DIGEST])
        return false;
    js_quote(buf_bytes(&event->data), &message);
    signature_make(inv->input->secret, buf_bytes(&message), value);
    buf_clear(&message);
    return !has_dull_digest(specimen, bytes_of(value));
}

static void add_every_header(struct signing *signing)
{
    for (size_t i = 0; i < num_hypotheses; i++)
        if (hypotheses[i].part == PART_HEADER)
            headers_add(&signing->headers, hypotheses[i].argument, buf_text(&signing->value));
}

#define FORGED_LEN 20

/* The last digits change, and nothing about the form of the signature does. */
static void forge_text(char *text)
{
    size_t len = strlen(text);
    while (len && text[len - 1] == '=')
        len--;
    for (size_t i = len > FORGED_LEN ? len - FORGED_LEN : 0; i < len; i++) {
        char c = text[i];
        if (isdigit((unsigned char)c))
            text[i] = (char)('0' + (c - '0' + 1) % 10);
        else if (c >= 'a' && c <= 'f')
            text[i] = (char)('a' + (c - 'a' + 1) % 6);
        else if (c >= 'A' && c <= 'F')
            text[i] = (char)('A' + (c - 'A' + 1) % 6);
    }
}

/* A time or an id beside it stays as it is. */
static void forge_headers(struct signing *signing)
{
    for (size_t i = 0; i < signing->headers.count; i++)
        if (strcmp(signing->headers.items[i].value, buf_text(&signing->value)) == 0)
            forge_text(signing->headers.items[i].value);
    if (signing->value.len)
        forge_text(signing->value.data);
}

void lab_dress(const struct investigation *inv, struct request *request)
{
    for (size_t i = 0; i < inv->num_dresses; i++)
        inv->dresses[i]->dress(request);
}

static void dress(const struct investigation *inv, const struct specimen *specimen,
                  struct request *request)
{
    lab_dress(inv, request);
    for (size_t i = 0; i < specimen->num_features; i++)
        if (specimen->features[i]->dress && !specimen->plain)
            specimen->features[i]->dress(request);
}

static void fill_request(const struct investigation *inv, const struct specimen *specimen,
                         const struct signing *signing, struct buf *body, struct request *out)
{
    const char *value = headers_find(&signing->headers, PANORA_SIGNATURE_HEADER);
    *out = (struct request){.method = mem_text("POST"), .body = *body};
    *body = (struct buf){0};
    event_add_headers(&out->headers, value, out->body.len);
    for (size_t i = 0; i < signing->headers.count; i++)
        if (!header_name_equal(signing->headers.items[i].name, PANORA_SIGNATURE_HEADER))
            headers_add(&out->headers, signing->headers.items[i].name,
                        signing->headers.items[i].value);
    dress(inv, specimen, out);
}

bool specimen_write(struct investigation *inv, const struct specimen *specimen, struct request *out)
{
    const struct computation *by = specimen->by ? specimen->by : &inv->by;
    struct bytes key = inv->input->secret;
    size_t max = specimen->digest ? NONCES_ODD_MAX : NONCES_MAX;
    *out = (struct request){0};
    for (size_t i = 0; i < max; i++) {
        struct event event;
        struct buf body = {0};
        struct subject subject;
        struct signing signing = {0};
        make_event(inv, specimen, &event);
        if (i + 1 < max && !specimen->padding && is_odd_at_once(inv, specimen, by, &event)) {
            event_clear(&event);
            continue;
        }
        write_event(specimen, &event, &body);
        event_clear(&event);
        bool ok = subject_read(&subject, buf_bytes(&body), inv->input->now_ms) &&
                  hypothesis_sign_by(by, &subject, key, &signing);
        bool enough = has_dull_digest(specimen, buf_bytes(&signing.value)) || specimen->padding ||
                      i + 1 == max;
        if (ok && specimen->forged)
            forge_headers(&signing);
        if (ok && specimen->every_header)
            add_every_header(&signing);
        subject_clear(&subject);
        if (ok && enough)
            fill_request(inv, specimen, &signing, &body, out);
        signing_clear(&signing);
        buf_clear(&body);
        if (!ok || enough)
            return ok;
    }
    return false;
}

/* A connection that closes may have died of what came before: only what dies of it twice does. */
static enum answer ask_twice_if_gone(struct investigation *inv, const struct request *request,
                                     struct observation *seen)
{
    enum answer answer = ask_request(inv, request, seen);
    bool else_answers = inv->has_base || inv->refuses_forged;
    if (answer != ANSWER_DIED || !else_answers || inv->closed)
        return answer;
    inv->num_died++;
    observation_clear(seen);
    return ask_request(inv, request, seen);
}

/* It may have failed by chance, which may not happen once more. */
static bool may_be_chance(const struct investigation *inv, enum answer answer,
                          const struct observation *seen)
{
    if (answer == ANSWER_ACCEPTED)
        return false;
    if (answer == ANSWER_BROKEN && seen->status / 100 == 2) /* taken, though nobody can read it */
        return seen->status == inv->kept.unstable_status;
    return !inv->kept.is_one_chance || answer != ANSWER_REFUSED ||
           seen->status == inv->kept.unstable_status;
}

enum answer specimen_ask(struct investigation *inv, const struct specimen *specimen,
                         struct observation *seen)
{
    enum answer answer = ANSWER_NONE;
    struct observation own;
    size_t tries = inv->kept.tries ? inv->kept.tries : 1;
    observation_init(&own);
    for (size_t i = 0; i < tries && (i == 0 || may_be_chance(inv, answer, &own)) && !inv->closed;
         i++) {
        struct request request;
        observation_clear(&own);
        observation_init(&own);
        if (specimen_write(inv, specimen, &request))
            answer = ask_twice_if_gone(inv, &request, &own);
        request_clear(&request);
    }
    if (seen)
        *seen = own;
    else
        observation_clear(&own);
    return answer;
}

bool specimen_passes(struct investigation *inv, const struct specimen *specimen)
{
    return specimen_ask(inv, specimen, NULL) == ANSWER_ACCEPTED;
}

/* --- describing --- */

static void add_features(const struct specimen *specimen, struct buf *out)
{
    for (size_t i = 0; i < specimen->num_features; i++)
        buf_add_format(out, ", %s",
                       specimen->plain ? specimen->features[i]->without
                                       : specimen->features[i]->with);
}

char *specimen_describe(const struct investigation *inv, const struct specimen *specimen,
                        const struct observation *seen)
{
    struct buf out = {0};
    enum dialect dialect = inv->dialect;
    if (specimen->other_dialect)
        dialect = dialect == DIALECT_TEXT ? DIALECT_OBJECT : DIALECT_TEXT;
    buf_add_format(&out, "%s%s, data as %s", specimen->forged ? "forged " : "",
                   specimen->type ? specimen->type : inv->type, dialect_name(dialect));
    if (specimen->data)
        buf_add_format(&out, " (%.60s)", specimen->data);
    for (size_t i = 0; i < inv->num_dresses; i++)
        buf_add_format(&out, ", %s", inv->dresses[i]->with);
    add_features(specimen, &out);
    if (specimen->padding)
        buf_add_format(&out, ", %zu extra bytes", specimen->padding);
    if (seen) {
        buf_add_text(&out, ": ");
        answer_describe_untimed(seen, &out);
    }
    return buf_take(&out);
}

struct diagnosis *found_pair(struct investigation *inv, const struct diagnosis_kind *kind,
                             enum harm harm, const char *accepted, const char *refused,
                             const char *difference)
{
    char *evidence = *refused ? mem_format("accepted: %s; not accepted: %s", accepted, refused)
                              : mem_format("accepted: %s", accepted);
    bool known = found_find(inv, kind->id) != NULL;
    struct diagnosis *diagnosis = found_add(inv, kind, harm, CONFIDENCE_PROVED, evidence);
    free(evidence);
    if (known)
        return diagnosis;
    free(diagnosis->pair.accepted);
    free(diagnosis->pair.refused);
    free(diagnosis->pair.difference);
    diagnosis->pair = (struct minimal_pair){mem_text(accepted), mem_text(refused),
                                            mem_text(difference ? difference : "")};
    diagnosis->behind_first = inv->behind_first;
    if (inv->closed) { /* the last word was not asked */
        diagnosis->confidence = CONFIDENCE_LIKELY;
        free(diagnosis->likely_because);
        diagnosis->likely_because = mem_text(inv->closed_by);
    }
    return diagnosis;
}

/* --- a genuine event that is accepted --- */

/* Some event was refused that is like others. */
static bool saw_refusal(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].answer == ANSWER_REFUSED && inv->sights[i].exchange->genuine &&
            inv->sights[i].is_plain)
            return true;
    return false;
}

#define SAMPLES_TRIED 3
#define BASE_TRIES    12 /* of two events each */

/* The run waited in vain for each of its events: they need not be waited for again. */
static bool never_answered(const struct investigation *inv)
{
    bool hung = false;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight_was_answered(sight) && sight->answer != ANSWER_HUNG)
            return false;
        hung = hung || (sight->answer == ANSWER_HUNG && sight->exchange->genuine);
    }
    return hung;
}

/* Twice: the first answer of an endpoint may differ from those that follow. */
static bool try_base(struct investigation *inv)
{
    const struct specimen genuine = {0};
    inv->hangs = inv->hangs || never_answered(inv);
    for (size_t i = 0; i < 2 && !inv->has_base && !inv->hangs && !inv->stays_limited; i++) {
        struct observation seen;
        enum answer answer = specimen_ask(inv, &genuine, &seen);
        inv->has_base = answer == ANSWER_ACCEPTED;
        inv->hangs = answer == ANSWER_HUNG;
        if (inv->has_base)
            inv->base_status = seen.status;
        observation_clear(&seen);
    }
    return inv->has_base;
}

static void take_type(struct investigation *inv, const char *type, enum dialect dialect)
{
    inv->type = type;
    inv->dialect = dialect;
    document_clear(&inv->document);
    make_document(inv, type, &inv->document);
}

/* Another type than the usual one, which was tried, of an event that the run saw accepted. */
static const char *accepted_type(const struct investigation *inv, enum dialect dialect)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (!sight->exchange->genuine || !sight->exchange->accepted || sight->exchange->by_scheme ||
            !sight->has_event || !sight->is_plain ||
            (sight->data.data != NULL) != (dialect == DIALECT_TEXT))
            continue;
        for (size_t k = 0; k < inv->input->catalogue->num_types; k++)
            if (bytes_equal(bytes_of(inv->input->catalogue->types[k].name), sight->type) &&
                strcmp(inv->input->catalogue->types[k].name, inv->input->usual_type) != 0)
                return inv->input->catalogue->types[k].name;
    }
    return NULL;
}

/* Events of the usual type are accepted when they are signed otherwise, as was found out before;
 * what is accepted as Panora signs it is then of a kind that is not checked, and tells nothing of
 * how the endpoint computes. */
static bool is_unchecked(struct investigation *inv)
{
    const struct first_refusal *known = inv->input->known;
    const struct specimen forged = {.forged = true};
    return known && known->sentence && specimen_passes(inv, &forged);
}

void lab_find_base(struct investigation *inv)
{
    enum dialect usual = inv->input->object_only ? DIALECT_OBJECT : DIALECT_TEXT;
    enum dialect other = usual == DIALECT_TEXT ? DIALECT_OBJECT : DIALECT_TEXT;
    bool unchecked = false;
    take_type(inv, inv->input->usual_type, usual);
    if (try_base(inv))
        return;
    inv->dated_now = true;
    take_type(inv, inv->input->usual_type, usual);
    if (!inv->hangs && try_base(inv))
        return;
    inv->raw_data = true;
    for (size_t i = 0; i < SAMPLES_TRIED && !inv->hangs && !inv->closed; i++) {
        take_type(inv, inv->input->usual_type, usual);
        if (try_base(inv))
            return;
    }
    inv->raw_data = false;
    inv->dated_now = false;
    const enum dialect dialects[] = {usual, other};
    for (size_t i = 0; i < ARRAY_LEN(dialects); i++) {
        const char *type = accepted_type(inv, dialects[i]);
        if (!type)
            continue;
        take_type(inv, type, dialects[i]);
        if (!try_base(inv))
            continue;
        if (!is_unchecked(inv))
            return;
        unchecked = true;
        inv->has_base = false;
    }
    take_type(inv, inv->input->usual_type, usual);
    for (size_t i = 0; i < BASE_TRIES && !unchecked && inv->input->any_accepted && saw_refusal(inv);
         i++)
        if (inv->closed || try_base(inv) || inv->hangs || inv->stays_limited)
            return; /* one in a few may get in */
}
