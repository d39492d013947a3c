#include "corpus/fixture_corpus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/resource.h"
#include "base/sink.h"
#include "base/text.h"
#include "corpus/fixture_folder.h"
#include "corpus/fixture_make.h"
#include "corpus/fixture_manifest.h"
#include "result/exit.h"

#define SCHEMA_RESOURCE "fixtures/manifest.schema.json"
#define SCHEMA_FILE     "manifest.schema.json"
#define MANIFEST_FILE   "manifest.json"

/* What happened on the way. */
struct tally {
    size_t num_fixtures;
    size_t num_secret;    /* left out: they would hold the user's own secret */
    size_t *left_out;     /* per format: requests that it cannot say */
    const char **reasons; /* per format: the last reason */
};

static struct tally tally_new(const struct fixture_choice *choice)
{
    return (struct tally){
        .left_out = mem_alloc((choice->num_formats + 1) * sizeof(size_t)),
        .reasons = mem_alloc((choice->num_formats + 1) * sizeof(const char *)),
    };
}

static void tally_tell(struct tally *tally, const struct fixture_choice *choice)
{
    for (size_t i = 0; i < choice->num_formats; i++)
        if (tally->left_out[i])
            sink_note("note: %zu of the requests cannot be represented in %s and are left out (of "
                      "the last one, %s)",
                      tally->left_out[i], choice->formats[i]->name, tally->reasons[i]);
    if (tally->num_secret)
        sink_note("note: %zu requests are left out because they would contain the secret",
                  tally->num_secret);
    free(tally->left_out);
    free(tally->reasons);
}

/* --- documents --- */

static void render_one(const struct fixture_choice *choice, const struct request_format *format,
                       const struct fixture *fixture, const char *type, struct buf *out)
{
    const struct request *request = &fixture->made.request;
    char *url = target_url_with(&choice->target, request->query);
    char *path = target_path_with(&choice->target, request->query);
    char *name = mem_format("%s/%s", type, fixture->name);
    struct request_place place = fixture_choice_place(choice, url, path);
    place.verdict = fixture->verdict;
    place.reason = fixture_reason(fixture);
    place.name = name;
    place.type = fixture->made.event.type;
    format->render(request, &place, out);
    free(url);
    free(path);
    free(name);
}

/* A document in the making. */
struct document {
    const struct fixture_choice *choice;
    size_t format_index;
    struct tally *tally;
    struct buf text;
    size_t count; /* of the requests in it */
};

/* Appends the requests that the format can say. */
static void add_requests(struct document *document, const char *type,
                         const struct fixtures *fixtures)
{
    const struct request_format *format = document->choice->formats[document->format_index];
    for (size_t i = 0; i < fixtures->count; i++) {
        const struct fixture *fixture = &fixtures->items[i];
        const char *reason = request_format_refuses(format, &fixture->made.request);
        if (reason) {
            document->tally->left_out[document->format_index]++;
            document->tally->reasons[document->format_index] = reason;
            continue;
        }
        if (document->count++)
            buf_add_text(&document->text, format->between);
        render_one(document->choice, format, fixture, type, &document->text);
    }
}

/* --- a folder --- */

/* What is written, and what of it grows from type to type. */
struct corpus {
    const struct fixture_choice *choice;
    struct fixture_folder folder;
    struct tally tally;
    struct buf manifest;
};

static bool write_rendered(struct corpus *corpus, const char *type, const struct fixture *fixture,
                           const char *ending, const struct request_format *format,
                           struct error *err)
{
    struct buf out = {0};
    char *name = mem_format("%s%s", fixture->name, ending);
    render_one(corpus->choice, format, fixture, type, &out);
    bool ok = fixture_folder_write(&corpus->folder, type, name, buf_bytes(&out), err);
    free(name);
    buf_clear(&out);
    return ok;
}

