/* The table of features. */
#include "diagnose/feature.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "panora/event.h"

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

static void as_text(struct request *request)
{
    headers_set(&request->headers, "Content-Type", "text/plain");
}

static void as_browser(struct request *request)
{
    headers_set(&request->headers, "User-Agent",
                "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0");
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
#define STORE                                                                                      \
    "store what the event holds, or leave out what the database cannot hold, and answer 2xx"
#define IGNORE "accept it: what Panora's unified objects hold is not for the endpoint to choose"
#define KEYS   "tell the parser to keep or to drop such keys, after verification"
#define NUMBERS                                                                                    \
    "read numbers as doubles, as JSON.stringify wrote them, or keep them as text; do not convert " \
    "them to a 64-bit integer or a fixed decimal"
#define OPTIONAL "allow null wherever Panora's unified objects have an optional field"

#define DATA(id_, key_, plain_, odd_, needle_, without_, with_, words_, ...)                       \
    {                                                                                              \
        .id = (id_), .area = FEATURE_DATA, .key = (key_), .plain = (plain_), .odd = (odd_),        \
        .needle = (needle_), .without = (without_), .with = (with_), .words = (words_),            \
        .cause = "refuses-" id_, .remedy = __VA_ARGS__                                             \
    }
/* A text that holds one character. */
#define CHARACTER(id_, plain_, odd_, needle_, with_, words_, ...)                                  \
    DATA(id_, "zt_" id_, "\"a" plain_ "b\"", "\"a" odd_ "b\"", needle_,                            \
         "data with \"a" plain_ "b\"", with_, "whose data holds " words_, __VA_ARGS__)
#define VALUE(id_, plain_, odd_, needle_, with_, words_, ...)                                      \
    DATA(id_, "zv_" id_, plain_, odd_, needle_, "data with " plain_, with_,                        \
         "whose data holds " words_, __VA_ARGS__)
#define KEY(id_, plain_, odd_, needle_, with_, words_, ...)                                        \
    DATA(id_, "zk_" id_, "{\"" plain_ "\":1}", "{\"" odd_ "\":1}", needle_,                        \
         "data with the key \"" plain_ "\"", with_, "whose data holds " words_, __VA_ARGS__)
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

const struct feature features[] = {
    CHARACTER("latin-1", "e", "\xC3\xA9", "\xC3\xA9", "data with \"aéb\"",
              "characters from U+0080 to U+00FF, such as é", UTF8),
    CHARACTER("beyond-latin-1", "e", "\xCE\xA9", "\xCE\xA9", "data with \"aΩb\"",
              "characters from U+0100 to U+07FF, such as Ω", UTF8),
    CHARACTER("wide", "e", "\xE6\x9D\xB1", "\xE6\x9D\xB1", "data with \"a東b\"",
              "characters from U+0800 to U+FFFF, such as 東", UTF8),
    CHARACTER("astral", "e", "\xF0\x9F\x98\x80", "\xF0\x9F", "data with \"a😀b\"",
              "characters beyond U+FFFF, such as 😀",
              "store text as full UTF-8 (MySQL: utf8mb4), and count it in code points"),
    CHARACTER("lone-surrogate", "e", "\\ud800", "\\ud8", "data with \"a\\ud800b\"",
              "a lone surrogate, which JSON.stringify writes as \\ud800",
              "verify first; then replace what is no character by U+FFFD"),
    CHARACTER("line-separator", "e", "\xE2\x80\xA8", "\xE2\x80\xA8", "data with \"a<U+2028>b\"",
              "U+2028, the line separator", UTF8),
    CHARACTER("paragraph-separator", "e", "\xE2\x80\xA9", "\xE2\x80\xA9",
              "data with \"a<U+2029>b\"", "U+2029, the paragraph separator", UTF8),
    CHARACTER("control", "e", "\\u0001", "\\u0001", "data with \"a\\u0001b\"",
              "control characters, such as U+0001", STORE),
    CHARACTER("newline", "e", "\\n", "\\n", "data with \"a\\nb\"", "line ends", IGNORE),
    CHARACTER("tab", "e", "\\t", "\\t", "data with \"a\\tb\"", "tabs", IGNORE),
    CHARACTER("form-feed", "e", "\\f", "\\f", "data with \"a\\fb\"", "backspaces or form feeds",
              IGNORE),
    CHARACTER("nul", "e", "\\u0000", "\\u0000", "data with \"a\\u0000b\"", "the character NUL",
              "strip U+0000 before a database that cannot store it (PostgreSQL's 22P05)",
              .sentence = "text with a NUL character"),
    CHARACTER("del", "e", "\x7f", "\x7f", "data with \"a<DEL>b\"", "U+007F", STORE),
    CHARACTER("c1-control", "e", "\xC2\x85", "\xC2\x85", "data with \"a<U+0085>b\"",
              "control characters beyond ASCII, such as U+0085", STORE),
    CHARACTER("byte-order-mark", "e", "\xEF\xBB\xBF", "\xEF\xBB\xBF", "data with \"a<U+FEFF>b\"",
              "U+FEFF, the byte order mark", UTF8),
    CHARACTER("decomposed", "e", "e\xCC\x81", "\xCC\x81", "data with \"ae<U+0301>b\"",
              "combining characters (e with U+0301)", "normalise nothing before the HMAC"),
    CHARACTER("quote", "e", "\\\"", "\\\"", "data with \"a\\\"b\"", "quotes inside texts", IGNORE),
    CHARACTER("apostrophe", "e", "'", "'", "data with \"a'b\"", "apostrophes", IGNORE),
    CHARACTER("backslash", "e", "\\\\", "\\\\", "data with \"a\\\\b\"", "backslashes", IGNORE),
    CHARACTER("slash", "e", "/", "/", "data with \"a/b\"", "slashes, as every URL does", IGNORE),
    CHARACTER("less-than", "e", "<", "<", "data with \"a<b\"", "the character <", IGNORE),
    CHARACTER("greater-than", "e", ">", ">", "data with \"a>b\"", "the character >", IGNORE),
    CHARACTER("ampersand", "e", "&", "&", "data with \"a&b\"", "the character &", IGNORE),
    CHARACTER("equals", "e", "=", "=", "data with \"a=b\"", "the character =", IGNORE),
    CHARACTER("plus", "e", "+", "+", "data with \"a+b\"", "the character +", IGNORE),
    CHARACTER("percent", "e", "%41", "%", "data with \"a%41b\"", "the character %", IGNORE),
    CHARACTER("backtick", "e", "`", "`", "data with \"a`b\"", "the character `", IGNORE),
    CHARACTER("double-blank", "e", "  ", "  ", "data with \"a  b\"", "two blanks in a row", IGNORE),
    DATA("outer-blanks", "zt_outer_blanks", "\"ab\"", "\" ab \"", "\" ", "data with \"ab\"",
         "data with \" ab \"", "whose data holds texts with blanks at their ends",
         "trim nothing before the HMAC"),
    DATA("empty-text", "zt_empty_text", "\"ab\"", "\"\"", ":\"\"", "data with \"ab\"",
         "data with \"\"", "whose data holds empty texts", IGNORE),
    DATA("long-text", "zt_long_text", "\"ab\"",
         "\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz\"",
         NULL, "data with a text of 2 characters", "data with a text of 312 characters",
         "whose data holds texts of 312 characters", STORE),
    DATA("null-field", "first_name", "\"Ann\"", "null", ":null", "data with \"first_name\":\"Ann\"",
         "data with \"first_name\":null", "in which a field that it knows (first_name) is null",
         OPTIONAL),
    VALUE("null-member", "1", "null", ":null", "data with null", "null", OPTIONAL),
    VALUE("null-element", "[1]", "[null]", "[null", "data with [null]", "null in an array",
          OPTIONAL),
    VALUE("empty-object", "{\"a\":1}", "{}", "{}", "data with {}", "empty objects ({})",
          "decode objects into something that stays an object when it is empty (PHP: json_decode "
          "without true)"),
    VALUE("empty-array", "[1]", "[]", "[]", "data with []", "empty arrays", IGNORE),
    VALUE("boolean", "1", "true", ":true", "data with true", "true and false", IGNORE),
    VALUE("fraction", "1", "1.5", NULL, "data with 1.5", "numbers with a fraction", NUMBERS),
    VALUE("negative", "1", "-1", NULL, "data with -1", "negative numbers", NUMBERS),
    VALUE("beyond-32-bit", "1", "4294967296", NULL, "data with 4294967296",
          "whole numbers beyond 32 bits", NUMBERS),
    VALUE("beyond-2-53", "1", "9007199254740994", NULL, "data with 9007199254740994",
          "whole numbers beyond 2^53", NUMBERS),
    VALUE("beyond-2-63", "1", "9223372036854776000", NULL, "data with 9223372036854776000",
          "whole numbers beyond 2^63", NUMBERS),
    VALUE("beyond-2-64", "1", "100000000000000000000", NULL, "data with 100000000000000000000",
          "whole numbers beyond 2^64", NUMBERS),
    VALUE("large-exponent", "1", "1e+21", "e+", "data with 1e+21", "numbers such as 1e+21",
          NUMBERS),
    VALUE("small-exponent", "1", "1e-7", "e-", "data with 1e-7", "numbers such as 1e-7", NUMBERS),
    VALUE("small-fraction", "1", "0.000001", "0.00000", "data with 0.000001",
          "numbers such as 0.000001", NUMBERS),
    VALUE("many-digits", "1", "0.1234567890123456", NULL, "data with 0.1234567890123456",
          "numbers with 16 digits behind the point", NUMBERS),
    DATA("unsorted-keys", "zk_unsorted", "{\"a\":1,\"b\":2}", "{\"b\":2,\"a\":1}", NULL,
         "data with {\"a\":1,\"b\":2}", "data with {\"b\":2,\"a\":1}",
         "whose keys are in another order than the alphabet's",
         "keep the order of keys, or compute the HMAC over data before it is sorted"),
    DATA("index-keys", "zk_index", "{\"a\":1,\"b\":2}", "{\"2\":1,\"10\":2}",
         "\"10\":", "data with {\"a\":1,\"b\":2}", "data with {\"2\":1,\"10\":2}",
         "whose keys are numbers", KEYS),
    DATA("list-keys", "zk_list", "{\"a\":1,\"b\":2}", "{\"0\":1,\"1\":2}",
         "{\"0\":", "data with {\"a\":1,\"b\":2}", "data with {\"0\":1,\"1\":2}",
         "whose keys are 0, 1, 2 and so on", KEYS),
    KEY("proto", "proto", "__proto__", "\"__proto__\"", "data with the key \"__proto__\"",
        "the key __proto__",
        "tell the parser to drop such members (fastify: onProtoPoisoning 'ignore'), after "
        "verification",
        .sentence = "data with a member __proto__"),
    KEY("constructor", "builder", "constructor", "\"constructor\"",
        "data with the key \"constructor\"", "the key constructor", KEYS),
    KEY("dollar-key", "set", "$set", "\"$", "data with the key \"$set\"", "keys with $", KEYS),
    KEY("dotted-key", "ab", "a.b", NULL, "data with the key \"a.b\"", "keys with a dot", KEYS),
    KEY("empty-key", "a", "", "\"\":", "data with an empty key", "an empty key", KEYS),
    KEY("wide-key", "cle", "cl\xC3\xA9", NULL, "data with the key \"clé\"",
        "keys that are not ASCII", UTF8),
    KEY("html-key", "ab", "<b>", NULL, "data with the key \"<b>\"", "keys with < or >", KEYS),
    DATA("extra-inside", "zz_unknown_member", "\"text\"", "\"text\"", NULL, "data as Panora has it",
         "data with a member more", "whose data has members that it does not know",
         "ignore members that you do not know: Panora adds fields without notice"),
    DATA("depth-16", "zn_16", "[1]", "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", NULL, "data with [1]",
         "data with 16 nested arrays", "whose data is nested 17 levels deep",
         "parse data without recursion, or allow at least 64 levels"),
    DATA("depth-40", "zn_40", "[1]",
         "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", NULL,
         "data with [1]", "data with 40 nested arrays", "whose data is nested 41 levels deep",
         "parse data without recursion, or allow at least 64 levels"),
    EVENT("extra-member", add_member, "three members", "a fourth member", "refuses-more-members",
          "does not accept events with members beside id_event, data and type",
          "ignore members that you do not know; a schema must not forbid them"),
    EVENT("type-first", type_first, "id_event first", "type first", "wants-member-order",
          "does not accept events whose members come in another order",
          "parse the event as JSON; the order of members means nothing"),
    REQUEST("charset", with_charset, "Content-Type: application/json",
            "Content-Type: application/json; charset=utf-8", "exact-content-type",
            "reads the body only when the content type is exactly application/json, without a "
            "charset behind it",
            "accept parameters: application/json; charset=utf-8 is the same type",
            .door_cause = "wants-charset",
            .door_sentence = "reads the body only when the content type names a charset"),
    REQUEST("lower-name", lower_name, "Panora-Signature", "panora-signature", "exact-header-case",
            "finds the signature header only in one spelling",
            "compare header names without regard to case: proxies and HTTP/2 write them small"),
    REQUEST("upper-name", upper_name, "Panora-Signature", "PANORA-SIGNATURE", "exact-header-case",
            "finds the signature header only in one spelling",
            "compare header names without regard to case: proxies and HTTP/2 write them small"),
    REQUEST("chunked", in_chunks, "Content-Length", "Transfer-Encoding: chunked",
            "no-chunked-bodies", "cannot read a request without Content-Length",
            "use a server that reads chunked bodies (a WSGI server needs wsgi.input_terminated)"),
    REQUEST("two-pieces", in_two_pieces, "the body in one piece", "the body in two pieces",
            "reads-first-piece-only", "takes what came with the first read for the whole body",
            "read until the body's end: large events come in several pieces, and so does any that "
            "a network cuts"),
    REQUEST("form", as_form, "Content-Type: application/json",
            "Content-Type: application/x-www-form-urlencoded", "wants-form",
            "reads the body only when it comes as a form",
            "read the body as JSON: Panora sends application/json"),
    REQUEST("text", as_text, "Content-Type: application/json", "Content-Type: text/plain",
            "wants-text", "reads the body only when it comes as text/plain",
            "read the body as JSON: Panora sends application/json"),
    REQUEST("browser", as_browser, "User-Agent: axios/1.6.8", "User-Agent: Mozilla/5.0 ...",
            "firewall-by-user-agent",
            "lets the same event in when it does not say that it comes from axios, as Panora's do",
            "let requests with the User-Agent axios/... to this path through the firewall; the "
            "signature tells who may come in"),
    REQUEST("no-agent", without_agent, "User-Agent: axios/1.6.8", "no User-Agent",
            "firewall-by-user-agent",
            "lets the same event in when it does not say that it comes from axios, as Panora's do",
            "let requests with the User-Agent axios/... to this path through the firewall; the "
            "signature tells who may come in"),
    REQUEST("localhost", for_localhost, "the URL's host in Host", "Host: localhost",
            "host-not-allowed", "refuses the host name of this URL, and answers to Host: localhost",
            "add the host name to the framework's list (Django ALLOWED_HOSTS, Rails config.hosts, "
            "nginx server_name)"),
    REQUEST("accept-anything", accept_anything, "Accept: application/json, text/plain, */*",
            "Accept: */*", "refuses-accept", "refuses the header Accept that Panora sends",
            "do not decide by Accept: Panora sends application/json, text/plain, */*"),
    REQUEST("accept-json", accept_json, "Accept: application/json, text/plain, */*",
            "Accept: application/json", "refuses-accept",
            "refuses the header Accept that Panora sends",
            "do not decide by Accept: Panora sends application/json, text/plain, */*"),
    REQUEST("no-encodings", without_encodings, "Accept-Encoding: gzip, compress, deflate, br",
            "no Accept-Encoding", "breaks-on-accept-encoding",
            "fails when the sender takes compressed answers, as Panora does",
            "send answers as they are, or compress them rightly"),
    REQUEST("close", close_after, "Connection: keep-alive", "Connection: close",
            "breaks-on-keep-alive", "fails when the sender keeps connections alive, as Panora does",
            "serve HTTP/1.1 with connections that stay open, or answer Connection: close"),
    REQUEST("x-name", name_with_x, "Panora-Signature", "X-Panora-Signature as well",
            "header-x-panora-signature", "looks for the signature in X-Panora-Signature",
            "read the header Panora-Signature"),
};
const size_t num_features = ARRAY_LEN(features);

const struct feature_group feature_groups[] = {
    {"refuses-non-ascii",
     "does not accept events whose data is not all ASCII",
     UTF8,
     {"latin-1", "beyond-latin-1", "wide", "astral"},
     {"line-separator", "paragraph-separator", "c1-control", "byte-order-mark", "decomposed",
      "wide-key", "lone-surrogate"}},
    {"refuses-beyond-latin-1",
     "does not accept events whose data holds characters beyond U+00FF (Latin-1)",
     UTF8,
     {"beyond-latin-1", "wide", "astral"},
     {"line-separator", "paragraph-separator", "byte-order-mark", "decomposed", "lone-surrogate"}},
    {"refuses-wide-characters",
     "does not accept events whose data holds characters beyond U+07FF, which are longer than two "
     "bytes in UTF-8",
     UTF8,
     {"wide", "astral"},
     {"line-separator", "paragraph-separator", "byte-order-mark", "lone-surrogate"}},
    {"refuses-nulls",
     "does not accept events whose data holds null",
     OPTIONAL,
     {"null-field", "null-member"},
     {"null-element"}},
    {"refuses-some-numbers",
     "does not accept data with whole numbers beyond 2^53 or such as 1e+21",
     NUMBERS,
     {"beyond-2-53", "beyond-2-63", "beyond-2-64"},
     {"large-exponent", "small-exponent", "small-fraction", "many-digits"}},
    {"refuses-some-numbers",
     "does not accept data with whole numbers beyond 2^63",
     NUMBERS,
     {"beyond-2-63", "beyond-2-64"},
     {"large-exponent", "small-exponent", "small-fraction", "many-digits"}},
    {"refuses-some-numbers",
     "does not accept data with numbers that have an exponent",
     NUMBERS,
     {"large-exponent", "small-exponent"},
     {"beyond-2-64", "small-fraction"}},
    {"refuses-fraction",
     "does not accept data with numbers that have a fraction",
     NUMBERS,
     {"fraction", "many-digits"},
     {"small-exponent", "small-fraction"}},
    {"refuses-control-characters",
     "does not accept events whose data holds control characters",
     STORE,
     {"control", "nul"},
     {"c1-control", "del", "form-feed", "tab", "newline"}},
    {"refuses-html",
     "does not accept events whose data holds < or >",
     IGNORE,
     {"less-than", "greater-than"},
     {"html-key", "ampersand"}},
    {"refuses-deep-data",
     "does not accept deeply nested data",
     "parse data without recursion, or allow at least 64 levels",
     {"depth-16", "depth-40"},
     {NULL}},
    {"refuses-deep-data",
     "does not accept data that is nested 41 levels deep",
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
