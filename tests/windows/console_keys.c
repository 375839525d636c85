/* Keys and the mouse, as the records a console gets. */
#include "console_private.h"

#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    WORD vk;
    wchar_t unit;
} named[] = {
    {"Enter", VK_RETURN, L'\r'}, {"Esc", VK_ESCAPE, 0x1b},  {"Tab", VK_TAB, L'\t'},
    {"BS", VK_BACK, L'\b'},      {"Space", VK_SPACE, L' '}, {"Del", VK_DELETE, 0},
    {"Ins", VK_INSERT, 0},       {"Up", VK_UP, 0},          {"Down", VK_DOWN, 0},
    {"Left", VK_LEFT, 0},        {"Right", VK_RIGHT, 0},    {"Home", VK_HOME, 0},
    {"End", VK_END, 0},          {"PgUp", VK_PRIOR, 0},     {"PgDn", VK_NEXT, 0},
};

static void put(const INPUT_RECORD *records, DWORD n)
{
    DWORD done = 0;
    if (!WriteConsoleInputW(con.in, records, n, &done) || done != n)
        con_fail("the console takes no input: error %lu", GetLastError());
}

/* Pressed and let go, with its modifiers around it as a keyboard sends them. */
static void press(WORD vk, wchar_t unit, DWORD state)
{
    INPUT_RECORD key = {.EventType = KEY_EVENT};
    key.Event.KeyEvent.wRepeatCount = 1;
    key.Event.KeyEvent.wVirtualKeyCode = vk;
    key.Event.KeyEvent.uChar.UnicodeChar = unit;
    key.Event.KeyEvent.dwControlKeyState = state;
    key.Event.KeyEvent.bKeyDown = TRUE;
    INPUT_RECORD records[4] = {key, key, key, key};
    INPUT_RECORD *first = records, *last = &records[3];
    first->Event.KeyEvent.wVirtualKeyCode = last->Event.KeyEvent.wVirtualKeyCode =
        (state & SHIFT_PRESSED) != 0       ? VK_SHIFT
        : (state & LEFT_CTRL_PRESSED) != 0 ? VK_CONTROL
                                           : VK_MENU;
    first->Event.KeyEvent.uChar.UnicodeChar = last->Event.KeyEvent.uChar.UnicodeChar = 0;
    records[2].Event.KeyEvent.bKeyDown = last->Event.KeyEvent.bKeyDown = FALSE;
    last->Event.KeyEvent.dwControlKeyState = 0;
    if ((state & (SHIFT_PRESSED | LEFT_CTRL_PRESSED | LEFT_ALT_PRESSED)) != 0)
        put(records, 4);
    else
        put(records + 1, 2);
}

static void press_char(wchar_t c, DWORD state)
{
    WORD vk = 0;
    if (c >= L'a' && c <= L'z')
        vk = (WORD)(c - L'a' + 'A');
    else if ((c >= L'A' && c <= L'Z') || (c >= L'0' && c <= L'9'))
        vk = (WORD)c;
    if (c >= L'A' && c <= L'Z')
        state |= SHIFT_PRESSED;
    bool control = (state & LEFT_CTRL_PRESSED) != 0 && vk >= 'A';
    press(vk, control ? (wchar_t)(c & 0x1f) : c, state);
}

/* `name` is what stood between < and >. */
static void press_name(const char *name)
{
    DWORD state = 0;
    unsigned number = 0;
    char rest = 0;
    for (; name[0] != '\0' && name[1] == '-' && name[2] != '\0'; name += 2)
        state |= name[0] == 'C'   ? LEFT_CTRL_PRESSED
                 : name[0] == 'S' ? SHIFT_PRESSED
                                  : LEFT_ALT_PRESSED;
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (strcmp(named[i].name, name) == 0) {
            DWORD enhanced = named[i].unit == 0 ? ENHANCED_KEY : 0;
            press(named[i].vk, named[i].unit, state | enhanced);
            return;
        }
    }
    if (sscanf(name, "F%u%c", &number, &rest) == 1 && number >= 1 && number <= 12)
        press((WORD)(VK_F1 + number - 1), 0, state);
    else if (strcmp(name, "lt") == 0)
        press_char(L'<', state);
    else if (strlen(name) == 1)
        press_char((wchar_t)name[0], state);
    else
        con_fail("no key is called <%s>", name);
}

void con_keys(const char *keys)
{
    wchar_t units[256];
    int n = MultiByteToWideChar(CP_UTF8, 0, keys, -1, units, 256);
    if (n == 0)
        con_fail("too many keys");
    for (const wchar_t *p = units; *p != 0; p++) {
        const wchar_t *end = *p == L'<' ? wcschr(p, L'>') : NULL;
        if (end == NULL || end == p + 1 || end - p > 31) {
            press_char(*p, 0);
            continue;
        }
        char name[32] = "";
        for (int i = 0; p + 1 + i < end; i++)
            name[i] = (char)p[1 + i];
        press_name(name);
        p = end;
    }
}

static void put_mouse(int row, int col, DWORD buttons, DWORD flags)
{
    INPUT_RECORD r = {.EventType = MOUSE_EVENT};
    r.Event.MouseEvent.dwMousePosition = (COORD){(SHORT)col, (SHORT)row};
    r.Event.MouseEvent.dwButtonState = buttons;
    r.Event.MouseEvent.dwEventFlags = flags;
    put(&r, 1);
}

void con_click(int row, int col)
{
    put_mouse(row, col, FROM_LEFT_1ST_BUTTON_PRESSED, 0);
    put_mouse(row, col, 0, 0);
}

void con_drag(int row, int col, int to_row, int to_col)
{
    put_mouse(row, col, FROM_LEFT_1ST_BUTTON_PRESSED, 0);
    put_mouse(to_row, to_col, FROM_LEFT_1ST_BUTTON_PRESSED, MOUSE_MOVED);
    put_mouse(to_row, to_col, 0, 0);
}

void con_wheel(int row, int col, bool down)
{
    put_mouse(row, col, down ? 0xff880000 : 0x00780000, MOUSE_WHEELED);
}
