#include "suite/word.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/text.h"

/* --- one value, from text --- */

static bool read_status(const char *text, struct value *out, struct error *err)
{
    const char *at = text;
    do {
        at += strspn(at, ", ");
        size_t len = strcspn(at, ", ");
        bool class = len == 3 && at[0] >= '1' && at[0] <= '5' && at[1] == 'x' && at[2] == 'x';
        bool code = len == 3 && at[0] >= '1' && at[0] <= '5' && strspn(at, "0123456789") == 3;
        if (!class && !code)
            return error_set(err, "\"%s\" is not a status such as 2xx, 404 or 400,401", text);
        at += len;
    } while (*at);
    out->text = mem_text(text);
    return true;
}

static bool read_flag(const char *text, struct value *out, struct error *err)
{
    bool yes = strcmp(text, "true") == 0;
    if (!yes && strcmp(text, "false") != 0)
        return error_set(err, "\"%s\" is neither true nor false", text);
    out->number = yes;
    return true;
}

static bool read_size(const char *text, struct value *out, struct error *err)
{
    size_t len = 0;
    if (!text_size_in_memory(text, &len, err))
        return false;
    out->number = (int64_t)len;
    return true;
}

static bool read_duration(const char *text, struct value *out, struct error *err)
{
    return text_duration(text, &out->number, err);
}

static bool read_integer(const char *text, struct value *out, struct error *err)
{
    return text_integer(text, 0, INT64_C(1) << 53, &out->number, err);
}

static bool read_plain(const char *text, struct value *out, struct error *err)
{
    out->text = mem_text(text);
    return true;
}

static bool read_base64(const char *text, struct value *out, struct error *err)
{
    struct buf bytes = {0};
    bool ok = decode_base64(bytes_of(text), &bytes);
    buf_clear(&bytes);
    if (!ok)
        return error_set(err, "\"%s\" is not base64", text);
    out->text = mem_text(text);
    return true;
}

typedef bool read_value(const char *text, struct value *out, struct error *err);

static read_value *const readers[] = {
    [PARAMETER_TEXT] = read_plain, [PARAMETER_INTEGER] = read_integer,
    [PARAMETER_SIZE] = read_size,  [PARAMETER_DURATION] = read_duration,
    [PARAMETER_FLAG] = read_flag,  [PARAMETER_STATUS] = read_status,
    [PARAMETER_JSON] = read_plain, [PARAMETER_BASE64] = read_base64,
};

static bool check_choice(const struct parameter *parameter, const char *text, struct error *err)
{
    if (!parameter->choices)
        return true;
    size_t count = 0;
    for (; parameter->choices[count]; count++)
        if (strcmp(parameter->choices[count], text) == 0)
            return true;
    return text_unknown(err, parameter->name, text, parameter->choices, count);
}

static bool read_parameter(const struct parameter *parameter, const char *text, struct value *out,
                           struct error *err)
{
    return check_choice(parameter, text, err) && readers[parameter->kind](text, out, err);
}

/* --- one value, from JSON --- */

/* The text that a command line would have for a JSON value: numbers and lists of statuses included.
 * Caller frees. */
static char *text_of(const json_t *value)
{
    if (json_is_string(value))
        return mem_text(json_string_value(value));
    if (json_is_array(value)) {
        struct buf list = {0};
        for (size_t i = 0; i < json_array_size(value); i++) {
            char *item = text_of(json_array_get(value, i));
            buf_add_format(&list, "%s%s", i ? "," : "", item);
            free(item);
        }
        return buf_take(&list);
    }
    char *dumped = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    char *text = mem_text(dumped ? dumped : "");
    free(dumped);
    return text;
}

static bool read_member(const struct parameter *parameter, const struct json_at *at,
                        struct value *out, struct error *err)
{
    char *text = NULL;
    if (parameter->kind == PARAMETER_JSON) {
        char *dumped = json_dumps(at->value, JSON_ENCODE_ANY | JSON_COMPACT);
        text = mem_text(dumped);
        free(dumped);
    } else {
        text = text_of(at->value);
    }
    struct error why = {0};
    bool ok = read_parameter(parameter, text, out, &why);
    free(text);
    return ok || json_fail(at, err, "%s", why.message);
}

/* What a word takes when a place does not give it: the fallback, or a complaint. */
static bool read_absent(const struct word *word, const struct parameter *parameter,
                        struct value *out, struct error *err)
{
    if (!parameter->fallback)
        return error_set(err, "%s needs \"%s\": %s", word->name, parameter->name,
                         parameter->sentence);
    return read_parameter(parameter, parameter->fallback, out, err);
}

