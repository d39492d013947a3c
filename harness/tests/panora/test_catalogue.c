#include <criterion/criterion.h>
#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "panora/catalogue.h"

TestSuite(panora_catalogue, .timeout = 120);

Test(panora_catalogue, names_every_event_once)
{
    struct catalogue *catalogue = catalogue_load();
    cr_assert_eq(catalogue->num_types, 128);
    size_t documented = 0;
    size_t subscribable = 0;
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        cr_expect_eq(catalogue_find(catalogue, type->name), type, "%s comes twice", type->name);
        documented += type->documented;
        subscribable += type->subscribable;
        cr_expect_not_null(type->note);
        cr_expect(*type->note == '\0' || text_ends_with(type->note, "."), "%s", type->note);
    }
    cr_expect_eq(documented, 63);
    cr_expect_eq(subscribable, 56);
    catalogue_free(catalogue);
}

Test(panora_catalogue, knows_under_which_name_an_event_arrives)
{
    static const struct {
        const char *name;
        const char *wire_type;
        enum data_shape shape;
        bool subscribable;
    } rows[] = {
        {"connection.created", "connection.created", SHAPE_OBJECT, true},
        {"crm.contact.created", "crm.contact.created", SHAPE_OBJECT, true},
        {"crm.deal.created", "crm.deal.push", SHAPE_OBJECT, true},
        {"crm.deal.push", "crm.deal.push", SHAPE_OBJECT, false},
        {"crm.deal.pulled", "crm.deal.pulled", SHAPE_ROWS, true},
        {"crm.deal.updated", NULL, SHAPE_OBJECT, false},
        {"ecommerce.order.created", "ecommerce.order.push", SHAPE_OBJECT, false},
        {"filestorage.file.created", "filestorage.file.created", SHAPE_OBJECT, true},
        {"ats.eecos.pulled", NULL, SHAPE_ROWS, true},
        {"accounting.invoice.pulled", NULL, SHAPE_ROWS, false},
    };
    struct catalogue *catalogue = catalogue_load();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct event_type *type = catalogue_find(catalogue, rows[i].name);
        cr_assert_not_null(type, "%s", rows[i].name);
        cr_expect_eq(type->sent, rows[i].wire_type != NULL, "%s", type->name);
        cr_expect_eq(type->shape, rows[i].shape, "%s", type->name);
        cr_expect_eq(type->subscribable, rows[i].subscribable, "%s", type->name);
        cr_expect(rows[i].wire_type ? strcmp(type->wire_type, rows[i].wire_type) == 0
                                    : type->wire_type == NULL,
                  "%s", type->name);
    }
    catalogue_free(catalogue);
}

Test(panora_catalogue, holds_the_names_that_it_says_arrive)
{
    struct catalogue *catalogue = catalogue_load();
    size_t renamed = 0;
    for (size_t i = 0; i < catalogue->num_types; i++) {
        const struct event_type *type = &catalogue->types[i];
        if (!type->sent)
            continue;
        const struct event_type *arriving = catalogue_find(catalogue, type->wire_type);
        cr_assert_not_null(arriving, "%s arrives as %s", type->name, type->wire_type);
        cr_expect_str_eq(arriving->wire_type, type->wire_type, "it arrives under its own name");
        cr_expect_str_eq(arriving->object, type->object);
        cr_expect_eq(arriving->shape, type->shape, "%s", type->name);
        renamed += strcmp(type->name, type->wire_type) != 0;
    }
    cr_expect_eq(renamed, 10);
    catalogue_free(catalogue);
}

Test(panora_catalogue, suggests_the_nearest_name)
{
    struct catalogue *catalogue = catalogue_load();
    struct error err = {0};
    cr_expect_null(catalogue_find(catalogue, "crm.contact.create"));
    cr_expect_not(catalogue_unknown(catalogue, "crm.contact.create", &err));
    cr_expect_str_eq(err.message,
                     "no event type \"crm.contact.create\"; did you mean \"crm.contact.created\"?");
    catalogue_free(catalogue);
    catalogue_free(NULL);
}

Test(panora_catalogue, says_why_a_subscription_gets_nothing)
{
    static const struct {
        const char *name;
        const char *why; /* NULL = it gets events */
    } rows[] = {
        {"crm.deal.created", NULL},
        {"connection.created", NULL},
        {"crm.deal.push", "only bodies have the name crm.deal.push; subscribe to crm.deal.created"},
        {"crm.deal.updated", "Panora never sends crm.deal.updated"},
        {"crm.*", "Panora takes the \"*\" of crm.* literally, so it matches nothing"},
        {"crm.dael.created", "no event type \"crm.dael.created\"; did you mean "
                             "\"crm.deal.created\"?"},
    };
    struct catalogue *catalogue = catalogue_load();
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct buf why = {0};
        cr_expect_eq(catalogue_delivers(catalogue, rows[i].name, &why), !rows[i].why, "%s",
                     rows[i].name);
        cr_expect(text_starts_with(buf_text(&why), rows[i].why ? rows[i].why : ""), "%s: %s",
                  rows[i].name, buf_text(&why));
        cr_expect_eq(why.len == 0, !rows[i].why);
        buf_clear(&why);
    }
    catalogue_free(catalogue);
}
