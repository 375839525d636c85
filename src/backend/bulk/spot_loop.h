/* The loop of spot.h, for a processor with vectors of SPOT_VECTOR bytes. */
#ifndef SHMLENS_BACKEND_BULK_SPOT_LOOP_H
#define SHMLENS_BACKEND_BULK_SPOT_LOOP_H

#include <string.h>

#include "backend/bulk/spot.h"
#include "backend/guard.h"

typedef uint8_t spot_vector __attribute__((vector_size(SPOT_VECTOR)));
enum { SPOT_VECTORS = SPOT_STEP / SPOT_VECTOR };

static inline spot_vector spot_load(const unsigned char *p)
{
    spot_vector v;
    memcpy(&v, p, sizeof v);
    return v;
}

static inline spot_vector spot_all(unsigned char byte)
{
    spot_vector v;
    memset(&v, byte, sizeof v);
    return v;
}

static inline int spot_any(spot_vector v)
{
    uint64_t word[SPOT_VECTOR / 8], any = 0;
    memcpy(word, &v, sizeof word);
    for (size_t i = 0; i < SPOT_VECTOR / 8; i++)
        any |= word[i];
    return any != 0;
}

/* The first place of a step, whose rare bytes fit where `hits` is not 0, that has all of it. */
static inline int spot_step(struct byte_search *s, size_t at, const spot_vector hits[SPOT_VECTORS])
{
    const uint8_t *hit = (const uint8_t *)hits;
    for (size_t i = 0; i < SPOT_STEP; i++) {
        if (hit[i] == 0)
            continue;
        s->at = at + i;
        if (memcmp(s->from + at + i, s->needle, s->size) == 0)
            return 1;
    }
    return 0;
}

GUARDED static inline void spot_loop(struct byte_search *s)
{
    const spot_vector first = spot_all(s->needle[s->rare[0]]);
    const spot_vector second = spot_all(s->needle[s->rare[1]]);
    const unsigned char *a = s->from + s->rare[0], *b = s->from + s->rare[1];
    for (size_t at = s->at; s->places >= SPOT_STEP && at <= s->places - SPOT_STEP;
         at += SPOT_STEP) {
        spot_vector hits[SPOT_VECTORS], any = spot_all(0);
        s->at = at;
        for (size_t i = 0; i < SPOT_VECTORS; i++) {
            hits[i] = (spot_vector)(spot_load(a + at + i * SPOT_VECTOR) == first) &
                      (spot_vector)(spot_load(b + at + i * SPOT_VECTOR) == second);
            any |= hits[i];
        }
        if (spot_any(any) && spot_step(s, at, hits)) {
            s->found = 1;
            return;
        }
        s->at = at + SPOT_STEP;
    }
}

#endif
