"""What a server in front lacks, looked at with sockets of our own: a warning of `hookcheck run` that stands in a row's `warns` is true
only where this sees the same."""

import socket
import time

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
BODY = b'{"id_event":"1","data":"{}","type":"crm.contact.created"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)


def connect(port):
    return socket.create_connection(("127.0.0.1", port), 10)


def status_of(port, request, patience=10):
    with connect(port) as one:
        one.settimeout(patience)
        one.sendall(request)
        try:
            return one.recv(65536).split(b" ")[1]
        except (OSError, IndexError):
            return b""


def reads_no_chunks(port):
    chunks = HEAD + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    return status_of(port, chunks) != status_of(port, HEAD + LENGTH + b"Connection: close\r\n\r\n" + BODY)


def never_says_continue(port):
    with connect(port) as one:
        one.settimeout(1)
        one.sendall(HEAD + LENGTH + b"Expect: 100-continue\r\n\r\n")
        try:
            return not one.recv(4096).startswith(b"HTTP/1.1 100")
        except OSError:
            return True


def drops_idle_connections(port):
    """It closes within Panora's five seconds, and did not say so."""
    with connect(port) as one:
        one.settimeout(5)
        one.sendall(HEAD + LENGTH + b"\r\n" + BODY)
        answer = b""
        try:
            while True:
                part = one.recv(65536)
                answer += part
                if not part:
                    break
        except ConnectionResetError:
            pass
        except OSError:
            return False
        return b"connection: close" not in answer.lower() and b"timeout=" not in answer.lower()


def is_held_up(port, begun):
    """While others have `begun` a request and send no more, another waits."""
    others = [connect(port) for _ in range(60)]
    try:
        for one in others:
            one.sendall(begun)
        time.sleep(0.2)
        started = time.monotonic()
        status = status_of(port, HEAD + LENGTH + b"Connection: close\r\n\r\n" + BODY, 3)
        return not status or time.monotonic() - started > 0.5
    finally:
        for one in others:
            one.close()


LOOKS = {
    "http/transport/chunked": reads_no_chunks,
    "http/transport/expect-100": never_says_continue,
    "panora/delivery/survives-idle-connection": drops_idle_connections,
    "http/robustness/body-never-ends": lambda port: is_held_up(port, HEAD + b"Content-Length: 1000\r\n\r\n{"),
    "http/robustness/many-idle-connections": lambda port: is_held_up(port, b""),
}


def lacks(case, port):
    """Whether the server lacks what `case` warns of; three looks, for a machine may be busy."""
    look = LOOKS[case.split("[")[0]]
    return any(look(port) for _ in range(3))
