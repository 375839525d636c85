/* The configuration and the file of marks: any bytes at all. */
#include "fuzz.h"
#include "session/settings.h"

/* What was understood reads back as the same options. */
static void config(const char *text, size_t n)
{
    struct settings s = {.theme = "dark", .view = view_find("hex")}, again = s;
    struct keymap *keys = keymap_new();
    char why[SETTINGS_WHY], printed[SETTINGS_PRINTED];
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
static void marks(const char *text, size_t n)
{
    static const char locator[] = "posix:/a b";
    uint64_t at[MARKS] = {0}, back[MARKS] = {0};
    uint32_t set = 0, back_set = 0;
    size_t length = 0;
    marks_read(text, n, locator, at, &set);
    char *now = marks_write(text, n, locator, at, set, &length);
    HOLDS(now != NULL);
    marks_read(now, length, locator, back, &back_set);
    HOLDS(back_set == set && memcmp(back, at, sizeof back) == 0);
    free(now);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    config((const char *)data, size);
    marks((const char *)data, size);
    return 0;
}
