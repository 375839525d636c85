/* The rows of a list under construction. */
#ifndef SHMLENS_BACKEND_LISTING_H
#define SHMLENS_BACKEND_LISTING_H

#include "backend/survey.h"

struct listing {
    struct seg_info *segs;
    size_t count, cap;
};

/* Adds a row; copies locator and name. */
MUST_USE struct oserr listing_add(struct backend *be, struct listing *l, enum seg_kind kind,
                                  const char *locator, const char *name, const struct seg_stat *st);

#endif
