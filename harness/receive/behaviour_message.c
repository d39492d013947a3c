/* Behaviours that change what the answer says. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "receive/behaviour_internal.h"

void behave_status(struct answer *answer, const struct inbound *request,
                   const struct argument *argument)
{
    answer->status = (int)argument->number;
}

void behave_header(struct answer *answer, const struct inbound *request,
                   const struct argument *argument)
{
    const char *colon = strchr(argument->text, ':');
    char *name = mem_copy(argument->text, (size_t)(colon - argument->text));
    headers_add(&answer->headers, name, colon + 1 + strspn(colon + 1, " \t"));
    free(name);
}

/* A 204 cannot carry a body, so an accepted event is answered by 200 then. */
static void set_some_body(struct answer *answer, const char *content_type, const char *text)
{
    if (answer->status == 204)
        answer->status = 200;
    answer_set_body(answer, content_type, text);
}

void behave_text(struct answer *answer, const struct inbound *request,
                 const struct argument *argument)
{
    set_some_body(answer, "text/plain; charset=utf-8", argument->text);
}

void behave_json(struct answer *answer, const struct inbound *request,
                 const struct argument *argument)
{
    set_some_body(answer, "application/json", argument->text);
}

void behave_html(struct answer *answer, const struct inbound *request,
                 const struct argument *argument)
{
    set_some_body(answer, "text/html; charset=utf-8", argument->text);
}

void behave_redirect(struct answer *answer, const struct inbound *request,
                     const struct argument *argument)
{
    answer->status = (int)argument->number;
    headers_set(&answer->headers, "Location", *argument->text ? argument->text : request->target);
}

void behave_garbage(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    static const char bytes[] = "\x16\x03\x01 this is no HTTP \xff\xfe\r\n\r\n";
    buf_reset(&answer->raw);
    buf_add(&answer->raw, bytes, sizeof bytes - 1);
}

void behave_wrong_length(struct answer *answer, const struct inbound *request,
                         const struct argument *argument)
{
    if (answer->body.len == 0)
        set_some_body(answer, "text/plain; charset=utf-8", "accepted\n");
    answer->length_error = argument->number;
    answer->ending = ENDING_CLOSE;
}

void behave_body_after_204(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    answer->status = 204;
    buf_reset(&answer->body);
    (void)headers_remove(&answer->headers, "Content-Type");
    buf_add_text(&answer->extra, argument->text);
}

void behave_extra_bytes(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    buf_add_text(&answer->extra, argument->text);
}

void behave_chunked(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    if (answer->status == 204)
        answer->status = 200;
    answer->chunked = true;
}

void behave_http_1_0(struct answer *answer, const struct inbound *request,
                     const struct argument *argument)
{
    answer->minor = -1;
}

void behave_bare_lf(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    answer->line_end = "\n";
}

void behave_huge_header(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    struct buf value = {0};
    buf_add_repeated(&value, 'a', (size_t)argument->number);
    headers_add(&answer->headers, "X-Padding", buf_text(&value));
    buf_clear(&value);
}

void behave_interim(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    answer->interim = 103;
    answer->num_interim = (size_t)argument->number;
}

void behave_refuse_continue(struct answer *answer, const struct inbound *request,
                            const struct argument *argument)
{
    answer->status = 417;
    answer->ending = ENDING_CLOSE;
}

/* 100 (Continue) to a client that did not wait for it. */
void behave_unasked_continue(struct answer *answer, const struct inbound *request,
                             const struct argument *argument)
{
    answer->interim = 100;
    answer->num_interim = 1;
}

#define HOP "/hop/"

/* The way to the last hop is counted in the address. */
void behave_redirect_chain(struct answer *answer, const struct inbound *request,
                           const struct argument *argument)
{
    long done = text_starts_with(request->target, HOP)
                    ? strtol(request->target + sizeof HOP - 1, NULL, 10)
                    : 0;
    if (done >= argument->count || done < 0)
        return;
    char *next = mem_format(HOP "%ld", done + 1);
    answer->status = (int)argument->number;
    headers_set(&answer->headers, "Location", next);
    free(next);
}

void behave_lower_case(struct answer *answer, const struct inbound *request,
                       const struct argument *argument)
{
    answer->lower_case = true;
}

void behave_no_reason(struct answer *answer, const struct inbound *request,
                      const struct argument *argument)
{
    answer->reason = "";
}

/* Many small chunks with an extension each, and a trailer. */
void behave_chunk_details(struct answer *answer, const struct inbound *request,
                          const struct argument *argument)
{
    behave_chunked(answer, request, argument);
    answer->chunk_details = true;
}
