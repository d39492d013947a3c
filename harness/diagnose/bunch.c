#include "diagnose/bunch.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/found_scheme.h"

static char *mark_of(struct investigation *inv, const struct bunch *bunch,
                     const struct key_hole *hole)
{
    struct subject subject;
    struct signing signing = {0};
    struct buf out = {0};
    const struct request *reference = &bunch->reference[hole->other_dialect];
    if (subject_read(&subject, buf_bytes(&reference->body), inv->input->now_ms) &&
        hypothesis_sign_by(&hole->by, &subject, inv->input->secret, &signing)) {
        buf_add_format(&out, "%d %d ", hole->every_header, hole->other_dialect);
        for (size_t i = 0; i < signing.headers.count; i++)
            buf_add_format(&out, "%s:%s\n", signing.headers.items[i].name,
                           signing.headers.items[i].value);
    }
    signing_clear(&signing);
    subject_clear(&subject);
    return buf_take(&out);
}

static bool may_send(const struct investigation *inv, const struct computation *by)
{
    for (size_t i = 0; i < NUM_PARTS; i++) {
        const struct hypothesis *one = by->parts[i];
        if (one && (one->is_offline || (one->needs_private && !inv->input->is_private)))
            return false;
    }
    return true;
}

/* What equals an earlier one is not asked again. */
static void add_hole(struct investigation *inv, struct bunch *bunch, struct key_hole hole)
{
    if (!may_send(inv, &hole.by))
        return;
    hole.mark = mark_of(inv, bunch, &hole);
    bool known = !*hole.mark;
    for (size_t i = 0; !known && i < bunch->count; i++)
        known = strcmp(bunch->items[i].mark, hole.mark) == 0;
    if (known) {
        free(hole.mark);
        return;
    }
    bunch->items = mem_resize(bunch->items, bunch->count + 1, sizeof *bunch->items);
    bunch->items[bunch->count++] = hole;
}

static void add_singles(struct investigation *inv, struct bunch *bunch, bool likely, bool other)
{
    for (size_t i = 0; i < num_hypotheses; i++) {
        struct key_hole hole = {.other_dialect = other};
        if (hypotheses[i].is_likely != likely || hypotheses[i].part == PART_HEADER)
            continue;
        hole.by.parts[hypotheses[i].part] = &hypotheses[i];
        add_hole(inv, bunch, hole);
    }
}

/* Two mistakes at once, one of each part. */
static void add_pairs(struct investigation *inv, struct bunch *bunch)
{
    for (size_t i = 0; i < num_hypotheses; i++)
        for (size_t k = i + 1; k < num_hypotheses; k++) {
            const struct hypothesis *a = &hypotheses[i];
            const struct hypothesis *b = &hypotheses[k];
            struct key_hole hole = {0};
            if (!a->is_likely || !b->is_likely || a->part == b->part || a->part == PART_HEADER ||
                b->part == PART_HEADER || a->is_whole || b->is_whole || a->is_open_message ||
                (a->part == PART_KEY && b->keeps_key))
                continue;
            hole.by.parts[a->part] = a;
            hole.by.parts[b->part] = b;
            add_hole(inv, bunch, hole);
        }
}

/* One signature for all events, under any header. */
static void add_constants_in_headers(struct investigation *inv, struct bunch *bunch)
{
    for (size_t i = 0; i < num_hypotheses; i++) {
        struct key_hole hole = {.every_header = true};
        if (!hypotheses[i].is_open_message)
            continue;
        hole.by.parts[PART_MESSAGE] = &hypotheses[i];
        add_hole(inv, bunch, hole);
    }
}

/* ... or with another key or digest. */
static void add_constants(struct investigation *inv, struct bunch *bunch, bool open_key)
{
    for (size_t i = 0; i < num_hypotheses; i++)
        for (size_t k = 0; hypotheses[i].is_open_message && k < num_hypotheses; k++) {
            const struct hypothesis *other = &hypotheses[k];
            struct key_hole hole = {0};
            bool differs = other->part == PART_KEY || other->part == PART_DIGEST;
            if (!differs || !other->is_likely || other->is_whole || other->keeps_key ||
                other->is_open_key != open_key)
                continue;
            hole.by.parts[PART_MESSAGE] = &hypotheses[i];
            hole.by.parts[other->part] = other;
            add_hole(inv, bunch, hole);
        }
}

