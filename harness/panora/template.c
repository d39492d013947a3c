#include "panora/template.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"

#define MS_PER_DAY INT64_C(86400000)

/* How what varies looks: 0 is any digit, x any hexadecimal digit, the rest is itself. */
static const char uuid_mask[] = "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx";
static const char time_mask[] = "0000-00-00T00:00:00.000Z";

static const char remote_id_member[] = "\"remote_id\":\"";

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool matches(const char *text, const char *mask)
{
    for (; *mask; text++, mask++) {
        bool ok = *mask == '0'   ? is_digit(*text)
                  : *mask == 'x' ? is_digit(*text) || (*text >= 'a' && *text <= 'f')
                                 : *text == *mask;
        if (!ok)
            return false;
    }
    return true;
}

static int number_at(const char *digits, size_t len)
{
    int number = 0;
    for (size_t i = 0; i < len; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

/* `text` matches time_mask. */
static int64_t read_time(const char *text)
{
    struct tm utc = {.tm_year = number_at(text, 4) - 1900,
                     .tm_mon = number_at(text + 5, 2) - 1,
                     .tm_mday = number_at(text + 8, 2),
                     .tm_hour = number_at(text + 11, 2),
                     .tm_min = number_at(text + 14, 2),
                     .tm_sec = number_at(text + 17, 2)};
    return (int64_t)timegm(&utc) * 1000 + number_at(text + 20, 3);
}

static size_t find_or_add_id(struct sample_ids *ids, const char *text, size_t len)
{
    for (size_t i = 0; i < ids->count; i++)
        if (strlen(ids->items[i].text) == len && memcmp(ids->items[i].text, text, len) == 0)
            return i;
    ids->items = mem_resize(ids->items, ids->count + 1, sizeof *ids->items);
    ids->items[ids->count] =
        (struct sample_id){.text = mem_copy(text, len), .last_sample = SIZE_MAX};
    return ids->count++;
}

static struct place *add_place(struct template *template, enum place_kind kind, size_t offset,
                               size_t len)
{
    template->places =
        mem_resize(template->places, template->num_places + 1, sizeof *template->places);
    struct place *place = &template->places[template->num_places++];
    *place = (struct place){.kind = kind, .offset = offset, .len = len};
    return place;
}

static void add_id(struct template *template, struct place place, size_t index,
                   struct sample_ids *ids)
{
    size_t number = find_or_add_id(ids, template->text + place.offset, place.len);
    struct sample_id *id = &ids->items[number];
    if (id->last_sample != index) {
        id->last_sample = index;
        id->num_samples++;
    }
    if (place.kind == PLACE_REMOTE_ID || template->num_places == 0)
        id->is_own = true;
    add_place(template, place.kind, place.offset, place.len)->id = number;
}

static bool ends_with_member(const char *text, size_t len, const char *member)
{
    size_t member_len = strlen(member);
    return len >= member_len && memcmp(text + len - member_len, member, member_len) == 0;
}

static void add_time(struct template *template, size_t offset)
{
    struct place *place = add_place(template, PLACE_TIME, offset, strlen(time_mask));
    place->ms = read_time(template->text + offset);
    /* due dates and the like may lie after the event, so they do not say when it was */
    if ((ends_with_member(template->text, offset, "\"created_at\":\"") ||
         ends_with_member(template->text, offset, "\"modified_at\":\"")) &&
        place->ms > template->newest_ms)
        template->newest_ms = place->ms;
}

/* Adds the place that begins at `offset`, if any, and returns how many bytes need no further look.
 */
static size_t look_at(struct template *template, size_t offset, size_t index,
                      struct sample_ids *ids)
{
    const char *at = template->text + offset;
    if (matches(at, uuid_mask)) {
        struct place place = {.kind = PLACE_UUID, .offset = offset, .len = strlen(uuid_mask)};
        add_id(template, place, index, ids);
        return place.len;
    }
    if (matches(at, time_mask)) {
        add_time(template, offset);
        return strlen(time_mask);
    }
    size_t name_len = strlen(remote_id_member);
    if (!text_starts_with(at, remote_id_member) || matches(at + name_len, uuid_mask))
        return 1;
    struct place place = {.kind = PLACE_REMOTE_ID,
                          .offset = offset + name_len,
                          .len = strcspn(at + name_len, "\"\\")};
    add_id(template, place, index, ids);
    return name_len + place.len;
}

void template_init(struct template *out, char *text, size_t index, struct sample_ids *ids)
{
    *out = (struct template){.text = text, .len = strlen(text)};
    for (size_t offset = 0; offset < out->len;)
        offset += look_at(out, offset, index, ids);
}

void template_clear(struct template *template)
{
    free(template->text);
    free(template->places);
    *template = (struct template){0};
}

void sample_ids_clear(struct sample_ids *ids)
{
    for (size_t i = 0; i < ids->count; i++)
        free(ids->items[i].text);
    free(ids->items);
    *ids = (struct sample_ids){0};
}

/* Other digits for the digits; no number gets a zero in front that it did not have. */
static void write_remote_id(const char *text, struct rng *rng, struct buf *out)
{
    static const char digits[] = "1234567890";
    for (size_t i = 0; text[i]; i++) {
        bool leads = text[i] != '0' && (i == 0 || !is_digit(text[i - 1]));
        const char *digit = &digits[rng_below(rng, leads ? 9 : 10)];
        buf_add(out, is_digit(text[i]) ? digit : &text[i], 1);
    }
}

static void write_id(const struct place *place, const struct sample_ids *ids,
                     const struct copy *copy, struct buf *out)
{
    const struct sample_id *id = &ids->items[place->id];
    bool is_common = id->num_samples == copy->num_samples && !id->is_own;
    struct rng rng = {(is_common ? copy->event_key : copy->round_key) + place->id};
    if (place->kind == PLACE_REMOTE_ID) {
        write_remote_id(id->text, &rng, out);
        return;
    }
    char uuid[UUID_SIZE];
    rng_uuid(&rng, uuid);
    buf_add(out, uuid, UUID_SIZE - 1);
}

static void write_time(const struct place *place, int64_t shift_ms, struct buf *out)
{
    int64_t ms = place->ms + shift_ms;
    if (place->ms % MS_PER_DAY == 0)
        ms -= ms % MS_PER_DAY; /* a date, which knows no hours */
    char text[CLOCK_ISO_SIZE];
    clock_iso(ms, text);
    buf_add_text(out, text);
}

void template_write(const struct template *template, const struct sample_ids *ids,
                    const struct copy *copy, struct buf *out)
{
    int64_t shift_ms = copy->newest_ms - template->newest_ms;
    size_t done = 0;
    for (size_t i = 0; i < template->num_places; i++) {
        const struct place *place = &template->places[i];
        buf_add(out, template->text + done, place->offset - done);
        done = place->offset + place->len;
        if (place->kind == PLACE_TIME)
            write_time(place, shift_ms, out);
        else
            write_id(place, ids, copy, out);
    }
    buf_add(out, template->text + done, template->len - done);
}
