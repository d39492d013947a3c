/* Mistakes in checking a signature: what gets in. */
#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/encode.h"
#include "base/mem.h"
#include "diagnose/rule.h"
#include "diagnose/rule_part.h"
#include "sign/digest.h"

#define FORGE "anyone who knows the URL can forge events"

static struct bytes right_of(const struct sight *sight)
{
    return bytes_of(sight->right);
}

static bool is_lower_hex(struct bytes in)
{
    for (size_t i = 0; i < in.len; i++)
        if (!in.data[i] || !strchr("0123456789abcdef", in.data[i]))
            return false;
    return true;
}

static bool starts_with(struct bytes in, struct bytes start)
{
    return in.len >= start.len && (start.len == 0 || memcmp(in.data, start.data, start.len) == 0);
}

/* Only one header is there, and it can be compared with something. */
static bool has_one(const struct sight *sight)
{
    return sight->num_signatures == 1 && sight->has_event;
}

static bool predict_all(const struct rule *rule, const struct investigation *inv,
                        const struct sight *sight)
{
    return sight->has_event;
}

/* Of a long body, now more is kept and now less: then what both have kept is compared. */
static bool same_answer(const struct observation *a, const struct observation *b)
{
    bool is_cut = a->body_cut || b->body_cut;
    size_t len = a->body.len < b->body.len ? a->body.len : b->body.len;
    bool same_len = is_cut ? a->body_len == b->body_len : a->body.len == b->body.len;
    return a->status == b->status && same_len &&
           (len == 0 || memcmp(a->body.data, b->body.data, len) == 0);
}

#define FEW 10 /* one in so many */

/* Who refuses most forgeries with a 4xx refuses none silently. */
static bool refuses_most(const struct investigation *inv)
{
    size_t accepted = 0;
    size_t refused = 0;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *sight = &inv->sights[i];
        bool counts = !sight->exchange->genuine && sight->has_event && !sight->is_right;
        accepted += counts && sight->exchange->accepted;
        refused += counts && sight->answer == ANSWER_REFUSED;
    }
    return refused > accepted;
}

/* The forgery met an answer that hardly any genuine event met: some may be refused like it, for
 * what they contain. */
static bool predict_all_answered_alike(const struct rule *rule, const struct investigation *inv,
                                       const struct sight *sight)
{
    size_t genuine = 0;
    size_t alike = 0;
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct sight *other = &inv->sights[i];
        if (!other->exchange->accepted || !other->has_event)
            continue;
        bool same = same_answer(&sight->exchange->seen, &other->exchange->seen);
        bool is_right =
            other->exchange->genuine ||
            (other->num_signatures == 1 && bytes_equal(other->signature, bytes_of(other->right)));
        alike += is_right && same;
        genuine += other->exchange->genuine;
    }
    return genuine > alike * FEW && !refuses_most(inv) && predict_all(rule, inv, sight) &&
           sight->exchange->seen.body.len > 0;
}

static bool predict_no_header(const struct rule *rule, const struct investigation *inv,
                              const struct sight *sight)
{
    return sight->num_signatures == 0 && predict_all(rule, inv, sight);
}

static bool predict_empty(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    return has_one(sight) && sight->signature.len == 0;
}

static bool predict_any_header(const struct rule *rule, const struct investigation *inv,
                               const struct sight *sight)
{
    return has_one(sight) && (sight->signature.len > 0 || rule->argument);
}

static bool predict_format(const struct rule *rule, const struct investigation *inv,
                           const struct sight *sight)
{
    return has_one(sight) && sight->signature.len == 64 && is_lower_hex(sight->signature);
}

static bool predict_length(const struct rule *rule, const struct investigation *inv,
                           const struct sight *sight)
{
    return has_one(sight) && sight->signature.len == 64;
}

static bool predict_start(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    return has_one(sight) && right_of(sight).len && starts_with(sight->signature, right_of(sight));
}