static bool write_singles(struct corpus *corpus, const char *type, const struct fixtures *fixtures,
                          const struct request_format *format, struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < fixtures->count; i++)
        ok = write_rendered(corpus, type, &fixtures->items[i], format->file, format, err);
    return ok;
}

static bool write_document(struct corpus *corpus, const char *type, const struct fixtures *fixtures,
                           size_t format_index, struct error *err)
{
    const struct request_format *format = corpus->choice->formats[format_index];
    struct document document = {
        .choice = corpus->choice, .format_index = format_index, .tally = &corpus->tally};
    buf_add_text(&document.text, format->begin);
    add_requests(&document, type, fixtures);
    buf_add_text(&document.text, format->end);
    bool ok = document.count == 0 || fixture_folder_write(&corpus->folder, type, format->file,
                                                          buf_bytes(&document.text), err);
    if (ok && document.count && format->beside_file)
        ok = fixture_folder_write(&corpus->folder, type, format->beside_file,
                                  bytes_of(format->beside), err);
    buf_clear(&document.text);
    return ok;
}

/* Headers and bodies are there always, so that the formats of that name have nothing to add. */
static bool write_formats(struct corpus *corpus, const char *type, const struct fixtures *fixtures,
                          struct error *err)
{
    bool ok = true;
    for (size_t i = 0; ok && i < corpus->choice->num_formats; i++) {
        const struct request_format *format = corpus->choice->formats[i];
        if (format->between)
            ok = write_document(corpus, type, fixtures, i, err);
        else if (strcmp(format->name, "headers") != 0 && strcmp(format->name, "body") != 0)
            ok = write_singles(corpus, type, fixtures, format, err);
    }
    return ok;
}

static bool write_files(struct corpus *corpus, const char *type, const struct fixtures *fixtures,
                        struct error *err)
{
    const struct request_format *headers = request_format_find("headers", NULL);
    const struct request_format *body = request_format_find("body", NULL);
    for (size_t i = 0; i < fixtures->count; i++) {
        const struct fixture *fixture = &fixtures->items[i];
        if (!write_rendered(corpus, type, fixture, headers->file, headers, err) ||
            (fixture->same_body == i &&
             !write_rendered(corpus, type, fixture, body->file, body, err)))
            return false;
    }
    return true;
}

static bool write_type(struct corpus *corpus, size_t index, struct error *err)
{
    const char *type = corpus->choice->types[index].name;
    struct fixtures fixtures = {0};
    struct buf manifest = {0};
    char *folder = mem_format("%s/", type);
    bool ok = fixtures_make(corpus->choice, index, &fixtures, err);
    if (ok && fixtures.count) {
        manifest_begin(corpus->choice, "../" SCHEMA_FILE, type, &manifest);
        manifest_add(&fixtures, "", true, &manifest);
        manifest_end(&manifest);
        manifest_add(&fixtures, folder, corpus->tally.num_fixtures == 0, &corpus->manifest);
        ok = write_files(corpus, type, &fixtures, err) &&
             write_formats(corpus, type, &fixtures, err) &&
             fixture_folder_write(&corpus->folder, type, MANIFEST_FILE, buf_bytes(&manifest), err);
    }
    corpus->tally.num_fixtures += fixtures.count;
    corpus->tally.num_secret += fixtures.num_left_out;
    fixtures_clear(&fixtures);
    buf_clear(&manifest);
    free(folder);
    return ok;
}

static bool write_types(struct corpus *corpus, bool *out_interrupted, struct error *err)
{
    const struct fixture_choice *choice = corpus->choice;
    manifest_begin(choice, SCHEMA_FILE, NULL, &corpus->manifest);
    for (size_t i = 0; i < choice->num_types; i++) {
        *out_interrupted = fixture_folder_interrupted();
        if (*out_interrupted || !write_type(corpus, i, err))
            return false;
    }
    manifest_end(&corpus->manifest);
    return fixture_folder_write(&corpus->folder, NULL, SCHEMA_FILE, resource_find(SCHEMA_RESOURCE),
                                err) &&
           fixture_folder_write(&corpus->folder, NULL, MANIFEST_FILE, buf_bytes(&corpus->manifest),
                                err);
}

