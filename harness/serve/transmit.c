#include "serve/transmit.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <sys/socket.h>

#define ENDLESS_STEP 65536 /* bytes that wait in the output at most */

void transmit_prepare(struct transmission *transmission, const struct answer *answer,
                      const struct answer_context *context)
{
    *transmission = (struct transmission){.drip_ns = answer->drip_ns, .endless = answer->endless};
    struct buf *bytes = &transmission->bytes;
    if (!answer->cut || answer->cut_at > 0)
        answer_write(answer, context, bytes);
    if (answer->cut && answer->cut_at < bytes->len)
        bytes->len = answer->cut_at;
}

void transmit_clear(struct transmission *transmission)
{
    buf_clear(&transmission->bytes);
    *transmission = (struct transmission){.drip_ns = 0};
}

void transmit_at_once(struct transmission *transmission, struct bufferevent *bufferevent)
{
    bool is_usual = transmission->drip_ns == 0 && !transmission->endless &&
                    !bufferevent_openssl_get_ssl(bufferevent) &&
                    evbuffer_get_length(bufferevent_get_output(bufferevent)) == 0;
    if (!is_usual || transmit_is_done(transmission))
        return;
    ssize_t len =
        send(bufferevent_getfd(bufferevent), transmission->bytes.data + transmission->sent,
             transmission->bytes.len - transmission->sent, MSG_NOSIGNAL);
    if (len > 0)
        transmission->sent += (size_t)len;
}

static void send_filler(struct bufferevent *bufferevent, size_t len)
{
    static const char filler[ENDLESS_STEP];
    (void)bufferevent_write(bufferevent, filler, len);
}

int64_t transmit_step(struct transmission *transmission, struct bufferevent *bufferevent)
{
    size_t left = transmission->bytes.len - transmission->sent;
    if (left == 0) {
        if (transmission->endless)
            send_filler(bufferevent, transmission->drip_ns ? 1 : ENDLESS_STEP);
        return transmission->endless ? transmission->drip_ns : 0;
    }
    size_t len = transmission->drip_ns ? 1 : left;
    (void)bufferevent_write(bufferevent, transmission->bytes.data + transmission->sent, len);
    transmission->sent += len;
    return len < left || transmission->endless ? transmission->drip_ns : 0;
}

bool transmit_is_done(const struct transmission *transmission)
{
    return !transmission->endless && transmission->sent == transmission->bytes.len;
}

bool transmit_is_filling(const struct transmission *transmission)
{
    return transmission->endless && transmission->drip_ns == 0 &&
           transmission->sent == transmission->bytes.len;
}
