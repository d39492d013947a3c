#include "format/capture.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "http/parse.h"
#include "panora/event.h"
#include "panora/js.h"

#define DATA_FILE_MAX ((size_t)64 * 1024 * 1024)

/* --- as it stood on the wire --- */

static bool take_field(struct bytes line, struct request *out, struct error *err)
{
    struct field_line field;
    struct flaw flaw = parse_field_line(line, &field);
    if (flaw.what)
        return error_set(err, "the captured request has a wrong header line: %s", flaw.what);
    char *name = mem_copy(field.name.data, field.name.len);
    char *value = mem_copy(field.value.data, field.value.len);
    headers_add(&out->headers, name, value);
    free(name);
    free(value);
    return true;
}

static struct bytes next_line(struct bytes *rest)
{
    const char *end = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
    size_t len = end ? (size_t)(end - rest->data) : rest->len;
    struct bytes line = {rest->data, len};
    *rest = (struct bytes){rest->data + len + (end != NULL), rest->len - len - (end != NULL)};
    if (line.len && line.data[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool read_chunks(struct bytes rest, struct buf *out, struct error *err)
{
    for (;;) {
        uint64_t len = 0;
        struct flaw flaw = parse_chunk_size(next_line(&rest), &len);
        if (flaw.what || len > rest.len)
            return error_set(err, "the captured request's chunked body is incomplete or malformed");
        if (len == 0)
            return true;
        buf_add(out, rest.data, (size_t)len);
        rest = (struct bytes){rest.data + len, rest.len - (size_t)len};
        (void)next_line(&rest);
    }
}

static bool read_raw(struct bytes text, struct request *out, struct error *err)
{
    struct request_line start;
    struct bytes rest = text;
    struct flaw flaw = parse_request_line(next_line(&rest), &start);
    if (flaw.what)
        return error_set(err, "the captured request is neither raw HTTP (which starts with POST "
                              "/path HTTP/1.1), nor a HAR file, nor a curl command");
    out->method = mem_copy(start.method.data, start.method.len);
    for (;;) {
        struct bytes line = next_line(&rest);
        if (line.len == 0)
            break;
        if (!take_field(line, out, err))
            return false;
    }
    if (headers_has_token(&out->headers, "Transfer-Encoding", "chunked"))
        return read_chunks(rest, &out->body, err);
    const char *length = headers_find(&out->headers, "Content-Length");
    unsigned long long len = length ? strtoull(length, NULL, 10) : rest.len;
    while (len < rest.len && strchr("\r\n", rest.data[rest.len - 1]))
        rest.len--; /* an editor adds a newline at the end of a file */
    buf_add_bytes(&out->body, rest);
    return !out->body.full;
}

/* --- HAR 1.2 --- */

static void take_har(const json_t *request, struct request *out)
{
    size_t i;
    const json_t *field;
    const char *body =
        json_string_value(json_object_get(json_object_get(request, "postData"), "text"));
    json_array_foreach(json_object_get(request, "headers"), i, field)
    {
        const char *name = json_string_value(json_object_get(field, "name"));
        const char *value = json_string_value(json_object_get(field, "value"));
        if (name && value)
            headers_add(&out->headers, name, value);
    }
    out->method = mem_text("POST");
    buf_add_text(&out->body, body ? body : "");
}

static bool read_har(struct bytes text, struct request *out, struct error *err)
{
    json_t *root = json_read("the HAR file", text, err);
    const json_t *entries = json_object_get(json_object_get(root, "log"), "entries");
    bool found = false;
    size_t i;
    const json_t *entry;
    json_array_foreach(entries, i, entry)
    {
        struct request one = {0};
        take_har(json_object_get(entry, "request"), &one);
        bool is_signed = headers_find(&one.headers, PANORA_SIGNATURE_HEADER) != NULL;
        if (is_signed || (!found && one.body.len)) {
            request_clear(out);
            *out = one;
            one = (struct request){0};
            found = true;
        }
        request_clear(&one);
        if (is_signed)
            break;
    }
    json_decref(root);
    return found || error_set(err, "the HAR file contains no request with a body");
}

/* --- a curl command, as shells read it --- */

static void take_escape(struct bytes *rest, struct buf *out)
{
    static const char from[] = "nrt0";
    static const char to[] = "\n\r\t\0";
    char c = '\\';
    if (rest->len > 1)
        c = rest->data[1];
    size_t skip = rest->len > 1 ? 2 : 1;
    const char *known = c ? strchr(from, c) : NULL;
    if (c == 'x' && rest->len >= 4) {
        char hex[3] = {rest->data[2], rest->data[3], '\0'};
        buf_add_char(out, (char)strtol(hex, NULL, 16));
        skip = 4;
    } else if (c == 'u' && rest->len >= 6) {
        struct buf json = {0};
        buf_add_format(&json, "\"%.6s\"", rest->data);
        struct js *text = js_parse(buf_bytes(&json), NULL);
        if (text)
            buf_add_bytes(out, js_string(text));
        js_free(text);
        buf_clear(&json);
        skip = 6;
    } else {
        buf_add_char(out, (char)(known ? to[known - from] : c));
    }
    *rest = (struct bytes){rest->data + skip, rest->len - skip};
}

/* Takes what stands between quotes, and the closing one; false when there is none. */
static bool take_quoted(struct bytes *rest, char quote, bool escapes, struct buf *out)
{
    while (rest->len && rest->data[0] != quote) {
        bool is_escape = rest->data[0] == '\\' && rest->len > 1;
        if (is_escape && escapes) {
            take_escape(rest, out);
            continue;
        }
        if (is_escape && quote == '"' && strchr("\"\\$`", rest->data[1]))
            *rest = (struct bytes){rest->data + 1, rest->len - 1};
        buf_add_char(out, rest->data[0]);
        *rest = (struct bytes){rest->data + 1, rest->len - 1};
    }
    bool closed = rest->len > 0;
    if (closed)
        *rest = (struct bytes){rest->data + 1, rest->len - 1};
    return closed;
}

static void skip(struct bytes *rest, size_t len)
{
    *rest = (struct bytes){rest->data + len, rest->len - len};
}

/* False at the end, and with a sentence when a quote is not closed. */
static bool next_word(struct bytes *rest, struct buf *out, struct error *err)
{
    buf_reset(out);
    while (rest->len && strchr(" \t\r\n", rest->data[0]))
        skip(rest, 1);
    bool any = rest->len > 0;
    while (rest->len && !strchr(" \t\r\n", rest->data[0])) {
        char c = rest->data[0];
        bool dollar = c == '$' && rest->len > 1 && rest->data[1] == '\'';
        if (c == '\'' || c == '"' || dollar) {
            skip(rest, dollar ? 2 : 1);
            if (!take_quoted(rest, (char)(dollar ? '\'' : c), dollar, out))
                return error_set(err, "a quote in the curl command is not closed");
        } else if (c == '\\' && rest->len > 1) {
            if (rest->data[1] != '\n')
                buf_add_char(out, rest->data[1]);
            skip(rest, 2);
        } else {
            buf_add_char(out, c);
            skip(rest, 1);
        }
    }
    return any;
}

/* --- its options --- */

/* Whoever wrote the command must not choose what is read here. */
static bool may_be_read(const char *path)
{
    return path[0] != '/' && path[0] != '.' && path[0] != '~' && !strstr(path, "/.");
}

static bool take_file(const char *path, struct request *out, struct error *err)
{
    if (!may_be_read(path))
        return error_set(err,
                         "the curl command's body is in %s; only a file in this folder or below, "
                         "none that is hidden, is read for a captured command",
                         path);
    return file_read(path, DATA_FILE_MAX, &out->body, err);
}

static bool take_raw_data(const char *value, struct request *out, struct error *err)
{
    if (out->body.len)
        buf_add_char(&out->body, '&');
    buf_add_text(&out->body, value);
    return true;
}

static bool take_data(const char *value, struct request *out, struct error *err)
{
    if (value[0] != '@')
        return take_raw_data(value, out, err);
    return take_raw_data("", out, err) && take_file(value + 1, out, err);
}

static bool take_json(const char *value, struct request *out, struct error *err)
{
    headers_set(&out->headers, "Content-Type", "application/json");
    return take_data(value, out, err);
}

static bool take_header(const char *value, struct request *out, struct error *err)
{
    const char *colon = strchr(value, ':');
    return !colon || colon == value || !colon[1] || take_field(bytes_of(value), out, err);
}

static bool take_method(const char *value, struct request *out, struct error *err)
{
    free(out->method);
    out->method = mem_text(value);
    return true;
}

static const struct curl_option {
    const char *letter; /* whose value may follow in the same word; or "" */
    const char *name;
    bool (*take)(const char *value, struct request *out, struct error *err);
} curl_options[] = {
    {"-H", "--header", take_header},  {"-X", "--request", take_method},
    {"-d", "--data", take_data},      {"", "--data-raw", take_raw_data},
    {"", "--data-binary", take_data}, {"", "--data-ascii", take_data},
    {"", "--json", take_json},
};

/* The option that `word` is or begins with; `out_value` is what follows its letter, or NULL. */
static const struct curl_option *find_curl_option(const char *word, const char **out_value)
{
    for (size_t i = 0; i < ARRAY_LEN(curl_options); i++) {
        const struct curl_option *option = &curl_options[i];
        bool by_letter = *option->letter && strncmp(word, option->letter, 2) == 0;
        if (!by_letter && strcmp(word, option->name) != 0)
            continue;
        *out_value = by_letter && word[2] ? word + 2 : NULL;
        return option;
    }
    return NULL;
}

static bool read_curl(struct bytes text, struct request *out, struct error *err)
{
    struct buf word = {0};
    struct buf next = {0};
    bool ok = true;
    out->method = mem_text("POST");
    while (ok && next_word(&text, &word, err)) {
        const char *value = NULL;
        const struct curl_option *option = find_curl_option(buf_text(&word), &value);
        if (!option)
            continue;
        if (!value && next_word(&text, &next, err))
            value = buf_text(&next);
        ok = value ? option->take(value, out, err)
                   : error_set(err, "the curl command ends after %s", buf_text(&word));
    }
    buf_clear(&word);
    buf_clear(&next);
    return ok && !error_is_set(err);
}

/* A line of the receiver's journal, or what `sign --format json` prints: headers as pairs, the body
 * in base64 or as text. */
static bool read_journal_line(json_t *line, struct request *out, struct error *err)
{
    const char *method = json_string_value(json_object_get(line, "method"));
    const char *body = json_string_value(json_object_get(line, "body_base64"));
    const json_t *text = json_object_get(line, "body");
    size_t index;
    json_t *pair;
    if (!method)
        return error_set(err, "this line of the journal is about bytes that were not a request");
    out->method = mem_text(method);
    json_array_foreach(json_object_get(line, "headers"), index, pair)
    {
        const char *name = json_string_value(json_array_get(pair, 0));
        const char *value = json_string_value(json_array_get(pair, 1));
        if (name && value)
            headers_add(&out->headers, name, value);
    }
    if (!body) {
        buf_add(&out->body, json_string_value(text), json_string_length(text));
        return true;
    }
    return decode_base64(bytes_of(body), &out->body) ||
           error_set(err, "the body of this line of the journal is not base64");
}

/* False when it is none; `out_ok` then says nothing. Of a journal only the first line counts. */
static bool try_journal(struct bytes text, struct request *out, bool *out_ok, struct error *err)
{
    const char *end = memchr(text.data, '\n', text.len);
    json_t *line = json_loadb(text.data, text.len, JSON_ALLOW_NUL, NULL);
    if (!line && end)
        line = json_loadb(text.data, (size_t)(end - text.data), JSON_ALLOW_NUL, NULL);
    bool is_journal = json_is_array(json_object_get(line, "headers")) &&
                      (json_is_string(json_object_get(line, "body_base64")) ||
                       json_is_string(json_object_get(line, "body")));
    if (is_journal)
        *out_ok = read_journal_line(line, out, err);
    json_decref(line);
    return is_journal;
}

bool capture_read(struct bytes text, struct request *out, struct error *err)
{
    struct bytes rest = text;
    while (rest.len && strchr(" \t\r\n", rest.data[0]))
        skip(&rest, 1);
    bool ok = false;
    if (rest.len && rest.data[0] == '{' && try_journal(rest, out, &ok, err))
        return ok;
    if (rest.len && rest.data[0] == '{')
        return read_har(rest, out, err);
    if (rest.len > 5 && strncmp(rest.data, "curl ", 5) == 0)
        return read_curl(rest, out, err);
    return read_raw(rest, out, err);
}
