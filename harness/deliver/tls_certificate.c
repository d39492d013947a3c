#include "deliver/tls_certificate.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <time.h>

#include "base/buf.h"
#include "base/text.h"

#define MS_PER_S 1000

void tls_copy_text(char *to, size_t size, const char *text)
{
    struct bytes kept = text_beginning(bytes_of(text), size - 1);
    (void)snprintf(to, size, "%.*s", (int)kept.len, kept.data);
}

static int64_t wall_ms_of(const ASN1_TIME *time)
{
    struct tm parts;
    return ASN1_TIME_to_tm(time, &parts) == 1 ? (int64_t)timegm(&parts) * MS_PER_S : 0;
}

static bool is_for(X509 *certificate, const char *host)
{
    unsigned char address[16];
    if (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1)
        return X509_check_ip_asc(certificate, host, 0) == 1;
    return X509_check_host(certificate, host, 0, 0, NULL) == 1;
}

static void add_name(const GENERAL_NAME *name, struct buf *out)
{
    char address[INET6_ADDRSTRLEN] = "";
    int kind = 0;
    const ASN1_STRING *value = GENERAL_NAME_get0_value(name, &kind);
    if (kind != GEN_DNS && kind != GEN_IPADD)
        return; /* and no string */
    const unsigned char *data = ASN1_STRING_get0_data(value);
    size_t len = (size_t)ASN1_STRING_length(value);
    buf_add_text(out, out->len ? ", " : "");
    if (kind == GEN_DNS)
        text_add_visible(out, (struct bytes){(const char *)data, len}, SIZE_MAX);
    else if (len == 4 || len == 16)
        buf_add_text(out, inet_ntop(len == 4 ? AF_INET : AF_INET6, data, address, sizeof address));
}

/* The names that clients look at; the subject has been of no account to them for years. */
static void read_names(const X509 *leaf, struct tls_facts *facts)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    struct buf out = {0};
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++)
        add_name(sk_GENERAL_NAME_value(names, i), &out);
    tls_copy_text(facts->names, sizeof facts->names, buf_text(&out));
    buf_clear(&out);
    GENERAL_NAMES_free(names);
}

static void take_dates(const X509 *certificate, struct tls_facts *facts)
{
    int64_t not_before_ms = wall_ms_of(X509_get0_notBefore(certificate));
    int64_t not_after_ms = wall_ms_of(X509_get0_notAfter(certificate));
    if (not_before_ms > facts->not_before_ms)
        facts->not_before_ms = not_before_ms;
    if (not_after_ms < facts->not_after_ms)
        facts->not_after_ms = not_after_ms;
}

void tls_certificate_read(X509 *leaf, const STACK_OF(X509) * chain, const char *host,
                          struct tls_facts *facts)
{
    char subject[256] = "";
    struct buf visible = {0};
    (void)X509_NAME_oneline(X509_get_subject_name(leaf), subject, sizeof subject);
    text_add_visible(&visible, bytes_of(subject), sizeof facts->subject - 4);
    tls_copy_text(facts->subject, sizeof facts->subject, buf_text(&visible));
    buf_clear(&visible);
    facts->name_matches = is_for(leaf, host);
    read_names(leaf, facts);
    facts->not_before_ms = wall_ms_of(X509_get0_notBefore(leaf));
    facts->not_after_ms = wall_ms_of(X509_get0_notAfter(leaf));
    for (int i = 0; i < sk_X509_num(chain); i++)
        take_dates(sk_X509_value(chain, i), facts);
}
