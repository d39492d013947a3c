/* Shorthands for the tables of faults: the cases that whole families of faults run into. */
#ifndef RECEIVE_FAULT_CASES_H
#define RECEIVE_FAULT_CASES_H

#define D(name) "panora/delivery/" name
#define S(name) "panora/signature/" name
#define P(name) "panora/payload/" name
#define T(name) "panora/timing/" name
#define H(name) "http/" name
#define X(name) "panora/effect/" name

/* Genuine events with hard values. */
#define EVERY_PAYLOAD                                                                              \
    P("accepts-text"), P("accepts-keys"), P("accepts-numbers"), P("accepts-depth"),                \
        P("accepts-sizes"), P("content-type")

/* Bodies that are no events: whatever is neither a 2xx nor a 4xx. */
#define EVERY_SURVIVAL                                                                             \
    P("survives-odd-data"), P("survives-malformed-data"), P("survives-malformed-json"),            \
        P("survives-empty-body"), P("survives-top-level"), P("survives-missing-member"),           \
        P("survives-wrong-types"), P("survives-byte-order-mark"), P("survives-invalid-utf-8"),     \
        P("survives-utf-16")

/* A signature of 64 characters that is not the right one. */
#define WRONG_DIGITS                                                                               \
    S("refuses-wrong-secret"), S("refuses-changed-data"), S("refuses-changed-digit"),              \
        S("refuses-zeros"), S("refuses-empty-secret"), S("refuses-placeholder-secret"),            \
        S("refuses-other-events"), S("checks-every-type"), S("checks-every-size"),                 \
        S("checks-every-form"), S("refuses-duplicate-data-key"), S("refusals-look-alike"),         \
        X("does-not-process-forgeries[changed-data]")

/* A signature of another length. */
#define WRONG_LENGTH                                                                               \
    X("does-not-process-forgeries[cut-signature]"), S("refuses-truncated"), S("refuses-extended"), \
        S("refuses-very-long"), S("refuses-secret-itself"), S("refuses-other-algorithm"),          \
        S("refuses-base64"), S("refuses-duplicate-header")

#define WRONG_CHARACTERS S("refuses-not-hex"), S("refuses-non-ascii")

#define NO_HEADER                                                                                  \
    S("refuses-missing"), S("refuses-query-signature"),                                            \
        X("does-not-process-forgeries[no-signature]")

/* The receiver lets everybody in. */
#define EVERY_REFUSAL WRONG_DIGITS, WRONG_LENGTH, WRONG_CHARACTERS, NO_HEADER, S("refuses-empty")

/* Cases in which genuine events and forgeries follow each other. */
#define MIXED D("forged-id-does-not-block"), S("checks-every-time")

/* Genuine events that travel in other ways than Panora's. */
#define EVERY_TRANSPORT                                                                            \
    H("transport/chunked"), H("transport/expect-100"), H("transport/http-1.0"),                    \
        H("transport/dribbled-body"), H("transport/split-character"),                              \
        H("transport/keep-alive-reuse"), H("robustness/body-never-ends"),                          \
        H("robustness/many-idle-connections"), H("robustness/abort-mid-body")

#define EVERY_TIMING                                                                               \
    T("acknowledges-promptly"), T("acknowledges-under-concurrency"), T("acknowledges-large"),      \
        T("acknowledges-a-burst")

/* The receiver answers otherwise than with a 2xx or a 4xx, whatever it is sent. */
#define EVERY_ROBUSTNESS EVERY_SURVIVAL, H("robustness/huge-header"), H("robustness/nesting")

/* The receiver lets nobody in who sends data as text. */
#define EVERY_TEXT_ACCEPTANCE                                                                      \
    D("accepts-an-event"), D("accepts-every-type"), D("accepts-push-type"),                        \
        D("accepts-unknown-type"), D("accepts-pulled-array"), D("accepts-empty-array"),            \
        D("accepts-null-fields"), D("accepts-extra-fields"), D("accepts-any-member-order"),        \
        D("accepts-redelivery"), D("accepts-concurrent-redelivery"), D("accepts-five-at-once"),    \
        D("accepts-out-of-order"), S("header-name-any-case"), S("accepts-any-digest"), MIXED,      \
        EVERY_PAYLOAD, EVERY_TRANSPORT

/* The receiver lets nobody in. */
#define EVERY_ACCEPTANCE EVERY_TEXT_ACCEPTANCE, D("accepts-object-data")

#endif
