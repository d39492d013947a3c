#include "corpus/fixture_make.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/text.h"
#include "compose/mutation.h"
#include "suite/step.h"

#define NAME_MAX_LEN 96

/* What is being made, and for which type. */
struct making {
    const struct fixture_choice *choice;
    const struct fixture_type *type;
    bool is_first;
    enum dialect dialect;
    struct fixtures *out;
};

void fixtures_clear(struct fixtures *fixtures)
{
    for (size_t i = 0; i < fixtures->count; i++) {
        free(fixtures->items[i].name);
        composed_clear(&fixtures->items[i].made);
    }
    free(fixtures->items);
    *fixtures = (struct fixtures){0};
}

/* --- names --- */

static bool is_taken(const struct fixtures *fixtures, const char *name)
{
    for (size_t i = 0; i < fixtures->count; i++)
        if (strcasecmp(fixtures->items[i].name, name) == 0)
            return true;
    return false;
}

/* For file systems that ignore case, and for shells: a-z, 0-9, '.', '_' and single hyphens. */
static void add_slug(const char *text, struct buf *out)
{
    for (; *text && out->len < NAME_MAX_LEN; text++) {
        unsigned char c = (unsigned char)*text;
        bool plain = c < 0x80 && (isalnum(c) || c == '_' || c == '.');
        if (plain)
            buf_add_char(out, (char)tolower(c));
        else if (out->len && out->data[out->len - 1] != '-')
            buf_add_char(out, '-');
    }
    while (out->len && out->data[out->len - 1] == '-')
        out->data[--out->len] = '\0';
}

/* `number` tells the steps of a case apart; 0 = it has only one. */
static char *new_name(const struct making *making, const char *what, size_t number)
{
    struct buf slug = {0};
    buf_add_format(&slug, "%s-", dialect_name(making->dialect));
    add_slug(what, &slug);
    if (number)
        buf_add_format(&slug, "-%zu", number);
    char *name = mem_text(buf_text(&slug));
    for (size_t i = 2; is_taken(making->out, name); i++) {
        free(name);
        name = mem_format("%s-%zu", buf_text(&slug), i);
    }
    buf_clear(&slug);
    return name;
}

/* --- the list --- */

static bool same_headers(const struct headers *a, const struct headers *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->items[i].name, b->items[i].name) == 0 &&
               strcmp(a->items[i].value, b->items[i].value) == 0;
    return same;
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_bytes(const struct request *a, const struct request *b)
{
    return same_text(a->query, b->query) && same_headers(&a->headers, &b->headers);
}

/* Also what differs only in a random key, say, is the same forgery again. */
static bool is_there(const struct fixtures *fixtures, const struct composed *made)
{
    for (size_t i = 0; i < fixtures->count; i++) {
        const struct composed *other = &fixtures->items[i].made;
        if (strcmp(other->request.method, made->request.method) == 0 &&
            bytes_equal(buf_bytes(&other->request.body), buf_bytes(&made->request.body)) &&
            (strcmp(other->sent, made->sent) == 0 || same_bytes(&other->request, &made->request)))
            return true;
    }
    return false;
}

static size_t first_with_body(const struct fixtures *fixtures, struct bytes body)
{
    size_t i = 0;
    while (i < fixtures->count &&
           !bytes_equal(buf_bytes(&fixtures->items[i].made.request.body), body))
        i++;
    return i;
}

/* Takes what was composed, unless the same bytes are there already or were not asked for, or its
 * point is how they travel, which no file can say. */
static void take(const struct making *making, struct fixture *fixture, const char *what,
                 size_t number)
{
    struct fixtures *out = making->out;
    const struct request *request = &fixture->made.request;
    if (!fixture_choice_wants(making->choice, fixture->case_id) || is_there(out, &fixture->made) ||
        !transport_is_plain(&request->transport)) {
        composed_clear(&fixture->made);
        return;
    }
    fixture->name = new_name(making, what, number);
    fixture->same_body = first_with_body(out, buf_bytes(&request->body));
    out->items = mem_resize(out->items, out->count + 1, sizeof *out->items);
    out->items[out->count++] = *fixture;
}

/* --- verdicts --- */

static bool expects(const struct calls *expect, const char *word)
{
    for (size_t i = 0; i < expect->count; i++)
        if (strcmp(expect->items[i].word->name, word) == 0)
            return true;
    return false;
}

