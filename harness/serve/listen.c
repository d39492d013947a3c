#include "serve/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

#define BACKLOG 512 /* a burst of connections that waits to be accepted */

/* Says what is wrong with `text`, whose last colon is `colon` or NULL. */
static bool refuse_address(const char *text, const char *colon, bool has_host, struct error *err)
{
    int64_t port;
    if (has_host)
        return error_set(err, "\"%s\": the port must be a whole number from 0 to 65535", text);
    if (text_integer(colon == text ? text + 1 : text, 0, 65535, &port, NULL))
        return error_set(err, "\"%s\" is not HOST:PORT; did you mean 127.0.0.1:%d?", text,
                         (int)port);
    return error_set(err, "\"%s\" is not HOST:PORT (an IPv6 address in brackets: [::1]:8080)",
                     text);
}

bool listen_address_read(const char *text, struct listen_address *out, struct error *err)
{
    *out = (struct listen_address){NULL, NULL};
    const char *colon = strrchr(text, ':');
    const char *end = colon;
    const char *start = text;
    bool bracketed = *text == '[';
    int64_t port;
    if (bracketed && colon && colon > text && colon[-1] == ']') {
        start++;
        end--;
    }
    bool plain = colon && !bracketed && !memchr(text, ':', (size_t)(colon - text));
    bool has_host = colon && (plain || start > text) && end > start;
    if (!has_host || !text_integer(colon + 1, 0, 65535, &port, NULL))
        return refuse_address(text, colon, has_host, err);
    out->host = mem_copy(start, (size_t)(end - start));
    out->port = mem_text(colon + 1);
    return true;
}

void listen_address_clear(struct listen_address *address)
{
    free(address->host);
    free(address->port);
    *address = (struct listen_address){NULL, NULL};
}

/* "[::]" means every address of both families, any other IPv6 address only itself. */
static bool is_everything(const struct addrinfo *info)
{
    const struct sockaddr_in6 *address = (const void *)info->ai_addr;
    return IN6_IS_ADDR_UNSPECIFIED(&address->sin6_addr);
}

static bool make_ready(int fd, const struct addrinfo *info)
{
    const int on = 1;
    if (info->ai_family == AF_INET6) {
        const int alone = !is_everything(info);
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &alone, sizeof alone);
    }
    int flags = fcntl(fd, F_GETFL);
    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 && flags >= 0 &&
           fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
           bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0;
}

static int open_at(const struct listen_address *address, struct error *err)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *info;
    int failure = getaddrinfo(address->host, address->port, &hints, &info);
    if (failure) {
        (void)error_set(err, "cannot listen on %s: %s", address->host, gai_strerror(failure));
        return -1;
    }
    int fd = socket(info->ai_family, info->ai_socktype, info->ai_protocol);
    if (fd >= 0 && !make_ready(fd, info)) {
        int reason = errno;
        (void)close(fd);
        errno = reason;
        fd = -1;
    }
    if (fd < 0)
        (void)error_set(err, "cannot listen on %s port %s: %s", address->host, address->port,
                        strerror(errno));
    freeaddrinfo(info);
    return fd;
}

/* A port that the system chose is lost when listening stops for a while; one that was asked for is
 * kept. So the chosen one is asked for. */
int listen_open(const struct listen_address *address, struct error *err)
{
    int fd = open_at(address, err);
    if (fd < 0 || strcmp(address->port, "0") != 0)
        return fd;
    char port[16];
    (void)snprintf(port, sizeof port, "%d", listen_port(fd));
    (void)close(fd);
    const struct listen_address chosen = {address->host, port};
    return open_at(&chosen, err);
}

bool listen_begin(int fd, struct error *err)
{
    if (listen(fd, BACKLOG) == 0)
        return true;
    return error_set(err, "cannot listen again: %s", strerror(errno));
}

int listen_port(int fd)
{
    struct sockaddr_storage address;
    socklen_t len = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        return 0;
    char port[16];
    if (getnameinfo((struct sockaddr *)&address, len, NULL, 0, port, sizeof port, NI_NUMERICSERV) !=
        0)
        return 0;
    return (int)strtol(port, NULL, 10);
}
