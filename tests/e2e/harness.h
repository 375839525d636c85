/* The end-to-end harness: runs real programs on a terminal of their own (a pty read by libvterm),
 * presses keys, reads the screen they make, and waits for what must appear, never for time.
 *
 *     struct e2e *t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, "/ring")});
 *     e2e_wait_text(t, "LIVE", 0);
 *     e2e_keys(t, "g0x40<Enter>");
 *     e2e_keys(t, "Q");
 *     ck_assert_int_eq(e2e_exit(t, 0), 0);
 *     e2e_end(t);
 *
 * What does not happen in time ends the test through e2e_fail, with the screen as it then was. A
 * timeout of 0 is E2E_PATIENCE; the environment's E2E_PATIENCE_SCALE multiplies all of them. */
#ifndef SHMLENS_TESTS_E2E_HARNESS_H
#define SHMLENS_TESTS_E2E_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    E2E_PATIENCE = 10000, /* ms to wait for anything, unless told */
    E2E_ROW_MAX = 4096,   /* bytes of a row as text, with the NUL */
    E2E_ARGS_MAX = 32,    /* arguments of a command */
};

extern const char *e2e_shmlens;     /* path of the program under test */
extern const char *const e2e_peers; /* folder of the peers */

#define E2E_ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Ends the test that runs (harness_check.c) or the program (bench, screenshots: their own). */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
_Noreturn void
e2e_fail(const char *format, ...);

/* A name for a segment, `/NAME-PID-N`: never the same twice (within 64). A segment of that name is
 * removed when this process has ended, also when the test fails or is killed. */
const char *e2e_name(const char *name);

int64_t e2e_now(void); /* monotonic, ns */

/* ---- a program on a terminal ---- */

struct e2e;

struct e2e_options {
    const char *const *argv; /* NULL-terminated; argv[0] is a path */
    int rows, cols;          /* 24 x 80 where 0 */
    const char *term;        /* TERM; NULL: xterm-256color; "": unset */
    const char *locale;      /* LC_ALL; NULL: C.UTF-8 */
    const char *config;      /* text of the configuration file; NULL: there is none */
    const char *const *env;  /* NAME=VALUE to add, NULL-terminated; NULL: none */
    const char *home;        /* folder of a run before (e2e_home, kept); NULL: a new one */
    bool keep_home;          /* e2e_end leaves the folder for another run */
    uid_t uid;               /* run as this user (needs root); 0: as we are */
};

/* Starts it with a home, XDG_CONFIG_HOME and XDG_STATE_HOME of its own. Never NULL. */
struct e2e *e2e_start(const struct e2e_options *options);

/* Ends it (SIGKILL when it still runs) and frees. NULL is fine. */
void e2e_end(struct e2e *t);

const char *e2e_home(const struct e2e *t); /* its folder: config/shmlens/, state/shmlens/ */
pid_t e2e_pid(const struct e2e *t);

/* Reads what the program sends for up to this long; true: something came. */
bool e2e_pump(struct e2e *t, int timeout_ms);

/* Pumps until nothing came for `quiet_ms`, at most `limit_ms`. For pictures, not for tests. */
void e2e_settle(struct e2e *t, int quiet_ms, int limit_ms);

void e2e_signal(struct e2e *t, int number);
void e2e_resize(struct e2e *t, int rows, int cols);

/* Waits for its end: the exit status, or minus the number of the signal that killed it. */
int e2e_exit(struct e2e *t, int timeout_ms);
bool e2e_running(struct e2e *t);

/* Is the terminal as it was before the start: its modes, the main screen, a visible cursor, no
 * mouse? NULL: yes; else what is not (static). After e2e_exit. */
const char *e2e_not_restored(struct e2e *t);

/* ---- keys and mouse ---- */

/* Types: characters as they are, and `<Enter> <Esc> <Tab> <BS> <Del> <Ins> <Up> <Down> <Left>
 * <Right> <Home> <End> <PgUp> <PgDn> <Space> <F1>..<F12> <lt>`, with C- S- M- before a name or a
 * letter: `<C-x> <S-Left> <M-a> <C-Home>`. */
void e2e_keys(struct e2e *t, const char *keys);
void e2e_bytes(struct e2e *t, const void *bytes, size_t n);
void e2e_paste(struct e2e *t, const char *text); /* bracketed where the program asked for it */

enum e2e_button { E2E_LEFT = 1, E2E_MIDDLE, E2E_RIGHT, E2E_WHEEL_UP, E2E_WHEEL_DOWN };

