#include "ui/term/console_input.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"

/* Virtual keys, by Windows' numbers. */
enum {
    VKEY_BACK = 0x08,
    VKEY_TAB = 0x09,
    VKEY_RETURN = 0x0d,
    VKEY_SHIFT = 0x10,
    VKEY_CONTROL = 0x11,
    VKEY_MENU = 0x12, /* Alt */
    VKEY_CAPITAL = 0x14,
    VKEY_ESCAPE = 0x1b,
    VKEY_SPACE = 0x20,
    VKEY_PRIOR = 0x21,
    VKEY_DELETE = 0x2e,
    VKEY_LWIN = 0x5b,
    VKEY_APPS = 0x5d,
    VKEY_F1 = 0x70,
    VKEY_F12 = 0x7b,
    VKEY_NUMLOCK = 0x90,
    VKEY_SCROLL = 0x91
};

enum { MOD_SHIFT = 1, MOD_ALT = 2, MOD_CTRL = 4 }; /* as CSI counts them, less 1 */

static size_t length_of(int n)
{
    return n < 0 ? 0 : (size_t)n < CONSOLE_SEQUENCE ? (size_t)n : CONSOLE_SEQUENCE - 1;
}

/* `CSI number ; modifiers final`; number 1 and no modifiers: `CSI final`. */
static size_t csi(char *out, unsigned number, unsigned mods, char final)
{
    int n;
    if (mods != 0)
        n = snprintf(out, CONSOLE_SEQUENCE, "\033[%u;%u%c", number, mods + 1, final);
    else if (number == 1)
        n = snprintf(out, CONSOLE_SEQUENCE, "\033[%c", final);
    else
        n = snprintf(out, CONSOLE_SEQUENCE, "\033[%u%c", number, final);
    return length_of(n);
}

static unsigned mods_of(const struct console_key *k)
{
    bool shift = (k->state & CONSOLE_SHIFT) != 0;
    bool alt = (k->state & (CONSOLE_LEFT_ALT | CONSOLE_RIGHT_ALT)) != 0;
    bool ctrl = (k->state & (CONSOLE_LEFT_CTRL | CONSOLE_RIGHT_CTRL)) != 0;
    return (shift ? (unsigned)MOD_SHIFT : 0) | (alt ? (unsigned)MOD_ALT : 0) |
           (ctrl ? (unsigned)MOD_CTRL : 0);
}

static bool is_modifier(uint16_t vk)
{
    return (vk >= VKEY_SHIFT && vk <= VKEY_MENU) || vk == VKEY_CAPITAL ||
           (vk >= VKEY_LWIN && vk <= VKEY_APPS) || vk == VKEY_NUMLOCK || vk == VKEY_SCROLL;
}

/* Keys that make no character; 0: not one of them. */
static size_t named(char *out, uint16_t vk, unsigned mods)
{
    static const struct {
        uint8_t number;
        char final;
    } keys[] = {/* from VKEY_PRIOR */
                {5, '~'}, {6, '~'}, {1, 'F'}, {1, 'H'}, {1, 'D'}, {1, 'A'}, {1, 'C'},
                {1, 'B'}, {0, 0},   {0, 0},   {0, 0},   {0, 0},   {2, '~'}, {3, '~'}};
    static const uint8_t function[] = {11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24};
    if (vk >= VKEY_F1 && vk <= VKEY_F12)
        return csi(out, function[vk - VKEY_F1], mods, '~');
    if (vk < VKEY_PRIOR || vk > VKEY_DELETE || keys[vk - VKEY_PRIOR].final == 0)
        return 0;
    return csi(out, keys[vk - VKEY_PRIOR].number, mods, keys[vk - VKEY_PRIOR].final);
}

/* Enter, Esc, Tab, Backspace, Ctrl+blank. As on terminals, Shift and Ctrl do not change the first
 * three. */
static size_t special(char *out, uint16_t vk, unsigned mods)
{
    unsigned alt = mods & (unsigned)MOD_ALT;
    switch (vk) {
    case VKEY_RETURN:
        return csi(out, '\r', alt, 'u');
    case VKEY_ESCAPE:
        return csi(out, 0x1b, alt, 'u');
    case VKEY_BACK:
        return csi(out, 0x7f, alt, 'u');
    case VKEY_TAB:
        return csi(out, '\t', mods, 'u');
    case VKEY_SPACE:
        return (mods & MOD_CTRL) != 0 ? csi(out, ' ', mods, 'u') : 0;
    default:
        return 0;
    }
}

