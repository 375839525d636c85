/* Tests that need an owner of a lock to be proved by its number. */
#ifndef SHMLENS_TEST_PID_NAMESPACE_H
#define SHMLENS_TEST_PID_NAMESPACE_H

#include <string.h>
#include <unistd.h>

#include "support/suite.h"

/* Are we in the first PID namespace? In others, those of containers, no owner is proved: threads
 * outside may have the same number. */
static inline bool in_first_pid_namespace(void)
{
    char ns[64];
    ssize_t n = readlink("/proc/self/ns/pid", ns, sizeof ns - 1);
    ns[n > 0 ? n : 0] = '\0';
    return strcmp(ns, "pid:[4026531836]") == 0;
}

#define NEEDS_FIRST_PID_NAMESPACE()                                                  \
    do {                                                                             \
        if (!in_first_pid_namespace())                                               \
            SKIP("no owner of a lock is proved in a PID namespace below the first"); \
    } while (0)

#endif
