/* What the files of the console share (wait_windows.c, term_pdcurses.c): facts about it, and
 * characters that PDCurses has no room for. */
#ifndef SHMLENS_UI_TERM_CONSOLE_WINDOWS_H
#define SHMLENS_UI_TERM_CONSOLE_WINDOWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Are stdin and stdout a console of at least two rows and columns? curses ends the program when
 * not. */
bool console_is_one(void);

/* Does it know sequences (colours beyond 16)? Wine's says so and shows them as text. */
bool console_takes_sequences(void);

/* Size of the window onto the buffer that is shown now; false: not known. */
bool console_size(int *rows, int *cols);

/* Puts a character of two columns (BMP or not) over the cells at row, col of the buffer that is
 * shown; their colours stay. */
void console_put_wide(int row, int col, uint32_t cp);

#endif
