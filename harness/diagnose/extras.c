/*
 * The forgeries and malformed requests by which ways to be wrong are told apart. Each goes out by
 * itself, and none of them depends on which cases were chosen; a rule is believed when it is right
 * about every one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/extra_row.h"
#include "judge/leaks.h"
#include "result/packed.h"

static struct exchange *new_extra(struct investigation *inv, const char *sent)
{
    inv->kept.extras =
        mem_resize(inv->kept.extras, inv->kept.num_extras + 1, sizeof *inv->kept.extras);
    struct exchange *extra = &inv->kept.extras[inv->kept.num_extras++];
    *extra = (struct exchange){.sent = mem_text(sent)};
    observation_init(&extra->seen);
    return extra;
}

/* A genuine event that comes before; its answer is noted as well. */
static void write_genuine(struct investigation *inv, const char *id)
{
    const struct specimen usual = {.id = id};
    struct exchange *extra = new_extra(inv, "a genuine event");
    extra->genuine = true;
    (void)specimen_write(inv, &usual, &extra->request);
    extra_row_sign(inv, buf_bytes(&extra->request.body), extra->right_signature);
}

#define CHANCE_TRIES 8 /* of a forgery that one of two instances lets in */

/* What the endpoint does by chance says nothing about this request. */
static bool is_chance(const struct investigation *inv, const struct exchange *extra,
                      enum answer answer)
{
    if (inv->kept.verifies_by_chance && !extra->genuine && answer == ANSWER_ACCEPTED)
        return true;
    return inv->kept.unstable && extra->seen.status == inv->kept.unstable_status;
}

/* Whether a genuine event meets the same just now: then it is not the extra, and what it is gets
 * measured. */
static bool fails_as_well(struct investigation *inv, const struct observation *seen)
{
    const struct specimen genuine = {0};
    struct observation of_genuine;
    if (!inv->has_base || inv->kept.is_measured)
        return false;
    (void)specimen_ask(inv, &genuine, &of_genuine);
    bool same = of_genuine.status == seen->status;
    observation_clear(&of_genuine);
    if (same)
        repeat_measure(inv);
    return same;
}

static void note_extra(struct investigation *inv, struct exchange *extra)
{
    extra->accepted = answer_of(&extra->seen) == ANSWER_ACCEPTED;
    leaks_search(extra, inv->input->secret);
}

static void send_extra(struct investigation *inv, struct exchange *extra)
{
    size_t deaths = inv->num_died;
    enum answer answer = ask_request(inv, &extra->request, &extra->seen);
    size_t tries = inv->kept.verifies_by_chance ? CHANCE_TRIES
                   : inv->kept.unstable         ? inv->kept.tries
                                                : 1;
    for (size_t i = 1; i < tries && is_chance(inv, extra, answer); i++) {
        observation_clear(&extra->seen);
        answer = ask_request(inv, &extra->request, &extra->seen);
    }
    if (answer == ANSWER_ERROR && fails_as_well(inv, &extra->seen)) {
        observation_clear(&extra->seen);
        answer = ask_request(inv, &extra->request, &extra->seen);
    }
    if (inv->num_died > deaths && extra > inv->kept.extras) /* perhaps the one before did it */
        extra[-1].repeated = deaths_happen_again(inv, &extra[-1].request);
    if (answer == ANSWER_DIED && !deaths_happen_again(inv, &extra->request)) {
        observation_clear(&extra->seen);
        (void)ask_request(inv, &extra->request, &extra->seen);
    }
    note_extra(inv, extra);
}

static void send_on_one_connection(struct investigation *inv, const struct request requests[2],
                                   struct observation seen[2])
{
    const struct diagnose_batch batch = {
        .requests = requests, .count = 2, .gap_ns = inv->gap_ns, .one_connection = true};
    lab_send(inv, &batch, seen);
}

