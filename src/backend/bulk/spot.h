/* Looking for a literal straight in a mapping, as fast as memory can be read. Each function is for
 * the guard to run: it must see every access to shared memory. Compiled without sanitizers. */
#ifndef SHMLENS_BACKEND_BULK_SPOT_H
#define SHMLENS_BACKEND_BULK_SPOT_H

#include <stddef.h>
#include <stdint.h>

enum { SPOT_STEP = 128 }; /* places tried at a time; fewer than that are left over */

struct byte_search {
    const unsigned char *from;   /* place 0 */
    size_t places;               /* that may be tried; `size` bytes are mapped at each of them */
    const unsigned char *needle; /* private memory */
    size_t size;                 /* bytes of it, at least 1 */
    size_t rare[2];              /* indices of the bytes that are tried first */
    volatile size_t at;          /* no match starts before this place: where a fault happened */
    volatile int found;          /* 1: one starts at this place */
};

/* Looks on from `at` in a struct byte_search. */
typedef void spot_fn(void *spot);

spot_fn spot_plain; /* spot.c: for any processor */
spot_fn spot_avx2;  /* spot_avx2_x86.c: where there is AVX2 */

spot_fn *search_kernel(void); /* spot_<processor>.c: of the one we run on */

#endif
