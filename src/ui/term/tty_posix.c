#include "ui/term/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

enum { INPUT_FD = 0, OUTPUT_FD = 1, MS = 1000000 };

static int note_fd[2] = {-1, -1}; /* the handler writes, tty_wait reads */
static struct sigaction old_action[3];
static const int noted[3] = {SIGWINCH, SIGCONT, SIGTSTP};
static struct termios remembered;
static bool have_remembered;

static void on_signal(int sig)
{
    int saved = errno;
    char note = sig == SIGCONT ? 'c' : sig == SIGTSTP ? 's' : 'w';
    if (write(note_fd[1], &note, 1) < 0) {
        /* the pipe is full: tty_wait will return anyway */
    }
    errno = saved;
}

const char *tty_start(void)
{
    if (pipe(note_fd) != 0)
        return errno == EMFILE || errno == ENFILE ? "too many files are open (ulimit -n)"
                                                  : "there is no pipe for its signals";
    for (int i = 0; i < 2; i++) {
        (void)fcntl(note_fd[i], F_SETFD, FD_CLOEXEC);
        (void)fcntl(note_fd[i], F_SETFL, O_NONBLOCK);
    }
    struct sigaction act = {.sa_flags = SA_RESTART};
    act.sa_handler = on_signal;
    sigemptyset(&act.sa_mask);
    for (int i = 0; i < 3; i++)
        sigaction(noted[i], &act, &old_action[i]);
    return NULL;
}

void tty_stop(void)
{
    if (note_fd[0] < 0)
        return;
    for (int i = 0; i < 3; i++)
        sigaction(noted[i], &old_action[i], NULL);
    close(note_fd[0]);
    close(note_fd[1]);
    note_fd[0] = note_fd[1] = -1;
}

/* Milliseconds for poll until the deadline, rounded up. */
static int poll_time(int64_t deadline)
{
    if (deadline == INT64_MAX)
        return -1;
    int64_t left = deadline == 0 ? 0 : deadline - os_now();
    if (left <= 0)
        return 0;
    left = (left + MS - 1) / MS;
    return left > INT_MAX ? INT_MAX : (int)left;
}

static unsigned read_notes(void)
{
    unsigned ready = 0;
    char notes[64];
    ssize_t n;
    while ((n = read(note_fd[0], notes, sizeof notes)) > 0)
        for (ssize_t i = 0; i < n; i++)
            ready |= notes[i] == 'c'   ? (unsigned)TTY_RESUMED
                     : notes[i] == 's' ? (unsigned)TTY_STOP
                                       : (unsigned)TTY_RESIZED;
    return ready;
}

