/* Whether what a segment holds changes. A process that no evidence could show may still write it;
 * the times of the file do not tell, because a store through a mapping does not move them. */
#ifndef SHMLENS_LIST_CONTENTS_H
#define SHMLENS_LIST_CONTENTS_H

#include "backend/survey.h"
#include "core/progress.h"

/* A hash of all data of the segment, where it lies, and the size. SEG_E_REPLACED: the locator
 * refers to another object than `seen`. SEG_E_STOPPED: the progress said so. */
MUST_USE struct oserr contents_hash(struct backend *be, const char *locator,
                                    const struct seg_stat *seen, const struct progress *progress,
                                    uint64_t *hash);

#endif
