/* What rules of entry predict that are about a part of what comes: some types, sizes or forms.
 * Private to rule_*.c. */
#ifndef DIAGNOSE_RULE_PART_H
#define DIAGNOSE_RULE_PART_H

#include "diagnose/rule.h"

/* By the type of the event, what its data is, and its size. */
predict_rule predict_unknown_type;
predict_rule predict_test_type; /* such as ping */
predict_rule predict_unchecked_type;
predict_rule predict_unchecked_object;
predict_rule predict_unchecked_size;

/* By what came before: under the same id_event, or on the same connection. */
predict_rule predict_accepted_id;
predict_rule predict_after_good;

/* By the form of the event and the way it comes. */
predict_rule predict_other_content_type;
predict_rule predict_chunked;
predict_rule predict_odd_event;

#endif
