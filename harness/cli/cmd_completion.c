/* The scripts that shells read. They know nothing: what can stand at a place is asked of the
 * program (candidates.h), so a new option or case needs no new script. */
#include <stdio.h>

#include "base/array.h"
#include "base/sink.h"
#include "base/text.h"
#include "cli/candidates.h"
#include "cli/command.h"

static const char bash_script[] =
    "_hookcheck() {\n"
    "    local line=${COMP_LINE:0:COMP_POINT} words cur\n"
    "    read -ra words <<<\"$line\"\n"
    "    [[ $line == *[[:space:]] ]] && words+=(\"\")\n"
    "    cur=${words[-1]}\n"
    "    mapfile -t COMPREPLY < <(hookcheck completion --candidates -- \"${words[@]:1}\" "
    "2>/dev/null | cut -f1)\n"
    "    # readline replaces only what stands behind the last = or :\n"
    "    if [[ $cur == *[=:]* && $COMP_WORDBREAKS == *[=:]* ]]; then\n"
    "        COMPREPLY=(\"${COMPREPLY[@]#\"${cur%\"${cur##*[=:]}\"}\"}\")\n"
    "    fi\n"
    "    [[ ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null\n"
    "}\n"
    "complete -o default -F _hookcheck hookcheck\n";

static const char zsh_script[] =
    "#compdef hookcheck\n"
    "_hookcheck() {\n"
    "    local -a found lines space\n"
    "    local line\n"
    "    lines=(\"${(@f)$(hookcheck completion --candidates -- \"${(@)words[2,CURRENT]}\" "
    "2>/dev/null)}\")\n"
    "    for line in $lines; do\n"
    "        [[ ${line%%$'\\t'*} == *= ]] && space=(-S '')\n"
    "        found+=(\"${${line%%$'\\t'*}//:/\\\\:}:${line#*$'\\t'}\")\n"
    "    done\n"
    "    if (( $#found )); then _describe -V hookcheck found \"${(@)space}\"; else _files; fi\n"
    "}\n"
    "if [[ $funcstack[1] == _hookcheck ]]; then _hookcheck \"$@\"; "
    "else compdef _hookcheck hookcheck; fi\n";

static const char fish_script[] =
    "function __hookcheck_candidates\n"
    "    set -l words (commandline -opc) (commandline -ct)\n"
    "    hookcheck completion --candidates -- $words[2..-1] 2>/dev/null\n"
    "end\n"
    "complete -c hookcheck -n 'test -n (__hookcheck_candidates | head -n 1 | string collect)' "
    "-f -a '(__hookcheck_candidates)'\n";

static const struct {
    const char *name;
    const char *script;
} shells[] = {{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script}};

static const struct option_spec specs[] = {
    {.name = "candidates",
     .help = "Print the completions of the last word after --, one per line. The scripts call it."},
};
static const struct option_set own_options = {specs, ARRAY_LEN(specs)};
static const struct option_set *const option_sets[] = {&own_options};

static bool print_script(const char *name, struct error *err)
{
    const char *names[ARRAY_LEN(shells)];
    for (size_t i = 0; i < ARRAY_LEN(shells); i++) {
        names[i] = shells[i].name;
        if (bytes_equal(bytes_of(name), bytes_of(names[i]))) {
            sink_write(stdout, bytes_of(shells[i].script));
            return true;
        }
    }
    return text_unknown(err, "shell", name, names, ARRAY_LEN(names));
}

static int run(const struct arguments *arguments, struct error *err)
{
    if (arguments_has(arguments, "candidates")) {
        struct buf out = {0};
        candidates_add((const char *const *)arguments->words, arguments->num_words, &out);
        sink_write(stdout, buf_bytes(&out));
        buf_clear(&out);
        return EXIT_OK;
    }
    if (!arguments_expect_words(arguments, 1, 1, "a SHELL (bash, zsh or fish)", err))
        return EXIT_WRONG_USAGE;
    return print_script(arguments->words[0], err) ? EXIT_OK : EXIT_WRONG_USAGE;
}

static const char *const shell_names[] = {"bash", "zsh", "fish", NULL};

const struct command command_completion = {
    .choices = shell_names,
    .name = "completion",
    .arguments = "SHELL",
    .summary = "print the completion script for bash, zsh or fish",
    .about = "Prints the completion script for bash, zsh or fish. It completes commands, options "
             "and values such as case ids, event types, faults and formats. `make install` and the "
             "Debian package install it.",
    .examples = "  source <(hookcheck completion bash)\n"
                "  hookcheck completion fish >~/.config/fish/completions/hookcheck.fish\n",
    .options = option_sets,
    .num_option_sets = ARRAY_LEN(option_sets),
    .run = run,
};
