/* Recordings as segments (rec:PATH, read-only): the backend has the file and the image, the program
 * knows the format and plays it. */
#ifndef SHMLENS_BACKEND_REEL_H
#define SHMLENS_BACKEND_REEL_H

#include "backend/segment.h"

/* The backend brings the file and an image of the segment (memory of our own, in which a hole is a
 * hole); what the file says, and so what is in the image at a time, is the player's business: a
 * table of functions that the program hands in once, before the first one is opened. */
struct seg_reel {
    void *ctx;
    uint64_t size; /* bytes of the file when it was opened */
    /* Bytes of the file; *got is less than n only at its end. */
    struct oserr (*read)(void *ctx, uint64_t at, void *buf, size_t n, size_t *got);
    /* How large the file is now, and whether another process still writes it (record; then it may
     * grow). What was written when *written is false is all there will be. */
    struct oserr (*grown)(void *ctx, uint64_t *size, bool *written);
    /* Of the image; what is new is a hole. Storing and punching must stay inside. */
    struct oserr (*resize)(void *ctx, uint64_t size);
    struct oserr (*store)(void *ctx, uint64_t off, const void *p, size_t n);
    struct oserr (*punch)(void *ctx, uint64_t off, uint64_t n); /* whole pages become holes */
};

struct seg_tape_state {
    bool name_gone, replaced; /* as seg_stat has them, of the segment that was recorded */
};

struct seg_player {
    /* A tape at its end. The reel lives longer than the tape. */
    struct oserr (*open)(const struct seg_reel *reel, void **tape);
    /* Makes the image what the segment was t ns after the start; SEG_E_BEYOND: there is no such
     * time. When it fails the image is as it was at some time. */
    struct oserr (*seek)(void *tape, int64_t t);
    void (*state)(const void *tape, struct seg_tape_state *out);
    void (*close)(void *tape);
};

void backend_set_player(struct backend *be, const struct seg_player *player);

/* The tape of a recording, the player's own; NULL: not a recording. */
void *seg_tape(const struct seg *s);

/* Shows a recording as it was t ns after its start; SEG_E_UNSUPPORTED: not a recording. */
MUST_USE struct oserr seg_seek(struct seg *s, int64_t t);

/* The image was changed through the reel: its size may be another one. */
MUST_USE struct oserr seg_played(struct seg *s);

#endif
