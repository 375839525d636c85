/* Our own executable as a child: the demo's writer. It is in a job that ends with us. */
#include <stdlib.h>
#include <string.h>

#include "backend/windows/os_private.h"
#include "backend/windows/wtf8.h"

enum { COMMAND_MAX = 4096, PATH_FIRST = 512, PATH_MOST = 65536, WAIT_MS = 2000 };

struct os_process {
    HANDLE process, job;
    DWORD pid;
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
static bool join(const char *const *args, wchar_t line[COMMAND_MAX])
{
    size_t n = wide_from_utf8("shmlens", line, COMMAND_MAX);
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

/* Its input and output are the null device; it gets no Ctrl-C of our console. */
static struct oserr start(struct os_process *p, wchar_t *line)
{
    SECURITY_ATTRIBUTES inherit = {.nLength = sizeof inherit, .bInheritHandle = TRUE};
    PROCESS_INFORMATION made;
    wchar_t *path = own_path();
    if (path == NULL)
        return (struct oserr){"GetModuleFileNameW", SEG_E_MEMORY};
    HANDLE null = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE,
                              FILE_SHARE_READ | FILE_SHARE_WRITE, &inherit, OPEN_EXISTING, 0, NULL);
    STARTUPINFOW how = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES};
    how.hStdInput = how.hStdOutput = how.hStdError = null;
    BOOL done = CreateProcessW(path, line, NULL, NULL, TRUE,
                               CREATE_SUSPENDED | CREATE_NEW_PROCESS_GROUP | CREATE_NO_WINDOW, NULL,
                               NULL, &how, &made);
    struct oserr e = done ? OSERR_NONE : os_last("CreateProcessW");
    if (null != INVALID_HANDLE_VALUE)
        CloseHandle(null);
    free(path);
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

struct oserr os_spawn_self(const char *const *args, struct os_process **out)
{
    wchar_t line[COMMAND_MAX];
    *out = NULL;
    if (!join(args, line))
        return (struct oserr){"CreateProcessW", ERROR_INVALID_PARAMETER};
    struct os_process *p = calloc(1, sizeof *p);
    if (p == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    p->job = deadly_job();
    struct oserr e = start(p, line);
    if (!oserr_is(e)) {
        *out = p;
        return e;
    }
    if (p->job != NULL)
        CloseHandle(p->job);
    free(p);
    return e;
}

bool os_process_running(struct os_process *p)
{
    return WaitForSingleObject(p->process, 0) == WAIT_TIMEOUT;
}

uint32_t os_process_pid(const struct os_process *p)
{
    return p->pid;
}

/* A process without a window or a console cannot be asked to end, so it is terminated; the
 * system frees what it holds. */
void os_process_stop(struct os_process *p)
{
    if (p == NULL)
        return;
    if (os_process_running(p))
        (void)TerminateProcess(p->process, 0);
    (void)WaitForSingleObject(p->process, WAIT_MS);
    CloseHandle(p->process);
    if (p->job != NULL)
        CloseHandle(p->job);
    free(p);
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