/* The same values under every header's name at once. */
static void add_headers(struct investigation *inv, struct bunch *bunch)
{
    static const char *const messages[] = {NULL, "signs-raw-body", "signs-data-text",
                                           "signs-inner-object", "signs-whole-event"};
    static const char *const digests[] = {NULL, "digest-sha256-prefix", "digest-base64",
                                          "digest-v1-equals"};
    for (size_t k = 0; k < ARRAY_LEN(digests); k++)
        for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
            struct key_hole hole = {.every_header = true};
            hole.by.parts[PART_MESSAGE] = messages[i] ? hypothesis_find(messages[i]) : NULL;
            hole.by.parts[PART_DIGEST] = digests[k] ? hypothesis_find(digests[k]) : NULL;
            add_hole(inv, bunch, hole);
        }
}

/* Another key, and the header as well. */
static void add_keys_and_headers(struct investigation *inv, struct bunch *bunch)
{
    for (size_t i = 0; i < num_hypotheses; i++) {
        struct key_hole hole = {.every_header = true};
        if (!hypotheses[i].is_likely || hypotheses[i].part != PART_KEY)
            continue;
        hole.by.parts[PART_KEY] = &hypotheses[i];
        add_hole(inv, bunch, hole);
    }
}

/* Other messages than the text that Panora signs, but for what a library of another language
 * writes: who signs one of them takes data as an object as well, and would be thought to want that.
 */
static void add_messages(struct investigation *inv, struct bunch *bunch)
{
    for (size_t i = 0; i < num_hypotheses; i++) {
        struct key_hole hole = {0};
        if (hypotheses[i].part != PART_MESSAGE || hypotheses[i].language)
            continue;
        hole.by.parts[PART_MESSAGE] = &hypotheses[i];
        add_hole(inv, bunch, hole);
    }
}

/* What it was at the beginning it is most likely still. */
static void add_known(struct investigation *inv, struct bunch *bunch)
{
    const struct first_refusal *known = inv->input->known;
    if (known && known->scheme)
        add_hole(inv, bunch,
                 (struct key_hole){.by = *scheme_computation(known->scheme),
                                   .other_dialect = known->dialect != inv->dialect});
}

void bunch_init(struct investigation *inv, struct bunch *bunch)
{
    const struct specimen text = {.spaced = true};
    const struct specimen object = {.other_dialect = true, .spaced = true};
    *bunch = (struct bunch){0};
    (void)specimen_write(inv, &text, &bunch->reference[0]);
    (void)specimen_write(inv, &object, &bunch->reference[1]);
    add_hole(inv, bunch, (struct key_hole){0}); /* as Panora: it was refused already */
    add_known(inv, bunch);
    add_singles(inv, bunch, true, false);
    if (inv->objects_further) {
        add_hole(inv, bunch, (struct key_hole){.other_dialect = true});
        add_singles(inv, bunch, true, true);
        add_singles(inv, bunch, false, true);
    }
    bunch->num_likely = bunch->count;
    if (!inv->input->object_only) {
        add_messages(inv, bunch);
        add_hole(inv, bunch, (struct key_hole){.other_dialect = true});
    }
    add_headers(inv, bunch);
    add_singles(inv, bunch, false, false);
    add_keys_and_headers(inv, bunch);
    add_constants_in_headers(inv, bunch);
    add_constants(inv, bunch, true);
    add_pairs(inv, bunch);
    add_constants(inv, bunch, false);
    if (!inv->input->object_only)
        add_singles(inv, bunch, true, true);
}

void bunch_clear(struct bunch *bunch)
{
    for (size_t i = 0; i < bunch->count; i++)
        free(bunch->items[i].mark);
    free(bunch->items);
    request_clear(&bunch->reference[0]);
    request_clear(&bunch->reference[1]);
}
