#include "backend/page_hash.h"

#include "backend/guard.h"
#include "backend/page_hash_loop.h"

GUARDED void page_hash_plain(void *run)
{
    page_hash_loop(run);
}
