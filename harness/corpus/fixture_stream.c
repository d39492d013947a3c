#include "corpus/fixture_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "panora/js.h"
#include "panora/template.h"
#include "sign/signer.h"
#include "suite/step.h"

/* Lines are gathered to this size and then written at once. */
#define CHUNK ((size_t)256 * 1024)

/* The body's bytes in front of the id and between it and data (panora/event.h). */
#define BEFORE_ID   (sizeof "{\"id_event\":\"" - 1)
#define BEFORE_DATA (BEFORE_ID + UUID_SIZE - 1 + sizeof "\",\"data\":" - 1)

/* One place of an id, in both texts. */
struct slot {
    size_t id; /* places with the same number get the same value */
    size_t in_message;
    size_t in_line;
};

struct pattern_id {
    enum place_kind kind;
    size_t len;
};

/* One event type in one dialect. */
struct pattern {
    struct buf message; /* what is signed */
    struct buf line;
    size_t event_id_at; /* in the line */
    size_t signature_at;
    struct pattern_id *ids;
    size_t num_ids;
    struct slot *slots;
    size_t num_slots;
};

struct patterns {
    struct pattern *items;
    size_t count;
};

static void patterns_clear(struct patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++) {
        buf_clear(&patterns->items[i].message);
        buf_clear(&patterns->items[i].line);
        free(patterns->items[i].ids);
        free(patterns->items[i].slots);
    }
    free(patterns->items);
    *patterns = (struct patterns){0};
}

/* --- making a pattern --- */

/* How many bytes the first `len` bytes of `text` take as the beginning of a JSON string, the quote
 * included. They do not end inside a character. */
static size_t quoted_len(struct bytes text, size_t len)
{
    struct buf quoted = {0};
    js_quote((struct bytes){text.data, len}, &quoted);
    size_t quoted_bytes = quoted.len - 1;
    buf_clear(&quoted);
    return quoted_bytes;
}

static void add_slot(struct pattern *pattern, const struct place *place, struct slot slot)
{
    slot.id = place->id;
    pattern->ids[place->id] = (struct pattern_id){place->kind, place->len};
    pattern->slots[pattern->num_slots++] = slot;
}

/* Where the ids of data stand. Data is canonical JSON, so that the object dialect's message is data
 * itself. */
static void find_slots(struct pattern *pattern, const struct event *event, struct bytes body,
                       size_t body_at)
{
    struct template template;
    struct sample_ids ids = {0};
    struct bytes data = buf_bytes(&event->data);
    template_init(&template, mem_copy(data.data, data.len), 0, &ids);
    pattern->ids = mem_alloc((ids.count + 1) * sizeof *pattern->ids);
    pattern->num_ids = ids.count;
    pattern->slots = mem_alloc((template.num_places + 1) * sizeof *pattern->slots);
    for (size_t i = 0; i < template.num_places; i++) {
        const struct place *place = &template.places[i];
        if (place->kind == PLACE_TIME)
            continue;
        struct slot slot = {.in_message = event->dialect == DIALECT_TEXT
                                              ? quoted_len(data, place->offset)
                                              : place->offset};
        slot.in_line = body_at + quoted_len(body, BEFORE_DATA + slot.in_message);
        add_slot(pattern, place, slot);
    }
    template_clear(&template);
    sample_ids_clear(&ids);
}

/* The line's text from the body on is the body as a JSON string and "}\n" (report/format_json...).
 */
static void fill_pattern(struct pattern *pattern, const struct composed *made)
{
    struct bytes body = buf_bytes(&made->request.body);
    size_t body_at = pattern->line.len - strlen("\"}\n") - quoted_len(body, body.len);
    event_write_message(&made->event, &pattern->message);
    pattern->event_id_at = body_at + quoted_len(body, BEFORE_ID);
    const char *signature = bytes_find(buf_bytes(&pattern->line), bytes_of(made->signature));
    pattern->signature_at = (size_t)(signature - pattern->line.data);
    find_slots(pattern, &made->event, body, body_at);
}

static bool add_pattern(struct patterns *patterns, const struct fixture_choice *choice,
                        const char *type, enum dialect dialect, struct error *err)
{
    struct step step;
    struct composed made = {0};
    struct rng rng = rng_for(choice->seed, type);
    fixture_choice_step(choice, type, dialect, &step);
    bool ok = compose_step(&choice->composer, &step, NULL, false, &rng, &made, err);
    if (ok) {
        patterns->items = mem_resize(patterns->items, patterns->count + 1, sizeof *patterns->items);
        struct pattern *pattern = &patterns->items[patterns->count++];
        *pattern = (struct pattern){.num_ids = 0};
        struct request_place place =
            fixture_choice_place(choice, choice->target.url, choice->target.path);
        place.verdict = "accept";
        place.type = type;
        choice->formats[0]->render(&made.request, &place, &pattern->line);
        fill_pattern(pattern, &made);
    }
    composed_clear(&made);
    step_clear(&step);
    return ok;
}

