"""What each handler of fixtures/snippets is run in: how it is set up and started, and what its server lacks."""

import json
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from tools import Skip, need, npm_install  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def run(command, folder, **env):
    done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, **env})
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stdout.decode('utf-8', 'replace')[-3000:]}")


def copy(source, target):
    os.makedirs(os.path.dirname(target), exist_ok=True)
    shutil.copyfile(source, target)


def python_with(module):
    """The first Python that has the module: a distribution's packages are seen by its own Python only."""
    for python in ("python3", "/usr/bin/python3"):
        if shutil.which(python) and subprocess.run([python, "-c", f"import {module}"], stderr=subprocess.DEVNULL).returncode == 0:
            return python
    raise Skip(f"no Python with {module} on this machine")


def ruby_with(*libraries):
    need("ruby")
    for library in libraries:
        if subprocess.run(["ruby", "-e", f"require '{library}'"], stderr=subprocess.DEVNULL).returncode:
            raise Skip(f"no Ruby with {library} on this machine")


class Snippet:
    """A handler that needs nothing but its runtime, and the verifier that it names (`beside`). `warns`: globs of the cases
    that `hookcheck run` warns of, for what its server lacks."""

    env = {}
    path = "/"
    programs = ()
    beside = ()
    warns = ()

    def __init__(self, file, **options):
        self.file = file
        self.__dict__.update(options)

    def prepare(self, snippets, folder):
        need(*self.programs)
        target = os.path.join(folder, self.target())
        copy(os.path.join(snippets, self.file), target)
        for file in self.beside:
            copy(os.path.join(snippets, file), os.path.join(os.path.dirname(target), file))
        self.build(folder)

    def target(self):
        return self.file

    def build(self, folder):
        pass

    def command(self, port):
        raise NotImplementedError


class Node(Snippet):
    programs = ("node",)

    def command(self, port):
        return ["node", self.file]


class Npm(Node):
    """With `packages`, in the versions of package.json, installed once below build/."""

    programs = ("node", "npm")
    env = {"NODE_ENV": "production"}

    def build(self, folder):
        modules = os.path.join(os.path.dirname(folder), "npm", self.packages[0])
        with open(os.path.join(HERE, "package.json"), encoding="utf-8") as file:
            wanted = json.load(file)["dependencies"]
        npm_install(modules, *(f"{name}@{wanted[name]}" for name in self.packages))
        link = os.path.join(folder, "node_modules")
        if not os.path.islink(link):
            os.symlink(os.path.join(modules, "node_modules"), link)


class Next(Npm):
    packages = ["next", "react", "react-dom"]
    path = "/api/panora"
    env = {"NEXT_TELEMETRY_DISABLED": "1", "NODE_ENV": "production"}

    def target(self):
        return "app/api/panora/route.js"

    def build(self, folder):
        super().build(folder)
        for name, text in (("package.json", '{"private": true, "type": "module"}'),
                           ("app/layout.js", "export default function Layout({ children }) { return children; }")):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        run(["node", "node_modules/next/dist/bin/next", "build", "--webpack"], folder, **self.env)

    def command(self, port):
        return ["node", "node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", str(port)]


class Python(Snippet):
    programs = ("python3",)
    beside = ("panora_signature.py",)
    module = "json"
    support = "none"
    arguments = ()

    def build(self, folder):
        self.python = python_with(self.module)
        support = os.path.join(HERE, self.support)
        if os.path.isdir(support):
            shutil.copytree(support, folder, dirs_exist_ok=True)

    def target(self):
        return "panora_view.py"

    def command(self, port):
        return [self.python, *(argument.format(port=port) for argument in self.arguments)]


class Ruby(Snippet):
    programs = ("ruby",)
    beside = ("panora_signature.rb",)
    libraries = ()
    support = "none"
    arguments = ()

    def build(self, folder):
        ruby_with(*self.libraries)
        support = os.path.join(HERE, self.support)
        if os.path.isdir(support):
            shutil.copytree(support, folder, dirs_exist_ok=True)

    def command(self, port):
        return [argument.format(port=port) for argument in self.arguments]


class Rack(Ruby):
    """The file itself is no config.ru: it says `run PanoraApp` in a comment."""

    def build(self, folder):
        super().build(folder)
        with open(os.path.join(folder, "config.ru"), "w", encoding="utf-8") as file:
            file.write('require_relative "ruby"\nrun PanoraApp\n')


