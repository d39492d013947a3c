/* Mutations of how the event is signed: the digest that is sent belongs to another secret,
 * algorithm or message. */
#include <string.h>

#include "base/array.h"
#include "compose/mutation.h"

static void use_key(struct draft *draft, struct bytes key)
{
    buf_reset(&draft->key);
    buf_add_bytes(&draft->key, key);
}

static bool mutate_wrong_secret(struct draft *draft, const struct call *call, struct error *err)
{
    char other[UUID_SIZE];
    rng_uuid(draft->rng, other);
    use_key(draft, bytes_of(other));
    return true;
}

static bool mutate_empty_secret(struct draft *draft, const struct call *call, struct error *err)
{
    use_key(draft, (struct bytes){"", 0});
    return true;
}

static bool mutate_placeholder_secret(struct draft *draft, const struct call *call,
                                      struct error *err)
{
    use_key(draft, bytes_of(call->values[0].text));
    return true;
}

/* How the digest is made instead of HMAC-SHA256. */
static const struct recipe {
    const char *name;
    const char *hash;
    bool keyed;
    bool secret_first;  /* a plain hash over the secret and then the message */
    const char *prefix; /* that names it to the receiver */
} recipes[] = {
    {"hmac-md5", "md5", true, false, ""},
    {"hmac-sha1", "sha1", true, false, ""},
    {"hmac-sha512", "sha512", true, false, ""},
    {"named-hmac-sha1", "sha1", true, false, "sha1="},
    {"sha256", "sha256", false, false, ""},
    {"sha256-of-secret-and-data", "sha256", false, true, ""},
};

static bool mutate_other_algorithm(struct draft *draft, const struct call *call, struct error *err)
{
    const char *name = call->values[0].text;
    for (size_t i = 0; i < ARRAY_LEN(recipes); i++) {
        if (strcmp(recipes[i].name, name) != 0)
            continue;
        draft->algorithm = recipes[i].hash;
        draft->keyed = recipes[i].keyed;
        draft->prefix = recipes[i].prefix;
        if (recipes[i].secret_first) {
            struct buf both = {0};
            buf_add_bytes(&both, buf_bytes(&draft->key));
            buf_add_bytes(&both, buf_bytes(&draft->message));
            buf_clear(&draft->message);
            draft->message = both;
        }
        return true;
    }
    return error_set(err, "no algorithm \"%s\"", name);
}

/* The signature belongs to an event of the same type with other data. */
static bool mutate_other_event(struct draft *draft, const struct call *call, struct error *err)
{
    struct event other;
    event_copy(&other, &draft->event);
    do {
        buf_reset(&other.data);
        struct step plain = {.rows = 1};
        compose_data(draft->composer, &plain, draft->event.type, draft->rng, &other.data);
    } while (bytes_equal(buf_bytes(&other.data), buf_bytes(&draft->event.data)));
    buf_reset(&draft->message);
    bool ok = scheme_message(draft->composer->scheme, &other, &draft->message);
    event_clear(&other);
    draft->impossible = !ok;
    return ok || error_set(err, "the other event has nothing to sign");
}

static bool mutate_sign_body(struct draft *draft, const struct call *call, struct error *err)
{
    buf_reset(&draft->message);
    event_write_body(&draft->event, &draft->message);
    return true;
}

static const char *const algorithms[] = {"hmac-md5",    "hmac-sha1",
                                         "hmac-sha512", "named-hmac-sha1",
                                         "sha256",      "sha256-of-secret-and-data",
                                         NULL};

/* word {name, place, sentence, parameters}, phrase, is_flaw, apply */
static const struct mutation rows[] = {
    {{"wrong-secret", "sign", "is signed with another secret", {{0}}},
     "signed with another secret",
     true,
     mutate_wrong_secret},
    {{"empty-secret", "sign", "is signed with an empty secret", {{0}}},
     "signed with an empty secret",
     true,
     mutate_empty_secret},
    {{"placeholder-secret",
      "sign",
      "is signed with a placeholder that an unset variable turns into",
      {WORD_TEXT("secret", "undefined", "the text")}},
     "signed with the secret \"%s\"",
     true,
     mutate_placeholder_secret},
    {{"other-algorithm",
      "sign",
      "is signed with an algorithm other than HMAC-SHA256",
      {WORD_CHOICE("algorithm", "hmac-sha1", algorithms, "the algorithm")}},
     "signed by %s",
     true,
     mutate_other_algorithm},
    {{"other-event", "sign", "has the signature of another event", {{0}}},
     "with another event's signature",
     true,
     mutate_other_event},
    {{"sign-body", "sign", "is signed over the whole body instead of data", {{0}}},
     "signed over the whole body",
     true,
     mutate_sign_body},
};
const struct table_part mutations_of_signing = TABLE_PART(rows);
