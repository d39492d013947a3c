/* Everything that can be wrong with a suite file is refused, with the place and what would be
 * right.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/mem.h"
#include "base/rng.h"
#include "tests/support/suite_text.h"

TestSuite(suite_complaints, .timeout = 120);

static struct library library;

static void set_up(void)
{
    library_init(&library);
}

static void tear_down(void)
{
    library_clear(&library);
}

static void expect_complaint(struct suite *suite, const struct error *err, const char *input,
                             const char *place, const char *says)
{
    char *begins = mem_format("x.json: %s%s", place, *place ? ": " : "");
    cr_expect_null(suite, "%s", input);
    cr_expect(strncmp(err->message, begins, strlen(begins)) == 0, "%s: not at %s: %s", input, place,
              err->message);
    cr_expect(strstr(err->message, says), "%s: not \"%s\": %s", input, says, err->message);
    cr_expect_null(strchr(err->message, '\n'), "%s", err->message);
    free(begins);
    suite_free(suite);
}

#define OK_EXPECT "'expect':{'accepted':true}"

Test(suite_complaints, of_a_case_name_the_place_and_the_nearest_word, .init = set_up,
     .fini = tear_down)
{
    static const struct {
        const char *members, *place, *says;
    } rows[] = {
        {"'expct':{}", "/cases/0", "\"expct\"; did you mean \"expect\""},
        {"'level':'muts'," OK_EXPECT, "/cases/0/level", "did you mean \"must\""},
        {"'level':1," OK_EXPECT, "/cases/0/level", "a string is needed"},
        {"'source':'x'," OK_EXPECT, "/cases/0/source", "an object is needed"},
        {"'source':{}," OK_EXPECT, "/cases/0/source/doc", "a string is needed"},
        {"'source':{'dok':'x'}," OK_EXPECT, "/cases/0/source", "did you mean \"doc\""},
        {"'see':'CWE-1'," OK_EXPECT, "/cases/0/see", "an array is needed"},
        {"'see':['CWE-1',2]," OK_EXPECT, "/cases/0/see/1", "a string is needed"},
        {"'harm':1," OK_EXPECT, "/cases/0/harm", "a string is needed"},
        {"'disruptive':'yes'," OK_EXPECT, "/cases/0/disruptive", "true or false"},
        {"'tolerate':'5xx'," OK_EXPECT, "/cases/0/tolerate", "an object is needed"},
        {"'tolerate':{'status':'5xx'}," OK_EXPECT, "/cases/0/tolerate", "needs \"because\""},
        {"'tolerate':{'status':'6xx','because':'b'}," OK_EXPECT, "/cases/0/tolerate/status",
         "\"6xx\" is not a status"},
        {"'harm':'x'", "/cases/0", "expects nothing"},
        {"'expect':{}", "/cases/0", "expects nothing"},
        {"'expect':[]", "/cases/0/expect", "an object is needed"},
        {"'expect':{'acepted':true}", "/cases/0/expect/acepted", "did you mean \"accepted\""},
        {"'expect':{'accepted':false}", "/cases/0/expect/accepted", "write true"},
        {"'expect':{'alike':true}", "/cases/0/expect/alike", "of a case, not of a step"},
        {"'expect':{'status':'abc'}", "/cases/0/expect/status", "is not a status"},
        {"'expect':{'within':'5'}", "/cases/0/expect/within", "5"},
        {"'expect':{'json':{'member':'/a'}}", "/cases/0/expect/json", "needs \"equals\""},
        {"'expect':{'json':{'membr':'/a','equals':1}}", "/cases/0/expect/json",
         "did you mean \"member\""},
        {"'event':{'tpye':'x'}," OK_EXPECT, "/cases/0/event", "did you mean \"type\""},
        {"'event':[]," OK_EXPECT, "/cases/0/event", "an object is needed"},
        {"'event':{'dialect':'txt'}," OK_EXPECT, "/cases/0/event/dialect", "did you mean \"text\""},
        {"'event':{'rows':-1}," OK_EXPECT, "/cases/0/event/rows", "from 0 to 100000"},
        {"'event':{'size':12}," OK_EXPECT, "/cases/0/event/size", "a string is needed"},
        {"'event':{'size':'1TiB'}," OK_EXPECT, "/cases/0/event/size", ""},
        {"'event':{'size':'65MiB'}," OK_EXPECT, "/cases/0/event/size", "more than 64MiB"},
        {"'event':{'age':'soon'}," OK_EXPECT, "/cases/0/event/age", "soon"},
        {"'event':{'again':1}," OK_EXPECT, "/cases/0/event/again", "no earlier step"},
        {"'sign':{}," OK_EXPECT, "/cases/0/sign", "an array is needed"},
        {"'wire':['x']," OK_EXPECT, "/cases/0/wire/0", "an object is needed"},
        {"'wire':[{}]," OK_EXPECT, "/cases/0/wire/0/op", "a string is needed"},
        {"'wire':[{'op':'zeroes'}]," OK_EXPECT, "/cases/0/wire/0/op", "did you mean \"zeros\""},
        {"'wire':[{'op':'wrong-secret'}]," OK_EXPECT, "/cases/0/wire/0/op",
         "belongs in \"sign\", not in \"wire\""},
        {"'wire':[{'op':'change-digit','att':'last'}]," OK_EXPECT, "/cases/0/wire/0",
         "did you mean \"at\""},
        {"'wire':[{'op':'change-digit','at':'lst'}]," OK_EXPECT, "/cases/0/wire/0/at",
         "did you mean \"last\""},
        {"'wire':[{'op':'set-header'}]," OK_EXPECT, "/cases/0/wire/0", "needs \"name\""},
        {"'wire':[{'op':'truncate-signature','to':1.5}]," OK_EXPECT, "/cases/0/wire/0/to", "1.5"},
        {"'deliver':{'method':'GET /x'}," OK_EXPECT, "/cases/0/deliver/method", "is not a method"},
        {"'deliver':{'method':''}," OK_EXPECT, "/cases/0/deliver/method", "is not a method"},
        {"'deliver':{'times':1001}," OK_EXPECT, "/cases/0/deliver/times", "from 0 to 1000"},
        {"'deliver':{'time':1}," OK_EXPECT, "/cases/0/deliver", "did you mean \"times\""},
        {"'one-connection':true,'deliver':{'times':2,'together':true}," OK_EXPECT, "/cases/0",
         "one exchange at a time"},
        {"'steps':{}", "/cases/0/steps", "an array is needed"},
        {"'steps':[],'wire':[]", "/cases/0/wire", "next to \"steps\""},
        {"'steps':[{'title':'x'}]", "/cases/0/steps/0", "\"title\""},
        {"'steps':[{" OK_EXPECT "}],'expect':{'accepted':true}", "/cases/0/expect/accepted",
         "of a step, not of a case"},
        {"'steps':[{" OK_EXPECT "},{'event':{'again':2}}]", "/cases/0/steps/1/event/again",
         "from 1 to 1"},
        {"'steps':[{'deliver':{'times':0}},{'event':{'again':1}," OK_EXPECT "}]", "/cases/0",
         "which sends none"},
        {"'steps':[{},{'wire':[{'op':'no-signatur'}]," OK_EXPECT "}]", "/cases/0/steps/1/wire/0/op",
         "did you mean \"no-signature\""},
        {"'for':[]," OK_EXPECT, "/cases/0/for", "an object is needed"},
        {"'for':{'at':'/event/type'}," OK_EXPECT, "/cases/0/for/values", "an array is needed"},
        {"'for':{'at':'type','values':[1]}," OK_EXPECT, "/cases/0/for/at", "JSON Pointer"},
        {"'for':{'at':'/event/type','values':[]}," OK_EXPECT, "/cases/0/for/values", "is empty"},
        {"'for':{'at':'/evnt/type','values':['a']}," OK_EXPECT, "/cases/0/for/at",
         "there is no /evnt/type"},
        {"'for':{'at':'/wire/1/op','values':['a']},'wire':[]," OK_EXPECT, "/cases/0/for/at",
         "there is no /wire/1/op"},
        {"'for':{'at':[],'values':['a']}," OK_EXPECT, "/cases/0/for/at", "is empty"},
        {"'for':{'at':['/title','event'],'values':['a']}," OK_EXPECT, "/cases/0/for/at/1",
         "\"event\" is not a JSON Pointer"},
        {"'for':{'at':['/title','/evnt/type'],'values':['a']}," OK_EXPECT, "/cases/0/for/at",
         "there is no /evnt/type"},
        {"'event':{'depth':0}," OK_EXPECT, "/cases/0/event/depth", ""},
        {"'wire':[{'op':'raw-body','base64':'A'}]," OK_EXPECT, "/cases/0/wire/0/base64",
         "\"A\" is not base64"},
        {"'wire':[{'op':'insert-bytes','base64':'AA==','at':'midle'}]," OK_EXPECT,
         "/cases/0/wire/0/at", "did you mean \"middle\""},
        {"'probe':'body-limt'," OK_EXPECT, "/cases/0/probe", "did you mean \"body-limit\""},
        {"'probe':'body-limit','steps':[{" OK_EXPECT "}]", "/cases/0/steps", "next to \"probe\""},
        {"'for':{'at':'/event/type','values':'sent-type'},'event':{}," OK_EXPECT,
         "/cases/0/for/values", "did you mean \"sent-types\""},
        {"'for':{'at':'/event/type','values':[{'list':'x'}]},'event':{}," OK_EXPECT,
         "/cases/0/for/values/0/list", "sent-types"},
        {"'for':{'at':'/event/type','values':[{'list':1}]},'event':{}," OK_EXPECT,
         "/cases/0/for/values/0/list", "not the name of a list"},
        {"'for':{'at':'/event/type','values':[{'label':'x'}]},'event':{}," OK_EXPECT,
         "/cases/0/for/values/0", "no \"value\""},
        {"'for':{'at':'/event/type','values':[{'valeu':'x'}]},'event':{}," OK_EXPECT,
         "/cases/0/for/values/0", "did you mean \"value\""},
        {"'for':{'at':'/event/type','values':['a','a']},'event':{'any-type':true}," OK_EXPECT,
         "/cases/0", "two cases \"my/suite/one[a]\""},
        {"'for':{'at':'/event/type','values':['a\\nb']},'event':{}," OK_EXPECT,
         "/cases/0/for/values/0", "control character"},
        {"'for':{'at':'/event/type','values':[{'value':'a','level':'most'}]},'event':{}," OK_EXPECT,
         "/cases/0/level", "did you mean \"must\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        struct suite *suite = suite_from_case(&library, rows[i].members, &err);
        expect_complaint(suite, &err, rows[i].members, rows[i].place, rows[i].says);
    }
}

#define GOOD_CASE "{'id':'a','title':'t'," OK_EXPECT "}"

Test(suite_complaints, of_a_file_name_the_place, .init = set_up, .fini = tear_down)
{
    static const struct {
        const char *text, *place, *says;
    } rows[] = {
        {"[]", "", "an object is needed"},
        {"{}", "/suite", "a string is needed"},
        {"{'suite':'a','case':[]}", "", "did you mean \"cases\""},
        {"{'suite':'a'}", "/cases", "an array is needed"},
        {"{'suite':'a','cases':[]}", "/cases", "contains no cases"},
        {"{'suite':'A','cases':[" GOOD_CASE "]}", "/suite", "is not a name"},
        {"{'suite':'a//b','cases':[" GOOD_CASE "]}", "/suite", "is not a name"},
        {"{'suite':'a/','cases':[" GOOD_CASE "]}", "/suite", "is not a name"},
        {"{'suite':'../a','cases':[" GOOD_CASE "]}", "/suite", "is not a name"},
        {"{'suite':'a','about':1,'cases':[" GOOD_CASE "]}", "/about", "a string is needed"},
        {"{'suite':'a','cases':['x']}", "/cases/0", "an object is needed"},
        {"{'suite':'a','cases':[{}]}", "/cases/0/id", "a string is needed"},
        {"{'suite':'a','cases':[{'id':'b'}]}", "/cases/0/title", "a string is needed"},
        {"{'suite':'a','cases':[" GOOD_CASE "," GOOD_CASE "]}", "/cases/1", "two cases \"a/a\""},
        {"{'suite':'a','cases':[" GOOD_CASE ",{'id':'b','title':'t','steps':[{},{'wire':["
         "{'op':'change-dgit'}]}]}]}",
         "/cases/1/steps/1/wire/0/op", "did you mean \"change-digit\""},
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        struct suite *suite = suite_from_text(&library, rows[i].text, &err);
        expect_complaint(suite, &err, rows[i].text, rows[i].place, rows[i].says);
    }
}

Test(suite_complaints, of_ids_that_are_no_slugs, .init = set_up, .fini = tear_down)
{
    static const char *const ids[] = {"", "A", "a_b", "-a", "a-", "a--b", "a b", "a/b", "é", "a.b"};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        struct error err = {0};
        char *text =
            mem_format("{'suite':'a','cases':[{'id':'%s','title':'t'," OK_EXPECT "}]}", ids[i]);
        struct suite *suite = suite_from_text(&library, text, &err);
        expect_complaint(suite, &err, text, "/cases/0/id", "is not a slug");
        free(text);
    }
}

Test(suite_complaints, of_what_is_not_json_name_line_and_column, .init = set_up, .fini = tear_down)
{
    static const char *const texts[] = {"", "{", "{'suite':'a',}", "nope",
                                        "{'suite':'a','suite':'b'}"};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct error err = {0};
        struct suite *suite = suite_from_text(&library, texts[i], &err);
        cr_expect_null(suite, "%s", texts[i]);
        cr_expect(strstr(err.message, "x.json: line "), "%s: %s", texts[i], err.message);
        suite_free(suite);
    }
}

/* --- whatever stands in a file --- */

