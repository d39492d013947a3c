#include "receive/host.h"

#include <event2/bufferevent.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/sink.h"
#include "base/text.h"

#define SHOWN_MAX 60 /* bytes of what a client sent, in a line for a person */

int64_t host_wall_ms(const struct host *host)
{
    return host->wall_ms ? host->wall_ms() : 0;
}

struct handling host_handling(struct host *host, const struct inbound *request)
{
    return (struct handling){.request = request,
                             .rules = &host->rules,
                             .argument = &host->fault_argument,
                             .secret = host->secret,
                             .memory = &host->memory};
}

bool host_behaves(const struct host *host, enum moment moment)
{
    for (size_t i = 0; i < host->num_behaviours; i++)
        if (host->behaviours[i].behaviour->moment == moment)
            return true;
    return false;
}

void host_apply(const struct host *host, enum moment moment, struct answer *answer,
                const struct inbound *request)
{
    for (size_t i = 0; i < host->num_behaviours; i++) {
        const struct behaviour_setting *setting = &host->behaviours[i];
        if (setting->behaviour->moment == moment)
            setting->behaviour->apply(answer, request, &setting->argument);
    }
}

#define TICKS_PER_S 10 /* how often a slow reader reads */

void host_prepare(struct host *host)
{
    const struct timeval tick = {0, 1000000 / TICKS_PER_S};
    for (size_t i = 0; i < host->num_behaviours; i++) {
        const struct behaviour_setting *setting = &host->behaviours[i];
        if (setting->behaviour->moment != MOMENT_READ)
            continue;
        size_t rate = (size_t)setting->argument.number / TICKS_PER_S;
        if (host->reading)
            ev_token_bucket_cfg_free(host->reading);
        host->reading =
            ev_token_bucket_cfg_new(rate, rate, EV_RATE_LIMIT_MAX, EV_RATE_LIMIT_MAX, &tick);
    }
}

/* "204", or how the answer was kept back. */
static void add_outcome(const struct answer *answer, struct buf *line)
{
    static const char *const unanswered[] = {
        [ENDING_KEEP] = "closed unanswered", [ENDING_CLOSE] = "closed unanswered",
        [ENDING_RESET] = "reset unanswered", [ENDING_HOLD] = "left unanswered",
        [ENDING_DIE] = "died unanswered",
    };
    if (answer->cut && answer->cut_at == 0)
        buf_add_text(line, unanswered[answer->ending]);
    else if (answer->raw.len)
        buf_add_text(line, "answered with other bytes");
    else
        buf_add_format(line, "%d", answer->status);
}

static void print_line(struct host *host, const struct inbound *request,
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
    sink_print(host->out, "%s\n", buf_text(&line));
    (void)fflush(host->out);
    buf_clear(&line);
}

static void add_to_journal(struct host *host, struct handling *handling, const char *problem)
{
    struct journal_entry entry = {.request = handling->request,
                                  .secret = host->secret,
                                  .wall_ms = host_wall_ms(host),
                                  .processed = handling->processed,
                                  .brief = host->journal_is_brief,
                                  .status = handling->answer.status,
                                  .problem = problem};
    if (handling->request->whole && (handling->parsed || !entry.brief))
        entry.id_event = handling_member(handling, "id_event");
    journal_add(host->journal, &entry);
}

void host_note(struct host *host, struct handling *handling, const char *type,
               const char *result_text, const char *problem)
{
    if (host->journal)
        add_to_journal(host, handling, problem);
    if (host->out)
        print_line(host, handling->request, &handling->answer, type,
                   problem ? problem : result_text);
}

void host_clear(struct host *host)
{
    for (size_t i = 0; i < host->num_behaviours; i++)
        argument_clear(&host->behaviours[i].argument);
    free(host->behaviours);
    argument_clear(&host->fault_argument);
    if (host->reading)
        ev_token_bucket_cfg_free(host->reading);
    memory_clear(&host->memory);
    journal_close(host->journal);
}
