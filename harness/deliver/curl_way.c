/*
 * The libcurl way: one easy handle in the engine's multi handle, on a connection of its own.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "deliver/engine_internal.h"

/* What libcurl would add of itself. "NAME:" in its list means: do not. */
static const char *const added_by_libcurl[] = {
    "Accept", "Accept-Encoding", "Content-Length",   "Content-Type",
    "Expect", "User-Agent",      "Proxy-Connection", "TE",
};

static void add_line(struct attempt *attempt, const char *line)
{
    struct curl_slist *longer = curl_slist_append(attempt->lines, line);
    if (!longer)
        mem_library_failed();
    attempt->lines = longer;
}

/* libcurl drops a header whose value is blank unless it is written "NAME;". */
static void add_field(struct attempt *attempt, const struct header *field)
{
    bool is_blank = field->value[strspn(field->value, " \t")] == '\0';
    char *line =
        is_blank ? mem_format("%s;", field->name) : mem_format("%s: %s", field->name, field->value);
    add_line(attempt, line);
    free(line);
}

static void set_lines(struct attempt *attempt)
{
    /* The first "Host:" tells libcurl to send none of its own; only then does it leave ours at
     * their places. The first "Transfer-Encoding:" keeps it from framing a body that is framed
     * already. */
    add_line(attempt, "Host:");
    add_line(attempt, "Transfer-Encoding:");
    for (size_t i = 0; i < ARRAY_LEN(added_by_libcurl); i++) {
        if (headers_find(&attempt->fields, added_by_libcurl[i]))
            continue;
        char *line = mem_format("%s:", added_by_libcurl[i]);
        add_line(attempt, line);
        free(line);
    }
    for (size_t i = 0; i < attempt->fields.count; i++)
        add_field(attempt, &attempt->fields.items[i]);
    setup_must(curl_easy_setopt(attempt->easy, CURLOPT_HTTPHEADER, attempt->lines));
}

static void set_request(struct attempt *attempt)
{
    const struct request *request = attempt->request;
    CURL *easy = attempt->easy;
    if (request->body.len) {
        setup_must(
            curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len));
        setup_must(curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body.data));
    } else {
        setup_must(curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L));
    }
    if (attempt->expects_no_body)
        setup_must(curl_easy_setopt(easy, CURLOPT_NOBODY, 1L));
    setup_must(curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method));
    /* or libcurl 8 refuses a response with a transfer coding that it did not ask for */
    setup_must(curl_easy_setopt(easy, CURLOPT_TRANSFER_ENCODING, 1L));
}

void curl_way_begin(struct attempt *attempt)
{
    attempt->easy = setup_easy(attempt, attempt->error_text);
    setup_must(curl_easy_setopt(attempt->easy, CURLOPT_PRIVATE, attempt));
    setup_must(curl_easy_setopt(attempt->easy, CURLOPT_FORBID_REUSE, 1L));
    set_request(attempt);
    set_lines(attempt);
    curl_response_watch(attempt);
    if (curl_multi_add_handle(attempt->engine->multi, attempt->easy) != CURLM_OK)
        mem_library_failed();
}

/* The response is whole although libcurl may say that sending failed or was late: Panora's sender
 * takes an answer that comes before all of its request is gone. */
static bool is_answered(const struct attempt *attempt, CURLcode code)
{
    const struct curl_response *response = &attempt->response;
    /* libcurl 8 decodes, and fails at, codings that Panora's sender leaves as they are */
    if (code == CURLE_BAD_CONTENT_ENCODING)
        return response->head_ended && !attempt->seen.decoded;
    if (response->is_complete)
        return true;
    if (code == CURLE_OK)
        return response->head_ended;
    /* a body until the end of the connection, which TLS did not announce */
    return code == CURLE_RECV_ERROR && response->head_ended && response->reader->until_close &&
           strstr(attempt->error_text, "unexpected eof");
}

static void decide(struct attempt *attempt, CURLcode code)
{
    struct curl_response *response = &attempt->response;
    struct observation *seen = &attempt->seen;
    if (response->broken) {
        attempt_end(attempt, OUTCOME_MALFORMED, "%s", response->broken);
    } else if (response->late) {
        attempt_end_late(attempt);
    } else if (is_answered(attempt, code)) {
        if (response->is_complete)
            seen->total_ns = response->last_byte_ns - seen->started_ns;
        attempt_end(attempt, OUTCOME_ANSWERED, "%s", "");
    } else if (code == CURLE_OK) {
        attempt_end(attempt, OUTCOME_CUT_SHORT, "the response ended inside its headers");
    } else {
        outcome_of_failure(attempt, code);
    }
}

void curl_way_on_done(struct attempt *attempt, CURLcode code)
{
    outcome_read_phases(&attempt->seen, attempt->easy);
    if (code == CURLE_SEND_ERROR && !attempt->response.head_ended &&
        curl_response_read_rest(attempt))
        attempt_end(attempt, OUTCOME_ANSWERED, "%s", "");
    decide(attempt, code);
}

void curl_way_release(struct attempt *attempt)
{
    if (attempt->easy) {
        (void)curl_multi_remove_handle(attempt->engine->multi, attempt->easy);
        curl_easy_cleanup(attempt->easy);
        attempt->easy = NULL;
    }
    curl_slist_free_all(attempt->lines);
    attempt->lines = NULL;
    curl_response_release(attempt);
}
