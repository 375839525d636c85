/* Turns the records of a Windows console (keys and mouse) into the bytes that a terminal would send
 * for them, so that input.c understands both. Where terminals are ambiguous (a lone Esc,
 * Ctrl+Enter) the form `CSI code ; modifiers u` is used. Pure; the numbers are those of Windows, so
 * that a record's fields can be copied. */
#ifndef SHMLENS_UI_TERM_CONSOLE_INPUT_H
#define SHMLENS_UI_TERM_CONSOLE_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CONSOLE_SEQUENCE = 32 }; /* bytes that one record makes, at most */

/* Bits of a record's state. */
enum console_state {
    CONSOLE_RIGHT_ALT = 0x01,
    CONSOLE_LEFT_ALT = 0x02,
    CONSOLE_RIGHT_CTRL = 0x04,
    CONSOLE_LEFT_CTRL = 0x08,
    CONSOLE_SHIFT = 0x10
};

struct console_key {
    bool down;      /* pressed; false: released */
    uint16_t vk;    /* virtual key */
    uint16_t unit;  /* UTF-16 code unit it produces, 0: none */
    uint32_t state; /* bits of console_state; others are ignored */
};

enum console_mouse_flags { CONSOLE_MOVED = 1, CONSOLE_WHEEL = 4, CONSOLE_WHEEL_SIDEWAYS = 8 };

struct console_mouse {
    int row, col;     /* cell, from 0 */
    uint32_t buttons; /* bit 0: the first button; with CONSOLE_WHEEL the high half is the distance,
                         signed */
    uint32_t flags;   /* bits of console_mouse_flags */
};

/* State carried from record to record. */
struct console_input {
    uint16_t high; /* the first half of a surrogate pair, 0: none */
    bool held;     /* the first mouse button is down */
};

/* The bytes for one record; 0: it means nothing (a modifier alone, a key release). */
size_t console_key(struct console_input *in, const struct console_key *k,
                   char out[CONSOLE_SEQUENCE]);
size_t console_mouse(struct console_input *in, const struct console_mouse *m,
                     char out[CONSOLE_SEQUENCE]);

#endif
