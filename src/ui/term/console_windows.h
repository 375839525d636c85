/* Facts about the Windows console, and characters that PDCurses cannot hold. */
#ifndef SHMLENS_UI_TERM_CONSOLE_WINDOWS_H
#define SHMLENS_UI_TERM_CONSOLE_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Are stdin and stdout a console of at least two rows and columns? Otherwise curses would exit. */
bool console_is_one(void);

/* Does the console process escape sequences (for more than 16 colours)? Wine's claims to and prints
 * them. */
bool console_takes_sequences(void);

/* Size of the window onto the buffer shown now; false: unknown. */
bool console_size(int *rows, int *cols);

/* Draws a character two columns wide (in the BMP or not) over the cells at row, col of the buffer
 * shown; their colours stay. */
void console_put_wide(int row, int col, uint32_t cp);

#endif
