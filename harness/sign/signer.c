#include "sign/signer.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "base/mem.h"

#define DIGEST_BYTES 32

struct signer {
    EVP_MAC *mac;
    EVP_MAC_CTX *context;
};

static void need(bool ok)
{
    if (!ok)
        mem_library_failed(); /* an OpenSSL without HMAC-SHA256: nothing here could be right */
}

struct signer *signer_new(struct bytes key)
{
    char hash[] = "SHA256";
    const unsigned char *bytes = (const unsigned char *)(key.data ? key.data : "");
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
        OSSL_PARAM_construct_end(),
    };
    struct signer *signer = mem_alloc(sizeof *signer);
    signer->mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    need(signer->mac != NULL);
    signer->context = EVP_MAC_CTX_new(signer->mac);
    need(signer->context && EVP_MAC_init(signer->context, bytes, key.len, parameters) == 1);
    return signer;
}

void signer_free(struct signer *signer)
{
    if (!signer)
        return;
    EVP_MAC_CTX_free(signer->context);
    EVP_MAC_free(signer->mac);
    free(signer);
}

void signer_sign(struct signer *signer, struct bytes message, char *out)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[DIGEST_BYTES];
    size_t len = 0;
    const unsigned char *bytes = (const unsigned char *)(message.data ? message.data : "");
    /* without a key: the one that it has */
    need(EVP_MAC_init(signer->context, NULL, 0, NULL) == 1 &&
         EVP_MAC_update(signer->context, bytes, message.len) == 1 &&
         EVP_MAC_final(signer->context, digest, &len, sizeof digest) == 1);
    for (size_t i = 0; i < sizeof digest; i++) {
        *out++ = digits[digest[i] >> 4];
        *out++ = digits[digest[i] & 15];
    }
}