/* The two extras that were written last. */
static void send_two(struct investigation *inv)
{
    struct exchange *first = &inv->kept.extras[inv->kept.num_extras - 2];
    const struct request requests[2] = {first[0].request, first[1].request};
    struct observation seen[2];
    send_on_one_connection(inv, requests, seen);
    for (size_t i = 0; i < 2; i++) {
        first[i].seen = seen[i];
        first[i].accepted = answer_of(&seen[i]) == ANSWER_ACCEPTED;
    }
}

/* Genuine events of this form may be refused, too. */
static bool is_by_form(enum form form)
{
    return form == FORM_OBJECT || form == FORM_TYPE || form == FORM_MEMBER_MORE;
}

static bool any_got_in(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->kept.num_extras; i++)
        if (inv->kept.extras[i].accepted && !inv->kept.extras[i].genuine)
            return true;
    return false;
}

/* Whether a genuine event is accepted second on a connection. */
static bool takes_second(struct investigation *inv)
{
    const struct specimen genuine = {0};
    struct request requests[2] = {0};
    struct observation seen[2];
    for (size_t i = 0; i < 2; i++)
        (void)specimen_write(inv, &genuine, &requests[i]);
    send_on_one_connection(inv, requests, seen);
    bool taken = answer_of(&seen[1]) == ANSWER_ACCEPTED;
    for (size_t i = 0; i < 2; i++) {
        observation_clear(&seen[i]);
        request_clear(&requests[i]);
    }
    return taken;
}

/* Refused for where it comes, as its genuine twin is: that tells nothing. */
static bool is_refused_for_place(struct investigation *inv, const struct extra_row *row,
                                 const char *id, const struct exchange *extra)
{
    const struct specimen again = {.id = id};
    if (extra->accepted)
        return false;
    if (row->form == FORM_SAME_ID)
        return !specimen_passes(inv, &again);
    return row->form == FORM_SAME_CONNECTION && !takes_second(inv);
}

static bool comes_after_another(enum form form)
{
    return form == FORM_SAME_ID || form == FORM_SAME_CONNECTION;
}

static struct exchange *write_row(struct investigation *inv, const struct extra_row *row,
                                  const struct specimen *specimen)
{
    struct exchange *extra = new_extra(inv, row->sent);
    extra_row_write(inv, row, specimen, extra);
    return extra;
}

static void forget_answer(struct exchange *extra)
{
    observation_clear(&extra->seen);
    observation_init(&extra->seen);
}

/* A case has sent a genuine event of this type, and it was accepted: that need not be asked. */
static bool has_passed(const struct investigation *inv, const struct extra_row *row)
{
    for (size_t i = 0; row->form == FORM_TYPE && i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        if (sight->exchange->genuine && sight->exchange->accepted && sight->is_plain &&
            bytes_equal(sight->type, bytes_of(row->of)))
            return true;
    }
    return false;
}

/* Refused for its form, which tells nothing. */
static bool is_refused_for_form(struct investigation *inv, const struct extra_row *row,
                                const struct exchange *extra)
{
    const struct feature *feature;
    const struct specimen genuine = extra_row_specimen(row, &feature);
    return is_by_form(row->form) && any_got_in(inv) && !extra->accepted && !has_passed(inv, row) &&
           !specimen_passes(inv, &genuine);
}

static void ask_row(struct investigation *inv, const struct extra_row *row)
{
    char id[UUID_SIZE];
    const struct feature *feature;
    struct specimen specimen = extra_row_specimen(row, &feature);
    event_new_id(&inv->rng, inv->input->run_tag, id);
    if (comes_after_another(row->form))
        write_genuine(inv, id);
    if (row->form == FORM_SAME_ID) {
        specimen.id = id;
        send_extra(inv, &inv->kept.extras[inv->kept.num_extras - 1]);
    }
    struct exchange *extra = write_row(inv, row, &specimen);
    if (row->form == FORM_SAME_CONNECTION)
        send_two(inv);
    else
        send_extra(inv, extra);
    if (is_refused_for_form(inv, row, extra) || is_refused_for_place(inv, row, id, extra))
        forget_answer(extra);
}

/* --- several at once, where each takes long to be refused --- */

