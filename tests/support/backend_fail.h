/* Every OS call of an operation fails once: either the operation copes, or its error names the
 * call; nothing leaks. */
#ifndef SHMLENS_TESTS_SUPPORT_BACKEND_FAIL_H
#define SHMLENS_TESTS_SUPPORT_BACKEND_FAIL_H

#include "support/backend_peer.h"

enum { CALLS_MAX = 20000 };

/* Names of the calls made, so that an error can be held against them. */
struct calls {
    const char *name[CALLS_MAX];
    uint64_t n;
};

static inline void remember(void *ctx, const char *call)
{
    struct calls *c = ctx;
    if (c->n < CALLS_MAX)
        c->name[c->n] = call;
    c->n++;
}

/* One run of op with call number nth (from 1; 0: none) failing. */
static inline struct oserr run(struct backend *be, struct oserr (*op)(void), uint64_t nth,
                               struct calls *c)
{
    c->n = 0;
    backend_before_call(be, remember, c);
    backend_fail_at(be, nth, EIO);
    struct oserr e = op();
    backend_fail_at(be, 0, 0);
    backend_before_call(be, NULL, NULL);
    return e;
}

/* How often the call at `i` was made before: a pass over /proc makes hundreds of one sort. */
static inline unsigned earlier(const struct calls *c, uint64_t i)
{
    unsigned n = 0;
    for (uint64_t k = 0; k < i; k++)
        n += strcmp(c->name[k], c->name[i]) == 0;
    return n;
}

/* Fails each call of op in turn, of every sort the first ones. */
static inline void torture(struct backend *be, struct oserr (*op)(void))
{
    enum { OF_A_SORT = 12 };
    static struct calls plain, c;
    must(op()); /* also opens what libraries keep open */
    int fds = count_fds(), maps = count_maps("shmlens-test");
    must(run(be, op, 0, &plain));
    ck_assert_uint_gt(plain.n, 2);
    ck_assert_uint_lt(plain.n, CALLS_MAX);
    for (uint64_t i = 0; i < plain.n; i++) {
        if (earlier(&plain, i) >= OF_A_SORT)
            continue;
        struct oserr e = run(be, op, i + 1, &c);
        ck_assert_int_eq(count_fds(), fds);
        ck_assert_int_eq(count_maps("shmlens-test"), maps);
        if (oserr_is(e)) {
            ck_assert_msg(c.n >= i + 1 && strcmp(e.call, c.name[i]) == 0,
                          "told to fail at call %u (%s), it says %s, code %#x", (unsigned)i + 1,
                          i < c.n ? c.name[i] : "not made", e.call, e.code);
            ck_assert_uint_eq(e.code, strcmp(e.call, "malloc") == 0 ? SEG_E_MEMORY : EIO);
        }
    }
    must(op());
}

#endif
