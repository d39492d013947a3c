/* Events by another scheme than Panora's, so that what is genuine and what is forged changes sides
 * with it. */
#include "compose/scheme.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/encode.h"
#include "sign/digest.h"
#include "suite/step.h"
#include "tests/support/composing.h"

TestSuite(compose_scheme, .timeout = 120);

static struct composing composing;

/* What many receivers do: the raw body, and the digest behind "sha256=" in a header of another
 * name. */
static bool plan_raw(const struct scheme *scheme, struct bytes body, struct buf *message,
                     struct buf *key)
{
    buf_add_bytes(message, body);
    buf_add_bytes(key, secret_bytes(&composing.secret));
    return body.len > 0;
}

static bool sign_prefixed(const struct scheme *scheme, struct bytes message, struct bytes key,
                          struct buf *value)
{
    struct digest digest;
    bool ok = digest_hmac("sha256", key, message, &digest);
    buf_add_text(value, "sha256=");
    encode_hex(digest_bytes(&digest), value);
    return ok;
}

static void add_charset(const struct scheme *scheme, struct request *request)
{
    headers_set(&request->headers, "Content-Type", "application/json; charset=utf-8");
}

static const struct scheme scheme = {
    .header = "X-Own-Signature", .plan = plan_raw, .sign = sign_prefixed, .dress = add_charset};

static void set_up(void)
{
    composing_init(&composing, DIALECT_TEXT);
    composing.composer.scheme = &scheme;
}

static void tear_down(void)
{
    composing_clear(&composing);
}

static void must_compose(const char *op, struct composed *out)
{
    cr_assert(compose_with(&composing, op, false, out), "%s", op ? op : "plain");
}

/* By hand, over the bytes that leave. */
static void expect_right(const struct composed *made, bool right)
{
    struct digest digest;
    struct buf hex = {0};
    const char *given = headers_find(&made->request.headers, "X-Own-Signature");
    (void)digest_hmac("sha256", secret_bytes(&composing.secret), buf_bytes(&made->request.body),
                      &digest);
    encode_hex(digest_bytes(&digest), &hex);
    cr_expect_eq(right, given && strncmp(given, "sha256=", 7) == 0 &&
                            strcmp(given + 7, buf_text(&hex)) == 0);
    cr_expect_eq(scheme_fits(&scheme, &made->request), right);
    buf_clear(&hex);
}

Test(compose_scheme, signs_a_genuine_event_and_says_so, .init = set_up, .fini = tear_down)
{
    struct composed made;
    must_compose(NULL, &made);
    expect_right(&made, true);
    cr_expect(made.genuine);
    cr_expect(strstr(made.sent, "made as the endpoint accepts it"), "%s", made.sent);
    cr_expect_str_eq(headers_find(&made.request.headers, "X-Own-Signature"), made.signature);
    cr_expect_not(headers_find(&made.request.headers, "Panora-Signature"));
    cr_expect_str_eq(headers_find(&made.request.headers, "Content-Type"),
                     "application/json; charset=utf-8");
    composed_clear(&made);
}

Test(compose_scheme, forges_what_the_endpoint_would_take, .init = set_up, .fini = tear_down)
{
    static const char *const ops[] = {"wrong-secret", "change-digit",       "truncate-signature",
                                      "other-event",  "extend-signature",   "uppercase-signature",
                                      "zeros",        "empty-signature",    "join-signatures",
                                      "no-signature", "other-algorithm",    "empty-secret",
                                      "not-hex",      "non-ascii-signature"};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        struct composed made;
        must_compose(ops[i], &made);
        expect_right(&made, false);
        cr_expect_not(made.genuine, "%s", ops[i]);
        cr_expect_not(headers_find(&made.request.headers, "Panora-Signature"), "%s", ops[i]);
        composed_clear(&made);
    }
}

Test(compose_scheme, a_forgery_under_one_rule_can_be_right_under_another, .init = set_up,
     .fini = tear_down)
{
    struct composed made;
    must_compose("sign-body", &made);
    expect_right(&made, true);
    composed_clear(&made);
}

Test(compose_scheme, what_has_nothing_to_sign_has_no_value)
{
    char value[SIGNATURE_VALUE_SIZE];
    char small[8];
    composing_init(&composing, DIALECT_TEXT);
    cr_expect_not(scheme_value(&scheme, bytes_of(""), value, sizeof value));
    cr_expect(scheme_value(&scheme, bytes_of("{}"), value, sizeof value));
    cr_expect_not(scheme_value(&scheme, bytes_of("{}"), small, sizeof small), "too long for it");
    composing_clear(&composing);
}
