#include "tests/support/one_request_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int server_listen(int *out_port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0) {
        (void)close(fd);
        return -1;
    }
    *out_port = ntohs(address.sin_port);
    return fd;
}

static bool is_ready(int fd, int timeout_ms)
{
    struct pollfd wanted = {.fd = fd, .events = POLLIN};
    return poll(&wanted, 1, timeout_ms) == 1;
}

bool server_take(int listener, size_t len, struct buf *out)
{
    static const char answer[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
    if (!is_ready(listener, 60000))
        return false;
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        return false;
    char chunk[4096];
    ssize_t got = 1;
    while (got > 0 && out->len < len && is_ready(fd, 1000)) {
        got = read(fd, chunk, sizeof chunk);
        if (got > 0)
            buf_add(out, chunk, (size_t)got);
    }
    bool ok = write(fd, answer, sizeof answer - 1) == (ssize_t)(sizeof answer - 1);
    (void)close(fd);
    return ok;
}
