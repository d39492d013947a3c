"""A right endpoint, in one of many Python servers: python3 application.py KIND PORT. PANORA_SECRET is its secret, and
panora_signature.py lies beside this file, as does shapes.json for the one that validates."""

import json
import os
import sys

from panora_signature import verify

SECRET = os.environ["PANORA_SECRET"]
LIMIT = 16 * 1024 * 1024


def judge(body, signature):
    """The status for a body that was read."""
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return 400
    if not isinstance(event, dict) or "data" not in event:
        return 400
    return 200 if verify(SECRET, body, signature) else 401


def wsgi(environ, start_response):
    """Without any framework."""
    status = 405
    if environ["REQUEST_METHOD"] == "POST":
        length = environ.get("CONTENT_LENGTH")
        body = environ["wsgi.input"].read(int(length) if length else -1)
        status = judge(body, environ.get("HTTP_PANORA_SIGNATURE"))
    words = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 405: "Method Not Allowed"}
    start_response(f"{status} {words[status]}", [("Content-Type", "text/plain"), ("Content-Length", "3")])
    return [str(status).encode()]


application = wsgi


def waitress(port):
    from waitress import serve
    serve(wsgi, host="127.0.0.1", port=port, threads=8, max_request_body_size=LIMIT)


def cherrypy(port):
    import cherrypy
    cherrypy.tree.graft(wsgi, "/")
    cherrypy.config.update({"server.socket_host": "127.0.0.1", "server.socket_port": port, "environment": "production",
                            "server.max_request_body_size": LIMIT})
    cherrypy.engine.start()
    cherrypy.engine.block()


def threads(port):
    """http.server of the standard library."""
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            length = self.headers.get("Content-Length")
            if length is None or not length.isdigit():
                self.close_connection = True
                return self.answer(411)
            return self.answer(judge(self.rfile.read(int(length)), self.headers.get("Panora-Signature")))

        def refuse(self):
            self.close_connection = True
            self.answer(405)

        do_GET = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = refuse

        def answer(self, status):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *words):
            pass

    ThreadingHTTPServer.request_queue_size = 64
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def aiohttp(port):
    from aiohttp import web

    async def panora(request):
        return web.Response(status=judge(await request.read(), request.headers.get("Panora-Signature")))

    app = web.Application(client_max_size=LIMIT)
    app.router.add_post("/", panora)
    web.run_app(app, host="127.0.0.1", port=port, print=None)


def tornado(port):
    import asyncio

    import tornado.web

    class Panora(tornado.web.RequestHandler):
        def post(self):
            self.set_status(judge(self.request.body, self.request.headers.get("Panora-Signature")))

    async def main():
        tornado.web.Application([("/", Panora)]).listen(port, "127.0.0.1", max_buffer_size=LIMIT)
        await asyncio.Event().wait()

    asyncio.run(main())


def asgi(server):
    """FastAPI, which validates the event by Pydantic, in uvicorn; Quart in hypercorn."""
    def run(port):
        if server == "uvicorn":
            import uvicorn
            uvicorn.run(fastapi_app(), host="127.0.0.1", port=port, log_level="critical")
        else:
            import asyncio

            from hypercorn.asyncio import serve
            from hypercorn.config import Config
            config = Config()
            config.bind = [f"127.0.0.1:{port}"]
            asyncio.run(serve(quart_app(), config))
    return run


def quart_app():
    from quart import Quart, request
    app = Quart("panora")
    app.config["MAX_CONTENT_LENGTH"] = LIMIT

    @app.post("/")
    async def panora():
        return "", judge(await request.get_data(), request.headers.get("Panora-Signature"))

    return app


def models():
    """A Pydantic model for each object and its rows, from the shapes: {(name, is_rows): model}."""
    from typing import Any, Dict, List, Optional, Union

    import pydantic
    with open("shapes.json", encoding="utf-8") as file:
        shapes = json.load(file)
    leaves = {"text": pydantic.StrictStr, "uuid": pydantic.StrictStr, "time": pydantic.StrictStr, "digits": pydantic.StrictStr, "flag": pydantic.StrictBool,
              "number": Union[pydantic.StrictInt, pydantic.StrictFloat], "object": Dict[str, Any], "any": Any}

    def of(kind):
        if kind.startswith("["):
            return List[of(kind[1:-1])]
        if "|" in kind:
            return Union[tuple(of(one) for one in kind.split("|"))]
        return leaves[kind] if kind in leaves else model(kind, shapes["parts"][kind])

    def model(name, members):
        fields = {}
        for key, kind in members.items():
            wanted = of(kind.rstrip("?"))
            wanted = Optional[wanted] if kind.endswith("?") else wanted
            fields["f_" + key.rstrip("?")] = (wanted, pydantic.Field(None if key.endswith("?") else ..., alias=key.rstrip("?")))
        return pydantic.create_model(name.replace(".", "_"), **fields)

    return {(name, kind == "rows"): model(f"{name}_{kind}", members)
            for name, kinds in shapes["objects"].items() for kind, members in kinds.items()}


def fastapi_app():
    import pydantic
    from fastapi import FastAPI, Request, Response
    app = FastAPI()
    known = models()

    def fits(event):
        name, _, action = str(event.get("type")).rpartition(".")
        data = event["data"]
        try:
            data = json.loads(data) if isinstance(data, str) else data
            model = known.get((name, action == "pulled"))
            for one in (data if action == "pulled" else [data]) if model else []:
                model.parse_obj(one)
        except (ValueError, TypeError, RecursionError, pydantic.ValidationError):
            return False
        return True

    @app.post("/")
    async def panora(request: Request):
        body = await request.body()
        status = judge(body, request.headers.get("Panora-Signature"))
        return Response(status_code=422 if status == 200 and not fits(json.loads(body)) else status)

    return app


def falcon_app():
    import falcon

    class Panora:
        def on_post(self, request, response):
            response.status = falcon.code_to_http_status(judge(request.bounded_stream.read(), request.get_header("Panora-Signature")))

    app = falcon.App()
    app.add_route("/", Panora())
    return app


def pyramid_app():
    from pyramid.config import Configurator
    from pyramid.response import Response
    config = Configurator()
    config.add_route("panora", "/", request_method="POST")
    config.add_view(lambda request: Response(status=judge(request.body, request.headers.get("Panora-Signature"))), route_name="panora")
    return config.make_wsgi_app()


def flask_app():
    from flask import Flask, request
    app = Flask("panora")

    @app.post("/")
    def panora():
        return "", judge(request.get_data(), request.headers.get("Panora-Signature"))

    return app


def in_waitress(make):
    def run(port):
        from waitress import serve
        serve(make(), host="127.0.0.1", port=port, threads=8, max_request_body_size=LIMIT)
    return run


def werkzeug(port):
    from werkzeug.serving import run_simple
    run_simple("127.0.0.1", port, flask_app(), threaded=True)


SERVERS = {"waitress": waitress, "cherrypy": cherrypy, "threads": threads, "aiohttp": aiohttp, "tornado": tornado, "fastapi": asgi("uvicorn"),
           "quart": asgi("hypercorn"), "falcon": in_waitress(falcon_app), "pyramid": in_waitress(pyramid_app), "werkzeug": werkzeug}

if __name__ == "__main__":
    SERVERS[sys.argv[1]](int(sys.argv[2]))