/* What has met an error, or a limit, is asked once more by itself. */
static void settle_together(struct investigation *inv, const struct extra_row *row,
                            struct exchange *extra)
{
    enum answer answer = answer_of(&extra->seen);
    if ((answer == ANSWER_ACCEPTED || answer == ANSWER_REFUSED) && extra->seen.status != 429) {
        note_extra(inv, extra);
    } else if (answer != ANSWER_NONE) {
        observation_clear(&extra->seen);
        send_extra(inv, extra);
    }
    if (is_refused_for_form(inv, row, extra))
        forget_answer(extra);
}

static void ask_together(struct investigation *inv, const struct extra_row *const *rows,
                         size_t count)
{
    size_t first = inv->kept.num_extras;
    struct request requests[AT_ONCE_MAX];
    struct observation seen[AT_ONCE_MAX];
    for (size_t i = 0; i < count; i++) {
        const struct feature *feature;
        const struct specimen specimen = extra_row_specimen(rows[i], &feature);
        requests[i] = write_row(inv, rows[i], &specimen)->request;
    }
    const struct diagnose_batch batch = {.requests = requests, .count = count, .at_once = count};
    lab_send(inv, &batch, seen);
    for (size_t i = 0; i < count; i++) {
        inv->kept.extras[first + i].seen = seen[i];
        settle_together(inv, rows[i], &inv->kept.extras[first + i]);
    }
}

/* Each that is not answered takes its time: so many of a table are enough to tell what they have in
 * common. */
#define HUNG_MAX 12

static bool enough_hung(const struct investigation *inv, size_t first)
{
    size_t num_hung = 0;
    for (size_t i = first; i < inv->kept.num_extras; i++)
        num_hung += answer_of(&inv->kept.extras[i].seen) == ANSWER_HUNG;
    return num_hung >= HUNG_MAX;
}

/* As the case has it that asks for this. */
#define NAMED "sha1="

static bool got_in_by_name(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].answer == ANSWER_ACCEPTED &&
            bytes_find(inv->sights[i].signature, bytes_of(NAMED)))
            return true;
    return false;
}

static bool got_in_larger(const struct investigation *inv, size_t len)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].one && sight_got_in(&inv->sights[i]) &&
            exchange_body_len(inv->sights[i].exchange) >= len)
            return true;
    return false;
}

static bool got_in_of_type(const struct investigation *inv, const char *type)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].one && sight_got_in(&inv->sights[i]) &&
            bytes_equal(inv->sights[i].type, bytes_of(type)))
            return true;
    return false;
}

/* What a case has to have seen first, for it costs a request more. */
static bool is_idle(const struct investigation *inv, const struct extra_row *row)
{
    if (row->form == FORM_TYPE)
        return row->len && !got_in_of_type(inv, row->of);
    if (row->form == FORM_LARGE)
        return row->len && !got_in_larger(inv, row->len);
    return row->shape == SHAPE_NAMED && !got_in_by_name(inv);
}

static void ask_rows(struct investigation *inv, const struct extra_row *rows, size_t count)
{
    const struct extra_row *together[AT_ONCE_MAX];
    size_t num_together = 0;
    size_t first = inv->kept.num_extras;
    for (size_t i = 0; i < count && !enough_hung(inv, first) && !inv->closed; i++) {
        bool idle = is_idle(inv, &rows[i]);
        bool alone = !idle && (comes_after_another(rows[i].form) || lab_at_once(inv) == 1);
        if (!idle && !alone)
            together[num_together++] = &rows[i];
        if (num_together == AT_ONCE_MAX || (num_together && (alone || i + 1 == count))) {
            ask_together(inv, together, num_together);
            num_together = 0;
        }
        if (alone)
            ask_row(inv, &rows[i]);
    }
}

void extras_forge(struct investigation *inv)
{
    size_t count;
    const struct extra_row *rows = extra_rows_forged(&count);
    ask_rows(inv, rows, count);
}

void extras_break(struct investigation *inv)
{
    size_t count;
    const struct extra_row *rows = extra_rows_malformed(&count);
    ask_rows(inv, rows, count);
}
