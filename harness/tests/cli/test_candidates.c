/* What a shell offers behind a word. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "cli/candidates.h"
#include "cli/command.h"

TestSuite(cli_candidates, .timeout = 120);

#define WORDS_MAX 6

static size_t count_words(const char *const *words)
{
    size_t count = 0;
    while (count < WORDS_MAX && words[count])
        count++;
    return count;
}

/* Whether `wanted` is one of the candidates, whole. */
static bool offers(const char *const *words, const char *wanted)
{
    struct buf out = {0};
    bool found = false;
    candidates_add(words, count_words(words), &out);
    for (const char *line = buf_text(&out); *line && !found;
         line += strcspn(line, "\n"), line += *line == '\n') {
        size_t len = strcspn(line, "\t\n");
        found = len == strlen(wanted) && strncmp(line, wanted, len) == 0;
    }
    buf_clear(&out);
    return found;
}

Test(cli_candidates, are_what_can_stand_at_the_place)
{
    static const struct {
        const char *words[WORDS_MAX];
        const char *offered;
    } rows[] = {
        {{"r"}, "run"},
        {{"help", "v"}, "verify"},
        {{"run", "--suite", "panora/s"}, "panora/signature"},
        {{"run", "--suite=panora/s"}, "--suite=panora/signature"},
        {{"run", "--report", ""}, "json="},
        {{"run", "--failures", ""}, "hurl="},
        {{"sign", "--format", ""}, "pytest"},
        {{"explain", ""}, "nextjs"},
        {{"completion", ""}, "fish"},
        {{"endpoints", ""}, "disable"},
        {{"endpoints", "create", "http://x", ""}, "crm.deal.created"},
        {{"load", "--events", ""}, "crm.deal.created"},
        {{"load", "--report", ""}, "hgrm="},
        {{"load", "--export", ""}, "k6"},
        {{"list", ""}, "probes"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++)
        cr_expect(offers(rows[i].words, rows[i].offered), "row %zu: no %s", i, rows[i].offered);
    cr_expect_not(offers((const char *const[WORDS_MAX]){"endpoints", "show", ""}, "delete"),
                  "a verb after a verb");
    cr_expect_not(offers((const char *const[WORDS_MAX]){"sign", "--format", ""}, "junit"),
                  "a format of reports is none of requests");
}

Test(cli_candidates, are_the_endpoints_of_the_file_that_holds)
{
    static const char here[] = "{\"endpoints\":{\"staging\":{\"url\":\"http://127.0.0.1:1/\"}}}";
    static const char other[] = "{\"endpoints\":{\"live\":{\"url\":\"http://127.0.0.1:1/\"}}}";
    char folder[] = "/tmp/hookcheck-candidates-XXXXXX";
    cr_assert(mkdtemp(folder));
    cr_assert_eq(chdir(folder), 0);
    cr_assert(file_write("hookcheck.json", bytes_of(here), 0600, NULL));
    cr_assert(file_write("other.json", bytes_of(other), 0600, NULL));
    static const char *const commands_of_one[] = {"run", "send", "load", "config"};
    for (size_t i = 0; i < ARRAY_LEN(commands_of_one); i++) {
        const char *const words[WORDS_MAX] = {commands_of_one[i], ""};
        const char *const named[WORDS_MAX] = {commands_of_one[i], "--config", "other.json", ""};
        cr_expect(offers(words, "staging"), "%s", commands_of_one[i]);
        cr_expect(offers(named, "live"), "%s", commands_of_one[i]);
        cr_expect_not(offers(named, "staging"), "%s", commands_of_one[i]);
    }
    cr_expect_not(
        offers((const char *const[WORDS_MAX]){"run", "--config=none.json", ""}, "staging"));
    (void)unlink("hookcheck.json");
    (void)unlink("other.json");
    cr_assert_eq(chdir("/"), 0);
    (void)rmdir(folder);
}