/* Something that is there is taken away, doubled or put elsewhere. */
static void mangle(struct buf *text, struct rng *rng)
{
    static const char bytes[] = "{}[]\",:0123456789truefalsn\\/u -.";
    size_t at = (size_t)rng_below(rng, text->len);
    size_t from = (size_t)rng_below(rng, text->len);
    size_t len = (size_t)rng_below(rng, 12);
    len = len < text->len - at ? len : text->len - at;
    len = len < text->len - from ? len : text->len - from;
    if (rng_below(rng, 3) == 0)
        text->data[at] = bytes[rng_below(rng, sizeof bytes - 1)];
    else
        memmove(text->data + at, text->data + from, len);
}

Test(suite_complaints, of_mangled_files_are_sentences_too, .init = set_up, .fini = tear_down)
{
    static const char good[] =
        "{'suite':'a/b','cases':[{'id':'a','title':'t','level':'may','for':{'at':'/wire/0/to',"
        "'values':[1,{'value':2,'label':'x','level':'may'}]},'wire':[{'op':'truncate-signature',"
        "'to':1}],'expect':{'refused':true,'status':'4xx'}},{'id':'b','title':'t','steps':[{'event'"
        ":"
        "{'type':'x','any-type':true,'rows':1},'deliver':{'times':2}},{'event':{'again':1}"
        "," OK_EXPECT "}]}]}";
    size_t read = 0;
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        struct rng rng = rng_for(seed, "mangled suite");
        struct error err = {0};
        struct buf text = {0};
        buf_add_text(&text, good);
        for (uint64_t times = 1 + rng_below(&rng, 4); times > 0; times--)
            mangle(&text, &rng);
        struct suite *suite = suite_from_text(&library, buf_text(&text), &err);
        read += suite != NULL;
        cr_expect(suite != NULL || error_is_set(&err), "%s", buf_text(&text));
        suite_free(suite);
        buf_clear(&text);
    }
    cr_expect_gt(read, 0, "some of them are still right");
    cr_expect_lt(read, 3000, "and some are not");
}

