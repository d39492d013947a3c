#include "compose/compose.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/text.h"
#include "compose/genuine.h"
#include "compose/mutation.h"
#include "panora/js.h"
#include "sign/digest.h"
#include "sign/signer.h"

void composed_clear(struct composed *composed)
{
    event_clear(&composed->event);
    request_clear(&composed->request);
    free(composed->sent);
    free(composed->twin);
    *composed = (struct composed){0};
}

static void draft_clear(struct draft *draft)
{
    event_clear(&draft->event);
    buf_clear(&draft->key);
    buf_clear(&draft->message);
    request_clear(&draft->request);
}

/* The step's type; without one the usual type, or one whose data has the places that it needs. */
static const char *type_of(const struct composer *composer, const struct step *step)
{
    if (step->type)
        return step->type;
    const char *type = composer->usual_type;
    if (step->depth)
        type = catalogue_type_with(composer->catalogue, type, DATA_REMOTE_DATA);
    if (step->size && !catalogue_place(composer->catalogue, type, DATA_REMOTE_DATA))
        type = catalogue_type_with(composer->catalogue, type, DATA_TEXT);
    for (size_t i = 0; i < step->event_ops.count; i++) {
        enum data_place place;
        if (mutation_place(&step->event_ops.items[i], &place))
            type = catalogue_type_with(composer->catalogue, type, place);
    }
    return type;
}

static enum dialect dialect_of(const struct composer *composer, const struct step *step)
{
    if (step->dialect == STEP_DIALECT_RUN)
        return composer->dialect;
    return step->dialect == STEP_DIALECT_OBJECT ? DIALECT_OBJECT : DIALECT_TEXT;
}

static void make_event(struct draft *draft, const struct step *step, const struct composed *again,
                       bool as_twin)
{
    const struct composer *composer = draft->composer;
    if (again) {
        event_copy(&draft->event, &again->event);
        if (as_twin || step->age_ns)
            event_new_id(draft->rng, composer->run_tag, draft->event.id);
        compose_older(step->age_ns, &draft->event.data);
        return;
    }
    const char *type = type_of(composer, step);
    draft->event.type = mem_text(type);
    draft->event.dialect = dialect_of(composer, step);
    event_new_id(draft->rng, composer->run_tag, draft->event.id);
    compose_data(composer, step, type, draft->rng, &draft->event.data);
}

static bool apply_ops(struct draft *draft, const struct calls *ops, bool as_twin, struct error *err)
{
    for (size_t i = 0; i < ops->count; i++) {
        const struct mutation *mutation = mutation_of(&ops->items[i]);
        if (as_twin && mutation->is_flaw)
            continue;
        if (!mutation->apply(draft, &ops->items[i], err))
            return error_prefix(err, "%s", mutation->word.name);
    }
    return true;
}

/* --- signing --- */

static bool plan_by_scheme(struct draft *draft)
{
    const struct scheme *scheme = draft->composer->scheme;
    return scheme_plan(scheme, &draft->event, &draft->message, &draft->key) &&
           scheme_sign(scheme, buf_bytes(&draft->message), buf_bytes(&draft->key), draft->signature,
                       sizeof draft->signature);
}

/* The right signature, kept aside, and the plan for the one that is sent. */
static bool plan_signature(struct draft *draft, struct error *err)
{
    draft->algorithm = "sha256";
    draft->keyed = true;
    draft->prefix = "";
    if (draft->composer->scheme) {
        draft->impossible = !plan_by_scheme(draft);
        return !draft->impossible || error_set(err, "the endpoint's scheme cannot sign this event");
    }
    event_write_message(&draft->event, &draft->message);
    buf_add_bytes(&draft->key, secret_bytes(draft->composer->secret));
    if (draft->composer->signer)
        signer_sign(draft->composer->signer, buf_bytes(&draft->message), draft->signature);
    else
        signature_make(buf_bytes(&draft->key), buf_bytes(&draft->message), draft->signature);
    return true;
}

/* Signs as the steps have left the plan; without any it is the right signature, which is known.
 * Another key or message is signed as the scheme signs; another algorithm as that one does. */
