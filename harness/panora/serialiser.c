/* The table of serialisers. */
#include "panora/serialiser.h"

#include <string.h>

#include "base/array.h"

/* Without blanks, and no more escaped than JSON requires. */
#define COMPACT .item_gap = ",", .key_gap = ":", .escaped = "", .letters = "btnfr"

#define GO_TEXT .item_gap = ",", .key_gap = ":", .letters = "tnr", .separators = true, .sorts = true

#define PYTHON_NUMBERS                                                                             \
    {                                                                                              \
        .mark = 'e', .plus = true, .exponent_digits = 2, .smallest_fixed = -4, .largest_fixed = 15 \
    }
#define PHP_NUMBERS                                                                                \
    {                                                                                              \
        .whole_as_integer = true, .mantissa_dot = true, .plus = true, .mark = 'e',                 \
        .exponent_digits = 1, .smallest_fixed = -4, .largest_fixed = 16                            \
    }
#define RUBY_NUMBERS                                                                               \
    {                                                                                              \
        .mantissa_dot = true, .plus = true, .mark = 'e', .exponent_digits = 2,                     \
        .smallest_fixed = -4, .largest_fixed = 14, .fraction_stays = true                          \
    }
#define GO_NUMBERS                                                                                 \
    {                                                                                              \
        .all_are_doubles = true, .whole_as_integer = true, .plus = true, .mark = 'e',              \
        .exponent_digits = 1, .smallest_fixed = -6, .largest_fixed = 20                            \
    }
#define JAVA_NUMBERS                                                                               \
    {                                                                                              \
        .mantissa_dot = true, .mark = 'E', .exponent_digits = 1, .smallest_fixed = -3,             \
        .largest_fixed = 6                                                                         \
    }