static bool predict_shorter(const struct rule *rule, const struct investigation *inv,
                            const struct sight *sight)
{
    return predict_start(rule, inv, sight) || (has_one(sight) && right_of(sight).len &&
                                               starts_with(right_of(sight), sight->signature));
}

/* So many of the first digits are right as the experiments found to be compared. */
static bool predict_first_digits(const struct rule *rule, const struct investigation *inv,
                                 const struct sight *sight)
{
    size_t len = inv->first_digits;
    return len && has_one(sight) && right_of(sight).len > len && sight->signature.len >= len &&
           (!rule->argument || sight->signature.len == right_of(sight).len) &&
           memcmp(sight->signature.data, sight->right, len) == 0;
}

static bool predict_last_digits(const struct rule *rule, const struct investigation *inv,
                                const struct sight *sight)
{
    size_t len = inv->last_digits;
    size_t right = right_of(sight).len;
    return len && has_one(sight) && right > len && sight->signature.len >= len &&
           (!rule->argument || sight->signature.len == right) &&
           memcmp(sight->signature.data + sight->signature.len - len, sight->right + right - len,
                  len) == 0;
}

static bool predict_other_lengths(const struct rule *rule, const struct investigation *inv,
                                  const struct sight *sight)
{
    return has_one(sight) && sight->signature.len != right_of(sight).len;
}

static bool fits_regex(const char *pattern, const char *text)
{
    regex_t regex;
    bool fits = regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) == 0;
    if (!fits)
        return false;
    fits = regexec(&regex, text, 0, NULL, 0) == 0;
    regfree(&regex);
    return fits;
}

/* By a glob, with the characters of LIKE: a forgery that is to be told apart holds no others. */
static bool fits_like(const char *pattern, const char *text)
{
    char *glob = mem_text(pattern);
    for (char *at = glob; *at; at++)
        if (*at == '%')
            *at = '*';
        else if (*at == '_')
            *at = '?';
        else if (strchr("*?[\\", *at))
            *at = '%';
    bool fits = fnmatch(glob, text, 0) == 0;
    free(glob);
    return fits;
}

static bool fits_pattern(const char *language, const char *pattern, const char *text)
{
    if (strcmp(language, "glob") == 0)
        return fnmatch(pattern, text, 0) == 0;
    if (strcmp(language, "like") == 0)
        return fits_like(pattern, text);
    if (strcmp(language, "part") == 0)
        return fits_regex(pattern, text);
    char *whole = mem_format("^(%s)$", pattern);
    bool fits = fits_regex(whole, text);
    free(whole);
    return fits;
}

#define PATTERN_MAX 256 /* matching a longer one takes its time */

/* What the sender sends is a pattern for the right signature. The argument says in which language,
 * and which other check comes first: for the "length", or that it is not "empty". */
static bool predict_pattern(const struct rule *rule, const struct investigation *inv,
                            const struct sight *sight)
{
    struct bytes given = sight->signature;
    size_t len = strcspn(rule->argument, " ");
    const char *first = rule->argument + len;
    if (!has_one(sight) || !*sight->right || given.len > PATTERN_MAX ||
        (strcmp(first, " length") == 0 && given.len != right_of(sight).len) ||
        (strcmp(first, " empty") == 0 && given.len == 0))
        return false;
    char *pattern = mem_copy(given.data, given.len);
    char *language = mem_copy(rule->argument, len);
    bool fits = fits_pattern(language, pattern, sight->right);
    free(pattern);
    free(language);
    return fits;
}

static bool predict_part(const struct rule *rule, const struct investigation *inv,
                         const struct sight *sight)
{
    if (sight->signature.len == 0)
        return has_one(sight) && !rule->argument;
    return has_one(sight) && bytes_find(right_of(sight), sight->signature) != NULL;
}

static bool predict_beginning(const struct rule *rule, const struct investigation *inv,
                              const struct sight *sight)
{
    size_t len = sight->signature.len;
    bool by_bytes = rule->argument && strstr(rule->argument, "bytes");
    bool not_empty = rule->argument && strstr(rule->argument, "not empty");
    return has_one(sight) && right_of(sight).len && (len || !not_empty) && !(by_bytes && len % 2) &&
           starts_with(right_of(sight), sight->signature);
}