static bool sign(struct draft *draft, struct buf *value, struct error *err)
{
    const struct scheme *scheme = draft->composer->scheme;
    struct digest digest;
    if (draft->step->sign_ops.count == 0) {
        buf_add_text(value, draft->signature);
        return true;
    }
    if (scheme && draft->keyed && strcmp(draft->algorithm, "sha256") == 0) {
        draft->impossible =
            !scheme->sign(scheme, buf_bytes(&draft->message), buf_bytes(&draft->key), value);
        return !draft->impossible || error_set(err, "the endpoint's scheme cannot sign this event");
    }
    bool known = draft->keyed ? digest_hmac(draft->algorithm, buf_bytes(&draft->key),
                                            buf_bytes(&draft->message), &digest)
                              : digest_hash(draft->algorithm, buf_bytes(&draft->message), &digest);
    draft->impossible = !known;
    buf_add_text(value, draft->prefix);
    if (known)
        encode_hex(digest_bytes(&digest), value);
    return known || error_set(err, "this OpenSSL has no %s", draft->algorithm);
}

static void add_headers(const struct draft *draft, const char *signature, struct request *request)
{
    const struct scheme *scheme = draft->composer->scheme;
    bool usual = !scheme || header_name_equal(scheme->header, PANORA_SIGNATURE_HEADER);
    event_add_headers(&request->headers, usual ? signature : NULL, request->body.len);
    if (!usual)
        headers_add(&request->headers, scheme->header, signature);
    if (scheme && scheme->dress)
        scheme->dress(scheme, request);
}

static bool make_request(struct draft *draft, const char *method, struct error *err)
{
    struct buf value = {0};
    struct request *request = &draft->request;
    bool ok = sign(draft, &value, err);
    buf_clear(&draft->message); /* as large as the body */
    if (ok) {
        request->method = mem_text(method);
        event_write_body(&draft->event, &request->body);
        add_headers(draft, buf_text(&value), request);
    }
    buf_clear(&value);
    return ok;
}

/* GET and HEAD requests go without a body, as any client sends them; Content-Length tells the
 * body's length. */
static void finish_request(struct request *request)
{
    if (strcmp(request->method, "GET") == 0 || strcmp(request->method, "HEAD") == 0) {
        buf_clear(&request->body);
        (void)headers_remove(&request->headers, "Content-Length");
        (void)headers_remove(&request->headers, "Content-Type");
    }
    if (!headers_find(&request->headers, "Content-Length"))
        return;
    char length[24];
    (void)snprintf(length, sizeof length, "%zu", request->body.len);
    headers_set(&request->headers, "Content-Length", length);
}

/* What would end a field early belongs to another request (RFC 9110 section 5.5). */
static bool check_headers(const struct headers *headers, struct error *err)
{
    for (size_t i = 0; i < headers->count; i++) {
        const struct header *item = &headers->items[i];
        if (!*item->name || strpbrk(item->name, ": \t\r\n"))
            return error_set(err, "\"%s\" is not a header name", item->name);
        if (strpbrk(item->value, "\r\n"))
            return error_set(err, "the value of %s contains a line break", item->name);
    }
    return true;
}

/* --- what it is called --- */

static void add_phrases(struct buf *out, const struct calls *ops, bool as_twin)
{
    for (size_t i = 0; i < ops->count; i++) {
        const struct mutation *mutation = mutation_of(&ops->items[i]);
        if (as_twin && mutation->is_flaw)
            continue;
        buf_add_text(out, ", ");
        mutation_add_phrase(&ops->items[i], out);
    }
}

#define DATA_SHOWN 24 /* bytes */

static bool is_odd(const char *data)
{
    struct js *value = js_parse(bytes_of(data), NULL);
    bool is_usual = value && (js_kind(value) == JS_OBJECT || js_kind(value) == JS_ARRAY);
    js_free(value);
    return !is_usual;
}

/* Data that a step gives is shown where Panora would never send it: neither object nor array. */
static void add_data(struct buf *out, const char *data, enum dialect dialect)
{
    bool is_object = dialect == DIALECT_OBJECT;
    if (!data || !is_odd(data)) {
        buf_add_text(out, is_object ? ", data as an object" : "");
        return;
    }
    buf_add_text(out, *data ? ", data " : ", empty data");
    text_add_visible(out, bytes_of(data), DATA_SHOWN);
    buf_add_text(out, is_object ? " instead of a text" : "");
}

