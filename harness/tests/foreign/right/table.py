"""The right endpoints: what each is, what it needs, and how it is started. `warns` are globs of the cases that `hookcheck run`
may warn of where lacks.py sees the same."""

import os
import shutil
import subprocess
import sys

import servers

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tools import Skip, need, npm_install  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.normpath(os.path.join(HERE, "../../../.."))


def copy(folder, *files):
    for file in files:
        shutil.copy(os.path.join(TOP, file), folder)


def certificate(folder):
    """key.pem and cert.pem for localhost, made once."""
    need("openssl")
    if os.path.exists(os.path.join(folder, "both.pem")):
        return
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "365", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
                   cwd=folder, check=True, stderr=subprocess.DEVNULL)
    with open(os.path.join(folder, "both.pem"), "w", encoding="ascii") as both:
        for part in ("cert.pem", "key.pem"):
            with open(os.path.join(folder, part), encoding="ascii") as file:
                both.write(file.read())


class Right:
    """`commands` start it; the last is what listens, at {port}; {inner} is a port for what stands behind it. `libraries` are files or
    folders that must be there."""

    tls = False
    path = "/"
    warns = ()
    programs = ()
    libraries = ()
    env = {}
    files = ()
    texts = {}

    def __init__(self, *commands, **options):
        self.commands = commands
        self.__dict__.update(options)

    def prepare(self, folder):
        need(*self.programs)
        for library in self.libraries:
            if not os.path.exists(library):
                raise Skip(f"no {library} on this machine")
        copy(folder, *self.files)
        if self.tls:
            certificate(folder)

    def write(self, folder, ports):
        """What needs the ports."""
        for name, text in self.texts.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(self.fill(text, folder, ports))

    def start(self, folder, ports):
        return [[self.fill(word, folder, ports) for word in command] for command in self.commands]

    @staticmethod
    def fill(text, folder, ports):
        for name, value in {**ports, "folder": folder}.items():
            text = text.replace("{%s}" % name, str(value))
        return text


# What servers lack that are made to stand behind another.
CHUNKED = ("http/transport/chunked",)
OBJECTS = ("panora/*object*",)
LARGE_NUMBERS = ("panora/payload/accepts-numbers[[]object-*",)
CONTINUE = ("http/transport/expect-100",)
QUOTA = ("panora/delivery/forgeries-do-not-lock-out",)
HELD_UP = ("http/robustness/body-never-ends", "http/robustness/many-idle-connections")

NODE_FILES = ("harness/tests/foreign/right/node.mjs", "harness/tests/foreign/right/shapes.mjs", "fixtures/events/shapes.json")


class Node(Right):
    programs = ("node",)
    files = NODE_FILES
    packages = ()

    def __init__(self, kind, **options):
        super().__init__(["node", "node.mjs", kind, "{port}", "shapes.json"], **options)

    def prepare(self, folder):
        super().prepare(folder)
        if self.packages:
            name = "+".join(package.split("/")[-1] for package in self.packages)
            modules = npm_install(os.path.join(os.path.dirname(folder), "npm", name), *self.packages)
            link = os.path.join(folder, "node_modules")
            if not os.path.islink(link):
                os.symlink(modules, link)


class Fetch(Node):
    """Runtimes from npm that are no Node."""
    files = ("harness/tests/foreign/right/fetch.mjs",)

    def __init__(self, runtime, *words, **options):
        Right.__init__(self, ["{folder}/node_modules/.bin/" + runtime, *words, "fetch.mjs", "{port}"], packages=(runtime,), **options)


class Variant(Right):
    """One of variants.mjs, by its name there."""
    programs = ("node",)
    files = ("harness/tests/foreign/right/variants.mjs",)

    def __init__(self, kind, **options):
        super().__init__(["node", "variants.mjs", kind, "{port}"], **options)


class Npm(Node):
    """One of frameworks.mjs, by its name there."""
    files = ("harness/tests/foreign/right/frameworks.mjs",)

    def __init__(self, kind, *packages, **options):
        Right.__init__(self, ["node", "frameworks.mjs", kind, "{port}"], packages=packages, **options)


