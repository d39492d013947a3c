#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/sink.h"
#include "base/text.h"
#include "cli/api_options.h"
#include "cli/command.h"
#include "platform/platform.h"

#define DAYS_NS (INT64_C(86400) * NS_PER_S)

struct panora_choice {
    struct platform_options platform;
    int64_t retry_ns;
};

static const struct option_spec specs[] = {
    {.name = "listen",
     .value = "HOST:PORT",
     .help = "Where to listen; port 0 is any free one.",
     .fallback = "127.0.0.1:8787",
     .kind = OPTION_TEXT,
     .at = offsetof(struct panora_choice, platform.listen)},
    {.name = "store",
     .value = "FILE",
     .help = "Keep endpoints, events and deliveries in this SQLite file.",
     .otherwise = "in memory",
     .kind = OPTION_TEXT,
     .at = offsetof(struct panora_choice, platform.store)},
    {.name = "keep",
     .value = "TIME",
     .help = "Remove deliveries older than this, e.g. 7d or 12h.",
     .otherwise = "never"},
    {.name = "tls",
     .help = "Serve https with a certificate created at start; the CA to trust is printed.",
     .kind = OPTION_FLAG,
     .at = offsetof(struct panora_choice, platform.tls)},
    {.name = "cert",
     .value = "FILE",
     .help = "Serve https with this certificate (PEM, followed by its chain).",
     .kind = OPTION_TEXT,
     .at = offsetof(struct panora_choice, platform.cert)},
    {.name = "key",
     .value = "FILE",
     .help = "The private key of --cert (PEM).",
     .kind = OPTION_TEXT,
     .at = offsetof(struct panora_choice, platform.key)},
    {.name = "allow-host",
     .value = "NAME",
     .help = "Also answer requests for this host name; addresses and localhost always work.",
     .repeatable = true},
    {.name = "faithful-leaks",
     .help = "Print the right digest when verifyEvent refuses a signature, as Panora does.",
     .otherwise = "leave it out",
     .kind = OPTION_FLAG,
     .at = offsetof(struct panora_choice, platform.faithful_leaks)},
    {.name = "retry-after",
     .value = "TIME",
     .help = "The pause before the second attempt for ecommerce connections.",
     .fallback = "60s",
     .kind = OPTION_DURATION,
     .least = NS_PER_MS,
     .at = offsetof(struct panora_choice, retry_ns)},
    {.name = "cacert",
     .value = "FILE",
     .help = "Trust the certificate authorities in FILE for endpoints.",
     .otherwise = "the system's",
     .kind = OPTION_TEXT,
     .at = offsetof(struct panora_choice, platform.engine.cacert)},
};
static const struct option_set panora_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&panora_options, &api_key_options};

/* Days, too, which no other command needs. */
static bool read_keep(const struct arguments *arguments, int64_t *out_ms, struct error *err)
{
    const char *text = arguments_value(arguments, "keep");
    int64_t keep_ns = 0;
    char *end = NULL;
    long days = text ? strtol(text, &end, 10) : 0;
    bool is_days = text && end != text && end[0] == 'd' && end[1] == '\0';
    if (is_days)
        keep_ns = days > 0 && days < 100000 ? days * DAYS_NS : 0;
    else if (text && !text_duration(text, &keep_ns, err))
        return error_prefix(err, "--keep");
    *out_ms = keep_ns / NS_PER_MS;
    return !text || *out_ms > 0 || error_set(err, "--keep: \"%s\" must be longer than 0", text);
}

static int serve(struct platform *platform, const char *given_key)
{
    const char *url = platform_url(platform);
    sink_print(stdout, "dashboard: %s/\nAPI:       %s/webhooks\n", url, url);
    sink_print(stdout, "API key:   %s\n",
               given_key ? "(from the environment)" : platform_api_key(platform));
    if (platform_ca_path(platform))
        sink_print(stdout, "CA certificate: %s\n", platform_ca_path(platform));
    (void)fflush(stdout);
    platform_run(platform);
    platform_free(platform);
    return EXIT_OK;
}

static int run(const struct arguments *arguments, struct error *err)
{
    char program[PATH_MAX];
    struct panora_choice choice = {0};
    struct platform_options *options = &choice.platform;
    if (!arguments_expect_words(arguments, 0, 0, "nothing", err) ||
        !arguments_read(arguments, &panora_options, &choice, err) ||
        !api_key_read(arguments, &options->api_key, err) ||
        !read_keep(arguments, &options->keep_ms, err))
        return EXIT_WRONG_USAGE;
    ssize_t len = readlink("/proc/self/exe", program, sizeof program - 1);
    if (len > 0) {
        program[len] = '\0';
        options->program = program;
    }
    options->stop_on_signals = true;
    options->retry_ms = choice.retry_ns / NS_PER_MS;
    const char **hosts = arguments_values(arguments, "allow-host", &options->num_hosts);
    options->hosts = hosts;
    struct platform *platform = platform_start(options, err);
    int code = platform ? serve(platform, options->api_key) : EXIT_WRONG_USAGE;
    free(hosts);
    return code;
}

const struct command command_panora = {
    .name = "panora",
    .arguments = "",
    .summary = "run a local Panora: register endpoints, trigger and watch events",
    .about = "Runs Panora's webhook side on this machine, without an account: the webhook API with "
             "the real one's responses and oddities, a queue that delivers like the real one, and "
             "a dashboard. Prints the URLs and the API key, which comes from PANORA_API_KEY or is "
             "created at the first start and kept in the store. Additions to Panora's API are "
             "under /hookcheck/. It runs until SIGINT or SIGTERM.",
    .examples = "  hookcheck panora --store panora.db --keep 7d\n"
                "  PANORA_API_KEY=local hookcheck panora --listen 127.0.0.1:0\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
