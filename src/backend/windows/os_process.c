/* Processes that we start and end: our own executable (the demo's writer), programs of the lab.
 * Each is in a job that ends with us. */
#include <stdlib.h>
#include <string.h>

#include "backend/windows/os_private.h"
#include "backend/windows/wtf8.h"

enum {
    COMMAND_MAX = 4096,
    PATH_FIRST = 512,
    PATH_MOST = 65536,
    SAID = 512,       /* bytes of what a process says that are kept */
    PIPE = 64 * 1024, /* bytes that wait to be read */
    HEARS = 256       /* pieces at once */
};
#define STOPS_IN (2 * INT64_C(1000000000)) /* ns */

struct os_process {
    HANDLE process, job;
    DWORD pid;
    HANDLE hears; /* what it writes to stderr comes out here; NULL: it goes nowhere */
    size_t heard;
    bool last; /* the last of it is kept, not the first */
    char said[SAID];
};

/* The path of our executable; the caller frees it. */
static wchar_t *own_path(void)
{
    for (DWORD n = PATH_FIRST; n <= PATH_MOST; n *= 2) {
        wchar_t *path = malloc(n * sizeof *path);
        DWORD length = path == NULL ? 0 : GetModuleFileNameW(NULL, path, n);
        if (length > 0 && length < n)
            return path;
        free(path);
    }
    return NULL;
}

/* Joins the arguments as they are: ours have no blanks and no quotes in them. */
static bool join(const char *name, const char *const *args, wchar_t line[COMMAND_MAX])
{
    size_t n = wide_from_utf8(name, line, COMMAND_MAX);
    for (size_t i = 0; args[i] != NULL; i++) {
        if (n + 2 >= COMMAND_MAX || strpbrk(args[i], " \t\"") != NULL)
            return false;
        line[n++] = L' ';
        size_t more = wide_from_utf8(args[i], line + n, COMMAND_MAX - n);
        if (more >= COMMAND_MAX - n)
            return false;
        n += more;
    }
    return true;
}

static HANDLE deadly_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    HANDLE job = CreateJobObjectW(NULL, NULL);
    if (job != NULL)
        (void)SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits,
                                      sizeof limits);
    return job;
}

/* The pipe for its stderr; its end of it (NULL: there is none). It never waits for us: what does
 * not fit is lost. */
static HANDLE pipe_for(struct os_process *p)
{
    SECURITY_ATTRIBUTES inherit = {.nLength = sizeof inherit, .bInheritHandle = TRUE};
    HANDLE said = NULL;
    DWORD mode = PIPE_READMODE_BYTE | PIPE_NOWAIT;
    if (!CreatePipe(&p->hears, &said, &inherit, PIPE)) {
        p->hears = NULL;
        return NULL;
    }
    (void)SetHandleInformation(p->hears, HANDLE_FLAG_INHERIT, 0);
    (void)SetNamedPipeHandleState(said, &mode, NULL, NULL);
    return said;
}

/* Its input and output are the null device; it gets no Ctrl-C of our console. */
static struct oserr start(struct os_process *p, wchar_t *path, wchar_t *line)
{
    SECURITY_ATTRIBUTES inherit = {.nLength = sizeof inherit, .bInheritHandle = TRUE};
    PROCESS_INFORMATION made;
    HANDLE null = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, &inherit, OPEN_EXISTING, 0, NULL);
    STARTUPINFOW how = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES};
    HANDLE said = pipe_for(p);
    how.hStdInput = how.hStdOutput = null;
    how.hStdError = said != NULL ? said : null;
    BOOL done = CreateProcessW(path, line, NULL, NULL, TRUE,
                               CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW, NULL,
                               NULL, &how, &made);
    struct oserr e = done ? OSERR_NONE : os_last("CreateProcessW");
    if (null != INVALID_HANDLE_VALUE)
        CloseHandle(null);
    if (said != NULL)
        CloseHandle(said);
    if (!done)
        return e;
    if (p->job != NULL)
        (void)AssignProcessToJobObject(p->job, made.hProcess);
    ResumeThread(made.hThread);
    CloseHandle(made.hThread);
    p->process = made.hProcess;
    p->pid = made.dwProcessId;
    return e;
}

static void free_process(struct os_process *p)
{
    if (p != NULL && p->job != NULL)
        CloseHandle(p->job);
    if (p != NULL && p->hears != NULL)
        CloseHandle(p->hears);
    free(p);
}

/* `path` is freed; NULL: out of memory. `own`: it is our own executable's. */
static struct oserr spawn(wchar_t *path, bool own, const char *const *args, struct os_process **out)
{
    wchar_t line[COMMAND_MAX];
    *out = NULL;
    bool joined = join(own ? "shmlens" : "program", args, line);
    struct os_process *p = joined && path != NULL ? calloc(1, sizeof *p) : NULL;
    if (p != NULL) {
        p->job = deadly_job();
        p->last = !own;
    }
    struct oserr e = p != NULL ? start(p, path, line)
                     : joined  ? (struct oserr){"malloc", SEG_E_MEMORY}
                               : (struct oserr){"CreateProcessW", ERROR_INVALID_PARAMETER};
    free(path);
    if (!oserr_is(e)) {
        *out = p;
        return e;
    }
    free_process(p);
    return e;
}

