/*
 * Right endpoints in real servers and frameworks: none of them is failed, warned or given a cause.
 * What each is, and how it is started, stands in right/table.py.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tests/support/run_program.h"
#include "tests/support/shell_run.h"
#include "tests/support/skip.h"

TestSuite(foreign_right, .timeout = 600);

#define RIGHT "python3 -B harness/tests/foreign/right/right.py"

static void judge(const char *names)
{
    NEED_HOOKCHECK();
    NEED_TOOL("python3", "right endpoints");
    char *command = mem_format(RIGHT " '%s' %s 2>&1", hookcheck_path(), names);
    struct buf out = {0};
    PROVE_BY(command, &out);
    free(command);
    cr_expect(strstr(buf_text(&out), "right endpoints, 0 with complaints"), "%s", buf_text(&out));
    const char *line = buf_text(&out);
    while ((line = strstr(line, "SKIPPED: "))) {
        skip_note("%.*s", (int)strcspn(line + 9, "\n"), line + 9);
        line += 9;
    }
    buf_clear(&out);
}

static const char *const groups[] = {
    "node-http node-http-gzip node-http-late node-http-noise node-http-closes node-http-limits "
    "node-http-remembers node-http-idle node-http-cluster bun deno node-https node-http2",
    "node-ajv node-zod express express-4 express-zod",
    "fastify-ajv koa hono hapi",
    "python-threads werkzeug waitress falcon pyramid cherrypy",
    "aiohttp tornado fastapi-pydantic quart-hypercorn gunicorn-sync gunicorn-threads uwsgi",
    "nginx nginx-gzip nginx-limits nginx-burst nginx-http2 haproxy haproxy-http2",
    "caddy apache apache-deflate varnish lighttpd",
    "apache-php puma",
    "variant-base-path variant-created variant-accepted-empty variant-accepted-text "
    "variant-no-content variant-forbidden-page "
    "variant-always-400 variant-traced variant-cookies variant-any-case variant-jitter "
    "variant-slow-wrong",
    "variant-idempotent variant-queue variant-limit-of-12m variant-media-type variant-fatal-utf8 "
    "variant-ignores-unknown variant-brotli "
    "variant-server-limits variant-worker-threads variant-late-body variant-limit-100",
    "nest express-router express-limited fastify koa-bodyparser hono-routes h3 polka restify "
    "route-handler zod-envelope",
    "flask-gunicorn flask-cheroot flask-gevent django-gunicorn django-gevent starlette "
    "fastapi-workers tornado-limits aiohttp-slow uwsgi-nginx",
    "go go-timeout gin echo java jetty mojolicious starman",
    "sinatra unicorn thin webrick php php-nginx php-apache php-caddy",
    "nginx-lua nginx-chain haproxy-guard apache-timed varnish-guard caddy-guard",
};

Test(foreign_right, node_servers)
{
    judge(groups[0]);
}

Test(foreign_right, schema_validators_and_express)
{
    judge(groups[1]);
}

Test(foreign_right, other_frameworks_of_node)
{
    judge(groups[2]);
}

Test(foreign_right, python_servers_with_threads)
{
    judge(groups[3]);
}

Test(foreign_right, python_servers_with_loops_and_processes)
{
    judge(groups[4]);
}

Test(foreign_right, behind_nginx_and_haproxy)
{
    judge(groups[5]);
}

Test(foreign_right, behind_other_proxies)
{
    judge(groups[6]);
}

Test(foreign_right, php_and_ruby)
{
    judge(groups[7]);
}

Test(foreign_right, what_handlers_answer)
{
    judge(groups[8]);
}

Test(foreign_right, what_handlers_do_beside)
{
    judge(groups[9]);
}

Test(foreign_right, frameworks_that_read_the_body_themselves)
{
    judge(groups[10]);
}

Test(foreign_right, applications_in_python)
{
    judge(groups[11]);
}

Test(foreign_right, go_java_and_perl)
{
    judge(groups[12]);
}

Test(foreign_right, ruby_and_php)
{
    judge(groups[13]);
}

Test(foreign_right, behind_guards)
{
    judge(groups[14]);
}

Test(foreign_right, each_of_the_table_is_run)
{
    struct buf out = {0};
    NEED_TOOL("python3", "right endpoints");
    cr_assert_eq(shell_run("cd harness/tests/foreign/right && python3 -B -c "
                           "'import table; print(*table.RIGHT)'",
                           &out),
                 0);
    struct buf named = {0};
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++)
        buf_add_format(&named, "%s%s", i ? " " : "", groups[i]);
    buf_add_char(&named, '\n');
    cr_expect_str_eq(buf_text(&out), buf_text(&named));
    buf_clear(&named);
    buf_clear(&out);
}
