/* The hash of one page after the other, as fast as memory can be read. One function for the guard
 * to run: it must see every access to shared memory. Compiled without sanitizers. */
#ifndef SHMLENS_BACKEND_BULK_PAGE_HASH_H
#define SHMLENS_BACKEND_BULK_PAGE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { PAGE_HASH_PAGE = 4096 };

/* Pages on their way through the hash. */
struct page_run {
    const unsigned char *from; /* the first page */
    uint64_t *hash;            /* XXH3, 64 bits, of each */
    size_t pages;
    volatile size_t done; /* hashes written so far: where a fault happened */
};

/* Hashes a struct page_run. Each processor has its best one. */
typedef void page_hash_fn(void *run);

page_hash_fn page_hash_plain; /* page_hash.c: for any processor */
page_hash_fn page_hash_avx2;  /* page_hash_avx2_x86.c: where there is AVX2 */

page_hash_fn *hash_kernel(void); /* page_hash_<processor>.c: of the one we run on */

#endif
