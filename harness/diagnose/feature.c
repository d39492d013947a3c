/* The table of features. */
#include "diagnose/feature.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"
#include "panora/event.h"
#include "panora/js.h"

/* --- the event around data --- */

static void add_member(struct buf *body)
{
    if (body->len)
        body->len--;
    buf_add_text(body, ",\"extra_member\":\"text\"}");
}

/* {"id_event":I,"data":D,"type":T} as {"type":T,"id_event":I,"data":D} */
static void type_first(struct buf *body)
{
    static const char mark[] = ",\"type\":";
    const char *text = buf_text(body);
    size_t at = body->len;
    while (at && strncmp(text + at - 1, mark, sizeof mark - 1) != 0)
        at--;
    if (!at)
        return;
    struct buf out = {0};
    buf_add_char(&out, '{');
    buf_add(&out, text + at, body->len - at - 1);
    buf_add_char(&out, ',');
    buf_add(&out, text + 1, at - 2);
    buf_add_char(&out, '}');
    buf_clear(body);
    *body = out;
}

/* --- the request around the event --- */

static void rename_signature(struct request *request, char (*change)(char c))
{
    for (size_t i = 0; i < request->headers.count; i++)
        if (header_name_equal(request->headers.items[i].name, PANORA_SIGNATURE_HEADER))
            for (char *c = request->headers.items[i].name; *c; c++)
                *c = change(*c);
}

static char lower(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c + 'a' - 'A');
    return c;
}

static char upper(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - 'a' + 'A');
    return c;
}

static void lower_name(struct request *request)
{
    rename_signature(request, lower);
}

static void upper_name(struct request *request)
{
    rename_signature(request, upper);
}

static void with_charset(struct request *request)
{
    headers_set(&request->headers, "Content-Type", "application/json; charset=utf-8");
}

static void as_form(struct request *request)
{
    headers_set(&request->headers, "Content-Type", "application/x-www-form-urlencoded");
}

static void add_field(const struct js *event, const char *name, struct buf *out)
{
    const struct js *value = js_get(event, name);
    struct buf json = {0};
    if (!value)
        return;
    buf_add_format(out, "%s%s=", out->len ? "&" : "", name);
    if (js_kind(value) != JS_STRING)
        js_write(value, &json);
    encode_percent(js_kind(value) == JS_STRING ? js_string(value) : buf_bytes(&json), out);
    buf_clear(&json);
}

/* What is no event keeps its body. */
static void as_form_fields(struct request *request)
{
    static const char *const names[] = {"id_event", "data", "type"};
    struct js *event = js_parse(buf_bytes(&request->body), NULL);
    struct buf fields = {0};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        add_field(event, names[i], &fields);
    js_free(event);
    as_form(request);
    if (fields.len == 0)
        return;
    buf_clear(&request->body);
    request->body = fields;
    char *length = mem_format("%zu", fields.len);
    headers_set(&request->headers, "Content-Length", length);
    free(length);
}

static void as_text(struct request *request)
{
    headers_set(&request->headers, "Content-Type", "text/plain");
}

