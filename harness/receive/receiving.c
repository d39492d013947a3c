#include "receive/receiving.h"

#include <event2/bufferevent.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"

#define SHOWN_MAX 60 /* bytes of what a client sent, in a line for a person */

static int64_t wall_ms(const struct receiving *receiving)
{
    return receiving->wall_ms ? receiving->wall_ms() : 0;
}

struct handling receiving_handling(struct receiving *receiving, const struct inbound *request)
{
    receiving->memory.num_requests = request->number;
    return (struct handling){.request = request,
                             .rules = &receiving->rules,
                             .layers = receiving->layers,
                             .num_layers = receiving->num_layers,
                             .secret = receiving->secret,
                             .memory = &receiving->memory};
}

/* Whether there are behaviours of that moment; applies them, in the order given. */
static bool behaves(const struct receiving *receiving, enum moment moment)
{
    for (size_t i = 0; i < receiving->num_behaviours; i++)
        if (receiving->behaviours[i].behaviour->moment == moment)
            return true;
    return false;
}

static void apply(const struct receiving *receiving, enum moment moment, struct answer *answer,
                  const struct inbound *request)
{
    for (size_t i = 0; i < receiving->num_behaviours; i++) {
        const struct behaviour_setting *setting = &receiving->behaviours[i];
        if (setting->behaviour->moment == moment)
            setting->behaviour->apply(answer, request, &setting->argument);
    }
}

/* "204", or how the answer was kept back. */
static void add_outcome(const struct answer *answer, struct buf *line)
{
    static const char *const unanswered[] = {
        [ENDING_KEEP] = "closed without a response", [ENDING_CLOSE] = "closed without a response",
        [ENDING_RESET] = "reset without a response", [ENDING_HOLD] = "left without a response",
        [ENDING_DIE] = "crashed without a response",
    };
    if (answer->cut && answer->cut_at == 0)
        buf_add_text(line, unanswered[answer->ending]);
    else if (answer->raw.len)
        buf_add_text(line, "answered with other bytes");
    else
        buf_add_format(line, "%d", answer->status);
}

static void print_line(struct receiving *receiving, const struct inbound *request,
                       const struct answer *answer, const char *type, const char *result_text)
{
    struct buf line = {0};
    buf_add_format(&line, "#%" PRIu64 " ", request->number);
    text_add_visible(&line, bytes_of(request->method ? request->method : "?"), SHOWN_MAX);
    if (type) {
        buf_add_char(&line, ' ');
        text_add_visible(&line, bytes_of(type), SHOWN_MAX);
    }
    buf_add_format(&line, ": %s, ", result_text);
    add_outcome(answer, &line);
    sink_print(receiving->out, "%s\n", buf_text(&line));
    (void)fflush(receiving->out);
    buf_clear(&line);
}

static void add_to_journals(struct receiving *receiving, struct handling *handling,
                            const char *problem)
{
    struct buf answer = {0};
    struct journal_entry entry = {.request = handling->request,
                                  .secret = receiving->secret,
                                  .wall_ms = wall_ms(receiving),
                                  .verified = handling->verified,
                                  .processed = handling->processed,
                                  .brief = receiving->journal_is_brief,
                                  .status = handling->answer.status,
                                  .problem = problem};
    if (handling->request->whole && (handling->parsed || !entry.brief || receiving->watch))
        entry.id_event = handling_member(handling, "id_event");
    if (receiving->journal)
        journal_add(receiving->journal, &entry);
    if (receiving->watch) {
        const struct answer_context context = {.keep_alive = true, .wall_ms = entry.wall_ms};
        answer_write(&handling->answer, &context, &answer);
        entry.answer = (struct bytes){buf_text(&answer), answer.len};
        entry.brief = false;
        journal_add(receiving->watch, &entry);
    }
    buf_clear(&answer);
}

/* Writes the journal's line and the one for the person who watches. `result_text` says what the
 * request came to. */
static void note(struct receiving *receiving, struct handling *handling, const char *type,
                 const char *result_text, const char *problem)
{
    if (receiving->journal || receiving->watch)
        add_to_journals(receiving, handling, problem);
    if (receiving->out)
        print_line(receiving, handling->request, &handling->answer, type,
                   problem ? problem : result_text);
}

/* --- answering --- */

/* The answer leaves the handling, which is over. */
static void finish(struct handling *handling, struct answer *out)
{
    *out = handling->answer;
    handling->answer = (struct answer){0};
    handling_clear(handling);
}

/* Whether behaviours of `moment` answer now, before the body. */
static bool behave_early(struct receiving *receiving, enum moment moment,
                         const struct inbound *request, struct answer *out)
{
    if (!behaves(receiving, moment))
        return false;
    struct handling handling = receiving_handling(receiving, request);
    handling.answer.status = 200;
    apply(receiving, MOMENT_ANSWER, &handling.answer, request);
    apply(receiving, moment, &handling.answer, request);
    note(receiving, &handling, NULL, "answered before the body", NULL);
    finish(&handling, out);
    return true;
}

static void refuse_early(struct receiving *receiving, enum result result, struct handling *handling,
                         struct answer *out)
{
    rules_refuse(handling, result);
    apply(receiving, MOMENT_ANSWER, &handling->answer, handling->request);
    note(receiving, handling, NULL, result_words(result), NULL);
    finish(handling, out);
}

