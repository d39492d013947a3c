#include "base/sink.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/layout.h"
#include "base/mem.h"
#include "base/terminal.h"
#include "base/text.h"

/* The one redactor of the process: what a log or an error says has no other way to it. */
static struct redactor *process_redactor;

static struct redactor *redactor(void)
{
    if (!process_redactor)
        process_redactor = redactor_new();
    return process_redactor;
}

void sink_hide_secret(struct bytes value, const char *replacement)
{
    redactor_hide_secret(redactor(), value, replacement);
}

const struct redactor *sink_redactor(void)
{
    return redactor();
}

void sink_forget(void)
{
    redactor_free(process_redactor);
    process_redactor = NULL;
}

void sink_write(FILE *where, struct bytes text)
{
    struct buf out = {0};
    redact_document(redactor(), text, &out);
    if (out.len)
        (void)fwrite(out.data, 1, out.len, where);
    buf_clear(&out);
}

void sink_print(FILE *where, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = mem_format_list(format, list);
    va_end(list);
    sink_write(where, bytes_of(text));
    free(text);
}

void sink_say(const char *who, const char *message)
{
    struct buf line = {0};
    struct buf safe = {0};
    redact(redactor(), bytes_of(message), &safe);
    if (who)
        buf_add_format(&line, "%s: ", who);
    text_add_visible(&line, buf_bytes(&safe), safe.len);
    buf_reset(&safe);
    if (isatty(STDERR_FILENO))
        layout_wrap(buf_text(&line), 0, terminal_columns(STDERR_FILENO), &safe);
    else
        buf_add_format(&safe, "%s\n", buf_text(&line));
    (void)fwrite(safe.data, 1, safe.len, stderr);
    buf_clear(&safe);
    buf_clear(&line);
}

void sink_note(const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = mem_format_list(format, list);
    va_end(list);
    sink_say("hookcheck", text);
    free(text);
}

bool sink_write_out(struct bytes text, struct error *err)
{
    errno = 0;
    sink_write(stdout, text);
    if (fflush(stdout) == 0 && !ferror(stdout))
        return true;
    return error_set(err, "cannot write to standard output: %s", strerror(errno));
}

bool sink_write_file(const char *path, struct bytes content, mode_t mode, struct error *err)
{
    struct buf out = {0};
    redact_document(redactor(), content, &out);
    bool ok = file_write(path, buf_bytes(&out), mode, err);
    buf_clear(&out);
    return ok;
}
