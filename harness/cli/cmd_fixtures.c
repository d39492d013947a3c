#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/terminal.h"
#include "cli/command.h"
#include "cli/fixture_options.h"
#include "cli/secret_options.h"
#include "corpus/fixture_corpus.h"
#include "corpus/fixture_stream.h"

static const struct option_set *const option_sets[] = {&fixture_options, &secret_options};

/* Lines of JSON are what can be streamed; other documents of genuine events are a corpus of one
 * case. */
static int print(struct fixture_choice *choice, struct error *err)
{
    bool is_stream = choice->has_count && strcmp(choice->formats[0]->name, "ndjson") == 0;
    if (!is_stream)
        return fixture_corpus_print(choice, err);
    return fixture_stream(choice, choice->count, STDOUT_FILENO, terminal_takes_progress(), err)
               ? EXIT_OK
               : EXIT_OUR_FAILURE;
}

static int run(const struct arguments *arguments, struct error *err)
{
    struct fixture_choice choice = {0};
    int code = EXIT_WRONG_USAGE;
    if (fixture_options_read(&choice, arguments, err))
        code = strcmp(choice.folder, "-") == 0 ? print(&choice, err)
                                               : fixture_corpus_write(&choice, err);
    fixture_choice_clear(&choice);
    return code;
}

const struct command command_fixtures = {
    .name = "fixtures",
    .arguments = "DIR",
    .summary = "write a corpus of genuine and forged events",
    .about =
        "Writes signed events, forgeries and malformed requests into the new folder DIR: one "
        "folder per event type, with the body and the headers of each request. DIR/manifest.json "
        "says what a correct endpoint does with each: accept, reject or either. With - as DIR, one "
        "document goes to standard output; add --format ndjson --count N for any number of "
        "distinct genuine events. Without a secret of your own, a published one is used: " //
    SECRET_PUBLISHED ".",
    .examples = "  hookcheck fixtures corpus --events crm.contact.created --format pytest\n"
                "  hookcheck fixtures --format ndjson --count 1000000 - > events.ndjson\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