static bool predict_within(const struct rule *rule, const struct investigation *inv,
                           const struct sight *sight)
{
    return has_one(sight) && right_of(sight).len &&
           bytes_find(sight->signature, right_of(sight)) != NULL;
}

static void decode_leniently(struct bytes hex, struct buf *out)
{
    for (size_t i = 0; i + 1 < hex.len; i += 2)
        if (!decode_hex((struct bytes){hex.data + i, 2}, out))
            return;
}

static bool predict_lenient_hex(const struct rule *rule, const struct investigation *inv,
                                const struct sight *sight)
{
    struct buf right = {0};
    struct buf given = {0};
    decode_leniently(right_of(sight), &right);
    decode_leniently(sight->signature, &given);
    bool same = has_one(sight) && right.len && bytes_equal(buf_bytes(&right), buf_bytes(&given));
    buf_clear(&right);
    buf_clear(&given);
    return same;
}

static bool predict_any_of_several(const struct rule *rule, const struct investigation *inv,
                                   const struct sight *sight)
{
    const char *right = sight->right;
    bool several =
        sight->num_signatures > 1 ||
        (sight->signature.len && memchr(sight->signature.data, ',', sight->signature.len));
    return several && sight->has_event && *right &&
           headers_has_token(&sight->exchange->request.headers, sight_header(inv), right);
}

static bool predict_first_of_several(const struct rule *rule, const struct investigation *inv,
                                     const struct sight *sight)
{
    size_t len = right_of(sight).len;
    return has_one(sight) && len && starts_with(sight->signature, right_of(sight)) &&
           sight->signature.len > len && sight->signature.data[len] == ',';
}

static bool predict_query(const struct rule *rule, const struct investigation *inv,
                          const struct sight *sight)
{
    const char *query = sight->exchange->request.query;
    const char *right = sight->right;
    return sight->num_signatures == 0 && query && *right && strstr(query, right);
}

static bool predict_secret(const struct rule *rule, const struct investigation *inv,
                           const struct sight *sight)
{
    return has_one(sight) && bytes_equal(sight->signature, inv->input->secret);
}

/* By a hypothesis: the argument has the ids, each between bars. */
static bool is_listed(const char *list, const char *id)
{
    char *word = mem_format("|%s|", id);
    bool listed = strstr(list, word) != NULL;
    free(word);
    return listed;
}

static bool predict_hypothesis(const struct rule *rule, const struct investigation *inv,
                               const struct sight *sight)
{
    struct subject subject;
    bool fits = false;
    if (!has_one(sight) ||
        !subject_read(&subject, buf_bytes(&sight->exchange->request.body), inv->input->now_ms))
        return false;
    for (size_t i = 0; !fits && i < num_hypotheses; i++) {
        struct signing signing;
        if (!is_listed(rule->argument, hypotheses[i].id) ||
            inv->by.parts[hypotheses[i].part] == &hypotheses[i]) /* that is how it computes */
            continue;
        struct computation by = inv->by;
        by.parts[hypotheses[i].part] = &hypotheses[i];
        fits = hypothesis_sign_by(&by, &subject, inv->input->secret, &signing) &&
               bytes_equal(buf_bytes(&signing.value), sight->signature);
        signing_clear(&signing);
    }
    subject_clear(&subject);
    return fits;
}

#define ENTRY(id_, predict_, argument_, sentence_, harm_, remedy_)                                 \
    {                                                                                              \
        .kind = {(id_), (sentence_), (harm_), (remedy_)}, .effect = EFFECT_GETS_IN,                \
        .harm_rank = HARM_FORGED, .predicts = (predict_), .argument = (argument_)                  \
    }
#define ALSO(id_, argument_, sentence_)                                                            \
    ENTRY(id_, predict_hypothesis, argument_, sentence_,                                           \
          "the weakest algorithm that the endpoint accepts decides how safe it is",                \
          "compute HMAC-SHA256 and accept nothing else")