const struct serialiser serialisers[] = {
    {.id = "javascript", .name = "JSON.stringify", .language = "javascript", .javascript = true},
    {.id = "python-default",
     .name = "Python's json.dumps with its defaults",
     .language = "python",
     .item_gap = ", ",
     .key_gap = ": ",
     .escaped = "\x7f",
     .letters = "btnfr",
     .ascii = true,
     .surrogates = true,
     .number = PYTHON_NUMBERS},
    {.id = "python-compact",
     .name = "Python's json.dumps with separators=(',', ':')",
     .language = "python",
     .item_gap = ",",
     .key_gap = ":",
     .escaped = "\x7f",
     .letters = "btnfr",
     .ascii = true,
     .surrogates = true,
     .number = PYTHON_NUMBERS},
    {.id = "php-default",
     .name = "PHP's json_encode with its defaults",
     .language = "php",
     COMPACT,
     .ascii = true,
     .slash = true,
     .arrays = true,
     .number = PHP_NUMBERS},
    {.id = "go",
     .name = "Go's json.Marshal",
     .language = "go",
     GO_TEXT,
     .escaped = "<>&",
     .number = GO_NUMBERS},
    {.id = "go-encoder",
     .name = "Go's json.Encoder with its defaults",
     .language = "go",
     GO_TEXT,
     .escaped = "<>&",
     .end = "\n",
     .number = GO_NUMBERS},
    {.id = "go-encoder-unescaped",
     .name = "Go's json.Encoder with SetEscapeHTML(false)",
     .language = "go",
     GO_TEXT,
     .escaped = "",
     .end = "\n",
     .number = GO_NUMBERS},
    {.id = "php-unescaped-slashes",
     .name = "PHP's json_encode with JSON_UNESCAPED_SLASHES",
     .language = "php",
     COMPACT,
     .ascii = true,
     .arrays = true,
     .number = PHP_NUMBERS},
    {.id = "php-unescaped",
     .name = "PHP's json_encode with JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE",
     .language = "php",
     COMPACT,
     .separators = true,
     .arrays = true,
     .number = PHP_NUMBERS},
    {.id = "php-unescaped-unicode",
     .name = "PHP's json_encode with JSON_UNESCAPED_UNICODE",
     .language = "php",
     COMPACT,
     .separators = true,
     .slash = true,
     .arrays = true,
     .number = PHP_NUMBERS},
    {.id = "dotnet",
     .name = ".NET's System.Text.Json with its defaults",
     .language = "csharp",
     .item_gap = ",",
     .key_gap = ":",
     .escaped = "\"&'+<>`\x7f",
     .letters = "btnfr",
     .ascii = true,
     .upper = true,
     .number = {.keeps = true}},
    {.id = "gson",
     .name = "Java's Gson with its defaults",
     .language = "java",
     .item_gap = ",",
     .key_gap = ":",
     .escaped = "<>&='",
     .letters = "btnfr",
     .drops_nulls = true,
     .separators = true,
     .number = {.keeps = true}},
    {.id = "rails",
     .name = "Rails' to_json",
     .language = "ruby",
     .item_gap = ",",
     .key_gap = ":",
     .escaped = "<>&",
     .letters = "btnfr",
     .separators = true,
     .number = RUBY_NUMBERS},
    {.id = "python-utf8",
     .name = "Python's json.dumps with ensure_ascii=False",
     .language = "python",
     .item_gap = ", ",
     .key_gap = ": ",
     .escaped = "",
     .letters = "btnfr",
     .number = PYTHON_NUMBERS},
    {.id = "python-compact-utf8",
     .name = "Python's json.dumps with separators=(',', ':') and ensure_ascii=False",
     .language = "python",
     COMPACT,
     .number = PYTHON_NUMBERS},
    {.id = "python-sorted",
     .name = "Python's json.dumps with separators=(',', ':') and sort_keys=True",
     .language = "python",
     .item_gap = ",",
     .key_gap = ":",
     .escaped = "\x7f",
     .letters = "btnfr",
     .ascii = true,
     .surrogates = true,
     .sorts = true,
     .number = PYTHON_NUMBERS},
    {.id = "php-default-objects",
     .name = "PHP's json_encode with its defaults, after json_decode without true",
     .language = "php",
     COMPACT,
     .ascii = true,
     .slash = true,
     .number = PHP_NUMBERS},
    {.id = "php-unescaped-slashes-objects",
     .name = "PHP's json_encode with JSON_UNESCAPED_SLASHES, after json_decode without true",
     .language = "php",
     COMPACT,
     .ascii = true,
     .number = PHP_NUMBERS},
    {.id = "php-unescaped-unicode-objects",
     .name = "PHP's json_encode with JSON_UNESCAPED_UNICODE, after json_decode without true",
     .language = "php",
     COMPACT,
     .separators = true,
     .slash = true,
     .number = PHP_NUMBERS},
    {.id = "php-unescaped-objects",
     .name = "PHP's json_encode with JSON_UNESCAPED_SLASHES and JSON_UNESCAPED_UNICODE, after "
             "json_decode without true",
     .language = "php",
     COMPACT,
     .separators = true,
     .number = PHP_NUMBERS},
    {.id = "php-unescaped-all",
     .name = "PHP's json_encode with JSON_UNESCAPED_SLASHES, JSON_UNESCAPED_UNICODE and "
             "JSON_UNESCAPED_LINE_TERMINATORS",
     .language = "php",
     COMPACT,
     .arrays = true,
     .number = PHP_NUMBERS},
    {.id = "php-unescaped-all-objects",
     .name = "PHP's json_encode with JSON_UNESCAPED_SLASHES, JSON_UNESCAPED_UNICODE and "
             "JSON_UNESCAPED_LINE_TERMINATORS, after json_decode without true",
     .language = "php",
     COMPACT,
     .number = PHP_NUMBERS},
    {.id = "python-sorted-utf8",
     .name =
         "Python's json.dumps with separators=(',', ':'), ensure_ascii=False and sort_keys=True",
     .language = "python",
     COMPACT,
     .sorts = true,
     .number = PYTHON_NUMBERS},
    {.id = "ruby",
     .name = "Ruby's JSON.generate",
     .language = "ruby",
     COMPACT,
     .number = RUBY_NUMBERS},
    {.id = "jackson",
     .name = "Java's Jackson with its defaults",
     .language = "java",
     COMPACT,
     .upper = true,
     .number = JAVA_NUMBERS},
};
const size_t num_serialisers = ARRAY_LEN(serialisers);

const struct serialiser *serialiser_find(const char *id)
{
    for (size_t i = 0; i < num_serialisers; i++)
        if (strcmp(serialisers[i].id, id) == 0)
            return &serialisers[i];
    return NULL;
}
