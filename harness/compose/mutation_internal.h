/* The functions behind the rows of mutation.c; nobody else's business. */
#ifndef COMPOSE_MUTATION_INTERNAL_H
#define COMPOSE_MUTATION_INTERNAL_H

#include "compose/mutation.h"

typedef bool apply_mutation(struct draft *draft, const struct call *call, struct error *err);

/* mutate_event.c */
apply_mutation mutate_add_field;
apply_mutation mutate_put;
apply_mutation mutate_digest_begins;

/* mutate_sign.c */
apply_mutation mutate_wrong_secret;
apply_mutation mutate_empty_secret;
apply_mutation mutate_placeholder_secret;
apply_mutation mutate_other_algorithm;
apply_mutation mutate_other_event;
apply_mutation mutate_sign_body;

/* mutate_signature.c: the header */
apply_mutation mutate_no_signature;
apply_mutation mutate_empty_signature;
apply_mutation mutate_change_digit;
apply_mutation mutate_truncate_signature;
apply_mutation mutate_extend_signature;
apply_mutation mutate_not_hex;
apply_mutation mutate_zeros;
apply_mutation mutate_non_ascii_signature;
apply_mutation mutate_very_long_signature;
apply_mutation mutate_secret_itself;
apply_mutation mutate_base64_signature;
apply_mutation mutate_uppercase_signature;
apply_mutation mutate_prefix_signature;
apply_mutation mutate_query_signature;
apply_mutation mutate_duplicate_signature;
apply_mutation mutate_join_signatures;
apply_mutation mutate_rename_signature;

/* mutate_body.c: body and other headers */
apply_mutation mutate_change_data;
apply_mutation mutate_change_type;
apply_mutation mutate_change_id;
apply_mutation mutate_add_member;
apply_mutation mutate_reorder_members;
apply_mutation mutate_duplicate_data;
apply_mutation mutate_body;
apply_mutation mutate_set_header;
apply_mutation mutate_remove_header;

/* mutate_payload.c: bodies that are no event any more */
apply_mutation mutate_raw_body;
apply_mutation mutate_insert_bytes;
apply_mutation mutate_cut_body;
apply_mutation mutate_remove_member;
apply_mutation mutate_set_member;
apply_mutation mutate_utf16_body;
apply_mutation mutate_sign_sent_body;

/* mutate_transport.c: how it goes out */
apply_mutation mutate_nest;
apply_mutation mutate_chunked;
apply_mutation mutate_expect_continue;
apply_mutation mutate_http_1_0;
apply_mutation mutate_dribble;
apply_mutation mutate_split_character;
apply_mutation mutate_gzip;
apply_mutation mutate_abort_body;
apply_mutation mutate_hold_body;
apply_mutation mutate_hold_connection;
apply_mutation mutate_huge_header;
apply_mutation mutate_ip_version;
apply_mutation mutate_tls_handshake;

/* Changes one character of a string in JSON text `data`, or, where there is none, puts another
 * value in its place; what comes out is JSON again and a different value. */
void change_json_text(struct buf *data);

#endif