static size_t parameter_names(const struct word *word, const char *names[WORD_PARAMETERS_MAX + 1])
{
    size_t count = 0;
    names[count++] = "op";
    for (size_t i = 0; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++)
        names[count++] = word->parameters[i].name;
    return count;
}

static bool read_object(struct call *call, const struct word *word, const struct json_at *at,
                        struct error *err)
{
    const char *names[WORD_PARAMETERS_MAX + 1];
    if (!json_only_keys(at, names, parameter_names(word, names), err))
        return false;
    for (size_t i = 0; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++) {
        struct json_at member = json_member(at, word->parameters[i].name);
        struct error why = {0};
        if (member.value ? !read_member(&word->parameters[i], &member, &call->values[i], err)
                         : !read_absent(word, &word->parameters[i], &call->values[i], &why))
            return error_is_set(&why) ? json_fail(at, err, "%s", why.message) : false;
    }
    return true;
}

/* A lone value is the first argument; the others take their fallbacks. */
static bool read_lone(struct call *call, const struct word *word, const struct json_at *at,
                      struct error *err)
{
    const struct parameter *first = &word->parameters[0];
    if (!first->kind)
        return json_is_true(at->value) ||
               json_fail(at, err, "%s takes no arguments: write true", word->name);
    bool bare = json_is_true(at->value) && first->kind != PARAMETER_FLAG && first->fallback;
    struct error why = {0};
    if (bare ? !read_absent(word, first, &call->values[0], &why)
             : !read_member(first, at, &call->values[0], err))
        return error_is_set(&why) ? json_fail(at, err, "%s", why.message) : false;
    for (size_t i = 1; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++)
        if (!read_absent(word, &word->parameters[i], &call->values[i], &why))
            return json_fail(at, err, "%s", why.message);
    return true;
}

bool call_read(struct call *call, const struct word *word, const struct json_at *at,
               struct error *err)
{
    *call = (struct call){.word = word};
    bool lone = !json_is_object(at->value) || word->parameters[0].kind == PARAMETER_JSON;
    bool ok = lone ? read_lone(call, word, at, err) : read_object(call, word, at, err);
    if (!ok)
        call_clear(call);
    return ok;
}

bool call_parse(struct call *call, const struct table *table, const char *text, struct error *err)
{
    const char *equals = strchr(text, '=');
    char *name = equals ? mem_copy(text, (size_t)(equals - text)) : mem_text(text);
    const struct word *word = table_find(table, name, err);
    free(name);
    if (!word)
        return false;
    *call = (struct call){.word = word};
    if (equals && !word->parameters[0].kind)
        return error_set(err, "%s takes no argument", word->name);
    for (size_t i = 0; i < WORD_PARAMETERS_MAX && word->parameters[i].kind; i++) {
        bool given = i == 0 && equals;
        if (given ? !read_parameter(&word->parameters[i], equals + 1, &call->values[i], err)
                  : !read_absent(word, &word->parameters[i], &call->values[i], err)) {
            call_clear(call);
            return error_prefix(err, "%s", word->name);
        }
    }
    return true;
}

void call_clear(struct call *call)
{
    for (size_t i = 0; i < WORD_PARAMETERS_MAX; i++)
        free(call->values[i].text);
    *call = (struct call){0};
}

static void add_argument(const struct call *call, struct buf *out)
{
    if (call->values[0].text)
        buf_add_text(out, call->values[0].text);
    else if (call->word->parameters[0].kind == PARAMETER_DURATION)
        text_add_duration(out, call->values[0].number);
    else
        buf_add_format(out, "%lld", (long long)call->values[0].number);
}

void call_fill(const struct call *call, const char *phrase, struct buf *out)
{
    const char *hole = strstr(phrase, "%s");
    buf_add(out, phrase, hole ? (size_t)(hole - phrase) : strlen(phrase));
    if (!hole)
        return;
    add_argument(call, out);
    buf_add_text(out, hole + 2);
}

bool status_in_set(const char *set, int status)
{
    if (status < 100 || status > 599)
        return false;
    char code[4] = {(char)('0' + status / 100), (char)('0' + status / 10 % 10),
                    (char)('0' + status % 10), '\0'};
    for (const char *at = set; *at; at += strcspn(at, ", "), at += strspn(at, ", "))
        if (at[0] == code[0] && (at[1] == 'x' || (at[1] == code[1] && at[2] == code[2])))
            return true;
    return false;
}
