/* Replacing a match by bytes of the same length: in aligned words, each by compare-and-swap against
 * what was seen there. When another process was faster with one of them, those that were stored
 * before it are taken back: a match is replaced as a whole or not at all. */
#ifndef SHMLENS_LIVE_REPLACE_H
#define SHMLENS_LIVE_REPLACE_H

#include "backend/segment.h"

enum { REPLACE_MOST = 1024 /* bytes of a match */ };

struct replacement {
    uint64_t offset;
    size_t length;
    const uint8_t *old, *new; /* length bytes each */
};

/* Bytes of the word that is stored at an offset, when `left` bytes are left. */
size_t replace_word(uint64_t offset, size_t left);

struct replace_done {
    bool stored; /* as a whole; false without an error: another process has changed it, and what
                    was stored of it before is taken back */
    size_t left; /* bytes that could not be taken back, and the error says why: replaced still */
};

/* Stores it. */
MUST_USE struct oserr replace_store(struct seg *seg, const struct replacement *r,
                                    struct replace_done *done);

/* ---- for job_replace ---- */

struct find;
struct progress;
struct replace_job; /* live/jobs.h */

/* The first match in [j->from, j->to), and the bytes that matched. */
void replace_next(struct seg *seg, struct replace_job *j, struct find *f, const struct progress *p);

#endif
