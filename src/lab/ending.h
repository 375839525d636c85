/* How a process ended, in words. Pure. */
#ifndef SHMLENS_LAB_ENDING_H
#define SHMLENS_LAB_ENDING_H

#include <stdbool.h>
#include <stddef.h>

/* One of them is 0; both: it ended well. */
struct peer_end {
    int status, signal;
};

/* Was that a fault of its own: a signal such as SIGSEGV or SIGBUS, or an exception of Windows? */
bool peers_crashed(const struct peer_end *how);

/* `was killed by SIGBUS: it touched ...`, or `ended with status 3`. */
void ending_words(const struct peer_end *how, char *out, size_t cap);

#endif
