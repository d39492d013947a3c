#!/usr/bin/python3
"""Endpoints on Flask, Django, aiohttp or FastAPI with one mistake each, or several ("a+b"): frameworks.py FRAMEWORK MODES PORT SECRET. See table.json."""
import hmac, json, logging, os, sys, threading, time

FRAMEWORK, MODES, PORT, SECRET = sys.argv[1:5]
modes = set(MODES.split("+"))
def has(*names): return any(n in modes for n in names)
logging.disable(logging.CRITICAL)
def digest(message, key=None, algorithm="sha256"):
    if isinstance(message, str): message = message.encode("utf-8", "surrogatepass")
    return hmac.new((SECRET if key is None else key).encode(), message, algorithm).hexdigest()
def js(value): return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
def js_text(value):
    """JSON.stringify for what json.loads gives."""
    def number(f):
        if f == int(f) and abs(f) < 1e21: return str(int(f))
        text = repr(f)
        return text.replace("e-0", "e-").replace("e+0", "e+")
    def write(v):
        if v is None: return "null"
        if v is True: return "true"
        if v is False: return "false"
        if isinstance(v, str):
            out = json.dumps(v, ensure_ascii=False).replace("\x7f", "\x7f")
            return "".join("\\u%04x" % ord(c) if 0xd800 <= ord(c) < 0xe000 else c for c in out)
        if isinstance(v, (int, float)): return number(float(v)) if isinstance(v, float) or abs(v) > 2**53 else str(v)
        if isinstance(v, list): return "[" + ",".join(map(write, v)) + "]"
        keys = list(v)
        index = sorted((k for k in keys if k.isdigit() and str(int(k)) == k and int(k) < 2**32 - 1), key=int)
        return "{" + ",".join(write(k) + ":" + write(v[k]) for k in index + [k for k in keys if k not in index]) + "}"
    return write(value).encode("utf-8", "surrogatepass")

