#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "backend/linux/os_private.h"

struct os_thread {
    pthread_t id;
    void (*fn)(void *arg);
    void *arg;
};

struct oserr os_errno(const char *call)
{
    return (struct oserr){call, (uint32_t)errno};
}

static void *thread_main(void *arg)
{
    struct os_thread *t = arg;
    t->fn(t->arg);
    return NULL;
}

/* All but those that a thread raises itself: blocked, they would kill without reaching the guard.
 */
static void fill_blocked(sigset_t *set)
{
    sigfillset(set);
    sigdelset(set, SIGBUS);
    sigdelset(set, SIGSEGV);
    sigdelset(set, SIGFPE);
    sigdelset(set, SIGILL);
    sigdelset(set, SIGABRT);
}

struct oserr os_thread_start(struct os_thread **out, void (*fn)(void *arg), void *arg)
{
    sigset_t blocked, before;
    struct os_thread *t = malloc(sizeof *t);
    *out = NULL;
    if (t == NULL)
        return (struct oserr){"malloc", SEG_E_MEMORY};
    *t = (struct os_thread){.fn = fn, .arg = arg};
    fill_blocked(&blocked);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int code = pthread_create(&t->id, NULL, thread_main, t);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0) {
        free(t);
        return (struct oserr){"pthread_create", (uint32_t)code};
    }
    *out = t;
    return OSERR_NONE;
}

void os_thread_join(struct os_thread *t)
{
    if (t == NULL)
        return;
    pthread_join(t->id, NULL);
    free(t);
}