static const char none[] = "no fixture was selected; `hookcheck list cases` shows them all";

int fixture_corpus_write(const struct fixture_choice *choice, struct error *err)
{
    struct corpus corpus = {.choice = choice, .tally = tally_new(choice)};
    bool usage = false;
    bool interrupted = false;
    int code = EXIT_OUR_FAILURE;
    bool ok = fixture_folder_open(&corpus.folder, choice->folder, choice->own_secret, choice->force,
                                  &usage, err) &&
              write_types(&corpus, &interrupted, err);
    if (ok && corpus.tally.num_fixtures == 0) {
        ok = error_set(err, "%s", none);
        usage = true;
    }
    ok = ok && fixture_folder_finish(&corpus.folder, err);
    if (ok) {
        code = EXIT_OK;
        tally_tell(&corpus.tally, choice);
        char *folder = text_visible(corpus.folder.path);
        sink_print(stdout, "%zu fixtures in %s (seed %llu)\n", corpus.tally.num_fixtures, folder,
                   (unsigned long long)choice->seed);
        free(folder);
        if (choice->own_secret)
            sink_note("the fixtures are signed with your own secret, so anyone who has "
                      "them can replay them; only you can read the files (0600)");
    } else if (interrupted) {
        code = EXIT_INTERRUPTED;
    } else if (usage) {
        code = EXIT_WRONG_USAGE;
    }
    if (!ok) {
        free(corpus.tally.left_out);
        free(corpus.tally.reasons);
    }
    buf_clear(&corpus.manifest);
    fixture_folder_close(&corpus.folder);
    return code;
}

/* --- standard output --- */

static bool flush(struct buf *out, struct error *err)
{
    bool ok = fwrite(buf_text(out), 1, out->len, stdout) == out->len ||
              error_set(err, "cannot write to standard output: %s", strerror(errno));
    buf_reset(out);
    return ok;
}

/* With --count it holds for all types together: they take turns. */
static bool make_share(const struct fixture_choice *choice, size_t type, struct fixtures *out,
                       struct error *err)
{
    static const char *const genuine[] = {FIXTURE_GENUINE_ID};
    struct fixture_choice share = *choice;
    const char **only = mem_alloc(sizeof *only);
    int64_t num_types = (int64_t)choice->num_types;
    only[0] = genuine[0];
    if (choice->has_count) {
        share.count = choice->count / num_types + ((int64_t)type < choice->count % num_types);
        share.only = only;
        share.num_only = 1;
    }
    bool ok = share.count == 0 || fixtures_make(&share, type, out, err);
    free(only);
    return ok;
}

int fixture_corpus_print(const struct fixture_choice *choice, struct error *err)
{
    const struct request_format *format = choice->formats[0];
    struct tally tally = tally_new(choice);
    struct document document = {.choice = choice, .tally = &tally};
    int code = EXIT_OK;
    buf_add_text(&document.text, format->begin);
    for (size_t i = 0; code == EXIT_OK && i < choice->num_types; i++) {
        struct fixtures fixtures = {0};
        if (!make_share(choice, i, &fixtures, err))
            code = EXIT_OUR_FAILURE;
        add_requests(&document, choice->types[i].name, &fixtures);
        tally.num_secret += fixtures.num_left_out;
        fixtures_clear(&fixtures);
        if (code == EXIT_OK && document.count && !flush(&document.text, err))
            code = EXIT_OUR_FAILURE;
    }
    buf_add_text(&document.text, format->end);
    if (code == EXIT_OK && document.count == 0) {
        (void)error_set(err, "%s", none);
        code = EXIT_WRONG_USAGE;
    } else if (code == EXIT_OK && !flush(&document.text, err)) {
        code = EXIT_OUR_FAILURE;
    }
    tally_tell(&tally, choice);
    buf_clear(&document.text);
    return code;
}
