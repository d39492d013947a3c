"""What a server in front lacks, looked at with sockets of our own: a warning of `hookcheck run` that stands in a row's `warns` is true
only where this sees the same."""

import fnmatch
import hashlib
import hmac
import socket
import time

SECRET = "3c1d7f0e-52b8-4a6d-9e17-0a4bb2f65c91"
BODY = b'{"id_event":"1","data":"{}","type":"crm.contact.created"}'
LENGTH = b"Content-Length: %d\r\n" % len(BODY)


def head(path, message='"{}"'):
    """Of a request that is signed for this data, as JavaScript writes it."""
    signature = hmac.new(SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nPanora-Signature: {signature}\r\n".encode()


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


def status_of_event(port, path):
    return status_of(port, head(path) + LENGTH + b"Connection: close\r\n\r\n" + BODY)


def refuses_data(port, path, data, message):
    """An event with such data, though right, and no other."""
    body = b'{"id_event":"1","data":%s,"type":"crm.contact.created"}' % data
    status = status_of(port, head(path, message) + b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
    return not status.startswith(b"2") and status_of_event(port, path).startswith(b"2")


def refuses_objects(port, path):
    return refuses_data(port, path, b'{"name":"a"}', '{"name":"a"}')


def rewrites_numbers(port, path):
    return refuses_data(port, path, b'{"name":1e21}', '{"name":1e+21}')


def reads_no_chunks(port, path):
    chunks = head(path) + b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY)
    return status_of(port, chunks, 3) != status_of_event(port, path)


def counts_forgeries(port, path):
    """What strangers send uses up what genuine events may: 600 requests without a signature."""
    for _ in range(6):
        with connect(port) as one:
            forged = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}".encode()
            one.settimeout(10)
            one.sendall(forged * 100)
            one.recv(65536)
            time.sleep(0.02)
        if status_of_event(port, path) == b"429":
            return True
    return False


def never_says_continue(port, path):
    with connect(port) as one:
        one.settimeout(1)
        one.sendall(head(path) + LENGTH + b"Expect: 100-continue\r\n\r\n")
        try:
            return not one.recv(4096).startswith(b"HTTP/1.1 100")
        except OSError:
            return True


def drops_idle_connections(port, path):
    """It closes within Panora's five seconds, and did not say so."""
    with connect(port) as one:
        one.settimeout(5)
        one.sendall(head(path) + LENGTH + b"\r\n" + BODY)
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


def is_held_up(port, path, begun):
    """While others have `begun` a request and send no more, another waits."""
    others = [connect(port) for _ in range(60)]
    try:
        for one in others:
            one.sendall(begun)
        time.sleep(0.2)
        started = time.monotonic()
        status = status_of(port, head(path) + LENGTH + b"Connection: close\r\n\r\n" + BODY, 3)
        return not status or time.monotonic() - started > 0.5
    finally:
        for one in others:
            one.close()


LOOKS = {
    "http/transport/chunked": reads_no_chunks,
    "panora/signature/checks-every-form[[]chunked]": reads_no_chunks,
    "http/transport/expect-100": never_says_continue,
    "panora/delivery/survives-idle-connection*": drops_idle_connections,
    "panora/delivery/forgeries-do-not-lock-out": counts_forgeries,
    "panora/payload/accepts-numbers*": lambda port, path: refuses_objects(port, path) or rewrites_numbers(port, path),
    "panora/*object*": refuses_objects,
    "http/robustness/body-never-ends": lambda port, path: is_held_up(port, path, head(path) + b"Content-Length: 1000\r\n\r\n{"),
    "http/robustness/many-idle-connections": lambda port, path: is_held_up(port, path, b""),
}


def lacks(case, port, path):
    """Whether the server lacks what `case` warns of; three looks, for a machine may be busy."""
    look = next(look for glob, look in LOOKS.items() if fnmatch.fnmatchcase(case, glob))
    return any(look(port, path) for _ in range(3))
