/* Drives the real program on a real console of Windows: a console of its own that nobody sees, keys
 * and the mouse typed as its records, the screen read as cells with their colours. What must appear
 * is waited for, never time. One console at a time: a process has one.
 *
 *     con_open(24, 80);
 *     con_start(CON_ARGV(con_shmlens, "Local\\ring"));
 *     con_wait_text("LIVE");
 *     con_keys("g0x40<Enter>");
 *     con_keys("Q");
 *     ck_assert_int_eq(con_exit(), 0);
 *     con_close();
 *
 * What does not happen in time ends the test, with the screen as it then was on stderr. */
#ifndef SHMLENS_TESTS_WINDOWS_CONSOLE_H
#define SHMLENS_TESTS_WINDOWS_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CON_PATIENCE = 20000, /* ms to wait for anything; E2E_PATIENCE_SCALE multiplies */
    CON_ROW_MAX = 1024,   /* bytes of a row as text, with the NUL */
};

extern const char *const con_shmlens; /* path of the program under test */

#define CON_ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

/* `Local\NAME-PID-N`: never the same twice (within 16). */
const char *con_name(const char *name);

/* A console of this size, with a line of text on it. Of more than 80 columns it is a pseudo
 * console, which keeps its size under wine. */
void con_open(int rows, int cols);

/* Ends what still runs on it and the console. */
void con_close(void);

/* The program on it; argv[0] is a path. */
void con_start(const char *const *argv);
int con_exit(void); /* waits for its end: the exit status */
bool con_running(void);

/* Is the console as it was before the start: its modes, its text, the cursor? NULL: yes; else what
 * is not (static). */
const char *con_not_restored(void);

/* ---- keys and mouse ---- */

/* Types: characters (UTF-8) as they are, and `<Enter> <Esc> <Tab> <BS> <Del> <Ins> <Up> <Down>
 * <Left> <Right> <Home> <End> <PgUp> <PgDn> <Space> <F1>..<F12> <lt>`, with C- S- M- before a name
 * or a letter. Each is pressed and let go. */
void con_keys(const char *keys);

void con_click(int row, int col); /* the first button, pressed and let go */
void con_drag(int row, int col, int to_row, int to_col);
void con_wheel(int row, int col, bool down);

void con_resize(int rows, int cols); /* the buffer that is shown, and its window */
/* Ctrl-C as an event, not a key: as a console sends it whose input is not raw. */
void con_interrupt(void);

/* ---- the screen ---- */

struct con_cell {
    uint16_t unit;  /* UTF-16 */
    uint8_t fg, bg; /* of Windows' 16: blue 1, green 2, red 4, bright 8; swapped where reversed */
    bool underline;
};

void con_look(void); /* reads the screen; con_row is of that moment */
struct con_cell con_cell(int row, int col);
const char *con_row(int row); /* UTF-8, without trailing blanks; valid until eight more calls */
bool con_find(const char *text, int *row, int *col); /* first from the top; both may be NULL */
bool con_cursor(int *row, int *col);                 /* false: hidden */

typedef bool (*con_condition)(void *ctx);

void con_wait(con_condition holds, void *ctx, const char *what);
void con_wait_text(const char *text);
void con_wait_no_text(const char *text);
void con_press(const char *keys, const char *then); /* types, and waits for the text */

/* ---- programs without a console's screen ---- */

struct con_result {
    char out[16384], err[4096]; /* what it printed, cut and NUL-terminated; no carriage returns */
    int status;
};

/* The program with these arguments, to its end. */
struct con_result con_run(const char *const *argv);
#define con_command(...) con_run(CON_ARGV(con_shmlens, __VA_ARGS__))

struct con_peer;

/* tests/windows/NAME with these arguments, when it has said `ready`. */
struct con_peer *con_peer(const char *name, const char *const *args);
/* Any program, at once. */
struct con_peer *con_held(const char *path, const char *const *args);
void con_peer_send(struct con_peer *p, const char *line); /* a newline is added */
const char *con_peer_line(struct con_peer *p);            /* its next; NULL: it ended */
unsigned con_peer_pid(const struct con_peer *p);
void con_peer_deaf(struct con_peer *p); /* nobody reads what it says any more */
void con_peer_kill(struct con_peer *p);
int con_peer_end(struct con_peer *p); /* closes its stdin, waits, frees: the exit status */

#endif