/* --- writing --- */

/* Other digits for digits; no number gets a zero in front that it did not have. */
static void new_digits(struct rng *rng, char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        bool leads = text[i] != '0' && (i == 0 || text[i - 1] < '0' || text[i - 1] > '9');
        if (is_digit)
            text[i] = "1234567890"[rng_below(rng, leads ? 9 : 10)];
    }
}

static void write_slot(struct pattern *pattern, const struct slot *slot, uint64_t key)
{
    const struct pattern_id *id = &pattern->ids[slot->id];
    char *in_message = pattern->message.data + slot->in_message;
    struct rng rng = {key + slot->id};
    if (id->kind == PLACE_UUID) {
        char uuid[UUID_SIZE];
        rng_uuid(&rng, uuid);
        memcpy(in_message, uuid, UUID_SIZE - 1);
    } else {
        new_digits(&rng, in_message, id->len);
    }
    memcpy(pattern->line.data + slot->in_line, in_message, id->len);
}

static void next_event(struct pattern *pattern, struct signer *signer, unsigned run_tag,
                       struct rng *rng)
{
    char id[UUID_SIZE];
    uint64_t key = rng_next(rng);
    event_new_id(rng, run_tag, id);
    memcpy(pattern->line.data + pattern->event_id_at, id, UUID_SIZE - 1);
    for (size_t i = 0; i < pattern->num_slots; i++)
        write_slot(pattern, &pattern->slots[i], key);
    signer_sign(signer, buf_bytes(&pattern->message), pattern->line.data + pattern->signature_at);
}

static bool write_out(int fd, struct buf *out, struct error *err)
{
    struct bytes rest = buf_bytes(out);
    while (rest.len) {
        ssize_t put = write(fd, rest.data, rest.len);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return error_set(err, "cannot write to standard output: %s", strerror(errno));
        rest.data += put;
        rest.len -= (size_t)put;
    }
    buf_reset(out);
    return true;
}

struct meter {
    bool on;
    int64_t total;
    int64_t started_ns;
    int64_t shown_ns;
};

static void show(struct meter *meter, int64_t done)
{
    int64_t now = clock_monotonic_ns();
    if (!meter->on || (now - meter->shown_ns < 100 * NS_PER_MS && done < meter->total))
        return;
    static const char bar[] = "########################################";
    double seconds = (double)(now - meter->started_ns) / (double)NS_PER_S;
    int cells = (int)(done * 40 / meter->total);
    meter->shown_ns = now;
    (void)fprintf(stderr, "\r\033[K  [%.*s%*s] %" PRId64 " of %" PRId64 " events, %.0f/s%s", cells,
                  bar, 40 - cells, "", done, meter->total,
                  seconds > 0 ? (double)done / seconds : 0.0, done == meter->total ? "\n" : "");
    (void)fflush(stderr);
}

static bool write_events(struct patterns *patterns, const struct fixture_choice *choice,
                         int64_t count, int fd, bool progress, struct error *err)
{
    struct signer *signer = signer_new(secret_bytes(&choice->secret));
    struct rng rng = rng_for(choice->seed, "stream");
    struct meter meter = {.on = progress, .total = count, .started_ns = clock_monotonic_ns()};
    struct buf out = {0};
    bool ok = patterns->count > 0;
    size_t turn = 0;
    for (int64_t i = 0; ok && i < count; i++) {
        struct pattern *pattern = &patterns->items[turn];
        turn = turn + 1 < patterns->count ? turn + 1 : 0;
        next_event(pattern, signer, choice->composer.run_tag, &rng);
        buf_add_bytes(&out, buf_bytes(&pattern->line));
        if (out.len >= CHUNK) {
            ok = write_out(fd, &out, err);
            show(&meter, i + 1);
        }
    }
    ok = ok && write_out(fd, &out, err);
    if (ok)
        show(&meter, count);
    buf_clear(&out);
    signer_free(signer);
    return ok;
}

bool fixture_stream(const struct fixture_choice *choice, int64_t count, int fd, bool progress,
                    struct error *err)
{
    struct patterns patterns = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < choice->num_types; i++)
        for (int dialect = DIALECT_TEXT; ok && dialect <= DIALECT_OBJECT; dialect++)
            if (choice->dialects[dialect])
                ok = add_pattern(&patterns, choice, choice->types[i].name, (enum dialect)dialect,
                                 err);
    ok = ok && write_events(&patterns, choice, count, fd, progress, err);
    patterns_clear(&patterns);
    return ok;
}