bool os_watchdog_wanted(int argc, char **argv)
{
    (void)argc, (void)argv; /* the job ends them */
    return false;
}

int os_watchdog_main(char **argv)
{
    (void)argv;
    return EXIT_FAILURE;
}

struct oserr os_spawn_self(const char *const *args, struct os_process **out)
{
    return spawn(own_path(), true, args, out);
}

struct oserr os_spawn(const char *path, const char *const *args, struct os_process **out)
{
    return spawn(wide_copy(path), false, args, out);
}

bool os_is_program(char *path, size_t cap)
{
    size_t n = strlen(path);
    if (n + sizeof ".exe" > cap)
        return false;
    memcpy(path + n, ".exe", sizeof ".exe");
    wchar_t *wide = wide_copy(path);
    DWORD is = wide == NULL ? INVALID_FILE_ATTRIBUTES : GetFileAttributesW(wide);
    free(wide);
    if (is == INVALID_FILE_ATTRIBUTES)
        path[n] = '\0';
    return is != INVALID_FILE_ATTRIBUTES && (is & FILE_ATTRIBUTE_DIRECTORY) == 0;
}

bool os_is_newer(const char *path, const char *than)
{
    WIN32_FILE_ATTRIBUTE_DATA a, b;
    wchar_t *first = wide_copy(path), *second = wide_copy(than);
    bool newer = first != NULL && second != NULL &&
                 GetFileAttributesExW(first, GetFileExInfoStandard, &a) &&
                 GetFileAttributesExW(second, GetFileExInfoStandard, &b) &&
                 CompareFileTime(&a.ftLastWriteTime, &b.ftLastWriteTime) > 0;
    free(first);
    free(second);
    return newer;
}

/* Makes room for n bytes where the last are kept; how many of them fit. */
static size_t room_for(struct os_process *p, size_t n)
{
    size_t room = sizeof p->said - 1 - p->heard;
    if (p->last && room < n) {
        size_t drop = n - room < p->heard ? n - room : p->heard;
        memmove(p->said, p->said + drop, p->heard - drop);
        p->heard -= drop;
        room += drop;
    }
    return room < n ? room : n;
}

/* What does not fit is dropped. */
static void hear(struct os_process *p)
{
    char piece[SAID - 1];
    DWORD there = 0, n = 0;
    for (int i = 0; p->hears != NULL && i < HEARS; i++) {
        if (!PeekNamedPipe(p->hears, NULL, 0, NULL, &there, NULL) || there == 0 ||
            !ReadFile(p->hears, piece, there < sizeof piece ? there : sizeof piece, &n, NULL))
            break;
        size_t fits = room_for(p, n);
        memcpy(p->said + p->heard, piece, fits);
        p->heard += fits;
    }
}

bool os_process_running(struct os_process *p)
{
    hear(p);
    return WaitForSingleObject(p->process, 0) == WAIT_TIMEOUT;
}

/* What ends a process from outside looks like an exit here. */
void os_process_end(const struct os_process *p, int *status, int *signal)
{
    DWORD code = 0;
    (void)GetExitCodeProcess(p->process, &code);
    *status = (int)code;
    *signal = 0;
}

const char *os_process_said(struct os_process *p)
{
    hear(p);
    p->said[p->heard] = '\0';
    return p->said;
}

uint32_t os_process_pid(const struct os_process *p)
{
    return p->pid;
}

/* A process without a window or a console cannot be asked to end, so it is terminated; the
 * system frees what it holds. */
void os_process_ask(struct os_process *p)
{
    if (os_process_running(p))
        (void)TerminateProcess(p->process, 0);
}

void os_process_finish(struct os_process *p, int64_t deadline)
{
    enum { MS = 1000000 };
    int64_t left = (deadline - os_now()) / MS;
    (void)WaitForSingleObject(p->process, left > 0 ? (DWORD)left : 0);
    CloseHandle(p->process);
    free_process(p);
}

void os_process_stop(struct os_process *p)
{
    if (p == NULL)
        return;
    os_process_ask(p);
    os_process_finish(p, os_now() + STOPS_IN);
}

bool os_pid_exists(uint32_t pid)
{
    HANDLE h = OpenProcess(SYNCHRONIZE, FALSE, pid);
    bool exists = h == NULL ? GetLastError() == ERROR_ACCESS_DENIED
                            : WaitForSingleObject(h, 0) == WAIT_TIMEOUT;
    if (h != NULL)
        CloseHandle(h);
    return exists;
}
