#include <stdio.h>
#include <string.h>

#include "core/screen/keymap.h"
#include "core/text.h"

/* Keys that have a name of several letters. */
static const struct {
    const char *name;
    uint32_t code;
} named[] = {
    {"Space", ' '},      {"Enter", KEY_ENTER_},         {"Esc", KEY_ESC_},
    {"Tab", KEY_TAB_},   {"Backspace", KEY_BACKSPACE_}, {"Delete", KEY_DELETE_},
    {"Up", KEY_UP_},     {"Insert", KEY_INSERT_},       {"Down", KEY_DOWN_},
    {"Left", KEY_LEFT_}, {"Right", KEY_RIGHT_},         {"Home", KEY_HOME_},
    {"End", KEY_END_},   {"PgUp", KEY_PGUP_},           {"PgDn", KEY_PGDN_},
};

enum { NAMED = sizeof named / sizeof named[0], F_KEYS = 12 };

/* May these modifiers be on this code? Shift is part of a character; Ctrl goes with the letters,
 * the blank and the five signs that terminals know it with. */
static bool possible(uint32_t code, uint32_t mods)
{
    if (mods & ~(uint32_t)(KEY_CTRL | KEY_SHIFT | KEY_ALT))
        return false;
    if (code >= KEY_BASE)
        return code < KEY_LAST_;
    if (mods & KEY_SHIFT)
        return false;
    if (mods & KEY_CTRL)
        return code != 0 &&
               ((code >= 'a' && code <= 'z') || (code < 0x80 && strchr(" @\\]^_", (int)code)));
    return text_printable(code) && (code == ' ' || text_width(code) > 0);
}

/* `F1` to `F12`, exactly; 0: no function key. */
static uint32_t function_key(const char *name)
{
    char text[8];
    for (uint32_t i = 0; i < F_KEYS; i++) {
        snprintf(text, sizeof text, "F%u", (unsigned)i + 1);
        if (strcmp(name, text) == 0)
            return KEY_F1_ + i;
    }
    return 0;
}

/* The code of a name without modifiers; 0: none. */
static uint32_t code_of(const char *name)
{
    size_t n = strlen(name);
    if (n == 0)
        return 0;
    struct text_char c = text_decode(TEXT_UTF8, (const uint8_t *)name, n);
    if (c.size == n)
        return c.valid && c.cp != ' ' ? c.cp : 0;
    for (size_t i = 0; i < NAMED; i++)
        if (strcmp(name, named[i].name) == 0)
            return named[i].code;
    return function_key(name);
}

bool key_parse(const char *name, struct key *out)
{
    struct key key = {0, 0};
    if (name[0] == 'M' && name[1] == '-') {
        key.mods |= KEY_ALT;
        name += 2;
    }
    if (name[0] == '^' && name[1]) {
        key.mods |= KEY_CTRL;
        name++;
    }
    if (name[0] == 'S' && name[1] == '-') {
        key.mods |= KEY_SHIFT;
        name += 2;
    }
    key.code = code_of(name);
    if ((key.mods & KEY_CTRL) && key.code >= 'A' && key.code <= 'Z')
        key.code += 'a' - 'A';
    if (key.code == 0 || !possible(key.code, key.mods))
        return false;
    *out = key;
    return true;
}

/* The name of a code without modifiers; 0: it has none. */
static size_t code_name(uint32_t code, char *out, size_t cap)
{
    if (code >= KEY_F1_ && code < KEY_LAST_)
        return (size_t)snprintf(out, cap, "F%u", (unsigned)(code - KEY_F1_) + 1);
    for (size_t i = 0; i < NAMED; i++)
        if (named[i].code == code)
            return (size_t)snprintf(out, cap, "%s", named[i].name);
    uint8_t bytes[4];
    size_t n = text_encode(TEXT_UTF8, code, bytes);
    memcpy(out, bytes, n);
    out[n] = '\0';
    return n;
}

size_t key_name(struct key key, char out[KEY_NAME_MAX])
{
    out[0] = '\0';
    if (!possible(key.code, key.mods))
        return 0;
    bool ctrl = (key.mods & KEY_CTRL) != 0;
    int n = snprintf(out, KEY_NAME_MAX, "%s%s%s", key.mods & KEY_ALT ? "M-" : "", ctrl ? "^" : "",
                     key.mods & KEY_SHIFT ? "S-" : "");
    uint32_t code = key.code;
    if (ctrl && code >= 'a' && code <= 'z')
        code -= 'a' - 'A';
    return (size_t)n + code_name(code, out + n, KEY_NAME_MAX - (size_t)n);
}
