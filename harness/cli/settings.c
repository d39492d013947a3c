#include "cli/settings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/table.h"
#include "base/text.h"
#include "cli/credentials.h"

#define VALUE_LEN_MAX ((size_t)64 * 1024)
#define URL_VARIABLE  "HOOKCHECK_URL"

/* --- which rows --- */

static bool is_setting(const struct option_spec *spec)
{
    return spec->form != FORM_TYPED_ONLY && strlen(spec->name) > 1;
}

const struct option_spec *setting_at(size_t index)
{
    const struct option_spec *spec;
    for (size_t i = 0; (spec = option_at(command_run.options, command_run.num_option_sets, i)); i++)
        if (is_setting(spec) && index-- == 0)
            break;
    return spec;
}

static const struct option_spec *setting_find(const char *name)
{
    const struct option_spec *spec = NULL;
    for (size_t i = 0; (spec = setting_at(i)); i++)
        if (strcmp(spec->name, name) == 0)
            return spec;
    return NULL;
}

/* Another command may have an option of the same name and mean something else by it. */
static bool takes(const struct arguments *arguments, const struct option_spec *spec)
{
    const struct option_spec *own;
    for (size_t i = 0; (own = option_at(arguments->sets, arguments->num_sets, i)); i++)
        if (own == spec)
            return true;
    return false;
}

char *setting_variable(const struct option_spec *spec)
{
    if (spec->form == FORM_SECRET)
        return NULL; /* HOOKCHECK_SECRET is the secret itself */
    char *name = mem_format("HOOKCHECK_%s", spec->name);
    for (char *c = name; *c; c++) {
        if (*c == '-')
            *c = '_';
        else
            *c = (char)toupper((unsigned char)*c);
    }
    return name;
}

/* --- what is in it --- */

struct collector {
    struct arguments *arguments;
    const struct settings_file *file;
    const char *place; /* "" or "/endpoints/staging" */
    enum option_layer layer;
    bool resolves; /* references are followed; else only shown */
    bool keeps;    /* else it is only checked */
    struct given_option *options;
    size_t count;
};

/* `value` and `shown` may be NULL, and are handed over. */
static void collect(struct collector *to, const struct option_spec *spec, char *value, char *shown)
{
    struct arguments *arguments = to->arguments;
    if (!to->keeps || !takes(arguments, spec)) {
        free(value);
        free(shown);
        return;
    }
    if (value)
        credentials_hide(value);
    to->options = mem_resize(to->options, to->count + 1, sizeof *to->options);
    to->options[to->count++] = (struct given_option){
        .spec = spec,
        .value = value ? arguments_keep(arguments, value) : NULL,
        .shown = shown ? arguments_keep(arguments, shown) : NULL,
        .layer = to->layer,
        .from = arguments_keep(arguments,
                               mem_format("%s: %s/%s", to->file->path, to->place,
                                          spec->form == FORM_TYPED_ONLY ? "secret" : spec->name)),
    };
}

/* A path is relative to the folder of the file that names it. */
static char *placed(const struct collector *to, enum option_path kind, const char *value)
{
    const char *equals = kind == PATH_FILE ? strchr(value, '=') : NULL;
    const char *path = equals ? equals + 1 : value;
    bool is_path = kind == PATH_FILE || (kind == PATH_IF_JSON && text_ends_with(value, ".json"));
    if (!is_path || path[0] == '/' || strcmp(path, "-") == 0)
        return mem_text(value);
    return mem_format("%.*s%s%s", (int)(path - value), value, to->file->folder, path);
}

static bool take_plain(struct collector *to, const struct json_at *at,
                       const struct option_spec *spec, struct error *err)
{
    const char *text = NULL;
    json_int_t number = 0;
    bool is_number = spec->kind == OPTION_INTEGER || spec->kind == OPTION_COUNT;
    if (is_number && json_is_integer(at->value)) {
        if (!json_get_integer(at, 0, INT64_MAX, &number, err))
            return false;
        collect(to, spec, mem_format("%lld", (long long)number), NULL);
        return true;
    }
    if (!json_get_text(at, &text, err))
        return false;
    collect(to, spec, placed(to, spec->path, text), NULL);
    return true;
}

