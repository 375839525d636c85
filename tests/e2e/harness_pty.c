#include "harness_private.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/remover.h"

static int on_prop(VTermProp prop, VTermValue *value, void *user)
{
    struct e2e *t = user;
    if (prop == VTERM_PROP_ALTSCREEN)
        t->alternate = value->boolean != 0;
    else if (prop == VTERM_PROP_CURSORVISIBLE)
        t->visible = value->boolean != 0;
    else if (prop == VTERM_PROP_MOUSE)
        t->mouse = value->number;
    return 1;
}

static const VTermScreenCallbacks screen_callbacks = {.settermprop = on_prop};

/* What the terminal answers (keys, mouse, reports) goes to the program. */
static void on_output(const char *bytes, size_t n, void *user)
{
    e2e_write(user, bytes, n);
}

static void write_config(const char *home, const char *text, uid_t uid)
{
    char path[512];
    const char *const folders[] = {"", "config", "config/shmlens", "state"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(path, sizeof path, "%s/%s", home, folders[i]);
        mkdir(path, 0700);
        if (uid != 0 && chown(path, uid, (gid_t)uid) != 0)
            e2e_fail("%s: %s", path, strerror(errno));
    }
    if (text == NULL)
        return;
    snprintf(path, sizeof path, "%s/config/shmlens/config", home);
    FILE *f = fopen(path, "w");
    if (f == NULL || fputs(text, f) < 0 || fclose(f) != 0)
        e2e_fail("cannot write %s", path);
}

static void open_terminal(struct e2e *t, char *slave, size_t cap)
{
    t->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (t->master < 0 || grantpt(t->master) != 0 || unlockpt(t->master) != 0)
        e2e_fail("no pty: %s", strerror(errno));
    snprintf(slave, cap, "%s", ptsname(t->master));
    fcntl(t->master, F_SETFL, O_NONBLOCK);
    t->vt = vterm_new(t->rows, t->cols);
    vterm_set_utf8(t->vt, 1);
    vterm_output_set_callback(t->vt, on_output, t);
    t->screen = vterm_obtain_screen(t->vt);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_set_callbacks(t->screen, &screen_callbacks, t);
    vterm_screen_reset(t->screen, 1);
    t->visible = true;
}

static void set_size(int fd, int rows, int cols)
{
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols};
    if (ioctl(fd, TIOCSWINSZ, &size) != 0)
        e2e_fail("TIOCSWINSZ: %s", strerror(errno));
}

/* The child's half of e2e_start. */
static void become(const struct e2e_options *options, const char *home, int slave)
{
    signal(SIGPIPE, SIG_DFL);
    setsid();
    if (ioctl(slave, TIOCSCTTY, 0) != 0)
        _exit(126);
    for (int fd = 0; fd < 3; fd++)
        dup2(slave, fd);
    if (slave > 2)
        close(slave);
    e2e_environment(options->term, options->locale, home, options->env);
    e2e_become(options->uid);
    execv(options->argv[0], (char *const *)(uintptr_t)options->argv);
    dprintf(2, "cannot run %s: %s\n", options->argv[0], strerror(errno));
    _exit(127);
}

struct e2e *e2e_start(const struct e2e_options *options)
{
    struct e2e *t = calloc(1, sizeof *t);
    char path[64];
    if (t == NULL || (t->log = malloc(E2E_LOG_MAX)) == NULL)
        e2e_fail("out of memory");
    t->rows = options->rows > 0 ? options->rows : 24;
    t->cols = options->cols > 0 ? options->cols : 80;
    t->keep_home = options->keep_home;
    if (options->home != NULL)
        snprintf(t->home, sizeof t->home, "%s", options->home);
    else
        e2e_make_home(t->home, sizeof t->home);
    write_config(t->home, options->config, options->uid);
    open_terminal(t, path, sizeof path);
    int slave = open(path, O_RDWR | O_NOCTTY);
    if (slave < 0 || tcgetattr(slave, &t->before) != 0)
        e2e_fail("%s: %s", path, strerror(errno));
    set_size(slave, t->rows, t->cols);
    fflush(NULL);
    t->pid = fork();
    if (t->pid < 0)
        e2e_fail("fork: %s", strerror(errno));
    if (t->pid == 0)
        become(options, t->home, slave);
    close(slave);
    return t;
}

void e2e_end(struct e2e *t)
{
    if (t == NULL)
        return;
    if (e2e_running(t)) {
        kill(t->pid, SIGKILL);
        waitpid(t->pid, &t->status, 0);
    }
    close(t->master);
    vterm_free(t->vt);
    if (!t->keep_home)
        (void)remover_tree(t->home);
    free(t->log);
    free(t);
}

