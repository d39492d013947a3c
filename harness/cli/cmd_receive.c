#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/command.h"
#include "cli/secret_options.h"
#include "receive/receiver.h"
#include "receive/supervise.h"

static const struct option_spec specs[] = {
    {"listen", 0, "HOST:PORT",
     "Where to listen (default: 127.0.0.1:0, any free port); IPv6 in brackets: [::1]:8080.", false},
    {"tls", 0, NULL,
     "Serve https with a certificate made at start; the CA that clients must trust is named in the "
     "second line of output.",
     false},
    {"cert", 0, "FILE", "Serve https with this certificate (PEM, its chain after it).", false},
    {"key", 0, "FILE", "The key of --cert (PEM).", false},
    {"fault", 0, "ID[=ARG]",
     "Make this one mistake, e.g. A01 or F05=3s; `hookcheck list faults` names them.", false},
    {"variation", 0, "NAME",
     "Be right in another way, e.g. status-200 or refuses-403; `hookcheck list variations` names "
     "them.",
     false},
    {"behaviour", 0, "NAME[=ARG]",
     "Change every answer so, e.g. delay=300ms, status=503, drip=10ms, reset, silence; several "
     "combine.",
     true},
    {"restart", 0, "TIME",
     "How long the process stays away after a fault has killed it (default: 50ms).", false},
    {"journal", 0, "FILE", "Add what arrives to FILE, byte for byte, one JSON object a line.",
     false},
    {"quiet", 'q', NULL, "Print no line for each request.", false},
};
static const struct option_set receive_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&secret_options, &receive_options};

/* Says where it listens and serves until it is told to stop. Returns in the serving process as in
 * the one that watches over it. */
static int serve(struct receiver *receiver, int64_t restart_ns, struct error *err)
{
    sink_print(stdout, "listening on %s\n", receiver_url(receiver));
    if (receiver_ca_path(receiver))
        sink_print(stdout, "CA certificate: %s\n", receiver_ca_path(receiver));
    (void)fflush(stdout);
    int code = supervise(receiver, restart_ns, err);
    receiver_free(receiver);
    return code == 0 ? EXIT_OK : EXIT_OUR_FAILURE;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct secret secret = {0};
    int64_t restart_ns = 0;
    if (!arguments_expect_words(arguments, 0, 0, "no word", err) ||
        !arguments_duration(arguments, "restart", SUPERVISE_RESTART_MS * NS_PER_MS, &restart_ns,
                            err) ||
        !secret_from_arguments(arguments, &secret, err))
        return EXIT_WRONG_USAGE;
    struct receiver_options options = {
        .listen = arguments_value(arguments, "listen", NULL),
        .secret = secret_bytes(&secret),
        .tls = arguments_has(arguments, "tls"),
        .cert = arguments_value(arguments, "cert", NULL),
        .key = arguments_value(arguments, "key", NULL),
        .fault = arguments_value(arguments, "fault", NULL),
        .variation = arguments_value(arguments, "variation", NULL),
        .journal = arguments_value(arguments, "journal", NULL),
        .out = arguments_has(arguments, "quiet") ? NULL : stdout,
        .wall_ms = clock_wall_ms,
    };
    const char **behaviours = arguments_values(arguments, "behaviour", &options.num_behaviours);
    options.behaviours = behaviours;
    struct receiver *receiver = receiver_start(&options, err);
    int code = receiver ? serve(receiver, restart_ns, err) : EXIT_WRONG_USAGE;
    free(behaviours);
    secret_clear(&secret);
    return code;
}

const struct command command_receive = {
    .name = "receive",
    .arguments = "",
    .summary = "run the reference receiver, right or with a fault",
    .about =
        "Runs a webhook endpoint that does everything right: it verifies Panora's signature over "
        "the "
        "exact bytes, accepts every event in either dialect with 204, refuses the rest with 4xx "
        "and "
        "survives whatever is sent. With --fault it makes one deliberate mistake, with --behaviour "
        "its answers take another shape. It answers on every path until SIGINT or SIGTERM, and "
        "prints "
        "one line for each request; the first line says where it listens.",
    .examples =
        "  HOOKCHECK_SECRET=whsec_test hookcheck receive --listen 127.0.0.1:8080\n"
        "  HOOKCHECK_SECRET=whsec_test hookcheck receive --fault A02 --journal seen.ndjson\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