/* As the program asked for the mouse; nothing is sent when it did not. */
void e2e_click(struct e2e *t, enum e2e_button button, int row, int col);
void e2e_drag(struct e2e *t, int row, int col, int to_row, int to_col);
bool e2e_mouse_on(const struct e2e *t);

/* ---- the screen ---- */

struct e2e_colour {
    bool standard; /* the terminal's own */
    uint8_t red, green, blue;
};

struct e2e_cell {
    char text[32]; /* UTF-8 with its combining characters; "" right of a wide one; " " blank */
    int width;     /* 1 or 2 */
    struct e2e_colour fg, bg;
    bool bold, underline, reverse, italic;
};

int e2e_rows(const struct e2e *t);
int e2e_cols(const struct e2e *t);
struct e2e_cell e2e_cell(const struct e2e *t, int row, int col);

/* A row as UTF-8 without trailing blanks; row < 0 counts from the last (-1). Valid until eight more
 * calls. */
const char *e2e_row(struct e2e *t, int row);

/* Where the text stands (first from the top); false: nowhere. row and col may be NULL. */
bool e2e_find(struct e2e *t, const char *text, int *row, int *col);
void e2e_cursor(const struct e2e *t, int *row, int *col, bool *visible);
void e2e_print(struct e2e *t); /* the screen on stderr, for failures */

/* What the program ever sent holds these bytes (of the last E2E_LOG_MAX). */
enum { E2E_LOG_MAX = 1 << 20 };
bool e2e_sent(const struct e2e *t, const void *bytes, size_t n);
uint64_t e2e_sent_bytes(const struct e2e *t); /* how many since the start */

/* ---- waiting ---- */

typedef bool (*e2e_condition)(struct e2e *t, void *ctx);

/* Pumps until it holds; false: not in time, or the program ended and it does not hold. */
bool e2e_until(struct e2e *t, e2e_condition holds, void *ctx, int timeout_ms);

/* The same, and not in time is a failure that names `what`. */
void e2e_wait(struct e2e *t, e2e_condition holds, void *ctx, const char *what, int timeout_ms);
void e2e_wait_text(struct e2e *t, const char *text, int timeout_ms);
void e2e_wait_no_text(struct e2e *t, const char *text, int timeout_ms);
void e2e_wait_row(struct e2e *t, int row, const char *text, int timeout_ms);

/* ---- programs without a terminal ---- */

struct e2e_command {
    const char *const *argv; /* NULL-terminated; argv[0] is a path */
    const char *input;       /* its standard input; NULL: the null device */
    const char *const *env;  /* NAME=VALUE to add; NULL: none */
    const char *locale;      /* LC_ALL; NULL: C.UTF-8 */
    uid_t uid;               /* run as this user (needs root); 0: as we are */
    int timeout_ms;          /* 0: E2E_PATIENCE */
};

struct e2e_result {
    char *out, *err; /* what it printed, NUL-terminated */
    size_t out_size, err_size;
    int status; /* exit status, or minus the signal */
};

struct e2e_result e2e_command(const struct e2e_command *command);
void e2e_result_free(struct e2e_result *r);

/* e2e_command of the program under test with these arguments. */
#define e2e_run(...) e2e_command(&(struct e2e_command){.argv = E2E_ARGV(e2e_shmlens, __VA_ARGS__)})

/* ---- peers ---- */

struct e2e_peer;

/* Starts tests/peers/NAME with these arguments (NULL-terminated) and waits until it says `ready`.
 */
struct e2e_peer *e2e_peer_start(const char *name, const char *const *args);
#define e2e_peer(name, ...) e2e_peer_start(name, E2E_ARGV(__VA_ARGS__))

/* Starts any program so (argv[0] is a path) without waiting: `create --hold`, `watch`. Its stderr
 * is ours. */
struct e2e_peer *e2e_background(const char *const *argv);

void e2e_peer_send(struct e2e_peer *p, const char *line); /* a newline is added */

/* Its next line without the newline, valid until the next call; NULL: it ended. Not in time is a
 * failure. */
const char *e2e_peer_line(struct e2e_peer *p, int timeout_ms);
pid_t e2e_peer_pid(const struct e2e_peer *p);
int e2e_peer_fd(const struct e2e_peer *p); /* its standard output, for poll() */

/* Closes its standard input, waits, frees; the exit status, or minus the signal. NULL: 0. */
int e2e_peer_end(struct e2e_peer *p);

#endif
