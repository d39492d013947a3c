/* Requests made to find something out. */
#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "diagnose/investigation.h"

/*
 * The data of a probe: a plausible contact whose text holds what libraries write differently. White
 * space and 1.50 tell the text as it stands from the object in it written again; é < / = ` and
 * U+2028, members out of order, {} and 1e-7 tell the libraries apart.
 */
static const char probe_format[] =
    "{\"id\":\"%s\", \"last_name\":\"Søn/<b>O'Neil & Co=`+\\u2028😀\x7f\",\"first_name\":\"Zoé\","
    "\"field_mappings\":{},\"tags\":[],\"remote_data\":{\"score\":1.50,\"rate\":1e-7,\"note\":"
    "\"\\u001f\xE2\x80\xA8\"}}";

/* The same as an object on the wire, in the form of JSON.stringify. */
static const char object_format[] = "{\"id\":\"%s\",\"last_name\":\"Søn/<b>O'Neil & "
                                    "Co=`+\xE2\x80\xA8😀\x7f\",\"first_name\":\"Zoé\","
                                    "\"field_mappings\":{},\"tags\":[],\"remote_data\":{\"score\":"
                                    "1.5,\"rate\":1e-7,\"note\":\"\\u001f\"}}";

void ask_make_event(struct investigation *inv, enum dialect dialect, struct event *out)
{
    char id[UUID_SIZE];
    *out = (struct event){.type = mem_text(inv->input->usual_type), .dialect = dialect};
    event_new_id(&inv->rng, inv->input->run_tag, out->id);
    rng_uuid(&inv->rng, id);
    buf_add_format(&out->data, dialect == DIALECT_TEXT ? probe_format : object_format, id);
}

/* As Panora writes it, but for a blank, so that the bytes differ from the value written again. */
void ask_write_body(const struct event *event, struct buf *out)
{
    struct buf body = {0};
    event_write_body(event, &body);
    const char *comma = strchr(buf_text(&body), ',');
    size_t before = comma ? (size_t)(comma + 1 - buf_text(&body)) : 0;
    buf_add(out, body.data, before);
    buf_add_char(out, ' ');
    buf_add(out, body.data + before, body.len - before);
    buf_clear(&body);
}

enum dialect ask_dialect(const struct investigation *inv)
{
    return inv->input->object_only ? DIALECT_OBJECT : DIALECT_TEXT;
}

enum answer ask_request(struct investigation *inv, const struct request *request,
                        struct observation *seen)
{
    struct observation own;
    observation_init(&own);
    if (!inv->closed)
        inv->closed = !inv->input->send(inv->input->payload, request, &own);
    enum answer answer = inv->closed ? ANSWER_NONE : answer_of(&own);
    if (seen)
        *seen = own;
    else
        observation_clear(&own);
    return answer;
}

static void add_every_header(struct signing *signing)
{
    for (size_t i = 0; i < num_hypotheses; i++)
        if (hypotheses[i].part == PART_HEADER)
            (void)hypotheses[i].apply(&hypotheses[i], signing);
}

static void fill_request(struct bytes body, const struct question *question,
                         const struct headers *signed_by, struct request *out)
{
    *out = (struct request){.method = mem_text("POST")};
    buf_add_bytes(&out->body, body);
    event_add_headers(&out->headers, headers_find(signed_by, PANORA_SIGNATURE_HEADER),
                      out->body.len);
    for (size_t i = 0; i < signed_by->count; i++)
        if (!header_name_equal(signed_by->items[i].name, PANORA_SIGNATURE_HEADER))
            headers_add(&out->headers, signed_by->items[i].name, signed_by->items[i].value);
    if (question->agent)
        headers_set(&out->headers, "User-Agent", question->agent);
}

enum answer ask(struct investigation *inv, const struct question *question,
                struct observation *seen)
{
    struct event event;
    struct buf body = {0};
    struct subject subject;
    struct signing signing;
    enum answer answer = ANSWER_NONE;
    char random[UUID_SIZE];
    rng_uuid(&inv->rng, random);
    ask_make_event(inv, question->as_object ? DIALECT_OBJECT : ask_dialect(inv), &event);
    ask_write_body(&event, &body);
    (void)subject_read(&subject, buf_bytes(&body), inv->input->wall_ms);
    if (seen)
        observation_init(seen);
    struct bytes key = question->forged ? bytes_of(random) : inv->input->secret;
    if (hypothesis_sign(question->first, question->second, &subject, key, &signing)) {
        struct request request;
        if (question->every_header)
            add_every_header(&signing);
        fill_request(buf_bytes(&body), question, &signing.headers, &request);
        answer = ask_request(inv, &request, seen);
        request_clear(&request);
    }
    signing_clear(&signing);
    subject_clear(&subject);
    event_clear(&event);
    buf_clear(&body);
    return answer;
}
