#include "diagnose/found_scheme.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"

struct found_scheme {
    struct scheme scheme; /* first */
    struct computation by;
    const struct feature *dresses[DRESSES_MAX]; /* that it wants of every request */
    size_t num_dresses;
    struct bytes secret;
    int64_t wall_ms;
};

static const struct found_scheme *own(const struct scheme *scheme)
{
    return (const struct found_scheme *)(const void *)scheme;
}

static bool plan(const struct scheme *scheme, struct bytes body, struct buf *message,
                 struct buf *key)
{
    const struct found_scheme *found = own(scheme);
    struct subject subject;
    struct signing signing = {0};
    bool ok = subject_read(&subject, body, found->wall_ms) &&
              hypothesis_plan(&found->by, &subject, found->secret, &signing);
    if (ok) {
        buf_add_bytes(message, buf_bytes(&signing.message));
        buf_add_bytes(key, buf_bytes(&signing.key));
    }
    signing_clear(&signing);
    subject_clear(&subject);
    return ok;
}

static bool sign(const struct scheme *scheme, struct bytes body, struct bytes message,
                 struct bytes key, struct headers *out)
{
    const struct found_scheme *found = own(scheme);
    struct subject subject;
    struct signing signing = {.subject = &subject, .secret = found->secret};
    bool ok = subject_read(&subject, body, found->wall_ms);
    buf_add_bytes(&signing.message, message);
    buf_add_bytes(&signing.key, key);
    ok = ok && hypothesis_finish(&found->by, &signing);
    for (size_t i = 0; ok && i < signing.headers.count; i++)
        headers_add(out, signing.headers.items[i].name, signing.headers.items[i].value);
    signing_clear(&signing);
    subject_clear(&subject);
    return ok;
}

static void dress(const struct scheme *scheme, struct request *request)
{
    const struct found_scheme *found = own(scheme);
    for (size_t i = 0; i < found->num_dresses; i++)
        found->dresses[i]->dress(request);
}

/* A forgery by such a scheme is none: whoever saw one event can sign all others. */
static bool is_open(const struct computation *by)
{
    for (size_t i = 0; i < ARRAY_LEN(by->parts); i++)
        if (by->parts[i] && (by->parts[i]->is_open_key || by->parts[i]->is_open_message))
            return true;
    return false;
}

/* Where several headers carry it, a changed one proves nothing: the endpoint may read another. */
static bool has_one_header(const struct scheme *scheme)
{
    static const struct bytes sample = {"{\"data\":\"x\",\"id_event\":\"0\"}", 27};
    struct buf message = {0};
    struct buf key = {0};
    struct headers headers = {0};
    bool ok = scheme->plan(scheme, sample, &message, &key) &&
              scheme->sign(scheme, sample, buf_bytes(&message), buf_bytes(&key), &headers) &&
              headers.count == 1;
    headers_clear(&headers);
    buf_clear(&message);
    buf_clear(&key);
    return ok;
}

struct scheme *scheme_found(const struct investigation *inv)
{
    if (!inv->has_base || is_open(&inv->by))
        return NULL;
    struct found_scheme *found = mem_alloc(sizeof *found);
    *found = (struct found_scheme){
        .scheme = {.header = sight_header(inv), .plan = plan, .sign = sign},
        .by = inv->by,
        .num_dresses = inv->num_dresses,
        .secret = inv->input->secret,
        .wall_ms = inv->input->wall_ms,
    };
    memcpy(found->dresses, inv->dresses, sizeof found->dresses);
    if (inv->num_dresses)
        found->scheme.dress = dress;
    if (has_one_header(&found->scheme))
        return &found->scheme;
    free(found);
    return NULL;
}
