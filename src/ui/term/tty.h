/* The terminal device: its descriptor, its size, waiting for input, signals. One implementation per
 * system. */
#ifndef SHMLENS_UI_TERM_TTY_H
#define SHMLENS_UI_TERM_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/os.h"

/* Bits. */
enum tty_ready {
    TTY_INPUT = 1,   /* there is something to read */
    TTY_RESIZED = 2, /* the size may have changed */
    TTY_RESUMED = 4, /* we were stopped and continued by another process */
    TTY_GONE = 8,    /* it hung up */
    TTY_STOP = 32,   /* we are asked to stop (SIGTSTP) */
    TTY_WOKEN = 16,  /* `wake` was posted */
};

/* Starts watching for size changes and continuation. NULL, or why not (static); then nothing is
 * changed. */
MUST_USE const char *tty_start(void);
void tty_stop(void); /* restores the signals */

/* Waits until something is ready or `deadline` (os_now's clock; 0: does not wait) has passed; bits
 * of tty_ready, 0: nothing. `wake` may be NULL and stays posted. */
unsigned tty_wait(const struct os_wake *wake, int64_t deadline);

/* Reads what was typed without waiting; 0: nothing. */
size_t tty_read(void *buf, size_t n);

/* Writes all of it to the terminal. False: it, or a part of it, did not get there. */
bool tty_write(const void *text, size_t n);

bool tty_size(int *rows, int *cols);

/* Stops our whole process group, as ^Z does; returns once continued. */
void tty_stop_us(void);
bool tty_can_stop(void); /* false: not possible on this system */

/* Mouse reports on systems where they do not come from terminal sequences (term.c sends those). */
void tty_mouse(bool on);

/* The system's own clipboard (UTF-8); false: there is none, or it refused. */
bool tty_copy(const char *text, size_t n);

/* Saves the terminal's settings for tty_restore. */
void tty_remember(void);
void tty_restore(void);

/* ---- crashes ---- */

/* From now on a crash (SIGSEGV, SIGBUS, SIGABRT, SIGQUIT, ...) sends these bytes, restores the
 * modes saved by tty_remember, and then dies as it would have. So does a request to stop
 * (os_catch_stop) that has had no effect for two seconds, because the terminal accepts no output.
 */
void crash_guard(const char *farewell, size_t n);
void crash_unguard(void);

enum { CRASH_FAREWELL_MAX = 512 };

#endif
