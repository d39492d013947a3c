#include "cli/endpoint_options.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"
#include "http/parse.h"
#include "panora/event.h"
#include "result/result.h"

#define HEADER_FILE_MAX ((size_t)64 * 1024)
#define BLANKS          " \t"

static const struct option_spec specs[] = {
    {.name = "header",
     .form = FORM_HEADERS,
     .adds_up = true,
     .letter = 'H',
     .value = "HEADER",
     .repeatable = true,
     .help =
         "Add 'Name: value' to every request, or the lines of a file given as @FILE; values are "
         "kept secret.",
     .otherwise = "Panora's headers only"},
    {.name = "cacert",
     .path = PATH_FILE,
     .value = "FILE",
     .help = "Trust the certificate authorities in FILE.",
     .otherwise = "the system's",
     .kind = OPTION_TEXT,
     .at = offsetof(struct endpoint_choice, engine.cacert),
     .is_curls = true},
    {.name = "cert",
     .synonyms = "E",
     .path = PATH_FILE,
     .value = "FILE",
     .help = "Use the client certificate in FILE.",
     .otherwise = "none",
     .kind = OPTION_TEXT,
     .at = offsetof(struct endpoint_choice, engine.cert),
     .is_curls = true},
    {.name = "key",
     .path = PATH_FILE,
     .value = "FILE",
     .help = "The client certificate's private key.",
     .otherwise = "the file of --cert",
     .kind = OPTION_TEXT,
     .at = offsetof(struct endpoint_choice, engine.key),
     .is_curls = true},
    {.name = "insecure",
     .letter = 'k',
     .help = "Accept any server certificate.",
     .otherwise = "it must be valid",
     .kind = OPTION_FLAG,
     .at = offsetof(struct endpoint_choice, engine.insecure),
     .is_curls = true},
    {.name = "resolve",
     .adds_up = true,
     .value = "HOST:PORT:ADDRESS",
     .repeatable = true,
     .help = "Use ADDRESS for HOST and PORT.",
     .otherwise = "ask the resolver",
     .is_curls = true},
    {.name = "connect-to",
     .adds_up = true,
     .value = "HOST:PORT:HOST2:PORT2",
     .repeatable = true,
     .help = "Connect to HOST2 and PORT2 for HOST and PORT.",
     .otherwise = "as the URL says",
     .is_curls = true},
    {.name = "proxy",
     .synonyms = "x",
     .value = "URL",
     .help = "Use this proxy.",
     .otherwise = "from the environment, as with curl",
     .kind = OPTION_TEXT,
     .at = offsetof(struct endpoint_choice, engine.proxy),
     .is_curls = true},
    {.name = "4",
     .synonyms = "ipv4",
     .group = "ip",
     .letter = '4',
     .help = "Use IPv4 addresses only.",
     .otherwise = "any",
     .is_curls = true},
    {.name = "6",
     .synonyms = "ipv6",
     .group = "ip",
     .letter = '6',
     .help = "Use IPv6 addresses only.",
     .otherwise = "any",
     .is_curls = true},
};

const struct option_set endpoint_options = {specs, ARRAY_LEN(specs)};

/* --- headers --- */

/* "Bearer abc": an answer may repeat "abc" alone. */
static void hide(size_t number, const char *value)
{
    char *name = mem_format("$" HEADER_VARIABLE "%zu", number);
    const char *credential = strrchr(value, ' ');
    sink_hide_secret(bytes_of(value), name); /* a report may cut it: its beginning as well */
    if (credential)
        sink_hide_secret(bytes_of(credential + 1), name);
    free(name);
}

/* What a request of Panora's cannot have twice or otherwise; the mutations change these. */
static bool is_reserved(const char *name)
{
    static const char *const reserved[] = {
        PANORA_SIGNATURE_HEADER, "Content-Length", "Content-Type",
        "Transfer-Encoding",     "Connection",     "Host"};
    for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
        if (header_name_equal(name, reserved[i]))
            return true;
    return false;
}

static void trim_end(char *text)
{
    size_t len = strlen(text);
    while (len && strchr(BLANKS "\r", text[len - 1]))
        text[--len] = '\0';
}

/* `line` is cut apart. Complaints never repeat it: a value without a name is a secret all the same.
 */
static bool add_header(struct endpoint_choice *choice, char *line, struct error *err)
{
    char *colon = strchr(line, ':');
    if (!colon)
        return error_set(err, "a header is written 'Name: value'; this one has no colon");
    *colon = '\0';
    if (!parse_is_token(bytes_of(line)))
        return error_set(err, "the part before the colon is not a header name");
    if (is_reserved(line))
        return error_set(err, "%s belongs to Panora's request and cannot be set", line);
    char *value = colon + 1 + strspn(colon + 1, BLANKS);
    trim_end(value);
    if (!parse_is_field_text(bytes_of(value)))
        return error_set(err, "the value of %s contains a control character", line);
    headers_add(&choice->engine.extra_headers, line, value);
    hide(choice->engine.extra_headers.count, value);
    return true;
}

static bool add_header_file(struct endpoint_choice *choice, const char *path, struct error *err)
{
    struct buf text = {0};
    bool ok = file_read(path, HEADER_FILE_MAX, &text, err);
    if (ok && memchr(buf_text(&text), '\0', text.len))
        ok = error_set(err, "%s contains a NUL", path);
    size_t number = 1;
    for (char *line = ok ? text.data : NULL, *next = NULL; line && ok; line = next, number++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        trim_end(line);
        if (*line && !add_header(choice, line, err))
            ok = error_prefix(err, "%s: line %zu", path, number);
    }
    buf_clear(&text);
    return ok;
}

static bool read_headers(struct endpoint_choice *choice, const struct arguments *arguments,
                         struct error *err)
{
    const char *given;
    bool ok = true;
    for (size_t at = 0; ok && (given = arguments_next(arguments, "header", &at));) {
        char *line = mem_text(given);
        ok =
            line[0] == '@' ? add_header_file(choice, line + 1, err) : add_header(choice, line, err);
        free(line);
    }
    return ok || arguments_blame(arguments, "header", err);
}

/* --- all of them --- */

static bool read_ip_version(struct endpoint_choice *choice, const struct arguments *arguments,
                            struct error *err)
{
    bool four = arguments_has(arguments, "4");
    bool six = arguments_has(arguments, "6");
    if (four && six)
        return error_set(err, "-4 and -6 exclude each other");
    choice->engine.ip_version = four ? 4 : six ? 6 : 0;
    return true;
}

bool endpoint_choice_read(struct endpoint_choice *choice, const struct arguments *arguments,
                          struct error *err)
{
    *choice = (struct endpoint_choice){0};
    struct engine_options *engine = &choice->engine;
    choice->resolve = arguments_values(arguments, "resolve", &engine->num_resolve);
    choice->connect_to = arguments_values(arguments, "connect-to", &engine->num_connect_to);
    engine->resolve = choice->resolve;
    engine->connect_to = choice->connect_to;
    if (!arguments_read(arguments, &endpoint_options, choice, err) ||
        !read_ip_version(choice, arguments, err) || !read_headers(choice, arguments, err))
        return false;
    bool is_plain = arguments->num_words && text_starts_with(arguments->words[0], "http:");
    if (engine->insecure && !is_plain)
        sink_note("%s", ENGINE_INSECURE);
    return true;
}

void endpoint_choice_clear(struct endpoint_choice *choice)
{
    headers_clear(&choice->engine.extra_headers);
    free(choice->resolve);
    free(choice->connect_to);
    *choice = (struct endpoint_choice){0};
}
