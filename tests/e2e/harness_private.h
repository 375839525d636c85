/* Inside the harness. */
#ifndef SHMLENS_TESTS_E2E_HARNESS_PRIVATE_H
#define SHMLENS_TESTS_E2E_HARNESS_PRIVATE_H

#include <termios.h>
#include <vterm.h>

#include "harness.h"

struct e2e {
    pid_t pid;
    int master;  /* the pty's side that we read */
    bool ended;  /* waited for */
    int status;  /* as waitpid gave it, once ended */
    bool hangup; /* nobody has the other side open any more */
    VTerm *vt;
    VTermScreen *screen;
    int rows, cols;
    struct termios before;   /* the terminal's modes before the start */
    bool alternate, visible; /* as the program set them */
    int mouse;               /* VTERM_PROP_MOUSE_... */
    char home[256];
    bool keep_home;
    char text[8][E2E_ROW_MAX]; /* rows handed out */
    unsigned next_text;
    char *log; /* the last bytes sent, a ring of E2E_LOG_MAX */
    uint64_t logged;
};

/* A timeout as the caller gave it: 0 is the default; scaled by the environment. */
int64_t e2e_deadline(int timeout_ms);
int e2e_left_ms(int64_t deadline); /* >= 0 */

/* waitpid's status as an exit status or minus a signal. */
int e2e_status(int status);

/* In the child: environment of a program under test. Nothing of the user's own gets through. */
void e2e_environment(const char *term, const char *locale, const char *home,
                     const char *const *extra);

/* In the child: the rights of this user and no others; 0: as we are. */
void e2e_become(uid_t uid);

/* A new folder below TMPDIR, removed at the latest when this process has ended. */
void e2e_make_home(char *path, size_t cap);

/* Writes all of it to the program, pumping what it sends meanwhile. */
void e2e_write(struct e2e *t, const void *bytes, size_t n);

#endif
