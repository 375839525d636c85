#include "backend/guard.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <ucontext.h>

struct guard {
    sigjmp_buf env; /* where guard_run continues */
    uintptr_t low;  /* first byte that may fault */
    uintptr_t high; /* past the last */
};

static _Thread_local struct guard *volatile current;
static _Thread_local volatile sig_atomic_t passing_on; /* inside the previous handler */

static pthread_mutex_t install_lock = PTHREAD_MUTEX_INITIALIZER;
static struct sigaction previous; /* written before the handler that reads it is installed */

/* Not inside a guarded range: chain to the previous handler. */
static void scan_on(int sig, siginfo_t *info, void *context)
{
    bool usable = (previous.sa_flags & SA_SIGINFO) != 0 ||
                  (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN);
    if (!usable || passing_on) {
        signal(sig, SIG_DFL); /* the access is repeated and ends the process with its true cause */
        if (info->si_code <= 0)
            raise(sig); /* sent by kill: no access would be repeated */
        return;
    }
    passing_on = 1;
    if ((previous.sa_flags & SA_SIGINFO) != 0)
        previous.sa_sigaction(sig, info, context);
    else
        previous.sa_handler(sig);
    passing_on = 0;
}

static void on_bus(int sig, siginfo_t *info, void *context)
{
    struct guard *g = current;
    uintptr_t at = (uintptr_t)info->si_addr;
    if (g != NULL && info->si_code > 0 && at >= g->low && at < g->high) {
        const ucontext_t *was = context;
        current = NULL;
        /* the mask as it was, however this handler was installed */
        pthread_sigmask(SIG_SETMASK, &was->uc_sigmask, NULL);
        siglongjmp(g->env, 1);
    }
    scan_on(sig, info, context);
}

void guard_install(void)
{
    struct sigaction now;
    pthread_mutex_lock(&install_lock);
    if (sigaction(SIGBUS, NULL, &now) == 0 &&
        ((now.sa_flags & SA_SIGINFO) == 0 || now.sa_sigaction != on_bus)) {
        previous = now;
        struct sigaction ours = {.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
        ours.sa_sigaction = on_bus;
        sigemptyset(&ours.sa_mask);
        sigaction(SIGBUS, &ours, NULL);
    }
    if (sigaction(SIGXFSZ, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        (void)signal(SIGXFSZ, SIG_IGN);
    pthread_mutex_unlock(&install_lock);
}

bool guard_run(void (*fn)(void *arg), void *arg, const void *low, size_t n)
{
    struct guard g;
    g.low = (uintptr_t)low;
    g.high = (uintptr_t)low + n;
    if (sigsetjmp(g.env, 0) != 0)
        return false;
    current = &g;
    atomic_signal_fence(memory_order_seq_cst);
    fn(arg);
    atomic_signal_fence(memory_order_seq_cst);
    current = NULL;
    return true;
}