static void as_browser(struct request *request)
{
    headers_set(&request->headers, "User-Agent",
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
}

static void as_panora(struct request *request)
{
    headers_set(&request->headers, "User-Agent", "Panora/1.0 (Panora-Webhooks; panora.dev)");
}

static void without_agent(struct request *request)
{
    (void)headers_remove(&request->headers, "User-Agent");
}

static void for_localhost(struct request *request)
{
    headers_set(&request->headers, "Host", "localhost");
}

static void accept_anything(struct request *request)
{
    headers_set(&request->headers, "Accept", "*/*");
}

static void accept_json(struct request *request)
{
    headers_set(&request->headers, "Accept", "application/json");
}

static void without_encodings(struct request *request)
{
    (void)headers_remove(&request->headers, "Accept-Encoding");
}

static void close_after(struct request *request)
{
    headers_set(&request->headers, "Connection", "close");
}

static void name_with_x(struct request *request)
{
    const char *value = headers_find(&request->headers, PANORA_SIGNATURE_HEADER);
    if (value)
        headers_add(&request->headers, "X-Panora-Signature", value);
}

#define CHUNK 64

static void in_chunks(struct request *request)
{
    (void)headers_remove(&request->headers, "Content-Length");
    headers_add(&request->headers, "Transfer-Encoding", "chunked");
    request->transport.chunk_size = CHUNK;
}

static void in_two_pieces(struct request *request)
{
    request->transport.split_at = request->body.len / 2;
    request->transport.pause_ns = 30000000;
}

#define UTF8 "read and write the body as UTF-8 everywhere"
#define SEPARATORS                                                                                 \
    "compute the HMAC over U+2028 and U+2029 as they arrive: JSON.stringify does not escape "      \
    "them, "                                                                                       \
    "as Go and some libraries do; or read and write the body as UTF-8 everywhere"
#define STORE  "store the event, or drop what the database cannot store, and answer 2xx"
#define IGNORE "accept it: the endpoint cannot choose what Panora's unified objects contain"
#define FIREWALL                                                                                   \
    "let Panora's requests to this path through the firewall unchanged: the signature "            \
    "authenticates them, and any note or name may contain such text"
#define KEYS "keep or drop such keys after verification; do not reject the event"
#define NUMBERS                                                                                    \
    "read numbers as doubles or keep them as text; do not convert them to a 64-bit integer or a "  \
    "fixed decimal"
#define OPTIONAL "allow null for every optional field of Panora's unified objects"

#define DATA(id_, key_, plain_, odd_, needle_, without_, with_, sentence_, ...)                    \
    {                                                                                              \
        .id = (id_), .area = FEATURE_DATA, .key = (key_), .plain = (plain_), .odd = (odd_),        \
        .needle = (needle_), .without = (without_), .with = (with_), .sentence = (sentence_),      \
        .cause = "refuses-" id_, .remedy = __VA_ARGS__                                             \
    }
/* A text that holds one character. */
#define CHARACTER(id_, plain_, odd_, needle_, with_, words_, ...)                                  \
    DATA(id_, "zt_" id_, "\"a" plain_ "b\"", "\"a" odd_ "b\"", needle_,                            \
         "data with \"a" plain_ "b\"", with_, "rejects events whose data contains " words_,        \
         __VA_ARGS__)
#define VALUE(id_, plain_, odd_, needle_, with_, words_, ...)                                      \
    DATA(id_, "zv_" id_, plain_, odd_, needle_, "data with " plain_, with_,                        \
         "rejects events whose data contains " words_, __VA_ARGS__)
#define KEY(id_, plain_, odd_, needle_, with_, words_, ...)                                        \
    DATA(id_, "zk_" id_, "{\"" plain_ "\":1}", "{\"" odd_ "\":1}", needle_,                        \
         "data with the key \"" plain_ "\"", with_, "rejects events whose data contains " words_,  \
         __VA_ARGS__)
#define EVENT(id_, reshape_, without_, with_, cause_, sentence_, ...)                              \
    {                                                                                              \
        .id = (id_), .area = FEATURE_EVENT, .reshape = (reshape_), .without = (without_),          \
        .with = (with_), .cause = (cause_), .sentence = (sentence_), .remedy = __VA_ARGS__         \
    }
#define REQUEST(id_, dress_, without_, with_, cause_, sentence_, ...)                              \
    {                                                                                              \
        .id = (id_), .area = FEATURE_REQUEST, .dress = (dress_), .without = (without_),            \
        .with = (with_), .cause = (cause_), .sentence = (sentence_), .remedy = __VA_ARGS__         \
    }

/* As long together as one long text. */
#define SHORT_TEXT(key) "\"" key "\":\"abcdefghijklmnopqrstuvwxyz\""
#define SHORT_TEXTS(a, b, c, d, e)                                                                 \
    SHORT_TEXT(a) "," SHORT_TEXT(b) "," SHORT_TEXT(c) "," SHORT_TEXT(d) "," SHORT_TEXT(e)

const struct feature features[] = {
    CHARACTER("latin-1", "e", "\xC3\xA9", "\xC3\xA9", "data with \"aéb\"",
              "characters from U+0080 to U+00FF, such as é", UTF8),
    CHARACTER("beyond-latin-1", "e", "\xCE\xA9", "\xCE\xA9", "data with \"aΩb\"",
              "characters from U+0100 to U+07FF, such as Ω", UTF8),
    CHARACTER("wide", "e", "\xE6\x9D\xB1", "\xE6\x9D\xB1", "data with \"a東b\"",
              "characters from U+0800 to U+FFFF, such as 東", UTF8),
    CHARACTER("astral", "e", "\xF0\x9F\x98\x80", "\xF0\x9F", "data with \"a😀b\"",
              "characters above U+FFFF, such as 😀",
              "store text as full UTF-8 (MySQL: utf8mb4), and count it in code points"),
    CHARACTER("lone-surrogate", "e", "\\ud800", "\\ud8", "data with \"a\\ud800b\"",
              "a lone surrogate (JSON.stringify writes \\ud800)",
              "verify first, then replace lone surrogates with U+FFFD"),
    CHARACTER("line-separator", "e", "\xE2\x80\xA8", "\xE2\x80\xA8", "data with \"a<U+2028>b\"",
              "U+2028, the line separator", SEPARATORS),
    CHARACTER("paragraph-separator", "e", "\xE2\x80\xA9", "\xE2\x80\xA9",
              "data with \"a<U+2029>b\"", "U+2029, the paragraph separator", SEPARATORS),
    CHARACTER("control", "e", "\\u0001", "\\u00", "data with \"a\\u0001b\"",
              "control characters, such as U+0001", STORE),
    CHARACTER("newline", "e", "\\n", "\\n", "data with \"a\\nb\"", "line breaks", IGNORE),
    CHARACTER("tab", "e", "\\t", "\\t", "data with \"a\\tb\"", "tabs", IGNORE),
    CHARACTER("form-feed", "e", "\\f", "\\f", "data with \"a\\fb\"", "backspaces or form feeds",
              IGNORE),
    CHARACTER("nul", "e", "\\u0000", "\\u0000", "data with \"a\\u0000b\"", "NUL characters",
              "strip U+0000 before a database that cannot store it (PostgreSQL's 22P05)"),
    CHARACTER("del", "e", "\x7f", "\x7f", "data with \"a<DEL>b\"", "U+007F", STORE),
    CHARACTER("c1-control", "e", "\xC2\x85", "\xC2\x85", "data with \"a<U+0085>b\"",
              "non-ASCII control characters, such as U+0085", STORE),
    CHARACTER("byte-order-mark", "e", "\xEF\xBB\xBF", "\xEF\xBB\xBF", "data with \"a<U+FEFF>b\"",
              "U+FEFF, the byte order mark", UTF8),
    CHARACTER("decomposed", "e", "e\xCC\x81", "\xCC\x81", "data with \"ae<U+0301>b\"",
              "combining characters (e with U+0301)", "do not normalize anything before the HMAC"),
    CHARACTER("quote", "e", "\\\"", "\\\"", "data with \"a\\\"b\"", "quotes inside strings",
              IGNORE),
    CHARACTER("apostrophe", "e", "'", "'", "data with \"a'b\"", "apostrophes", IGNORE),
    CHARACTER("backslash", "e", "\\\\", "\\\\", "data with \"a\\\\b\"", "backslashes", IGNORE),
    CHARACTER("slash", "e", "/", "/", "data with \"a/b\"", "slashes, as in URLs", IGNORE),
    CHARACTER("less-than", "e", "<", "<", "data with \"a<b\"", "the character <", IGNORE),
    CHARACTER("greater-than", "e", ">", ">", "data with \"a>b\"", "the character >", IGNORE),
    CHARACTER("ampersand", "e", "&", "&", "data with \"a&b\"", "the character &", IGNORE),
    CHARACTER("equals", "e", "=", "=", "data with \"a=b\"", "the character =", IGNORE),
    CHARACTER("plus", "e", "+", "+", "data with \"a+b\"", "the character +", IGNORE),
    CHARACTER("percent", "e", "%41", "%", "data with \"a%41b\"", "the character %", IGNORE),
    CHARACTER("lone-percent", "e", "% ", "% ", "data with \"a% b\"",
              "the character % without two hexadecimal digits after it",
              "do not decode data as a URL or a form (decodeURIComponent): it arrives as JSON"),
    CHARACTER("backtick", "e", "`", "`", "data with \"a`b\"", "the character `", IGNORE),
    CHARACTER("double-blank", "e", "  ", "  ", "data with \"a  b\"", "two spaces in a row", IGNORE),
    DATA("script", "zt_script", "\"<scrypt>a</scrypt>\"", "\"<script>a</script>\"", "<script",
         "data with \"<scrypt>a</scrypt>\"", "data with \"<script>a</script>\"",
         "rejects events whose data contains <script>, as a firewall does", FIREWALL),
    DATA("sql", "zt_sql", "\"SELECTED a OF b WITH 1\"", "\"SELECT a FROM b WHERE 1\"", "SELECT ",
         "data with \"SELECTED a OF b WITH 1\"", "data with \"SELECT a FROM b WHERE 1\"",
         "rejects events whose data looks like SQL, as a firewall does", FIREWALL),
    DATA("outer-blanks", "zt_outer_blanks", "\"ab\"", "\" ab \"", "\" ", "data with \"ab\"",
         "data with \" ab \"",
         "rejects events whose data contains strings with leading or trailing spaces",
         "do not trim anything before the HMAC"),
    DATA("empty-text", "zt_empty_text", "\"ab\"", "\"\"", ":\"\"", "data with \"ab\"",
         "data with \"\"", "rejects events whose data contains empty strings", IGNORE),
    DATA("long-text", "zt_long_text",
         "{" SHORT_TEXTS("a", "b", "c", "d", "e") "," SHORT_TEXTS("f", "g", "h", "i", "j") "}",
         "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\"",
         NULL, "data with ten strings of 26 characters", "data with a string of 312 characters",
         "rejects events whose data contains strings of 312 characters", STORE),
    DATA("null-field", "first_name", "\"Ann\"", "null", ":null", "data with \"first_name\":\"Ann\"",
         "data with \"first_name\":null",
         "rejects events with null in a field that it knows (first_name)", OPTIONAL),
    VALUE("null-member", "1", "null", ":null", "data with null", "null", OPTIONAL),
    VALUE("null-element", "[1]", "[null]", "[null", "data with [null]", "null in an array",
          OPTIONAL),
    VALUE("empty-object", "{\"a\":1}", "{}", "{}", "data with {}", "empty objects ({})",
          "decode empty objects as objects, not as arrays (PHP: json_decode without true)"),
    VALUE("empty-array", "[1]", "[]", "[]", "data with []", "empty arrays", IGNORE),
    VALUE("boolean", "1", "true", ":true", "data with true", "true or false", IGNORE,
          .or_needle = ":false"),
    VALUE("fraction", "1", "1.5", NULL, "data with 1.5", "numbers with a fraction", NUMBERS),
    VALUE("negative", "1", "-1", NULL, "data with -1", "negative numbers", NUMBERS),
    VALUE("beyond-32-bit", "1", "4294967296", NULL, "data with 4294967296",
          "integers above 32 bits", NUMBERS),
    VALUE("beyond-2-53", "1", "9007199254740994", NULL, "data with 9007199254740994",
          "integers above 2^53", NUMBERS),
    VALUE("beyond-2-63", "1", "9223372036854776000", NULL, "data with 9223372036854776000",
          "integers above 2^63", NUMBERS),
    VALUE("beyond-2-64", "1", "100000000000000000000", NULL, "data with 100000000000000000000",
          "integers above 2^64", NUMBERS),
    VALUE("large-exponent", "1", "1e+21", "e+", "data with 1e+21", "numbers such as 1e+21",
          NUMBERS),
    VALUE("small-exponent", "1", "1e-7", "e-", "data with 1e-7", "numbers such as 1e-7", NUMBERS),
    VALUE("small-fraction", "1", "0.000001", "0.00000", "data with 0.000001",
          "numbers such as 0.000001", NUMBERS),
    VALUE("many-digits", "1", "0.1234567890123456", NULL, "data with 0.1234567890123456",
          "numbers with 16 decimal places", NUMBERS),
    DATA("unsorted-keys", "zk_unsorted", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", NULL,
         "data with {\"a\":1,\"b\":2}", "data with {\"b\":2,\"a\":1}",
         "rejects events whose keys are not in alphabetical order",
         "keep the order of keys, or compute the HMAC before you sort them"),
    DATA("index-keys", "zk_index", "{\"a\":1,\"b\":2}", "{\"2\":1,\"10\":2}",
         "\"10\":", "data with {\"a\":1,\"b\":2}", "data with {\"2\":1,\"10\":2}",
         "rejects events whose keys are numbers", KEYS),
    DATA("list-keys", "zk_list", "{\"a\":1,\"b\":2}", "{\"0\":1,\"1\":2}",
         "{\"0\":", "data with {\"a\":1,\"b\":2}", "data with {\"0\":1,\"1\":2}",
         "rejects events whose keys are 0, 1, 2 and so on", KEYS),
    KEY("proto", "proto", "__proto__", "\"__proto__\"", "data with the key \"__proto__\"",
        "the key __proto__",
        "let the parser drop such keys after verification (fastify: onProtoPoisoning 'ignore')"),
    KEY("constructor", "builder", "constructor", "\"constructor\"",
        "data with the key \"constructor\"", "the key constructor", KEYS),
    KEY("dollar-key", "set", "$set", "\"$", "data with the key \"$set\"", "keys with $", KEYS),
    KEY("dotted-key", "ab", "a.b", NULL, "data with the key \"a.b\"", "keys with a dot", KEYS),
    KEY("empty-key", "a", "", "\"\":", "data with an empty key", "an empty key", KEYS),
    KEY("wide-key", "cle", "cl\xC3\xA9", NULL, "data with the key \"clé\"", "non-ASCII keys", UTF8),
    KEY("html-key", "ab", "<b>", NULL, "data with the key \"<b>\"", "keys with < or >", KEYS),
    DATA("extra-inside", "zz_unknown_member", "\"text\"", "\"text\"", NULL,
         "data as Panora sends it", "data with an extra field",
         "rejects events whose data has unknown fields",
         "ignore unknown fields: Panora adds fields without notice"),
    DATA("depth-16", "zn_16", "[1]", "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", NULL, "data with [1]",
         "data with 16 nested arrays", "rejects events whose data is nested 17 levels deep",
         "parse data without recursion, or allow at least 64 levels"),
    DATA("depth-40", "zn_40", "[1]",
         "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", NULL,
         "data with [1]", "data with 40 nested arrays",
         "rejects events whose data is nested 41 levels deep",
         "parse data without recursion, or allow at least 64 levels"),
    EVENT("extra-member", add_member, "three fields", "a fourth field", "refuses-more-members",
          "rejects events with fields other than id_event, data and type",
          "ignore unknown fields; the schema must not forbid them"),
    EVENT("type-first", type_first, "id_event first", "type first", "wants-member-order",
          "rejects events whose fields come in another order",
          "parse the event as JSON; the order of fields has no meaning"),
    REQUEST(
        "charset", with_charset, "Content-Type: application/json",
        "Content-Type: application/json; charset=utf-8", "exact-content-type",
        "reads the body only when the content type is exactly application/json, without a charset",
        "accept parameters: application/json; charset=utf-8 is the same type",
        .door_cause = "wants-charset",
        .door_sentence = "reads the body only when the content type names a charset"),
    REQUEST("lower-name", lower_name, "Panora-Signature", "panora-signature", "exact-header-case",
            "finds the signature header only in one letter case",
            "compare header names case-insensitively: proxies and HTTP/2 send them in lowercase"),
    REQUEST("upper-name", upper_name, "Panora-Signature", "PANORA-SIGNATURE", "exact-header-case",
            "finds the signature header only in one letter case",
            "compare header names case-insensitively: proxies and HTTP/2 send them in lowercase"),
    REQUEST("chunked", in_chunks, "Content-Length", "Transfer-Encoding: chunked",
            "no-chunked-bodies", "cannot read a request without Content-Length",
            "use a server that reads chunked bodies (a WSGI server needs wsgi.input_terminated)"),
    REQUEST("two-pieces", in_two_pieces, "the body in one piece", "the body in two pieces",
            "reads-first-piece-only", "takes the first piece of the body for the whole body",
            "read to the end of the body: large events arrive in several pieces, and the network "
            "may split any event"),
    REQUEST("form", as_form, "Content-Type: application/json",
            "Content-Type: application/x-www-form-urlencoded", "wants-form",
            "reads the body only when it is sent as a form",
            "read the body as JSON: Panora sends application/json"),
    REQUEST("form-fields", as_form_fields, "Content-Type: application/json",
            "the same event as form fields", "wants-form", "reads the event only from form fields",
            "read the body as JSON: Panora sends application/json"),
    REQUEST("text", as_text, "Content-Type: application/json", "Content-Type: text/plain",
            "wants-text", "reads the body only when it is sent as text/plain",
            "read the body as JSON: Panora sends application/json"),
    REQUEST("browser", as_browser, "User-Agent: axios/1.6.8", "User-Agent: Mozilla/5.0 ...",
            "firewall-by-user-agent", "blocks the User-Agent axios, which Panora sends",
            "let requests with User-Agent axios/... to this path through the firewall; the "
            "signature authenticates them"),
    REQUEST("panora-agent", as_panora, "User-Agent: axios/1.6.8", "User-Agent: Panora/1.0 ...",
            "firewall-by-user-agent",
            "accepts only a User-Agent that names Panora, but Panora sends axios/1.6.8",
            "do not go by the User-Agent: anyone can write it; the signature authenticates "
            "events"),
    REQUEST("no-agent", without_agent, "User-Agent: axios/1.6.8", "no User-Agent",
            "firewall-by-user-agent", "blocks the User-Agent axios, which Panora sends",
            "let requests with User-Agent axios/... to this path through the firewall; the "
            "signature authenticates them"),
    REQUEST("localhost", for_localhost, "the URL's host in Host", "Host: localhost",
            "host-not-allowed", "refuses the host name of this URL, but accepts Host: localhost",
            "add the host name to the allowed hosts (Django ALLOWED_HOSTS, Rails config.hosts, "
            "nginx server_name)"),
    REQUEST("accept-anything", accept_anything, "Accept: application/json, text/plain, */*",
            "Accept: */*", "refuses-accept", "refuses the Accept header that Panora sends",
            "ignore the Accept header: Panora sends application/json, text/plain, */*"),
    REQUEST("accept-json", accept_json, "Accept: application/json, text/plain, */*",
            "Accept: application/json", "refuses-accept",
            "refuses the Accept header that Panora sends",
            "ignore the Accept header: Panora sends application/json, text/plain, */*"),
    REQUEST("no-encodings", without_encodings, "Accept-Encoding: gzip, compress, deflate, br",
            "no Accept-Encoding", "breaks-on-accept-encoding",
            "fails when the sender accepts compressed responses, as Panora does",
            "send responses uncompressed, or compress them correctly"),
    REQUEST("close", close_after, "Connection: keep-alive", "Connection: close",
            "breaks-on-keep-alive", "fails when the sender keeps connections alive, as Panora does",
            "serve HTTP/1.1 with persistent connections, or answer Connection: close"),
    REQUEST("x-name", name_with_x, "Panora-Signature", "also X-Panora-Signature",
            "header-x-panora-signature", "looks for the signature in X-Panora-Signature",
            "read the Panora-Signature header"),
};
const size_t num_features = ARRAY_LEN(features);

const struct feature_group feature_groups[] = {
    {"refuses-non-ascii",
     "rejects events with non-ASCII data",
     UTF8,
     {"latin-1", "beyond-latin-1", "wide", "astral"},
     {"line-separator", "paragraph-separator", "c1-control", "byte-order-mark", "decomposed",
      "wide-key", "lone-surrogate"}},
    {"refuses-beyond-latin-1",
     "rejects events whose data contains characters above U+00FF (Latin-1)",
     UTF8,
     {"beyond-latin-1", "wide", "astral"},
     {"line-separator", "paragraph-separator", "byte-order-mark", "decomposed", "lone-surrogate"}},
    {"refuses-wide-characters",
     "rejects events whose data contains characters above U+07FF (more than two bytes in UTF-8)",
     UTF8,
     {"wide", "astral"},
     {"line-separator", "paragraph-separator", "byte-order-mark", "lone-surrogate"}},
    {"refuses-nulls",
     "rejects events whose data contains null",
     OPTIONAL,
     {"null-field", "null-member"},
     {"null-element"}},
    {"refuses-beyond-32-bit",
     "rejects events whose data contains integers above 32 bits",
     NUMBERS,
     {"beyond-32-bit", "beyond-2-53"},
     {"beyond-2-63", "beyond-2-64", "large-exponent"}},
    {"refuses-some-numbers",
     "rejects data with integers above 2^53 or numbers such as 1e+21",
     NUMBERS,
     {"beyond-2-53", "beyond-2-63", "beyond-2-64"},
     {"large-exponent", "small-exponent", "small-fraction", "many-digits"}},
    {"refuses-some-numbers",
     "rejects data with integers above 2^63",
     NUMBERS,
     {"beyond-2-63", "beyond-2-64"},
     {"large-exponent", "small-exponent", "small-fraction", "many-digits"}},
    {"refuses-some-numbers",
     "rejects data with numbers in exponent notation",
     NUMBERS,
     {"large-exponent", "small-exponent"},
     {"beyond-2-64", "small-fraction"}},
    {"refuses-fraction",
     "rejects data with fractional numbers",
     NUMBERS,
     {"fraction", "many-digits"},
     {"small-exponent", "small-fraction"}},
    {"refuses-control-characters",
     "rejects events whose data contains control characters",
     STORE,
     {"control", "nul"},
     {"c1-control", "del", "form-feed", "tab", "newline"}},
    {"refuses-html",
     "rejects events whose data contains < or >",
     IGNORE,
     {"less-than", "greater-than"},
     {"html-key", "ampersand"}},
    {"refuses-deep-data",
     "rejects deeply nested data",
     "parse data without recursion, or allow at least 64 levels",
     {"depth-16", "depth-40"},
     {NULL}},
    {"refuses-deep-data",
     "rejects data that is nested 41 levels deep",
     "parse data without recursion, or allow at least 64 levels",
     {"depth-40"},
     {NULL}},
};
const size_t num_feature_groups = ARRAY_LEN(feature_groups);

const struct feature *feature_find(const char *id)
{
    for (size_t i = 0; i < num_features; i++)
        if (strcmp(features[i].id, id) == 0)
            return &features[i];
    return NULL;
}
