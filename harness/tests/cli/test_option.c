#include <criterion/criterion.h>

#include "base/array.h"
#include "base/clock.h"
#include "base/layout.h"
#include "cli/command.h"
#include "cli/option.h"

TestSuite(cli_option, .timeout = 120);

struct choice {
    int64_t deadline_ns;
    int64_t number;
    size_t count;
    int64_t per_second;
    enum { RED, GREEN } color;
    bool insecure;
    const char *file;
};

static const char *const colors[] = {"red", "green", NULL};

static const struct option_spec specs[] = {
    {.name = "deadline",
     .letter = 'd',
     .value = "TIME",
     .help = "How long to wait.",
     .fallback = "10s",
     .kind = OPTION_DURATION,
     .least = 1,
     .at = offsetof(struct choice, deadline_ns)},
    {.name = "header",
     .synonyms = "field,x,report-header=X-",
     .adds_up = true,
     .value = "HEADER",
     .help = "A header.",
     .repeatable = true},
    {.name = "number",
     .value = "N",
     .help = "A number.",
     .fallback = "5",
     .kind = OPTION_INTEGER,
     .most = 9,
     .at = offsetof(struct choice, number)},
    {.name = "count",
     .value = "N",
     .help = "A count.",
     .kind = OPTION_COUNT,
     .least = 1,
     .at = offsetof(struct choice, count)},
    {.name = "rate",
     .value = "N/s",
     .help = "A rate.",
     .otherwise = "no limit",
     .kind = OPTION_RATE,
     .at = offsetof(struct choice, per_second)},
    {.name = "color",
     .value = "COLOR",
     .help = "A color.",
     .fallback = "green",
     .otherwise = "like grass",
     .kind = OPTION_CHOICE,
     .choices = colors,
     .at = offsetof(struct choice, color)},
    {.name = "insecure",
     .letter = 'k',
     .help = "Accept any certificate.",
     .kind = OPTION_FLAG,
     .at = offsetof(struct choice, insecure)},
    {.name = "file",
     .value = "FILE",
     .help = "A file.",
     .kind = OPTION_TEXT,
     .at = offsetof(struct choice, file)},
    {.name = "4", .letter = '4', .synonyms = "ipv4", .group = "ip", .help = "Use IPv4 only."},
    {.name = "6", .letter = '6', .group = "ip", .help = "Use IPv6 only."},
};
static const struct option_set set = {specs, ARRAY_LEN(specs)};
static const struct option_set *const sets[] = {&set};

