"""The right endpoints: what each is, what it needs, and how it is started. `warns` are globs of the cases that `hookcheck run`
may warn of where lacks.py sees the same."""

import os
import shutil
import subprocess
import sys

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
    """`commands` start it; the last is what listens, at {port}; {inner} is a port for what stands behind it."""

    tls = False
    warns = ()
    programs = ()
    env = {}
    files = ()
    texts = {}

    def __init__(self, *commands, **options):
        self.commands = commands
        self.__dict__.update(options)

    def prepare(self, folder):
        need(*self.programs)
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


class Behind(Right):
    """Something in front of a plain endpoint on Node."""
    files = NODE_FILES

    def __init__(self, *command, **options):
        super().__init__(["node", "node.mjs", "http", "{inner}", "shapes.json"], list(command), **options)
        self.programs = ("node", command[0])


NGINX = """daemon off; master_process on; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/error.log;
events { worker_connections 512; }
http {
  access_log off; client_max_body_size 16m; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  %s
  server { listen 127.0.0.1:{port} %s; location / { proxy_pass http://127.0.0.1:{inner}; proxy_http_version 1.1; proxy_set_header Connection ""; } }
}
"""
NGINX_RUN = ("nginx", "-c", "{folder}/nginx.conf", "-p", "{folder}")
NGINX_TLS = "ssl_certificate {folder}/cert.pem; ssl_certificate_key {folder}/key.pem;"

HAPROXY = """global
  maxconn 500
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend front
  bind 127.0.0.1:{port} %s
  default_backend back
backend back
  server one 127.0.0.1:{inner}
"""

CADDY = """{
  admin off
  auto_https off
}
http://:{port} {
  bind 127.0.0.1
  encode gzip
  reverse_proxy 127.0.0.1:{inner}
}
"""

APACHE_MODULES = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
                         for name in ("mpm_event", "authz_core", "proxy", "proxy_http", "deflate", "filter"))
APACHE = APACHE_MODULES + """ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
ProxyPass / http://127.0.0.1:{inner}/ retry=0
%s
"""

VARNISH = """vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "{inner}"; }
sub vcl_recv { return (pass); }
"""

LIGHTTPD = """server.modules = ("mod_proxy")
server.document-root = "{folder}"
server.bind = "127.0.0.1"
server.port = {port}
server.upload-dirs = ("{folder}")
proxy.server = ("" => (("host" => "127.0.0.1", "port" => {inner})))
"""

PHP = ("fixtures/snippets/php.php", "fixtures/snippets/panora_signature.php")
PHP_APACHE = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in ("mpm_prefork", "authz_core", "dir", "env", "mime")) + \
    """LoadModule php_module /usr/lib/apache2/modules/libphp8.2.so
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
DefaultRuntimeDir {folder}
PassEnv PANORA_SECRET
DocumentRoot {folder}
php_value post_max_size 16M
php_value display_errors 0
TypesConfig /dev/null
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
FallbackResource /php.php
"""

RACKUP = 'require_relative "ruby"\nrun PanoraApp\n'

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
    "cherrypy": Python("cherrypy", modules=("cherrypy",), warns=CHUNKED),
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
    "nginx": Behind(*NGINX_RUN, texts={"nginx.conf": NGINX % ("", "")}),
    "nginx-gzip": Behind(*NGINX_RUN, texts={"nginx.conf": NGINX % ("gzip on; gzip_types *; gzip_min_length 0; gzip_proxied any;", "")}),
    "nginx-limits": Behind(*NGINX_RUN, texts={"nginx.conf": NGINX % (
        "limit_req_zone $binary_remote_addr zone=one:1m rate=300r/s; limit_req zone=one burst=600 nodelay; limit_req_status 429;", "")}),
    "nginx-http2": Behind(*NGINX_RUN, tls=True, texts={"nginx.conf": NGINX % (NGINX_TLS, "ssl http2")}),
    "haproxy": Behind("haproxy", "-f", "haproxy.cfg", texts={"haproxy.cfg": HAPROXY % ""}),
    "haproxy-http2": Behind("haproxy", "-f", "haproxy.cfg", tls=True, texts={"haproxy.cfg": HAPROXY % "ssl crt {folder}/both.pem alpn h2,http/1.1"}),
    "caddy": Behind("caddy", "run", "--config", "Caddyfile", texts={"Caddyfile": CADDY}),
    "apache": Behind("apache2", "-f", "{folder}/apache.conf", "-DFOREGROUND", texts={"apache.conf": APACHE % ""}),
    "apache-deflate": Behind("apache2", "-f", "{folder}/apache.conf", "-DFOREGROUND", texts={"apache.conf": APACHE % "SetOutputFilter DEFLATE"}),
    "varnish": Behind("varnishd", "-F", "-a", "127.0.0.1:{port}", "-f", "{folder}/front.vcl", "-n", "{folder}/varnish", "-s", "malloc,64m",
                      texts={"front.vcl": VARNISH}),
    "lighttpd": Behind("lighttpd", "-D", "-f", "lighttpd.conf", texts={"lighttpd.conf": LIGHTTPD}),
    "apache-php": Right(["apache2", "-f", "{folder}/apache.conf", "-DFOREGROUND"], programs=("apache2", "php"), files=PHP, warns=HELD_UP,
                        texts={"apache.conf": PHP_APACHE}),
    "puma": Right(["puma", "-q", "-b", "tcp://127.0.0.1:{port}", "-t", "8:8", "config.ru"], programs=("puma",), texts={"config.ru": RACKUP},
                  files=("fixtures/snippets/ruby.rb", "fixtures/snippets/panora_signature.rb")),
}
