/* Whatever certificate a server sends: what is shown of it is text that cannot drive a terminal. */
#include <openssl/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "deliver/tls_certificate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text)
{
    struct buf visible = {0};
    text_add_visible(&visible, bytes_of(text), SIZE_MAX);
    if (strcmp(buf_text(&visible), text) != 0)
        abort();
    buf_clear(&visible);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const hosts[] = {"example.com", "127.0.0.1", "::1", ""};
    const unsigned char *at = data;
    X509 *leaf = d2i_X509(NULL, &at, (long)size);
    for (size_t i = 0; leaf && i < sizeof hosts / sizeof *hosts; i++) {
        struct tls_facts facts = {0};
        tls_certificate_read(leaf, NULL, hosts[i], &facts);
        check_text(facts.subject);
        check_text(facts.names);
    }
    X509_free(leaf);
    return 0;
}
