/* A badge: as SVG, and as the JSON from which shields.io draws one. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "deliver/engine.h"
#include "report/formats.h"
#include "report/headline.h"
#include "report/xml.h"
#include "result/exit.h"

struct badge {
    const char *message;
    const char *color; /* dark enough for white letters */
    const char *shields_color;
};

static const struct badge badges[SUMMARY_COUNT] = {
    [SUMMARY_READY] = {"ready", "#1a7f37", "brightgreen"},
    [SUMMARY_UNDECIDED] = {"undecided", "#7a5195", "lightgrey"},
    [SUMMARY_NOT_READY] = {"not ready", "#b3261e", "red"},
};

/* Ready, as far as one can tell: whoever answered need not be the endpoint. */
static const struct badge unchecked = {"ready, certificate not checked", "#8a6100", "yellow"};

/* Nothing is known of it. */
static const struct badge unreached = {"not reached", "#b3261e", "red"};

static bool is_unchecked(const struct run_result *result)
{
    for (size_t i = 0; i < result->num_notes; i++)
        if (strcmp(result->notes[i], ENGINE_INSECURE) == 0)
            return true;
    return false;
}

static const struct badge *badge_of(const struct run_result *result)
{
    enum run_summary summary = run_result_summary(result);
    if (result->exit_code == EXIT_UNREACHED)
        return &unreached;
    return summary == SUMMARY_READY && is_unchecked(result) ? &unchecked : &badges[summary];
}

/* "ready", or "not ready, 12 failed". */
static void add_message(const struct run_result *result, const struct badge *badge, struct buf *out)
{
    buf_add_text(out, badge->message);
    if (result->counts[VERDICT_FAIL])
        buf_add_format(out, ", %zu failed", result->counts[VERDICT_FAIL]);
}

/* What a pointer over the picture shows: the message, and what makes it doubtful. */
static void add_title(const struct run_result *result, const char *message, struct buf *out)
{
    buf_add_format(out, "<title>hookcheck: %s", message);
    for (size_t i = 0; i < result->num_notes; i++) {
        buf_add_text(out, "; ");
        xml_add(bytes_of(result->notes[i]), out);
    }
    buf_add_text(out, "</title>\n");
}

static void render_badge(const struct run_result *result, struct buf *out)
{
    enum { HEIGHT = 20, LEFT = 78, CHARACTER = 7, PADDING = 14 };
    const struct badge *badge = badge_of(result);
    struct buf message = {0};
    add_message(result, badge, &message);
    size_t right = message.len * CHARACTER + PADDING;
    buf_add_format(out,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%zu\" height=\"%d\" "
                   "role=\"img\" aria-label=\"hookcheck: %s\">\n",
                   LEFT + right, HEIGHT, buf_text(&message));
    add_title(result, buf_text(&message), out);
    buf_add_format(out,
                   "<rect width=\"%zu\" height=\"%d\" rx=\"3\" fill=\"#444\"/>\n"
                   "<path d=\"M%d 0h%zua3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H%dz\" fill=\"%s\"/>\n",
                   LEFT + right, HEIGHT, LEFT, right - 3, LEFT, badge->color);
    buf_add_format(out,
                   "<g fill=\"#fff\" text-anchor=\"middle\" font-size=\"11\" "
                   "font-family=\"Verdana,DejaVu Sans,Geneva,sans-serif\">\n"
                   "<text x=\"%d\" y=\"14\">hookcheck</text>\n"
                   "<text x=\"%zu\" y=\"14\">%s</text>\n</g>\n</svg>\n",
                   LEFT / 2, LEFT + right / 2, buf_text(&message));
    buf_clear(&message);
}

static void render_shields(const struct run_result *result, struct buf *out)
{
    const struct badge *badge = badge_of(result);
    struct buf message = {0};
    add_message(result, badge, &message);
    json_t *object = json_pack("{s:i, s:s, s:s, s:s}", "schemaVersion", 1, "label", "hookcheck",
                               "message", buf_text(&message), "color", badge->shields_color);
    json_add_document(object, out);
    json_decref(object);
    buf_clear(&message);
}

const struct report_format report_format_badge = {"badge", "a badge as SVG", ".svg", render_badge};

const struct report_format report_format_shields = {
    "shields", "a badge as shields.io's endpoint JSON", "", render_shields};
