#include "time/recording.h"

#include <stdlib.h>
#include <string.h>

struct recording {
    const struct seg_reel *reel;
    struct rec_reader *reader;
    uint64_t size;      /* of the image */
    uint64_t file_size; /* when it was last asked for */
    enum rec_name name;
    int64_t at;
    struct oserr error; /* of the file, while the reader reads it */
};

static struct oserr meaning(const struct recording *r, enum rec_status status)
{
    switch (status) {
    case REC_OK:
    case REC_END:
        return OSERR_NONE;
    case REC_MEMORY:
        return (struct oserr){"malloc", SEG_E_MEMORY};
    case REC_IO:
        return oserr_is(r->error) ? r->error : (struct oserr){"seg_open", SEG_E_DAMAGED};
    case REC_NONE:
        return (struct oserr){"seg_open", SEG_E_RECORDING};
    case REC_NEWER:
        return (struct oserr){"seg_open", SEG_E_NEWER};
    case REC_DAMAGED:
    case REC_FULL:
    default:
        return (struct oserr){"seg_open", SEG_E_DAMAGED};
    }
}

static bool get(void *ctx, uint64_t at, void *buf, size_t n)
{
    struct recording *r = ctx;
    size_t got = 0;
    r->error = r->reel->read(r->reel->ctx, at, buf, n, &got);
    return !oserr_is(r->error) && got == n;
}

/* ---- playing ---- */

/* Zeros that are data. */
static struct oserr fill(struct recording *r, uint64_t offset, uint64_t n)
{
    static const uint8_t zeros[REC_DATA_MAX];
    struct oserr e = OSERR_NONE;
    while (n > 0 && !oserr_is(e)) {
        size_t take = n < sizeof zeros ? (size_t)n : sizeof zeros;
        e = r->reel->store(r->reel->ctx, offset, zeros, take);
        offset += take;
        n -= take;
    }
    return e;
}

static struct oserr apply(struct recording *r, const struct rec_event *ev)
{
    struct oserr e = OSERR_NONE;
    switch (ev->kind) {
    case REC_CHANGE:
        return r->reel->store(r->reel->ctx, ev->offset, ev->bytes, (size_t)ev->n);
    case REC_HOLE:
        return r->reel->punch(r->reel->ctx, ev->offset, ev->n);
    case REC_DATA:
        return fill(r, ev->offset, ev->n);
    case REC_SIZE:
        e = r->reel->resize(r->reel->ctx, ev->n);
        r->size = oserr_is(e) ? r->size : ev->n;
        return e;
    case REC_NAMED:
        r->name = ev->name;
        return e;
    case REC_GAP:
    default:
        return e;
    }
}

struct oserr recording_step(struct recording *r, int64_t until, struct rec_event *ev, bool *played)
{
    enum rec_status status = rec_next(r->reader, until, ev);
    *played = status == REC_OK;
    if (status != REC_OK) {
        return meaning(r, status);
    }
    r->at = ev->t;
    return apply(r, ev);
}

bool recording_next_time(struct recording *r, int64_t *t)
{
    return rec_next_time(r->reader, t);
}

struct oserr recording_grow(struct recording *r, bool *written)
{
    struct rec_info info;
    *written = false;
    rec_info(r->reader, &info);
    if (info.ended || info.damaged != 0) {
        return OSERR_NONE;
    }
    struct oserr e = r->reel->grown(r->reel->ctx, &r->file_size, written);
    if (oserr_is(e)) {
        return e;
    }
    e = meaning(r, rec_grow(r->reader, r->file_size));
    rec_info(r->reader, &info);
    *written = *written && !info.ended;
    return e;
}

int64_t recording_time_within(const struct recording *r, uint64_t bytes)
{
    return rec_time_within(r->reader, bytes);
}

static struct oserr play(struct recording *r, int64_t t)
{
    struct rec_event ev;
    bool played = true;
    struct oserr e = OSERR_NONE;
    while (played && !oserr_is(e)) {
        e = recording_step(r, t, &ev, &played);
    }
    r->at = oserr_is(e) ? r->at : t;
    return e;
}

static struct oserr seek(struct recording *r, int64_t t)
{
    struct rec_info info;
    rec_info(r->reader, &info);
    if (t < 0 || t > info.end) {
        return (struct oserr){"seg_seek", SEG_E_BEYOND};
    }
    if (t < r->at || rec_key_ahead(r->reader, t)) {
        struct oserr e = r->reel->resize(r->reel->ctx, 0);
        if (oserr_is(e)) {
            return e;
        }
        r->size = 0;
        r->name = REC_NAME_OURS;
        rec_seek(r->reader, t);
    }
    return play(r, t);
}

/* ---- the player ---- */

/* Where a block is damaged the recording ends in front of it. */
static struct oserr seek_end(struct recording *r)
{
    struct rec_info info;
    struct oserr e = {"seg_open", SEG_E_DAMAGED};
    size_t blocks = SIZE_MAX;
    rec_info(r->reader, &info);
    while (e.code == SEG_E_DAMAGED && info.blocks > 0 && info.blocks < blocks) {
        blocks = info.blocks;
        r->at = INT64_MAX; /* from a keyframe on */
        e = seek(r, info.end);
        rec_info(r->reader, &info);
    }
    return e;
}

static void player_close(void *tape)
{
    struct recording *r = tape;
    rec_close(r->reader);
    free(r);
}

static struct oserr player_open(const struct seg_reel *reel, void **tape)
{
    struct recording *r = calloc(1, sizeof *r);
    enum rec_status why = REC_MEMORY;
    *tape = NULL;
    if (r == NULL) {
        return (struct oserr){"malloc", SEG_E_MEMORY};
    }
    r->reel = reel;
    const struct rec_source source = {.get = get, .ctx = r, .size = reel->size};
    r->reader = rec_open(&source, &why);
    struct oserr e = meaning(r, why);
    if (!oserr_is(e)) {
        e = seek_end(r);
    }
    if (oserr_is(e)) {
        player_close(r);
    } else {
        *tape = r;
    }
    return e;
}

static struct oserr player_seek(void *tape, int64_t t)
{
    struct recording *r = tape;
    struct oserr e = seek(r, t);
    if (oserr_is(e) && e.code == SEG_E_DAMAGED) {
        struct oserr end = seek_end(r); /* something whole to show */
        e = oserr_is(end) ? end : e;
    }
    return e;
}

static void player_state(const void *tape, struct seg_tape_state *out)
{
    const struct recording *r = tape;
    *out = (struct seg_tape_state){.name_gone = r->name == REC_NAME_GONE,
                                   .replaced = r->name == REC_NAME_OTHER};
}

static const struct seg_player player = {
    .open = player_open,
    .seek = player_seek,
    .state = player_state,
    .close = player_close,
};

void recording_install(struct backend *be)
{
    backend_set_player(be, &player);
}

struct recording *recording_of(const struct seg *s)
{
    return s == NULL ? NULL : seg_tape(s);
}

const struct rec_header *recording_header(const struct recording *r)
{
    return rec_header(r->reader);
}

void recording_info(const struct recording *r, struct rec_info *out)
{
    rec_info(r->reader, out);
}

int64_t recording_at(const struct recording *r)
{
    return r->at;
}
