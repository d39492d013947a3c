/*
 * Requests as test code: Python, JavaScript, Go, k6. Each file is one list of requests and a few
 * lines that send them to WEBHOOK_URL byte by byte. Bodies and fields stand as literals that mean
 * the same bytes in all of these languages: printable ASCII as it is, anything else as \xNN.
 */
#include "format/request_documents.h"
#include "format/request_parts.h"

static void add_literal(struct bytes in, struct buf *out)
{
    buf_add_char(out, '"');
    for (size_t i = 0; i < in.len; i++) {
        char c = in.data[i];
        if (c == '"' || c == '\\')
            buf_add_format(out, "\\%c", c);
        else if (c == '\n')
            buf_add_text(out, "\\n");
        else if (c >= 0x20 && c < 0x7f)
            buf_add_char(out, c);
        else
            buf_add_format(out, "\\x%02x", (unsigned)(unsigned char)c);
    }
    buf_add_char(out, '"');
}

/* How a language writes one request of the list. */
struct dialect_of_code {
    const char *open;      /* before the name */
    const char *bytes;     /* before a literal that holds bytes */
    const char *open_list; /* the list of fields */
    const char *open_pair; /* one field */
    const char *close_pair;
    const char *close_list;
    const char *close;
};

static void add_text(const char *text, const char *after, struct buf *out)
{
    add_literal(bytes_of(text), out);
    buf_add_text(out, after);
}

static void add_request(const struct request *request, const struct request_place *place,
                        const struct dialect_of_code *code, struct buf *out)
{
    struct buf name = {0};
    document_add_name(request, place, &name);
    buf_add_text(out, code->open);
    add_text(buf_text(&name), ", ", out);
    add_text(document_verdict(place), ", ", out);
    add_text(document_reason(place), ", ", out);
    add_text(request->method, ", ", out);
    add_text(place->url, ", ", out);
    buf_add_text(out, code->open_list);
    for (size_t i = 0; i < request->headers.count; i++) {
        buf_add_format(out, "%s%s%s", i ? ", " : "", code->open_pair, code->bytes);
        add_text(request->headers.items[i].name, ", ", out);
        buf_add_text(out, code->bytes);
        add_text(request->headers.items[i].value, code->close_pair, out);
    }
    buf_add_format(out, "%s, %s", code->close_list, code->bytes);
    add_literal(buf_bytes(&request->body), out);
    buf_add_text(out, code->close);
    buf_clear(&name);
}

/* --- Python --- */

static const char pytest_begin[] =
    "# Made by hookcheck. Sends each request to the endpoint and looks at its status:\n"
    "#   WEBHOOK_URL=http://127.0.0.1:3000/webhook python3 -m pytest test_events.py\n"
    "import http.client\n"
    "import os\n"
    "import urllib.parse\n"
    "\n"
    "import pytest\n"
    "\n"
    "# name, what a correct endpoint does with it, in words, method, url, fields, body\n"
    "EVENTS = [\n";
static const char pytest_end[] =
    "]\n"
    "\n"
    "RIGHT = {\n"
    "    \"accept\": lambda status: 200 <= status < 300,\n"
    "    \"reject\": lambda status: 400 <= status < 500,\n"
    "    \"either\": lambda status: 200 <= status < 500,\n"
    "}\n"
    "\n"
    "\n"
    "def send(method, url, fields, body):\n"
    "    own = urllib.parse.urlsplit(url)\n"
    "    to = urllib.parse.urlsplit(os.environ.get(\"WEBHOOK_URL\", url))\n"
    "    kind = http.client.HTTPSConnection if to.scheme == \"https\" "
    "else http.client.HTTPConnection\n"
    "    connection = kind(to.hostname, to.port, timeout=30)\n"
    "    query = own.query or to.query\n"
    "    target = (to.path or \"/\") + (\"?\" + query if query else \"\")\n"
    "    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)\n"
    "    for name, value in fields:\n"
    "        connection.putheader(name, value.replace(b\"{host}\", to.netloc.encode()))\n"
    "    connection.endheaders(body)\n"
    "    status = connection.getresponse().status\n"
    "    connection.close()\n"
    "    return status\n"
    "\n"
    "\n"
    "@pytest.mark.parametrize(\"name,expect,reason,method,url,fields,body\", EVENTS, "
    "ids=[event[0] for event in EVENTS])\n"
    "def test_event(name, expect, reason, method, url, fields, body):\n"
    "    status = send(method, url, fields, body)\n"
    "    assert RIGHT[expect](status), f\"{name}: expected {expect}, got {status}: a correct "
    "endpoint {reason}\"\n";

