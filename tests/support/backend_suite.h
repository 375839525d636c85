/* A back end for each test, and nothing left of the segments it made under own_name. Suites that
 * need no more include this, once each. */
#ifndef SHMLENS_TESTS_SUPPORT_BACKEND_SUITE_H
#define SHMLENS_TESTS_SUPPORT_BACKEND_SUITE_H

#include "support/backend_peer.h"

static struct backend *be;

static inline void set_up(void)
{
    be = backend_new();
    ck_assert_ptr_nonnull(be);
}

static inline void tear_down(void)
{
    static const char *const used[] = {"a", "b", "c", "mode"};
    for (size_t i = 0; i < sizeof used / sizeof *used; i++)
        (void)shm_unlink(own_name(used[i]));
    backend_free(be);
}

#endif
