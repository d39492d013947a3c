#include "receive/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "panora/event.h"
#include "sign/signature.h"

struct journal {
    FILE *file;
    bool failed;
};

/* Returns whether the bytes had to be taken as ISO 8859-1. */
static bool add_text(struct bytes text, struct buf *out)
{
    if (text_is_utf8(text)) {
        js_quote(text, out);
        return false;
    }
    struct buf wide = {0};
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0x80)
            buf_add_char(&wide, (char)(0xc0 | (c >> 6)));
        buf_add_char(&wide, (char)(c >= 0x80 ? 0x80 | (c & 0x3f) : c));
    }
    js_quote(buf_bytes(&wide), out);
    buf_clear(&wide);
    return true;
}

static void add_text_or_null(const char *text, struct buf *out)
{
    if (text)
        (void)add_text(bytes_of(text), out);
    else
        buf_add_text(out, "null");
}

static void add_headers(const struct headers *headers, struct buf *out)
{
    for (size_t i = 0; headers && i < headers->count; i++) {
        buf_add_text(out, i ? ",[" : "[");
        (void)add_text(bytes_of(headers->items[i].name), out);
        buf_add_char(out, ',');
        bool wide = add_text(bytes_of(headers->items[i].value), out);
        buf_add_text(out, wide ? ",\"latin1\"]" : "]");
    }
}

static const char *verified_word(const struct journal_entry *entry)
{
    const struct inbound *request = entry->request;
    if (!request->method || !request->whole)
        return "null";
    struct bytes signature = inbound_header(request, PANORA_SIGNATURE_HEADER);
    switch (signature_verify(entry->secret, request->body, signature, NULL)) {
    case VERIFICATION_VALID:
        return "true";
    case VERIFICATION_NO_HEADER:
        return "null";
    case VERIFICATION_MISMATCH:
    case VERIFICATION_NOT_JSON:
    case VERIFICATION_NO_DATA:
        break;
    }
    return "false";
}

/* What came, byte for byte. */
static void add_request(const struct journal_entry *entry, struct buf *out)
{
    buf_add_text(out, ",\"headers\":[");
    add_headers(entry->request->headers, out);
    buf_add_text(out, "],\"body_base64\":\"");
    encode_base64(entry->request->body, out);
    buf_add_format(out, "\",\"verified\":%s", verified_word(entry));
}

/* The two members stand beside each other, so that a line can be found with grep. */
static void add_processed(const struct journal_entry *entry, struct buf *out)
{
    buf_add_text(out, ",\"id_event\":");
    if (entry->id_event.data)
        (void)add_text(entry->id_event, out);
    else
        buf_add_text(out, "null");
    buf_add_format(out, ",\"processed\":%s", entry->processed ? "true" : "false");
}

void journal_write_line(const struct journal_entry *entry, struct buf *out)
{
    const struct inbound *request = entry->request;
    char time[CLOCK_ISO_SIZE];
    clock_iso(entry->wall_ms, time);
    buf_add_format(out, "{\"n\":%" PRIu64 ",\"time\":\"%s\",\"connection\":%" PRIu64,
                   request->number, time, request->connection);
    buf_add_text(out, ",\"method\":");
    add_text_or_null(request->method, out);
    buf_add_text(out, ",\"target\":");
    add_text_or_null(request->method ? request->target : NULL, out);
    if (request->method)
        buf_add_format(out, ",\"version\":\"HTTP/1.%d\"", request->minor);
    else
        buf_add_text(out, ",\"version\":null");
    if (!entry->brief)
        add_request(entry, out);
    add_processed(entry, out);
    buf_add_format(out, ",\"status\":%d,\"problem\":", entry->status);
    add_text_or_null(entry->problem, out);
    buf_add_text(out, "}\n");
}

struct journal *journal_open(const char *path, struct error *err)
{
    FILE *file = fopen(path, "ae");
    if (!file) {
        (void)error_set(err, "%s: %s", path, strerror(errno));
        return NULL;
    }
    struct journal *journal = mem_alloc(sizeof *journal);
    journal->file = file;
    return journal;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    (void)fclose(journal->file);
    free(journal);
}

void journal_add(struct journal *journal, const struct journal_entry *entry)
{
    struct buf line = {0};
    journal_write_line(entry, &line);
    bool written = fwrite(line.data, 1, line.len, journal->file) == line.len;
    buf_clear(&line);
    if ((fflush(journal->file) == 0 && written) || journal->failed)
        return;
    journal->failed = true;
    log_print(LOG_ERROR, "the journal cannot be written: %s", strerror(errno));
}
