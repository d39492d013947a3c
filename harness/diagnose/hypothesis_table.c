/* The table of hypotheses: the likely ones of each part first. */
#include <stddef.h>

#include "base/array.h"
#include "diagnose/hypothesis_internal.h"

#define SIGN_DATA                                                                                  \
    "compute the HMAC over JSON.stringify(data): parse the body, serialize the value of data as "  \
    "JSON again, and sign that text"
#define SIGN_QUOTED                                                                                \
    "data arrives as a JSON string, and Panora signs its JSON form with quotes and escapes: sign " \
    "JSON.stringify(data), and parse data only afterwards"
#define DUMPS                                                                                      \
    "serialize data as JSON.stringify does: json.dumps(data, ensure_ascii=False, "                 \
    "separators=(',', ':')).encode()"
#define ENCODE                                                                                     \
    "serialize data as JSON.stringify does: json_encode($data, JSON_UNESCAPED_SLASHES | "          \
    "JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_LINE_TERMINATORS)"
#define MARSHAL                                                                                    \
    "take the bytes of data from the body as a json.RawMessage; or use a json.Encoder with "       \
    "SetEscapeHTML(false), and leave U+2028 and U+2029 unescaped"
#define NO_NEWLINE                                                                                 \
    "take the bytes of data from the body as a json.RawMessage: Encode adds a newline, sorts "     \
    "keys and escapes characters that JSON.stringify does not"
#define ENCODER                                                                                    \
    "use the raw text of data from the body (JsonElement.GetRawText), or escape only quotes, "     \
    "backslashes and control characters"
#define GSON                                                                                       \
    "serialize data as JSON.stringify does: use Gson with disableHtmlEscaping, or use the raw "    \
    "text of data from the body"
#define GENERATE                                                                                   \
    "serialize data as JSON.stringify does: JSON.generate(data), not data.to_json in Rails"
#define NUMBERS                                                                                    \
    "use the raw text of data from the body; when data is an object, this library writes numbers " \
    "such as 1e+21 and some escapes differently from JSON.stringify"
#define UTF8 "compute the HMAC over the UTF-8 bytes of the message"
#define DECODE                                                                                     \
    "decode the body as UTF-8 (Java: request.setCharacterEncoding, or new String(bytes, UTF_8)), " \
    "or take the bytes as they are"
#define EXACT "compute the HMAC over data exactly as it arrived; do not trim it"
#define READ_BODY                                                                                  \
    "read the body before anything else consumes it, and refuse bodies without data; until "       \
    "then one signature fits every event"
#define TRIM                                                                                       \
    "remove what does not belong to the secret: files and variables often add a newline, a space " \
    "or quotes"
#define BYTES  "use the secret exactly as it is; do not strip or decode it"
#define SECRET "configure the secret, and refuse to start without one"
#define HEX    "compare the header with the lowercase hexadecimal digest, without a prefix"
#define SHA256 "compute HMAC-SHA256 with the secret as the key"
#define UPDATE                                                                                     \
    "verify the HMAC-SHA256 of JSON.stringify(data); Panora no longer sends secrets, and anyone "  \
    "who sees one can forge every event"
#define PANORA                                                                                     \
    "use Panora's scheme: Panora-Signature is the lowercase hexadecimal HMAC-SHA256 of "           \
    "JSON.stringify(data), without a timestamp"
#define NO_TIME                                                                                    \
    "do not require a timestamp: Panora sends none, and signs none; refuse repetitions by "        \
    "id_event"
#define HEADER "read the Panora-Signature header"

/* A part, an id, how it is applied, its argument, the remedy, the sentence, and what else is set.
 */
#define ROW(part_, id_, apply_, argument_, remedy_, sentence_, ...)                                \
    {                                                                                              \
        .part = PART_##part_, .id = (id_), .apply = (apply_), .argument = (argument_),             \
        .remedy = (remedy_), .sentence = sentence_, __VA_ARGS__                                    \
    }
#define LIKELY   .is_likely = true
#define UNLIKELY .is_likely = false

