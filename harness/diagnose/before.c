/* What answers before the handler: a cache, a maintenance page, a catch-all route. It shows when a
 * genuine event, a forgery, garbage and a GET are all answered by the same 2xx. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "diagnose/attribution.h"
#include "diagnose/investigation.h"
#include "judge/met_instead.h"

static bool same_answer(const struct observation *a, const struct observation *b)
{
    return a->status == b->status && bytes_equal(buf_bytes(&a->body), buf_bytes(&b->body));
}

static bool same_success(const struct observation *a, const struct observation *b)
{
    return a->status / 100 == 2 && same_answer(a, b);
}

static void ask_plain(struct investigation *inv, const char *method, const char *body,
                      struct observation *seen)
{
    struct request request = {.method = mem_text(method)};
    buf_add_text(&request.body, body);
    event_add_headers(&request.headers, NULL, request.body.len);
    if (!*body) {
        (void)headers_remove(&request.headers, "Content-Length");
        (void)headers_remove(&request.headers, "Content-Type");
    }
    (void)ask_request(inv, &request, seen);
    request_clear(&request);
}

static const struct diagnosis_kind everything = {
    "answers-everything",
    "was not reached: a cache, a maintenance page or a catch-all route in front of it answers the "
    "same 2xx to everything, even to GET",
    "Panora records events as delivered although no handler has seen them",
    "route POST on this path to the handler, exclude it from caches, and answer 404, 405 or 503 to "
    "requests that you do not handle"};

static void explain_all(struct investigation *inv, struct diagnosis *diagnosis)
{
    for (size_t i = 0; i < inv->num_sights; i++)
        if (inv->sights[i].one && inv->sights[i].trouble && inv->sights[i].exchange->accepted)
            found_explain(diagnosis, inv->sights[i].one);
}

/* A page for browsers with a 2xx looks like an acceptance of everything. */
static bool name_page(struct investigation *inv, const struct observation *genuine)
{
    struct buf evidence = {0};
    const struct met_instead *met = met_instead_of(genuine, &evidence);
    if (met) {
        const struct diagnosis_kind kind = {met->id, met->sentence,
                                            "no Panora event reaches the handler", met->remedy};
        struct diagnosis *diagnosis =
            found_add(inv, &kind, HARM_LOST, CONFIDENCE_PROVED, buf_text(&evidence));
        attribute_status(inv, diagnosis, genuine->status);
        explain_all(inv, diagnosis);
    }
    buf_clear(&evidence);
    return met != NULL;
}

/* The same page for an event, a forgery and a GET: no handler writes that. */
static bool is_one_page(const struct observation seen[4])
{
    return same_success(&seen[0], &seen[1]) && same_success(&seen[0], &seen[3]) &&
           bytes_find(buf_bytes(&seen[0].body), bytes_of("<html")) != NULL;
}

bool before_handler(struct investigation *inv)
{
    const struct specimen genuine = {0};
    const struct specimen forged = {.forged = true};
    struct observation seen[4];
    (void)specimen_ask(inv, &forged, &seen[1]);
    (void)specimen_ask(inv, &genuine, &seen[0]);
    ask_plain(inv, "POST", "this is no JSON", &seen[2]);
    ask_plain(inv, "GET", "", &seen[3]);
    bool accepted = answer_of(&seen[0]) == ANSWER_ACCEPTED;
    bool page = accepted && answer_of(&seen[1]) == ANSWER_ACCEPTED && name_page(inv, &seen[0]);
    bool all = !page && same_success(&seen[0], &seen[1]) && same_success(&seen[0], &seen[3]) &&
               (same_success(&seen[0], &seen[2]) || is_one_page(seen));
    if (all)
        explain_all(inv, found_pair(inv, &everything, HARM_LOST, "a GET and a forgery", "nothing",
                                    "a GET and a forgery"));
    /* 401 is what a signature check answers that comes before everything else */
    inv->refuses_alike = answer_of(&seen[0]) == ANSWER_REFUSED && seen[0].status != 401 &&
                         seen[0].body.len > 0 && same_answer(&seen[0], &seen[1]) &&
                         same_answer(&seen[0], &seen[2]) && same_answer(&seen[0], &seen[3]);
    for (size_t i = 0; i < 4; i++)
        observation_clear(&seen[i]);
    return page || all;
}

void shrink_kinds(struct diagnosis_kinds *out)
{
    static const char lost[] = "such events are lost: Panora does not retry them";
    for (size_t i = 0; i < num_features; i++)
        kinds_add(out, (struct diagnosis_kind){features[i].cause, features[i].sentence, lost,
                                               features[i].remedy});
    for (size_t i = 0; i < num_feature_groups; i++)
        kinds_add(out, (struct diagnosis_kind){feature_groups[i].cause, feature_groups[i].sentence,
                                               lost, feature_groups[i].remedy});
    kinds_add(out, everything);
}