unsigned tty_wait(const struct os_wake *wake, int64_t deadline)
{
    struct pollfd fds[3] = {{.fd = INPUT_FD, .events = POLLIN},
                            {.fd = note_fd[0], .events = POLLIN},
                            {.fd = wake != NULL ? os_wake_fd(wake) : -1, .events = POLLIN}};
    if (poll(fds, 3, poll_time(deadline)) <= 0)
        return 0;
    unsigned ready = 0;
    if ((fds[0].revents & POLLIN) != 0)
        ready |= TTY_INPUT;
    if ((fds[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
        ready |= TTY_GONE;
    if ((fds[1].revents & POLLIN) != 0)
        ready |= read_notes();
    if ((fds[2].revents & POLLIN) != 0)
        ready |= TTY_WOKEN;
    return ready;
}

size_t tty_read(void *buf, size_t n)
{
    struct pollfd fd = {.fd = INPUT_FD, .events = POLLIN};
    if (poll(&fd, 1, 0) <= 0 || (fd.revents & POLLIN) == 0)
        return 0;
    ssize_t got = read(INPUT_FD, buf, n);
    return got > 0 ? (size_t)got : 0;
}

bool tty_write(const void *text, size_t n)
{
    const char *p = text;
    while (n > 0) {
        ssize_t done = write(OUTPUT_FD, p, n);
        if (done < 0 && errno != EINTR && errno != EAGAIN)
            return false;
        if (done < 0 && errno == EAGAIN) {
            struct pollfd fd = {.fd = OUTPUT_FD, .events = POLLOUT};
            (void)poll(&fd, 1, 100);
        }
        if (done > 0) {
            p += done;
            n -= (size_t)done;
        }
    }
    return true;
}

bool tty_size(int *rows, int *cols)
{
    struct winsize size;
    if (ioctl(OUTPUT_FD, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return false;
    *rows = size.ws_row;
    *cols = size.ws_col;
    return true;
}

void tty_stop_us(void)
{
    struct sigaction act = {.sa_flags = 0}, old;
    act.sa_handler = SIG_DFL;
    sigemptyset(&act.sa_mask);
    sigaction(SIGTSTP, &act, &old);
    (void)kill(0, SIGTSTP);
    sigaction(SIGTSTP, &old, NULL);
    (void)read_notes();
}

bool tty_can_stop(void)
{
    return true;
}

void tty_mouse(bool on)
{
    (void)on; /* done with sequences here */
}

bool tty_copy(const char *text, size_t n)
{
    (void)text;
    (void)n;
    return false; /* OSC 52 */
}

void tty_remember(void)
{
    have_remembered = tcgetattr(INPUT_FD, &remembered) == 0;
}

void tty_restore(void)
{
    if (have_remembered)
        (void)tcsetattr(INPUT_FD, TCSADRAIN, &remembered);
}

/* ---- crashes ---- */

enum { SIGNALS = 65, CRASH_STACK = 64 * 1024, LATE_SECONDS = 2 };

static struct sigaction before[SIGNALS]; /* the previous actions */
static struct sigaction alarm_before;
static char farewell_text[CRASH_FAREWELL_MAX];
static size_t farewell_size;
static char crash_stack[CRASH_STACK];
static volatile sig_atomic_t crashing;
static bool guarded;

/* True for every signal whose default action kills, including the real-time ones, except those that
 * are handled elsewhere (os_catch_stop, SIGALRM). The C library refuses the few it reserves. */
static bool kills(int sig)
{
    static const int others[] = {SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU,  SIGCONT, SIGCHLD,
                                 SIGURG,  SIGINT,  SIGTERM, SIGHUP,  SIGWINCH, SIGALRM};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (sig == others[i])
            return false;
    return true;
}

static void die_of(int sig)
{
    struct sigaction act = {.sa_flags = 0};
    act.sa_handler = SIG_DFL;
    sigemptyset(&act.sa_mask);
    sigaction(sig, &act, NULL);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, sig);
    (void)raise(sig);
    (void)sigprocmask(SIG_UNBLOCK, &one, NULL);
}

/* The backend's guard may own SIGBUS: a fault it caused itself is handled there and does not
 * return. A SIGBUS sent by kill is not a fault. */
static void ask_guard(int sig, siginfo_t *info, void *context)
{
    const struct sigaction *old = &before[SIGBUS];
    if (sig == SIGBUS && info->si_code > 0 && (old->sa_flags & SA_SIGINFO) != 0 &&
        old->sa_sigaction != NULL)
        old->sa_sigaction(sig, info, context);
}

/* We were asked to end and could not: the terminal accepts no output and a write to it blocks. Drop
 * what it has not read, so that at least the restoring sequences arrive. */
static void on_late(int sig)
{
    int stop = os_stop_signal();
    (void)alarm(LATE_SECONDS); /* and if that blocks too: the default action, which kills */
    if (have_remembered)
        (void)tcsetattr(INPUT_FD, TCSANOW, &remembered);
    (void)tcflush(OUTPUT_FD, TCOFLUSH);
    if (write(OUTPUT_FD, farewell_text, farewell_size) < 0) {
        /* nothing better can be done here */
    }
    (void)alarm(0);
    die_of(stop != 0 ? stop : sig);
}

static void on_crash(int sig, siginfo_t *info, void *context)
{
    if (!crashing)
        ask_guard(sig, info, context);
    if (!crashing) {
        crashing = 1;
        if (write(OUTPUT_FD, farewell_text, farewell_size) < 0) {
            /* nothing better can be done here */
        }
        if (have_remembered)
            (void)tcsetattr(INPUT_FD, TCSANOW, &remembered);
    }
    die_of(sig);
}

/* Save the old action before installing ours: another thread may fault in between, and its SIGBUS
 * must still reach the guard. Ignored signals stay ignored. */
static void guard(const struct sigaction *act, int sig)
{
    if (!kills(sig) || sigaction(sig, NULL, &before[sig]) != 0)
        return;
    if ((before[sig].sa_flags & SA_SIGINFO) != 0 || before[sig].sa_handler != SIG_IGN)
        sigaction(sig, act, NULL);
}

void crash_guard(const char *farewell, size_t n)
{
    farewell_size = n < sizeof farewell_text ? n : sizeof farewell_text;
    for (size_t i = 0; i < farewell_size; i++)
        farewell_text[i] = farewell[i];
    if (guarded)
        return;
    guarded = true;
    stack_t stack = {.ss_sp = crash_stack, .ss_size = sizeof crash_stack};
    (void)sigaltstack(&stack, NULL);
    struct sigaction act = {.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    act.sa_sigaction = on_crash;
    sigemptyset(&act.sa_mask);
    for (int sig = 1; sig < SIGNALS; sig++)
        guard(&act, sig);
    act.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
    act.sa_handler = on_late;
    sigaction(SIGALRM, &act, &alarm_before);
    os_stop_alarm(LATE_SECONDS);
}

void crash_unguard(void)
{
    if (!guarded)
        return;
    guarded = false;
    os_stop_alarm(0);
    sigaction(SIGALRM, &alarm_before, NULL);
    for (int sig = 1; sig < SIGNALS; sig++) {
        struct sigaction now;
        if (kills(sig) && sigaction(sig, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) != 0 &&
            now.sa_sigaction == on_crash)
            sigaction(sig, &before[sig], NULL);
    }
}
