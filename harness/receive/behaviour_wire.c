/* Behaviours that change how the answer goes out, and what becomes of the connection. */
#include "base/clock.h"
#include "receive/behaviour_internal.h"

#define BYTES_PER_MIB ((double)1024 * 1024)
#define DELAY_MAX     (INT64_C(24) * 3600 * NS_PER_S) /* of all delays together */

static void add_delay(struct answer *answer, double ns)
{
    double sum = (double)answer->delay_ns + ns;
    answer->delay_ns = sum < (double)DELAY_MAX ? (int64_t)sum : DELAY_MAX;
}

void behave_delay(struct answer *answer, const struct inbound *request,
                  const struct argument *argument)
{
    add_delay(answer, (double)argument->number);
}

void behave_delay_per_mib(struct answer *answer, const struct inbound *request,
                          const struct argument *argument)
{
    double mib = (double)request->body.len / BYTES_PER_MIB;
    add_delay(answer, (double)argument->number * mib);
}

void behave_drip(struct answer *answer, const struct inbound *request,
                 const struct argument *argument)
{
    answer->drip_ns = argument->number;
}

static void cut(struct answer *answer, const struct argument *argument, enum ending ending)
{
    answer->cut = true;
    answer->cut_at = argument->number > 0 ? (size_t)argument->number : 0;
    answer->ending = ending;
}

void behave_truncate(struct answer *answer, const struct inbound *request,
                     const struct argument *argument)
{
    cut(answer, argument, ENDING_CLOSE);
}

void behave_reset(struct answer *answer, const struct inbound *request,
                  const struct argument *argument)
{
    cut(answer, argument, ENDING_RESET);
}

void behave_reset_after(struct answer *answer, const struct inbound *request,
                        const struct argument *argument)
{
    answer->ending = ENDING_RESET;
    answer->silent_close = true;
}

void behave_close(struct answer *answer, const struct inbound *request,
                  const struct argument *argument)
{
    cut(answer, argument, ENDING_CLOSE);
}

void behave_silence(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    cut(answer, argument, ENDING_HOLD);
}

void behave_endless(struct answer *answer, const struct inbound *request,
                    const struct argument *argument)
{
    if (answer->status == 204)
        answer->status = 200;
    answer->endless = true;
    answer->ending = ENDING_CLOSE;
}

void behave_connection_close(struct answer *answer, const struct inbound *request,
                             const struct argument *argument)
{
    answer->ending = ENDING_CLOSE;
}

void behave_silent_close(struct answer *answer, const struct inbound *request,
                         const struct argument *argument)
{
    answer->ending = ENDING_CLOSE;
    answer->silent_close = true;
}

/* Neither a length nor chunks: the end of the connection ends the body. */
void behave_unframed(struct answer *answer, const struct inbound *request,
                     const struct argument *argument)
{
    answer->unframed = true;
    answer->ending = ENDING_CLOSE;
}
