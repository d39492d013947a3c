/*
 * A TLS handshake that carries no request: what a client with given versions and ciphers meets.
 * libcurl connects (and goes through proxies), OpenSSL shakes hands here, so that everything about
 * the certificates is seen even where a default client would have turned away.
 */
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "deliver/engine_internal.h"
#include "deliver/tls_certificate.h"

struct tls_handshake {
    SSL_CTX *context;
    SSL *ssl;
    bool wants_room;
    bool agreed;
};

static void release(struct engine_connection *connection)
{
    struct tls_handshake *handshake = connection->handshake;
    if (!handshake)
        return;
    connection->handshake = NULL;
    if (handshake->agreed)
        (void)SSL_shutdown(handshake->ssl);
    SSL_free(handshake->ssl);
    SSL_CTX_free(handshake->context);
    ERR_clear_error();
    free(handshake);
}

static bool wants_room(const struct engine_connection *connection)
{
    return connection->handshake->wants_room;
}

static int64_t due_ns(const struct engine_connection *connection)
{
    return attempt_deadline_ns(connection->attempt);
}

/* --- what is seen --- */

static bool is_about_dates(int error)
{
    return error == X509_V_ERR_CERT_HAS_EXPIRED || error == X509_V_ERR_CERT_NOT_YET_VALID;
}

static int on_verify(int ok, X509_STORE_CTX *store)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_facts *facts = SSL_get_app_data(ssl);
    int error = X509_STORE_CTX_get_error(store);
    const char *words = X509_verify_cert_error_string(error);
    if (ok)
        return 1;
    if (is_about_dates(error)) {
        if (!facts->date_error[0])
            tls_copy_text(facts->date_error, sizeof facts->date_error, words);
    } else if (!facts->chain_error[0]) {
        tls_copy_text(facts->chain_error, sizeof facts->chain_error, words);
    }
    return 1;
}

/* Whether this client could say what it was to say: a ClientHello has left. */
static void on_message(int is_sent, int version, int type, const void *data, size_t len, SSL *ssl,
                       void *payload)
{
    struct tls_facts *facts = payload;
    const unsigned char *bytes = data;
    if (is_sent && type == SSL3_RT_HANDSHAKE && len > 0 && bytes[0] == SSL3_MT_CLIENT_HELLO)
        facts->offered = true;
}

static void read_certificates(const SSL *ssl, const char *host, struct tls_facts *facts)
{
    X509 *leaf = SSL_get1_peer_certificate(ssl);
    if (leaf)
        tls_certificate_read(leaf, SSL_get_peer_cert_chain(ssl), host, facts);
    X509_free(leaf);
}

/* --- the handshake --- */

static void end(struct engine_connection *connection, enum outcome outcome, const char *sentence)
{
    attempt_end(connection->attempt, outcome, "%s", sentence);
    connection_drop(connection);
}

/* What was asked to be offered may be more than this OpenSSL has: then nothing leaves. */
static SSL_CTX *new_context(const struct engine_options *options,
                            const struct tls_question *question)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (!context)
        mem_library_failed();
    if (options->cacert)
        (void)SSL_CTX_load_verify_locations(context, options->cacert, NULL);
    else
        (void)SSL_CTX_set_default_verify_paths(context);
    if (options->cert) {
        (void)SSL_CTX_use_certificate_chain_file(context, options->cert);
        (void)SSL_CTX_use_PrivateKey_file(context, options->key ? options->key : options->cert,
                                          SSL_FILETYPE_PEM);
    }
    bool can = SSL_CTX_set_min_proto_version(context, question->min_version) == 1 &&
               SSL_CTX_set_max_proto_version(context, question->max_version) == 1 &&
               (!question->ciphers[0] || SSL_CTX_set_cipher_list(context, question->ciphers) == 1);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, on_verify);
    ERR_clear_error();
    if (can)
        return context;
    SSL_CTX_free(context);
    return NULL;
}

static bool is_name(const char *host)
{
    unsigned char address[16];
    return inet_pton(AF_INET, host, address) != 1 && inet_pton(AF_INET6, host, address) != 1;
}