static bool take_flag(struct collector *to, const struct json_at *at,
                      const struct option_spec *spec, struct error *err)
{
    bool is_on = false;
    size_t before = to->count;
    if (!json_get_bool(at, &is_on, err))
        return false;
    collect(to, spec, NULL, NULL);
    if (to->count > before)
        to->options[before].is_off = !is_on;
    return true;
}

static bool take_simple(struct collector *to, const struct json_at *at,
                        const struct option_spec *spec, struct error *err)
{
    if (!spec->value)
        return take_flag(to, at, spec, err);
    if (!spec->repeatable || !json_is_array(at->value))
        return take_plain(to, at, spec, err);
    for (struct json_at item = {0}; json_next(at, &item);) {
        if (!take_plain(to, &item, spec, err))
            return false;
    }
    return true;
}

/* {"env": NAME} or {"file": FILE}: which, and what; both borrowed. */
static bool read_reference(const struct json_at *at, const char **out_kind, const char **out_name,
                           struct error *err)
{
    static const char *const kinds[] = {"env", "file"};
    if (!json_is_object(at->value) || json_object_size(at->value) != 1)
        return json_fail(
            at, err,
            "a secret does not belong in this file: write {\"env\": NAME} or {\"file\": FILE}");
    if (!json_only_keys(at, kinds, ARRAY_LEN(kinds), err))
        return false;
    *out_kind = json_object_iter_key(json_object_iter(at->value));
    struct json_at name = json_member(at, *out_kind);
    if (!json_get_text(&name, out_name, err))
        return false;
    return **out_name || json_fail(&name, err, "must not be empty");
}

static bool take_secret(struct collector *to, const struct json_at *at,
                        const struct option_spec *spec, struct error *err)
{
    const char *kind = "";
    const char *name = "";
    if (!read_reference(at, &kind, &name, err))
        return false;
    bool is_file = strcmp(kind, "file") == 0;
    const struct option_spec *other;
    for (size_t i = 0; (other = option_at(to->arguments->sets, to->arguments->num_sets, i)); i++)
        if (strcmp(other->name, is_file ? "secret-file" : "secret-env") == 0)
            collect(to, other, placed(to, other->path, name), NULL);
    return true;
}

/* The value that a reference leads to, for the caller to free; NULL with a sentence. */
static char *follow(const struct collector *to, const struct json_at *at, const char *kind,
                    const char *name, struct error *err)
{
    struct buf text = {0};
    if (strcmp(kind, "env") == 0) {
        const char *value = getenv(name);
        if (!value || !*value)
            (void)json_fail(at, err, "the environment variable %s is %s", name,
                            value ? "empty" : "not set");
        return value && *value ? mem_text(value) : NULL;
    }
    char *path = placed(to, PATH_FILE, name);
    bool ok = file_read(path, VALUE_LEN_MAX, &text, err) ||
              error_prefix(err, "%s: %s/header", to->file->path, to->place);
    free(path);
    while (ok && text.len && strchr("\r\n", text.data[text.len - 1]))
        text.data[--text.len] = '\0';
    if (ok && memchr(buf_text(&text), '\0', text.len))
        ok = json_fail(at, err, "%s contains a NUL", name);
    char *value = ok ? buf_take(&text) : NULL;
    buf_clear(&text);
    return value;
}

static bool take_header(struct collector *to, const struct json_at *at,
                        const struct option_spec *spec, struct error *err)
{
    const char *kind = "";
    const char *name = "";
    if (!read_reference(at, &kind, &name, err))
        return false;
    char *secret = to->resolves ? follow(to, at, kind, name, err) : mem_text("");
    if (!secret)
        return false;
    collect(to, spec, mem_format("%s: %s", at->key, secret),
            mem_format("%s from %s %s", at->key, strcmp(kind, "env") ? "file" : "variable", name));
    free(secret);
    return true;
}

static bool take_headers(struct collector *to, const struct json_at *at,
                         const struct option_spec *spec, struct error *err)
{
    const char *header;
    json_t *value;
    bool ok = json_expect_object(at, err);
    json_object_foreach(ok ? at->value : NULL, header, value)
    {
        struct json_at member = json_member(at, header);
        ok = ok && take_header(to, &member, spec, err);
    }
    return ok;
}

