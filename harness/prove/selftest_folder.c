/* What the runs of a selftest keep on disk, and that nothing of it stays behind: a run that is
 * killed tidies up nothing itself. */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "prove/selftest.h"

bool selftest_make_folder(struct selftest *selftest, struct error *err)
{
    const char *parent = getenv("TMPDIR");
    char *path = mem_format("%s/hookcheck-selftest-XXXXXX", parent && *parent ? parent : "/tmp");
    if (mkdtemp(path)) {
        selftest->folder = path;
        return true;
    }
    (void)error_set(err, "%s: %s", path, strerror(errno));
    free(path);
    return false;
}

void selftest_remove_folder(struct selftest *selftest)
{
    if (!selftest->folder)
        return;
    char *const paths[] = {selftest->folder, NULL};
    FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    for (FTSENT *entry; tree && (entry = fts_read(tree)) != NULL;)
        if (entry->fts_info == FTS_DP)
            (void)rmdir(entry->fts_accpath);
        else if (entry->fts_info != FTS_D)
            (void)unlink(entry->fts_accpath);
    if (tree)
        (void)fts_close(tree);
    free(selftest->folder);
    selftest->folder = NULL;
}
