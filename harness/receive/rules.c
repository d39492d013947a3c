#include "receive/rules.h"

#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/clock.h"
#include "panora/event.h"
#include "sign/digest.h"
#include "sign/signature.h"

#define BODY_MAX ((size_t)10 * 1024 * 1024)
#define IDLE_NS  (65 * NS_PER_S)

static const struct {
    int status;
    const char *words; /* for the person who watches */
    const char *text; /* for the client: the same whatever the reason, so that it teaches nothing */
} results[NUM_RESULTS] = {
    [RESULT_ACCEPTED] = {204, "accepted", NULL},
    [RESULT_METHOD] = {405, "method refused", "only POST\n"},
    [RESULT_MEDIA_TYPE] = {415, "media type refused", "only application/json\n"},
    [RESULT_TOO_LARGE] = {413, "too large", "too large\n"},
    [RESULT_SIGNATURE] = {401, "signature refused", "no valid signature\n"},
    [RESULT_NOT_EVENT] = {400, "not an event", "not an event\n"},
    [RESULT_CONFLICT] = {409, "seen before", "seen before\n"},
    [RESULT_BUSY] = {503, "too busy", "too busy\n"},
    [RESULT_BROKEN] = {500, "failed", "internal server error\n"},
    [RESULT_DEAD] = {500, "died", NULL},
    [RESULT_ANSWERED] = {500, "answered by the fault", NULL},
};

const char *result_words(enum result result)
{
    return results[result].words ? results[result].words : "undecided";
}

const struct js *handling_event(struct handling *handling)
{
    if (!handling->parsed)
        handling->event = js_parse(handling->request->body, NULL);
    handling->parsed = true;
    return handling->event;
}

struct bytes handling_member(struct handling *handling, const char *name)
{
    return js_get_text(handling_event(handling), name);
}

struct js *handling_data(struct handling *handling)
{
    const struct js *data = js_get(handling_event(handling), "data");
    struct buf text = {0};
    if (!data)
        return NULL;
    if (js_kind(data) == JS_STRING)
        return js_parse(js_string(data), NULL);
    js_write(data, &text);
    struct js *copy = js_parse(buf_bytes(&text), NULL);
    buf_clear(&text);
    return copy;
}

void handling_clear(struct handling *handling)
{
    /* What is as good as the secret does not stay in memory. */
    if (handling->key.data)
        memset(handling->key.data, 0, handling->key.capacity);
    buf_clear(&handling->key);
    buf_clear(&handling->message);
    buf_clear(&handling->digest);
    answer_clear(&handling->answer);
    js_free(handling->event);
    handling->event = NULL;
}

/* Whether `value` is application/json, with any parameters. */
static bool is_json(const char *value)
{
    static const char json[] = "application/json";
    size_t len = value ? strcspn(value, "; \t") : 0;
    return len == sizeof json - 1 && strncasecmp(value, json, len) == 0;
}

static enum result admit(struct handling *handling)
{
    const struct inbound *request = handling->request;
    if (strcmp(request->method, "POST") != 0)
        return RESULT_METHOD;
    const char *coding = headers_find(request->headers, "Content-Encoding");
    bool coded = coding && strcasecmp(coding, "identity") != 0;
    if (coded || !is_json(headers_find(request->headers, "Content-Type")))
        return RESULT_MEDIA_TYPE;
    return RESULT_NEXT;
}

/* Two signature headers are as good as none: nobody could say which of them counts. */
static enum result find(struct handling *handling)
{
    handling->signature = inbound_header(handling->request, PANORA_SIGNATURE_HEADER);
    return handling->signature.data ? RESULT_NEXT : RESULT_SIGNATURE;
}

static enum result key(struct handling *handling)
{
    buf_add_bytes(&handling->key, handling->secret);
    return RESULT_NEXT;
}

/* Panora signs JSON.stringify(data) of what the receiver's JSON.parse makes of the body. */
static enum result message(struct handling *handling)
{
    const struct js *data = js_get(handling_event(handling), "data");
    if (!data)
        return RESULT_NOT_EVENT;
    js_write(data, &handling->message);
    return RESULT_NEXT;
}

static enum result digest(struct handling *handling)
{
    char signature[SIGNATURE_SIZE];
    memory_sign(handling->memory, buf_bytes(&handling->key), buf_bytes(&handling->message),
                signature);
    buf_add_text(&handling->digest, signature);
    return RESULT_NEXT;
}

static enum result compare(struct handling *handling)
{
    return digest_equal(handling->signature, buf_bytes(&handling->digest)) ? RESULT_NEXT
                                                                           : RESULT_SIGNATURE;
}

static enum result shape(struct handling *handling)
{
    const struct js *event = handling_event(handling);
    bool is_event = event && js_kind(event) == JS_OBJECT && js_get(event, "data") &&
                    handling_member(handling, "type").data &&
                    handling_member(handling, "id_event").data;
    return is_event ? RESULT_NEXT : RESULT_NOT_EVENT;
}

/* The same event twice is fine, and is processed once; a type that nobody has heard of is fine,
 * too. */
static enum result act(struct handling *handling)
{
    struct bytes id = handling_member(handling, "id_event");
    handling->processed = !memory_has(handling->memory, id);
    if (handling->processed)
        memory_add(handling->memory, id);
    return RESULT_ACCEPTED;
}