static bool take_skip(struct collector *to, const struct json_at *at,
                      const struct option_spec *spec, struct error *err)
{
    static const char *const keys[] = {"case", "reason"};
    const char *glob = NULL;
    const char *reason = NULL;
    if (!json_expect_object(at, err) || !json_only_keys(at, keys, ARRAY_LEN(keys), err))
        return false;
    struct json_at case_at = json_member(at, "case");
    struct json_at reason_at = json_member(at, "reason");
    if (!json_get_text(&case_at, &glob, err) || !json_get_text(&reason_at, &reason, err))
        return false;
    if (!*reason)
        return json_fail(&reason_at, err, "is empty: why is the case skipped?");
    collect(to, spec, mem_format("%s=%s", glob, reason), NULL);
    return true;
}

static bool take_skips(struct collector *to, const struct json_at *at,
                       const struct option_spec *spec, struct error *err)
{
    bool ok = json_expect_array(at, err);
    for (struct json_at item = {0}; ok && json_next(at, &item);) {
        ok = take_skip(to, &item, spec, err);
    }
    return ok;
}

static bool take_setting(struct collector *to, const struct json_at *at,
                         const struct option_spec *spec, struct error *err)
{
    switch (spec->form) {
    case FORM_SECRET:
        return take_secret(to, at, spec, err);
    case FORM_HEADERS:
        return take_headers(to, at, spec, err);
    case FORM_SKIPS:
        return take_skips(to, at, spec, err);
    case FORM_PLAIN:
    case FORM_TYPED_ONLY:
        break;
    }
    return take_simple(to, at, spec, err);
}

/* Reads one object of settings. `others` are names that it may have beside them. */
static bool take_object(struct collector *to, const struct json_at *at, const char *const *others,
                        size_t num_others, struct error *err)
{
    struct names names = {0};
    const struct option_spec *spec = NULL;
    for (size_t i = 0; i < num_others; i++)
        names_add(&names, others[i]);
    for (size_t i = 0; (spec = setting_at(i)); i++)
        names_add(&names, spec->name);
    bool ok = json_expect_object(at, err) && json_only_keys(at, names.items, names.count, err);
    names_clear(&names);
    for (struct json_at member = {0}; json_next(at, &member);) {
        spec = ok ? setting_find(member.key) : NULL;
        ok = ok && (!spec || take_setting(to, &member, spec, err));
    }
    return ok;
}

/* --- the endpoint --- */

/* Checks every endpoint, and keeps what the chosen one says. */
static bool take_endpoints(struct collector *to, const struct json_at *root, const char *chosen,
                           struct error *err)
{
    static const char *const others[] = {"url"};
    const struct json_at all = json_member(root, "endpoints");
    const bool resolves = to->resolves;
    if (all.value && !json_expect_object(&all, err))
        return false;
    for (struct json_at one = {0}; json_next(&all, &one);) {
        const char *url = NULL;
        struct json_at url_at = json_member(&one, "url");
        char *place = mem_format("/endpoints/%s", one.key);
        to->keeps = chosen && strcmp(one.key, chosen) == 0;
        to->resolves = resolves && to->keeps;
        to->place = place;
        to->layer = LAYER_ENDPOINT;
        bool ok = take_object(to, &one, others, ARRAY_LEN(others), err) &&
                  json_get_text(&url_at, &url, err);
        free(place);
        if (!ok)
            return false;
    }
    return true;
}

static bool take_file(struct collector *to, const char *chosen, struct error *err)
{
    static const char *const others[] = {"$schema", "endpoints"};
    struct json_at root = json_root(to->file->path, to->file->root);
    to->place = "";
    to->layer = LAYER_FILE;
    to->keeps = true;
    return take_object(to, &root, others, ARRAY_LEN(others), err) &&
           take_endpoints(to, &root, chosen, err);
}

