/* What an answer was, in the few classes that verdicts are made of. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "base/utf8.h"
#include "judge/expectation.h"

/* Panora's sender gives up on heads whose names and values have so many bytes (Node's default
 * --max-http-header-size; fixtures/answers). */
#define SENDER_HEAD_MAX 16384

static const enum answer by_outcome[OUTCOME_COUNT] = {
    [OUTCOME_NOT_SENT] = ANSWER_NONE,
    [OUTCOME_UNRESOLVED] = ANSWER_UNREACHED,
    [OUTCOME_REFUSED] = ANSWER_UNREACHED,
    [OUTCOME_UNREACHABLE] = ANSWER_UNREACHED,
    [OUTCOME_TLS_FAILED] = ANSWER_UNREACHED,
    [OUTCOME_RESET] = ANSWER_DIED,
    [OUTCOME_CLOSED] = ANSWER_DIED,
    [OUTCOME_CUT_SHORT] = ANSWER_BROKEN,
    [OUTCOME_MALFORMED] = ANSWER_BROKEN,
    [OUTCOME_TIMED_OUT] = ANSWER_HUNG,
    [OUTCOME_LEFT] = ANSWER_LEFT,
};

static const enum answer by_class[] = {
    [0] = ANSWER_OTHER,    [1] = ANSWER_OTHER,   [2] = ANSWER_ACCEPTED,
    [3] = ANSWER_REDIRECT, [4] = ANSWER_REFUSED, [5] = ANSWER_ERROR,
};

static size_t fields_len(const struct headers *headers)
{
    size_t len = 0;
    for (size_t i = 0; i < headers->count; i++)
        len += strlen(headers->items[i].name) + strlen(headers->items[i].value);
    return len;
}

/* What libcurl calls clean but makes Panora's sender fail. */
static const char *sender_fails_on(const struct observation *seen)
{
    if (seen->body_after_none)
        return "a body where the status allows none";
    if (seen->bare_lf)
        return "lines that end with a bare LF";
    if (fields_len(&seen->headers) + seen->headers_cut_len >= SENDER_HEAD_MAX)
        return "headers above 16 KiB";
    if (seen->extra_bytes)
        return "bytes after the end of the response";
    return NULL;
}

/* A body is looked at so far: what ends a handler is told early, or instead of all else. */
#define LOOKED_AT 4096

/* PHP that shows its errors answers 200 when an exception ends the handler. */
static bool shows_death(const struct observation *seen)
{
    static const char *const said[] = {"<b>Fatal error</b>:  Uncaught ",
                                       "PHP Fatal error:  Uncaught ", "\nFatal error: Uncaught "};
    struct bytes start = buf_bytes(&seen->body);
    if (start.len > LOOKED_AT)
        start.len = LOOKED_AT;
    for (size_t i = 0; i < ARRAY_LEN(said); i++)
        if (bytes_find(start, bytes_of(said[i])))
            return true;
    return false;
}

enum answer answer_of(const struct observation *seen)
{
    if (seen->tls.asked && seen->outcome == OUTCOME_TLS_FAILED)
        return ANSWER_LEFT; /* the handshake was all that was asked for */
    if (seen->outcome != OUTCOME_ANSWERED)
        return by_outcome[seen->outcome];
    if (sender_fails_on(seen))
        return ANSWER_BROKEN;
    size_t class = (size_t)seen->status / 100;
    if (class == 2 && shows_death(seen))
        return ANSWER_ERROR;
    return class < ARRAY_LEN(by_class) ? by_class[class] : ANSWER_OTHER;
}

static void add_time(const struct observation *seen, const char *in_or_after, struct buf *out)
{
    if (seen->total_ns < 0)
        return;
    buf_add_text(out, in_or_after);
    text_add_duration(out, seen->total_ns);
}

static void describe(const struct observation *seen, bool timed, struct buf *out)
{
    const char *flaw = sender_fails_on(seen);
    if (seen->outcome == OUTCOME_ANSWERED) {
        buf_add_format(out, "%d", seen->status);
        if (timed)
            add_time(seen, " in ", out);
        if (flaw)
            buf_add_format(out, ", with %s", flaw);
        else if (seen->status / 100 == 2 && shows_death(seen))
            buf_add_text(out, ", with a fatal error in its body");
        return;
    }
    buf_add_text(out, outcome_name(seen->outcome));
    if (timed)
        add_time(seen, " after ", out);
    if (seen->status)
        buf_add_format(out, ", in the middle of a %d", seen->status);
    if (seen->detail[0] && seen->outcome != OUTCOME_NOT_SENT) /* its reason stands beside */
        buf_add_format(out, " (%s)", seen->detail);
}

void answer_describe(const struct observation *seen, struct buf *out)
{
    describe(seen, true, out);
}

void answer_describe_untimed(const struct observation *seen, struct buf *out)
{
    describe(seen, false, out);
}

#define WORDS_MAX 60

/* The first bytes of the body, in one line. */
static void add_line(struct bytes body, struct buf *out)
{
    bool is_cut = false;
    for (size_t i = 0; i < body.len && !is_cut; i++) {
        size_t len = utf8_len(bytes_after(body, i));
        is_cut = len == 0 || out->len + len > WORDS_MAX;
        bool is_blank = len == 1 && ((unsigned char)body.data[i] <= ' ' || body.data[i] == 0x7f);
        bool is_second = !out->len || buf_text(out)[out->len - 1] == ' ';
        if (is_blank && !is_second)
            buf_add_char(out, ' ');
        if (!is_cut && !is_blank)
            buf_add(out, body.data + i, len);
        i += len ? len - 1 : 0;
    }
    while (out->len && buf_text(out)[out->len - 1] == ' ')
        out->len--;
    if (is_cut)
        buf_add_text(out, "...");
}

void answer_add_words(const struct observation *seen, struct buf *out)
{
    struct buf line = {0};
    struct bytes body = buf_bytes(&seen->body);
    if (seen->outcome != OUTCOME_ANSWERED || seen->status < 400 || body.len == 0)
        return;
    add_line(body, &line);
    bool is_json = line.len && (line.data[0] == '{' || line.data[0] == '[' || line.data[0] == '"');
    if (line.len && line.data[0] != '<')
        buf_add_format(out, is_json ? ", saying %s" : ", saying \"%s\"", buf_text(&line));
    buf_clear(&line);
}

char *answer_as_panora(const struct observation *seen)
{
    struct buf out = {0};
    if (seen->outcome == OUTCOME_NOT_SENT || answer_of(seen) == ANSWER_LEFT)
        return NULL;
    const char *flaw = sender_fails_on(seen);
    bool delivered = seen->outcome == OUTCOME_ANSWERED && !flaw;
    int class = seen->status / 100;
    bool followed = seen->status >= 301 && seen->status <= 308 && seen->status != 304 &&
                    headers_find(&seen->headers, "Location");
    if (delivered && class == 2)
        buf_add_text(&out, "delivered");
    else if (delivered && followed)
        buf_add_format(&out,
                       seen->status < 304 ? "follows the %d with a GET without the event, and "
                                            "records the event as delivered if that gets 2xx"
                                          : "sends the event again to the Location of the %d",
                       seen->status);
    else if (delivered)
        buf_add_format(&out, "failed: status %d; no retry", seen->status);
    else if (seen->outcome == OUTCOME_TIMED_OUT)
        buf_add_text(&out, "waits forever and blocks one of its five workers");
    else
        buf_add_format(&out, "failed: %s; no retry", flaw ? flaw : outcome_name(seen->outcome));
    return buf_take(&out);
}
