#include "load/link.h"

#include <sys/epoll.h>

#include "base/clock.h"
#include "load/retry_after.h"

bool link_open(struct link *link, const struct link_setting *setting)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = link};
    link->reader = http_reader_new(HTTP_RESPONSE, &(struct http_limits){0});
    link->watches_room = false;
    link->state = LINK_IDLE;
    return epoll_ctl(setting->epoll, EPOLL_CTL_ADD, dial_socket(link->dial), &event) == 0;
}

void link_close(struct link *link)
{
    dial_free(link->dial);
    http_reader_free(link->reader);
    link->dial = NULL;
    link->reader = NULL;
    link->watches_room = false;
    link->state = LINK_NONE;
}

void link_clear(struct link *link)
{
    link_close(link);
    buf_clear(&link->out);
    buf_clear(&link->answer);
}

void link_begin(struct link *link)
{
    link->state = LINK_BUSY;
    link->out_sent = 0;
    link->first_ns = -1;
    link->retry_after_s = -1;
    buf_reset(&link->answer);
    link->answer.full = false;
}

/* --- reading --- */

static enum link_news end_without(struct link_end *out, enum load_fault fault, const char *problem)
{
    *out = (struct link_end){.fault = fault, .problem = problem, .retry_after_s = -1};
    return LINK_ENDED;
}

static int64_t read_retry_after(const struct headers *headers)
{
    const char *value = headers_find(headers, "Retry-After");
    return value ? retry_after(value, clock_wall_ms() / 1000) : -1;
}

static enum link_news take_event(struct link *link, enum http_event event, struct link_end *out)
{
    const struct http_reader *reader = link->reader;
    if (event == HTTP_HEAD && reader->status == 429)
        link->retry_after_s = read_retry_after(&reader->headers);
    if (event == HTTP_MALFORMED)
        return end_without(out, LOAD_MALFORMED, reader->problem);
    if (event != HTTP_END || (reader->status < 200 && reader->status != 101))
        return LINK_GOES_ON;
    *out = (struct link_end){
        .status = reader->status,
        .keeps = reader->keep_alive && !reader->until_close && reader->status != 101 &&
                 link->out_sent == link->out.len,
        .retry_after_s = link->retry_after_s,
    };
    return LINK_ENDED;
}

static enum link_news feed(struct link *link, const struct link_setting *setting, size_t len,
                           struct link_end *out)
{
    enum http_event event;
    const char *data = setting->buffer;
    if (link->first_ns < 0)
        link->first_ns = clock_monotonic_ns() - setting->begun_ns;
    *setting->received += len;
    buf_add(&link->answer, data, len);
    while ((event = http_reader_next(link->reader, &data, &len)) != HTTP_MORE)
        if (take_event(link, event, out) == LINK_ENDED)
            return LINK_ENDED;
    return LINK_GOES_ON;
}

static enum link_news closed(struct link *link, bool is_broken, struct link_end *out)
{
    bool at_end = false;
    if (link->state == LINK_IDLE)
        return LINK_LEFT;
    if (!is_broken && http_reader_finish(link->reader, &at_end) && at_end)
        return take_event(link, HTTP_END, out);
    return end_without(out, LOAD_CLOSED,
                       is_broken             ? "the connection was reset"
                       : link->first_ns >= 0 ? "the connection was closed during the response"
                                             : "the connection was closed without a response");
}

enum link_news link_read(struct link *link, const struct link_setting *setting,
                         struct link_end *out)
{
    for (;;) {
        size_t len = 0;
        enum dial_end end = dial_receive(link->dial, setting->buffer, setting->buffer_size, &len);
        if (end == DIAL_AGAIN)
            return LINK_GOES_ON;
        /* bytes that nobody asked for end it as well */
        if (end != DIAL_OK || link->state == LINK_IDLE)
            return closed(link, end == DIAL_BROKEN, out);
        if (feed(link, setting, len, out) == LINK_ENDED)
            return LINK_ENDED;
    }
}

/* --- writing --- */

static void watch(struct link *link, const struct link_setting *setting, bool room)
{
    if (link->watches_room == room)
        return;
    struct epoll_event event = {.events = EPOLLIN | (room ? EPOLLOUT : 0), .data.ptr = link};
    link->watches_room = room;
    (void)epoll_ctl(setting->epoll, EPOLL_CTL_MOD, dial_socket(link->dial), &event);
}

enum link_news link_write(struct link *link, const struct link_setting *setting,
                          struct link_end *out)
{
    enum dial_end end = DIAL_OK;
    while (end == DIAL_OK && link->out_sent < link->out.len) {
        size_t put = 0;
        end = dial_send(link->dial, link->out.data + link->out_sent, link->out.len - link->out_sent,
                        &put);
        link->out_sent += put;
    }
    if (end == DIAL_BROKEN) { /* what it says before it closes may be the answer */
        enum link_news news = link_read(link, setting, out);
        return news == LINK_GOES_ON ? closed(link, true, out) : news;
    }
    watch(link, setting, link->out_sent < link->out.len);
    return LINK_GOES_ON;
}
