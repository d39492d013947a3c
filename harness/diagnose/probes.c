/* Forgeries of every kind that tells the ways to be wrong apart. */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "diagnose/investigation.h"
#include "sign/signature.h"

enum shape { SHAPE_NONE, SHAPE_TEXT, SHAPE_CUT, SHAPE_EXTENDED };

static const struct {
    const char *sent;
    enum shape shape;
    const char *text; /* the signature, or what is added to the right one */
    size_t len;       /* that the right one is cut to */
} forgeries[] = {
    {"a probe without a signature", SHAPE_NONE, NULL, 0},
    {"a probe with an empty signature", SHAPE_TEXT, "", 0},
    {"a probe with 64 made-up digits", SHAPE_TEXT,
     "5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f", 0},
    {"a probe with 64 characters that are no digits", SHAPE_TEXT,
     "zyxwvutsrqponmlkzyxwvutsrqponmlkzyxwvutsrqponmlkzyxwvutsrqponmlk", 0},
    {"a probe with 40 made-up digits", SHAPE_TEXT, "5e1f0a9b3c7d2e4f5e1f0a9b3c7d2e4f5e1f0a9b", 0},
    {"a probe with a signature that is not ASCII", SHAPE_TEXT, "5e1f0a9b\xE9", 0},
    {"a probe with the first 32 digits of the right signature", SHAPE_CUT, NULL, 32},
    {"a probe with the right signature and more digits", SHAPE_EXTENDED, "00", 0},
    {"a probe with the right signature and letters behind it", SHAPE_EXTENDED, "zz", 0},
};

static void forge(struct investigation *inv, size_t index)
{
    inv->probes = mem_resize(inv->probes, inv->num_probes + 1, sizeof *inv->probes);
    struct exchange *probe = &inv->probes[inv->num_probes];
    struct event event;
    struct buf message = {0};
    struct buf value = {0};
    *probe = (struct exchange){0};
    probe->sent = mem_text(forgeries[index].sent);
    ask_make_event(inv, ask_dialect(inv), &event);
    event_write_message(&event, &message);
    signature_make(inv->input->secret, buf_bytes(&message), probe->right_signature);
    if (forgeries[index].shape == SHAPE_CUT)
        buf_add(&value, probe->right_signature, forgeries[index].len);
    if (forgeries[index].shape == SHAPE_EXTENDED)
        buf_add_text(&value, probe->right_signature);
    if (forgeries[index].text)
        buf_add_text(&value, forgeries[index].text);
    event_write_body(&event, &probe->request.body);
    probe->request.method = mem_text("POST");
    event_add_headers(&probe->request.headers,
                      forgeries[index].shape == SHAPE_NONE ? NULL : buf_text(&value),
                      probe->request.body.len);
    enum answer answer = ask_request(inv, &probe->request, &probe->seen);
    probe->accepted = answer == ANSWER_ACCEPTED;
    inv->num_probes++;
    event_clear(&event);
    buf_clear(&message);
    buf_clear(&value);
}

void probes_forge(struct investigation *inv)
{
    for (size_t i = 0; i < ARRAY_LEN(forgeries); i++)
        forge(inv, i);
}
