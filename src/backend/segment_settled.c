/* Consistent reads, as far as possible: two equal readings in a row, or a reading between two equal
 * values of the writers' sequence counter. */
#include <stdlib.h>
#include <string.h>

#include "backend/guard.h"
#include "backend/provider.h"

bool seg_torn(const struct seg *s, uint64_t *from, uint64_t *to)
{
    *from = s->torn_from;
    *to = s->torn_to;
    return s->torn_to > s->torn_from;
}

/* A barrier: loads before it are not reordered after it, nor loads after it before it.
 * (ThreadSanitizer does not know fences, and cannot check what is shared with other processes.) */
GUARDED static void order_loads(void)
{
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

/* The counter of this width at an offset. */
static struct oserr read_counter(struct seg *s, uint64_t offset, uint32_t n, uint64_t *value)
{
    uint8_t b[8] = {0};
    uint16_t b2;
    uint32_t b4;
    size_t got = 0;
    *value = 0;
    if ((n != 1 && n != 2 && n != 4 && n != 8) || offset % n != 0)
        return (struct oserr){"seg_counter", SEG_E_ALIGN};
    order_loads();
    struct oserr e = seg_read(s, offset, b, n, &got);
    order_loads();
    if (oserr_is(e))
        return e;
    if (got < n)
        return (struct oserr){"seg_counter", SEG_E_BEYOND};
    memcpy(&b2, b, sizeof b2);
    memcpy(&b4, b, sizeof b4);
    memcpy(value, b, sizeof *value);
    *value = n == 1 ? b[0] : n == 2 ? b2 : n == 4 ? b4 : *value;
    return e;
}

struct oserr seg_counter(struct seg *s, const struct seg_seqlock *lock, uint64_t *value)
{
    return read_counter(s, lock->offset, lock->width, value);
}

/* One reading between two readings of the counter, or of one and then the other. */
static struct oserr read_locked(struct seg *s, const struct seg_seqlock *lock, uint64_t off,
                                void *buf, size_t n, size_t *got, bool *settled)
{
    uint64_t before = 0, after = 0;
    uint64_t first = lock->two ? lock->end : lock->offset;
    struct oserr e = read_counter(s, first, lock->width, &before);
    if (!oserr_is(e))
        e = seg_read(s, off, buf, n, got);
    if (!oserr_is(e))
        e = seg_counter(s, lock, &after);
    *settled = !oserr_is(e) && before == after && (lock->two || before % 2 == 0);
    return e;
}

/* Reads again and again until two readings in a row are equal. */
static struct oserr read_alike(struct seg *s, uint64_t off, void *buf, size_t n, unsigned tries,
                               size_t *got, bool *settled)
{
    void *again = NULL;
    size_t more = 0;
    struct oserr e = sys_alloc(s->be, n > 0 ? n : 1, &again);
    if (oserr_is(e))
        return e;
    e = seg_read(s, off, buf, n, got);
    for (unsigned i = 0; i < tries && !oserr_is(e) && !*settled; i++) {
        e = seg_read(s, off, again, n, &more);
        if (oserr_is(e))
            break;
        *settled = more == *got && memcmp(buf, again, more) == 0;
        memcpy(buf, again, more);
        *got = more;
    }
    free(again);
    return e;
}

struct oserr seg_read_consistent(struct seg *s, const struct seg_seqlock *lock, uint64_t off,
                                 void *buf, size_t n, unsigned tries, size_t *got, bool *settled)
{
    struct oserr e = OSERR_NONE;
    *got = 0;
    *settled = false;
    if (tries == 0)
        tries = 1;
    if (lock == NULL)
        return read_alike(s, off, buf, n, tries, got, settled);
    for (unsigned i = 0; i < tries && !oserr_is(e) && !*settled; i++)
        e = read_locked(s, lock, off, buf, n, got, settled);
    return e;
}
