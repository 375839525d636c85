/* Inside the console's driver. */
#ifndef SHMLENS_TESTS_WINDOWS_CONSOLE_PRIVATE_H
#define SHMLENS_TESTS_WINDOWS_CONSOLE_PRIVATE_H

#include "console.h"

#include <windows.h>

struct con {
    PROCESS_INFORMATION host; /* the process whose console it is; it only waits */
    PROCESS_INFORMATION program;
    HANDLE in; /* CONIN$ */
    DWORD mode_in, mode_out;
    CONSOLE_CURSOR_INFO cursor;
    int rows, cols;
    CHAR_INFO *cells; /* the last picture */
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
void con_reap(PROCESS_INFORMATION *p); /* kills when it runs, and closes the handles */
int con_status(PROCESS_INFORMATION *p, const char *what); /* waits for its end */

/* What the screen shows now, into con.cells. */
void con_look(void);

#endif
