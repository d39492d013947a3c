/* The event that experiments are made of. */
#include "diagnose/document.h"

#include <criterion/criterion.h>
#include <string.h>

#include "tests/support/composing.h"

TestSuite(diagnose_document, .timeout = 120);

/* A strict endpoint refuses what is made up, such as a text in a list of addresses. */
Test(diagnose_document, holds_what_panora_sends_and_nothing_made_up)
{
    struct composing composing;
    composing_init(&composing, DIALECT_TEXT);
    for (unsigned seed = 0; seed < 50; seed++) {
        struct rng rng = rng_for(seed, "document");
        struct document document;
        document_make(composing.catalogue, "crm.contact.created", 0, &rng, &document);
        for (size_t i = 0; i < document.count; i++)
            cr_expect_null(strstr(document.members[i].json, "[\"text\"]"), "seed %u: %s", seed,
                           document.members[i].key);
        document_clear(&document);
    }
    composing_clear(&composing);
}
