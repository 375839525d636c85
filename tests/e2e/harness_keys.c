#include "harness_private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { READ_MS = 2000, ALONE_MS = 35 /* longer than the program waits for more after an ESC */ };

/* Keys that have names. */
static const struct named {
    const char *name;
    VTermKey key;
} named_keys[] = {
    {"Enter", VTERM_KEY_ENTER},
    {"Esc", VTERM_KEY_ESCAPE},
    {"Tab", VTERM_KEY_TAB},
    {"BS", VTERM_KEY_BACKSPACE},
    {"Del", VTERM_KEY_DEL},
    {"Ins", VTERM_KEY_INS},
    {"Up", VTERM_KEY_UP},
    {"Down", VTERM_KEY_DOWN},
    {"Left", VTERM_KEY_LEFT},
    {"Right", VTERM_KEY_RIGHT},
    {"Home", VTERM_KEY_HOME},
    {"End", VTERM_KEY_END},
    {"PgUp", VTERM_KEY_PAGEUP},
    {"PgDn", VTERM_KEY_PAGEDOWN},
    {"F1", VTERM_KEY_FUNCTION(1)},
    {"F2", VTERM_KEY_FUNCTION(2)},
    {"F3", VTERM_KEY_FUNCTION(3)},
    {"F4", VTERM_KEY_FUNCTION(4)},
    {"F5", VTERM_KEY_FUNCTION(5)},
    {"F6", VTERM_KEY_FUNCTION(6)},
    {"F7", VTERM_KEY_FUNCTION(7)},
    {"F8", VTERM_KEY_FUNCTION(8)},
    {"F9", VTERM_KEY_FUNCTION(9)},
    {"F10", VTERM_KEY_FUNCTION(10)},
    {"F11", VTERM_KEY_FUNCTION(11)},
    {"F12", VTERM_KEY_FUNCTION(12)},
};

void e2e_bytes(struct e2e *t, const void *bytes, size_t n)
{
    e2e_write(t, bytes, n);
}

/* One character with Ctrl or Alt, as terminals have always sent it. */
static void press_char(struct e2e *t, char c, VTermModifier mods)
{
    char bytes[2];
    size_t n = 0;
    if (mods & VTERM_MOD_ALT)
        bytes[n++] = '\033';
    bytes[n++] = mods & VTERM_MOD_CTRL ? (char)(c & 0x1f) : c;
    e2e_write(t, bytes, n);
}

/* A person's next key comes so long after Esc that it is not taken for the rest of a sequence: when
 * the program has read the ESC, and has waited for more. */
static void leave_alone(struct e2e *t)
{
    int unread = 0, slave = open(ptsname(t->master), O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    int64_t deadline = e2e_deadline(READ_MS);
    while (slave >= 0 && ioctl(slave, FIONREAD, &unread) == 0 && unread > 0 &&
           e2e_left_ms(deadline) > 0)
        (void)e2e_pump(t, 1);
    if (slave >= 0)
        close(slave);
    deadline = e2e_deadline(ALONE_MS);
    while (e2e_left_ms(deadline) > 0)
        (void)e2e_pump(t, e2e_left_ms(deadline));
}

/* `name` is what stood between < and >, n bytes of it. */
static void press(struct e2e *t, const char *name, size_t n)
{
    VTermModifier mods = VTERM_MOD_NONE;
    const char *all = name;
    size_t length = n;
    while (n > 2 && name[1] == '-') {
        VTermModifier add = name[0] == 'C'   ? VTERM_MOD_CTRL
                            : name[0] == 'S' ? VTERM_MOD_SHIFT
                            : name[0] == 'M' ? VTERM_MOD_ALT
                                             : VTERM_MOD_NONE;
        mods = (VTermModifier)((unsigned)mods | (unsigned)add);
        name += 2;
        n -= 2;
    }
    for (size_t i = 0; i < sizeof named_keys / sizeof *named_keys; i++) {
        if (strlen(named_keys[i].name) == n && memcmp(named_keys[i].name, name, n) == 0) {
            vterm_keyboard_key(t->vt, named_keys[i].key, mods);
            if (named_keys[i].key == VTERM_KEY_ESCAPE && mods == VTERM_MOD_NONE)
                leave_alone(t);
            return;
        }
    }
    if (n == 2 && memcmp(name, "lt", 2) == 0)
        press_char(t, '<', mods);
    else if (n == 5 && memcmp(name, "Space", 5) == 0)
        press_char(t, ' ', mods);
    else if (n == 1)
        press_char(t, name[0], mods);
    else
        e2e_fail("no key is called <%.*s>", (int)length, all);
}

void e2e_keys(struct e2e *t, const char *keys)
{
    while (*keys != '\0') {
        const char *end = *keys == '<' ? strchr(keys, '>') : NULL;
        if (end != NULL && end > keys + 1) {
            press(t, keys + 1, (size_t)(end - keys - 1));
            keys = end + 1;
        } else {
            size_t n = 1 + strcspn(keys + 1, "<");
            e2e_write(t, keys, n);
            keys += n;
        }
    }
}

void e2e_paste(struct e2e *t, const char *text)
{
    vterm_keyboard_start_paste(t->vt);
    e2e_write(t, text, strlen(text));
    vterm_keyboard_end_paste(t->vt);
}

bool e2e_mouse_on(const struct e2e *t)
{
    return t->mouse != VTERM_PROP_MOUSE_NONE;
}

void e2e_click(struct e2e *t, enum e2e_button button, int row, int col)
{
    vterm_mouse_move(t->vt, row, col, VTERM_MOD_NONE);
    vterm_mouse_button(t->vt, (int)button, true, VTERM_MOD_NONE);
    if (button < E2E_WHEEL_UP)
        vterm_mouse_button(t->vt, (int)button, false, VTERM_MOD_NONE);
}

void e2e_drag(struct e2e *t, int row, int col, int to_row, int to_col)
{
    vterm_mouse_move(t->vt, row, col, VTERM_MOD_NONE);
    vterm_mouse_button(t->vt, E2E_LEFT, true, VTERM_MOD_NONE);
    vterm_mouse_move(t->vt, to_row, to_col, VTERM_MOD_NONE);
    vterm_mouse_button(t->vt, E2E_LEFT, false, VTERM_MOD_NONE);
}