def message_of(event, raw):
    data = event["data"]
    if has("raw"): return raw
    if has("decoded"): return raw.decode("utf-8", "ignore")
    if has("str"): return str(data)
    if has("data-utf8") and isinstance(data, str): return data
    if has("event-compact"): return json.dumps(event, separators=(",", ":"))
    if has("event-sorted"): return json.dumps(event, sort_keys=True)
    if has("inner") and isinstance(data, str): return json.dumps(json.loads(data), separators=(",", ":"))
    if has("inner-text") and isinstance(data, str): return js_text(json.loads(data))
    if has("default"): return json.dumps(data)
    if has("compact"): return json.dumps(data, separators=(",", ":"))
    if has("sorted"): return json.dumps(data, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    if has("latin1"): return js_text(data).decode("utf-8", "surrogatepass").encode("latin-1", "replace")
    return js_text(data)

count = 0
seen = set()
def handle(headers, raw, method="POST", query=""):
    """-> status, body"""
    global count
    count += 1
    if has("every-4th") and count % 4 == 0: raise RuntimeError("now and then")
    try:
        event = json.loads(raw)
        if not has("no-checks") and (not isinstance(event, dict) or "data" not in event): return 400, "bad"
    except ValueError:
        if has("json-500"): raise
        return 400, "bad"
    except RecursionError:
        return 400, "deep"
    message = message_of(event, raw)
    right = digest(message)
    given = headers.get("Panora-Signature")
    if has("hub"):
        given = headers.get("X-Hub-Signature-256")
        right = "sha256=" + right
    if has("present-only") and given is None: pass
    elif given is None and not has("no-checks"): return 401, "missing"
    elif has("compare-digest"):
        if not hmac.compare_digest(given, right): return 401, "wrong"
    elif has("fromhex"):
        if bytes.fromhex(given) != bytes.fromhex(right): return 401, "wrong"
    elif has("in"):
        if given not in right: return 401, "wrong"
    elif has("lstrip"):
        if given.lstrip("sha256=") != right.lstrip("sha256="): return 401, "wrong"
    elif has("strip"):
        if given.strip() != right: return 401, "wrong"
    elif has("upper-too"):
        if given.lower() != right: return 401, "wrong"
    elif has("zip"):
        if any(a != b for a, b in zip(given, right)): return 401, "wrong"
    elif has("first-12"):
        if given[:12] != right[:12]: return 401, "wrong"
    elif has("int"):
        if int(given, 16) != int(right, 16): return 401, "wrong"
    elif has("fallback-old") and given in (right, digest(message, "")): pass
    elif given != right:
        if has("refuses-500"): raise RuntimeError("Invalid signature, expected " + right)
        if has("refuses-422"): return 422, "wrong"
        return (200 if has("refuses-200") else 401), ("wrong: expected " + right if has("leaks") else "wrong")
    if has("int-id") and not event.get("id_event", "").replace("-", "").isalnum(): return 400, "id"
    if has("unknown-500") and event["type"].split(".")[0] not in ("crm", "ticketing", "hris", "ats", "connection"): raise KeyError(event["type"])
    if has("strict-inner"):
        inner = json.loads(event["data"]) if isinstance(event["data"], str) else event["data"]
        for row in inner if isinstance(inner, list) else [inner]: row.get("id")
    if has("first-row"):
        inner = json.loads(event["data"]) if isinstance(event["data"], str) else event["data"]
        if isinstance(inner, list): inner[0]
    if has("mysql-text") and len(message) > 65535: raise RuntimeError("Data too long for column")
    if has("utf8mb3") and any(len(c.encode("utf-8", "replace")) > 3 for c in str(event["data"])): raise RuntimeError("Incorrect string value")
    if has("ascii-log"): str(event["data"]).encode("ascii")
    if has("unique"):
        if event["id_event"] in seen: raise RuntimeError("UNIQUE constraint failed: events.id")
        seen.add(event["id_event"])
    if has("sleep"): time.sleep(1.2)
    return 200, "ok"

def serve_flask():
    from flask import Flask, request, abort
    app = Flask(__name__)
    if has("max-64k"): app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    @app.route("/webhook/" if has("slash") else "/webhook", methods=["GET", "POST"] if has("get-200") else ["POST"])
    def webhook():
        if request.method == "GET": return "up"
        if has("request-json"):
            request.get_json()
        if has("form-data"):
            return ("no payload", 400) if "payload" not in request.form else ("ok", 200)
        status, body = handle(request.headers, request.get_data())
        return body, status
    from werkzeug.serving import run_simple, WSGIRequestHandler
    class Quiet(WSGIRequestHandler):
        def log(self, *a): pass
        protocol_version = "HTTP/1.1" if has("http11") else "HTTP/1.0"
    threading.Thread(target=announce, daemon=True).start()
    run_simple("127.0.0.1", int(PORT), app, threaded=not has("single-thread"), request_handler=Quiet, use_debugger=has("debugger"))

def serve_gunicorn():
    from gunicorn.app.base import BaseApplication
    from flask import Flask, request
    app = Flask(__name__)
    @app.post("/webhook")
    def webhook():
        status, body = handle(request.headers, request.get_data())
        return body, status
    class Application(BaseApplication):
        def load_config(self):
            self.cfg.set("bind", "127.0.0.1:" + PORT)
            self.cfg.set("workers", 2 if has("two-workers") else 1)
            self.cfg.set("worker_class", "sync" if has("sync") else "gthread")
            self.cfg.set("threads", 1 if has("sync") else 8)
            self.cfg.set("max_requests", 50 if has("max-requests") else 0)
            self.cfg.set("timeout", 1 if has("timeout-1") else 30)
            self.cfg.set("limit_request_field_size", 8190)
            self.cfg.set("accesslog", None)
        def load(self): return app
    threading.Thread(target=announce, daemon=True).start()
    Application().run()

def serve_django():
    import django
    from django.conf import settings
    settings.configure(DEBUG=has("debug"), SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["example.com", "localhost"] if has("hosts") else ["*"],
        MIDDLEWARE=["django.middleware.common.CommonMiddleware"] + (["django.middleware.csrf.CsrfViewMiddleware"] if has("csrf") else []),
        DATA_UPLOAD_MAX_MEMORY_SIZE=2621440 if has("default-limit") else None, LOGGING_CONFIG=None, INSTALLED_APPS=[], SECURE_SSL_REDIRECT=has("ssl-redirect"))
    if has("ssl-redirect"): settings.MIDDLEWARE.insert(0, "django.middleware.security.SecurityMiddleware")
    from django.http import HttpResponse
    from django.urls import path, re_path
    from django.views.decorators.csrf import csrf_exempt
    def webhook(request):
        if request.method != "POST" and not has("any-method"): return HttpResponse("no", status=405)
        if has("meta"): request.META["Panora-Signature"]
        if has("post-dict"):
            if not request.POST: return HttpResponse("no data", status=400)
        status, body = handle(request.headers, request.body)
        return HttpResponse(body, status=status)
    global urlpatterns
    urlpatterns = [path("webhook/" if has("slash") else "webhook", webhook if has("csrf") else csrf_exempt(webhook))]
    django.setup()
    from django.core.wsgi import get_wsgi_application
    from wsgiref.simple_server import make_server, WSGIRequestHandler, WSGIServer
    from socketserver import ThreadingMixIn
    class Threaded(ThreadingMixIn, WSGIServer):
        daemon_threads = True
        request_queue_size = 128
    class Quiet(WSGIRequestHandler):
        def log_message(self, *a): pass
    server = make_server("127.0.0.1", int(PORT), get_wsgi_application(), server_class=Threaded, handler_class=Quiet)
    print("READY", flush=True)
    server.serve_forever()

def serve_aiohttp():
    from aiohttp import web
    async def webhook(request):
        if has("no-read") and request.method == "POST": return web.Response(status=401)
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge: raise
        if has("text"): raw = (await request.text()).encode("utf-8", "surrogatepass")
        status, body = handle(request.headers, raw)
        return web.Response(status=status, text=body)
    app = web.Application(client_max_size=1024**2 if has("default-limit") else 64 * 1024**2)
    app.router.add_route("*" if has("any-method") else "POST", "/webhook", webhook)
    async def up(_): print("READY", flush=True)
    app.on_startup.append(up)
    web.run_app(app, host="127.0.0.1", port=int(PORT), print=None, access_log=None, keepalive_timeout=0.5 if has("keepalive") else 75)

def serve_fastapi():
    from fastapi import FastAPI, Request, Response, Header
    from pydantic import BaseModel
    import typing, uvicorn
    app = FastAPI()
    class Strict(BaseModel):
        id_event: str
        type: str
        data: typing.Any
        class Config: extra = "forbid"
    class Dict(BaseModel):
        id_event: str
        type: str
        data: dict
    class Text(BaseModel):
        id_event: str
        type: str
        data: str
    model = Strict if has("forbid") else Dict if has("dict") else Text if has("text-model") else None
    if model:
        @app.post("/webhook")
        async def webhook(event: model, request: Request):
            status, body = handle(request.headers, await request.body())
            return Response(body, status)
    elif has("header-param"):
        @app.post("/webhook")
        async def webhook(request: Request, panora_signature: str = Header(...)):
            status, body = handle(request.headers, await request.body())
            return Response(body, status)
    else:
        @app.post("/webhook")
        async def webhook(request: Request):
            status, body = handle(request.headers, await request.body())
            return Response(body, status)
    threading.Thread(target=announce, daemon=True).start()
    uvicorn.run(app, host="127.0.0.1", port=int(PORT), log_level="critical", limit_concurrency=3 if has("limit-3") else None)

def announce():
    import socket
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", int(PORT)), 1).close()
            print("READY", flush=True)
            return
        except OSError: time.sleep(0.05)

if __name__ == "__main__" or FRAMEWORK == "django":
    {"flask": serve_flask, "gunicorn": serve_gunicorn, "django": serve_django, "aiohttp": serve_aiohttp, "fastapi": serve_fastapi}[FRAMEWORK]() if __name__ == "__main__" else None