#define BY_LENGTH "|digest-sha1|digest-sha512|digest-md5"
#define BY_PREFIX "|digest-sha1-prefix|digest-md5-prefix"
#define SENDERS_ALGORITHM(argument_, sentence_)                                                    \
    ENTRY("senders-algorithm", predict_hypothesis, argument_, sentence_,                           \
          "the weakest algorithm that the endpoint accepts decides how safe it is",                \
          "fix the algorithm in the code")
#define OPEN_KEY(id_, sentence_)                                                                   \
    ENTRY(                                                                                         \
        id_, predict_hypothesis, "|" id_ "|", sentence_,                                           \
        "anyone can sign events that the endpoint accepts as genuine",                             \
        "a second secret, for a rotation perhaps, is not set: leave out secrets that are empty, "  \
        "and refuse to start without one")

#define PATTERN(argument_, sentence_, way_in_)                                                     \
    ENTRY("header-as-pattern", predict_pattern, argument_, sentence_,                              \
          "the signature " way_in_ " gets in",                                                     \
          "compare for equality, not with a pattern (match, =~, LIKE, fnmatch)")

const struct rule rules_of_entry[] = {
    ENTRY("answers-success-to-refusals", predict_all_answered_alike, NULL,
          "answers 2xx to every event, but differently to forged ones: it refuses them silently, "
          "or processes them anyway",
          "Panora records refused events as delivered",
          "answer 401 when you refuse an event; an error handler must not answer 200"),
    ENTRY("checks-nothing", predict_all, NULL, "does not verify signatures", FORGE,
          "compute the HMAC over JSON.stringify(data), compare it with Panora-Signature in "
          "constant time, and answer 401 if they differ"),
    ENTRY("checks-only-when-present", predict_no_header, NULL,
          "verifies only when the signature header is present", FORGE,
          "answer 401 when the header is missing, before you do anything else"),
    ENTRY("takes-empty-for-right", predict_empty, NULL,
          "does not verify when the signature header is empty", FORGE,
          "compare empty values too; do not skip the check because the value is falsy"),
    ENTRY("checks-presence-only", predict_any_header, "even empty",
          "accepts any signature, even an empty one, as long as the header is there: it does not "
          "await the verifier, or ignores its result",
          FORGE, "await the verifier and check its result"),
    ENTRY("checks-presence-only", predict_any_header, NULL,
          "accepts any non-empty signature: it does not await the verifier, or ignores its result",
          FORGE, "await the verifier and check its result"),
    ENTRY("checks-format-only", predict_format, NULL,
          "checks only that the signature has 64 hexadecimal digits", FORGE,
          "compute the HMAC and compare it"),
    ENTRY("checks-length-only", predict_length, NULL,
          "checks only that the signature has 64 characters", FORGE,
          "compute the HMAC and compare it"),
    ENTRY("compares-shorter-length", predict_shorter, NULL,
          "compares only as many characters as the shorter signature has",
          "an empty signature gets in, and so does one of the sixteen single digits",
          "compare the lengths first, then all 64 digits in constant time"),
    ENTRY("compares-start", predict_start, NULL,
          "accepts anything that starts with the right signature",
          "one event has many valid signatures", "compare for equality, not with startsWith"),
    ENTRY("compares-beginning", predict_beginning, NULL,
          "accepts any prefix of the right signature, even an empty one",
          "an empty signature gets in, and so does one of the sixteen single digits",
          "compare for equality, not with startsWith"),
    ENTRY("compares-beginning", predict_beginning, "not empty",
          "accepts any prefix of the right signature", "one of the sixteen single digits gets in",
          "compare for equality, not with startsWith"),
    ENTRY("compares-beginning", predict_beginning, "bytes",
          "decodes the signature and accepts any prefix of the right one, even an empty one",
          "an empty signature gets in, and so does one of the 256 pairs of digits",
          "compare the decoded bytes for equality: all 32 of them"),
    ENTRY("compares-beginning", predict_beginning, "bytes, not empty",
          "decodes the signature and accepts any prefix of the right one",
          "one of the 256 pairs of digits gets in",
          "compare the decoded bytes for equality: all 32 of them"),
    ENTRY("finds-right-within", predict_within, NULL,
          "accepts anything that contains the right signature",
          "one event has many valid signatures", "compare for equality, not with includes"),
    ENTRY("finds-part", predict_part, NULL, "accepts any part of the right signature",
          "one of the sixteen single digits gets in", "compare for equality, not with includes"),
    ENTRY("compares-first-digits", predict_first_digits, "64",
          "compares only the first N of the signature's 64 digits",
          "the fewer digits it compares, the fewer guesses a forger needs",
          "compare all 64 digits in constant time"),
    ENTRY("compares-first-digits", predict_first_digits, NULL,
          "compares only the first N of the signature's 64 digits and ignores what follows",
          "the fewer digits it compares, the fewer guesses a forger needs",
          "compare the lengths first, then all 64 digits in constant time"),
    ENTRY("compares-last-digits", predict_last_digits, "64",
          "compares only the last N of the signature's 64 digits",
          "the fewer digits it compares, the fewer guesses a forger needs",
          "compare all 64 digits in constant time"),
    ENTRY("compares-last-digits", predict_last_digits, NULL,
          "compares only the last N of the signature's 64 digits and ignores what comes before",
          "the fewer digits it compares, the fewer guesses a forger needs",
          "compare the lengths first, then all 64 digits in constant time"),
    ENTRY("other-lengths-unchecked", predict_other_lengths, NULL,
          "accepts any signature that is not 64 characters long", FORGE,
          "refuse signatures of any other length; do not skip the comparison"),
    PATTERN("part", "searches the right signature for the header as a regular expression", ".*"),
    PATTERN("part empty", "searches the right signature for the header as a regular expression",
            ".*"),
    PATTERN("whole", "matches the right signature against the header as a regular expression",
            ".*"),
    PATTERN("whole length",
            "checks the signature's length, and then uses it as a regular expression",
            "of 64 dots"),
    PATTERN("like", "compares with LIKE, and takes the header as the pattern", "%"),
    PATTERN("like length",
            "checks the signature's length, then compares with LIKE and takes the signature as the "
            "pattern",
            "of 64 percent signs"),
    PATTERN("glob", "matches the right signature against the header as a glob, such as *", "*"),
    PATTERN("glob length", "checks the signature's length, and then uses it as a glob",
            "of 64 asterisks"),
    ENTRY("finds-part", predict_part, "not empty", "accepts any part of the right signature",
          "one of the sixteen single digits gets in", "compare for equality, not with includes"),
    ENTRY("decodes-leniently", predict_lenient_hex, NULL,
          "decodes the signature with a hex decoder that skips invalid characters",
          "one event has many valid signatures",
          "compare the texts, or refuse signatures that are not exactly 64 hex digits before you "
          "decode them"),
    ENTRY("takes-any-of-several", predict_any_of_several, NULL,
          "accepts an event when any one of several signatures is right",
          "a proxy and the endpoint may verify different values", "refuse more than one value"),
    ENTRY("takes-first-of-several", predict_first_of_several, NULL,
          "takes the first of several signatures in one header, and ignores the others",
          "a proxy and the endpoint may verify different values", "refuse more than one value"),
    ENTRY("signature-from-query", predict_query, NULL,
          "accepts the signature from the query string",
          "signatures in URLs end up in logs, where others can copy them", "read only the header"),
    SENDERS_ALGORITHM(BY_LENGTH BY_PREFIX "|", "lets the sender choose the hash algorithm"),
    SENDERS_ALGORITHM(BY_LENGTH "|", "lets the sender choose the hash algorithm"),
    SENDERS_ALGORITHM(BY_PREFIX "|",
                      "lets the sender choose the hash algorithm, by a prefix such as sha1="),
    ALSO("also-accepts-sha1", "|digest-sha1-prefix|", "also accepts an HMAC-SHA-1 after sha1="),
    ALSO("also-accepts-sha1", "|digest-sha1|", "also accepts an HMAC-SHA-1"),
    ALSO("also-accepts-sha512", "|digest-sha512|", "also accepts an HMAC-SHA-512"),
    ALSO("also-accepts-md5", "|digest-md5|", "also accepts an HMAC-MD5"),
    ENTRY("also-accepts-base64", predict_hypothesis, "|digest-base64|",
          "also accepts the signature in base64",
          "one event has several valid signatures, and more code decides what is right",
          "compare the header with the lowercase hexadecimal digest, and with nothing else"),
    ENTRY("also-accepts-plain-hash", predict_hypothesis, "|digest-without-secret|",
          "accepts a plain SHA-256 of data, which needs no secret", FORGE,
          "compute HMAC-SHA256 with the secret as the key, and accept nothing else"),
    ENTRY("also-accepts-constant", predict_hypothesis,
          "|signs-nothing|signs-empty-object|signs-object-object|",
          "also accepts a signature over a constant text", "one signature fits all events",
          "compute the HMAC over the data that arrived, and accept nothing else"),
    OPEN_KEY("key-empty", "also accepts events signed with an empty key"),
    OPEN_KEY("key-undefined", "also accepts events signed with the text \"undefined\" as the key"),
    OPEN_KEY("key-null", "also accepts events signed with the text \"null\" as the key"),
    OPEN_KEY("key-none", "also accepts events signed with the text \"None\" as the key"),
    OPEN_KEY("key-object",
             "also accepts events signed with the text \"[object Object]\" as the key"),
    ENTRY("accepts-secret-itself", predict_secret, NULL,
          "accepts the secret itself as the signature",
          "anyone who sees one such request can forge every event", "compare signatures only"),
    ENTRY("unknown-types-unchecked", predict_unknown_type, NULL,
          "verifies only events of types that it knows", "anyone can forge events of other types",
          "verify before you look at the type"),
    ENTRY("test-types-unchecked", predict_test_type, NULL,
          "does not verify events of types that other services send as a test, such as ping",
          "anyone can send them, and whatever the handler does with them",
          "verify before you look at the type; Panora sends no tests"),
    {.kind = {"some-types-unchecked", "does not verify some event types",
              "anyone can forge events of these types", "verify before you look at the type"},
     .effect = EFFECT_GETS_IN,
     .harm_rank = HARM_FORGED,
     .predicts = predict_unchecked_type,
     .is_vague = true},
    ENTRY("objects-unchecked", predict_unchecked_object, NULL,
          "does not verify events whose data is an object", "anyone can forge such events",
          "verify JSON.stringify(data) whatever its type, before you use it"),
    ENTRY("other-content-types-unchecked", predict_other_content_type, NULL,
          "verifies only JSON content types, and accepts events with others",
          "a forgery with another content type gets in",
          "verify before you look at the content type, or answer 415 to anything but "
          "application/json"),
    ENTRY("chunked-unchecked", predict_chunked, NULL,
          "does not verify chunked requests (without Content-Length)", "a chunked forgery gets in",
          "read the whole body, chunked or not, and verify it"),
    ENTRY("odd-events-unchecked", predict_odd_event, NULL,
          "does not verify events without id_event or type, or with extra fields",
          "anyone can forge such events", "verify before you read any field but data"),
    ENTRY("large-events-unchecked", predict_unchecked_size, NULL, "does not verify large events",
          "anyone can forge large events", "compute the HMAC over the whole of data"),
    ENTRY("remembers-ids", predict_accepted_id, NULL,
          "does not verify events whose id_event it has already accepted",
          "anyone who has seen an event can change it",
          "verify every request first, then look at the id"),
    ENTRY("remembers-connections", predict_after_good, NULL,
          "does not verify later events on a connection that carried a genuine one",
          "behind a proxy, forgeries can arrive on Panora's connection", "verify every request"),
};
const size_t num_rules_of_entry = ARRAY_LEN(rules_of_entry);
