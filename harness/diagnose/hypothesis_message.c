/* Other messages than Panora signs. */
#include <string.h>

#include "base/utf8.h"
#include "diagnose/hypothesis_internal.h"
#include "panora/js.h"

bool sign_raw_body(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_bytes(&signing->message, signing->subject->body);
    buf_add_text(&signing->message, hypothesis->argument ? hypothesis->argument : "");
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct bytes trimmed(struct bytes in)
{
    while (in.len && is_blank(in.data[0]))
        in = (struct bytes){in.data + 1, in.len - 1};
    while (in.len && is_blank(in.data[in.len - 1]))
        in.len--;
    return in;
}

bool sign_trimmed_body(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_bytes(&signing->message, trimmed(signing->subject->body));
    return true;
}

static void add_lines(struct bytes in, const char *line_end, struct buf *out)
{
    for (size_t i = 0; i < in.len; i++) {
        if (in.data[i] == '\r' && i + 1 < in.len && in.data[i + 1] == '\n')
            continue;
        if (in.data[i] == '\n')
            buf_add_text(out, line_end);
        else
            buf_add_char(out, in.data[i]);
    }
}

bool sign_unix_lines(const struct hypothesis *hypothesis, struct signing *signing)
{
    add_lines(signing->subject->body, "\n", &signing->message);
    return true;
}

bool sign_dos_lines(const struct hypothesis *hypothesis, struct signing *signing)
{
    add_lines(signing->subject->body, "\r\n", &signing->message);
    return true;
}

bool sign_data_text(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_bytes(&signing->message, buf_bytes(&signing->subject->data));
    buf_add_text(&signing->message, hypothesis->argument ? hypothesis->argument : "");
    return true;
}

bool sign_message_with(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_bytes(&signing->message, buf_bytes(&signing->subject->message));
    buf_add_text(&signing->message, hypothesis->argument);
    return true;
}

bool sign_unquoted_message(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct bytes message = buf_bytes(&signing->subject->message);
    if (message.len < 2)
        return false;
    buf_add(&signing->message, message.data + 1, message.len - 2);
    return true;
}

bool sign_joined(const struct hypothesis *hypothesis, struct signing *signing)
{
    const struct subject *subject = signing->subject;
    bool ok = true;
    for (const char *at = hypothesis->argument; *at && ok; at++) {
        bool is_part = true;
        struct bytes part = {0};
        if (*at == 'I')
            part = bytes_of(subject->id);
        else if (*at == 'T')
            part = buf_bytes(&subject->type);
        else if (*at == 'M')
            part = buf_bytes(&subject->message);
        else if (*at == 'D')
            part = buf_bytes(&subject->data);
        else if (*at == 'B')
            part = subject->body;
        else
            is_part = false;
        ok = !is_part || part.len > 0;
        if (is_part)
            buf_add_bytes(&signing->message, part);
        else
            buf_add_char(&signing->message, *at);
    }
    return ok;
}

static bool rewrite(const char *serialiser, struct bytes json, struct buf *out)
{
    return serialiser_rewrite(serialiser_find(serialiser), json, out);
}

bool sign_inner_by(const struct hypothesis *hypothesis, struct signing *signing)
{
    return rewrite(hypothesis->argument, buf_bytes(&signing->subject->data), &signing->message);
}

bool sign_data_by(const struct hypothesis *hypothesis, struct signing *signing)
{
    return rewrite(hypothesis->argument, buf_bytes(&signing->subject->message), &signing->message);
}

bool sign_event_by(const struct hypothesis *hypothesis, struct signing *signing)
{
    return rewrite(hypothesis->argument, signing->subject->body, &signing->message);
}

static bool is_text(const struct signing *signing)
{
    struct bytes message = buf_bytes(&signing->subject->message);
    return message.len > 0 && message.data[0] == '"';
}

/* Some handlers make text of data twice, or of all data that is none. */
bool sign_quoted_again(const struct hypothesis *hypothesis, struct signing *signing)
{
    if (hypothesis->argument && is_text(signing))
        buf_add_bytes(&signing->message, buf_bytes(&signing->subject->message));
    else
        js_quote(buf_bytes(&signing->subject->message), &signing->message);
    return true;
}

bool sign_trimmed_data(const struct hypothesis *hypothesis, struct signing *signing)
{
    if (!is_text(signing))
        return false;
    js_quote(trimmed(buf_bytes(&signing->subject->data)), &signing->message);
    return true;
}

/* --- other encodings of the right message --- */

/* Characters up to `max` become one byte each; for others there is `other`, or nothing. */
static bool encode_narrow(struct bytes in, unsigned max, const char *other, struct buf *out)
{
    size_t len = 1;
    for (size_t i = 0; i < in.len; i += len) {
        len = utf8_len(bytes_after(in, i));
        if (len == 0)
            return false;
        unsigned code = utf8_point(in.data + i, len);
        if (code <= max)
            buf_add_char(out, (char)code);
        else
            buf_add_text(out, other);
    }
    return true;
}

bool sign_as_ascii(const struct hypothesis *hypothesis, struct signing *signing)
{
    return encode_narrow(buf_bytes(&signing->subject->message), 0x7f, "?", &signing->message);
}

bool sign_without_wide(const struct hypothesis *hypothesis, struct signing *signing)
{
    return encode_narrow(buf_bytes(&signing->subject->message), 0x7f, "", &signing->message);
}

bool sign_as_latin1(const struct hypothesis *hypothesis, struct signing *signing)
{
    return encode_narrow(buf_bytes(&signing->subject->message), 0xff, "?", &signing->message);
}

/* The bytes of the body taken for characters of another charset: each that is not ASCII becomes the
 * argument, or with none the character of its number. */
bool sign_decoded(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct bytes in = buf_bytes(&signing->subject->message);
    for (size_t i = 0; i < in.len; i++) {
        unsigned char c = (unsigned char)in.data[i];
        if (c < 0x80)
            buf_add_char(&signing->message, in.data[i]);
        else if (hypothesis->argument)
            buf_add_text(&signing->message, hypothesis->argument);
        else
            buf_add(&signing->message, (char[]){(char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f))},
                    2);
    }
    return true;
}

/* As Buffer.from(text, 'latin1') does: of each UTF-16 unit the lower byte. */
bool sign_as_binary(const struct hypothesis *hypothesis, struct signing *signing)
{
    struct bytes in = buf_bytes(&signing->subject->message);
    size_t len = 1;
    for (size_t i = 0; i < in.len; i += len) {
        len = utf8_len(bytes_after(in, i));
        if (len == 0)
            return false;
        unsigned code = utf8_point(in.data + i, len);
        if (code >= 0x10000) {
            code -= 0x10000;
            buf_add_char(&signing->message, (char)(0xd800 + (code >> 10)));
            code = 0xdc00 + (code & 0x3ff);
        }
        buf_add_char(&signing->message, (char)code);
    }
    return true;
}

bool sign_constant(const struct hypothesis *hypothesis, struct signing *signing)
{
    buf_add_text(&signing->message, hypothesis->argument);
    return true;
}
