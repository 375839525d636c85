#include "ui/term/tty.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include "ui/term/console_input.h"
#include "ui/term/console_windows.h"

enum { TYPED_MAX = 2048, RECORDS = TYPED_MAX / CONSOLE_SEQUENCE / 2 };
enum { TIMER_FINE = 2 }; /* CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, missing from some headers */

static char typed[TYPED_MAX]; /* bytes made from records, not yet taken */
static size_t typed_count;
static struct console_input input;
static bool mouse_on;
static int told_rows, told_cols; /* the size last reported; 0: none yet */
static int64_t look_at;          /* when the size is looked at next */
static HANDLE timer;             /* finer than a timeout; NULL: not available */

static HANDLE console_in(void)
{
    return GetStdHandle(STD_INPUT_HANDLE);
}

static HANDLE console_out(void)
{
    return GetStdHandle(STD_OUTPUT_HANDLE);
}

const char *tty_start(void)
{
    if (!console_is_one()) /* mintty gives its programs pipes */
        return getenv("MSYSTEM") != NULL
                   ? "mintty is not a console of Windows: use Windows Terminal, or winpty"
                   : "stdin and stdout are no console of Windows, or one too small";
    input = (struct console_input){0};
    typed_count = 0;
    timer = CreateWaitableTimerExW(NULL, NULL, TIMER_FINE, TIMER_MODIFY_STATE | SYNCHRONIZE);
    if (timer == NULL)
        timer = CreateWaitableTimerW(NULL, FALSE, NULL);
    return timer == NULL ? "there is no timer" : NULL;
}

void tty_stop(void)
{
    if (timer != NULL)
        (void)CloseHandle(timer);
    timer = NULL;
}

/* ---- records ---- */

static void take_bytes(const char *bytes, size_t n, unsigned times)
{
    for (unsigned i = 0; i < times && typed_count + n <= sizeof typed; i++) {
        memcpy(typed + typed_count, bytes, n);
        typed_count += n;
    }
}

static void take_key(const KEY_EVENT_RECORD *r)
{
    char bytes[CONSOLE_SEQUENCE] = "";
    struct console_key k = {.down = r->bKeyDown,
                            .vk = r->wVirtualKeyCode,
                            .unit = (uint16_t)r->uChar.UnicodeChar,
                            .state = r->dwControlKeyState};
    size_t n = console_key(&input, &k, bytes);
    take_bytes(bytes, n, n == 0 ? 0 : r->wRepeatCount > 1 ? r->wRepeatCount : 1);
}

static void take_mouse(const MOUSE_EVENT_RECORD *r)
{
    char bytes[CONSOLE_SEQUENCE] = "";
    struct console_mouse m = {.row = r->dwMousePosition.Y,
                              .col = r->dwMousePosition.X,
                              .buttons = r->dwButtonState,
                              .flags = r->dwEventFlags};
    size_t n = console_mouse(&input, &m, bytes);
    take_bytes(bytes, n, 1);
}

static unsigned take_record(const INPUT_RECORD *r)
{
    if (r->EventType == KEY_EVENT)
        take_key(&r->Event.KeyEvent);
    else if (r->EventType == MOUSE_EVENT && mouse_on)
        take_mouse(&r->Event.MouseEvent);
    return r->EventType == WINDOW_BUFFER_SIZE_EVENT ? (unsigned)TTY_RESIZED : 0;
}

/* Takes the console's pending records; most of them (key releases, focus) mean nothing. */
static unsigned take_records(void)
{
    INPUT_RECORD records[RECORDS];
    DWORD n = 0;
    unsigned ready = 0;
    while (typed_count <= sizeof typed / 2) {
        if (!PeekConsoleInputW(console_in(), records, 1, &n))
            return TTY_GONE;
        if (n == 0)
            break;
        if (!ReadConsoleInputW(console_in(), records, RECORDS, &n))
            return TTY_GONE;
        for (DWORD i = 0; i < n; i++)
            ready |= take_record(&records[i]);
    }
    return ready | (typed_count > 0 ? (unsigned)TTY_INPUT : 0);
}

/* ---- size ---- */

/* Adopting the size makes curses drop all pending records, so take them first. */
bool tty_size(int *rows, int *cols)
{
    (void)take_records();
    if (!console_size(rows, cols))
        return false;
    told_rows = *rows;
    told_cols = *cols;
    look_at = 0; /* a record may be dropped right now */
    return true;
}

/* Has the size changed? Looked at four times a second: curses drops records, and consoles send too
 * few of them. */
static bool changed_since(void)
{
    enum { LOOK_EVERY = 250 * 1000 * 1000 };
    int rows, cols;
    int64_t now = os_now();
    if (now < look_at)
        return false;
    look_at = now + LOOK_EVERY;
    if (told_rows == 0 || !console_size(&rows, &cols) || (rows == told_rows && cols == told_cols))
        return false;
    told_rows = rows;
    told_cols = cols;
    return true;
}

/* ---- waiting ---- */

/* Arms the timer; false: the deadline has passed. */
static bool arm(int64_t deadline)
{
    int64_t left = deadline - os_now();
    LARGE_INTEGER due = {.QuadPart = -(left + 99) / 100}; /* relative, in 100 ns */
    return left > 0 && SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE);
}

static bool is_posted(const struct os_wake *wake)
{
    return wake != NULL &&
           WaitForSingleObject((HANDLE)(intptr_t)os_wake_fd(wake), 0) == WAIT_OBJECT_0;
}