static bool parse(struct arguments *arguments, const char *const *words, struct error *err)
{
    int argc = 0;
    while (words[argc])
        argc++;
    *arguments = (struct arguments){0};
    return arguments_parse(arguments, sets, 1, argc, (char **)words, err);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

Test(cli_option, reads_every_spelling_of_a_value)
{
    static const struct {
        const char *what;
        const char *words[3];
    } rows[] = {
        {"name and value apart", {"--deadline", "3s"}},
        {"name and value joined", {"--deadline=3s"}},
        {"letter and value apart", {"-d", "3s"}},
        {"letter and value joined", {"-d3s"}},
        {"behind a flag, joined", {"-kd3s"}},
        {"behind a flag, apart", {"-kd", "3s"}},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arguments arguments;
        struct error err = {0};
        struct choice choice = {0};
        cr_expect(parse(&arguments, rows[i].words, &err), "%s: %s", rows[i].what, err.message);
        cr_expect(arguments_read(&arguments, &set, &choice, &err), "%s", rows[i].what);
        cr_expect_eq(choice.deadline_ns, 3 * NS_PER_S, "%s", rows[i].what);
        arguments_clear(&arguments);
    }
}

Test(cli_option, an_empty_value_after_an_equals_sign_is_a_value)
{
    struct arguments arguments;
    struct error err = {0};
    cr_assert(parse(&arguments, WORDS("--header="), &err));
    cr_expect_str_eq(arguments_value(&arguments, "header"), "");
    arguments_clear(&arguments);
}

Test(cli_option, a_group_ends_with_a_value_or_is_none)
{
    struct arguments arguments;
    struct error err = {0};
    cr_assert(parse(&arguments, WORDS("-kx", "A: 1"), &err), "%s", err.message);
    cr_expect(arguments_has(&arguments, "insecure"));
    cr_expect_str_eq(arguments_value(&arguments, "header"), "A: 1");
    arguments_clear(&arguments);
    cr_expect_not(parse(&arguments, WORDS("-kd"), &err));
    cr_expect_str_eq(err.message, "-d needs a value: -d TIME");
    arguments_clear(&arguments);
    err = (struct error){0};
    cr_expect_not(parse(&arguments, WORDS("-kZd3s"), &err));
    cr_expect_not_null(strstr(err.message, "no option \"-kZd3s\""), "%s", err.message);
    arguments_clear(&arguments);
}

Test(cli_option, keeps_words_apart_from_options)
{
    struct arguments arguments;
    struct error err = {0};
    cr_assert(parse(&arguments, WORDS("one", "-k", "-", "--", "--deadline", "-4"), &err));
    cr_expect_eq(arguments.num_words, 4);
    cr_expect_str_eq(arguments.words[0], "one");
    cr_expect_str_eq(arguments.words[1], "-");
    cr_expect_str_eq(arguments.words[2], "--deadline");
    cr_expect_str_eq(arguments.words[3], "-4");
    cr_expect(arguments_has(&arguments, "insecure"));
    cr_expect_not(arguments_has(&arguments, "4"));
    arguments_clear(&arguments);
}

Test(cli_option, collects_what_may_be_given_again_in_order)
{
    struct arguments arguments;
    struct error err = {0};
    size_t count = 0;
    cr_assert(parse(&arguments, WORDS("--header", "A: 1", "-4", "--header=B: 2"), &err));
    const char **values = arguments_values(&arguments, "header", &count);
    cr_assert_eq(count, 2);
    cr_expect_str_eq(values[0], "A: 1");
    cr_expect_str_eq(values[1], "B: 2");
    free(values);
    cr_expect_null(arguments_values(&arguments, "deadline", &count));
    cr_expect_eq(count, 0);
    arguments_clear(&arguments);
}

Test(cli_option, knows_the_words_of_other_tools)
{
    struct arguments arguments;
    struct error err = {0};
    cr_assert(
        parse(&arguments, WORDS("--field", "a", "-x", "b", "--report-header=c", "--ipv4"), &err),
        "%s", err.message);
    size_t count = 0;
    const char **values = arguments_values(&arguments, "header", &count);
    cr_assert_eq(count, 3);
    cr_expect_str_eq(values[0], "a");
    cr_expect_str_eq(values[1], "b");
    cr_expect_str_eq(values[2], "X-c");
    cr_expect(arguments_has(&arguments, "4"));
    free(values);
    arguments_clear(&arguments);
}

Test(cli_option, a_higher_layer_replaces_a_lower_one_and_lists_may_add_up)
{
    struct arguments arguments;
    struct error err = {0};
    cr_assert(
        parse(&arguments, WORDS("--header", "mine", "--number", "7", "-6", "--no-insecure"), &err),
        "%s", err.message);
    const struct given_option below[] = {
        {.spec = &specs[1], .value = "theirs", .layer = LAYER_FILE, .from = "file"},
        {.spec = &specs[2], .value = "3", .layer = LAYER_ENDPOINT, .from = "file"},
        {.spec = &specs[0], .value = "3s", .layer = LAYER_FILE, .from = "file"},
        {.spec = &specs[6], .layer = LAYER_FILE, .from = "file"},
        {.spec = &specs[8], .layer = LAYER_ENVIRONMENT, .from = "VARIABLE"},
    };
    size_t count = 0;
    arguments_add_below(&arguments, below, ARRAY_LEN(below));
    arguments_settle(&arguments);
    const char **values = arguments_values(&arguments, "header", &count);
    cr_assert_eq(count, 2);
    cr_expect_str_eq(values[0], "theirs");
    cr_expect_str_eq(values[1], "mine");
    cr_expect_str_eq(arguments_value(&arguments, "number"), "7");
    cr_expect_str_eq(arguments_value(&arguments, "deadline"), "3s");
    cr_expect_not(arguments_has(&arguments, "4"), "the group was decided further up");
    cr_expect_not(arguments_has(&arguments, "insecure"), "it was taken back");
    (void)error_set(&err, "wrong");
    (void)arguments_blame(&arguments, "deadline", &err);
    cr_expect_str_eq(err.message, "file: wrong");
    free(values);
    arguments_clear(&arguments);
}

Test(cli_option, complains_in_one_sentence)
{
    static const struct {
        const char *words[4];
        const char *message;
    } rows[] = {
        {{"--deadlin", "3s"}, "no option \"--deadlin\"; did you mean \"--deadline\"?"},
        {{"--deadlin=3s"}, "no option \"--deadlin\"; did you mean \"--deadline\"?"},
        {{"-insecure"}, "no option \"-insecure\"; did you mean \"--insecure\"?"},
        {{"--nothing-like-it"}, "no option \"--nothing-like-it\"; --help lists them"},
        {{"-z=hunter2"}, "no option \"-z\"; --help lists them"},
        {{"--deadline"}, "--deadline needs a value: --deadline TIME"},
        {{"-d"}, "-d needs a value: -d TIME"},
        {{"--insecure=yes"}, "--insecure takes no value"},
        {{"-k", "--insecure"}, "--insecure is given twice"},
        {{"-4", "-4"}, "-4 is given twice"},
        {{"--deadline", "1s", "--deadline=2s"}, "--deadline is given twice"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arguments arguments;
        struct error err = {0};
        cr_expect_not(parse(&arguments, rows[i].words, &err), "%s", rows[i].words[0]);
        cr_expect_str_eq(err.message, rows[i].message);
        arguments_clear(&arguments);
    }
}

Test(cli_option, help_is_known_without_being_declared)
{
    struct arguments arguments;
    struct error err = {0};
    cr_assert(parse(&arguments, WORDS("-h"), &err));
    cr_expect(arguments_has(&arguments, "help"));
    arguments_clear(&arguments);
}

Test(cli_option, each_value_goes_where_it_belongs)
{
    struct arguments arguments;
    struct error err = {0};
    struct choice choice = {0};
    cr_assert(parse(
        &arguments,
        WORDS("-k", "--number=9", "--count", "2", "--rate", "20/s", "--color=red", "--file", "x"),
        &err));
    cr_assert(arguments_read(&arguments, &set, &choice, &err), "%s", err.message);
    cr_expect_eq(choice.deadline_ns, 10 * NS_PER_S, "the default");
    cr_expect_eq(choice.number, 9);
    cr_expect_eq(choice.count, 2);
    cr_expect_eq(choice.per_second, 20);
    cr_expect_eq(choice.color, RED);
    cr_expect(choice.insecure);
    cr_expect_str_eq(choice.file, "x");
    arguments_clear(&arguments);
}

Test(cli_option, what_is_not_given_has_its_default_or_stays_as_it_was)
{
    struct arguments arguments;
    struct error err = {0};
    struct choice choice = {.count = 7, .per_second = 3};
    cr_assert(parse(&arguments, (const char *const[]){NULL}, &err));
    cr_assert(arguments_read(&arguments, &set, &choice, &err), "%s", err.message);
    cr_expect_eq(choice.number, 5);
    cr_expect_eq(choice.count, 7);
    cr_expect_eq(choice.per_second, 3);
    cr_expect_eq(choice.color, GREEN);
    cr_expect_not(choice.insecure);
    cr_expect_null(choice.file);
    cr_expect_str_eq(arguments_value(&arguments, "color"), "green");
    cr_expect_null(arguments_value(&arguments, "file"));
    arguments_clear(&arguments);
}

Test(cli_option, a_wrong_value_is_refused_with_the_name_of_its_option)
{
    static const struct {
        const char *word;
        const char *message;
    } rows[] = {
        {"--deadline=soon", "--deadline: \"soon\" is not a duration such as 250ms, 10s or 2m"},
        {"--deadline=0", "--deadline: it must be greater than 0"},
        {"--number=10", "--number: \"10\" is not a whole number from 0 to 9"},
        {"--rate=soon", "--rate: \"soon\" is not a rate such as 20/s (at most 1000000/s)"},
        {"--color=gren", "--color: no color \"gren\"; did you mean \"green\"?"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct arguments arguments;
        struct error err = {0};
        struct choice choice = {0};
        cr_assert(parse(&arguments, WORDS(rows[i].word), &err));
        cr_expect_not(arguments_read(&arguments, &set, &choice, &err), "%s", rows[i].word);
        cr_expect_str_eq(err.message, rows[i].message);
        arguments_clear(&arguments);
    }
}

Test(cli_option, help_tells_the_default_of_each)
{
    struct buf text = {0};
    option_help(sets, 1, &text);
    cr_expect(strstr(buf_text(&text), "How long to wait. Default: 10s.\n"), "%s", buf_text(&text));
    cr_expect(strstr(buf_text(&text), "A color. Default: green, like grass.\n"));
    cr_expect(strstr(buf_text(&text), "A rate. Default: no limit.\n"));
    buf_clear(&text);
}

Test(cli_option, help_stays_within_100_columns)
{
    for (size_t i = 0; i < num_commands; i++) {
        struct buf text = {0};
        option_help(commands[i]->options, commands[i]->num_option_sets, &text);
        char *rest = NULL;
        for (char *line = strtok_r(text.data, "\n", &rest); line;
             line = strtok_r(NULL, "\n", &rest))
            cr_expect_leq(layout_width(line), 80, "%s: %s", commands[i]->name, line);
        buf_clear(&text);
    }
}

/* --- what every command declares --- */

static void expect_good_option(const struct command *command, const struct option_spec *spec)
{
    size_t help_len = spec->help ? strlen(spec->help) : 0;
    cr_expect(spec->name && *spec->name, "%s: an option without a name", command->name);
    cr_expect_gt(help_len, 0, "%s: --%s has no sentence", command->name, spec->name);
    cr_expect(help_len && spec->help[help_len - 1] == '.', "%s: --%s: no full sentence",
              command->name, spec->name);
    cr_expect(!spec->value || strspn(spec->value, "abcdefghijklmnopqrstuvwxyz") == 0,
              "%s: --%s: its value is not in capitals", command->name, spec->name);
    cr_expect(!spec->help || !strstr(spec->help, "efault"), "%s: --%s tells its default by hand",
              command->name, spec->name);
    cr_expect(!spec->fallback || spec->value, "%s: --%s: a flag with a default", command->name,
              spec->name);
    cr_expect(spec->kind != OPTION_CHOICE || spec->choices, "%s: --%s: no choices", command->name,
              spec->name);
    cr_expect((spec->kind == OPTION_FLAG) <= !spec->value, "%s: --%s: a flag with a value",
              command->name, spec->name);
    cr_expect(strlen(spec->name) > 1 || spec->letter == spec->name[0],
              "%s: -%s: its letter is another one", command->name, spec->name);
}

struct seen {
    const char *names[100];
    char letters[100];
    size_t count;
};

static void expect_new_option(const struct command *command, const struct option_spec *spec,
                              struct seen *seen)
{
    for (size_t i = 0; i < seen->count; i++) {
        cr_expect_str_neq(seen->names[i], spec->name, "%s: twice", command->name);
        cr_expect(!spec->letter || seen->letters[i] != spec->letter, "%s: -%c twice", command->name,
                  spec->letter);
    }
    cr_expect_str_neq(spec->name, "help");
    cr_assert_lt(seen->count, ARRAY_LEN(seen->names));
    seen->letters[seen->count] = spec->letter;
    seen->names[seen->count++] = spec->name;
}

Test(cli_option, every_option_of_every_command_is_told_apart_and_explained)
{
    for (size_t i = 0; i < num_commands; i++) {
        struct seen seen = {.letters = {'h'}, .names = {"help"}, .count = 1};
        const struct command *command = commands[i];
        for (size_t j = 0; j < command->num_option_sets; j++)
            for (size_t k = 0; k < command->options[j]->num_specs; k++) {
                expect_good_option(command, &command->options[j]->specs[k]);
                expect_new_option(command, &command->options[j]->specs[k], &seen);
            }
    }
}

Test(cli_option, every_command_explains_itself_with_two_examples)
{
    for (size_t i = 0; i < num_commands; i++) {
        const struct command *command = commands[i];
        const char *first_end = strchr(command->examples, '\n');
        cr_expect(*command->summary && *command->about, "%s", command->name);
        cr_expect(first_end && strchr(first_end + 1, '\n') == strrchr(command->examples, '\n') &&
                      strrchr(command->examples, '\n')[1] == '\0',
                  "%s: not two lines of examples", command->name);
        for (const char *line = command->examples; line && *line; line = strchr(line, '\n') + 1) {
            const char *called = strstr(line, "hookcheck ");
            cr_expect(strncmp(line, "  ", 2) == 0, "%s: not indented", command->name);
            cr_expect(called && strncmp(called + 10, command->name, strlen(command->name)) == 0,
                      "%s: another command's example", command->name);
        }
    }
}
