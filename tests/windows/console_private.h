/* Inside the console's driver. */
#ifndef SHMLENS_TESTS_WINDOWS_CONSOLE_PRIVATE_H
#define SHMLENS_TESTS_WINDOWS_CONSOLE_PRIVATE_H

#include "console.h"

#include <windows.h>

enum { CON_UNSEEN_COLS = 80 }; /* the most that wine gives to a console without a window */

struct con {
    PROCESS_INFORMATION host; /* the process whose console it is; it only waits */
    PROCESS_INFORMATION program;
    HANDLE in; /* CONIN$ */
    DWORD mode_in, mode_out;
    CONSOLE_CURSOR_INFO cursor;
    int rows, cols;
    CHAR_INFO *cells; /* the last picture */
    HPCON pseudo;     /* the pseudo console; NULL: it is a common one */
    HANDLE typed;     /* end of the pipe it takes keys from; unused */
    HANDLE drain;     /* thread that reads what the pseudo console draws */
};

extern struct con con;

/* ck_abort with the text; the screen goes to stderr before, where there is one. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
_Noreturn void
con_fail(const char *format, ...);

uint64_t con_deadline(void); /* GetTickCount64's clock */

/* Starts a program (UTF-8 arguments, quoted as Windows reads them). Handles that are NULL are the
 * null device. It ends with us. */
PROCESS_INFORMATION con_spawn(const char *const *argv, DWORD flags, HANDLE in, HANDLE out,
                              HANDLE err);
void con_ends_with_us(const PROCESS_INFORMATION *p); /* however we end */
void con_reap(PROCESS_INFORMATION *p); /* kills when it runs, and closes the handles */
int con_status(PROCESS_INFORMATION *p, const char *what); /* waits for its end */

/* Starts con.host, the program at `path`, on a pseudo console; its drawing is thrown away, as the
 * cells can be read. */
void con_pseudo_open(int rows, int cols, const char *path);
void con_pseudo_close(void); /* does nothing when there is none */

#endif