static char *describe(const struct draft *draft, const struct step *step, bool as_twin)
{
    struct buf out = {0};
    if (strcmp(step->method, "POST") != 0)
        buf_add_format(&out, "%s ", step->method);
    buf_add_text(&out, draft->event.type);
    if (draft->composer->scheme)
        buf_add_text(&out, ", made as the endpoint accepts it");
    if (step->again && !as_twin)
        buf_add_text(&out, step->age_ns ? ", the same object with older dates"
                                        : ", the same event again");
    add_data(&out, step->data, draft->event.dialect);
    if (step->nulls)
        buf_add_text(&out, step->all_nulls ? ", every nullable field null, even required ones"
                                           : ", every nullable field null");
    if (step->rows == 0)
        buf_add_text(&out, ", data as an empty array");
    if (step->size)
        buf_add_format(&out, ", %zu bytes of data", step->size);
    if (step->depth)
        buf_add_format(&out, ", data nested %zu levels deep", step->depth);
    add_phrases(&out, &step->event_ops, as_twin);
    add_phrases(&out, &step->sign_ops, as_twin);
    add_phrases(&out, &step->wire_ops, as_twin);
    return buf_take(&out);
}

static void add_neutral(struct buf *out, const struct calls *ops)
{
    for (size_t i = 0; i < ops->count; i++) {
        if (mutation_of(&ops->items[i])->is_flaw)
            continue;
        buf_add_text(out, "|");
        mutation_add_phrase(&ops->items[i], out);
        enum data_place place;
        if (mutation_place(&ops->items[i], &place))
            buf_add_format(out, " %s", ops->items[i].values[1].text);
    }
}

/* Same type, dialect, size class (powers of four), headers: what a control must share with a
 * forgery. */
static char *twin_of(const struct draft *draft, const struct step *step,
                     const struct composed *again)
{
    struct buf out = {0};
    size_t size_class = 1024;
    while (size_class < draft->event.data.len)
        size_class *= 4;
    if (again)
        buf_add_text(&out, again->twin); /* the event is made as that step says */
    else
        buf_add_format(&out, "%s|%s|%zu|%d|%" PRId64, draft->event.type,
                       dialect_name(draft->event.dialect), size_class,
                       step->nulls + step->all_nulls, step->rows);
    if (step->data && !again)
        buf_add_format(&out, "|%s", step->data);
    if (step->depth)
        buf_add_format(&out, "|%zu levels", step->depth);
    add_neutral(&out, &step->event_ops);
    add_neutral(&out, &step->sign_ops);
    add_neutral(&out, &step->wire_ops);
    return buf_take(&out);
}

static bool has_flaw(const struct calls *ops)
{
    for (size_t i = 0; i < ops->count; i++)
        if (mutation_of(&ops->items[i])->is_flaw)
            return true;
    return false;
}

bool compose_step(const struct composer *composer, const struct step *step,
                  const struct composed *again, bool as_twin, struct rng *rng, struct composed *out,
                  struct error *err)
{
    struct draft draft = {.composer = composer, .rng = rng, .step = step};
    const char *method = as_twin ? "POST" : step->method;
    *out = (struct composed){0};
    make_event(&draft, step, again, as_twin);
    bool genuine = as_twin || !(has_flaw(&step->event_ops) || has_flaw(&step->sign_ops) ||
                                has_flaw(&step->wire_ops) || strcmp(method, "POST") != 0);
    bool ok = apply_ops(&draft, &step->event_ops, as_twin, err) && plan_signature(&draft, err) &&
              apply_ops(&draft, &step->sign_ops, as_twin, err) &&
              make_request(&draft, method, err) &&
              apply_ops(&draft, &step->wire_ops, as_twin, err) &&
              check_headers(&draft.request.headers, err);
    out->impossible = draft.impossible;
    if (ok) {
        finish_request(&draft.request);
        out->sent = describe(&draft, step, as_twin);
        out->twin = twin_of(&draft, step, again);
        out->genuine = genuine;
        memcpy(out->signature, draft.signature, sizeof out->signature);
        out->event = draft.event;
        out->request = draft.request;
        draft.event = (struct event){0};
        draft.request = (struct request){0};
    }
    draft_clear(&draft);
    return ok;
}