/* Asks the stages for what the head alone can tell. True when the request is refused. */
static bool refuse_by_head(struct receiving *receiving, const struct inbound *request,
                           struct answer *out)
{
    struct handling handling = receiving_handling(receiving, request);
    enum result result = rules_admit(&handling);
    if (result == RESULT_NEXT) {
        handling_clear(&handling);
        return false;
    }
    refuse_early(receiving, result, &handling, out);
    return true;
}

static bool answer_head(void *payload, enum head_moment moment, const struct inbound *request,
                        struct answer *out)
{
    struct receiving *receiving = payload;
    if (moment == HEAD_READ)
        return behave_early(receiving, MOMENT_HEAD, request, out);
    if (moment == HEAD_FITS)
        return receiving->rules.manners.judges_heads && refuse_by_head(receiving, request, out);
    return behave_early(receiving, MOMENT_EXPECT, request, out) ||
           refuse_by_head(receiving, request, out);
}

static void refuse(void *payload, const struct refusal *why, const struct inbound *request,
                   struct answer *out)
{
    struct receiving *receiving = payload;
    struct handling handling = receiving_handling(receiving, request);
    if (why->kind != REFUSAL_MALFORMED) {
        refuse_early(receiving, why->kind == REFUSAL_BUSY ? RESULT_BUSY : RESULT_TOO_LARGE,
                     &handling, out);
        return;
    }
    handling.answer.status = why->status;
    answer_set_body(&handling.answer, "text/plain; charset=utf-8", answer_reason(why->status));
    buf_add_char(&handling.answer.body, '\n');
    handling.answer.ending = ENDING_CLOSE;
    note(receiving, &handling, NULL, NULL, why->problem);
    finish(&handling, out);
}

static bool answer(void *payload, const struct inbound *request, struct answer *out)
{
    struct receiving *receiving = payload;
    struct handling handling = receiving_handling(receiving, request);
    enum result result = rules_handle(&handling);
    apply(receiving, MOMENT_ANSWER, &handling.answer, request);
    struct bytes type = {NULL, 0};
    if (receiving->out)
        type = handling_member(&handling, "type");
    char *shown = type.data ? mem_copy(type.data, type.len) : NULL;
    note(receiving, &handling, shown, result_words(result), NULL);
    free(shown);
    finish(&handling, out);
    return true;
}

static void died(void *payload)
{
    struct receiving *receiving = payload;
    receiving->on_death(receiving->payload);
}

static void abandoned(void *payload, const struct inbound *request)
{
    struct receiving *receiving = payload;
    struct handling handling = receiving_handling(receiving, request);
    enum result result = rules_abort(&handling);
    handling_clear(&handling);
    if (result == RESULT_DEAD)
        died(receiving);
}

static const struct service receiving_service = {
    .answer_head = answer_head,
    .refuse = refuse,
    .answer = answer,
    .abandoned = abandoned,
    .died = died,
};

/* --- life --- */

#define TICKS_PER_S 10 /* how often a slow reader reads */

static void slow_down(const struct receiving *receiving, struct host *host)
{
    const struct timeval tick = {0, 1000000 / TICKS_PER_S};
    for (size_t i = 0; i < receiving->num_behaviours; i++) {
        const struct behaviour_setting *setting = &receiving->behaviours[i];
        if (setting->behaviour->moment != MOMENT_READ)
            continue;
        size_t rate = (size_t)setting->argument.number / TICKS_PER_S;
        if (host->reading)
            ev_token_bucket_cfg_free(host->reading);
        host->reading =
            ev_token_bucket_cfg_new(rate, rate, EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, &tick);
    }
}

bool receiving_add_layer(struct receiving *receiving, const char *name,
                         const struct rules *overrides, struct argument *argument,
                         struct error *err)
{
    struct argument own = argument ? *argument : (struct argument){0};
    for (size_t i = 0; i < receiving->num_layers; i++) {
        const char *words = rules_conflict(receiving->layers[i].overrides, overrides);
        if (!words)
            continue;
        argument_clear(&own);
        return error_set(err,
                         "%s cannot be combined with what was named before it: both replace %s",
                         name, words);
    }
    receiving->layers =
        mem_resize(receiving->layers, receiving->num_layers + 1, sizeof *receiving->layers);
    receiving->layers[receiving->num_layers++] = (struct layer){overrides, own};
    rules_override(&receiving->rules, overrides);
    return true;
}

void receiving_prepare(struct receiving *receiving, struct host *host)
{
    const struct manners *manners = &receiving->rules.manners;
    host->service = &receiving_service;
    host->payload = receiving;
    host->manners.body_max = manners->body_max;
    host->manners.idle_ns = manners->idle_ns;
    host->manners.stale_ns = manners->stale_ns;
    host->manners.workers = manners->workers;
    if (manners->request_ns)
        host->manners.request_ns = manners->request_ns;
    slow_down(receiving, host);
}

void receiving_clear(struct receiving *receiving)
{
    for (size_t i = 0; i < receiving->num_behaviours; i++)
        argument_clear(&receiving->behaviours[i].argument);
    free(receiving->behaviours);
    for (size_t i = 0; i < receiving->num_layers; i++)
        argument_clear(&receiving->layers[i].argument);
    free(receiving->layers);
    memory_clear(&receiving->memory);
    journal_close(receiving->journal);
    journal_close(receiving->watch);
}