static void render_pytest(const struct request *request, const struct request_place *place,
                          struct buf *out)
{
    static const struct dialect_of_code python = {"    (", "b", "[", "(", ")", "]", "),\n"};
    add_request(request, place, &python, out);
}

/* --- JavaScript --- */

#define JS_LIST                                                                                    \
    "// name, what a correct endpoint does with it, in words, method, url, fields, body;\n"        \
    "// a character of the body is a byte\n"                                                       \
    "const events = [\n"

#define JS_RIGHT                                                                                   \
    "];\n"                                                                                         \
    "\n"                                                                                           \
    "const right = {\n"                                                                            \
    "  accept: (status) => status >= 200 && status < 300,\n"                                       \
    "  reject: (status) => status >= 400 && status < 500,\n"                                       \
    "  either: (status) => status >= 200 && status < 500,\n"                                       \
    "};\n"                                                                                         \
    "\n"

#define JS_TESTS                                                                                   \
    JS_RIGHT                                                                                       \
    "function send(method, url, fields, body) {\n"                                                 \
    "  const own = new URL(url);\n"                                                                \
    "  const to = new URL(process.env.WEBHOOK_URL ?? url);\n"                                      \
    "  const options = {\n"                                                                        \
    "    method, agent: false, path: to.pathname + (own.search || to.search),\n"                   \
    "    headers: fields.flatMap(([name, value]) => [name, value.replace('{host}', to.host)]),\n"  \
    "  };\n"                                                                                       \
    "  return new Promise((resolve, reject) => {\n"                                                \
    "    const client = to.protocol === 'https:' ? https : http;\n"                                \
    "    const request = client.request(to, options, (answer) => {\n"                              \
    "      answer.resume().on('end', () => resolve(answer.statusCode));\n"                         \
    "    });\n"                                                                                    \
    "    request.on('error', reject);\n"                                                           \
    "    request.end(Buffer.from(body, 'latin1'));\n"                                              \
    "  });\n"                                                                                      \
    "}\n"                                                                                          \
    "\n"                                                                                           \
    "for (const [name, expect, reason, method, url, fields, body] of events) {\n"                  \
    "  test(name, async () => {\n"                                                                 \
    "    const status = await send(method, url, fields, body);\n"                                  \
    "    if (right[expect](status)) return;\n"                                                     \
    "    throw new Error(`expected ${expect}, got ${status}: a correct endpoint ${reason}`);\n"    \
    "  });\n"                                                                                      \
    "}\n"

static const char node_test_begin[] =
    "// Made by hookcheck. Sends each request to the endpoint and looks at its status:\n"
    "//   WEBHOOK_URL=http://127.0.0.1:3000/webhook node --test events.test.mjs\n"
    "import http from 'node:http';\n"
    "import https from 'node:https';\n"
    "import test from 'node:test';\n"
    "\n" JS_LIST;
static const char node_test_end[] = JS_TESTS;

static const char jest_begin[] =
    "/** @jest-environment node */\n"
    "// Made by hookcheck. Sends each request to the endpoint and looks at its status:\n"
    "//   WEBHOOK_URL=http://127.0.0.1:3000/webhook npx jest events.test.js\n"
    "const http = require('http');\n"
    "const https = require('https');\n"
    "\n" JS_LIST;
static const char jest_end[] = JS_TESTS;

static const struct dialect_of_code javascript = {"  [", "", "[", "[", "]", "]", "],\n"};

static void render_js(const struct request *request, const struct request_place *place,
                      struct buf *out)
{
    add_request(request, place, &javascript, out);
}

