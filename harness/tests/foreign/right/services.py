"""Right endpoints in Python as applications are written: python3 services.py KIND PORT, or as a module of gunicorn. PANORA_SECRET is the secret,
and panora_signature.py lies beside this file."""

import json
import os
import queue
import sys
import threading
import time
import uuid

from panora_signature import verify

SECRET = os.environ["PANORA_SECRET"]
LIMIT = 12 * 1024 * 1024
work = queue.Queue()


def judge(body, signature):
    """The status for a body that was read; what is accepted goes into a queue."""
    if not verify(SECRET, body, signature):
        return 401
    event = json.loads(body)
    if not isinstance(event["data"], str):
        data = event["data"]
    else:
        try:
            data = json.loads(event["data"])
        except (ValueError, RecursionError):
            return 400
    work.put((event.get("type"), data))
    return 200


def worker():
    while True:
        work.get()


threading.Thread(target=worker, daemon=True).start()


def flask_app():
    from flask import Flask, abort, jsonify, request
    app = Flask("panora")
    app.config["MAX_CONTENT_LENGTH"] = LIMIT

    @app.post("/hooks/panora")
    @app.post("/hooks/panora/")
    def panora():
        status = judge(request.get_data(cache=False), request.headers.get("Panora-Signature"))
        if status != 200:
            abort(status)
        return jsonify(status="queued", at=time.time()), 202

    @app.errorhandler(401)
    @app.errorhandler(400)
    def refused(error):
        return jsonify(error=error.name, request_id=str(uuid.uuid4()), at=time.time()), error.code

    return app


def django_app():
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.http import HttpResponse, HttpResponseForbidden, JsonResponse
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt
    from django.views.decorators.http import require_POST
    settings.configure(SECRET_KEY="x" * 50, ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], DATA_UPLOAD_MAX_MEMORY_SIZE=LIMIT, LOGGING_CONFIG=None,
                       MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware",
                                   "django.middleware.csrf.CsrfViewMiddleware", "django.middleware.clickjacking.XFrameOptionsMiddleware"])
    django.setup()

    @csrf_exempt
    @require_POST
    def panora(request):
        status = judge(request.body, request.headers.get("Panora-Signature"))
        if status == 401:
            return HttpResponseForbidden("La signature n'est pas valide.")
        return HttpResponse(status=204) if status == 200 else JsonResponse({"error": str(uuid.uuid4())}, status=status)

    global urlpatterns
    urlpatterns = [path("hooks/panora/", panora)]
    return get_wsgi_application()


def starlette_app():
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    async def panora(request):
        status = judge(await request.body(), request.headers.get("panora-signature"))
        return PlainTextResponse({200: "ok", 401: "no", 400: "what?"}[status], status)

    return Starlette(routes=[Route("/", panora, methods=["POST"])])


def fastapi_app():
    """The envelope as a model of Pydantic, strict in what it knows and open to what it does not."""
    from typing import Any, Dict, List, Union

    import pydantic
    from fastapi import FastAPI, Header, HTTPException, Request
    from fastapi.exceptions import RequestValidationError

    class Event(pydantic.BaseModel):
        id_event: uuid.UUID
        type: pydantic.constr(strict=True, regex=r"^[a-z_]+(\.[a-z_]+)+$")
        data: Union[pydantic.StrictStr, Dict[str, Any], List[Any]]

        class Config:
            extra = "allow"

    app = FastAPI()

    @app.post("/api/v1/panora", status_code=200)
    async def panora(request: Request, panora_signature: str = Header("")):
        body = await request.body()
        if judge(body, panora_signature) != 200:
            raise HTTPException(401, detail={"code": "signature", "trace": uuid.uuid4().hex})
        try:
            event = Event.parse_raw(body)
        except pydantic.ValidationError as error:
            raise RequestValidationError(error.raw_errors)
        return {"received": str(event.id_event)}

    return app


def plain(environ, start_response):
    """WSGI, at any path."""
    if environ["REQUEST_METHOD"] != "POST":
        start_response("405 Method Not Allowed", [("Allow", "POST"), ("Content-Length", "0")])
        return []
    length = environ.get("CONTENT_LENGTH")
    body = environ["wsgi.input"].read(int(length) if length else -1)
    status = judge(body, environ.get("HTTP_PANORA_SIGNATURE"))
    words = {200: "200 OK", 400: "400 Bad Request", 401: "401 Unauthorized"}
    text = json.dumps({"status": status, "id": uuid.uuid4().hex}).encode()
    start_response(words[status], [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
    return [text]


MAKE = {"flask": flask_app, "django": django_app, "starlette": starlette_app, "fastapi": fastapi_app, "plain": lambda: plain}


def tornado(port):
    import asyncio

    import tornado.httpserver
    import tornado.web

    class Panora(tornado.web.RequestHandler):
        def post(self):
            status = judge(self.request.body, self.request.headers.get("Panora-Signature"))
            self.set_status(202 if status == 200 else status)
            self.write({"time": time.time(), "id": uuid.uuid4().hex})

    async def main():
        server = tornado.httpserver.HTTPServer(tornado.web.Application([("/hooks", Panora)]), idle_connection_timeout=60, body_timeout=10, max_body_size=LIMIT)
        server.listen(port, "127.0.0.1")
        await asyncio.Event().wait()

    asyncio.run(main())


def aiohttp(port):
    import asyncio
    import random

    from aiohttp import web

    async def panora(request):
        body = await request.read()
        await asyncio.sleep(random.uniform(0.02, 0.12))
        status = judge(body, request.headers.get("Panora-Signature"))
        return web.json_response({"status": status, "id": uuid.uuid4().hex}, status=status)

    app = web.Application(client_max_size=LIMIT)
    app.router.add_post("/hooks/{name}", panora)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


def cheroot(port):
    from cheroot import wsgi
    wsgi.Server(("127.0.0.1", port), MAKE["flask"](), numthreads=16).start()


def gevent(port):
    from gevent.pywsgi import WSGIServer
    WSGIServer(("127.0.0.1", port), MAKE["flask"](), log=None).serve_forever()


SERVERS = {"tornado": tornado, "aiohttp": aiohttp, "cheroot": cheroot, "gevent": gevent}

if __name__ == "__main__":
    SERVERS[sys.argv[1]](int(sys.argv[2]))
elif os.environ.get("PANORA_APP"):
    application = MAKE[os.environ["PANORA_APP"]]()
