/* Enough of gzip (RFC 1952) to answer in it: bodies stored as they are, and a bomb of zeros. */
#ifndef RECEIVE_GZIP_H
#define RECEIVE_GZIP_H

#include <stddef.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "receive/argument.h"
#include "receive/rules.h"
#include "serve/answer.h"

/* Appends `in`, at most 65535 bytes of it, in one stored block. */
void gzip_stored(struct bytes in, struct buf *out);

/* Appends what expands to at least `len` zero bytes, about 1/160 of their number. */
void gzip_zeros(size_t len, struct buf *out);

/* Behaviours: the body compressed when the client takes that, and a bomb in its place. */
void gzip_answer(struct answer *answer, const struct inbound *request,
                 const struct argument *argument);
void gzip_answer_bomb(struct answer *answer, const struct inbound *request,
                      const struct argument *argument);

#endif
