/*
 * What the options mean to libcurl, checked once before the first attempt and set on each handle.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "deliver/engine_internal.h"

/* What axios asks for and decodes; the header that is sent is the request's own. */
#define ENCODINGS "gzip, deflate, br"

void setup_must(CURLcode code)
{
    if (code == CURLE_OUT_OF_MEMORY)
        mem_library_failed();
}

/* --- the options of one handle --- */

/* libcurl counts from the moment at which it takes up a handle, which is later than engine_send
 * when many are begun at once; this is the first sign of it. */
static curl_socket_t on_open_socket(void *payload, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
    struct attempt *attempt = payload;
    if (!attempt->has_begun) {
        curl_off_t resolved_us = 0;
        CURL *easy = attempt->connection ? attempt->connection->easy : attempt->easy;
        (void)curl_easy_getinfo(easy, CURLINFO_NAMELOOKUP_TIME_T, &resolved_us);
        attempt->seen.started_ns = clock_monotonic_ns() - resolved_us * 1000;
        attempt->has_begun = true;
    }
    int made = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (made < 0)
        attempt->socket_errno = errno;
    else if (attempt->response.sockets)
        attempt->response.sockets->num_open++;
    return made;
}

/* Called when the server asks for a client certificate; one that the user gave is there already. */
static int on_cert_wanted(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
    struct attempt *attempt = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if (attempt)
        attempt->seen.cert_wanted = true;
    return 0;
}

/* Before a handshake, and so the first sign that the connection is up: libcurl tells its own time
 * of that only when the handshake has succeeded. */
static CURLcode on_tls_begin(CURL *easy, void *ctx, void *payload)
{
    struct attempt *attempt = payload;
    if (attempt->seen.connect_ns < 0)
        attempt->seen.connect_ns = attempt_age_ns(attempt);
    (void)SSL_CTX_set_app_data((SSL_CTX *)ctx, attempt);
    SSL_CTX_set_client_cert_cb(ctx, on_cert_wanted);
    return CURLE_OK;
}

/* What libcurl says of a failure on the socket. */
static const char *const failure_words[] = {"Recv failure: ", "Send failure: ", "OpenSSL SSL_"};

/* libcurl keeps only the first complaint of a handle in its error buffer, and that can be about
 * something that did no harm. Of a socket that failed the last one tells. */
static int on_words(CURL *easy, curl_infotype type, char *data, size_t size, void *payload)
{
    char *error_text = payload;
    for (size_t i = 0; type == CURLINFO_TEXT && i < ARRAY_LEN(failure_words); i++) {
        size_t word_len = strlen(failure_words[i]);
        if (size < word_len || memcmp(data, failure_words[i], word_len) != 0)
            continue;
        size_t len = size < CURL_ERROR_SIZE - 1 ? size : CURL_ERROR_SIZE - 1;
        memcpy(error_text, data, len);
        error_text[len] = '\0';
    }
    return 0;
}

static void set_text(CURL *easy, CURLoption option, const char *text)
{
    if (text)
        setup_must(curl_easy_setopt(easy, option, text));
}

static void set_tls(CURL *easy, const struct engine_options *options)
{
    set_text(easy, CURLOPT_CAINFO, options->cacert);
#if LIBCURL_VERSION_NUM >= 0x075400
    /* libcurl keeps the parsed certificates for the next connection only when all come from one
     * file; reading a hundred authorities anew for each of hundreds of connections would be most of
     * a run */
    char *bundle = NULL;
    if (curl_easy_getinfo(easy, CURLINFO_CAINFO, &bundle) == CURLE_OK && bundle)
        setup_must(curl_easy_setopt(easy, CURLOPT_CAPATH, NULL));
#endif
    set_text(easy, CURLOPT_SSLCERT, options->cert);
    set_text(easy, CURLOPT_SSLKEY, options->key);
    if (options->insecure) {
        setup_must(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L));
        setup_must(curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L));
    }
}

static void set_route(CURL *easy, const struct engine *engine)
{
    static const long versions[] = {CURL_IPRESOLVE_WHATEVER, CURL_IPRESOLVE_V4, CURL_IPRESOLVE_V6};
    int version = engine->options.ip_version;
    setup_must(curl_easy_setopt(easy, CURLOPT_IPRESOLVE,
                                versions[version == 4   ? 1
                                         : version == 6 ? 2
                                                        : 0]));
    setup_must(curl_easy_setopt(easy, CURLOPT_RESOLVE, engine->resolve));
    setup_must(curl_easy_setopt(easy, CURLOPT_CONNECT_TO, engine->connect_to));
    set_text(easy, CURLOPT_PROXY, engine->options.proxy);
    setup_must(curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L));
}

