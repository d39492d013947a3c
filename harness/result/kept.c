#include "result/kept.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "sign/digest.h"

/* A shorter body is no burden. */
#define SHARED_MIN ((size_t)512)

struct body {
    struct digest digest; /* of all that came */
    size_t whole_len;
    struct buf bytes;
};

struct kept {
    struct body *bodies;
    size_t count;
    size_t total; /* bytes that are kept */
};

struct kept *kept_new(void)
{
    return mem_alloc(sizeof(struct kept));
}

void kept_free(struct kept *kept)
{
    for (size_t i = 0; kept && i < kept->count; i++)
        buf_clear(&kept->bodies[i].bytes);
    if (kept)
        free(kept->bodies);
    free(kept);
}

static size_t room(const struct kept *kept, size_t max)
{
    return kept->total < KEPT_BUDGET ? max : KEPT_LATER_MAX;
}

static struct body *find(struct kept *kept, const struct digest *digest, size_t len)
{
    for (size_t i = 0; i < kept->count; i++)
        if (kept->bodies[i].whole_len == len &&
            memcmp(kept->bodies[i].digest.bytes, digest->bytes, digest->len) == 0)
            return &kept->bodies[i];
    return NULL;
}

static struct body *add(struct kept *kept, const struct digest *digest, struct bytes bytes)
{
    size_t max = room(kept, KEPT_ANSWER_MAX);
    kept->bodies = mem_resize(kept->bodies, kept->count + 1, sizeof *kept->bodies);
    struct body *body = &kept->bodies[kept->count++];
    *body = (struct body){.digest = *digest, .whole_len = bytes.len};
    size_t len = bytes.len < max ? bytes.len : max;
    buf_reserve(&body->bytes, len);
    buf_add(&body->bytes, bytes.data, len);
    kept->total += len;
    return body;
}

static void take_body(struct kept *kept, struct observation *seen)
{
    struct digest digest;
    if (seen->body.len < SHARED_MIN || seen->body_is_shared ||
        !digest_hash("sha256", buf_bytes(&seen->body), &digest))
        return;
    struct body *body = find(kept, &digest, seen->body.len);
    if (!body)
        body = add(kept, &digest, buf_bytes(&seen->body));
    seen->body_cut = seen->body.len > body->bytes.len;
    buf_clear(&seen->body);
    seen->body = body->bytes;
    seen->body_is_shared = true;
}

static void take_headers(struct kept *kept, struct observation *seen)
{
    size_t count = headers_fitting(&seen->headers, room(kept, KEPT_HEADERS_MAX));
    seen->headers_cut += seen->headers.count - count;
    for (size_t i = count; i < seen->headers.count; i++) {
        seen->headers_cut_len +=
            strlen(seen->headers.items[i].name) + strlen(seen->headers.items[i].value);
        free(seen->headers.items[i].name);
        free(seen->headers.items[i].value);
    }
    seen->headers.count = count;
    for (size_t i = 0; i < count; i++)
        kept->total += header_cost(&seen->headers.items[i]);
}

bool kept_knows(struct kept *kept, const struct observation *seen)
{
    struct digest digest;
    return seen->body.len >= SHARED_MIN && digest_hash("sha256", buf_bytes(&seen->body), &digest) &&
           find(kept, &digest, seen->body.len);
}

void kept_take(struct kept *kept, struct observation *seen)
{
    take_body(kept, seen);
    take_headers(kept, seen);
}
