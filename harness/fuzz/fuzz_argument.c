/*
 * What may be written behind --fault, --behaviour, --variation and --listen is read or refused with
 * a sentence, and nothing is kept of what was refused. The first byte chooses which.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"
#include "receive/behaviour.h"
#include "receive/fault.h"
#include "receive/variation.h"
#include "serve/listen.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool ok)
{
    if (!ok)
        abort();
}

static bool read_fault(const char *word, struct error *err)
{
    struct argument argument;
    const struct fault *fault = fault_read(word, &argument, err);
    check(fault || !argument.text);
    argument_clear(&argument);
    return fault != NULL;
}

static bool read_behaviour(const char *word, struct error *err)
{
    struct behaviour_setting setting;
    bool read = behaviour_read(word, &setting, err);
    check(read || !setting.argument.text);
    check(!read || setting.behaviour);
    argument_clear(&setting.argument);
    return read;
}

static bool read_variation(const char *word, struct error *err)
{
    return table_find(&variation_table, word, err) != NULL;
}

static bool read_listen(const char *word, struct error *err)
{
    struct listen_address address = {NULL, NULL};
    bool read = listen_address_read(word, &address, err);
    check(!read || (address.host && address.port));
    listen_address_clear(&address);
    return read;
}

/* Something after the name of a row of its own: mostly that is where an argument begins. */
static char *complete(const uint8_t *data, size_t size)
{
    char *rest = mem_copy(data + 2, size - 2);
    const struct fault *fault = fault_at(data[1] % fault_count());
    const char *name =
        data[0] & 4 ? fault->id
                    : ((const struct behaviour *)table_at(&behaviour_table,
                                                          data[1] % table_count(&behaviour_table)))
                          ->name;
    char *word = data[0] & 8 ? mem_format("%s=%s", name, rest) : mem_text(rest);
    free(rest);
    return word;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool (*const readers[])(const char *word, struct error *err) = {
        read_fault, read_behaviour, read_variation, read_listen};
    struct error err = {0};
    if (size < 2)
        return 0;
    char *word = complete(data, size);
    bool read = readers[data[0] % 4](word, &err);
    check(read != error_is_set(&err));
    free(word);
    return 0;
}
