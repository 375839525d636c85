/* Looking at another process: its name, its mappings, and its private memory.
 *
 * Private memory is read to find typed pointers into a segment (core/type/trace.h), and it must not
 * notice that. So only pages are read that the process itself has stored into: those that are
 * anonymous and resident, as /proc/PID/pagemap shows, in private mappings. Reading them makes
 * nothing resident and stops nobody. What a file still holds, what was never touched, what is
 * swapped out and what is shared, with devices or others, is not read at all. */
#ifndef SHMLENS_BACKEND_PEER_H
#define SHMLENS_BACKEND_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "backend/segment.h"

struct backend;

/* The name of a process, raw bytes, NUL-terminated: escape it before showing. ENOENT and the like:
 * there is no such process. */
MUST_USE struct oserr peer_name(struct backend *be, uint32_t pid, char comm[SEG_COMM]);

/* All mappings of a process by address; the caller frees *out. */
struct peer_range {
    uint64_t start, end;
    bool code; /* executable */
    bool own;  /* private to the process */
};
MUST_USE struct oserr peer_ranges(struct backend *be, uint32_t pid, struct peer_range **out,
                                  size_t *n);

/* Opens the memory of a process; EACCES, EPERM: the right to trace it is needed.
 * SEG_E_UNSUPPORTED: this system has no way to tell which pages can be read unnoticed. */
struct peer_memory;
MUST_USE struct oserr peer_memory_open(struct backend *be, uint32_t pid, struct peer_memory **out);
void peer_memory_close(struct peer_memory *p); /* NULL is fine */

/* Copies n bytes; false: they are not all on pages that the process has stored into, or there is no
 * such memory. Pages that were read are kept, so that all values on a page are of one moment. */
bool peer_memory_read(struct peer_memory *p, uint64_t address, void *buf, size_t n);

#endif
