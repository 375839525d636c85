/* Write breakpoints: which instruction of which process stores at a place, seen by the processor.
 *
 * A breakpoint is armed for each thread of the processes that map the place, at the address where
 * each maps it (perf_event_open: a processor has four for each thread). Nobody is stopped: the
 * thread takes a trap of some ten microseconds for each store, and the kernel copies its registers
 * and the top of its stack into a ring that we read. So a breakpoint is armed for a few stores and
 * dropped; when we die the kernel drops it. What the kernel stores for a process at an address of
 * that (read, recv) is seen where the system lets us look into the kernel: root, CAP_PERFMON. What
 * it stores through an address of its own (pwrite into the object, process_vm_writev) is not. Other
 * systems and machines have functions that say so (SEG_E_UNSUPPORTED). */
#ifndef SHMLENS_BACKEND_TRAP_H
#define SHMLENS_BACKEND_TRAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/oserr.h"

struct backend;
struct trap;

enum {
    TRAP_REGISTERS = 17,   /* by the numbers of DWARF for x86-64: rsp is 7, rip 16 */
    TRAP_STACK = 16 << 10, /* bytes of the stack that come with a store */
    TRAP_MAX = 32,         /* breakpoints at once */
};

/* A place as a process maps it. */
struct trap_place {
    uint32_t pid;
    uint64_t address; /* a multiple of `length` */
    uint32_t length;  /* 1, 2, 4 or 8 bytes there */
};

/* A store, right after it. */
struct trap_hit {
    uint32_t pid, tid;
    bool kernel; /* the kernel stored, in a call of the thread; the registers are those before it */
    uint64_t reg[TRAP_REGISTERS];
    size_t stack_n; /* bytes of the stack, from rsp on */
    uint8_t stack[TRAP_STACK];
};

/* Arms all places for all threads, as far as there are breakpoints; trap_wait adds threads that are
 * started later. An error when none could be:
 * EACCES, EPERM: the system does not let us; ENOSPC: somebody else has them;
 * SEG_E_NO_TRAPS: they would never fire on this machine, as one on a word of ours did not. */
MUST_USE struct oserr trap_arm(struct backend *be, const struct trap_place *place, size_t n,
                               struct trap **out);

/* Was every thread of all places watched so far, also those that were started later? If not, *why
 * is what was in the way first; none: there were more threads and places than TRAP_MAX. Threads and
 * processes that have ended do not count. */
MUST_USE bool trap_whole(const struct trap *t, struct oserr *why);

/* Are stores by the kernel seen, too? */
bool trap_sees_kernel(const struct trap *t);

/* Waits up to `ms` for a store. *got false: there was none. After one the places are off until this
 * is called again, so that writers pay for no store that nobody waits for; some that were made
 * meanwhile may still come. ESRCH: all threads that were armed have ended. */
MUST_USE struct oserr trap_wait(struct trap *t, int ms, struct trap_hit *out, bool *got);
void trap_disarm(struct trap *t); /* NULL is fine */

#endif
