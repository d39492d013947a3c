#include "receive/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"
#include "panora/event.h"
#include "sign/signature.h"

#define ANSWER_MAX ((size_t)64 * 1024)

struct journal {
    int fd;
    bool said; /* that it cannot be written */
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
    if (entry->verified)
        return "true";
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

static void add_answer(const struct journal_entry *entry, struct buf *out)
{
    struct bytes answer = entry->answer;
    if (answer.len > ANSWER_MAX)
        answer.len = ANSWER_MAX;
    buf_add_text(out, ",\"answer_base64\":\"");
    encode_base64(answer, out);
    buf_add_text(out, "\",\"application\":");
    add_text_or_null(entry->application, out);
    buf_add_format(out, ",\"took_ns\":%" PRId64, entry->application ? entry->took_ns : -1);
}

static void journal_write_line(const struct journal_entry *entry, struct buf *out)
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
    if (entry->answer.data)
        add_answer(entry, out);
    buf_add_text(out, "}\n");
}

/* What follows the last line end was being written when something ended us; it is cut off, so that
 * every line is whole. */
static bool cut_torn_line(int fd)
{
    char chunk[4096];
    off_t end = lseek(fd, 0, SEEK_END);
    while (end > 0) {
        size_t len = end < (off_t)sizeof chunk ? (size_t)end : sizeof chunk;
        ssize_t got = pread(fd, chunk, len, end - (off_t)len);
        if (got != (ssize_t)len)
            return false;
        while (len && chunk[len - 1] != '\n') {
            len--;
            end--;
        }
        if (len)
            break;
    }
    return end < 0 || ftruncate(fd, end) == 0;
}

/* Whether it begins as our lines do: of another file nothing is cut off, and nothing is added. */
static bool is_journal(int fd)
{
    static const char start[] = "{\"n\":";
    char seen[sizeof start - 1];
    ssize_t got = pread(fd, seen, sizeof seen, 0);
    return got >= 0 && memcmp(seen, start, (size_t)got) == 0;
}

static bool is_plain_file(int fd)
{
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

struct journal *journal_open(const char *path, struct error *err)
{
    int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    bool is_plain = fd >= 0 && is_plain_file(fd);
    bool is_ours = !is_plain || is_journal(fd);
    if (fd < 0 || !is_ours || (is_plain && !cut_torn_line(fd))) {
        (void)error_set(err, "%s: %s", path,
                        is_ours ? strerror(errno) : "it is not a journal; name another file");
        if (fd >= 0)
            (void)close(fd);
        return NULL;
    }
    return journal_adopt(fd);
}

struct journal *journal_adopt(int fd)
{
    struct journal *journal = mem_alloc(sizeof *journal);
    journal->fd = fd;
    return journal;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    (void)close(journal->fd);
    free(journal);
}

/* All of the line or none of it. Returns 0, or errno. */
static int write_line(int fd, struct bytes line)
{
    size_t done = 0;
    while (done < line.len) {
        ssize_t put = write(fd, line.data + done, line.len - done);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            int reason = put < 0 ? errno : ENOSPC;
            off_t end = done ? lseek(fd, 0, SEEK_END) : -1;
            if (end >= (off_t)done)
                (void)!ftruncate(fd, end - (off_t)done);
            return reason;
        }
        done += (size_t)put;
    }
    return 0;
}

/* On a full disk a short line may still fit between long ones that do not: said once all the same.
 */
static void write_or_say(struct journal *journal, struct bytes line)
{
    int reason = write_line(journal->fd, line);
    if (reason && !journal->said)
        sink_note("the journal cannot be written: %s; requests are still answered",
                  strerror(reason));
    journal->said = journal->said || reason != 0;
}

void journal_begin(struct journal *journal, const char *url)
{
    struct buf line = {0};
    buf_add_text(&line, "{\"listening\":");
    js_quote(bytes_of(url), &line);
    buf_add_text(&line, "}\n");
    write_or_say(journal, buf_bytes(&line));
    buf_clear(&line);
}

void journal_add(struct journal *journal, const struct journal_entry *entry)
{
    struct buf line = {0};
    journal_write_line(entry, &line);
    write_or_say(journal, buf_bytes(&line));
    buf_clear(&line);
}
