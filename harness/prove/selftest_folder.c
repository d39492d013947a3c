/* What the runs of a selftest keep on disk, and that nothing of it stays behind: a run that is
 * killed tidies up nothing itself. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "prove/selftest.h"

#define JOURNAL_MAX ((size_t)256 * 1024 * 1024)

bool selftest_make_folder(struct selftest *selftest, struct error *err)
{
    selftest->folder = file_new_folder("hookcheck-selftest", err);
    return selftest->folder != NULL;
}

void selftest_remove_folder(struct selftest *selftest)
{
    if (selftest->folder)
        file_remove_folder(selftest->folder);
    free(selftest->folder);
    selftest->folder = NULL;
}

/* --- what became of an event, by the receiver's own journal: the selftest's --effect-command ---
 */

static struct processed said_of(struct bytes journal, const char *id)
{
    char *wanted = mem_format("\"id_event\":\"%s\",\"processed\":true", id);
    struct processed said = {.state = PROCESSED_TIMES};
    const char *end = journal.data + journal.len;
    for (const char *at = bytes_find(journal, bytes_of(wanted)); at;
         at = bytes_find((struct bytes){at + 1, (size_t)(end - at - 1)}, bytes_of(wanted)))
        said.times++;
    free(wanted);
    return said;
}

static void ask(void *payload, struct effect_question *questions, size_t count, effect_stop *stop,
                void *stop_payload)
{
    struct buf journal = {0};
    struct error err = {0};
    const char *why = stop(stop_payload);
    if (!why && !file_read(payload, JOURNAL_MAX, &journal, &err))
        why = err.message;
    for (size_t i = 0; i < count; i++) {
        struct processed *said = &questions[i].said;
        if (said->state != PROCESSED_UNASKED)
            continue;
        if (why)
            *said = (struct processed){.state = PROCESSED_UNKNOWN, .why = mem_text(why)};
        else
            *said = said_of(buf_bytes(&journal), questions[i].id_event);
    }
    buf_clear(&journal);
}

char *selftest_journal_new(struct error *err)
{
    const char *parent = getenv("TMPDIR");
    char *path = mem_format("%s/hookcheck-journal-XXXXXX", parent && *parent ? parent : "/tmp");
    int fd = mkstemp(path);
    if (fd >= 0) {
        (void)close(fd);
        return path;
    }
    (void)error_set(err, "%s: %s", path, strerror(errno));
    free(path);
    return NULL;
}

struct effect_oracle selftest_oracle(char *journal)
{
    return (struct effect_oracle){.ask = ask, .payload = journal};
}
