#define SPOT_VECTOR                                                              \
    16 /* every compiler of ours turns these into the vector unit's instructions \
        */
#include "backend/spot_loop.h"

GUARDED void spot_plain(void *spot)
{
    spot_loop(spot);
}
