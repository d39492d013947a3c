/*
 * Any number of distinct signed events as lines of JSON, in constant memory.
 *
 * Each event type is composed once. Where its ids stand, in the message that is signed and in the
 * line that is written, is kept; an event is then the same bytes with other ids and the new
 * signature written in place.
 */
#ifndef CORPUS_FIXTURE_STREAM_H
#define CORPUS_FIXTURE_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "corpus/fixture_choice.h"

/* Writes `count` events to the file descriptor, the chosen types and dialects in turn. With
 * `progress` a line on standard error says how far it is. False when writing fails. */
bool fixture_stream(const struct fixture_choice *choice, int64_t count, int fd, bool progress,
                    struct error *err);

#endif
