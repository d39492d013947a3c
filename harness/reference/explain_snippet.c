/* Handlers, and a framework's first five minutes. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/resource.h"
#include "diagnose/framework.h"
#include "reference/explain.h"

static bool is_first_with(size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (frameworks[i].module && strcmp(frameworks[i].module, frameworks[index].module) == 0)
            return false;
    return true;
}

/* "flask.py": names that do not follow a framework's own are known by it all the same. */
static bool is_former_name(const struct framework *framework, const char *id)
{
    const char *ending = strrchr(framework->file, '.');
    size_t len = strlen(framework->id);
    return strncmp(id, framework->id, len) == 0 && strcmp(id + len, ending) == 0;
}

/* A snippet or what it needs, as it is: for `hookcheck explain node.mjs >node.mjs`. */
static void explain_snippet(const struct library *library, const char *id, json_t *things)
{
    for (size_t i = 0; i < num_frameworks; i++) {
        const char *const files[] = {frameworks[i].file, frameworks[i].module};
        for (size_t k = 0; k < 2; k++)
            if (files[k] && (strcmp(framework_file_name(files[k]), id) == 0 ||
                             (k == 0 && is_former_name(&frameworks[i], id)))) {
                explain_add_page(things, "snippet", id, resource_find(files[k]));
                return;
            }
    }
}

static void add_names(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < num_frameworks; i++) {
        names_add(names, framework_file_name(frameworks[i].file));
        if (frameworks[i].module && is_first_with(i))
            names_add(names, framework_file_name(frameworks[i].module));
    }
}

/* --- pages --- */

#define PAGES "fixtures/snippets/README.md"

/* The section of the README whose head is the framework's name; empty when it has none. */
static struct bytes page_of(const struct framework *framework)
{
    struct bytes all = resource_find(PAGES);
    char *head = mem_format("\n## %s\n", framework->name);
    const char *start = bytes_find(all, bytes_of(head));
    free(head);
    if (!start)
        return (struct bytes){NULL, 0};
    start++;
    struct bytes rest = {start, all.len - (size_t)(start - all.data)};
    const char *end = bytes_find(rest, bytes_of("\n## "));
    return (struct bytes){start, end ? (size_t)(end + 1 - start) : rest.len};
}

/* "Next.js" and "next-js" are "nextjs". */
static const struct framework *framework_called(const char *name)
{
    struct buf id = {0};
    for (const char *c = name; *c; c++)
        if (isalnum((unsigned char)*c))
            buf_add_char(&id, (char)tolower((unsigned char)*c));
    const struct framework *found = framework_find(buf_text(&id));
    for (size_t i = 0; !found && i < num_frameworks; i++)
        if (strcasecmp(frameworks[i].name, name) == 0)
            found = &frameworks[i];
    buf_clear(&id);
    return found;
}

static void explain_framework(const struct library *library, const char *id, json_t *things)
{
    const struct framework *framework = framework_called(id);
    if (!framework)
        return;
    struct bytes page = page_of(framework);
    const char *file = framework_file_name(framework->file);
    struct buf text = {0};
    if (page.data)
        buf_add_bytes(&text, page);
    else
        buf_add_format(&text, "%s (framework)\n", framework->name);
    buf_add_format(&text, "\nThe handler (`hookcheck explain %s >%s`):\n\n", file, file);
    buf_add_bytes(&text, framework_snippet(framework));
    if (framework->module)
        buf_add_format(&text,
                       "\nIt needs %s beside it, which `hookcheck explain` prints as well.\n",
                       framework_file_name(framework->module));
    explain_add_page(things, "framework", framework->id, buf_bytes(&text));
    buf_clear(&text);
}

static void add_frameworks(const struct library *library, struct names *names)
{
    for (size_t i = 0; i < num_frameworks; i++)
        names_add(names, frameworks[i].id);
}

const struct explainer explain_frameworks = {.explain = explain_framework,
                                             .add_names = add_frameworks};
const struct explainer explain_snippets = {.explain = explain_snippet, .add_names = add_names};
