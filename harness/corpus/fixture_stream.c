#include "corpus/fixture_stream.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "compose/pattern.h"
#include "panora/js.h"
#include "sign/signer.h"
#include "suite/step.h"

/* Lines are gathered to this size and then written at once. */
#define CHUNK ((size_t)256 * 1024)

struct patterns {
    struct pattern *items;
    size_t count;
};

static void patterns_clear(struct patterns *patterns)
{
    for (size_t i = 0; i < patterns->count; i++)
        pattern_clear(&patterns->items[i]);
    free(patterns->items);
    *patterns = (struct patterns){0};
}

/* --- making patterns --- */

/* The line's text from the body on is the body as a JSON string and "}\n" (format/). */
static size_t body_at(struct bytes line, struct bytes body)
{
    struct buf quoted = {0};
    js_quote(body, &quoted);
    size_t at = line.len - strlen("}\n") - (quoted.len - 1);
    buf_clear(&quoted);
    return at;
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
        struct request_place place =
            fixture_choice_place(choice, choice->target.url, choice->target.path);
        struct buf line = {0};
        place.verdict = "accept";
        place.type = type;
        choice->formats[0]->render(&made.request, &place, &line);
        pattern_init(pattern, &made, &line,
                     body_at(buf_bytes(&line), buf_bytes(&made.request.body)), true);
    }
    composed_clear(&made);
    step_clear(&step);
    return ok;
}

/* --- writing --- */

static bool write_out(int fd, struct buf *out, struct error *err)
{
    bool ok = file_put(fd, buf_bytes(out)) ||
              error_set(err, "cannot write to standard output: %s", strerror(errno));
    buf_reset(out);
    return ok;
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
        pattern_next(pattern, signer, choice->composer.run_tag, &rng);
        buf_add_bytes(&out, buf_bytes(&pattern->text));
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