/* The same three messages by every library: data, the object in it, the whole event. */
#define DATA_AS(id_, words_, remedy_, language_, ...)                                              \
    ROW(MESSAGE, "data-as-" id_, sign_data_by, id_, remedy_,                                       \
        "computes the HMAC over data as written by " words_ ", not by JSON.stringify",             \
        .language = (language_), __VA_ARGS__)
#define INNER_AS(id_, words_, language_, ...)                                                      \
    ROW(MESSAGE, "inner-as-" id_, sign_inner_by, id_, SIGN_QUOTED,                                 \
        "parses the text in data and computes the HMAC over the result as written by " words_,     \
        .language = (language_), __VA_ARGS__)
#define EVENT_AS(id_, words_, language_, ...)                                                      \
    ROW(MESSAGE, "event-as-" id_, sign_event_by, id_, SIGN_DATA,                                   \
        "computes the HMAC over the whole event as written by " words_, .language = (language_),   \
        __VA_ARGS__)
#define UNCHANGED                                                                                  \
    "compute the HMAC over data as parsed, before a middleware, a schema or a serializer changes " \
    "it"
#define CHANGED(id_, argument_, sentence_)                                                         \
    ROW(MESSAGE, "data-" id_, sign_changed_data, argument_, UNCHANGED, sentence_, LIKELY)
#define INNER_CHANGED(id_, argument_, words_)                                                      \
    ROW(MESSAGE, "inner-" id_, sign_changed_inner, argument_, SIGN_QUOTED,                         \
        "parses the text in data and computes the HMAC over JSON.stringify of the "                \
        "result, " words_,                                                                         \
        UNLIKELY)
#define ESCAPED(id_, words_)                                                                       \
    ROW(MESSAGE, "data-escaped-" id_, sign_escaped_data, id_, UNCHANGED,                           \
        "computes the HMAC over data as written by a library that " words_, UNLIKELY),             \
        ROW(MESSAGE, "inner-escaped-" id_, sign_escaped_inner, id_, SIGN_QUOTED,                   \
            "parses the text in data and computes the HMAC over the result as written by a "       \
            "library that " words_,                                                                \
            UNLIKELY)
#define JOINED(id_, parts_, words_)                                                                \
    ROW(MESSAGE, "signs-" id_, sign_joined, parts_, SIGN_DATA,                                     \
        "computes the HMAC over " words_ ", but Panora signs only data", UNLIKELY)
#define HEADER_NAMED(id_, name_)                                                                   \
    ROW(HEADER, "header-" id_, header_named, name_, HEADER, "looks for the signature in " name_,   \
        UNLIKELY)

#define W_JAVASCRIPT     "JSON.stringify"
#define W_PYTHON_DEFAULT "Python's json.dumps with its defaults"
#define W_PYTHON_COMPACT "Python's json.dumps with separators=(',', ':')"
#define W_PHP_DEFAULT    "PHP's json_encode with its defaults"
#define W_GO             "Go's json.Marshal"
#define W_GO_ENCODER     "Go's json.Encoder, with a newline at the end"
#define W_GO_ENCODER_UNESCAPED                                                                     \
    "Go's json.Encoder with SetEscapeHTML(false), with a newline at the end"
#define W_PHP_UNESCAPED_SLASHES "PHP's json_encode with JSON_UNESCAPED_SLASHES"
#define W_PHP_UNESCAPED         "PHP's json_encode with JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE"
#define W_PHP_UNESCAPED_UNICODE "PHP's json_encode with JSON_UNESCAPED_UNICODE"
#define W_DOTNET                ".NET's System.Text.Json"
#define W_GSON                  "Java's Gson"
#define W_RAILS                 "Rails' to_json"
#define W_PYTHON_UTF8           "Python's json.dumps with ensure_ascii=False"
#define W_PYTHON_COMPACT_UTF8                                                                      \
    "Python's json.dumps with separators=(',', ':') and ensure_ascii=False"
#define W_PYTHON_SORTED       "Python's json.dumps with separators=(',', ':') and sort_keys=True"
#define W_PHP_DEFAULT_OBJECTS "PHP's json_encode with its defaults, after json_decode without true"
#define W_PHP_UNESCAPED_SLASHES_OBJECTS                                                            \
    "PHP's json_encode with JSON_UNESCAPED_SLASHES, after json_decode without true"
