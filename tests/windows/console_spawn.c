/* Programs of Windows: started, spoken to through pipes, ended. */
#include "console_private.h"

#include <check.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_MAX = 4096, LINE_LENGTH = 1024 };

const char *const con_shmlens = WIN_SHMLENS;

struct con_peer {
    PROCESS_INFORMATION process;
    HANDLE to, from; /* its stdin, its stdout */
    char line[LINE_LENGTH];
    size_t length;
    char taken[LINE_LENGTH];
};

uint64_t con_deadline(void)
{
    const char *scale = getenv("E2E_PATIENCE_SCALE");
    long times = scale != NULL ? strtol(scale, NULL, 10) : 1;
    return GetTickCount64() + (uint64_t)CON_PATIENCE * (uint64_t)(times < 1 ? 1 : times);
}

const char *con_name(const char *name)
{
    static char names[16][128];
    static unsigned count;
    char *out = names[count % 16];
    snprintf(out, sizeof names[0], "Local\\%s-%lu-%u", name, GetCurrentProcessId(), count++);
    return out;
}

/* ---- starting ---- */

/* One argument as the C library of the started program takes it apart again. */
static size_t quote(wchar_t *out, const wchar_t *arg)
{
    size_t at = 0, slashes = 0;
    out[at++] = L'"';
    for (;; arg++) {
        if (*arg == L'\\') {
            slashes++;
            continue;
        }
        size_t n = *arg == 0 || *arg == L'"' ? 2 * slashes : slashes;
        for (size_t i = 0; i < n; i++)
            out[at++] = L'\\';
        slashes = 0;
        if (*arg == 0)
            break;
        if (*arg == L'"')
            out[at++] = L'\\';
        out[at++] = *arg;
    }
    out[at++] = L'"';
    return at;
}

static void command_line(const char *const *argv, wchar_t out[COMMAND_MAX])
{
    size_t at = 0;
    for (; *argv != NULL; argv++) {
        wchar_t arg[COMMAND_MAX / 4];
        if (MultiByteToWideChar(CP_UTF8, 0, *argv, -1, arg, COMMAND_MAX / 4) == 0 ||
            at + 2 * wcslen(arg) + 4 > COMMAND_MAX)
            con_fail("an argument is too long: %.40s", *argv);
        if (at > 0)
            out[at++] = L' ';
        at += quote(out + at, arg);
    }
    out[at] = 0;
}

/* What is started ends with us, however we end. */
static HANDLE our_job(void)
{
    static HANDLE job;
    if (job != NULL)
        return job;
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limit = {0};
    limit.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    job = CreateJobObjectW(NULL, NULL);
    SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limit, sizeof limit);
    return job;
}

void con_ends_with_us(const PROCESS_INFORMATION *p)
{
    AssignProcessToJobObject(our_job(), p->hProcess);
}

static HANDLE inheritable(HANDLE h)
{
    if (h == NULL) {
        SECURITY_ATTRIBUTES yes = {sizeof yes, NULL, TRUE};
        return CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE,
                           &yes, OPEN_EXISTING, 0, NULL);
    }
    HANDLE copy = NULL;
    DuplicateHandle(GetCurrentProcess(), h, GetCurrentProcess(), &copy, 0, TRUE,
                    DUPLICATE_SAME_ACCESS);
    return copy;
}

PROCESS_INFORMATION con_spawn(const char *const *argv, DWORD flags, HANDLE in, HANDLE out,
                              HANDLE err)
{
    wchar_t line[COMMAND_MAX];
    PROCESS_INFORMATION p = {0};
    STARTUPINFOW start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES};
    command_line(argv, line);
    start.hStdInput = inheritable(in);
    start.hStdOutput = inheritable(out);
    start.hStdError = inheritable(err);
    BOOL started = CreateProcessW(NULL, line, NULL, NULL, TRUE, flags, NULL, NULL, &start, &p);
    CloseHandle(start.hStdInput);
    CloseHandle(start.hStdOutput);
    CloseHandle(start.hStdError);
    if (!started)
        con_fail("%s does not start: error %lu", argv[0], GetLastError());
    con_ends_with_us(&p);
    return p;
}

void con_reap(PROCESS_INFORMATION *p)
{
    if (p->hProcess == NULL)
        return;
    if (WaitForSingleObject(p->hProcess, 0) != WAIT_OBJECT_0) {
        TerminateProcess(p->hProcess, 99);
        WaitForSingleObject(p->hProcess, INFINITE);
    }
    CloseHandle(p->hProcess);
    CloseHandle(p->hThread);
    *p = (PROCESS_INFORMATION){0};
}

int con_status(PROCESS_INFORMATION *p, const char *what)
{
    DWORD status = 0;
    uint64_t now = GetTickCount64(), until = con_deadline();
    if (WaitForSingleObject(p->hProcess, (DWORD)(until - now)) != WAIT_OBJECT_0)
        con_fail("%s does not end", what);
    GetExitCodeProcess(p->hProcess, &status);
    con_reap(p);
    return (int)status;
}

