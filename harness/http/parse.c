#include "http/parse.h"

#include <string.h>

#include "base/escape.h"

/* RFC 9110 section 5.6.2: the characters of a token. */
static bool is_token_char(char c)
{
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
        return true;
    return c && strchr("!#$%&'*+-.^_`|~", c) != NULL;
}

bool parse_is_token(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        if (!is_token_char(in.data[i]))
            return false;
    return in.len > 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Whether there is nothing but text: no control character other than a tab (RFC 9110 section 5.5).
 */
bool parse_is_field_text(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f)
            return false;
    }
    return true;
}

static bool is_visible_ascii(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        if (in.data[i] <= 0x20 || in.data[i] >= 0x7f)
            return false;
    return in.len > 0;
}

struct bytes parse_trim(struct bytes in)
{
    while (in.len && is_blank(in.data[0])) {
        in.data++;
        in.len--;
    }
    while (in.len && is_blank(in.data[in.len - 1]))
        in.len--;
    return in;
}

/* Cuts `in` at the first space; false when there is none. */
static bool cut_at_space(struct bytes in, struct bytes *before, struct bytes *after)
{
    const char *space = in.len ? memchr(in.data, ' ', in.len) : NULL;
    if (!space)
        return false;
    size_t len = (size_t)(space - in.data);
    *before = (struct bytes){in.data, len};
    *after = (struct bytes){space + 1, in.len - len - 1};
    return true;
}

/* Reads "HTTP/1.N". */
static struct flaw parse_version(struct bytes in, int *out_minor)
{
    if (in.len != 8 || memcmp(in.data, "HTTP/", 5) != 0 || in.data[6] != '.' || in.data[5] < '0' ||
        in.data[5] > '9' || in.data[7] < '0' || in.data[7] > '9')
        return (struct flaw){400, "the version does not have the form HTTP/1.1"};
    if (in.data[5] != '1')
        return (struct flaw){505, "the version is not HTTP/1.x"};
    *out_minor = in.data[7] - '0';
    return NO_FLAW;
}

struct flaw parse_request_line(struct bytes line, struct request_line *out)
{
    struct bytes rest;
    struct bytes version;
    if (!cut_at_space(line, &out->method, &rest) || !cut_at_space(rest, &out->target, &version))
        return (struct flaw){400, "the request line is not METHOD TARGET VERSION"};
    if (!parse_is_token(out->method))
        return (struct flaw){400, "the method is not a token"};
    if (!is_visible_ascii(out->target))
        return (struct flaw){400, "the target is empty or contains an invalid character"};
    return parse_version(version, &out->minor);
}

struct flaw parse_status_line(struct bytes line, struct status_line *out)
{
    struct bytes version = {line.data, line.len < 8 ? line.len : 8};
    struct flaw flaw = parse_version(version, &out->minor);
    if (flaw.what)
        return flaw;
    if (out->minor > 1) /* Node's client knows no later one */
        return (struct flaw){400, "the version is neither HTTP/1.1 nor HTTP/1.0"};
    if (line.len < 12 || line.data[8] != ' ')
        return (struct flaw){400, "the status line is not VERSION STATUS REASON"};
    out->status = 0;
    for (size_t i = 9; i < 12; i++) {
        if (line.data[i] < '0' || line.data[i] > '9')
            return (struct flaw){400, "the status is not a number of three digits"};
        out->status = out->status * 10 + (line.data[i] - '0');
    }
    if (out->status < 100 || out->status > 599)
        return (struct flaw){400, "the status is not between 100 and 599"};
    /* Servers leave out the space after the status when there is no reason, against section 4. */
    if (line.len > 12 && line.data[12] != ' ')
        return (struct flaw){400, "the status is not a number of three digits"};
    out->reason = line.len > 13 ? (struct bytes){line.data + 13, line.len - 13} : bytes_of("");
    if (out->reason.len && memchr(out->reason.data, '\0', out->reason.len))
        return (struct flaw){400, "the reason contains a NUL"};
    return NO_FLAW;
}

struct flaw parse_field_line(struct bytes line, struct field_line *out)
{
    const char *colon = line.len ? memchr(line.data, ':', line.len) : NULL;
    if (!colon)
        return (struct flaw){400, "a header line has no colon"};
    size_t name_len = (size_t)(colon - line.data);
    out->name = (struct bytes){line.data, name_len};
    out->value = parse_trim((struct bytes){colon + 1, line.len - name_len - 1});
    /* RFC 9112 section 5.1: no blank may stand before the colon; proxies differed over it. */
    if (name_len && is_blank(line.data[name_len - 1]))
        return (struct flaw){400, "there is white space between a header's name and its colon"};
    if (!parse_is_token(out->name))
        return (struct flaw){400, "a header's name is not a token"};
    if (!parse_is_field_text(out->value))
        return (struct flaw){400, "a header's value contains a control character"};
    return NO_FLAW;
}

struct flaw parse_chunk_size(struct bytes line, uint64_t *out)
{
    size_t digits = 0;
    *out = 0;
    for (; digits < line.len && escape_digit(line.data[digits]) >= 0; digits++) {
        if (digits == 15) /* more would not fit into 63 bits */
            return (struct flaw){400, "a chunk size has more than 15 digits"};
        *out = *out * 16 + (uint64_t)escape_digit(line.data[digits]);
    }
    if (digits == 0)
        return (struct flaw){400, "a chunk does not start with its size in hexadecimal digits"};
    struct bytes rest = parse_trim((struct bytes){line.data + digits, line.len - digits});
    bool blanks_only = rest.len == 0 && digits < line.len;
    if ((rest.len && rest.data[0] != ';') || blanks_only)
        return (struct flaw){400, "a chunk size is followed by something other than an extension"};
    if (!parse_is_field_text(rest))
        return (struct flaw){400, "a chunk extension contains a control character"};
    return NO_FLAW;
}
