/* Reports of loads that were saved, by this program or by nobody. */
#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "report/load_compare.h"
#include "report/load_record.h"

TestSuite(report_load_record, .timeout = 120);

#define TIMES "{\"count\":9,\"p50\":1,\"p90\":2,\"p99\":3,\"p99.9\":4,\"p99.99\":5,\"max\":6}"
#define SAVED                                                                                      \
    "{\"load_format\":1,\"target\":\"http://127.0.0.1/\",\"passed\":true,\"interrupted\":false,"   \
    "\"seconds\":10,\"sent\":9,\"answered\":9,\"failed\":0,\"requests_per_second\":0.9,"           \
    "\"settings\":{\"loop\":\"open\",\"rate\":1,\"connections\":1,\"threads\":1},"                 \
    "\"milliseconds\":{\"latency\":" TIMES ",\"queue\":" TIMES ",\"wait\":" TIMES                  \
    ",\"transfer\":" TIMES ",\"connect\":" TIMES "},\"timeline\":[{\"second\":1,\"sent\":9,"       \
    "\"answered\":9,\"errors\":0,\"p50_ms\":1,\"p90_ms\":2,\"p99_ms\":3,\"max_ms\":6}],"           \
    "\"errors\":[],\"goals\":[],\"offenders\":[]}"

static bool read_saved(const char *text, struct load_record *out, struct error *err)
{
    json_t *document = json_loads(text, 0, NULL);
    cr_assert_not_null(document);
    return load_record_read(out, "load.json", document, err);
}

Test(report_load_record, reads_what_it_needs)
{
    struct load_record record;
    struct error err = {0};
    cr_assert(read_saved(SAVED, &record, &err), "%s", err.message);
    cr_expect_eq(record.times[LOAD_WAIT].p9999, 5);
    cr_expect_eq(record.num_points, 1);
    cr_expect_eq(record.points[0].max, 6);
    load_record_clear(&record);
}

Test(report_load_record, names_the_place_of_what_is_wrong)
{
    static const struct {
        const char *part, *instead, *complaint;
    } rows[] = {
        {"\"load_format\":1", "\"load_format\":2", "load.json: /load_format"},
        {"\"target\":\"http://127.0.0.1/\"", "\"target\":7", "load.json: /target"},
        {"\"loop\":\"open\",\"rate\":1", "\"loop\":\"open\",\"rate\":null", "/settings/rate"},
        {"\"p99_ms\":3", "\"p99_ms\":\"3\"", "load.json: /timeline/0/p99_ms"},
        {"\"p99.9\":4", "\"p99.9\":[]", "load.json: /milliseconds/latency/p99.9"},
        {"\"goals\":[]", "\"goals\":[3]", "load.json: /goals/0"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[2048];
        struct load_record record;
        struct error err = {0};
        const char *at = strstr(SAVED, rows[i].part);
        cr_assert_not_null(at, "%s", rows[i].part);
        (void)snprintf(text, sizeof text, "%.*s%s%s", (int)(at - SAVED), SAVED, rows[i].instead,
                       at + strlen(rows[i].part));
        cr_expect_not(read_saved(text, &record, &err), "%s", rows[i].instead);
        cr_expect(strstr(err.message, rows[i].complaint), "%s", err.message);
        load_record_clear(&record);
    }
}

/* So many seconds, with these values in turn. */
static void add_seconds(struct load_record *record, size_t count, double p99)
{
    free(record->points);
    record->points = calloc(count, sizeof *record->points);
    record->num_points = count;
    for (size_t i = 0; i < count; i++)
        record->points[i] = (struct load_point){
            .second = (double)i, .answered = 1, .p50 = 1, .p90 = 2, .p99 = p99 + (double)(i % 3)};
    record->times[LOAD_LATENCY].p99 = p99;
}

static enum load_change_kind change_of_p99(size_t count, double before, double after)
{
    struct load_record records[2];
    struct load_change changes[LOAD_CHANGES_MAX];
    enum load_change_kind kind = LOAD_SAME;
    for (size_t i = 0; i < 2; i++) {
        cr_assert(read_saved(SAVED, &records[i], NULL));
        add_seconds(&records[i], count, i ? after : before);
    }
    size_t found = load_changes(&records[0], &records[1], changes);
    for (size_t i = 0; i < found; i++)
        if (strcmp(changes[i].name, "p99") == 0)
            kind = changes[i].kind;
    load_record_clear(&records[0]);
    load_record_clear(&records[1]);
    return kind;
}

Test(report_load_record, tells_a_change_from_noise)
{
    cr_expect_eq(change_of_p99(20, 10, 30), LOAD_WORSE);
    cr_expect_eq(change_of_p99(20, 30, 10), LOAD_BETTER);
    cr_expect_eq(change_of_p99(20, 10, 10), LOAD_SAME);
    cr_expect_eq(change_of_p99(20, 100, 103), LOAD_SAME, "certain, but nobody would notice");
    cr_expect_eq(change_of_p99(3, 10, 30), LOAD_SAME, "too short");
}
