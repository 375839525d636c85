/* The configuration and the file of places: any bytes at all. */
#include "fuzz.h"
#include "session/place_file.h"
#include "session/settings.h"

/* What was understood reads back as the same options. */
static void config(const char *text, size_t n)
{
    struct settings s = {.theme = "dark", .view = view_find("hex")}, again = s;
    struct keymap *keys = keymap_new();
    char why[SETTINGS_FAULTS], printed[SETTINGS_PRINTED];
    uint32_t seen = 0;
    HOLDS(keys != NULL);
    size_t bad = settings_read(&s, keys, text, n, &seen, why);
    HOLDS((bad == 0) == (why[0] == '\0'));
    size_t length = settings_print(&s, seen, printed);
    HOLDS(settings_read(&again, keys, printed, length, NULL, why) == 0);
    HOLDS((settings_changed(&s, &again) & seen) == 0);
    keymap_free(keys);
}

/* Writing what was read keeps it. */
static void places(const char *text, size_t n)
{
    static const char locator[] = "posix:/a b";
    struct place at = {.marks.count = 0}, back = {.marks.count = 0};
    size_t length = 0;
    place_read(text, n, locator, &at);
    char *now = place_write(text, n, locator, &at, &length);
    HOLDS(now != NULL);
    place_read(now, length, locator, &back);
    HOLDS(!place_changed(&at, &back));
    free(now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    config((const char *)data, size);
    places((const char *)data, size);
    return 0;
}