/* Only http and https, whatever happens. CURLOPT_PROTOCOLS is the word of libcurl before 7.85. */
static void set_protocols(CURL *easy)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    setup_must(curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https"));
#else
    setup_must(curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
}

CURL *setup_bare_easy(const struct engine *engine, const char *url)
{
    CURL *easy = curl_easy_init();
    if (!easy)
        mem_library_failed();
    setup_must(curl_easy_setopt(easy, CURLOPT_URL, url));
    set_protocols(easy);
    set_tls(easy, &engine->options);
    set_route(easy, engine);
    return easy;
}

/* A case may ask for one family of addresses; what the user asked for is kept otherwise. */
static void set_family(CURL *easy, int ip_version)
{
    if (ip_version)
        setup_must(
            curl_easy_setopt(easy, CURLOPT_IPRESOLVE,
                             (long)(ip_version == 4 ? CURL_IPRESOLVE_V4 : CURL_IPRESOLVE_V6)));
}

/* A TLS handshake of our own begins where libcurl has connected and done nothing more. */
static char *url_of(const struct attempt *attempt)
{
    const struct target *target = attempt->engine->target;
    if (!attempt->request->transport.tls.asked)
        return target_url_with(target, attempt->request->query);
    bool is_ipv6 = strchr(target->host, ':') != NULL;
    return mem_format("http://%s%s%s:%d/", is_ipv6 ? "[" : "", target->host, is_ipv6 ? "]" : "",
                      target->port);
}

CURL *setup_easy(struct attempt *attempt, char *error_text)
{
    const struct engine *engine = attempt->engine;
    char *url = url_of(attempt);
    CURL *easy = setup_bare_easy(engine, url);
    free(url);
    set_family(easy, attempt->request->transport.ip_version);
    error_text[0] = '\0';
    setup_must(curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text));
    setup_must(curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_words));
    setup_must(curl_easy_setopt(easy, CURLOPT_DEBUGDATA, error_text));
    setup_must(curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L));
    setup_must(curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L)); /* the target was normalised once */
    setup_must(curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1));
    setup_must(curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L));
    setup_must(curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L));
    if (attempt->request->transport.proxy_line)
        setup_must(curl_easy_setopt(easy, CURLOPT_HAPROXYPROTOCOL, 1L));
    setup_must(curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L));
    setup_must(curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, ENCODINGS));
#if LIBCURL_VERSION_NUM >= 0x075700
    /* A name server that does not answer must not hold everything else up. */
    setup_must(curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L));
#endif
    int64_t left_ns = attempt_deadline_ns(attempt) - clock_monotonic_ns();
    int64_t left_ms = left_ns > 0 ? (left_ns + NS_PER_MS - 1) / NS_PER_MS : 1;
    setup_must(curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left_ms));
    setup_must(curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)left_ms));
    setup_must(curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket));
    setup_must(curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, attempt));
    setup_must(curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, on_tls_begin));
    setup_must(curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, attempt));
    return easy;
}

static struct curl_slist *list_of(const char *const *texts, size_t count)
{
    struct curl_slist *list = NULL;
    for (size_t i = 0; i < count; i++) {
        struct curl_slist *longer = curl_slist_append(list, texts[i]);
        if (!longer)
            mem_library_failed();
        list = longer;
    }
    return list;
}

void setup_lists(struct engine *engine)
{
    const struct engine_options *options = &engine->options;
    engine->resolve = list_of(options->resolve, options->num_resolve);
    engine->connect_to = list_of(options->connect_to, options->num_connect_to);
}

/* --- can libcurl do it? --- */

/* OpenSSL's words for its last error; then forgets all of them. */
static const char *openssl_words(void)
{
    const char *words = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    return words ? words : "it contains none";
}

static bool check_readable(const char *what, const char *path, struct error *err)
{
    FILE *file = fopen(path, "rb");
    int character = file ? fgetc(file) : EOF; /* a folder opens, but cannot be read */
    if (file)
        (void)fclose(file);
    return character != EOF ||
           error_set(err, "the %s file %s cannot be read or is empty", what, path);
}

