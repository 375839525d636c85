/* A vectored handler sees a fault in a guarded range first and continues the thread where guard_run
 * was called: a reserved page that was never committed, or a file that could not be read. */
#include "backend/guard.h"

#include <stdint.h>
#include <windows.h>

#ifndef BY_CONTEXT /* a test has it also where it is not needed */
#ifdef __aarch64__
#define BY_CONTEXT 1 /* the handler itself puts back what guard_run has captured */
#else
#define BY_CONTEXT 0
#endif
#endif

struct guard {
#if BY_CONTEXT
    CONTEXT back;       /* where guard_run continues, */
    volatile bool left; /* for the second time */
#else
    void *env[5]; /* where guard_run continues (__builtin_setjmp) */
#endif
    uintptr_t low;  /* first byte that may fault */
    uintptr_t high; /* past the last */
};

static _Thread_local struct guard *volatile current;

#if BY_CONTEXT
static void leave_by(CONTEXT *c, struct guard *g)
{
    g->left = true;
    current = NULL;
    *c = g->back;
}
#else
/* The faulting thread continues here, on its own stack, outside the handler. */
__attribute__((noreturn)) static void leave(void)
{
    struct guard *g = current;
    current = NULL;
    __builtin_longjmp(g->env, 1);
}

/* As if it had called `leave`. */
static void leave_by(CONTEXT *c, struct guard *g)
{
    enum { RED_LINE = 256 };
    (void)g;
    c->Rsp = ((c->Rsp - RED_LINE) & ~(DWORD64)15) - 8;
    c->Rip = (DWORD64)(uintptr_t)&leave;
}
#endif

static LONG CALLBACK on_fault(EXCEPTION_POINTERS *info)
{
    enum { INFO_ADDRESS = 1 };
    const EXCEPTION_RECORD *r = info->ExceptionRecord;
    if (r->ExceptionCode != EXCEPTION_ACCESS_VIOLATION &&
        r->ExceptionCode != EXCEPTION_IN_PAGE_ERROR)
        return EXCEPTION_CONTINUE_SEARCH;
    struct guard *g = current;
    uintptr_t at = r->NumberParameters > INFO_ADDRESS ? r->ExceptionInformation[INFO_ADDRESS] : 0;
    if (g == NULL || at < g->low || at >= g->high)
        return EXCEPTION_CONTINUE_SEARCH;
    leave_by(info->ContextRecord, g);
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
#if BY_CONTEXT
    g.left = false;
    RtlCaptureContext(&g.back);
    if (g.left)
        return false;
#else
    if (__builtin_setjmp(g.env) != 0)
        return false;
#endif
    current = &g;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    fn(arg);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    current = NULL;
    return true;
}