#define W_PHP_UNESCAPED_UNICODE_OBJECTS                                                            \
    "PHP's json_encode with JSON_UNESCAPED_UNICODE, after json_decode without true"
#define W_PHP_UNESCAPED_OBJECTS                                                                    \
    "PHP's json_encode with JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE, after json_decode " \
    "without true"
#define W_PHP_UNESCAPED_ALL                                                                        \
    "PHP's json_encode with JSON_UNESCAPED_SLASHES, JSON_UNESCAPED_UNICODE and "                   \
    "JSON_UNESCAPED_LINE_TERMINATORS"
#define W_PHP_UNESCAPED_ALL_OBJECTS                                                                \
    "PHP's json_encode with JSON_UNESCAPED_SLASHES, JSON_UNESCAPED_UNICODE and "                   \
    "JSON_UNESCAPED_LINE_TERMINATORS, after json_decode without true"
#define W_PYTHON_SORTED_UTF8                                                                       \
    "Python's json.dumps with separators=(',', ':'), ensure_ascii=False and sort_keys=True"
#define W_RUBY    "Ruby's JSON.generate"
#define W_JACKSON "Java's Jackson"

/* A column, a buffer or a pattern that is too short. */
#define CUT(length_)                                                                               \
    ROW(KEY, "key-cut", key_cut, length_,                                                          \
        "keep the whole secret: a column, a buffer or a pattern may be too short for it",          \
        "uses only the first " length_ " characters of its secret", UNLIKELY)

