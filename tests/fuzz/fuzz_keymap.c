/* Any text as key names and bindings (a key, a NUL, a command, a NUL, ...), any numbers as keys. */
#include "core/screen/keymap.h"
#include "fuzz.h"

static void same(struct key a, struct key b)
{
    HOLDS(a.code == b.code && a.mods == b.mods);
}

/* A name that is understood is that of one key, and reads back. */
static void name(const char *text)
{
    struct key key, back;
    char shown[KEY_NAME_MAX];
    if (!key_parse(text, &key))
        return;
    size_t n = key_name(key, shown);
    HOLDS(n > 0 && n < KEY_NAME_MAX && n == strlen(shown));
    HOLDS(key_parse(shown, &back));
    same(key, back);
}

/* A key of any numbers has no name, or one that reads back. */
static void number(const uint8_t *data, size_t size)
{
    struct key key = {0, 0}, back;
    char shown[KEY_NAME_MAX];
    if (size < sizeof key)
        return;
    memcpy(&key, data, sizeof key);
    key.code %= 2 * KEY_BASE;
    key.mods %= 16;
    if (key_name(key, shown) == 0)
        return;
    HOLDS(key_parse(shown, &back));
    same(key, back);
}

static void bind(struct keymap *m, enum key_mode mode, const char *key, const char *command)
{
    struct key parsed;
    if (keymap_bind(m, mode, key, command) != NULL)
        return;
    HOLDS(key_parse(key, &parsed));
    const struct binding *b = keymap_find(m, mode, parsed);
    command += strspn(command, " \t");
    HOLDS(command[0] ? b && strcmp(b->command, command) == 0 : b == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct keymap *m = keymap_new();
    HOLDS(m != NULL);
    number(data, size);
    for (int i = 0; size > 0; i++) {
        char *key = fuzz_string(data, size);
        size_t used = strlen(key) < size ? strlen(key) + 1 : size;
        char *command = fuzz_string(data + used, size - used);
        name(key);
        bind(m, (enum key_mode)(i % MODE_COUNT), key, command);
        data += used;
        size -= used;
        free(key);
        free(command);
    }
    const struct binding *b;
    for (size_t i = 0; (b = keymap_row(m, i)) != NULL; i++)
        HOLDS(keymap_find(m, (enum key_mode)b->mode, b->key) == b);
    keymap_free(m);
    return 0;
}