static void set_alpn(SSL *ssl, const char *name)
{
    char list[32]; /* the length of the name, and the name */
    int len = snprintf(list + 1, sizeof list - 1, "%s", name ? name : "");
    if (len <= 0 || (size_t)len >= sizeof list - 1)
        return;
    list[0] = (char)len;
    (void)SSL_set_alpn_protos(ssl, (const unsigned char *)list, (unsigned int)len + 1);
}

static void read_alpn(const SSL *ssl, struct tls_facts *facts)
{
    const unsigned char *name = NULL;
    unsigned int len = 0;
    SSL_get0_alpn_selected(ssl, &name, &len);
    if (name && len < sizeof facts->alpn)
        (void)snprintf(facts->alpn, sizeof facts->alpn, "%.*s", (int)len, (const char *)name);
}

static void begin(struct engine_connection *connection)
{
    struct attempt *attempt = connection->attempt;
    const struct engine *engine = attempt->engine;
    struct tls_facts *facts = &attempt->seen.tls;
    *facts = (struct tls_facts){.asked = true};
    SSL_CTX *context = new_context(&engine->options, &attempt->request->transport.tls);
    if (!context) {
        end(connection, OUTCOME_LEFT, "this client cannot offer that");
        return;
    }
    struct tls_handshake *handshake = mem_alloc(sizeof *handshake);
    connection->handshake = handshake;
    handshake->context = context;
    handshake->ssl = SSL_new(context);
    if (!handshake->ssl || SSL_set_fd(handshake->ssl, connection->socket) != 1)
        mem_library_failed();
    set_alpn(handshake->ssl, attempt->request->transport.tls.alpn);
    SSL_set_app_data(handshake->ssl, facts);
    SSL_set_msg_callback(handshake->ssl, on_message);
    SSL_set_msg_callback_arg(handshake->ssl, facts);
    if (is_name(engine->target->host))
        (void)SSL_set_tlsext_host_name(handshake->ssl, engine->target->host);
    SSL_set_connect_state(handshake->ssl);
}

static void on_agreed(struct engine_connection *connection)
{
    struct attempt *attempt = connection->attempt;
    struct tls_facts *facts = &attempt->seen.tls;
    const SSL *ssl = connection->handshake->ssl;
    connection->handshake->agreed = true;
    attempt->seen.tls_ns = attempt_age_ns(attempt);
    facts->established = true;
    tls_copy_text(facts->protocol, sizeof facts->protocol, SSL_get_version(ssl));
    tls_copy_text(facts->cipher, sizeof facts->cipher, SSL_get_cipher_name(ssl));
    read_alpn(ssl, facts);
    read_certificates(ssl, attempt->engine->target->host, facts);
    end(connection, OUTCOME_LEFT, "only a TLS handshake");
}

static void on_refused(struct engine_connection *connection)
{
    const struct tls_facts *facts = &connection->attempt->seen.tls;
    const char *words = ERR_reason_error_string(ERR_peek_last_error());
    char sentence[160];
    ERR_clear_error();
    (void)snprintf(sentence, sizeof sentence, "TLS handshake failed: %s",
                   words ? words : "the server closed the connection");
    if (facts->offered)
        end(connection, OUTCOME_TLS_FAILED, sentence);
    else
        end(connection, OUTCOME_LEFT, "this client cannot offer that");
}

static void step(struct engine_connection *connection)
{
    struct tls_handshake *handshake = connection->handshake;
    connection->is_pending = false;
    if (clock_monotonic_ns() >= attempt_deadline_ns(connection->attempt)) {
        attempt_end_late(connection->attempt);
        connection_drop(connection);
        return;
    }
    ERR_clear_error();
    int result = SSL_do_handshake(handshake->ssl);
    int error = result == 1 ? SSL_ERROR_NONE : SSL_get_error(handshake->ssl, result);
    handshake->wants_room = error == SSL_ERROR_WANT_WRITE;
    if (result == 1)
        on_agreed(connection);
    else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
        on_refused(connection);
}

const struct way tls_handshake_way = {
    .begin = begin,
    .step = step,
    .due_ns = due_ns,
    .wants_room = wants_room,
    .release = release,
};