const char *e2e_home(const struct e2e *t)
{
    return t->home;
}

pid_t e2e_pid(const struct e2e *t)
{
    return t->pid;
}

static void keep(struct e2e *t, const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        t->log[t->logged++ % E2E_LOG_MAX] = bytes[i];
}

/* Reads what is there. */
static bool take(struct e2e *t)
{
    char buf[65536];
    ssize_t n = read(t->master, buf, sizeof buf);
    if (n <= 0) {
        t->hangup = !(n < 0 && (errno == EAGAIN || errno == EINTR));
        return false;
    }
    keep(t, buf, (size_t)n);
    vterm_input_write(t->vt, buf, (size_t)n);
    return true;
}

bool e2e_pump(struct e2e *t, int timeout_ms)
{
    struct pollfd p = {.fd = t->master, .events = POLLIN};
    if (t->hangup) {
        poll(NULL, 0, timeout_ms < 5 ? timeout_ms : 5);
        return false;
    }
    return poll(&p, 1, timeout_ms) > 0 && take(t);
}

void e2e_settle(struct e2e *t, int quiet_ms, int limit_ms)
{
    int64_t deadline = e2e_deadline(limit_ms);
    while (e2e_left_ms(deadline) > 0 && e2e_pump(t, quiet_ms)) {
    }
}

void e2e_write(struct e2e *t, const void *bytes, size_t n)
{
    const char *p = bytes;
    int64_t deadline = e2e_deadline(0);
    while (n > 0 && !t->hangup) {
        struct pollfd f = {.fd = t->master, .events = POLLOUT};
        ssize_t done = write(t->master, p, n);
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        } else if (e2e_left_ms(deadline) == 0) {
            e2e_fail("the program reads no keys");
        } else if (poll(&f, 1, 10) < 0 && errno != EINTR) {
            e2e_fail("poll: %s", strerror(errno));
        }
    }
}

void e2e_signal(struct e2e *t, int number)
{
    if (kill(t->pid, number) != 0)
        e2e_fail("kill: %s", strerror(errno));
}

void e2e_resize(struct e2e *t, int rows, int cols)
{
    t->rows = rows;
    t->cols = cols;
    /* libvterm 0.1.4 writes where it must not on a screen of one column; the program is told the
     * truth */
    vterm_set_size(t->vt, rows < 2 ? 2 : rows, cols < 4 ? 4 : cols);
    set_size(t->master, rows, cols);
}

bool e2e_running(struct e2e *t)
{
    if (!t->ended && waitpid(t->pid, &t->status, WNOHANG) == t->pid)
        t->ended = true;
    return !t->ended;
}

int e2e_exit(struct e2e *t, int timeout_ms)
{
    int64_t deadline = e2e_deadline(timeout_ms);
    while (e2e_running(t)) {
        if (e2e_left_ms(deadline) == 0) {
            e2e_print(t);
            e2e_fail("the program did not end");
        }
        e2e_pump(t, 10);
    }
    while (!t->hangup && e2e_pump(t, 0)) {
    }
    return e2e_status(t->status);
}

/* Did the program leave the cursor visible, by the last that it sent about it? libvterm counts
 * visibility to what ESC 7 saves, which terminals do not. */
static bool cursor_shown(const struct e2e *t)
{
    static const char *const words[] = {"?25h", "?25l", ";25h", ";25l"};
    uint64_t first = t->logged > E2E_LOG_MAX ? t->logged - E2E_LOG_MAX : 0;
    for (uint64_t end = t->logged; end >= first + 4; end--) {
        char word[4];
        for (uint64_t i = 0; i < 4; i++)
            word[i] = t->log[(end - 4 + i) % E2E_LOG_MAX];
        for (size_t k = 0; k < 4; k++)
            if (memcmp(word, words[k], 4) == 0)
                return word[3] == 'h';
    }
    return true;
}

const char *e2e_not_restored(struct e2e *t)
{
    struct termios now;
    const struct termios *was = &t->before;
    if (tcgetattr(t->master, &now) != 0)
        return "tcgetattr failed";
    if (now.c_iflag != was->c_iflag || now.c_oflag != was->c_oflag || now.c_cflag != was->c_cflag ||
        now.c_lflag != was->c_lflag)
        return "the terminal's modes (termios flags) are others";
    if (memcmp(now.c_cc, was->c_cc, sizeof now.c_cc) != 0)
        return "the terminal's control characters are others";
    if (t->alternate)
        return "the alternate screen is still on";
    if (!cursor_shown(t))
        return "the cursor is hidden";
    if (t->mouse != VTERM_PROP_MOUSE_NONE)
        return "the mouse is still reported";
    return NULL;
}