/* A character, perhaps with Alt. */
static size_t character(char *out, uint32_t cp, unsigned mods)
{
    uint8_t utf8[5];
    if ((mods & MOD_ALT) != 0)
        return csi(out, cp, mods & ~(unsigned)MOD_SHIFT, 'u');
    if (cp >= 0x80 && cp < 0xa0)
        return 0; /* a C1 control is no key, and would start a sequence */
    size_t n = text_encode(TEXT_UTF8, cp, utf8);
    memcpy(out, utf8, n);
    return n;
}

/* Ctrl and a key that makes (or would make) a character; a control character is sent as such. */
static size_t control(char *out, const struct console_key *k, unsigned mods)
{
    unsigned code = k->unit, kept = (mods & (unsigned)MOD_ALT) | MOD_CTRL;
    if (code > 0 && code < 0x20 && (mods & MOD_ALT) == 0) {
        out[0] = (char)code;
        return 1;
    }
    if (code > 0 && code < 0x20)
        code += code <= 26 ? 'a' - 1u : 0x40u;
    else if (code == 0 && k->vk >= 'A' && k->vk <= 'Z')
        code = (unsigned)k->vk + ('a' - 'A');
    else if (code == 0 && k->vk >= '0' && k->vk <= '9')
        code = k->vk;
    return code < 0x20 || code >= 0x7f ? 0 : csi(out, code, kept, 'u');
}

/* The code point that this unit completes; 0: none yet, or an unpaired half. */
static uint32_t complete(struct console_input *in, uint16_t unit)
{
    uint16_t high = in->high;
    in->high = unit >= 0xd800 && unit < 0xdc00 ? unit : 0;
    if (unit >= 0xdc00 && unit < 0xe000)
        return high == 0 ? 0 : 0x10000u + ((high - 0xd800u) << 10) + (unit - 0xdc00u);
    return in->high != 0 ? 0 : unit;
}

size_t console_key(struct console_input *in, const struct console_key *k,
                   char out[CONSOLE_SEQUENCE])
{
    bool by_number = k->vk == VKEY_MENU && !k->down && k->unit != 0; /* Alt and digits */
    if (by_number)
        return character(out, complete(in, k->unit), 0);
    if (!k->down || (is_modifier(k->vk) && k->unit == 0))
        return 0;
    unsigned mods = mods_of(k);
    size_t n = special(out, k->vk, mods);
    if (n == 0)
        n = k->unit == 0 ? named(out, k->vk, mods) : 0;
    if (n != 0)
        return n;
    if ((mods & MOD_CTRL) != 0 && (mods & MOD_ALT) != 0 && k->unit >= 0x20)
        mods = 0; /* AltGr: it made the character */
    if (k->unit == 0x1b)
        return csi(out, 0x1b, mods & (unsigned)MOD_ALT, 'u');
    if ((mods & MOD_CTRL) != 0 || k->unit < 0x20)
        return control(out, k, mods);
    uint32_t cp = complete(in, k->unit);
    return cp == 0 ? 0 : character(out, cp, mods);
}

size_t console_mouse(struct console_input *in, const struct console_mouse *m,
                     char out[CONSOLE_SEQUENCE])
{
    unsigned code = 0;
    bool down = (m->buttons & 1) != 0, moved = (m->flags & CONSOLE_MOVED) != 0;
    if (m->row < 0 || m->col < 0 || (m->flags & CONSOLE_WHEEL_SIDEWAYS) != 0)
        return 0;
    if ((m->flags & CONSOLE_WHEEL) != 0)
        code = (m->buttons & 0x80000000u) != 0 ? 65 : 64;
    else if (down && in->held)
        code = 32;
    else if (!down && !in->held && ((m->buttons & 2) == 0 || moved))
        return 0;
    else if (!down && !in->held)
        return length_of(snprintf(out, CONSOLE_SEQUENCE, "\033[<2;%d;%dM", m->col + 1, m->row + 1));
    if ((m->flags & CONSOLE_WHEEL) == 0) {
        if (down && in->held && !moved)
            return 0; /* another button */
        in->held = down;
    }
    bool release = (m->flags & CONSOLE_WHEEL) == 0 && !down;
    return length_of(snprintf(out, CONSOLE_SEQUENCE, "\033[<%u;%d;%d%c", code, m->col + 1,
                              m->row + 1, release ? 'm' : 'M'));
}