/* Where the case asks for neither, a right endpoint may do either with what is not genuine. */
static const char *verdict_of(const struct suite_case *one, const struct step *step, bool genuine)
{
    if (one->level == LEVEL_MAY)
        return "either";
    if (expects(&step->expect, "refused") || (!genuine && expects(&one->expect, "refused-as-well")))
        return "reject";
    if (expects(&step->expect, "accepted"))
        return "accept";
    return genuine && step->expect.count == 0 ? "accept" : "either";
}

/* Panora never sends the object dialect, nor names that only its documentation has: then to be
 * accepted is good practice and no more. */
static enum level level_of(const struct making *making, const char *verdict, enum level level)
{
    bool is_wire_form = making->dialect == DIALECT_TEXT && making->type->sent;
    bool must = strcmp(verdict, "accept") == 0 && level == LEVEL_MUST;
    return must && !is_wire_form ? LEVEL_SHOULD : level;
}

/* Keeps what a step needs that sends the same event again. */
static void remember(struct composed *to, const struct composed *from)
{
    event_copy(&to->event, &from->event);
    to->twin = mem_text(from->twin);
    memcpy(to->signature, from->signature, sizeof to->signature);
}

/* --- genuine events --- */

static bool add_genuine(const struct making *making, struct rng *rng, struct composed *out_first,
                        struct error *err)
{
    struct step step;
    bool ok = true;
    fixture_choice_step(making->choice, making->type->name, making->dialect, &step);
    for (int64_t i = 0; ok && i < making->choice->count; i++) {
        struct fixture fixture = {.case_id = FIXTURE_GENUINE_ID, .verdict = "accept"};
        fixture.level = level_of(making, fixture.verdict, LEVEL_MUST);
        ok = compose_step(&making->choice->composer, &step, NULL, false, rng, &fixture.made, err);
        if (ok && i == 0) {
            remember(out_first, &fixture.made);
        }
        if (ok)
            take(making, &fixture, "genuine", i ? (size_t)i + 1 : 0);
        else
            composed_clear(&fixture.made);
    }
    step_clear(&step);
    return ok;
}

/* --- what the cases make --- */

static bool has_own_event(const struct step *step)
{
    return step->data || step->size || step->rows >= 0 || step->age_ns || step->nulls ||
           step->event_ops.count;
}

/* Whether the data of the type has the places at which the step puts values. */
static bool has_places(const struct making *making, const struct step *step)
{
    for (size_t i = 0; i < step->event_ops.count; i++) {
        enum data_place place;
        if (mutation_place(&step->event_ops.items[i], &place) &&
            !catalogue_place(making->choice->library.catalogue, making->type->name, place))
            return false;
    }
    return true;
}

static bool fits(const struct making *making, const struct step *step)
{
    const struct catalogue *catalogue = making->choice->library.catalogue;
    bool is_text = making->dialect == DIALECT_TEXT;
    if (step->dialect != STEP_DIALECT_RUN && (step->dialect == STEP_DIALECT_TEXT) != is_text)
        return false;
    if (step->type && strcmp(step->type, making->type->name) != 0)
        return making->is_first && !catalogue_find(catalogue, step->type);
    bool is_of_no_type =
        step->data || step->size || strcmp(step->method, "POST") != 0; /* the same for every type */
    return (!is_of_no_type && has_places(making, step)) || making->is_first;
}

/* A shallow copy of `step` for this type; the copy owns nothing. A type that it does not name comes
 * from the composer. */
static struct step step_for(const struct making *making, const struct step *step)
{
    struct step copy = *step;
    copy.dialect = making->dialect == DIALECT_TEXT ? STEP_DIALECT_TEXT : STEP_DIALECT_OBJECT;
    copy.again = 0;
    if (!has_own_event(step) || (step->event_ops.count && !step->data && !step->size)) {
        copy.data = making->choice->data;
        copy.size = making->choice->size;
    }
    return copy;
}

/* A case in the making: its steps so far, and the genuine event that its forgeries start from. */
struct case_making {
    const struct making *making;
    const struct suite_case *one;
    const struct composed *genuine;
    struct composed *earlier;
    struct rng rng;
};

static const struct composed *event_of(const struct case_making *this, const struct step *step)
{
    if (step->again)
        return &this->earlier[step->again - 1];
    bool same_type = !step->type || strcmp(step->type, this->making->type->name) == 0;
    return same_type && !has_own_event(step) ? this->genuine : NULL;
}

