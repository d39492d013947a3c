/* The stages of receivers that are right in another way; for variations.c alone. */
#ifndef RECEIVE_VARIATION_INTERNAL_H
#define RECEIVE_VARIATION_INTERNAL_H

#include "receive/rules.h"

typedef void answer_function(struct handling *handling, enum result result);

/* --- variation_answers.c: other successes --- */

answer_function vary_200;
answer_function vary_201;
answer_function vary_202;
answer_function vary_205;
answer_function vary_204_with_length;
answer_function vary_208_to_redelivery;
answer_function vary_body_text;
answer_function vary_body_json;
answer_function vary_body_html;
answer_function vary_body_untyped;
answer_function vary_jitter;
answer_function vary_brotli;
answer_function vary_deflate;
answer_function vary_headers;
answer_function vary_few_a_connection;

/* --- variation_refusals.c: other refusals --- */

answer_function vary_refusal_400;
answer_function vary_refusal_403;
answer_function vary_refusal_404;
answer_function vary_refusal_422;
answer_function vary_refusal_429_to_many;
answer_function vary_refusal_by_kind;
answer_function vary_refusal_with_ids;
answer_function vary_refusal_that_quotes;
answer_function vary_refusal_501_to_methods;

/* --- variation_checks.c: other ways to check --- */

stage_function vary_admit_any_type;
stage_function vary_admit_short_headers;
stage_function vary_admit_signed_heads;
stage_function vary_message_as_it_stands;
stage_function vary_compare_any_case;
stage_function vary_shape_strict;

/* --- variation_shape.c --- */

stage_function vary_shape_published;

#endif
