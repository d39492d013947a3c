#include "receive/argument.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define COUNT_MAX 1000

static bool read_size(const char *text, int64_t *out, struct error *err)
{
    size_t len;
    if (!text_size_in_memory(text, &len, err))
        return false;
    *out = (int64_t)len;
    return true;
}

static bool read_status(const char *text, int64_t *out, struct error *err)
{
    return text_integer(text, 200, 599, out, err);
}

/* Keeps in `text` only what follows the comma. */
static bool read_status_text(struct argument *argument, struct error *err)
{
    char *rest = strchr(argument->text, ',');
    if (rest)
        *rest = '\0';
    bool read = read_status(argument->text, &argument->number, err);
    char *kept = mem_text(rest ? rest + 1 : "");
    free(argument->text);
    argument->text = kept;
    if (read && strpbrk(kept, "\r\n"))
        return error_set(err, "the part after the comma contains a line break");
    return read;
}

static bool read_status_count(struct argument *argument, struct error *err)
{
    if (!read_status_text(argument, err))
        return false;
    argument->count = 1;
    return !*argument->text || text_integer(argument->text, 1, COUNT_MAX, &argument->count, err);
}

static bool read_part(struct argument *argument, struct error *err)
{
    char *rest = strchr(argument->text, '/');
    if (!rest)
        return error_set(err, "\"%s\" is not of the form M/N", argument->text);
    char *number = mem_copy(argument->text, (size_t)(rest - argument->text));
    bool read = text_integer(rest + 1, 1, COUNT_MAX, &argument->count, err) &&
                text_integer(number, 1, argument->count, &argument->number, err);
    free(number);
    return read;
}

static bool check_header(const char *text, struct error *err)
{
    const char *colon = strchr(text, ':');
    if (!colon || colon == text || strpbrk(text, "\r\n"))
        return error_set(err, "\"%s\" does not have the form \"Name: value\"", text);
    return true;
}

static bool read_text(enum argument_kind kind, struct argument *out, struct error *err)
{
    switch (kind) {
    case ARGUMENT_TIME:
        return text_duration(out->text, &out->number, err);
    case ARGUMENT_SIZE:
        return read_size(out->text, &out->number, err);
    case ARGUMENT_NUMBER:
        return text_integer(out->text, -1000000000, 1000000000, &out->number, err);
    case ARGUMENT_STATUS:
        return read_status(out->text, &out->number, err);
    case ARGUMENT_STATUS_TEXT:
        return read_status_text(out, err);
    case ARGUMENT_STATUS_COUNT:
        return read_status_count(out, err);
    case ARGUMENT_PART:
        return read_part(out, err);
    case ARGUMENT_HEADER:
        return check_header(out->text, err);
    case ARGUMENT_NONE:
    case ARGUMENT_TEXT:
        break;
    }
    return true;
}

static bool is_within(const struct argument_spec *spec, int64_t number, struct error *err)
{
    bool limited = spec->least || spec->most;
    if (!limited || (number >= spec->least && number <= spec->most))
        return true;
    return error_set(err, "%" PRId64 " is out of range; it is: %s", number, spec->meaning);
}

bool argument_read(const struct argument_spec *spec, const char *given, struct argument *out,
                   struct error *err)
{
    *out = (struct argument){0};
    if (spec->kind == ARGUMENT_NONE)
        return given ? error_set(err, "takes no argument, but \"%s\" was given", given) : true;
    if (!given && !spec->fallback)
        return error_set(err, "needs an argument: %s", spec->meaning);
    out->text = mem_text(given ? given : spec->fallback);
    if (read_text(spec->kind, out, err) && is_within(spec, out->number, err))
        return true;
    argument_clear(out);
    return false;
}

void argument_clear(struct argument *argument)
{
    free(argument->text);
    *argument = (struct argument){0};
}

char *argument_split(const char *word, const char **out_argument)
{
    const char *equals = strchr(word, '=');
    *out_argument = equals ? equals + 1 : NULL;
    return equals ? mem_copy(word, (size_t)(equals - word)) : mem_text(word);
}