static bool check_cacert(SSL_CTX *ctx, const char *path, struct error *err)
{
    return check_readable("CA certificate", path, err) &&
           (SSL_CTX_load_verify_locations(ctx, path, NULL) == 1 ||
            error_set(err, "%s contains no CA certificates in PEM form: %s", path,
                      openssl_words()));
}

/* Without this OpenSSL would ask for the password on the terminal, in the middle of a run. */
/* NOLINTNEXTLINE(readability-non-const-parameter): OpenSSL's type */
static int no_password(char *out, int size, int writing, void *payload)
{
    return 0;
}

static bool check_client_cert(SSL_CTX *ctx, const struct engine_options *options, struct error *err)
{
    const char *key = options->key ? options->key : options->cert;
    SSL_CTX_set_default_passwd_cb(ctx, no_password);
    if (!check_readable("client certificate", options->cert, err) ||
        !check_readable("private key", key, err))
        return false;
    if (SSL_CTX_use_certificate_chain_file(ctx, options->cert) != 1)
        return error_set(err, "%s contains no certificate in PEM form: %s", options->cert,
                         openssl_words());
    if (SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
        return error_set(err,
                         "%s contains no matching private key in PEM form without a password: %s",
                         key, openssl_words());
    return true;
}

static bool check_tls(const struct engine_options *options, struct error *err)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    if (!ctx)
        mem_library_failed();
    bool right = (!options->cacert || check_cacert(ctx, options->cacert, err)) &&
                 (!options->cert || check_client_cert(ctx, options, err)) &&
                 (options->cert || !options->key ||
                  error_set(err, "a private key needs its certificate (--cert)"));
    SSL_CTX_free(ctx);
    return right;
}

/* libcurl reads the list when a transfer begins, before it looks at the scheme: so a scheme that is
 * not allowed makes it read the list and do nothing more. */
static bool check_resolve(const struct engine *engine, struct error *err)
{
    for (size_t i = 0; i < engine->options.num_resolve; i++) {
        const char *entry = engine->options.resolve[i];
        struct curl_slist *one = list_of(&entry, 1);
        CURL *easy = setup_bare_easy(engine, "file:///");
        setup_must(curl_easy_setopt(easy, CURLOPT_RESOLVE, one));
        CURLcode code = curl_easy_perform(easy);
        curl_easy_cleanup(easy);
        curl_slist_free_all(one);
        if (code != CURLE_UNSUPPORTED_PROTOCOL)
            return error_set(err, "--resolve %s: must be HOST:PORT:ADDRESS", entry);
    }
    return true;
}

/* HOST1:PORT1:HOST2:PORT2, each of which may be empty; a host in brackets may hold colons. */
static bool check_connect_to(const struct engine_options *options, struct error *err)
{
    for (size_t i = 0; i < options->num_connect_to; i++) {
        int num_colons = 0;
        bool in_brackets = false;
        for (const char *c = options->connect_to[i]; *c; c++) {
            in_brackets = *c == '[' || (in_brackets && *c != ']');
            num_colons += *c == ':' && !in_brackets;
        }
        if (num_colons != 3)
            return error_set(err, "--connect-to %s: it has to be HOST1:PORT1:HOST2:PORT2",
                             options->connect_to[i]);
    }
    return true;
}

/* The proxy itself is not quoted: it may hold a password. */
static bool check_proxy(const char *proxy, struct error *err)
{
    static const char *const schemes[] = {"http",    "https",  "socks4",
                                          "socks4a", "socks5", "socks5h"};
    if (!proxy || !*proxy)
        return true;
    CURLU *parsed = curl_url();
    char *scheme = NULL;
    bool known = false;
    if (curl_url_set(parsed, CURLUPART_URL, proxy, CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME) ==
            CURLUE_OK &&
        curl_url_get(parsed, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK)
        for (size_t i = 0; i < ARRAY_LEN(schemes); i++)
            known |= strcmp(scheme, schemes[i]) == 0;
    curl_free(scheme);
    curl_url_cleanup(parsed);
    return known || error_set(err, "--proxy: it has to be [http|https|socks4|socks4a|socks5|"
                                   "socks5h://]HOST[:PORT]");
}

bool setup_check(const struct engine *engine, struct error *err)
{
    const struct engine_options *options = &engine->options;
    return check_tls(options, err) && check_resolve(engine, err) &&
           check_connect_to(options, err) && check_proxy(options->proxy, err);
}
