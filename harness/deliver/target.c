#include "deliver/target.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/text.h"

/* Leaves room for any query that a case adds, and keeps a URL printable. */
#define URL_LEN_MAX 8192

/* --- is the host near? --- */

/* One block of IPv4 addresses, in host byte order. */
struct block4 {
    uint32_t first;
    int bits;
};

static const struct block4 private4[] = {
    {0x0A000000, 8},  /* 10.0.0.0/8, RFC 1918 */
    {0xAC100000, 12}, /* 172.16.0.0/12, RFC 1918 */
    {0xC0A80000, 16}, /* 192.168.0.0/16, RFC 1918 */
    {0xA9FE0000, 16}, /* 169.254.0.0/16, link-local, RFC 3927 */
    {0x00000000, 32}, /* 0.0.0.0, which reaches this machine */
};

static const char *const private_endings[] = {".local", ".internal", ".localhost", ".test"};

static bool is_in_block(uint32_t address, const struct block4 *block)
{
    return (address ^ block->first) >> (32 - block->bits) == 0;
}

static void classify4(struct target *target, uint32_t address)
{
    target->is_loopback = address >> 24 == 127;
    target->is_private = target->is_loopback;
    for (size_t i = 0; i < ARRAY_LEN(private4); i++)
        target->is_private |= is_in_block(address, &private4[i]);
}

static void classify6(struct target *target, const struct in6_addr *address)
{
    const unsigned char *byte = address->s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(address)) {
        classify4(target, (uint32_t)byte[12] << 24 | (uint32_t)byte[13] << 16 |
                              (uint32_t)byte[14] << 8 | byte[15]);
        return;
    }
    target->is_loopback = IN6_IS_ADDR_LOOPBACK(address);
    target->is_private = target->is_loopback || IN6_IS_ADDR_UNSPECIFIED(address) ||
                         (byte[0] & 0xFE) == 0xFC /* fc00::/7, RFC 4193 */ ||
                         IN6_IS_ADDR_LINKLOCAL(address);
}

static bool ends_with_any_case(const char *name, const char *end)
{
    size_t name_len = strlen(name);
    size_t end_len = strlen(end);
    return name_len >= end_len && strcasecmp(name + name_len - end_len, end) == 0;
}

static void classify_name(struct target *target, const char *host)
{
    char *name = mem_text(host);
    size_t len = strlen(name);
    if (len > 1 && name[len - 1] == '.') /* the root's dot: "localhost." */
        name[len - 1] = '\0';
    target->is_loopback =
        strcasecmp(name, "localhost") == 0 || ends_with_any_case(name, ".localhost");
    target->is_private = target->is_loopback || strchr(name, '.') == NULL;
    for (size_t i = 0; i < ARRAY_LEN(private_endings); i++)
        target->is_private |= ends_with_any_case(name, private_endings[i]);
    free(name);
}

static void classify(struct target *target)
{
    char *host = mem_text(target->host);
    host[strcspn(host, "%")] = '\0'; /* the zone of a link-local address */
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET, host, &four) == 1)
        classify4(target, ntohl(four.s_addr));
    else if (inet_pton(AF_INET6, host, &six) == 1)
        classify6(target, &six);
    else
        classify_name(target, host);
    free(host);
}

/* --- taking the URL apart --- */

/* The part as a text of our own, or NULL when the URL has none. */
static char *part_of(CURLU *parsed, CURLUPart part, unsigned int flags)
{
    char *text = NULL;
    if (curl_url_get(parsed, part, &text, flags) != CURLUE_OK) {
        curl_free(text); /* libcurl 7.88 leaves a name behind that it cannot write as ASCII */
        return NULL;
    }
    char *copy = mem_text(text);
    curl_free(text);
    return copy;
}

#define NEEDS_SCHEME "the URL must start with http:// or https://"

/* Suggests the whole URL where only host and path can be meant: nothing before or behind those,
 * which may be secret, is repeated. */
static bool lacks_scheme(const char *url, struct error *err)
{
    size_t host = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-");
    size_t shown = strcspn(url, "?#");
    bool is_host =
        host > 0 && (url[host] == '\0' || url[host] == '/' ||
                     (url[host] == ':' && strchr("123456789", url[host + 1]) && url[host + 1]));
    for (size_t i = 0; i < shown; i++)
        is_host = is_host && url[i] > ' ' && url[i] != '@' && url[i] != '\\';
    if (!is_host || shown > 200 || text_starts_with(url, "http"))
        return error_set(err, NEEDS_SCHEME);
    bool is_here = text_starts_with(url, "localhost") || text_starts_with(url, "127.");
    return error_set(err, NEEDS_SCHEME "; did you mean %s://%.*s?", is_here ? "http" : "https",
                     (int)shown, url);
}

/* Scheme before anything else, because "mailto:x" and "localhost:8080/x" are no URLs to libcurl. */
static bool check_scheme(const char *url, struct error *err)
{
    size_t len = strcspn(url, ":/?#");
    if (strncmp(url + len, "://", 3) != 0)
        return lacks_scheme(url, err);
    if ((len == 4 && strncasecmp(url, "http", 4) == 0) ||
        (len == 5 && strncasecmp(url, "https", 5) == 0))
        return true;
    return error_set(err, "%.*s://: only http and https can be used", len > 32 ? 32 : (int)len,
                     url);
}

/* The URL itself is not quoted: it may hold a password. */
static bool check_bytes(const char *url, struct error *err)
{
    if (strlen(url) > URL_LEN_MAX)
        return error_set(err, "the URL is longer than %d bytes", URL_LEN_MAX);
    for (const char *c = url; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7F)
            return error_set(err, "the URL contains a control character");
    return true;
}

