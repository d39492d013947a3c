#include "sign/digest.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

/* OpenSSL reads a null pointer as "no key" or "no data yet" rather than as an empty one. */
static const unsigned char *not_null(struct bytes bytes)
{
    return (const unsigned char *)(bytes.data ? bytes.data : "");
}

bool digest_hmac(const char *algorithm, struct bytes key, struct bytes message, struct digest *out)
{
    /* An unknown name is an answer, not an error: nothing of it may stay in the thread's error
     * queue, where TLS would find it. */
    (void)ERR_set_mark();
    bool ok =
        EVP_Q_mac(NULL, "HMAC", NULL, algorithm, NULL, not_null(key), key.len, not_null(message),
                  message.len, out->bytes, sizeof(out->bytes), &out->len) != NULL;
    (void)ERR_pop_to_mark();
    return ok;
}

bool digest_hash(const char *algorithm, struct bytes message, struct digest *out)
{
    (void)ERR_set_mark();
    EVP_MD *hash = EVP_MD_fetch(NULL, algorithm, NULL);
    unsigned len = 0;
    bool ok = hash && EVP_MD_get_size(hash) <= DIGEST_MAX &&
              EVP_Digest(not_null(message), message.len, out->bytes, &len, hash, NULL) == 1;
    out->len = len;
    EVP_MD_free(hash);
    (void)ERR_pop_to_mark();
    return ok;
}

struct bytes digest_bytes(const struct digest *digest)
{
    return (struct bytes){(const char *)digest->bytes, digest->len};
}

bool digest_equal(struct bytes a, struct bytes b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.data, b.data, a.len) == 0);
}