static const char k6_begin[] =
    "// Made by hookcheck. Sends each request to the endpoint and checks its status:\n"
    "//   k6 run -e WEBHOOK_URL=http://127.0.0.1:3000/webhook events.k6.js\n"
    "import http from 'k6/http';\n"
    "import { check } from 'k6';\n"
    "\n"
    "export const options = { thresholds: { checks: ['rate==1'] } };\n"
    "\n" JS_LIST;
static const char k6_end[] =
    JS_RIGHT "// What k6 writes by itself.\n"
             "const own = ['host', 'content-length', 'connection'];\n"
             "\n"
             "function target(url) {\n"
             "  const to = __ENV.WEBHOOK_URL;\n"
             "  const at = url.indexOf('?');\n"
             "  return !to || at < 0 ? to || url : to.split('?')[0] + url.slice(at);\n"
             "}\n"
             "\n"
             "export default function () {\n"
             "  for (const [name, expect, reason, method, url, fields, body] of events) {\n"
             "    const headers = {};\n"
             "    for (const [field, value] of fields) {\n"
             "      if (!own.includes(field.toLowerCase())) headers[field] = value;\n"
             "    }\n"
             "    const bytes = new Uint8Array(body.length);\n"
             "    for (let i = 0; i < body.length; i++) bytes[i] = body.charCodeAt(i);\n"
             "    const answer = http.request(method, target(url), bytes.buffer, "
             "{ headers, redirects: 0, tags: { name } });\n"
             "    check(answer, { [`${name}: ${expect}: ${reason}`]: (one) => "
             "right[expect](one.status) });\n"
             "  }\n"
             "}\n";

static void render_k6(const struct request *request, const struct request_place *place,
                      struct buf *out)
{
    add_request(request, place, &javascript, out);
}

/* --- Go --- */

static const char go_test_begin[] =
    "// Made by hookcheck. Sends each request to the endpoint and looks at its status:\n"
    "//\n"
    "//\tWEBHOOK_URL=http://127.0.0.1:3000/webhook go test ./...\n"
    "package webhook\n"
    "\n"
    "import (\n"
    "\t\"bufio\"\n"
    "\t\"crypto/tls\"\n"
    "\t\"fmt\"\n"
    "\t\"net\"\n"
    "\t\"net/http\"\n"
    "\t\"net/url\"\n"
    "\t\"os\"\n"
    "\t\"strings\"\n"
    "\t\"testing\"\n"
    "\t\"time\"\n"
    ")\n"
    "\n"
    "type panoraEvent struct {\n"
    "\tname, expect, reason, method, url string\n"
    "\tfields                            [][2]string\n"
    "\tbody                              string\n"
    "}\n"
    "\n"
    "var panoraEvents = []panoraEvent{\n";
