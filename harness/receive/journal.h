/*
 * What arrived, byte for byte: one JSON object a line, written and flushed as each request is
 * answered.
 *
 *     {"n":1,"time":"2024-07-01T12:00:00.000Z","connection":1,"method":"POST","target":"/","version":"HTTP/1.1",
 *      "headers":[["Host","127.0.0.1:8080"]],"body_base64":"e30=","verified":true,
 *      "id_event":"7e57c0de-...","processed":true,"status":204,"problem":null}
 *
 * A header value that is not UTF-8 is written with every byte as the character of that number (ISO
 * 8859-1), and its pair gets a third item that says so: ["X-Name","caf\u00e9","latin1"]. `verified`
 * says whether the signature is right by Panora's own rule, whatever the receiver made of it; null
 * when there is no signature or no whole body. `processed` says whether the receiver has done, on
 * this request, what the event of that id asks for: a right one does so once for each genuine
 * event, however often it comes. What is no HTTP request has a `problem`, and null for what was not
 * read.
 *
 * Where the answer is known, members follow that tell of it: `"answer_base64"` (its bytes, or the
 * first 64 KiB), `"application"` (the URL that gave it; null = the receiver itself) and
 * `"took_ns"`.
 *
 * A brief journal leaves out headers, body_base64 and verified, and the id_event of what the
 * receiver turned away unread.
 */
#ifndef RECEIVE_JOURNAL_H
#define RECEIVE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "receive/rules.h"

struct journal_entry {
    const struct inbound *request; /* `method` NULL = there is none */
    struct bytes secret;
    int64_t wall_ms;
    struct bytes id_event; /* data NULL = there is none */
    bool verified;         /* the signature is known to be right; else it is looked at */
    bool processed;
    bool brief;
    int status;
    const char *problem;     /* NULL = none */
    struct bytes answer;     /* as it goes out; data NULL = not to be told */
    const char *application; /* with `answer`: who gave it; NULL = the receiver */
    int64_t took_ns;         /* with `answer` and `application` */
};

struct journal;

/* Opens `path` for adding to it, for its owner alone when it is new; a last line that was torn is
 * cut off. NULL with a sentence when that cannot be done. */
struct journal *journal_open(const char *path, struct error *err);

/* For a pipe or the like, which it takes over. */
struct journal *journal_adopt(int fd);
/* Says where requests arrive, in a line of its own: {"listening":"http://..."}. */
void journal_begin(struct journal *journal, const char *url);

void journal_close(struct journal *journal); /* NULL is fine */

/* Adds a line, all of it or nothing. A disk that is full or gone does not stop the receiver: it is
 * said once on standard error. */
void journal_add(struct journal *journal, const struct journal_entry *entry);

#endif
