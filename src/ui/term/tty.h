/* The terminal's end of the system: its descriptor, its size, waiting for it. Exists once per
 * system (wait_posix.c). */
#ifndef SHMLENS_UI_TERM_TTY_H
#define SHMLENS_UI_TERM_TTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/os.h"

enum tty_ready {                  /* bits */
                 TTY_INPUT = 1,   /* there is something to read */
                 TTY_RESIZED = 2, /* the size may have changed */
                 TTY_RESUMED = 4, /* stopped and continued by somebody else */
                 TTY_GONE = 8,    /* it hung up */
                 TTY_STOP = 32,   /* we are asked to stop for a while (SIGTSTP) */
                 TTY_WOKEN = 16,  /* `wake` was posted */
};

/* Starts noticing size changes and continuations. NULL, or why not (static); nothing is changed
 * then. */
MUST_USE const char *tty_start(void);
void tty_stop(void); /* signals act as they did before */

/* Waits until something is ready or `deadline` (os_now's clock; 0: only looks) has passed; bits of
 * tty_ready, 0: nothing. `wake` may be NULL and is left posted. */
unsigned tty_wait(const struct os_wake *wake, int64_t deadline);

/* Reads what was typed, never waiting; 0: nothing. */
size_t tty_read(void *buf, size_t n);

/* Writes all of it to the terminal. */
void tty_write(const void *text, size_t n);

bool tty_size(int *rows, int *cols);

/* Stops our whole process group as ^Z does; returns when it was continued. */
void tty_stop_us(void);
bool tty_can_stop(void); /* false: this system knows no such thing */

/* Mouse reports where the system makes them, not the terminal (whose sequences term.c sends). */
void tty_mouse(bool on);

/* The system's own clipboard (UTF-8); false: there is none, or it is refused. */
bool tty_copy(const char *text, size_t n);

/* Remembers how the terminal is set now, so that tty_restore can set it again. */
void tty_remember(void);
void tty_restore(void);

/* ---- crashes ---- */

/* From now on a crash (SIGSEGV, SIGBUS, SIGABRT, SIGQUIT, ...) sends these bytes, puts the
 * terminal's modes back as tty_remember saw them, and then dies as it would have. So does a signal
 * to stop (os_catch_stop) that was not followed for two seconds: a terminal that takes nothing does
 * not keep us. */
void crash_guard(const char *farewell, size_t n);
void crash_unguard(void);

enum { CRASH_FAREWELL_MAX = 512 };

#endif
