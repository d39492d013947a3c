/* What Panora's sender makes of an answer: fixtures/answers has each one tried against Node's own
 * client, and both ways of delivery must come to the same. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "judge/expectation.h"
#include "tests/support/delivery.h"

TestSuite(judge_node_answers, .timeout = 120);

#define ANSWERS "fixtures/answers/answers.json"

/* Here we are stricter, and no server that is meant to be right answers so. */
static const char *const stricter[] = {"version-0.9", "version-2.0", "empty-line-first"};

/* libcurl reads a body itself: what is wrong inside its chunks, or behind its end, only our own
 * reader sees, which every run sends some events through. */
static const char *const seen_by_own_reader_alone[] = {
    "chunked-then-gzip",           "chunk-size-with-blank",   "chunk-extension-with-control",
    "chunk-line-feeds-alone",      "chunk-size-with-zeros",   "trailer-with-bad-name",
    "body-after-no-content",       "bytes-beyond-the-length", "bytes-beyond-the-length-and-close",
    "bytes-beyond-the-last-chunk",
};

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* The bytes of an answer: each character is one byte, and U+2026 stands for `pad` letters. */
static void write_answer(const json_t *row, struct buf *out)
{
    const json_t *answer = json_object_get(row, "answer");
    const unsigned char *at = (const unsigned char *)json_string_value(answer);
    const unsigned char *end = at + json_string_length(answer);
    for (; at < end; at++) {
        if (*at == 0xe2) {
            buf_add_repeated(out, 'x', (size_t)json_integer_value(json_object_get(row, "pad")));
            at += 2;
        } else if (*at >= 0xc0) {
            buf_add_char(out, (char)((*at & 3) << 6 | (at[1] & 0x3f)));
            at++;
        } else {
            buf_add_char(out, (char)*at);
        }
    }
}

static enum answer answer_by(const struct buf *answer, bool raw, char **out_words)
{
    struct delivery delivery;
    const struct raw_step steps[] = {{RAW_READ_REQUEST, NULL, 0},
                                     {RAW_SEND, buf_text(answer), answer->len}};
    delivery_start(&delivery, steps, answer->len ? 2 : 1, NULL);
    struct engine_connection *connection = raw ? engine_connection_new(delivery.engine) : NULL;
    struct observation seen = delivery_post(&delivery, connection, 5000);
    enum answer result = answer_of(&seen);
    struct buf words = {0};
    answer_describe_untimed(&seen, &words);
    *out_words = buf_take(&words);
    observation_clear(&seen);
    delivery_stop(&delivery);
    return result;
}

static void check(const json_t *row, bool raw)
{
    const char *id = json_string_value(json_object_get(row, "id"));
    int status = (int)json_integer_value(json_object_get(row, "node"));
    struct buf answer = {0};
    char *words = NULL;
    write_answer(row, &answer);
    bool accepted = answer_by(&answer, raw, &words) == ANSWER_ACCEPTED;
    bool delivered = status / 100 == 2;
    cr_expect_eq(accepted, delivered, "%s, %s: we say %s, Node says %d", id, raw ? "raw" : "curl",
                 words, status);
    free(words);
    buf_clear(&answer);
}

Test(judge_node_answers, both_ways_say_what_nodes_client_says)
{
    struct buf text = {0};
    struct error err = {0};
    cr_assert(file_read(ANSWERS, (size_t)1 << 20, &text, &err), "%s", err.message);
    json_t *rows = json_loadb(buf_text(&text), text.len, JSON_ALLOW_NUL, NULL);
    size_t index = 0;
    const json_t *row = NULL;
    cr_assert_gt(json_array_size(rows), 100);
    json_array_foreach(rows, index, row)
    {
        const char *id = json_string_value(json_object_get(row, "id"));
        if (is_among(stricter, ARRAY_LEN(stricter), id))
            continue;
        check(row, true);
        if (!is_among(seen_by_own_reader_alone, ARRAY_LEN(seen_by_own_reader_alone), id))
            check(row, false);
    }
    json_decref(rows);
    buf_clear(&text);
}