static bool is_name(const char *word)
{
    return strcmp(word, "localhost") != 0 && word[strspn(word, "abcdefghijklmnopqrstuvwxyz"
                                                               "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                               "0123456789-_")] == '\0';
}

static bool unknown_endpoint(const struct settings_file *file, json_t *all, const char *word,
                             struct error *err)
{
    struct names names = {0};
    const char *name;
    json_t *value;
    if (!file->path)
        return error_set(err,
                         "\"%s\" is not a URL, and no " SETTINGS_FILE_NAME
                         " here or above names an endpoint",
                         word);
    json_object_foreach(all, name, value)
    {
        names_add(&names, name);
    }
    if (names.count)
        (void)text_unknown(err, "endpoint", word, names.items, names.count);
    else
        (void)error_set(err, "no endpoint \"%s\": the file has no \"endpoints\"", word);
    names_clear(&names);
    return error_prefix(err, "%s", file->path);
}

/* Words behind the endpoint that are the command's own: the folder of `load --export`. */
static size_t num_own_words(const struct arguments *arguments)
{
    return arguments_has(arguments, "export") && arguments->num_words ? 1 : 0;
}

/* Which word names the endpoint: the first one, the variable, or the only endpoint that there is.
 */
static const char *word_for(struct arguments *arguments, json_t *all, const char **out_from)
{
    const char *variable = getenv(URL_VARIABLE);
    if (arguments->num_words > num_own_words(arguments))
        return arguments->words[0];
    if (arguments_has(arguments, "endpoint"))
        return NULL;
    *out_from = URL_VARIABLE;
    if (variable && *variable)
        return variable;
    return json_object_size(all) == 1 ? json_object_iter_key(json_object_iter(all)) : NULL;
}

static bool choose_endpoint(struct arguments *arguments, const struct settings_file *file,
                            struct error *err)
{
    json_t *all = json_object_get(file->root, "endpoints");
    const char *word = word_for(arguments, all, &arguments->url_from);
    if (!word)
        return true;
    const char *url = json_string_value(json_object_get(json_object_get(all, word), "url"));
    if (!url && json_object_get(all, word))
        return true; /* complained about when the file is read */
    if (!url && is_name(word))
        return unknown_endpoint(file, all, word, err);
    if (arguments->num_words == num_own_words(arguments)) {
        size_t count = arguments->num_words++;
        arguments->words = mem_resize(arguments->words, count + 1, sizeof *arguments->words);
        memmove(arguments->words + 1, arguments->words, count * sizeof *arguments->words);
    }
    arguments->words[0] = arguments_keep(arguments, mem_text(url ? url : word));
    credentials_hide(arguments->words[0]);
    if (url) {
        arguments->endpoint = arguments_keep(arguments, mem_text(word));
        arguments->url_from =
            arguments_keep(arguments, mem_format("%s: /endpoints/%s/url", file->path, word));
    }
    return true;
}

/* --- the environment --- */

static bool read_truth(const char *text, bool *out)
{
    static const char *const words[] = {"0", "1", "false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (strcmp(text, words[i]) == 0) {
            *out = i % 2;
            return true;
        }
    return false;
}

static bool take_variable(struct collector *to, const struct option_spec *spec, const char *name,
                          struct error *err)
{
    const char *value = getenv(name);
    bool is_on = true;
    if (!value || !*value || !takes(to->arguments, spec))
        return true;
    if (!spec->value && !read_truth(value, &is_on))
        return error_set(err, "%s: \"%s\" is neither true nor false", name, value);
    credentials_hide(value);
    to->options = mem_resize(to->options, to->count + 1, sizeof *to->options);
    to->options[to->count++] = (struct given_option){
        .spec = spec,
        .value = spec->value ? value : NULL,
        .shown = spec->form == FORM_HEADERS ? "a header" : NULL,
        .layer = LAYER_ENVIRONMENT,
        .from = arguments_keep(to->arguments, mem_text(name)),
        .is_off = !is_on,
    };
    return true;
}

static bool take_environment(struct collector *to, struct error *err)
{
    const struct option_spec *spec = NULL;
    bool ok = true;
    for (size_t i = 0; ok && (spec = setting_at(i)); i++) {
        char *name = setting_variable(spec);
        ok = !name || take_variable(to, spec, name, err);
        free(name);
    }
    return ok;
}

bool settings_apply(struct arguments *arguments, const struct command *command, struct error *err)
{
    struct settings_file file;
    if (command->settings == SETTINGS_NONE) {
        arguments_settle(arguments);
        return true;
    }
    struct collector to = {
        .arguments = arguments, .file = &file, .resolves = command->settings == SETTINGS_USED};
    bool ok = settings_open(&file, arguments, err) && choose_endpoint(arguments, &file, err) &&
              (!file.root || take_file(&to, arguments->endpoint, err)) &&
              take_environment(&to, err);
    arguments_add_below(arguments, to.options, to.count);
    arguments_settle(arguments);
    free(to.options);
    settings_clear(&file);
    return ok;
}
