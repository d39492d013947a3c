#include "report/html.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/mem.h"
#include "base/resource.h"
#include "base/text.h"
#include "report/text_page.h"
#include "sign/digest.h"

#define PAGE_STYLE  "reports/page/page.css"
#define PAGE_SCRIPT "reports/page/page.js"

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_add(const char *text, struct buf *out)
{
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(text ? text : ""), SIZE_MAX);
    for (size_t i = 0; i < visible.len; i++) {
        const char *escaped = entity(visible.data[i]);
        if (escaped)
            buf_add_text(out, escaped);
        else
            buf_add_char(out, visible.data[i]);
    }
    buf_clear(&visible);
}

void html_element(const char *tag, const char *text, struct buf *out)
{
    if (!text || !*text)
        return;
    buf_add_format(out, "<%s>", tag);
    html_add(text, out);
    buf_add_format(out, "</%.*s>", (int)strcspn(tag, " "), tag);
}

void html_fact(const char *label, const char *text, struct buf *out)
{
    if (!text || !*text)
        return;
    html_element("dt", label, out);
    html_element("dd", text, out);
    buf_add_char(out, '\n');
}

static void add_lines(struct bytes in, struct buf *out)
{
    for (size_t at = 0; at < in.len;) {
        const char *end = memchr(in.data + at, '\n', in.len - at);
        size_t len = end ? (size_t)(end - in.data) - at : in.len - at;
        struct buf visible = {0};
        text_add_visible(&visible, (struct bytes){in.data + at, len}, SIZE_MAX);
        html_add(buf_text(&visible), out);
        buf_clear(&visible);
        buf_add_text(out, end ? "\n" : "");
        at += len + (end ? 1 : 0);
    }
}

static void add_hex(struct bytes in, struct buf *out)
{
    enum { ROW = 16 };
    for (size_t at = 0; at < in.len; at += ROW) {
        size_t len = in.len - at < ROW ? in.len - at : ROW;
        char shown[ROW + 1] = {0};
        buf_add_format(out, "%06zx ", at);
        for (size_t i = 0; i < ROW; i++) {
            unsigned char byte = i < len ? (unsigned char)in.data[at + i] : 0;
            if (i < len)
                buf_add_format(out, " %02x", byte);
            else
                buf_add_text(out, "   ");
            if (i < len)
                shown[i] = '.';
            if (byte >= 0x20 && byte < 0x7f)
                shown[i] = (char)byte;
        }
        buf_add_text(out, "  ");
        html_add(shown, out);
        buf_add_char(out, '\n');
    }
}

void html_bytes(struct bytes in, size_t max_len, size_t total_len, struct buf *out)
{
    struct bytes shown = text_beginning(in, max_len);
    if (text_is_utf8(shown))
        add_lines(shown, out);
    else
        add_hex(shown, out);
    if (shown.len < total_len)
        buf_add_format(out, "\n[%zu of %zu bytes]", shown.len, total_len);
}

void html_verdict(enum verdict verdict, struct buf *out)
{
    const struct look *look = verdict_look(verdict);
    buf_add_format(out, "<span class=\"v %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
                   verdict_name(verdict), look->mark, look->word);
}

const char *html_summary_class(const struct run_result *result)
{
    static const char *const classes[SUMMARY_COUNT] = {"pass", "inconclusive", "fail"};
    return classes[run_result_summary(result)];
}

void html_banner_fact(const char *label, const char *value, struct buf *out)
{
    buf_add_text(out, "<li>");
    html_element("b", value, out);
    html_element("span", label, out);
    buf_add_text(out, "</li>\n");
}

void html_table_begin(const char *label, const char *const *headings, size_t count, struct buf *out)
{
    buf_add_text(out, "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"");
    html_add(label, out);
    buf_add_text(out, "\"><table>\n<tr>");
    for (size_t i = 0; i < count; i++) {
        buf_add_format(out, "<th%s scope=\"col\">", i ? " class=\"n\"" : "");
        html_add(headings[i], out);
        buf_add_text(out, "</th>");
    }
    buf_add_text(out, "</tr>\n");
}

void html_table_end(struct buf *out)
{
    buf_add_text(out, "</table></div>\n");
}

void html_duration_cell(int64_t ns, struct buf *out)
{
    buf_add_text(out, "<td class=\"n\">");
    text_add_duration(out, ns);
    buf_add_text(out, "</td>");
}

static void add_resource(const char *path, struct buf *out)
{
    buf_add_bytes(out, resource_find(path));
}

/* Only this script, known by its hash, may run: text of an endpoint could not, even if it got
 * through as markup. */
static void add_policy(struct buf *out)
{
    struct digest digest;
    buf_add_text(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                      "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action "
                      "'none'; script-src ");
    if (digest_hash("sha256", resource_find(PAGE_SCRIPT), &digest)) {
        buf_add_text(out, "'sha256-");
        encode_base64(digest_bytes(&digest), out);
        buf_add_text(out, "'");
    } else {
        buf_add_text(out, "'none'");
    }
    buf_add_text(out, "\">\n");
}

void html_begin(const char *title, struct buf *out)
{
    buf_add_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    add_policy(out);
    buf_add_text(out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                      "<meta name=\"referrer\" content=\"no-referrer\">\n"
                      "<link rel=\"icon\" href=\"data:,\">\n");
    html_element("title", title, out);
    buf_add_text(out, "\n<style>\n");
    add_resource(PAGE_STYLE, out);
    buf_add_text(out, "</style>\n</head>\n<body>\n<a class=\"skip-link\" href=\"#main\">Skip to "
                      "the report</a>\n");
}

void html_end(struct buf *out)
{
    buf_add_text(out, "<script>");
    add_resource(PAGE_SCRIPT, out);
    buf_add_text(out, "</script>\n</body>\n</html>\n");
}
