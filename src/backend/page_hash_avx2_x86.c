/* Compiled for AVX2: called only where there is it. */
#include "backend/guard.h"
#include "backend/page_hash.h"
#include "backend/page_hash_loop.h"

GUARDED void page_hash_avx2(void *run)
{
    page_hash_loop(run);
}
