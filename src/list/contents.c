#include "list/contents.h"

enum { BATCH = 1024 }; /* pages hashed in a row: 4 MiB, a ms or two */

static uint64_t mix(uint64_t a, uint64_t b)
{
    const uint64_t odd = 0x9e3779b97f4a7c15U;
    a = (a ^ b) * odd;
    return a ^ (a >> 29);
}

static struct oserr hash_all(struct seg *s, const struct progress *progress, uint64_t *all)
{
    uint64_t hash[BATCH], size = seg_last(s)->size;
    struct seg_hashes found;
    *all = mix(1, size);
    for (uint64_t at = 0; at < size; at = found.next) {
        struct oserr e = seg_hash(s, at, hash, BATCH, &found);
        if (oserr_is(e))
            return e;
        *all = mix(*all, at);
        for (size_t i = 0; i < found.pages; i++)
            *all = mix(*all, hash[i]);
        if (found.next <= at)
            break;
        if (!progress_yield(progress, found.next, size))
            return (struct oserr){"seg_hash", SEG_E_STOPPED};
    }
    return OSERR_NONE;
}

struct oserr contents_hash(struct backend *be, const char *locator, const struct seg_stat *seen,
                           const struct progress *progress, uint64_t *hash)
{
    struct seg *s = NULL;
    *hash = 0;
    struct oserr e = seg_open(be, locator, SEG_READ, &s);
    if (oserr_is(e))
        return e;
    if (!seg_id_equal(seg_id_of(seg_last(s)), seg_id_of(seen)))
        e = (struct oserr){"seg_hash", SEG_E_REPLACED};
    else
        e = hash_all(s, progress, hash);
    seg_close(s);
    return e;
}