/* Blanks and bytes beyond ASCII are percent-encoded, dots are resolved. */
#define URL_AS_NODE_READS (CURLU_URLENCODE | CURLU_ALLOW_SPACE)

static CURLU *parse(const char *url, struct error *err)
{
    CURLU *parsed = curl_url();
    if (!parsed)
        mem_library_failed();
    CURLUcode code = curl_url_set(parsed, CURLUPART_URL, url, URL_AS_NODE_READS);
    if (code == CURLUE_OK)
        code = curl_url_set(parsed, CURLUPART_FRAGMENT, NULL, 0);
    if (code == CURLUE_OK)
        return parsed;
    curl_url_cleanup(parsed);
    if (code == CURLUE_NO_HOST)
        (void)error_set(err, "the URL has no host");
    else
        (void)error_set(err, "the URL cannot be read: %s", curl_url_strerror(code));
    return NULL;
}

static char *read_userinfo(CURLU *parsed)
{
    char *user = part_of(parsed, CURLUPART_USER, CURLU_URLDECODE);
    char *password = part_of(parsed, CURLUPART_PASSWORD, CURLU_URLDECODE);
    char *both = NULL;
    if ((user && *user) || (password && *password))
        both = mem_format("%s:%s", user ? user : "", password ? password : "");
    free(user);
    free(password);
    return both;
}

static char *without_brackets(const char *host)
{
    size_t len = strlen(host);
    if (len >= 2 && host[0] == '[' && host[len - 1] == ']')
        return mem_copy(host + 1, len - 2);
    return mem_text(host);
}

/* IDN as ASCII where libcurl can; it resolves such names the same way. */
static unsigned int host_flags(void)
{
#ifdef CURLU_PUNYCODE
    return CURLU_PUNYCODE;
#else
    return 0;
#endif
}

static char *path_and_query(CURLU *parsed)
{
    char *path = part_of(parsed, CURLUPART_PATH, 0);
    char *query = part_of(parsed, CURLUPART_QUERY, 0);
    char *both = query ? mem_format("%s?%s", path ? path : "/", query)
                       : mem_text(path && *path ? path : "/");
    free(path);
    free(query);
    return both;
}

static bool fill(struct target *target, CURLU *parsed, struct error *err)
{
    char *host = part_of(parsed, CURLUPART_HOST, host_flags());
    char *port = part_of(parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    bool usable = host && *host && port && strtol(port, NULL, 10) > 0;
    if (usable) {
        target->scheme = part_of(parsed, CURLUPART_SCHEME, 0);
        target->is_tls = strcmp(target->scheme, "https") == 0;
        target->host = without_brackets(host);
        target->port = (int)strtol(port, NULL, 10);
        target->authority = target->port == (target->is_tls ? 443 : 80)
                                ? mem_text(host)
                                : mem_format("%s:%d", host, target->port);
        target->path = path_and_query(parsed);
        target->userinfo = read_userinfo(parsed);
        target->url = part_of(parsed, CURLUPART_URL, 0);
        target->shown = mem_format("%s://%s%s%s", target->scheme, target->userinfo ? "***@" : "",
                                   target->authority, target->path);
        classify(target);
    }
    free(host);
    free(port);
    return usable || error_set(err, "the URL has no usable host or port");
}

/* --- for others --- */

bool target_parse(struct target *target, const char *url, struct error *err)
{
    *target = (struct target){0};
    if (!check_bytes(url, err) || !check_scheme(url, err))
        return false;
    CURLU *parsed = parse(url, err);
    if (!parsed)
        return false;
    bool filled = fill(target, parsed, err);
    curl_url_cleanup(parsed);
    if (!filled)
        target_clear(target);
    return filled;
}

bool target_resolve(struct target *target, const struct target *base, const char *location,
                    struct error *err)
{
    *target = (struct target){0};
    if (!check_bytes(location, err))
        return false;
    CURLU *parsed = parse(base->url, err);
    if (!parsed)
        return false;
    char *url = NULL;
    CURLUcode code = curl_url_set(parsed, CURLUPART_USER, NULL, 0);
    if (code == CURLUE_OK)
        code = curl_url_set(parsed, CURLUPART_PASSWORD, NULL, 0);
    if (code == CURLUE_OK)
        code = curl_url_set(parsed, CURLUPART_URL, location, URL_AS_NODE_READS);
    if (code == CURLUE_OK)
        url = part_of(parsed, CURLUPART_URL, 0);
    curl_url_cleanup(parsed);
    bool resolved = url ? target_parse(target, url, err)
                        : error_set(err, "the redirect's Location cannot be parsed");
    free(url);
    return resolved;
}

void target_clear(struct target *target)
{
    free(target->url);
    free(target->shown);
    free(target->scheme);
    free(target->host);
    free(target->authority);
    free(target->path);
    free(target->userinfo);
    *target = (struct target){0};
}

char *target_path_with(const struct target *target, const char *query)
{
    if (!query || !*query)
        return mem_text(target->path);
    const char *glue = strchr(target->path, '?') ? "&" : "?";
    return mem_format("%s%s%s", target->path, text_ends_with(target->path, "?") ? "" : glue, query);
}

char *target_url_with(const struct target *target, const char *query)
{
    /* Not put together from `authority`: that lacks the zone of a link-local address. */
    const char *host = target->url + strlen(target->scheme) + strlen("://");
    size_t len = strcspn(host, "/?#");
    for (size_t i = len; i > 0; i--) {
        if (host[i - 1] != '@')
            continue;
        host += i;
        len -= i;
        break;
    }
    char *path = target_path_with(target, query);
    char *url = mem_format("%s://%.*s%s", target->scheme, (int)len, host, path);
    free(path);
    return url;
}
