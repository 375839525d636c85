/* A vectored handler sees a fault in a guarded range first and continues the thread where guard_run
 * was called: a reserved page that was never committed, or a file that could not be read. */
#include "backend/guard.h"

#include <stdint.h>
#include <windows.h>

struct guard {
    void *env[5];   /* where guard_run continues (__builtin_setjmp) */
    uintptr_t low;  /* first byte that may fault */
    uintptr_t high; /* past the last */
};

static _Thread_local struct guard *volatile current;

/* The faulting thread continues here, on its own stack, outside the handler. */
__attribute__((noreturn)) static void leave(void)
{
    struct guard *g = current;
    current = NULL;
    __builtin_longjmp(g->env, 1);
}

static LONG CALLBACK on_fault(EXCEPTION_POINTERS *info)
{
    enum { INFO_ADDRESS = 1, RED_LINE = 256 };
    const EXCEPTION_RECORD *r = info->ExceptionRecord;
    if (r->ExceptionCode != EXCEPTION_ACCESS_VIOLATION &&
        r->ExceptionCode != EXCEPTION_IN_PAGE_ERROR)
        return EXCEPTION_CONTINUE_SEARCH;
    const struct guard *g = current;
    uintptr_t at = r->NumberParameters > INFO_ADDRESS ? r->ExceptionInformation[INFO_ADDRESS] : 0;
    if (g == NULL || at < g->low || at >= g->high)
        return EXCEPTION_CONTINUE_SEARCH;
    CONTEXT *c = info->ContextRecord; /* as if it had called `leave` */
    c->Rsp = ((c->Rsp - RED_LINE) & ~(DWORD64)15) - 8;
    c->Rip = (DWORD64)(uintptr_t)&leave;
    return EXCEPTION_CONTINUE_EXECUTION;
}

void guard_install(void)
{
    static LONG installed;
    if (InterlockedExchange(&installed, 1) == 0)
        (void)AddVectoredExceptionHandler(1, on_fault);
}

__attribute__((noinline)) bool guard_run(void (*fn)(void *arg), void *arg, const void *low,
                                         size_t n)
{
    struct guard g;
    g.low = (uintptr_t)low;
    g.high = (uintptr_t)low + n;
    if (__builtin_setjmp(g.env) != 0)
        return false;
    current = &g;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    fn(arg);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    current = NULL;
    return true;
}