unsigned tty_wait(const struct os_wake *wake, int64_t deadline)
{
    HANDLE handles[3] = {console_in(), timer};
    DWORD count = 2;
    if (wake != NULL)
        handles[count++] = (HANDLE)(intptr_t)os_wake_fd(wake);
    for (;;) {
        unsigned ready = take_records() | (is_posted(wake) ? (unsigned)TTY_WOKEN : 0);
        ready |= changed_since() ? (unsigned)TTY_RESIZED : 0;
        if (ready != 0)
            return ready;
        if (deadline <= os_now())
            return 0;
        if (!arm(deadline < look_at ? deadline : look_at))
            continue;
        if (WaitForMultipleObjects(count, handles, FALSE, INFINITE) == WAIT_FAILED)
            return TTY_GONE;
    }
}

size_t tty_read(void *buf, size_t n)
{
    if (n > typed_count)
        n = typed_count;
    memcpy(buf, typed, n);
    typed_count -= n;
    memmove(typed, typed + n, typed_count);
    return n;
}

bool tty_write(const void *text, size_t n)
{
    return console_write(text, n);
}

/* ---- modes ---- */

static DWORD remembered_in, remembered_out;
static bool have_remembered;

void tty_remember(void)
{
    have_remembered = GetConsoleMode(console_in(), &remembered_in) &&
                      GetConsoleMode(console_out(), &remembered_out);
}

void tty_restore(void)
{
    if (!have_remembered)
        return;
    (void)SetConsoleMode(console_out(), remembered_out);
    (void)SetConsoleMode(console_in(), remembered_in);
}

/* Raw keys and size changes; without the mouse the console keeps its own selection. */
void tty_mouse(bool on)
{
    DWORD mode = ENABLE_WINDOW_INPUT | ENABLE_EXTENDED_FLAGS;
    mouse_on = on;
    mode |= on ? (DWORD)ENABLE_MOUSE_INPUT : remembered_in & ENABLE_QUICK_EDIT_MODE;
    (void)SetConsoleMode(console_in(), mode);
}

bool tty_can_stop(void)
{
    return false;
}

void tty_stop_us(void)
{
}

/* ---- the clipboard ---- */

/* UTF-16 with Windows line ends, in memory that the clipboard can own; NULL: failed. */
static HGLOBAL for_clipboard(const char *text, size_t n)
{
    if (n > 64 * 1024 * 1024)
        return NULL;
    HGLOBAL memory = GlobalAlloc(GMEM_MOVEABLE, (2 * n + 1) * sizeof(WCHAR));
    WCHAR *plain = malloc((n + 1) * sizeof *plain),
          *out = memory == NULL ? NULL : GlobalLock(memory);
    if (plain == NULL || out == NULL) {
        free(plain);
        (void)GlobalFree(memory);
        return NULL;
    }
    int units = n == 0 ? 0 : MultiByteToWideChar(CP_UTF8, 0, text, (int)n, plain, (int)n);
    size_t at = 0;
    for (int i = 0; i < units; i++) {
        if (plain[i] == L'\n')
            out[at++] = L'\r';
        out[at++] = plain[i];
    }
    out[at] = 0;
    free(plain);
    (void)GlobalUnlock(memory);
    return memory;
}

bool tty_copy(const char *text, size_t n)
{
    HGLOBAL memory = for_clipboard(text, n);
    if (memory == NULL)
        return false;
    bool taken = false;
    if (OpenClipboard(NULL)) {
        taken = EmptyClipboard() && SetClipboardData(CF_UNICODETEXT, memory) != NULL;
        (void)CloseClipboard();
    }
    if (!taken)
        (void)GlobalFree(memory); /* otherwise the clipboard owns it */
    return taken;
}

/* ---- crashes ---- */

static LPTOP_LEVEL_EXCEPTION_FILTER filter_before; /* curses' own: shows the previous buffer */
static void (*abort_before)(int);
static bool guarded;
static char farewell_text[CRASH_FAREWELL_MAX]; /* empty: the console is restored by calls */
static DWORD farewell_size;

/* Not by console_write: memory may be what crashed. */
static void say_farewell(void)
{
    DWORD done;
    if (farewell_size > 0)
        (void)WriteConsoleA(console_out(), farewell_text, farewell_size, &done, NULL);
}

static LONG WINAPI on_crash(EXCEPTION_POINTERS *what)
{
    LONG answer = filter_before != NULL ? filter_before(what) : EXCEPTION_CONTINUE_SEARCH;
    say_farewell();
    tty_restore();
    return answer;
}

static void on_abort(int sig)
{
    (void)SetConsoleActiveScreenBuffer(console_out());
    say_farewell();
    tty_restore();
    (void)signal(sig, SIG_DFL);
    (void)raise(sig);
}

void crash_guard(const char *farewell, size_t n)
{
    farewell_size = (DWORD)(n < sizeof farewell_text ? n : sizeof farewell_text);
    for (size_t i = 0; i < farewell_size; i++)
        farewell_text[i] = farewell[i];
    if (guarded)
        return;
    guarded = true;
    filter_before = SetUnhandledExceptionFilter(on_crash);
    abort_before = signal(SIGABRT, on_abort);
}

/* Curses, where it was started, has removed the filter together with its own. */
void crash_unguard(void)
{
    if (!guarded)
        return;
    guarded = false;
    if (farewell_size > 0)
        (void)SetUnhandledExceptionFilter(filter_before);
    (void)signal(SIGABRT, abort_before == SIG_ERR ? SIG_DFL : abort_before);
}
