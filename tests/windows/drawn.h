/* What the program draws on a console that takes escape sequences, read by libvterm: the program is
 * shmlens_drawn, which reports the calls by which it draws (drawn_calls.c), on a console of
 * console.h, which has the keys, the size, and shows nothing. */
#ifndef SHMLENS_TESTS_WINDOWS_DRAWN_H
#define SHMLENS_TESTS_WINDOWS_DRAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Starts it with these arguments on the console that is open. */
void drawn_start(const char *const *args);
void drawn_copy(FILE *f); /* what is drawn from now on goes there, too; NULL: nowhere */
void drawn_end(void);     /* of reading; the program has ended, or con_close ends it */

void drawn_resize(int rows, int cols); /* the console and the terminal that is drawn on */

void drawn_read(void);          /* takes what was drawn up to now */
const char *drawn_row(int row); /* UTF-8, without trailing blanks; valid until eight more calls */
bool drawn_find(const char *text, int *row);
void drawn_wait(const char *text);
void drawn_wait_gone(const char *text);

/* Calls that drew, from the start on: those of text, and all others. */
struct drawn_calls {
    unsigned texts, others;
    size_t bytes; /* of the texts */
};
struct drawn_calls drawn_count(void);

struct drawn_colour {
    bool own;  /* the terminal's own */
    int index; /* of the 256; -1: it was given as red, green, blue */
};
void drawn_colours(int row, int col, struct drawn_colour *fg, struct drawn_colour *bg);

bool drawn_alternate(void);            /* on the alternate screen */
bool drawn_cursor(int *row, int *col); /* false: hidden */

#endif
