/* Types found by looking at a store.
 *
 * Where no pointer that lasts leads into a segment, one does while it is stored into: in a local
 * variable, or a parameter, of the function that stores or of one that called it. So words that
 * change are looked for, a breakpoint is armed on them (backend/trap.h), and for a store the
 * functions on the stack are gone through (types_frame). Pointers among their variables that lead
 * into the segment are facts, as those of propose.h are. At most some stores are looked at; each
 * costs its writer some ten microseconds, and nobody is stopped. */
#ifndef SHMLENS_PROPOSE_WATCH_H
#define SHMLENS_PROPOSE_WATCH_H

#include "propose/propose.h"

/* Adds what the first store shows that leads to a type, until `deadline` (os_now's clock). What is
 * in the way is noted. ask->progress is needed. SEG_E_STOPPED: it was stopped. */
MUST_USE struct oserr propose_watch(struct backend *be, const struct propose_ask *ask,
                                    int64_t deadline, struct proposals *out);

#endif
