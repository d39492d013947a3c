/* What became of many copies of one event, in words. */
#include "diagnose/series.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/mem.h"

TestSuite(diagnose_series, .timeout = 120);

Test(diagnose_series, what_is_no_answer_is_not_said_to_be_answered)
{
    static const struct {
        struct series series;
        const char *before, *sentence;
    } rows[] = {
        {{.status = 503, .answer = ANSWER_ERROR}, "sometimes ", "sometimes answers 503 to it"},
        {{.status = 200, .answer = ANSWER_BROKEN},
         "",
         "answers 200 in a response that Panora cannot read to it"},
        {{.answer = ANSWER_DIED}, "", "gives no answer to it"},
        {{.answer = ANSWER_HUNG}, "sometimes ", "sometimes gives no answer to it"},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char *sentence = series_sentence(&rows[i].series, rows[i].before, mem_text("to it"));
        cr_expect_str_eq(sentence, rows[i].sentence);
        free(sentence);
    }
}