static bool compose(struct case_making *this, const struct step *step, const struct composed *again,
                    struct composed *out, struct error *err)
{
    struct composer composer = this->making->choice->composer;
    struct step wanted = step_for(this->making, step);
    struct error why = {0};
    composer.usual_type = this->making->type->name;
    return compose_step(&composer, &wanted, again, false, &this->rng, out, &why) ||
           error_set(err, "%s: %s", this->one->id, why.message);
}

/* Mutations that draw or change realistic data may not fit the user's own, and some secrets and
 * machines cannot make everything; such a request is left out. */
static bool may_be_left_out(const struct making *making, const struct composed *failed)
{
    return failed->impossible || making->choice->data || making->choice->size;
}

static bool add_step(struct case_making *this, size_t index, struct error *err)
{
    const struct suite_case *one = this->one;
    const struct step *step = &one->steps[index];
    const struct composed *again = event_of(this, step);
    struct fixture fixture = {.one = one, .case_id = one->id};
    struct error why = {0};
    if (again && !again->event.type)
        return true; /* the event that it repeats could not be made */
    if (!compose(this, step, again, &fixture.made, &why)) {
        bool harmless = may_be_left_out(this->making, &fixture.made);
        composed_clear(&fixture.made);
        return harmless || error_set(err, "%s", why.message);
    }
    remember(&this->earlier[index], &fixture.made);
    fixture.verdict = verdict_of(one, step, fixture.made.genuine);
    fixture.level = level_of(this->making, fixture.verdict, one->level);
    take(this->making, &fixture, one->id + strlen(one->suite) + 1,
         one->num_steps > 1 ? index + 1 : 0);
    return true;
}

static bool add_case(const struct making *making, const struct suite_case *one,
                     const struct composed *genuine, struct error *err)
{
    char *purpose =
        mem_format("%s %s %s", one->id, making->type->name, dialect_name(making->dialect));
    struct case_making this = {.making = making,
                               .one = one,
                               .genuine = genuine,
                               .earlier = mem_alloc((one->num_steps + 1) * sizeof *genuine),
                               .rng = rng_for(making->choice->seed, purpose)};
    bool ok = true;
    for (size_t i = 0; ok && i < one->num_steps; i++)
        if (fits(making, &one->steps[i]))
            ok = add_step(&this, i, err);
    for (size_t i = 0; i < one->num_steps; i++)
        composed_clear(&this.earlier[i]);
    free(this.earlier);
    free(purpose);
    return ok;
}

static bool is_chosen(const char *suite)
{
    static const char *const chosen[] = {"panora/delivery", "panora/signature", "panora/payload"};
    for (size_t i = 0; i < sizeof chosen / sizeof *chosen; i++)
        if (strcmp(chosen[i], suite) == 0)
            return true;
    return false;
}

static bool add_cases(const struct making *making, const struct composed *genuine,
                      struct error *err)
{
    const struct library *library = &making->choice->library;
    for (size_t i = 0; i < library->num_suites; i++) {
        const struct suite *suite = library->suites[i];
        for (size_t k = 0; is_chosen(suite->name) && k < suite->num_cases; k++) {
            const struct suite_case *one = &suite->cases[k];
            if (!fixture_choice_wants(making->choice, one->id))
                continue;
            if (one->private_channel && making->choice->own_secret)
                making->out->num_left_out++;
            else if (!add_case(making, one, genuine, err))
                return false;
        }
    }
    return true;
}

bool fixtures_make(const struct fixture_choice *choice, size_t index, struct fixtures *out,
                   struct error *err)
{
    bool ok = true;
    *out = (struct fixtures){0};
    for (int dialect = DIALECT_TEXT; ok && dialect <= DIALECT_OBJECT; dialect++) {
        if (!choice->dialects[dialect])
            continue;
        struct making making = {.choice = choice,
                                .type = &choice->types[index],
                                .is_first = index == 0,
                                .dialect = (enum dialect)dialect,
                                .out = out};
        struct composed genuine = {0};
        char *purpose =
            mem_format("genuine %s %s", making.type->name, dialect_name(making.dialect));
        struct rng rng = rng_for(choice->seed, purpose);
        ok = add_genuine(&making, &rng, &genuine, err) && add_cases(&making, &genuine, err);
        composed_clear(&genuine);
        free(purpose);
    }
    return ok;
}

const char *fixture_reason(const struct fixture *fixture)
{
    return fixture->one ? fixture->one->title : "accepts an event as Panora sends it";
}
