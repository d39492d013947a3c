#include "compose/pattern.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "panora/js.h"
#include "panora/template.h"

/* The body's bytes in front of the id and between it and data (panora/event.h). */
#define BEFORE_ID   (sizeof "{\"id_event\":\"" - 1)
#define BEFORE_DATA (BEFORE_ID + UUID_SIZE - 1 + sizeof "\",\"data\":" - 1)

/* One place of an id, in both. */
struct pattern_slot {
    size_t id; /* places with the same number get the same value */
    size_t in_message;
    size_t in_text;
};

struct pattern_id {
    enum place_kind kind;
    size_t len;
};

/* --- making one --- */

/* How many bytes the first `len` bytes of `text` take as the beginning of a JSON string, the quote
 * included. They do not end inside a character. */
static size_t quoted_len(struct bytes text, size_t len)
{
    struct buf quoted = {0};
    js_quote((struct bytes){text.data, len}, &quoted);
    size_t quoted_bytes = quoted.len - 1;
    buf_clear(&quoted);
    return quoted_bytes;
}

/* Where the body's byte `offset` stands, counted from the body's beginning in the text. */
static size_t place_in_text(struct bytes body, size_t offset, bool is_quoted)
{
    return is_quoted ? quoted_len(body, offset) - 1 : offset;
}

static void add_slot(struct pattern *pattern, const struct place *place, struct pattern_slot slot)
{
    slot.id = place->id;
    pattern->ids[place->id] = (struct pattern_id){place->kind, place->len};
    pattern->slots[pattern->num_slots++] = slot;
}

/* Where the ids of data stand. Data is canonical JSON, so that the object dialect's message is data
 * itself. */
static void find_slots(struct pattern *pattern, const struct composed *made, size_t body_at,
                       bool is_quoted)
{
    struct template template;
    struct sample_ids ids = {0};
    struct bytes body = buf_bytes(&made->request.body);
    struct bytes data = buf_bytes(&made->event.data);
    template_init(&template, mem_copy(data.data, data.len), 0, &ids);
    pattern->ids = mem_alloc((ids.count + 1) * sizeof *pattern->ids);
    pattern->num_ids = ids.count;
    pattern->slots = mem_alloc((template.num_places + 1) * sizeof *pattern->slots);
    for (size_t i = 0; i < template.num_places; i++) {
        const struct place *place = &template.places[i];
        if (place->kind == PLACE_TIME)
            continue;
        struct pattern_slot slot = {.in_message = made->event.dialect == DIALECT_TEXT
                                                      ? quoted_len(data, place->offset)
                                                      : place->offset};
        slot.in_text = body_at + place_in_text(body, BEFORE_DATA + slot.in_message, is_quoted);
        add_slot(pattern, place, slot);
    }
    template_clear(&template);
    sample_ids_clear(&ids);
}

void pattern_init(struct pattern *out, const struct composed *made, struct buf *text,
                  size_t body_at, bool is_quoted)
{
    *out = (struct pattern){.text = *text};
    *text = (struct buf){0};
    event_write_message(&made->event, &out->message);
    out->event_id_at =
        body_at + place_in_text(buf_bytes(&made->request.body), BEFORE_ID, is_quoted);
    const char *signature = bytes_find(buf_bytes(&out->text), bytes_of(made->signature));
    out->signature_at = (size_t)(signature - out->text.data);
    find_slots(out, made, body_at, is_quoted);
}

void pattern_clear(struct pattern *pattern)
{
    buf_clear(&pattern->text);
    buf_clear(&pattern->message);
    free(pattern->ids);
    free(pattern->slots);
    *pattern = (struct pattern){.num_ids = 0};
}

struct pattern_place pattern_place(const struct pattern *pattern, size_t slot)
{
    const struct pattern_slot *found = &pattern->slots[slot];
    const struct pattern_id *id = &pattern->ids[found->id];
    return (struct pattern_place){found->in_message, id->len, found->id, id->kind == PLACE_UUID};
}

/* --- copies --- */

/* Other digits for digits; no number gets a zero in front that it did not have. */
static void new_digits(struct rng *rng, char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        bool is_digit = text[i] >= '0' && text[i] <= '9';
        bool leads = text[i] != '0' && (i == 0 || text[i - 1] < '0' || text[i - 1] > '9');
        if (is_digit)
            text[i] = "1234567890"[rng_below(rng, leads ? 9 : 10)];
    }
}

static void write_slot(struct pattern *pattern, const struct pattern_slot *slot, uint64_t key)
{
    const struct pattern_id *id = &pattern->ids[slot->id];
    char *in_message = pattern->message.data + slot->in_message;
    struct rng rng = {key + slot->id};
    if (id->kind == PLACE_UUID) {
        char uuid[UUID_SIZE];
        rng_uuid(&rng, uuid);
        memcpy(in_message, uuid, UUID_SIZE - 1);
    } else {
        new_digits(&rng, in_message, id->len);
    }
    memcpy(pattern->text.data + slot->in_text, in_message, id->len);
}

void pattern_next(struct pattern *pattern, struct signer *signer, unsigned run_tag, struct rng *rng)
{
    char id[UUID_SIZE];
    uint64_t key = rng_next(rng);
    event_new_id(rng, run_tag, id);
    memcpy(pattern->text.data + pattern->event_id_at, id, UUID_SIZE - 1);
    for (size_t i = 0; i < pattern->num_slots; i++)
        write_slot(pattern, &pattern->slots[i], key);
    signer_sign(signer, buf_bytes(&pattern->message), pattern->text.data + pattern->signature_at);
}
