/* Touching memory that another process may take away at any moment: a fault there becomes `false`
 * instead of a signal. Per thread; nothing is saved or restored by system calls, so a guarded load
 * costs a few nanoseconds. */
#ifndef SHMLENS_BACKEND_GUARD_H
#define SHMLENS_BACKEND_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* On every function that runs under the guard: ThreadSanitizer makes atomic operations under a lock
 * of its own, which a fault would leave locked. (Accesses shared with other processes are none of
 * its business anyway.) */
#if defined(__has_attribute)
#if __has_attribute(disable_sanitizer_instrumentation)
#define GUARDED __attribute__((disable_sanitizer_instrumentation))
#elif __has_attribute(no_sanitize_thread)
#define GUARDED __attribute__((no_sanitize_thread))
#endif
#endif
#ifndef GUARDED
#define GUARDED
#endif

/* Makes the guard ready in this process; again after somebody else took the signal. A fault that is
 * not ours goes to the handler found here. A limit on the size of files (ulimit -f) becomes an
 * error of the call that meets it: death would leave half of what was being made. */
void guard_install(void);

/* Runs fn(arg), which may touch [low, low + n) of shared memory. False: a page of it was not there,
 * and fn was left at that point: it must own nothing. Not nested. */
bool guard_run(void (*fn)(void *arg), void *arg, const void *low, size_t n);

#endif
