/* The functions behind the rows of hypothesis.c. */
#ifndef DIAGNOSE_HYPOTHESIS_INTERNAL_H
#define DIAGNOSE_HYPOTHESIS_INTERNAL_H

#include "diagnose/hypothesis.h"

/* hypothesis_message.c */
apply_hypothesis sign_raw_body; /* argument: what follows the body */
apply_hypothesis sign_trimmed_body;
apply_hypothesis sign_unix_lines;
apply_hypothesis sign_dos_lines;
apply_hypothesis sign_data_text;
apply_hypothesis sign_message_with; /* argument: what follows */
apply_hypothesis sign_unquoted_message;
/* Argument: I (id_event), T (type), M (JSON.stringify(data)), D (the text in data), B (the raw
 * body); all else as it is. */
apply_hypothesis sign_joined;
apply_hypothesis sign_inner_by; /* argument: a serialiser */
apply_hypothesis sign_data_by;
apply_hypothesis sign_event_by;
apply_hypothesis sign_quoted_again; /* argument: "objects", or NULL for all */
apply_hypothesis sign_trimmed_data;
apply_hypothesis sign_as_ascii;
apply_hypothesis sign_without_wide;
apply_hypothesis sign_as_latin1;
apply_hypothesis sign_decoded;
apply_hypothesis sign_as_binary;
apply_hypothesis sign_constant; /* argument: the message */

/* Argument: "slashes", "separators", "html" or "ascii". */
apply_hypothesis sign_escaped_data;
apply_hypothesis sign_escaped_inner;

/* hypothesis_changed.c; argument: "sorted", "sorted-text", "no-nulls", "arrays", "trimmed",
 * "replaced" */
apply_hypothesis sign_changed_data;
apply_hypothesis sign_changed_inner;
apply_hypothesis sign_lower_data;

/* hypothesis_key.c */
apply_hypothesis key_with; /* argument: what follows the secret */
apply_hypothesis key_trimmed;
apply_hypothesis key_quoted;
apply_hypothesis key_cut; /* after so many characters */
apply_hypothesis key_without_prefix;
apply_hypothesis key_decoded; /* argument: "hex" or "base64" */
apply_hypothesis key_decoded_without_prefix;
apply_hypothesis key_encoded;
apply_hypothesis key_constant; /* argument: the key */

/* hypothesis_digest.c */
apply_hypothesis digest_by; /* argument: the algorithm */
apply_hypothesis digest_as_base64;
apply_hypothesis digest_as_base64url;
apply_hypothesis digest_in_capitals;
apply_hypothesis digest_by_name; /* argument: the algorithm, which stands before it */
apply_hypothesis digest_after;   /* argument: the prefix */
apply_hypothesis digest_base64_after;
apply_hypothesis digest_plain; /* argument: "secret-first" or "secret-last" */
apply_hypothesis digest_swapped;
apply_hypothesis digest_cut; /* argument: how many digits */
apply_hypothesis digest_is_secret;
apply_hypothesis digest_like_stripe;
apply_hypothesis digest_like_slack;
apply_hypothesis digest_with_time; /* argument: what stands between the time and the message; NULL =
                                     the time is not signed */
apply_hypothesis digest_like_standard_webhooks;
apply_hypothesis header_named; /* argument: the name */

#endif