const struct hypothesis hypotheses[] = {
    ROW(MESSAGE, "signs-raw-body", sign_raw_body, NULL, SIGN_DATA,
        "computes the HMAC over the raw body, but Panora signs only data", LIKELY),
    ROW(MESSAGE, "signs-whole-event", sign_event_by, "javascript", SIGN_DATA,
        "computes the HMAC over JSON.stringify(event), but Panora signs only data", LIKELY,
        .language = "javascript"),
    ROW(MESSAGE, "signs-data-text", sign_data_text, NULL, SIGN_QUOTED,
        "computes the HMAC over the text in data, without JSON quotes and escapes", LIKELY),
    ROW(MESSAGE, "signs-inner-object", sign_inner_by, "javascript", SIGN_QUOTED,
        "parses the text in data and computes the HMAC over JSON.stringify of the result", LIKELY,
        .language = "javascript"),
    DATA_AS("python-default", W_PYTHON_DEFAULT, DUMPS, "python", LIKELY),
    DATA_AS("php-default", W_PHP_DEFAULT, ENCODE, "php", LIKELY),
    DATA_AS("go", W_GO, MARSHAL, "go", LIKELY),
    DATA_AS("go-encoder", W_GO_ENCODER, NO_NEWLINE, "go", UNLIKELY),
    DATA_AS("go-encoder-unescaped", W_GO_ENCODER_UNESCAPED, NO_NEWLINE, "go", UNLIKELY),
    DATA_AS("python-compact", W_PYTHON_COMPACT, DUMPS, "python", LIKELY),
    DATA_AS("php-unescaped", W_PHP_UNESCAPED, ENCODE, "php", LIKELY),
    DATA_AS("php-unescaped-slashes", W_PHP_UNESCAPED_SLASHES, ENCODE, "php", UNLIKELY),
    DATA_AS("php-unescaped-unicode", W_PHP_UNESCAPED_UNICODE, ENCODE, "php", UNLIKELY),
    DATA_AS("dotnet", W_DOTNET, ENCODER, "csharp", LIKELY),
    DATA_AS("gson", W_GSON, GSON, "java", LIKELY),
    DATA_AS("rails", W_RAILS, GENERATE, "ruby", LIKELY),
    DATA_AS("python-utf8", W_PYTHON_UTF8, DUMPS, "python", UNLIKELY),
    DATA_AS("python-compact-utf8", W_PYTHON_COMPACT_UTF8, NUMBERS, "python", UNLIKELY),
    DATA_AS("python-sorted", W_PYTHON_SORTED, DUMPS, "python", UNLIKELY),
    DATA_AS("php-default-objects", W_PHP_DEFAULT_OBJECTS, ENCODE, "php", UNLIKELY),
    DATA_AS("php-unescaped-slashes-objects", W_PHP_UNESCAPED_SLASHES_OBJECTS, ENCODE, "php",
            UNLIKELY),
    DATA_AS("php-unescaped-unicode-objects", W_PHP_UNESCAPED_UNICODE_OBJECTS, ENCODE, "php",
            UNLIKELY),
    DATA_AS("php-unescaped-objects", W_PHP_UNESCAPED_OBJECTS, ENCODE, "php", UNLIKELY),
    DATA_AS("php-unescaped-all", W_PHP_UNESCAPED_ALL, NUMBERS, "php", UNLIKELY),
    DATA_AS("php-unescaped-all-objects", W_PHP_UNESCAPED_ALL_OBJECTS, NUMBERS, "php", UNLIKELY),
    DATA_AS("python-sorted-utf8", W_PYTHON_SORTED_UTF8, DUMPS, "python", UNLIKELY),
    DATA_AS("ruby", W_RUBY, NUMBERS, "ruby", UNLIKELY),
    DATA_AS("jackson", W_JACKSON, NUMBERS, "java", UNLIKELY),
    ROW(MESSAGE, "signs-as-ascii", sign_as_ascii, NULL, UTF8,
        "converts the message to ASCII before it computes the HMAC, replacing other characters "
        "with ?",
        LIKELY),
    ROW(MESSAGE, "signs-as-latin1", sign_as_latin1, NULL, UTF8,
        "converts the message to Latin-1 before it computes the HMAC", LIKELY),
    ROW(MESSAGE, "signs-as-binary", sign_as_binary, NULL, UTF8,
        "converts the message to Node's latin1 (binary) before it computes the HMAC, keeping one "
        "byte of each character",
        LIKELY, .language = "javascript"),
    ROW(MESSAGE, "decodes-as-latin1", sign_decoded, NULL, DECODE,
        "decodes the body as Latin-1, and computes the HMAC over what that gives", LIKELY),
    ROW(MESSAGE, "decodes-as-ascii", sign_decoded, "\xEF\xBF\xBD", DECODE,
        "decodes the body as ASCII, and computes the HMAC over text with U+FFFD for each other "
        "byte",
        LIKELY),
    ROW(MESSAGE, "signs-without-wide", sign_without_wide, NULL, UTF8,
        "drops every non-ASCII character before it computes the HMAC", UNLIKELY),
    ROW(MESSAGE, "signs-quoted-twice", sign_quoted_again, NULL, SIGN_DATA,
        "computes the HMAC over JSON.stringify(JSON.stringify(data)), with data encoded twice",
        UNLIKELY),
    ROW(MESSAGE, "signs-objects-as-text", sign_quoted_again, "objects", SIGN_DATA,
        "turns data that is an object into text, and computes the HMAC over that text in quotes",
        UNLIKELY),
    ROW(MESSAGE, "signs-trimmed-data", sign_trimmed_data, NULL, EXACT,
        "trims the text in data before it computes the HMAC", .is_offline = true),
    CHANGED("sorted-keys", "sorted", "sorts the keys of data before it computes the HMAC"),
    CHANGED("sorted-all-keys", "sorted-text",
            "sorts the keys of data, numbers among them as text, before it computes the HMAC"),
    CHANGED("without-nulls", "no-nulls", "drops null fields of data before it computes the HMAC"),
    CHANGED("empty-as-array", "arrays",
            "turns empty objects ({}) in data into empty arrays ([]) before it computes the HMAC"),
    CHANGED("trimmed-texts", "trimmed",
            "trims the strings in data and turns empty ones into null before it computes the HMAC"),
    ROW(MESSAGE, "data-lower-case", sign_lower_data, NULL, UNCHANGED,
        "turns data into lower case before it computes the HMAC", UNLIKELY),
    ESCAPED("slashes", "escapes slashes (\\/)"),
    ESCAPED("separators", "escapes U+2028 and U+2029"),
    ESCAPED("html", "escapes <, > and &"),
    ESCAPED("ascii", "escapes non-ASCII characters"),
    INNER_CHANGED("sorted-keys", "sorted", "with its keys sorted"),
    INNER_CHANGED("sorted-all-keys", "sorted-text", "with its keys sorted, numbers as text"),
    INNER_CHANGED("without-nulls", "no-nulls", "without its null fields"),
    INNER_CHANGED("empty-as-array", "arrays", "with [] for every empty object"),
    ROW(MESSAGE, "signs-nothing", sign_constant, "", READ_BODY,
        "computes the HMAC over an empty message: the body was already consumed, or never read",
        LIKELY, .is_open_message = true),
    ROW(MESSAGE, "signs-undefined", sign_constant, "undefined", READ_BODY,
        "computes the HMAC over the text \"undefined\", whatever the body contains",
        .is_open_message = true),
    ROW(MESSAGE, "signs-empty-object", sign_constant, "{}", READ_BODY,
        "computes the HMAC over the text \"{}\", whatever the body contains",
        .is_open_message = true),
    ROW(MESSAGE, "signs-null", sign_constant, "null", READ_BODY,
        "computes the HMAC over the text \"null\", whatever the body contains",
        .is_open_message = true),
    ROW(MESSAGE, "signs-object-object", sign_constant, "[object Object]", READ_BODY,
        "computes the HMAC over the text \"[object Object]\", whatever the body contains",
        .is_open_message = true),
    INNER_AS("python-default", W_PYTHON_DEFAULT, "python", LIKELY),
    INNER_AS("python-compact", W_PYTHON_COMPACT, "python", LIKELY),
    INNER_AS("php-default", W_PHP_DEFAULT, "php", LIKELY),
    INNER_AS("go", W_GO, "go", LIKELY),
    INNER_AS("go-encoder", W_GO_ENCODER, "go", UNLIKELY),
    INNER_AS("go-encoder-unescaped", W_GO_ENCODER_UNESCAPED, "go", UNLIKELY),
    INNER_AS("php-unescaped", W_PHP_UNESCAPED, "php", UNLIKELY),
    INNER_AS("python-utf8", W_PYTHON_UTF8, "python", UNLIKELY),
    INNER_AS("python-compact-utf8", W_PYTHON_COMPACT_UTF8, "python", UNLIKELY),
    INNER_AS("python-sorted", W_PYTHON_SORTED, "python", UNLIKELY),
    INNER_AS("php-default-objects", W_PHP_DEFAULT_OBJECTS, "php", UNLIKELY),
    INNER_AS("php-unescaped-slashes-objects", W_PHP_UNESCAPED_SLASHES_OBJECTS, "php", UNLIKELY),
    INNER_AS("php-unescaped-unicode-objects", W_PHP_UNESCAPED_UNICODE_OBJECTS, "php", UNLIKELY),
    INNER_AS("php-unescaped-objects", W_PHP_UNESCAPED_OBJECTS, "php", UNLIKELY),
    INNER_AS("php-unescaped-all", W_PHP_UNESCAPED_ALL, "php", UNLIKELY),
    INNER_AS("php-unescaped-all-objects", W_PHP_UNESCAPED_ALL_OBJECTS, "php", UNLIKELY),
    INNER_AS("python-sorted-utf8", W_PYTHON_SORTED_UTF8, "python", UNLIKELY),
    INNER_AS("php-unescaped-unicode", W_PHP_UNESCAPED_UNICODE, "php", UNLIKELY),
    INNER_AS("ruby", W_RUBY, "ruby", UNLIKELY),
    INNER_AS("jackson", W_JACKSON, "java", UNLIKELY),
    INNER_AS("gson", W_GSON, "java", UNLIKELY),
    INNER_AS("dotnet", W_DOTNET, "csharp", UNLIKELY),
    INNER_AS("rails", W_RAILS, "ruby", UNLIKELY),
    INNER_AS("php-unescaped-slashes", W_PHP_UNESCAPED_SLASHES, "php", UNLIKELY),
    EVENT_AS("python-default", W_PYTHON_DEFAULT, "python", LIKELY),
    EVENT_AS("python-compact", W_PYTHON_COMPACT, "python", UNLIKELY),
    EVENT_AS("php-default", W_PHP_DEFAULT, "php", LIKELY),
    EVENT_AS("go", W_GO, "go", LIKELY),
    EVENT_AS("go-encoder", W_GO_ENCODER, "go", UNLIKELY),
    EVENT_AS("php-unescaped", W_PHP_UNESCAPED, "php", UNLIKELY),
    EVENT_AS("python-utf8", W_PYTHON_UTF8, "python", UNLIKELY),
    EVENT_AS("python-compact-utf8", W_PYTHON_COMPACT_UTF8, "python", UNLIKELY),
    EVENT_AS("python-sorted", W_PYTHON_SORTED, "python", UNLIKELY),
    EVENT_AS("ruby", W_RUBY, "ruby", UNLIKELY),
    EVENT_AS("jackson", W_JACKSON, "java", UNLIKELY),
    EVENT_AS("gson", W_GSON, "java", UNLIKELY),
    EVENT_AS("dotnet", W_DOTNET, "csharp", UNLIKELY),
    EVENT_AS("rails", W_RAILS, "ruby", UNLIKELY),
    ROW(MESSAGE, "signs-unquoted-message", sign_unquoted_message, NULL, SIGN_QUOTED,
        "computes the HMAC over JSON.stringify(data) without the enclosing quotes", UNLIKELY),
    ROW(MESSAGE, "signs-message-newline", sign_message_with, "\n", EXACT,
        "computes the HMAC over JSON.stringify(data) followed by a newline", UNLIKELY),
    ROW(MESSAGE, "signs-data-newline", sign_data_text, "\n", SIGN_QUOTED,
        "computes the HMAC over the text in data followed by a newline", UNLIKELY),
    ROW(MESSAGE, "signs-body-newline", sign_raw_body, "\n", SIGN_DATA,
        "computes the HMAC over the raw body followed by a newline", UNLIKELY),
    JOINED("id-dot-data", "I.M", "id_event, a dot and JSON.stringify(data)"),
    JOINED("id-dot-text", "I.D", "id_event, a dot and the text in data"),
    JOINED("id-dot-body", "I.B", "id_event, a dot and the raw body"),
    JOINED("id-and-data", "IM", "id_event and JSON.stringify(data)"),
    JOINED("id-and-text", "ID", "id_event and the text in data"),
    JOINED("type-dot-data", "T.M", "type, a dot and JSON.stringify(data)"),
    JOINED("type-dot-text", "T.D", "type, a dot and the text in data"),
    JOINED("id-type-data", "I.T.M", "id_event, type and JSON.stringify(data), with dots between"),
    JOINED("id-type-text", "I.T.D", "id_event, type and the text in data, with dots between"),
    ROW(MESSAGE, "signs-trimmed-body", sign_trimmed_body, NULL, SIGN_DATA,
        "computes the HMAC over the raw body without leading and trailing white space",
        .is_offline = true),
    ROW(MESSAGE, "signs-unix-lines", sign_unix_lines, NULL, SIGN_DATA,
        "computes the HMAC over the raw body with LF line endings", .is_offline = true),
    ROW(MESSAGE, "signs-dos-lines", sign_dos_lines, NULL, SIGN_DATA,
        "computes the HMAC over the raw body with CRLF line endings", .is_offline = true),
    ROW(KEY, "key-newline", key_with, "\n", TRIM, "has a newline at the end of its secret", LIKELY),
    ROW(KEY, "key-trimmed", key_trimmed, NULL, BYTES,
        "trims the secret, but the white space belongs to it", LIKELY),
    ROW(KEY, "key-without-prefix", key_without_prefix, NULL, BYTES, "strips whsec_ from its secret",
        LIKELY),
    ROW(KEY, "key-base64-decoded-without-prefix", key_decoded_without_prefix, "base64", BYTES,
        "strips whsec_ from its secret and decodes the rest as base64, as Standard Webhooks do",
        LIKELY),
    ROW(KEY, "key-base64-decoded", key_decoded, "base64", BYTES, "decodes its secret as base64",
        LIKELY),
    ROW(KEY, "key-base64url-decoded", key_decoded, "base64url", BYTES,
        "decodes its secret as base64 or base64url, as Node does", LIKELY,
        .language = "javascript"),
    ROW(KEY, "key-hex-decoded", key_decoded, "hex", BYTES, "decodes its secret as hexadecimal",
        LIKELY),
    ROW(KEY, "key-empty", key_constant, "", SECRET, "has no secret and verifies with an empty key",
        LIKELY, .is_open_key = true),
    ROW(KEY, "key-undefined", key_constant, "undefined", SECRET,
        "has no secret and verifies with the text \"undefined\" as the key", LIKELY,
        .is_open_key = true),
    ROW(KEY, "key-null", key_constant, "null", SECRET,
        "has no secret and verifies with the text \"null\" as the key", LIKELY,
        .is_open_key = true),
    ROW(KEY, "key-none", key_constant, "None", SECRET,
        "has no secret and verifies with the text \"None\" as the key", LIKELY,
        .is_open_key = true),
    ROW(KEY, "key-object", key_constant, "[object Object]", SECRET,
        "has no secret and verifies with the text \"[object Object]\" as the key",
        .is_open_key = true),
    ROW(KEY, "key-crlf", key_with, "\r\n", TRIM, "has a CRLF at the end of its secret", UNLIKELY),
    ROW(KEY, "key-blank", key_with, " ", TRIM, "has a space at the end of its secret", UNLIKELY),
    ROW(KEY, "key-quoted", key_quoted, NULL, TRIM, "has quotes around its secret", UNLIKELY),
    CUT("32"),
    CUT("16"),
    CUT("64"),
    CUT("24"),
    CUT("20"),
    CUT("30"),
    CUT("31"),
    CUT("40"),
    CUT("50"),
    CUT("63"),
    ROW(KEY, "key-base64", key_encoded, "base64", BYTES, "encodes its secret as base64", UNLIKELY),
    ROW(KEY, "key-hex", key_encoded, "hex", BYTES, "encodes its secret as hexadecimal", UNLIKELY),
    ROW(DIGEST, "digest-base64", digest_as_base64, NULL, HEX, "expects the digest in base64",
        LIKELY),
    ROW(DIGEST, "digest-base64url", digest_as_base64url, NULL, HEX,
        "expects the digest in base64url", UNLIKELY),
    ROW(DIGEST, "digest-upper-case", digest_in_capitals, NULL, HEX,
        "expects the digest in uppercase hexadecimal", LIKELY),
    ROW(DIGEST, "digest-sha256-prefix", digest_after, "sha256=", HEX,
        "expects sha256= before the digest, as GitHub sends it", LIKELY),
    ROW(DIGEST, "digest-v1-equals", digest_after, "v1=", HEX, "expects v1= before the digest",
        LIKELY),
    ROW(DIGEST, "digest-v1-comma", digest_base64_after, "v1,", HEX,
        "expects \"v1,\" and the digest in base64", UNLIKELY),
    ROW(DIGEST, "digest-sha1", digest_by, "sha1", SHA256, "computes HMAC-SHA-1", LIKELY),
    ROW(DIGEST, "digest-sha512", digest_by, "sha512", SHA256, "computes HMAC-SHA-512", LIKELY),
    ROW(DIGEST, "digest-sha1-prefix", digest_by_name, "sha1", SHA256,
        "expects sha1= and HMAC-SHA-1, as GitHub's older signatures had it", UNLIKELY),
    ROW(DIGEST, "digest-sha512-prefix", digest_by_name, "sha512", SHA256,
        "expects sha512= and HMAC-SHA-512", UNLIKELY),
    ROW(DIGEST, "digest-md5-prefix", digest_by_name, "md5", SHA256, "expects md5= and HMAC-MD5",
        UNLIKELY),
    ROW(DIGEST, "digest-sha384", digest_by, "sha384", SHA256, "computes HMAC-SHA-384", UNLIKELY),
    ROW(DIGEST, "digest-md5", digest_by, "md5", SHA256, "computes HMAC-MD5", UNLIKELY),
    ROW(DIGEST, "digest-secret-first", digest_plain, "secret-first", SHA256,
        "computes a plain SHA-256 of the secret followed by the message", UNLIKELY),
    ROW(DIGEST, "digest-secret-last", digest_plain, "secret-last", SHA256,
        "computes a plain SHA-256 of the message followed by the secret", UNLIKELY),
    ROW(DIGEST, "digest-without-secret", digest_plain, "no-secret", SHA256,
        "computes a plain SHA-256 of the message, which needs no secret", .is_open_key = true),
    ROW(DIGEST, "digest-swapped", digest_swapped, NULL, SHA256,
        "takes the message for the key, and the secret for the message", UNLIKELY),
    ROW(DIGEST, "digest-first-32", digest_cut, "32", HEX,
        "expects only the first 32 digits of the digest", UNLIKELY),
    ROW(DIGEST, "secret-in-header", digest_is_secret, NULL, UPDATE,
        "expects the secret itself in the header, as Panora sent it before July 2024",
        .needs_private = true),
    ROW(DIGEST, "stripe-scheme", digest_like_stripe, NULL, PANORA,
        "verifies Stripe signatures: t=TIME,v1=HMAC of TIME.BODY", LIKELY, .is_whole = true),
    ROW(DIGEST, "stripe-scheme-over-data", digest_like_stripe, NULL, PANORA,
        "verifies Stripe signatures, but not of the body: t=TIME,v1=HMAC of TIME.MESSAGE", LIKELY,
        .keeps_key = true),
    ROW(DIGEST, "slack-scheme", digest_like_slack, NULL, PANORA,
        "verifies Slack signatures: v0=HMAC of v0:TIME:BODY", .is_whole = true),
    ROW(DIGEST, "wants-time-header", digest_with_time, NULL, NO_TIME,
        "accepts only requests with a timestamp in a header of its own, which Panora does not send",
        .keeps_key = true),
    ROW(DIGEST, "time-header-scheme", digest_with_time, ".", PANORA,
        "computes the HMAC over TIME.BODY, with TIME from a header of its own, which Panora does "
        "not send",
        .is_whole = true),
    ROW(DIGEST, "time-header-scheme-over-data", digest_with_time, ".", PANORA,
        "computes the HMAC over TIME.MESSAGE, with TIME from a header of its own, which Panora "
        "does not send",
        .keeps_key = true),
    ROW(DIGEST, "standard-webhooks-scheme", digest_like_standard_webhooks, NULL, PANORA,
        "verifies Standard Webhooks signatures: \"v1,\" and the base64 HMAC of ID.TIME.BODY",
        LIKELY, .is_whole = true),
    ROW(DIGEST, "standard-webhooks-scheme-over-data", digest_like_standard_webhooks, NULL, PANORA,
        "verifies Standard Webhooks signatures, but not of the body: \"v1,\" and the base64 HMAC "
        "of "
        "ID.TIME.MESSAGE",
        LIKELY, .keeps_key = true),
    HEADER_NAMED("x-panora-signature", "X-Panora-Signature"),
    HEADER_NAMED("x-signature", "X-Signature"),
    HEADER_NAMED("x-webhook-signature", "X-Webhook-Signature"),
    HEADER_NAMED("webhook-signature", "Webhook-Signature"),
    HEADER_NAMED("signature", "Signature"),
    HEADER_NAMED("x-hub-signature-256", "X-Hub-Signature-256"),
    HEADER_NAMED("x-hub-signature", "X-Hub-Signature"),
    HEADER_NAMED("panora-u-signature", "Panora_Signature"),
    HEADER_NAMED("x-signature-256", "X-Signature-256"),
    HEADER_NAMED("x-panora-webhook-signature", "X-Panora-Webhook-Signature"),
    HEADER_NAMED("panora-webhook-signature", "Panora-Webhook-Signature"),
    HEADER_NAMED("x-hmac-signature", "X-Hmac-Signature"),
    HEADER_NAMED("x-hmac-sha256", "X-Hmac-Sha256"),
    HEADER_NAMED("x-shopify-hmac-sha256", "X-Shopify-Hmac-Sha256"),
    HEADER_NAMED("x-signature-sha256", "X-Signature-Sha256"),
    HEADER_NAMED("x-event-signature", "X-Event-Signature"),
    HEADER_NAMED("x-request-signature", "X-Request-Signature"),
    HEADER_NAMED("stripe-signature", "Stripe-Signature"),
};
const size_t num_hypotheses = ARRAY_LEN(hypotheses);
