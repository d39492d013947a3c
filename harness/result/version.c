#include "result/version.h"

#include <stdlib.h>
#include <string.h>

#include "base/encode.h"
#include "base/resource.h"
#include "base/text.h"
#include "sign/digest.h"

#define SHOWN_DIGITS 12

void suites_hash(char out[SUITES_HASH_SIZE])
{
    struct buf all = {0};
    for (size_t i = 0; i < num_resources; i++) {
        if (!text_starts_with(resources[i].path, "suites/"))
            continue;
        buf_add(&all, resources[i].path, strlen(resources[i].path) + 1);
        buf_add(&all, resources[i].data, resources[i].len);
        buf_add_char(&all, '\0');
    }
    struct digest digest = {0};
    if (!digest_hash("sha256", buf_bytes(&all), &digest))
        abort(); /* an OpenSSL without SHA-256 */
    struct buf hex = {0};
    encode_hex(digest_bytes(&digest), &hex);
    memcpy(out, buf_text(&hex), SUITES_HASH_SIZE);
    buf_clear(&hex);
    buf_clear(&all);
}

void version_line(struct buf *out)
{
    char hash[SUITES_HASH_SIZE];
    suites_hash(hash);
    buf_add_format(out, "hookcheck " HOOKCHECK_VERSION " (suites %.*s)\n", SHOWN_DIGITS, hash);
}

void version_json(struct buf *out)
{
    char hash[SUITES_HASH_SIZE];
    suites_hash(hash);
    buf_add_format(out, "{\"version\":\"" HOOKCHECK_VERSION "\",\"suites_sha256\":\"%s\"}\n", hash);
}
