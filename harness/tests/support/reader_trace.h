/* What an HTTP reader makes of some bytes, as a text that can be compared: independent of how the
 * bytes are cut. */
#ifndef TESTS_SUPPORT_READER_TRACE_H
#define TESTS_SUPPORT_READER_TRACE_H

#include "base/buf.h"
#include "base/bytes.h"
#include "http/reader.h"

/* Feeds `bytes` in pieces of `piece_len` (0 = all at once), each copied to memory of its own size
 * so that a sanitizer sees every byte read beyond it, then ends the connection. Appends e.g. "HEAD
 * POST /x 1.1 len=5 keep | BODY hello | END | FINISH ok" where body pieces are joined, and after
 * HTTP_MALFORMED "BAD 400". */
void reader_trace(struct http_reader *reader, struct bytes bytes, size_t piece_len,
                  struct buf *out);

#endif
