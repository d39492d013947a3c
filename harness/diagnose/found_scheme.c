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

/* Apart from the schemes with several headers, nothing but message and key goes into the value. */
static bool sign(const struct scheme *scheme, struct bytes message, struct bytes key,
                 struct buf *value)
{
    const struct found_scheme *found = own(scheme);
    const struct subject nothing = {0};
    struct signing signing = {.subject = &nothing, .secret = found->secret};
    buf_add_bytes(&signing.message, message);
    buf_add_bytes(&signing.key, key);
    bool ok = hypothesis_finish(&found->by, &signing) && signing.headers.count == 1 &&
              header_name_equal(signing.headers.items[0].name, scheme->header);
    if (ok)
        buf_add_text(value, signing.headers.items[0].value);
    signing_clear(&signing);
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
    struct buf value = {0};
    bool ok = sign(scheme, bytes_of("message"), bytes_of("key"), &value);
    buf_clear(&value);
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
        .wall_ms = inv->input->now_ms,
    };
    memcpy(found->dresses, inv->dresses, sizeof found->dresses);
    if (inv->num_dresses)
        found->scheme.dress = dress;
    if (has_one_header(&found->scheme))
        return &found->scheme;
    free(found);
    return NULL;
}

const struct computation *scheme_computation(const struct scheme *scheme)
{
    return &own(scheme)->by;
}
