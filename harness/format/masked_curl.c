#include "format/masked_curl.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Stands for the secret while the command is made: nothing in it needs quoting, and nobody's data
 * holds it. */
#define MARK "hookcheckSecretStandsHere7e57c0de"

/* Leaves the single quotes in which the mark stands, and comes back to them. */
#define VARIABLE "'\"$HOOKCHECK_SECRET\"'"

static char *replaced(struct bytes in, struct bytes what, const char *with, size_t *out_len)
{
    struct buf out = {0};
    for (const char *at = bytes_find(in, what); at; at = bytes_find(in, what)) {
        buf_add(&out, in.data, (size_t)(at - in.data));
        buf_add_text(&out, with);
        in.len -= (size_t)(at - in.data) + what.len;
        in.data = at + what.len;
    }
    buf_add_bytes(&out, in);
    *out_len = out.len;
    return buf_take(&out);
}

static void mark_text(char **text, struct bytes secret)
{
    if (!*text)
        return;
    size_t len = 0;
    char *marked = replaced(bytes_of(*text), secret, MARK, &len);
    free(*text);
    *text = marked;
}

static void mark_body(struct buf *body, struct bytes secret)
{
    size_t len = 0;
    char *marked = replaced(buf_bytes(body), secret, MARK, &len);
    buf_clear(body);
    buf_add(body, marked, len);
    free(marked);
}

void masked_curl(const struct request_format *format, const struct request *request,
                 const struct request_place *place, const struct secret *secret, struct buf *out)
{
    struct request marked = {0};
    struct request_place marked_place = *place;
    struct bytes hidden = secret_bytes(secret);
    struct buf command = {0};
    size_t url_len = 0;
    char *url = replaced(bytes_of(place->url), hidden, MARK, &url_len);
    request_copy(&marked, request);
    for (size_t i = 0; i < marked.headers.count; i++)
        mark_text(&marked.headers.items[i].value, hidden);
    mark_body(&marked.body, hidden);
    marked_place.url = url;
    format->render(&marked, &marked_place, &command);
    size_t len = 0;
    char *shown = replaced(buf_bytes(&command), bytes_of(MARK), VARIABLE, &len);
    buf_add(out, shown, len);
    free(shown);
    free(url);
    buf_clear(&command);
    request_clear(&marked);
}