/* ---- pipes ---- */

/* A pipe; which of its ends is inherited is con_spawn's matter. */
static void make_pipe(HANDLE *from, HANDLE *to)
{
    if (!CreatePipe(from, to, NULL, 65536))
        con_fail("no pipe: error %lu", GetLastError());
}

/* Reads what is there; -1: the other end is closed. */
static int read_some(HANDLE from, char *out, size_t room)
{
    DWORD there = 0, n = 0;
    if (!PeekNamedPipe(from, NULL, 0, NULL, &there, NULL))
        return -1;
    if (there == 0 || room == 0)
        return 0;
    if (!ReadFile(from, out, there < room ? there : (DWORD)room, &n, NULL))
        return -1;
    return (int)n;
}

static bool collect(HANDLE from, char *text, size_t cap, size_t *n)
{
    char spare[256];
    bool full = *n + 1 >= cap;
    int got =
        full ? read_some(from, spare, sizeof spare) : read_some(from, text + *n, cap - 1 - *n);
    if (got > 0 && !full)
        *n += (size_t)got;
    text[*n] = '\0';
    return got >= 0;
}

static void drop_returns(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++)
        if (*from != '\r')
            *to++ = *from;
    *to = '\0';
}

struct con_result con_run(const char *const *argv)
{
    struct con_result r = {.status = -1};
    HANDLE out, err, to_out, to_err;
    size_t out_size = 0, err_size = 0;
    make_pipe(&out, &to_out);
    make_pipe(&err, &to_err);
    PROCESS_INFORMATION p = con_spawn(argv, CREATE_NO_WINDOW, NULL, to_out, to_err);
    CloseHandle(to_out);
    CloseHandle(to_err);
    uint64_t until = con_deadline();
    bool more = true;
    while (more && GetTickCount64() < until) {
        bool a = collect(out, r.out, sizeof r.out, &out_size);
        bool b = collect(err, r.err, sizeof r.err, &err_size);
        more = a || b;
        if (more)
            Sleep(2);
    }
    r.status = con_status(&p, argv[1]);
    CloseHandle(out);
    CloseHandle(err);
    drop_returns(r.out);
    drop_returns(r.err);
    return r;
}

/* ---- peers ---- */

struct con_peer *con_held(const char *path, const char *const *args)
{
    const char *argv[16] = {path};
    struct con_peer *p = calloc(1, sizeof *p);
    HANDLE in, out;
    if (p == NULL)
        con_fail("out of memory");
    for (size_t i = 0; i < 14 && args[i] != NULL; i++)
        argv[i + 1] = args[i];
    make_pipe(&in, &p->to);
    make_pipe(&p->from, &out);
    p->process = con_spawn(argv, CREATE_NO_WINDOW, in, out, GetStdHandle(STD_ERROR_HANDLE));
    CloseHandle(in);
    CloseHandle(out);
    return p;
}

struct con_peer *con_peer(const char *name, const char *const *args)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.exe", WIN_PEERS, name);
    struct con_peer *p = con_held(path, args);
    const char *line = con_peer_line(p);
    if (line == NULL || strcmp(line, "ready") != 0)
        con_fail("%s is not ready but says %s", name, line == NULL ? "nothing" : line);
    return p;
}

void con_peer_send(struct con_peer *p, const char *line)
{
    DWORD n;
    WriteFile(p->to, line, (DWORD)strlen(line), &n, NULL);
    WriteFile(p->to, "\n", 1, &n, NULL);
}

const char *con_peer_line(struct con_peer *p)
{
    uint64_t until = con_deadline();
    for (;;) {
        char *end = memchr(p->line, '\n', p->length);
        if (end != NULL) {
            size_t n = (size_t)(end - p->line);
            memcpy(p->taken, p->line, n);
            p->taken[n] = '\0';
            p->length -= n + 1;
            memmove(p->line, end + 1, p->length);
            drop_returns(p->taken);
            return p->taken;
        }
        int got = read_some(p->from, p->line + p->length, sizeof p->line - p->length);
        if (got < 0)
            return NULL;
        if (GetTickCount64() > until)
            con_fail("the peer says no more");
        p->length += (size_t)got;
        if (got == 0)
            Sleep(2);
    }
}

unsigned con_peer_pid(const struct con_peer *p)
{
    return (unsigned)p->process.dwProcessId;
}

void con_peer_deaf(struct con_peer *p)
{
    CloseHandle(p->from);
    p->from = NULL;
}

void con_peer_kill(struct con_peer *p)
{
    TerminateProcess(p->process.hProcess, 98);
}

int con_peer_end(struct con_peer *p)
{
    CloseHandle(p->to);
    int status = con_status(&p->process, "a peer");
    if (p->from != NULL)
        CloseHandle(p->from);
    free(p);
    return status;
}
