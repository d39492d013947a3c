#include "tests/support/running.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "tests/support/shell_run.h"

#define ARGUMENTS_MAX 48

void run_against(const char *url, const char *const *arguments, struct program_end *end)
{
    const char *all[ARGUMENTS_MAX] = {"run", url, "--no-progress"};
    size_t count = 3;
    for (size_t i = 0; arguments[i] && count + 1 < ARGUMENTS_MAX; i++)
        all[count++] = arguments[i];
    run_hookcheck(all, (struct bytes){0}, end);
}

json_t *run_for_json(const char *url, const char *const *arguments, int *out_code)
{
    const char *all[ARGUMENTS_MAX] = {"--report", "json=-"};
    struct program_end end;
    size_t count = 2;
    for (size_t i = 0; arguments[i] && count + 1 < ARGUMENTS_MAX; i++)
        all[count++] = arguments[i];
    run_against(url, all, &end);
    json_error_t error;
    json_t *report = json_loadb(buf_text(&end.out), end.out.len, JSON_ALLOW_NUL, &error);
    cr_expect(report, "%zu bytes: line %d: %s\n%s", end.out.len, error.line, error.text,
              buf_text(&end.err));
    *out_code = end.code;
    program_end_clear(&end);
    return report;
}

const char *verdict_in(const json_t *report, const char *id)
{
    const json_t *cases = json_object_get(report, "cases");
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *one = json_array_get(cases, i);
        if (strcmp(json_string_value(json_object_get(one, "id")), id) == 0)
            return json_string_value(json_object_get(one, "verdict"));
    }
    return "";
}

size_t count_verdict(const json_t *report, const char *verdict)
{
    const json_t *cases = json_object_get(report, "cases");
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *one = json_array_get(cases, i);
        count += strcmp(json_string_value(json_object_get(one, "verdict")), verdict) == 0;
    }
    return count;
}

bool start_journalled(struct journalled *journalled, const char *const *arguments)
{
    const char *all[ARGUMENTS_MAX] = {"--journal"};
    size_t count = 2;
    journalled->path = shell_temporary(bytes_of(""));
    all[1] = journalled->path;
    for (size_t i = 0; arguments && arguments[i] && count + 1 < ARGUMENTS_MAX; i++)
        all[count++] = arguments[i];
    return journalled->path && start_receiver(&journalled->receiver, all);
}

void stop_journalled(struct journalled *journalled)
{
    (void)stop_program(&journalled->receiver);
    if (journalled->path)
        (void)unlink(journalled->path);
    free(journalled->path);
    journalled->path = NULL;
}

void read_journal(const struct journalled *journalled, struct buf *out)
{
    (void)file_read(journalled->path, (size_t)64 * 1024 * 1024, out, NULL);
}

size_t count_journal(const struct journalled *journalled)
{
    struct buf text = {0};
    size_t count = 0;
    read_journal(journalled, &text);
    for (size_t i = 0; i < text.len; i++)
        count += text.data[i] == '\n';
    buf_clear(&text);
    return count;
}
