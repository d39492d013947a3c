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

struct receive_choice {
    struct receiver_options receiver;
    int64_t restart_ns;
    bool is_quiet;
};

static const struct option_spec specs[] = {
    {.name = "listen",
     .value = "HOST:PORT",
     .help = "Where to listen; IPv6 in brackets: [::1]:8080.",
     .otherwise = "127.0.0.1:0, any free port",
     .kind = OPTION_TEXT,
     .at = offsetof(struct receive_choice, receiver.listen)},
    {.name = "tls",
     .help = "Serve https with a certificate made at start; the CA that clients must trust is "
             "named in the "
             "second line of output.",
     .kind = OPTION_FLAG,
     .at = offsetof(struct receive_choice, receiver.tls)},
    {.name = "cert",
     .value = "FILE",
     .help = "Serve https with this certificate (PEM, followed by its chain).",
     .kind = OPTION_TEXT,
     .at = offsetof(struct receive_choice, receiver.cert)},
    {.name = "key",
     .value = "FILE",
     .help = "The private key of --cert (PEM).",
     .kind = OPTION_TEXT,
     .at = offsetof(struct receive_choice, receiver.key)},
    {.name = "fault",
     .names = "faults",
     .value = "ID[=ARG]",
     .repeatable = true,
     .help = "Make this mistake, such as A01 or F05=3s; several combine; see `hookcheck list "
             "faults`."},
    {.name = "variation",
     .names = "variations",
     .value = "NAME",
     .help = "Be correct in another way, such as status-200 or refuses-403; see `hookcheck list "
             "variations`.",
     .kind = OPTION_TEXT,
     .at = offsetof(struct receive_choice, receiver.variation)},
    {.name = "behaviour",
     .names = "behaviours",
     .value = "NAME[=ARG]",
     .repeatable = true,
     .help = "Modify every response, such as delay=300ms, status=503, drip=10ms, reset, silence; "
             "several combine."},
    {.name = "restart",
     .value = "TIME",
     .help = "How long the process stays down after a fault kills it.",
     .fallback = "50ms",
     .kind = OPTION_DURATION,
     .at = offsetof(struct receive_choice, restart_ns)},
    {.name = "journal",
     .value = "FILE",
     .help = "Append every request to FILE, byte for byte, one JSON object per line.",
     .kind = OPTION_TEXT,
     .at = offsetof(struct receive_choice, receiver.journal)},
    {.name = "quiet",
     .letter = 'q',
     .help = "Do not print a line for each request.",
     .kind = OPTION_FLAG,
     .at = offsetof(struct receive_choice, is_quiet)},
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
    struct receive_choice choice = {0};
    struct receiver_options *options = &choice.receiver;
    if (!arguments_expect_words(arguments, 0, 0, "no word", err) ||
        !arguments_read(arguments, &receive_options, &choice, err) ||
        !secret_from_arguments(arguments, &secret, err))
        return EXIT_WRONG_USAGE;
    options->secret = secret_bytes(&secret);
    options->out = choice.is_quiet ? NULL : stdout;
    options->wall_ms = clock_wall_ms;
    const char **behaviours = arguments_values(arguments, "behaviour", &options->num_behaviours);
    const char **faults = arguments_values(arguments, "fault", &options->num_faults);
    options->behaviours = behaviours;
    options->faults = faults;
    struct receiver *receiver = receiver_start(options, err);
    int code = receiver ? serve(receiver, choice.restart_ns, err) : EXIT_WRONG_USAGE;
    free(behaviours);
    free(faults);
    secret_clear(&secret);
    return code;
}

const struct command command_receive = {
    .name = "receive",
    .arguments = "",
    .summary = "run the reference receiver, correct or with a fault",
    .about =
        "Runs a webhook endpoint that does everything right: it verifies Panora's signature over "
        "the exact bytes, accepts every event in either dialect with 204, refuses the rest with "
        "4xx, and survives whatever is sent. With --fault it makes a deliberate mistake, with "
        "several of them several; with --behaviour its responses change. It answers on every path "
        "until SIGINT or SIGTERM. The first line says where it listens; then it prints one line "
        "per request.",
    .examples =
        "  HOOKCHECK_SECRET=whsec_test hookcheck receive --listen 127.0.0.1:8080\n"
        "  HOOKCHECK_SECRET=whsec_test hookcheck receive --fault A02 --journal seen.ndjson\n"
        "  HOOKCHECK_SECRET=whsec_test hookcheck receive --fault C01 --fault F01\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
