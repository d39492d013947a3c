#include "report/repeat.h"

#include <string.h>

#include "http/redacted.h"
#include "report/details.h"
#include "report/tally.h"

/* Host and port as the Host header has them: the scheme's own port is left out. */
static void add_authority(const char *scheme, const char *start, size_t len, struct buf *out)
{
    const char *port = strncmp(scheme, "https:", 6) == 0 ? ":443" : ":80";
    size_t port_len = strlen(port);
    if (len > port_len && memcmp(start + len - port_len, port, port_len) == 0)
        len -= port_len;
    buf_add(out, start, len);
}

static void add_with_query(const char *start, size_t len, const char *query, struct buf *out)
{
    bool has_query = memchr(start, '?', len) != NULL;
    buf_add(out, start, len);
    if (query)
        buf_add_format(out, "%c%s", has_query ? '&' : '?', query);
}

void shown_request_init(struct shown_request *shown, const struct run_result *result,
                        const struct request *request, size_t body_max)
{
    *shown = (struct shown_request){.place = {0}};
    request_redacted(result->redactor, request, body_max, &shown->request);
    const char *query = shown->request.query;
    const char *url = result->url ? result->url : "";
    const char *host = strstr(url, "://") ? strstr(url, "://") + 3 : url;
    const char *path = host + strcspn(host, "/?#");
    size_t path_len = strcspn(path, "#");
    add_authority(url, host, (size_t)(path - host), &shown->authority);
    if (path[0] != '/')
        buf_add_char(&shown->path, '/');
    add_with_query(path, path_len, query, &shown->path);
    buf_add(&shown->url, url, (size_t)(path - url));
    buf_add_text(&shown->url, buf_text(&shown->path));
    shown->place = (struct request_place){.url = buf_text(&shown->url),
                                          .authority = buf_text(&shown->authority),
                                          .path = buf_text(&shown->path),
                                          .options = result->curl_options};
}

void shown_request_clear(struct shown_request *shown)
{
    request_clear(&shown->request);
    buf_clear(&shown->url);
    buf_clear(&shown->authority);
    buf_clear(&shown->path);
}

/* curl sends in chunks and waits for a 100 when the header asks for it; it neither breaks off nor
 * dribbles, and a handshake alone is no request. */
static bool curl_can(const struct transport *transport)
{
    struct transport rest = *transport;
    rest.chunk_size = 0;
    rest.expect_continue = false;
    return transport_is_plain(&rest);
}

bool repeat_by_curl(const struct run_result *result, const struct case_result *one, struct buf *out)
{
    const struct exchange *exchange = case_main_exchange(one);
    if (result->is_saved) {
        buf_add_text(out, one->curl ? one->curl : "");
        return one->curl != NULL;
    }
    if (!exchange || exchange->seen.outcome == OUTCOME_NOT_SENT ||
        exchange->request.body.len > CURL_BODY_MAX || exchange->body_let_go ||
        !curl_can(&exchange->request.transport))
        return false;
    struct shown_request shown;
    shown_request_init(&shown, result, &exchange->request, CURL_BODY_MAX);
    curl_command(&shown.request, &shown.place, out);
    shown_request_clear(&shown);
    return true;
}

void repeat_by_run(const struct run_result *result, const struct case_result *one, struct buf *out)
{
    buf_add_format(out, "%s --only ", result->rerun ? result->rerun : "hookcheck run");
    shell_quote(bytes_of(one->id), out);
}

/* A case that only warned is no required one, and by itself leaves the endpoint undecided: who
 * pastes the line shall see the cause decide. */
const struct case_result *repeat_case(const struct run_result *result,
                                      const struct diagnosis *diagnosis)
{
    const struct case_result *first = NULL;
    for (size_t i = 0; i < diagnosis->num_cases; i++) {
        const struct case_result *one = result_case(result, diagnosis->cases[i]);
        if (one && one->verdict == VERDICT_FAIL)
            return one;
        first = first ? first : one;
    }
    return first;
}
