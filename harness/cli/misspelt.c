#include "cli/misspelt.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/sink.h"
#include "base/text.h"
#include "cli/settings.h"

#define PREFIX "HOOKCHECK_"

extern char **environ;

/* Variables that replace no option. */
static const char *const others[] = {"SECRET", "SECRET_FILE", "URL", "CONFIG"};

/* All of them, without the prefix; the caller frees each, and the list. */
static char **known_names(size_t *out_count)
{
    const struct option_spec *spec;
    char **names = NULL;
    size_t count = 0;
    for (size_t i = 0; (spec = setting_at(i)); i++) {
        char *name = setting_variable(spec);
        if (!name)
            continue;
        names = mem_resize(names, count + 1, sizeof *names);
        names[count++] = mem_text(name + strlen(PREFIX));
        free(name);
    }
    names = mem_resize(names, count + ARRAY_LEN(others), sizeof *names);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        names[count++] = mem_text(others[i]);
    *out_count = count;
    return names;
}

/* HOOKCHECK_SECRET_2 and HOOKCHECK_URL1 are names that people choose for a second one. */
static bool is_a_second_one(const char *word, const char *name)
{
    size_t len = strlen(name);
    return strncmp(word, name, len) == 0 && !isalpha((unsigned char)word[len]);
}

static const char *meant(const char *word, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_a_second_one(word, names[i]))
            return NULL;
    return text_nearest(word, names, count);
}

char *misspelt_variable(const char *name)
{
    size_t count = 0;
    if (!text_starts_with(name, PREFIX))
        return NULL;
    char **names = known_names(&count);
    const char *nearest = meant(name + strlen(PREFIX), (const char *const *)names, count);
    char *found = nearest ? mem_format(PREFIX "%s", nearest) : NULL;
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return found;
}

void misspelt_tell(const struct command *command)
{
    bool is_read = command->settings != SETTINGS_NONE;
    for (char **entry = environ; is_read && entry && *entry; entry++) {
        char *name = mem_copy(*entry, strcspn(*entry, "="));
        char *shown = text_visible(name);
        char *found = misspelt_variable(name);
        /* whoever set both has a use for each */
        if (found && !getenv(found))
            sink_note("note: %s is set, but hookcheck has no such variable; did you mean %s?",
                      shown, found);
        free(found);
        free(shown);
        free(name);
    }
}