static const char go_test_end[] =
    "}\n"
    "\n"
    "func dialPanora(to *url.URL) (net.Conn, error) {\n"
    "\tport := to.Port()\n"
    "\tif to.Scheme == \"https\" {\n"
    "\t\tif port == \"\" {\n"
    "\t\t\tport = \"443\"\n"
    "\t\t}\n"
    "\t\treturn tls.Dial(\"tcp\", net.JoinHostPort(to.Hostname(), port), "
    "&tls.Config{ServerName: to.Hostname()})\n"
    "\t}\n"
    "\tif port == \"\" {\n"
    "\t\tport = \"80\"\n"
    "\t}\n"
    "\treturn net.Dial(\"tcp\", net.JoinHostPort(to.Hostname(), port))\n"
    "}\n"
    "\n"
    "// sendPanora writes every byte itself: net/http would spell and order the fields anew.\n"
    "func sendPanora(event panoraEvent) (int, error) {\n"
    "\town, err := url.Parse(event.url)\n"
    "\tif err != nil {\n"
    "\t\treturn 0, err\n"
    "\t}\n"
    "\tto := own\n"
    "\tif given := os.Getenv(\"WEBHOOK_URL\"); given != \"\" {\n"
    "\t\tif to, err = url.Parse(given); err != nil {\n"
    "\t\t\treturn 0, err\n"
    "\t\t}\n"
    "\t}\n"
    "\tif own.RawQuery != \"\" {\n"
    "\t\tto.RawQuery = own.RawQuery\n"
    "\t}\n"
    "\tconnection, err := dialPanora(to)\n"
    "\tif err != nil {\n"
    "\t\treturn 0, err\n"
    "\t}\n"
    "\tdefer connection.Close()\n"
    "\tif err := connection.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {\n"
    "\t\treturn 0, err\n"
    "\t}\n"
    "\tvar request strings.Builder\n"
    "\tfmt.Fprintf(&request, \"%s %s HTTP/1.1\\r\\n\", event.method, to.RequestURI())\n"
    "\tfor _, field := range event.fields {\n"
    "\t\tfmt.Fprintf(&request, \"%s: %s\\r\\n\", field[0], "
    "strings.ReplaceAll(field[1], \"{host}\", to.Host))\n"
    "\t}\n"
    "\trequest.WriteString(\"\\r\\n\" + event.body)\n"
    "\t// An endpoint may refuse before it has read everything, so only the answer counts.\n"
    "\tgo func() { _, _ = connection.Write([]byte(request.String())) }()\n"
    "\tanswer, err := http.ReadResponse(bufio.NewReader(connection), nil)\n"
    "\tif err != nil {\n"
    "\t\treturn 0, err\n"
    "\t}\n"
    "\treturn answer.StatusCode, answer.Body.Close()\n"
    "}\n"
    "\n"
    "func TestPanoraEvents(t *testing.T) {\n"
    "\tright := map[string]func(int) bool{\n"
    "\t\t\"accept\": func(status int) bool { return status >= 200 && status < 300 },\n"
    "\t\t\"reject\": func(status int) bool { return status >= 400 && status < 500 },\n"
    "\t\t\"either\": func(status int) bool { return status >= 200 && status < 500 },\n"
    "\t}\n"
    "\tfor _, event := range panoraEvents {\n"
    "\t\tevent := event\n"
    "\t\tt.Run(event.name, func(t *testing.T) {\n"
    "\t\t\tstatus, err := sendPanora(event)\n"
    "\t\t\tif err != nil {\n"
    "\t\t\t\tt.Fatal(err)\n"
    "\t\t\t}\n"
    "\t\t\tif !right[event.expect](status) {\n"
    "\t\t\t\tt.Errorf(\"expected %s, got %d: a correct endpoint %s\", event.expect, status, "
    "event.reason)\n"
    "\t\t\t}\n"
    "\t\t})\n"
    "\t}\n"
    "}\n";

static void render_go_test(const struct request *request, const struct request_place *place,
                           struct buf *out)
{
    static const struct dialect_of_code go = {"\t{", "", "[][2]string{", "{", "}", "}", "},\n"};
    add_request(request, place, &go, out);
}

const struct request_format format_k6 = {
    .name = "k6",
    .sentence = "a script for k6",
    .render = render_k6,
    .file = "events.k6.js",
    .begin = k6_begin,
    .between = "",
    .end = k6_end,
    .limits = LIMIT_ASCII_FIELDS | LIMIT_ONE_OF_A_NAME,
};

const struct request_format format_pytest = {
    .name = "pytest",
    .sentence = "tests for pytest, with Python's standard library",
    .render = render_pytest,
    .file = "test_events.py",
    .begin = pytest_begin,
    .between = "",
    .end = pytest_end,
};

const struct request_format format_node_test = {
    .name = "node-test",
    .sentence = "tests for node --test, with Node's standard library",
    .render = render_js,
    .file = "events.test.mjs",
    .begin = node_test_begin,
    .between = "",
    .end = node_test_end,
};

const struct request_format format_jest = {
    .name = "jest",
    .sentence = "tests for Jest, with Node's standard library",
    .render = render_js,
    .file = "events.test.js",
    .begin = jest_begin,
    .between = "",
    .end = jest_end,
};

const struct request_format format_go_test = {
    .name = "go-test",
    .sentence = "tests for go test, with Go's standard library",
    .render = render_go_test,
    .file = "events_test.go",
    .begin = go_test_begin,
    .between = "",
    .end = go_test_end,
    .beside_file = "go.mod",
    .beside = "module webhook\n\ngo 1.18\n",
};
