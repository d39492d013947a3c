#!/usr/bin/env python3
"""Endpoints on Python's http.server with one mistake each: endpoint.py MODES PORT SECRET. See table.json."""
import hashlib, hmac, http.server, json, socketserver, sys, unicodedata
MODES, PORT, SECRET = sys.argv[1].split("+"), int(sys.argv[2]), sys.argv[3]
served = 0

def has(*names): return any(n in MODES for n in names)

def message_of(event, body):
    data = event["data"]
    if has("inner", "inner-default", "inner-sorted") and isinstance(data, str): data = json.loads(data)
    if has("inner-default", "default"): return json.dumps(data).encode()
    if has("inner", "compact"): return json.dumps(data, separators=(",", ":")).encode()
    if has("utf8"): return json.dumps(data, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if has("inner-sorted"): return json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if has("event-default"): return json.dumps(event).encode()
    if has("raw"): return body
    data = json.loads(body, parse_int=Number, parse_float=Number)["data"]
    if has("as-ascii"): return right_message(data).encode("ascii", "replace")
    if has("without-wide"): return right_message(data).encode("ascii", "ignore")
    if has("nfc"): return unicodedata.normalize("NFC", right_message(data)).encode("utf-8", "surrogatepass")
    return right_message(data).encode("utf-8", "surrogatepass")

class Number(str):
    """As it stands in the body, where JSON.stringify wrote it."""

def right_message(data):
    def lone(text): return "".join("\\u%04x" % ord(c) if 0xD800 <= ord(c) <= 0xDFFF else c for c in text)
    if isinstance(data, Number): return data
    if isinstance(data, dict): return "{" + ",".join(right_message(str(k)) + ":" + right_message(v) for k, v in data.items()) + "}"
    if isinstance(data, list): return "[" + ",".join(map(right_message, data)) + "]"
    return lone(json.dumps(data, ensure_ascii=False))

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *args): pass
    def answer(self, status, text=""):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self): self.answer(405)
    do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = do_GET
    def body(self):
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            parts = []
            while size := int(self.rfile.readline().split(b";")[0], 16): parts.append(self.rfile.read(size)); self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))
    def do_POST(self):
        global served
        if self.headers.get("Expect", "").lower() == "100-continue": self.send_response_only(100); self.end_headers()
        body = self.body()
        served += 1
        try: event = json.loads(body)
        except (ValueError, RecursionError): return self.answer(500 if has("throws-on-json") else 400)
        if not isinstance(event, dict) or "data" not in event: return self.answer(400)
        given = self.headers.get("Panora-Signature")
        if given is None: return self.answer(500 if has("throws-on-missing-header") else 401)
        try: right = hmac.new((SECRET.strip() if has("strips") else SECRET).encode(), message_of(event, body), hashlib.sha256).hexdigest()
        except (ValueError, RecursionError): return self.answer(400)
        if has("compare-digest-text"):
            try: ok = hmac.compare_digest(given, right)
            except TypeError: return self.answer(500)
        else: ok = given == right
        if has("startswith"): ok = right.startswith(given)
        if has("lower"): ok = given.lower() == right
        if not ok: return self.answer(403 if has("refuses-403") else 401)
        try: return self.answer(self.process(event))
        except Exception: return self.answer(500)
    def process(self, event):
        try: data = json.loads(event["data"]) if isinstance(event["data"], str) else event["data"]
        except ValueError: return 204
        if has("sqlite-int") and self.any(data, lambda v: isinstance(v, int) and not isinstance(v, bool) and abs(v) >= 2**63): return 500
        if has("bool-strict") and self.any(data, lambda v: isinstance(v, bool)): return 422
        if has("latin1-db") and self.any(data, lambda v: isinstance(v, str) and any(ord(c) > 255 for c in v)): return 500
        if has("bmp-db") and self.any(data, lambda v: isinstance(v, str) and any(ord(c) > 0xFFFF for c in v)): return 500
        if has("no-nul") and self.any(data, lambda v: isinstance(v, str) and "\0" in v): return 500
        if has("first-name-required") and isinstance(data, dict) and data.get("first_name", "x") is None: return 422
        return 204
    def any(self, value, test):
        if isinstance(value, dict): return any(self.any(v, test) for v in value.values())
        if isinstance(value, list): return any(self.any(v, test) for v in value)
        return test(value)

class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    request_queue_size = 128

server = Server(("127.0.0.1", PORT), Handler)
print("READY", flush=True)
server.serve_forever()
