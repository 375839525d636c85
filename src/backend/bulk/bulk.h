/* The two loops that read shared memory as fast as it can be read: the hash of one page after the
 * other, and the search for a literal. Each one is a single function for guard_run, because the
 * guard must see every access to shared memory. kernels.c holds both of them and is compiled twice:
 * for any processor, and for one with AVX2. dispatch.c picks the better one at run time. */
#ifndef SHMLENS_BACKEND_BULK_BULK_H
#define SHMLENS_BACKEND_BULK_BULK_H

#include <stddef.h>
#include <stdint.h>

enum {
    HASH_PAGE = 4096,
    SEARCH_STEP = 128, /* places tried at a time; of fewer places none is searched */
    AHEAD = 64 * 1024, /* the system maps as many bytes by one fault, on a border of as many */
};

/* Touching memory for the first time faults, and a prefetch of what is not mapped does nothing. So
 * a kernel touches the next AHEAD bytes while it still has some before it, and prefetching works
 * everywhere. Where that faults, because the page there is a hole, the kernel continues without. */
enum ahead {
    AHEAD_NOT, /* touches nothing ahead */
    AHEAD_TOUCH,
    AHEAD_NOW, /* after a fault: it was in such a touch */
};

/* Pages to hash. */
struct page_run {
    const unsigned char *from; /* the first page */
    uint64_t *hash;            /* out: XXH3, 64 bits, of each */
    size_t pages;
    volatile size_t done; /* hashes written so far; after a fault: the page that faulted */
    volatile int ahead;   /* enum ahead */
};

/* A search for a literal. */
struct byte_search {
    const unsigned char *from;   /* place 0 */
    size_t places;               /* places to try; `size` bytes are mapped at each of them */
    const unsigned char *needle; /* private memory */
    const unsigned char *mask;   /* the bits of it that count; NULL: all. The others are 0 in it */
    size_t size;                 /* bytes in the needle, at least 1 */
    size_t rare[2];              /* indices of its two rarest bytes, which are compared first */
    volatile size_t at;          /* no match starts before this place; after a fault: where */
    volatile int found;          /* 1: a match starts at `at` */
    volatile int ahead;          /* enum ahead */
};

/* Takes a struct page_run or a struct byte_search, and continues at its `done` or `at`. */
typedef void kernel_fn(void *arg);

kernel_fn hash_pages_plain, search_bytes_plain;
kernel_fn hash_pages_avx2, search_bytes_avx2; /* only where the build has them (SHMLENS_AVX2) */

kernel_fn *hash_kernel(void);
kernel_fn *search_kernel(void);

#endif
