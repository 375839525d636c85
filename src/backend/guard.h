/* Touching memory that another process may take away at any moment: a fault becomes `false` instead
 * of a signal. guard_run() notes the range that may fault in a thread-local variable and where to
 * continue (sigsetjmp); the SIGBUS handler jumps back there when the fault is in that range, and
 * passes every other fault on. No system call is made, so a guarded load costs a few nanoseconds.
 */
#ifndef SHMLENS_BACKEND_GUARD_H
#define SHMLENS_BACKEND_GUARD_H

#include <stdbool.h>
#include <stddef.h>

/* For every function that runs under the guard. ThreadSanitizer makes atomic operations under a
 * lock of its own, which a fault would leave locked. (It cannot check accesses shared with other
 * processes anyway.) */
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

/* Installs the guard in this process; call it again when another library may have installed its own
 * handler. A
 * fault outside the guarded range goes to the handler found here. Also makes the file size limit
 * (ulimit -f) an error of the call that exceeds it: dying would leave half of what was being made.
 */
void guard_install(void);

/* Runs fn(arg), which may touch [low, low + n) of shared memory. False: a page was not there and fn
 * was abandoned at that point, so it must own nothing. Not nested. */
bool guard_run(void (*fn)(void *arg), void *arg, const void *low, size_t n);

#endif