/* A `for` of many values over a large case, or over many places. */
static char *large_loop(size_t num_places, size_t num_values, size_t harm_len)
{
    struct buf out = {0};
    buf_add_text(&out, "'harm':'");
    for (size_t i = 0; i < harm_len; i++)
        buf_add_char(&out, 'x');
    buf_add_text(&out, "','for':{'at':[");
    for (size_t i = 0; i < num_places; i++)
        buf_add_format(&out, "%s'/remedy'", i ? "," : "");
    buf_add_text(&out, "],'values':[");
    for (size_t i = 0; i < num_values; i++)
        buf_add_format(&out, "%s'v%zu'", i ? "," : "", i);
    buf_add_text(&out, "]},'remedy':''," OK_EXPECT);
    return buf_take(&out);
}

Test(suite_complaints, a_few_lines_grow_only_so_far, .init = set_up, .fini = tear_down)
{
    static const struct {
        size_t num_places, num_values, harm_len;
        const char *place, *says;
    } rows[] = {{33, 1, 1, "/cases/0/for/at", "more than 32 places"},
                {1, 70, 1024 * 1024, "/cases/0/for/values/63", "more than 64 MiB"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct error err = {0};
        char *members = large_loop(rows[i].num_places, rows[i].num_values, rows[i].harm_len);
        struct suite *suite = suite_from_case(&library, members, &err);
        expect_complaint(suite, &err, rows[i].says, rows[i].place, rows[i].says);
        free(members);
    }
}
