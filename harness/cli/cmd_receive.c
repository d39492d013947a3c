#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/sink.h"
#include "cli/api_options.h"
#include "cli/command.h"
#include "cli/receive_watch.h"
#include "cli/secret_options.h"
#include "platform/forward.h"
#include "receive/receiver.h"
#include "receive/supervise.h"

struct receive_choice {
    struct receiver_options receiver;
    struct watch_choice watch;
    const char *forward; /* NULL = the receiver answers itself */
    const char *forward_cacert;
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
     .help = "Serve https with a certificate created at start; the second line of output names the "
             "CA to trust.",
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
    {.name = "ui",
     .help = "Show arriving requests on a page: each in full, whether it is valid or why not, and "
             "its response.",
     .kind = OPTION_FLAG,
     .at = offsetof(struct receive_choice, watch.wanted)},
    {.name = "ui-listen",
     .value = "HOST:PORT",
     .help = "Where to serve the page of --ui; outside this machine it needs --tls.",
     .fallback = "127.0.0.1:0",
     .kind = OPTION_TEXT,
     .at = offsetof(struct receive_choice, watch.listen)},
    {.name = "allow-host",
     .value = "NAME",
     .help = "Also serve the page under this host name; addresses and localhost always work.",
     .repeatable = true},
    {.name = "forward",
     .value = "URL",
     .help = "Pass each request to an application, byte for byte, and return its response.",
     .otherwise = "the receiver answers",
     .kind = OPTION_TEXT,
     .at = offsetof(struct receive_choice, forward)},
    {.name = "forward-cacert",
     .path = PATH_FILE,
     .value = "FILE",
     .help = "Trust the certificate authorities in FILE for the application of --forward.",
     .otherwise = "the system's",
     .kind = OPTION_TEXT,
     .at = offsetof(struct receive_choice, forward_cacert)},
    {.name = "quiet",
     .letter = 'q',
     .help = "Do not print a line for each request.",
     .kind = OPTION_FLAG,
     .at = offsetof(struct receive_choice, is_quiet)},
};
static const struct option_set receive_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&secret_options, &receive_options,
                                                       &api_key_options};

static void say(const char *url, const char *ca_path, const struct watch *watch)
{
    sink_print(stdout, "listening on %s\n", url);
    if (ca_path)
        sink_print(stdout, "CA certificate: %s\n", ca_path);
    if (watch->url)
        sink_print(stdout, "dashboard: %s/\nAPI key:   %s\n", watch->url, watch->key);
    if (watch->url && *watch->ca_path)
        sink_print(stdout, "CA certificate of the dashboard: %s\n", watch->ca_path);
    (void)fflush(stdout);
}

/* Says where it listens and serves until it is told to stop. Returns in the serving process as in
 * the one that watches over it. */
static int serve(struct receiver *receiver, const struct watch *watch, int64_t restart_ns,
                 struct error *err)
{
    say(receiver_url(receiver), receiver_ca_path(receiver), watch);
    receiver_tell(receiver);
    int code = supervise(receiver, restart_ns, err);
    receiver_free(receiver);
    return code == 0 ? EXIT_OK : EXIT_OUR_FAILURE;
}

static int pass_on(const struct receive_choice *choice, const struct watch *watch,
                   struct error *err)
{
    const struct receiver_options *receiver = &choice->receiver;
    const struct forward_options options = {
        .listen = receiver->listen,
        .tls = receiver->tls,
        .cert = receiver->cert,
        .key = receiver->key,
        .to = choice->forward,
        .cacert = choice->forward_cacert,
        .secret = receiver->secret,
        .journal = receiver->journal,
        .watch_fd = watch->fd,
        .out = receiver->out,
        .stop_on_signals = true,
    };
    struct forward *forward = forward_start(&options, err);
    if (!forward)
        return EXIT_WRONG_USAGE;
    say(forward_url(forward), forward_ca_path(forward), watch);
    forward_tell(forward);
    forward_run(forward);
    forward_free(forward);
    return EXIT_OK;
}

static int answer_itself(struct receive_choice *choice, const struct arguments *arguments,
                         const struct watch *watch, struct error *err)
{
    struct receiver_options *options = &choice->receiver;
    const char **behaviours = arguments_values(arguments, "behaviour", &options->num_behaviours);
    const char **faults = arguments_values(arguments, "fault", &options->num_faults);
    options->behaviours = behaviours;
    options->faults = faults;
    options->watch_fd = watch->fd;
    struct receiver *receiver = receiver_start(options, err);
    int code = receiver ? serve(receiver, watch, choice->restart_ns, err) : EXIT_WRONG_USAGE;
    free(behaviours);
    free(faults);
    return code;
}

/* What makes the receiver's own answers has no say in an application's. */
static bool check(const struct arguments *arguments, const struct receive_choice *choice,
                  struct error *err)
{
    static const char *const own[] = {"fault", "variation", "behaviour", "restart"};
    for (size_t i = 0; choice->forward && i < ARRAY_LEN(own); i++)
        if (arguments_has(arguments, own[i]))
            return error_set(err,
                             "--%s is for the receiver's own answers; with --forward the "
                             "application answers",
                             own[i]);
    if (!choice->forward && choice->forward_cacert)
        return error_set(err, "--forward-cacert has no effect without --forward");
    if (!choice->watch.wanted && arguments_has(arguments, "ui-listen"))
        return error_set(err, "--ui-listen has no effect without --ui");
    return true;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct secret secret = {0};
    struct receive_choice choice = {0};
    struct receiver_options *options = &choice.receiver;
    struct watch watch = {0};
    int code = EXIT_WRONG_USAGE;
    if (!arguments_expect_words(arguments, 0, 0, "no word", err) ||
        !arguments_read(arguments, &receive_options, &choice, err) ||
        !check(arguments, &choice, err) || !secret_from_arguments(arguments, &secret, err) ||
        !api_key_read(arguments, &choice.watch.key, err))
        return EXIT_WRONG_USAGE;
    options->secret = secret_bytes(&secret);
    options->out = choice.is_quiet ? NULL : stdout;
    options->wall_ms = clock_wall_ms;
    choice.watch.secret = options->secret;
    choice.watch.receiver = options;
    const char **hosts = arguments_values(arguments, "allow-host", &choice.watch.num_hosts);
    choice.watch.hosts = hosts;
    if (watch_start(&choice.watch, &watch, err))
        code = choice.forward ? pass_on(&choice, &watch, err)
                              : answer_itself(&choice, arguments, &watch, err);
    watch_end(&watch);
    free(hosts);
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
        "4xx, and survives whatever is sent. With --fault it makes a deliberate mistake (give it "
        "again for several at once); with --behaviour its responses change. It answers on every "
        "path until SIGINT or SIGTERM. The first line says where it listens; then it prints one "
        "line per request. With --forward, it passes every request unchanged to an application "
        "and returns the application's response. With --ui, a page shows all requests live; its "
        "key is printed, or taken from PANORA_API_KEY.",
    .examples =
        "  HOOKCHECK_SECRET=whsec_test hookcheck receive --ui --forward http://localhost:3000\n"
        "  HOOKCHECK_SECRET=whsec_test hookcheck receive --fault C01 --fault F01\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