static enum result do_nothing(struct handling *handling)
{
    return RESULT_NEXT;
}

static void answer(struct handling *handling, enum result result)
{
    struct answer *out = &handling->answer;
    if (result == RESULT_ANSWERED)
        return;
    out->status = results[result].status;
    if (result == RESULT_DEAD) {
        out->cut = true;
        out->ending = ENDING_DIE;
    }
    if (results[result].text)
        answer_set_body(out, "text/plain; charset=utf-8", results[result].text);
    if (result == RESULT_METHOD)
        headers_set(&out->headers, "Allow", "POST");
}

const struct rules rules_right = {
    .befall = do_nothing,
    .admit = admit,
    .find = find,
    .key = key,
    .message = message,
    .digest = digest,
    .compare = compare,
    .shape = shape,
    .act = act,
    .abort = do_nothing,
    .answer = answer,
    .manners = {.body_max = BODY_MAX, .idle_ns = IDLE_NS},
};

#define OVERRIDE(member)                                                                           \
    do {                                                                                           \
        if (overrides->member)                                                                     \
            rules->member = overrides->member;                                                     \
    } while (0)

void rules_override(struct rules *rules, const struct rules *overrides)
{
    OVERRIDE(befall);
    OVERRIDE(admit);
    OVERRIDE(find);
    OVERRIDE(key);
    OVERRIDE(message);
    OVERRIDE(digest);
    OVERRIDE(compare);
    OVERRIDE(shape);
    OVERRIDE(act);
    OVERRIDE(abort);
    OVERRIDE(answer);
    OVERRIDE(manners.body_max);
    OVERRIDE(manners.idle_ns);
    OVERRIDE(manners.request_ns);
    OVERRIDE(manners.judges_heads);
    OVERRIDE(manners.stale_ns);
    OVERRIDE(manners.workers);
    OVERRIDE(manners.tls_flaw);
}

/* --- layers --- */

#define STAGE(member) offsetof(struct rules, member)

static stage_function *stage_of(const struct rules *rules, size_t stage)
{
    return *(stage_function *const *)(const void *)((const char *)rules + stage);
}

/* What two cannot replace, and how that is said. */
static const struct {
    size_t stage;
    const char *words;
} exclusive[] = {
    {STAGE(find), "how the signature is found"},     {STAGE(key), "the key"},
    {STAGE(message), "the message that is signed"},  {STAGE(digest), "the digest"},
    {STAGE(compare), "how signatures are compared"}, {STAGE(act), "what is done with an event"},
    {STAGE(abort), "what a client's leaving does"},
};

#define BOTH(member) (a->manners.member && b->manners.member)

const char *rules_conflict(const struct rules *a, const struct rules *b)
{
    for (size_t i = 0; i < ARRAY_LEN(exclusive); i++)
        if (stage_of(a, exclusive[i].stage) && stage_of(b, exclusive[i].stage))
            return exclusive[i].words;
    if (a->answer && b->answer)
        return "how it is answered";
    if (BOTH(body_max) || BOTH(idle_ns) || BOTH(request_ns) || BOTH(stale_ns) || BOTH(workers) ||
        BOTH(tls_flaw))
        return "what connections do";
    return NULL;
}

static enum result run_stage(struct handling *handling, size_t stage)
{
    enum result result = RESULT_NEXT;
    bool replaced = false;
    for (size_t i = 0; i < handling->num_layers && result == RESULT_NEXT; i++) {
        const struct layer *layer = &handling->layers[i];
        stage_function *own = stage_of(layer->overrides, stage);
        if (!own)
            continue;
        handling->argument = &layer->argument;
        result = own(handling);
        replaced = true;
    }
    return replaced ? result : stage_of(handling->rules, stage)(handling);
}

static void run_answer(struct handling *handling, enum result result)
{
    for (size_t i = 0; i < handling->num_layers; i++)
        if (handling->layers[i].overrides->answer)
            handling->argument = &handling->layers[i].argument;
    handling->rules->answer(handling, result);
}

enum result rules_admit(struct handling *handling)
{
    return run_stage(handling, STAGE(admit));
}

enum result rules_abort(struct handling *handling)
{
    return run_stage(handling, STAGE(abort));
}

static enum result run_stages(struct handling *handling, const size_t *stages, size_t count)
{
    enum result result = RESULT_NEXT;
    for (size_t i = 0; i < count && result == RESULT_NEXT; i++)
        result = run_stage(handling, stages[i]);
    return result;
}

static enum result judge(struct handling *handling)
{
    static const size_t before[] = {STAGE(befall), STAGE(admit)};
    static const size_t signature[] = {STAGE(find), STAGE(key), STAGE(message), STAGE(digest),
                                       STAGE(compare)};
    static const size_t rest[] = {STAGE(shape), STAGE(act)};
    enum result result = run_stages(handling, before, ARRAY_LEN(before));
    if (result != RESULT_NEXT)
        return result;
    result = run_stages(handling, signature, ARRAY_LEN(signature));
    if (result != RESULT_NEXT && result != RESULT_TRUSTED)
        return result;
    handling->verified = handling->num_layers == 0;
    return run_stages(handling, rest, ARRAY_LEN(rest));
}

enum result rules_handle(struct handling *handling)
{
    enum result result = judge(handling);
    run_answer(handling, result);
    return result;
}

void rules_refuse(struct handling *handling, enum result result)
{
    run_answer(handling, result);
}
