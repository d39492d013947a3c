#include "diagnose/framework.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/resource.h"
#include "base/text.h"

#define SNIPPETS "fixtures/snippets/"
#define PYTHON   SNIPPETS "panora_signature.py"
#define RUBY     SNIPPETS "panora_signature.rb"
#define PHP      SNIPPETS "panora_signature.php"
#define GO       SNIPPETS "panora_signature.go"
#define JAVA     SNIPPETS "PanoraSignature.java"

const struct framework frameworks[] = {
    {"express", "Express", "javascript", SNIPPETS "express.mjs", NULL},
    {"fastify", "Fastify", "javascript", SNIPPETS "fastify.mjs", NULL},
    {"nextjs", "Next.js", "javascript", SNIPPETS "nextjs.mjs", NULL},
    {"node", "Node.js", "javascript", SNIPPETS "node.mjs", NULL},
    {"flask", "Flask", "python", SNIPPETS "panora_flask.py", PYTHON},
    {"django", "Django", "python", SNIPPETS "panora_django.py", PYTHON},
    {"fastapi", "FastAPI", "python", SNIPPETS "panora_fastapi.py", PYTHON},
    {"python", "Python", "python", SNIPPETS "panora_python.py", PYTHON},
    {"rails", "Rails", "ruby", SNIPPETS "panora_controller.rb", RUBY},
    {"sinatra", "Sinatra", "ruby", SNIPPETS "sinatra.rb", RUBY},
    {"ruby", "Ruby", "ruby", SNIPPETS "ruby.rb", RUBY},
    {"laravel", "Laravel", "php", SNIPPETS "laravel.php", PHP},
    {"php", "PHP", "php", SNIPPETS "php.php", PHP},
    {"go", "Go", "go", SNIPPETS "go.go", GO},
    {"spring", "Spring", "java", SNIPPETS "PanoraController.java", JAVA},
    {"java", "Java", "java", SNIPPETS "Panora.java", JAVA},
    {"aspnet", "ASP.NET", "csharp", SNIPPETS "aspnet.cs", NULL},
};
const size_t num_frameworks = ARRAY_LEN(frameworks);

/* What gives one away: a header whose value matches the glob, or words in the body. */
struct trace {
    const char *framework;
    const char *header; /* NULL = the body */
    const char *pattern;
};

static const struct trace traces[] = {
    {"nextjs", "X-Powered-By", "Next.js*"},
    {"nextjs", "x-nextjs-*", "*"},
    {"express", "X-Powered-By", "Express*"},
    {"express", NULL, "/node_modules/express/"},
    {"express", NULL, "<pre>Cannot POST "},
    {"fastify", NULL, "\"code\":\"FST_ERR"},
    {"fastify", NULL, "/node_modules/fastify/"},
    {"laravel", "Set-Cookie", "laravel_session=*"},
    {"laravel", NULL, "Illuminate\\"},
    {"django", "Set-Cookie", "csrftoken=*"},
    {"django", NULL, "CSRF verification failed. Request aborted."},
    {"django", NULL, "django.core"},
    {"fastapi", "Server", "uvicorn*"},
    {"fastapi", NULL, "{\"detail\":"},
    {"flask", "Server", "Werkzeug*"},
    {"flask", NULL, "werkzeug"},
    {"rails", "X-Runtime", "*"},
    {"rails", NULL, "ActionController::"},
    {"sinatra", NULL, "Sinatra doesn&rsquo;t know this ditty"},
    {"sinatra", NULL, "sinatra"},
    {"spring", NULL, "org.springframework"},
    {"spring", NULL, "Whitelabel Error Page"},
    {"aspnet", "Server", "Kestrel*"},
    {"aspnet", "X-Powered-By", "ASP.NET*"},
    {"aspnet", "X-AspNet-Version", "*"},
    {"php", "X-Powered-By", "PHP*"},
    {"php", NULL, "<b>Fatal error</b>"},
    {"python", "Server", "*Python/*"},
    {"python", "Server", "gunicorn*"},
    {"python", NULL, "Traceback (most recent call last)"},
    {"ruby", "Server", "*Ruby/*"},
    {"ruby", "Server", "puma*"},
    {"java", "Server", "Jetty*"},
    {"java", "Server", "Apache-Coyote*"},
    {"node", NULL, "at process.processTicksAndRejections"},
    {"node", NULL, "/node_modules/"},
};

const struct framework *framework_find(const char *id)
{
    for (size_t i = 0; i < num_frameworks; i++)
        if (strcmp(frameworks[i].id, id) == 0)
            return &frameworks[i];
    return NULL;
}

const struct framework *framework_of_language(const char *language)
{
    const struct framework *plain = NULL;
    for (size_t i = 0; i < num_frameworks; i++)
        if (strcmp(frameworks[i].language, language) == 0)
            plain = &frameworks[i];
    return plain;
}

static bool shows(const struct observation *seen, const struct trace *trace)
{
    if (!trace->header)
        return bytes_find(buf_bytes(&seen->body), bytes_of(trace->pattern)) != NULL;
    for (size_t i = 0; i < seen->headers.count; i++) {
        const struct header *header = &seen->headers.items[i];
        bool named = header_name_equal(header->name, trace->header) ||
                     (text_ends_with(trace->header, "*") && text_glob(trace->header, header->name));
        if (named && text_glob(trace->pattern, header->value))
            return true;
    }
    return false;
}

const struct framework *framework_of_answer(const struct observation *seen)
{
    for (size_t i = 0; i < ARRAY_LEN(traces); i++)
        if (shows(seen, &traces[i]))
            return framework_find(traces[i].framework);
    return NULL;
}

const char *framework_file_name(const char *file)
{
    return file ? file + strlen(SNIPPETS) : "";
}

struct bytes framework_snippet(const struct framework *framework)
{
    return framework ? resource_find(framework->file) : (struct bytes){NULL, 0};
}

static const struct framework *shown_by(const struct investigation *inv)
{
    for (size_t i = 0; i < inv->num_sights; i++) {
        const struct framework *framework = framework_of_answer(&inv->sights[i].exchange->seen);
        if (framework)
            return framework;
    }
    return NULL;
}

/* A snippet shows how to verify: it mends what lets forgeries in or computes something else. */
static bool wants_snippet(const struct found *found)
{
    return found->diagnosis.harm_rank == HARM_FORGED || found->diagnosis.harm_rank == HARM_LEAKED ||
           found->diagnosis.harm_rank == HARM_DIES || found->diagnosis.harm_rank == HARM_BREAKS ||
           hypothesis_find(found->diagnosis.id) != NULL || strchr(found->diagnosis.id, '+') != NULL;
}

void framework_advise(struct investigation *inv)
{
    const struct framework *framework = shown_by(inv);
    if (!framework && inv->language)
        framework = framework_of_language(inv->language);
    struct bytes snippet = framework_snippet(framework);
    for (size_t i = 0; i < inv->num_found; i++) {
        struct diagnosis *diagnosis = &inv->found[i].diagnosis;
        bool wanted = framework && snippet.data && wants_snippet(&inv->found[i]);
        free(diagnosis->framework); /* of an earlier look */
        free(diagnosis->snippet_needs);
        free(diagnosis->snippet);
        diagnosis->framework = mem_text(framework ? framework->name : "");
        diagnosis->snippet_needs = mem_text(wanted ? framework_file_name(framework->module) : "");
        diagnosis->snippet = wanted ? mem_copy(snippet.data, snippet.len) : mem_text("");
    }
}
