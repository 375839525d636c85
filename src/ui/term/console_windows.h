/* The Windows console: facts about it, and what is written to it past PDCurses. */
#ifndef SHMLENS_UI_TERM_CONSOLE_WINDOWS_H
#define SHMLENS_UI_TERM_CONSOLE_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Are stdin and stdout a console of at least two rows and columns? Otherwise curses would exit. */
bool console_is_one(void);

/* Makes the console take escape sequences; false: it does not. Consoles do from Windows 10 on,
 * unless they are legacy ones. Wine's claims to and prints them. */
bool console_take_sequences(void);

/* Writes UTF-8 text, perhaps sequences, to the buffer that we were given: one call of the system,
 * unless that takes a part only. False: not all of it was written. */
bool console_write(const char *text, size_t n);

/* Size of the window onto the buffer shown now; false: unknown. */
bool console_size(int *rows, int *cols);

/* Draws a character two columns wide (in the BMP or not) over the cells at row, col of the buffer
 * shown; their colours stay. */
void console_put_wide(int row, int col, uint32_t cp);

#endif