class Php(Snippet):
    programs = ("php",)
    env = {"PHP_CLI_SERVER_WORKERS": "4"}
    beside = ("panora_signature.php",)
    warns = ("http/transport/expect-100", "http/robustness/huge-header*")
    router = "php.php"

    def command(self, port):
        return ["php", "-d", "display_errors=0", "-S", f"127.0.0.1:{port}", self.router]


class Laravel(Php):
    path = "/api/panora"
    router = "index.php"

    def target(self):
        return "routes/api.php"

    def build(self, folder):
        if not os.path.exists("/usr/share/php/Illuminate/Foundation/Application.php"):
            raise Skip("no Laravel (php-laravel-framework) on this machine")
        shutil.copytree(os.path.join(HERE, "laravel"), folder, dirs_exist_ok=True)
        os.makedirs(os.path.join(folder, "bootstrap/cache"), exist_ok=True)


class Go(Snippet):
    programs = ("go",)
    beside = ("panora_signature.go",)

    def target(self):
        return "main.go"

    def build(self, folder):
        run(["go", "build", "-o", "panora", "main.go", "panora_signature.go"], folder, GO111MODULE="off", GOFLAGS="")

    def command(self, port):
        return ["./panora"]


class Java(Snippet):
    programs = ("java", "javac")
    beside = ("PanoraSignature.java",)
    jars = ()
    main = "Panora"

    def target(self):
        return "Panora.java"

    def build(self, folder):
        missing = [jar for jar in self.jars if not os.path.exists(f"/usr/share/java/{jar}.jar")]
        if missing:
            raise Skip(f"no {missing[0]}.jar in /usr/share/java")
        self.classpath = ":".join([".", *(f"/usr/share/java/{jar}.jar" for jar in self.jars)])
        run(["javac", *self.options, "-cp", self.classpath, "-d", ".", *self.sources(folder)], folder)

    options = ()

    def sources(self, folder):
        return ["PanoraSignature.java", self.target()]

    def command(self, port):
        return ["java", "-cp", self.classpath, self.main]


class Spring(Java):
    path = "/panora"
    main = "Main"
    jars = ("spring3-aop", "spring3-beans", "spring3-context", "spring3-core", "spring3-expression", "spring3-web",
            "spring3-web.servlet", "commons-logging", "jetty9-server", "jetty9-servlet", "jetty9-http", "jetty9-io",
            "jetty9-util", "jetty9-security", "servlet-api")
    options = ("--release", "8", "-nowarn")  # Debian's Spring 4.3 reads class files up to Java 8's

    def target(self):
        return "PanoraController.java"

    def sources(self, folder):
        copy(os.path.join(HERE, "spring/Main.java"), os.path.join(folder, "Main.java"))
        return ["Main.java", *super().sources(folder)]


SNIPPETS = {
    "node": Node("node.mjs"),
    "express": Npm("express.mjs", packages=["express"]),
    "fastify": Npm("fastify.mjs", packages=["fastify"]),
    "nextjs": Next("nextjs.mjs"),
    "python": Python("panora_python.py", arguments=["panora_view.py"], warns=["http/transport/chunked"]),
    "flask": Python("panora_flask.py", module="flask", arguments=["-m", "flask", "--app", "panora_view", "run", "--port", "{port}"]),
    "django": Python("panora_django.py", support="django", module="django", path="/panora", warns=["http/transport/chunked"],
                     arguments=["manage.py", "runserver", "--noreload", "{port}"]),
    "fastapi": Python("panora_fastapi.py", module="fastapi, uvicorn",
                      arguments=["-m", "uvicorn", "--port", "{port}", "--log-level", "warning", "panora_view:app"]),
    "ruby": Rack("ruby.rb", libraries=["rack", "puma"], arguments=["puma", "-q", "-b", "tcp://127.0.0.1:{port}", "config.ru"]),
    "sinatra": Ruby("sinatra.rb", libraries=["sinatra/base", "puma"],
                    arguments=["ruby", "sinatra.rb", "-e", "production", "-s", "puma", "-o", "127.0.0.1", "-p", "{port}"]),
    "rails": Ruby("panora_controller.rb", support="rails", path="/panora", libraries=["action_controller/railtie", "puma"], env={"RAILS_ENV": "production"},
                  arguments=["puma", "-q", "-b", "tcp://127.0.0.1:{port}", "config.ru"], target=lambda: "app/controllers/panora_controller.rb"),
    "php": Php("php.php"),
    "laravel": Laravel("laravel.php"),
    "go": Go("go.go"),
    "java": Java("Panora.java"),
    "spring": Spring("PanoraController.java"),
}
