/* Every OS call of an operation fails once, and nothing stays open. */
#ifndef SHMLENS_TESTS_WINDOWS_FAILING_H
#define SHMLENS_TESTS_WINDOWS_FAILING_H

#include <windows.h>

#include <string.h>

#include <check.h>

#include "backend/segment.h"

enum { FAILING_CALLS = 4000, FAILING_OF_A_SORT = 12 };

/* The calls of one run, in order. */
struct failing_calls {
    const char *name[FAILING_CALLS];
    size_t n;
};

static inline void failing_remember(void *ctx, const char *call)
{
    struct failing_calls *c = ctx;
    if (c->n < FAILING_CALLS)
        c->name[c->n++] = call;
}

static inline DWORD failing_handles(void)
{
    DWORD n = 0;
    ck_assert(GetProcessHandleCount(GetCurrentProcess(), &n));
    return n;
}

/* Of every sort of call the first ones fail, each with both codes. */
static inline void failing_each(struct backend *be, void (*fn)(void))
{
    static const uint32_t codes[] = {ERROR_ACCESS_DENIED, ERROR_NOT_ENOUGH_MEMORY};
    static struct failing_calls c;
    c.n = 0;
    fn(); /* also opens what libraries keep open */
    backend_before_call(be, failing_remember, &c);
    fn();
    backend_before_call(be, NULL, NULL);
    ck_assert_uint_gt(c.n, 2);
    ck_assert_uint_lt(c.n, FAILING_CALLS);
    DWORD before = failing_handles();
    for (size_t i = 0; i < c.n; i++) {
        unsigned earlier = 0;
        for (size_t k = 0; k < i; k++)
            earlier += strcmp(c.name[k], c.name[i]) == 0;
        for (size_t k = 0; k < 2 && earlier < FAILING_OF_A_SORT; k++) {
            backend_fail_at(be, i + 1, codes[k]);
            fn();
            backend_fail_at(be, 0, 0);
            ck_assert_msg(failing_handles() == before, "open after %s (call %u) failed", c.name[i],
                          (unsigned)i + 1);
        }
    }
}

/* Every call of this name fails with this code, until failing_stop. */
struct failing_named {
    struct backend *be;
    const char *call;
    uint32_t code;
};

static inline void failing_hit(void *ctx, const char *call)
{
    const struct failing_named *f = ctx;
    if (strcmp(call, f->call) == 0)
        backend_fail_at(f->be, 1, f->code);
}

static inline void failing_call(struct failing_named *f)
{
    backend_before_call(f->be, failing_hit, f);
}

static inline void failing_stop(struct backend *be)
{
    backend_before_call(be, NULL, NULL);
    backend_fail_at(be, 0, 0);
}

#endif
