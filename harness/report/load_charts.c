#include "report/load_charts.h"

#include <math.h>

#include "base/clock.h"
#include "base/text.h"
#include "report/html.h"

enum { WIDTH = 720, HEIGHT = 220, LEFT = 62, RIGHT = 16, TOP = 12, BOTTOM = 34, COLUMNS = 320 };

/* What the axes span: seconds from 0, and values, by their logarithm for times. */
struct span {
    double seconds;
    double low;
    double high;
    bool is_log;
};

double load_value(const struct load_point *point, size_t value)
{
    return *(const double *)(const void *)((const char *)point + value);
}

void load_add_ms(struct buf *out, double ms)
{
    text_add_duration(out, (int64_t)(ms * (double)NS_PER_MS));
}

/* --- the axes --- */

/* 1, 2 or 5 times a power of ten, not below `value`. */
static double round_up(double value)
{
    double power = pow(10, floor(log10(value)));
    double lead = value / power;
    return (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10) * power;
}

static struct span span_of(const struct load_chart *chart)
{
    struct span span = {.seconds = 1, .low = INFINITY, .high = 0, .is_log = chart->unit == NULL};
    for (size_t i = 0; i < chart->num_curves; i++) {
        const struct load_curve *curve = &chart->curves[i];
        for (size_t k = 0; k < curve->record->num_points; k++) {
            const struct load_point *point = &curve->record->points[k];
            double value = load_value(point, curve->value);
            span.seconds = fmax(span.seconds, point->second);
            span.high = fmax(span.high, value);
            if (value > 0)
                span.low = fmin(span.low, value);
        }
    }
    if (!span.is_log) {
        span.low = 0;
        span.high = span.high > 0 ? round_up(span.high) : 1;
        return span;
    }
    span.low = isfinite(span.low) ? floor(log10(span.low)) : 0;
    span.high = span.high > 0 ? ceil(log10(span.high)) : 1;
    if (span.high <= span.low)
        span.high = span.low + 1;
    return span;
}

static double x_of(const struct span *span, double second)
{
    return LEFT + second / span->seconds * (WIDTH - LEFT - RIGHT);
}

static double y_of(const struct span *span, double value)
{
    double shown = span->is_log ? (value > 0 ? log10(value) : span->low) : value;
    return TOP + (1 - (shown - span->low) / (span->high - span->low)) * (HEIGHT - TOP - BOTTOM);
}

static void add_level(const struct span *span, double value, const char *unit, struct buf *out)
{
    double y = y_of(span, value);
    buf_add_format(out,
                   "<path class=\"guide\" d=\"M%d %.1fH%d\"/>"
                   "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">",
                   LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 4);
    if (unit)
        buf_add_format(out, "%.6g%s", value, unit);
    else
        load_add_ms(out, value);
    buf_add_text(out, "</text>");
}

static void add_axes(const struct span *span, const char *unit, struct buf *out)
{
    if (span->is_log)
        for (int power = (int)span->low; power <= (int)span->high; power++)
            add_level(span, pow(10, power), unit, out);
    else
        for (int quarter = 0; quarter <= 4; quarter++)
            add_level(span, span->high * quarter / 4, unit, out);
    long step = span->seconds > 8 ? lround(round_up(span->seconds / 8)) : 1;
    for (long at = 0; at <= lround(span->seconds); at += step)
        buf_add_format(out,
                       "<path class=\"guide\" d=\"M%.1f %dV%d\"/>"
                       "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%ld s</text>",
                       x_of(span, (double)at), TOP, HEIGHT - BOTTOM, x_of(span, (double)at),
                       HEIGHT - BOTTOM + 16, at);
    buf_add_char(out, '\n');
}

/* --- the curves --- */

/* The seconds from `from` to before `to` share a column. */
static void add_column(const struct load_curve *curve, const struct span *span, size_t from,
                       size_t to, struct buf *out)
{
    const struct load_point *points = curve->record->points;
    double low = INFINITY;
    double high = 0;
    for (size_t i = from; i < to; i++) {
        low = fmin(low, load_value(&points[i], curve->value));
        high = fmax(high, load_value(&points[i], curve->value));
    }
    double x = x_of(span, points[to - 1].second);
    buf_add_format(out, "%s%.1f %.1f", from ? "L" : "M", x, y_of(span, high));
    if (low < high)
        buf_add_format(out, "V%.1f", y_of(span, low));
}

static void add_curve(const struct load_curve *curve, const struct span *span, struct buf *out)
{
    size_t count = curve->record->num_points;
    size_t columns = count < COLUMNS ? count : COLUMNS;
    if (!count)
        return;
    buf_add_format(out, "<path class=\"curve k%u\" d=\"", curve->look);
    for (size_t i = 0; i < columns; i++)
        add_column(curve, span, i * count / columns, (i + 1) * count / columns, out);
    buf_add_text(out, count == 1 ? "h4" : "");
    buf_add_text(out, "\"/>\n");
}

static void add_legend(const struct load_chart *chart, struct buf *out)
{
    buf_add_text(out, "<ul class=\"legend\">");
    for (size_t i = 0; i < chart->num_curves; i++) {
        buf_add_format(out,
                       "<li><svg width=\"34\" height=\"10\" aria-hidden=\"true\" "
                       "style=\"display:inline\"><path class=\"curve k%u\" d=\"M1 5H33\"/></svg> ",
                       chart->curves[i].look);
        html_add(chart->curves[i].name, out);
        buf_add_text(out, "</li>");
    }
    buf_add_text(out, "</ul>\n");
}

void load_chart_add(const struct load_chart *chart, struct buf *out)
{
    size_t count = 0;
    for (size_t i = 0; i < chart->num_curves; i++)
        count += chart->curves[i].record->num_points;
    if (!count)
        return;
    struct span span = span_of(chart);
    html_element("h3", chart->title, out);
    buf_add_format(out, "\n<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"", WIDTH, HEIGHT);
    html_add(chart->title, out);
    buf_add_text(out, " over the seconds of the load; the table below has the values\">\n");
    add_axes(&span, chart->unit, out);
    for (size_t i = 0; i < chart->num_curves; i++)
        add_curve(&chart->curves[i], &span, out);
    buf_add_text(out, "</svg>\n");
    add_legend(chart, out);
}
