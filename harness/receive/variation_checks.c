/* Checks of receivers that are right in another way. */
#include <string.h>

#include "panora/event.h"
#include "receive/raw_member.h"
#include "receive/variation_internal.h"
#include "sign/digest.h"

/* The content type is left aside: only the signature counts. */
enum result vary_admit_any_type(struct handling *handling)
{
    return strcmp(handling->request->method, "POST") == 0 ? RESULT_NEXT : RESULT_METHOD;
}

#define HEADER_MAX 4096

enum result vary_admit_short_headers(struct handling *handling)
{
    const struct headers *headers = handling->request->headers;
    for (size_t i = 0; i < headers->count; i++)
        if (strlen(headers->items[i].value) > HEADER_MAX) {
            handling->answer.status = 431;
            handling->answer.ending = ENDING_CLOSE;
            return RESULT_ANSWERED;
        }
    return rules_right.admit(handling);
}

/* What cannot be a signature is refused before a byte of the body is read. */
enum result vary_admit_signed_heads(struct handling *handling)
{
    enum result result = rules_right.admit(handling);
    bool possible = rules_right.find(handling) == RESULT_NEXT && handling->signature.len == 64 &&
                    strspn(handling->signature.data, "0123456789abcdef") >= 64;
    return result != RESULT_NEXT || possible ? result : RESULT_SIGNATURE;
}

/* The bytes of `data` as they came, as Go's json.RawMessage keeps them: for what JSON.stringify
 * wrote they are the same as those that the right receiver writes again. */
enum result vary_message_as_it_stands(struct handling *handling)
{
    if (!handling_event(handling))
        return RESULT_NOT_EVENT;
    struct bytes data = raw_member(handling->request->body, "data", RAW_LAST);
    buf_add_bytes(&handling->message, data);
    return data.data ? RESULT_NEXT : RESULT_NOT_EVENT;
}

enum result vary_compare_any_case(struct handling *handling)
{
    struct bytes given = handling->signature;
    char lower[64];
    if (given.len != sizeof lower)
        return RESULT_SIGNATURE;
    for (size_t i = 0; i < given.len; i++) {
        char c = given.data[i];
        lower[i] = (char)(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c);
    }
    bool equal = digest_equal((struct bytes){lower, sizeof lower}, buf_bytes(&handling->digest));
    return equal ? RESULT_NEXT : RESULT_SIGNATURE;
}

/* 8-4-4-4-12 hexadecimal digits. */
static bool is_uuid(struct bytes text)
{
    static const char pattern[] = "xxxxxxxx-xxxx-4xxx-xxxx-xxxxxxxxxxxx";
    if (text.len != sizeof pattern - 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        bool fits = pattern[i] == 'x' ? text.data[i] && strchr("0123456789abcdef", text.data[i])
                                      : text.data[i] == pattern[i];
        if (!fits)
            return false;
    }
    return true;
}

/* Everything that Panora's sender always keeps is asked for: a version 4 UUID, names in lower case,
 * JSON inside data. */
enum result vary_shape_strict(struct handling *handling)
{
    enum result result = rules_right.shape(handling);
    if (result != RESULT_NEXT)
        return result;
    struct bytes type = handling_member(handling, "type");
    bool named = type.len > 0;
    for (size_t i = 0; named && i < type.len; i++)
        named = type.data[i] && strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", type.data[i]);
    struct js *data = handling_data(handling);
    bool structured = data && (js_kind(data) == JS_OBJECT || js_kind(data) == JS_ARRAY);
    js_free(data);
    return named && structured && is_uuid(handling_member(handling, "id_event")) ? RESULT_NEXT
                                                                                 : RESULT_NOT_EVENT;
}
