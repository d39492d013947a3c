/* The functions behind the table of behaviours; for behaviour*.c alone. */
#ifndef RECEIVE_BEHAVIOUR_INTERNAL_H
#define RECEIVE_BEHAVIOUR_INTERNAL_H

#include "receive/behaviour.h"

/* --- behaviour_message.c --- */

behaviour_function behave_status;
behaviour_function behave_header;
behaviour_function behave_text;
behaviour_function behave_json;
behaviour_function behave_html;
behaviour_function behave_redirect;
behaviour_function behave_garbage;
behaviour_function behave_wrong_length;
behaviour_function behave_body_after_204;
behaviour_function behave_extra_bytes;
behaviour_function behave_chunked;
behaviour_function behave_http_1_0;
behaviour_function behave_bare_lf;
behaviour_function behave_huge_header;
behaviour_function behave_interim;
behaviour_function behave_refuse_continue;
behaviour_function behave_unasked_continue;
behaviour_function behave_redirect_chain;
behaviour_function behave_lower_case;
behaviour_function behave_no_reason;
behaviour_function behave_chunk_details;

/* --- behaviour_wire.c --- */

behaviour_function behave_delay;
behaviour_function behave_delay_per_mib;
behaviour_function behave_drip;
behaviour_function behave_truncate;
behaviour_function behave_reset;
behaviour_function behave_reset_after;
behaviour_function behave_close;
behaviour_function behave_silence;
behaviour_function behave_endless;
behaviour_function behave_connection_close;
behaviour_function behave_silent_close;
behaviour_function behave_unframed;

#endif
