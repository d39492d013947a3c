/* An engine pointed at a scripted server, for tests of delivery. */
#ifndef TESTS_SUPPORT_DELIVERY_H
#define TESTS_SUPPORT_DELIVERY_H

#include "deliver/engine.h"
#include "tests/support/raw_server.h"

struct delivery {
    struct raw_server *server;
    struct target target;
    struct engine *engine;
};

/* Starts server and engine; fails the test when it cannot. `options` may be NULL. */
void delivery_start(struct delivery *delivery, const struct raw_step *steps, size_t num_steps,
                    const struct engine_options *options);

/* The engine alone, for `url`. */
void delivery_aim(struct delivery *delivery, const char *url, const struct engine_options *options);
void delivery_stop(struct delivery *delivery);

/* Sends as Panora does and waits for the end. Caller clears the observation. */
struct observation delivery_post(struct delivery *delivery, struct engine_connection *connection,
                                 int64_t timeout_ms);
struct observation delivery_send(struct delivery *delivery, const struct request *request,
                                 struct engine_connection *connection, int64_t timeout_ms);

/* For engine_send: moves what was seen into the struct observation at `payload`. */
void delivery_keep(void *payload, struct observation *seen);

/* A request in the sender's form; caller clears. */
struct request delivery_request(const char *body);

/* Certificate and key of a server for localhost and 127.0.0.1 that signed itself, in a folder of
 * their own. */
struct test_cert {
    char folder[64];
    char cert[96];
    char key[96];
};
void test_cert_make(struct test_cert *cert);
void test_cert_remove(const struct test_cert *cert);

#endif
