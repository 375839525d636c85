/* The body of page_hash_plain and page_hash_avx2: the flags of the file that includes it decide. */
#ifndef SHMLENS_BACKEND_BULK_PAGE_HASH_LOOP_H
#define SHMLENS_BACKEND_BULK_PAGE_HASH_LOOP_H

/* The processor stops fetching ahead at the end of each page: asking two pages ahead instead of 384
 * bytes makes the hash twice as fast over memory that is in no cache. (Asking never faults.) */
#define XXH_PREFETCH_DIST 8192
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "backend/bulk/page_hash.h"

static inline void page_hash_loop(struct page_run *r)
{
    for (size_t i = 0; i < r->pages; i++) {
        r->hash[i] = XXH3_64bits(r->from + i * PAGE_HASH_PAGE, PAGE_HASH_PAGE);
        r->done = i + 1;
    }
}

#endif
