#include "backend/spot.h"

spot_fn *spot_best(void)
{
    return spot_plain;
}
