/* The kernels of bulk.h. CMake compiles this file twice, the second time with -mavx2 and
 * KERNEL_AVX2; always optimised and never with sanitizers, because a fault may leave a kernel at
 * any instruction. The vectors are gcc's: the compiler turns operations on them into the
 * instructions of the target. */
#include <string.h>

/* The hardware prefetcher stops at the end of each page: prefetching two pages ahead instead of 384
 * bytes makes the hash twice as fast over memory that is in no cache. (A prefetch never faults.) */
#define XXH_PREFETCH_DIST 8192
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "backend/bulk/bulk.h"
#include "backend/guard.h"

#ifdef KERNEL_AVX2
#define KERNEL(name) name##_avx2
enum { VECTOR = 32 };
#else
#define KERNEL(name) name##_plain
enum { VECTOR = 16 };
#endif

/* Touches what lies AHEAD bytes before p, unless it is past the end; returns up to where p may get
 * before it is time for the next touch. */
static inline const unsigned char *touch_ahead(const unsigned char *p, const unsigned char *end,
                                               volatile int *ahead)
{
    size_t past = (size_t)((uintptr_t)p % AHEAD);
    if (*ahead == AHEAD_NOT || (size_t)(end - p) <= AHEAD - past)
        return end;
    *ahead = AHEAD_NOW;
    (void)*(const volatile unsigned char *)(p + AHEAD - past);
    *ahead = AHEAD_TOUCH;
    return p + AHEAD - past;
}

GUARDED void KERNEL(hash_pages)(void *arg)
{
    struct page_run *r = arg;
    const unsigned char *end = r->from + r->pages * HASH_PAGE, *due = r->from;
    for (size_t i = r->done; i < r->pages; i++) {
        if (r->from + i * HASH_PAGE >= due)
            due = touch_ahead(r->from + i * HASH_PAGE, end, &r->ahead);
        r->hash[i] = XXH3_64bits(r->from + i * HASH_PAGE, HASH_PAGE);
        r->done = i + 1;
    }
}

typedef uint8_t vector __attribute__((vector_size(VECTOR)));
enum { VECTORS = SEARCH_STEP / VECTOR, LINE = 64 };

static inline vector load(const unsigned char *p)
{
    vector v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline vector repeat(unsigned char byte)
{
    vector v;
    memset(&v, byte, sizeof v);
    return v;
}

static inline int any_bit(vector v)
{
    uint64_t word[VECTOR / 8], any = 0;
    memcpy(word, &v, sizeof word);
    for (size_t i = 0; i < VECTOR / 8; i++)
        any |= word[i];
    return any != 0;
}

static inline int matches(const struct byte_search *s, const unsigned char *p)
{
    if (s->mask == NULL)
        return memcmp(p, s->needle, s->size) == 0;
    for (size_t i = 0; i < s->size; i++)
        if ((p[i] & s->mask[i]) != s->needle[i])
            return 0;
    return 1;
}

/* Compares the whole needle at each place of one step where both rare bytes match (`hits` is not 0
 * there). 1: found, s->at is the place. */
static inline int check_hits(struct byte_search *s, size_t at, const vector hits[VECTORS])
{
    const uint8_t *hit = (const uint8_t *)hits;
    for (size_t word = 0; word < SEARCH_STEP; word += sizeof(uint64_t)) {
        uint64_t any;
        memcpy(&any, hit + word, sizeof any);
        for (size_t i = word; any != 0 && i < word + sizeof any; i++) {
            if (hit[i] == 0)
                continue;
            s->at = at + i;
            if (matches(s, s->from + at + i))
                return 1;
        }
    }
    return 0;
}

GUARDED void KERNEL(search_bytes)(void *arg)
{
    struct byte_search *s = arg;
    const vector first = repeat(s->needle[s->rare[0]]), second = repeat(s->needle[s->rare[1]]);
    const vector mask_1 = repeat(s->mask == NULL ? 0xff : s->mask[s->rare[0]]);
    const vector mask_2 = repeat(s->mask == NULL ? 0xff : s->mask[s->rare[1]]);
    const unsigned char *a = s->from + s->rare[0], *b = s->from + s->rare[1];
    const unsigned char *end = s->from + (s->places - 1 + s->size), *due = s->from;
    for (size_t at = s->at; s->places >= SEARCH_STEP && at < s->places;) {
        vector hits[VECTORS], any = repeat(0);
        if (at > s->places - SEARCH_STEP)
            at = s->places - SEARCH_STEP; /* some of them again */
        s->at = at;
        if (s->from + at >= due)
            due = touch_ahead(s->from + at, end, &s->ahead);
        for (size_t i = 0; i < SEARCH_STEP; i += LINE)
            __builtin_prefetch(a + at + XXH_PREFETCH_DIST + i);
        for (size_t i = 0; i < VECTORS; i++) {
            hits[i] = (vector)((load(a + at + i * VECTOR) & mask_1) == first) &
                      (vector)((load(b + at + i * VECTOR) & mask_2) == second);
            any |= hits[i];
        }
        if (any_bit(any) && check_hits(s, at, hits)) {
            s->found = 1;
            return;
        }
        at += SEARCH_STEP;
        s->at = at;
        if (at < s->places)
            at -= (size_t)((uintptr_t)(a + at) % VECTOR); /* aligned from the second step on */
    }
}