class Python(Right):
    """With modules of the distribution, which its own Python sees."""
    files = ("harness/tests/foreign/right/application.py", "fixtures/snippets/panora_signature.py", "fixtures/events/shapes.json")
    python = "/usr/bin/python3"
    modules = ()

    def __init__(self, *words, **options):
        super().__init__([self.python, *(words if len(words) > 1 else ("application.py", words[0], "{port}"))], **options)

    def prepare(self, folder):
        super().prepare(folder)
        for module in self.modules:
            if subprocess.run([self.python, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode:
                raise Skip(f"no Python with {module} on this machine")


class Service(Python):
    """One of services.py: its own server, or an application for the server that `words` start."""
    files = ("harness/tests/foreign/right/services.py", "fixtures/snippets/panora_signature.py")

    def __init__(self, kind, *words, **options):
        super().__init__(*(words or ("services.py", kind, "{port}")), **options)
        self.env = {"PANORA_APP": kind}


class Built(Right):
    """What is compiled first, by `build`, a list of words."""
    build_env = {}

    def prepare(self, folder):
        super().prepare(folder)
        done = subprocess.run(self.build, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **self.build_env})
        if done.returncode:
            raise SystemExit(f"{' '.join(self.build)}: {done.stdout.decode('utf-8', 'replace')[-3000:]}")


class Behind(Right):
    """Something in front of a plain endpoint on Node."""
    files = NODE_FILES

    def __init__(self, *command, **options):
        super().__init__(["node", "node.mjs", "http", "{inner}", "shapes.json"], list(command), **options)
        self.programs = ("node", command[0])


PHP = ("fixtures/snippets/php.php", "fixtures/snippets/panora_signature.php")
GO = "/usr/share/gocode"
GO_LIBRARIES = [f"{GO}/src/github.com/{name}" for name in ("gin-gonic/gin", "labstack/echo")]
JARS = [f"/usr/share/java/{jar}.jar" for jar in ("jetty9-server", "jetty9-servlet", "jetty9-http", "jetty9-io", "jetty9-util", "jetty9-security", "servlet-api")]
JETTY = ":".join(JARS)
PLAIN_PHP = ("harness/tests/foreign/right/plain.php",)
RUBY = ("harness/tests/foreign/right/endpoint.rb", "fixtures/snippets/panora_signature.rb")
GUNICORN = ("-m", "gunicorn", "-b", "127.0.0.1:{port}", "--log-level", "critical")


def go(kind, **options):
    return Built(["./endpoint", kind, "{port}"], programs=("go",), libraries=GO_LIBRARIES, files=("harness/tests/foreign/right/endpoint.go", "fixtures/snippets/panora_signature.go"),
                 build=["go", "build", "-o", "endpoint", "endpoint.go", "panora_signature.go"], build_env={"GO111MODULE": "off", "GOFLAGS": "", "GOPATH": GO},
                 path="/hooks/panora", **options)


def java(kind, **options):
    return Built(["java", "-cp", ".:" + JETTY, "Endpoint", kind, "{port}"], programs=("java", "javac"), libraries=JARS,
                 files=("harness/tests/foreign/right/Endpoint.java", "fixtures/snippets/PanoraSignature.java"),
                 build=["javac", "-cp", JETTY, "PanoraSignature.java", "Endpoint.java"], path="/hooks", **options)


class Perl(Right):
    """One of endpoint.pl; `modules` are its libraries."""
    files = ("harness/tests/foreign/right/endpoint.pl",)

    def __init__(self, *command, modules, **options):
        super().__init__(list(command), programs=("perl", command[0]), **options)
        self.modules = modules

    def prepare(self, folder):
        super().prepare(folder)
        for module in self.modules:
            if subprocess.run(["perl", f"-M{module}", "-e1"], stderr=subprocess.DEVNULL).returncode:
                raise Skip(f"no Perl with {module} on this machine")


def behind_nginx(text, **options):
    return Behind(*servers.NGINX_RUN, texts={"nginx.conf": text}, **options)


RIGHT = {
    "node-http": Node("http"),
    "node-http-gzip": Node("http-gzip"),
    "node-http-late": Node("http-late"),
    "node-http-noise": Node("http-noise"),
    "node-http-closes": Node("http-closes"),
    "node-http-limits": Node("http-limits"),
    "node-http-remembers": Node("http-remembers"),
    "node-http-idle": Node("http-idle"),
    "node-http-cluster": Node("http-cluster"),
    "bun": Fetch("bun"),
    "deno": Fetch("deno", "run", "-A"),
    "node-https": Node("https", tls=True),
    "node-http2": Node("http2", tls=True),
    "node-ajv": Node("http-ajv", packages=("ajv@8",)),
    "node-zod": Node("http-zod", packages=("zod@3",)),
    "express": Node("express", packages=("express@5",)),
    "express-4": Node("express", packages=("express@4",)),
    "express-zod": Node("express-zod", packages=("express@4", "zod@3")),
    "fastify-ajv": Node("fastify-ajv", packages=("fastify@5", "ajv@8")),
    "koa": Node("koa", packages=("koa@2",)),
    "hono": Node("hono", packages=("hono@4", "@hono/node-server@1")),
    "hapi": Node("hapi", packages=("@hapi/hapi@21",)),
    "python-threads": Python("threads", warns=CHUNKED),
    "werkzeug": Python("werkzeug", modules=("werkzeug", "flask")),
    "waitress": Python("waitress", modules=("waitress",)),
    "falcon": Python("falcon", modules=("falcon", "waitress")),
    "pyramid": Python("pyramid", modules=("pyramid", "waitress")),
    "cherrypy": Python("cherrypy", modules=("cherrypy",), warns=CHUNKED + HELD_UP),
    "aiohttp": Python("aiohttp", modules=("aiohttp",)),
    "tornado": Python("tornado", modules=("tornado",)),
    "fastapi-pydantic": Python("fastapi", modules=("fastapi", "uvicorn", "pydantic")),
    "quart-hypercorn": Python("quart", modules=("quart", "hypercorn")),
    "gunicorn-sync": Python("-m", "gunicorn", "-b", "127.0.0.1:{port}", "-w", "4", "--log-level", "critical", "application", modules=("gunicorn",),
                            warns=HELD_UP),
    "gunicorn-threads": Python("-m", "gunicorn", "-b", "127.0.0.1:{port}", "-w", "1", "--threads", "8", "--log-level", "critical", "application",
                               modules=("gunicorn",), warns=HELD_UP),
    "uwsgi": Right(["uwsgi", "--plugin", "python3", "--http-socket", "127.0.0.1:{port}", "--processes", "4", "--wsgi-file", "application.py", "--disable-logging",
                    "--buffer-size", "32768", "--master", "--need-app"], programs=("uwsgi",), files=Python.files,
                   warns=CHUNKED + HELD_UP + ("http/transport/expect-100", "panora/delivery/survives-idle-connection*")),
    "nginx": Behind(*servers.NGINX_RUN, texts={"nginx.conf": servers.NGINX % ("", "")}),
    "nginx-gzip": Behind(*servers.NGINX_RUN, texts={"nginx.conf": servers.NGINX % ("gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any;", "")}),
    "nginx-limits": Behind(*servers.NGINX_RUN, texts={"nginx.conf": servers.NGINX % (
        "limit_req_zone $binary_remote_addr zone=one:1m rate=300r/s; limit_req zone=one burst=600 nodelay; limit_req_status 429;", "")}),
    "nginx-burst": Behind(*servers.NGINX_RUN, texts={"nginx.conf": servers.NGINX % (
        "limit_req_zone $binary_remote_addr zone=one:1m rate=100r/s; limit_req zone=one burst=50 nodelay; "
        "map $status $later { 503 1; } add_header Retry-After $later always;", "")}),
    "nginx-http2": Behind(*servers.NGINX_RUN, tls=True, texts={"nginx.conf": servers.NGINX % (servers.NGINX_TLS, "ssl http2")}),
    "haproxy": Behind("haproxy", "-f", "haproxy.cfg", texts={"haproxy.cfg": servers.HAPROXY % ""}),
    "haproxy-http2": Behind("haproxy", "-f", "haproxy.cfg", tls=True, texts={"haproxy.cfg": servers.HAPROXY % "ssl crt {folder}/both.pem alpn h2,http/1.1"}),
    "caddy": Behind("caddy", "run", "--config", "Caddyfile", texts={"Caddyfile": servers.CADDY}),
    "apache": Behind("apache2", "-f", "{folder}/apache.conf", "-DFOREGROUND", texts={"apache.conf": servers.APACHE % ""}),
    "apache-deflate": Behind("apache2", "-f", "{folder}/apache.conf", "-DFOREGROUND", texts={"apache.conf": servers.APACHE % "SetOutputFilter DEFLATE"}),
    "varnish": Behind("varnishd", "-F", "-a", "127.0.0.1:{port}", "-f", "{folder}/front.vcl", "-n", "{folder}/varnish", "-s", "malloc,64m",
                      texts={"front.vcl": servers.VARNISH}),
    "lighttpd": Behind("lighttpd", "-D", "-f", "lighttpd.conf", texts={"lighttpd.conf": servers.LIGHTTPD}),
    "apache-php": Right(["apache2", "-f", "{folder}/apache.conf", "-DFOREGROUND"], programs=("apache2", "php"), files=PHP, warns=HELD_UP,
                        texts={"apache.conf": servers.PHP_APACHE}),
    "puma": Right(["puma", "-q", "-b", "tcp://127.0.0.1:{port}", "-t", "8:8", "config.ru"], programs=("puma",), texts={"config.ru": servers.RACKUP},
                  files=("fixtures/snippets/ruby.rb", "fixtures/snippets/panora_signature.rb")),
    **{f"variant-{kind}": Variant(kind, path="/hooks/panora" if kind == "base-path" else "/") for kind in (
        "base-path", "created", "accepted-empty", "accepted-text", "no-content", "forbidden-page", "always-400", "traced", "cookies", "any-case", "jitter",
        "slow-wrong", "idempotent", "queue", "limit-of-12m", "media-type", "fatal-utf8", "ignores-unknown", "brotli", "server-limits",
        "worker-threads", "late-body")},
    "variant-limit-100": Variant("limit-100", warns=QUOTA),
    "nest": Npm("nest", "@nestjs/core@10", "@nestjs/common@10", "@nestjs/platform-express@10", "reflect-metadata@0.2", "rxjs@7", path="/webhooks/panora"),
    "express-router": Npm("express-router", "express@5", path="/hooks/panora/"),
    "express-limited": Npm("express-limited", "express@4", "helmet@8", "express-rate-limit@7", warns=QUOTA),
    "fastify": Npm("fastify", "fastify@5", path="/hooks/panora"),
    "koa-bodyparser": Npm("koa-bodyparser", "koa@2", "@koa/bodyparser@5"),
    "hono-routes": Npm("hono-routes", "hono@4", "@hono/node-server@1", path="/api/panora"),
    "h3": Npm("h3", "h3@1"),
    "polka": Npm("polka", "polka@0.5"),
    "restify": Npm("restify", "restify@11"),
    "route-handler": Npm("route-handler", "@whatwg-node/server@0.10"),
    "zod-envelope": Npm("zod-envelope", "zod@3"),
    "flask-gunicorn": Service("flask", *GUNICORN, "-w", "2", "--threads", "4", "services", modules=("flask", "gunicorn"), path="/hooks/panora", warns=HELD_UP),
    "flask-cheroot": Service("cheroot", modules=("flask", "cheroot"), path="/hooks/panora/"),
    "flask-gevent": Service("gevent", modules=("flask", "gevent"), path="/hooks/panora"),
    "django-gunicorn": Service("django", *GUNICORN, "-k", "gthread", "--threads", "16", "--keep-alive", "65", "services", modules=("django", "gunicorn"),
                               path="/hooks/panora/", warns=CHUNKED + HELD_UP),
    "django-gevent": Service("django", *GUNICORN, "-k", "gevent", "services", modules=("django", "gunicorn", "gevent"), path="/hooks/panora/", warns=CHUNKED),
    "starlette": Service("starlette", "-m", "uvicorn", "services:application", "--port", "{port}", "--log-level", "critical", modules=("starlette", "uvicorn")),
    "fastapi-workers": Service("fastapi", *GUNICORN, "-w", "2", "-k", "uvicorn.workers.UvicornWorker", "services", modules=("fastapi", "uvicorn", "gunicorn"),
                               path="/api/v1/panora"),
    "tornado-limits": Service("tornado", modules=("tornado",), path="/hooks"),
    "aiohttp-slow": Service("aiohttp", modules=("aiohttp",), path="/hooks/panora"),
    "uwsgi-nginx": Right(["uwsgi", "--plugin", "python3", "--uwsgi-socket", "127.0.0.1:{inner}", "--processes", "4", "--wsgi-file", "services.py",
                          "--disable-logging", "--buffer-size", "65535", "--master", "--need-app", "--lazy-apps", "--enable-threads"], list(servers.NGINX_RUN),
                         programs=("uwsgi", "nginx"), files=Service.files, env={"PANORA_APP": "plain"}, texts={"nginx.conf": servers.NGINX_UWSGI}, warns=HELD_UP),
    "go": go("plain"),
    "go-timeout": go("timeout"),
    "gin": go("gin"),
    "echo": go("echo"),
    "java": java("jdk", warns=HELD_UP),
    "jetty": java("jetty"),
    "mojolicious": Perl("perl", "endpoint.pl", "daemon", "{port}", modules=["Cpanel::JSON::XS", "Mojolicious"], path="/hooks/panora", warns=OBJECTS + CONTINUE),
    "starman": Perl("starman", "--listen", "127.0.0.1:{port}", "--workers", "8", "endpoint.pl", modules=["Cpanel::JSON::XS"], warns=OBJECTS + HELD_UP),
    "sinatra": Right(["puma", "-q", "-e", "production", "-b", "tcp://127.0.0.1:{port}", "-t", "8:8", "config.ru"], programs=("puma",), files=RUBY, libraries=["/usr/share/doc/ruby-sinatra"],
                     texts={"config.ru": 'require_relative "endpoint"\nrun sinatra\n'}, path="/hooks/panora"),
    "unicorn": Right(["unicorn", "-l", "127.0.0.1:{port}", "-E", "production", "config.ru"], programs=("unicorn",), files=RUBY,
                     texts={"config.ru": 'require_relative "endpoint"\nrun RackApp\n'}, warns=HELD_UP + CONTINUE),
    "thin": Right(["thin", "-a", "127.0.0.1", "-p", "{port}", "-e", "production", "-R", "config.ru", "start"], programs=("thin",), files=RUBY,
                  texts={"config.ru": 'require_relative "endpoint"\nrun RackApp\n'}, warns=CHUNKED + CONTINUE),
    "webrick": Right(["ruby", "endpoint.rb", "webrick", "{port}"], programs=("ruby",), libraries=["/usr/share/doc/ruby-webrick"], files=RUBY, warns=CONTINUE),
    "php": Right(["php", "-d", "display_errors=0", "-d", "memory_limit=512M", "-S", "127.0.0.1:{port}", "plain.php"], programs=("php",), files=PLAIN_PHP, env={"PHP_CLI_SERVER_WORKERS": "4"}, warns=LARGE_NUMBERS + CONTINUE),
    "php-nginx": Right(servers.FPM_RUN, list(servers.NGINX_RUN), programs=("php-fpm8.2", "nginx"), files=PLAIN_PHP,
                       texts={"fpm.conf": servers.FPM, "nginx.conf": servers.NGINX_FPM}, warns=LARGE_NUMBERS),
    "php-apache": Right(servers.FPM_RUN, ["apache2", "-f", "{folder}/apache.conf", "-DFOREGROUND"], programs=("php-fpm8.2", "apache2"), files=PLAIN_PHP,
                        texts={"fpm.conf": servers.FPM, "apache.conf": servers.APACHE_FPM}, warns=LARGE_NUMBERS + HELD_UP),
    "php-caddy": Right(servers.FPM_RUN, ["caddy", "run", "--config", "Caddyfile"], programs=("php-fpm8.2", "caddy"), files=PLAIN_PHP,
                       texts={"fpm.conf": servers.FPM, "Caddyfile": servers.CADDY_FPM}, warns=LARGE_NUMBERS + CHUNKED + HELD_UP + ("panora/signature/checks-every-form[[]chunked]",)),
    "nginx-lua": Right(list(servers.NGINX_RUN), programs=("nginx",), libraries=["/usr/lib/nginx/modules/ngx_http_lua_module.so", "/usr/share/lua/5.1/cjson"], files=("harness/tests/foreign/right/endpoint.lua",), texts={"nginx.conf": servers.NGINX_LUA}, warns=OBJECTS),
    "nginx-chain": behind_nginx(servers.CHAIN),
    "haproxy-guard": Behind("haproxy", "-f", "haproxy.cfg", texts={"haproxy.cfg": servers.HAPROXY_GUARD}),
    "apache-timed": Behind("apache2", "-f", "{folder}/apache.conf", "-DFOREGROUND", texts={"apache.conf": servers.APACHE_TIMED}),
    "varnish-guard": Behind("varnishd", "-F", "-a", "127.0.0.1:{port}", "-f", "{folder}/front.vcl", "-n", "{folder}/varnish", "-s", "malloc,64m",
                            texts={"front.vcl": servers.VARNISH_GUARD}),
    "caddy-guard": Behind("caddy", "run", "--config", "Caddyfile", texts={"Caddyfile": servers.CADDY_GUARD}, path="/edge/"),
}
