#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "suite/suite.h"

/* Where the last part begins; `len` bytes of `id` count. */
static size_t last_part(const char *id, size_t len)
{
    while (len && id[len - 1] != '/')
        len--;
    return len;
}

bool suite_id_matches(const char *glob, const char *id)
{
    size_t base_len = strcspn(id, "[");
    size_t short_at = last_part(id, base_len);
    size_t suite_len = short_at ? short_at - 1 : 0;
    char *base = mem_copy(id, base_len);
    char *suite = mem_copy(id, suite_len);
    bool matches = text_glob(glob, id) || text_glob(glob, base) || text_glob(glob, id + short_at) ||
                   text_glob(glob, base + short_at);
    matches = matches || (suite_len && (text_glob(glob, suite) ||
                                        text_glob(glob, suite + last_part(suite, suite_len))));
    free(base);
    free(suite);
    return matches;
}
