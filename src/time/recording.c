#include "time/recording.h"

#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/history/page_store.h"

enum { ASK_EVERY = 1024 /* events between two calls of progress.yield */ };

struct recording {
    struct seg_file *file;
    struct rec_reader *reader;
    struct page_store *image;
    enum rec_name name;
    int64_t at;               /* the time that the image shows; INT64_MAX: none, it is incomplete */
    uint64_t place;           /* in the file: where it was read last */
    struct oserr error;       /* of the file, while the reader reads it */
    struct progress progress; /* of what is under way; yield NULL: never asked */
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

/* Yields; SEG_E_STOPPED: asked to stop. */
static struct oserr go_on(const struct recording *r)
{
    bool on =
        r->progress.yield == NULL || progress_yield(&r->progress, r->place, r->file->stat.size);
    return on ? OSERR_NONE : (struct oserr){"seg_seek", SEG_E_STOPPED};
}

static bool get(void *ctx, uint64_t at, void *buf, size_t n)
{
    struct recording *r = ctx;
    size_t got = 0;
    r->place = at;
    r->error = go_on(r);
    if (!oserr_is(r->error))
        r->error = seg_file_read(r->file, at, buf, n, &got);
    return !oserr_is(r->error) && got == n;
}

/* ---- playing ---- */

static bool apply(struct recording *r, const struct rec_event *ev)
{
    switch (ev->kind) {
    case REC_CHANGE:
        return page_store_put(r->image, ev->offset, ev->bytes, (size_t)ev->n);
    case REC_HOLE:
    case REC_DATA:
        return page_store_clear(r->image, ev->offset, ev->n, ev->kind == REC_DATA);
    case REC_SIZE:
        return page_store_resize(r->image, ev->n);
    case REC_NAMED:
        r->name = ev->name;
        return true;
    case REC_GAP:
    default:
        return true;
    }
}

struct oserr recording_step(struct recording *r, int64_t until, struct rec_event *ev, bool *played)
{
    enum rec_status status = rec_next(r->reader, until, ev);
    *played = status == REC_OK;
    if (status != REC_OK)
        return meaning(r, status);
    bool fits = apply(r, ev);
    r->at = fits ? ev->t : INT64_MAX;
    return fits ? OSERR_NONE : (struct oserr){"seg_seek", SEG_E_TOO_LARGE};
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
    if (info.ended || info.damaged != 0)
        return OSERR_NONE;
    uint64_t size = 0;
    struct oserr e = seg_file_grown(r->file, &size, written);
    if (oserr_is(e))
        return e;
    e = meaning(r, rec_grow(r->reader, size));
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
    for (unsigned i = 1; played && !oserr_is(e); i++) {
        e = recording_step(r, t, &ev, &played);
        if (!oserr_is(e) && i % ASK_EVERY == 0)
            e = go_on(r);
    }
    r->at = oserr_is(e) ? r->at : t;
    return e;
}

/* Starts over from a keyframe if that is needed or shorter. */
static struct oserr play_to(struct recording *r, int64_t t)
{
    struct rec_info info;
    rec_info(r->reader, &info);
    if (t < 0 || t > info.end)
        return (struct oserr){"seg_seek", SEG_E_BEYOND};
    if (t < r->at || rec_key_ahead(r->reader, t)) {
        uint64_t unused = os_memory_free();
        page_store_limit(r->image, page_store_about(r->image).memory + (unused - unused / 4));
        if (!page_store_resize(r->image, 0))
            return (struct oserr){"seg_seek", SEG_E_TOO_LARGE};
        r->name = REC_NAME_OURS;
        rec_seek(r->reader, t);
    }
    return play(r, t);
}

/* Where a block is damaged the recording ends before it. */
static struct oserr play_to_end(struct recording *r)
{
    struct rec_info info;
    struct oserr e = {"seg_open", SEG_E_DAMAGED};
    size_t blocks = SIZE_MAX;
    rec_info(r->reader, &info);
    while (e.code == SEG_E_DAMAGED && info.blocks > 0 && info.blocks < blocks) {
        blocks = info.blocks;
        r->at = INT64_MAX;
        e = play_to(r, info.end);
        rec_info(r->reader, &info);
    }
    return e;
}

struct oserr recording_seek(struct seg *s, int64_t t, const struct progress *progress)
{
    struct recording *r = recording_of(s);
    if (r == NULL)
        return (struct oserr){"seg_seek", SEG_E_UNSUPPORTED};
    r->progress = progress != NULL ? *progress : (struct progress){0};
    struct oserr e = play_to(r, t);
    if (oserr_is(e) && e.code == SEG_E_DAMAGED) {
        struct oserr end = play_to_end(r); /* shows something consistent */
        e = oserr_is(end) ? end : e;
    }
    r->progress = (struct progress){0};
    struct oserr after = seg_image_changed(s);
    return oserr_is(e) ? e : after;
}

/* ---- the segment ---- */

static void image_stat(void *data, struct seg_stat *out)
{
    const struct recording *r = data;
    struct page_store_about about = page_store_about(r->image);
    out->size = about.size;
    out->resident = about.resident;
    out->name_gone = r->name == REC_NAME_GONE;
    out->replaced = r->name == REC_NAME_OTHER;
}

static struct oserr image_run(void *data, uint64_t off, uint64_t until, uint64_t *end,
                              enum seg_extent_kind *kind)
{
    const struct recording *r = data;
    bool is_data = page_store_run(r->image, off, until, end);
    *kind = is_data ? SEG_EXT_DATA : SEG_EXT_HOLE;
    return OSERR_NONE;
}

static struct oserr image_read(void *data, uint64_t off, void *buf, uint8_t *state, size_t n)
{
    const struct recording *r = data;
    uint64_t end = off + n;
    page_store_get(r->image, off, buf, n);
    for (uint64_t at = off; state != NULL && at < end;) {
        uint64_t next = end;
        bool is_data = page_store_run(r->image, at, end, &next);
        memset(state + (at - off), is_data ? SEG_BYTE_DATA : SEG_BYTE_HOLE, (size_t)(next - at));
        at = next;
    }
    return OSERR_NONE;
}

static const uint8_t *image_direct(void *data, uint64_t off, size_t most, size_t *n)
{
    const struct recording *r = data;
    return page_store_direct(r->image, off, most, n);
}

static void image_close(void *data)
{
    struct recording *r = data;
    rec_close(r->reader);
    page_store_free(r->image);
    free(r);
}

static const struct seg_virtual_ops ops = {.stat = image_stat,
                                           .read = image_read,
                                           .run = image_run,
                                           .direct = image_direct,
                                           .close = image_close};

static struct oserr open_file(struct seg_file *f, const struct seg_progress *progress,
                              const struct seg_virtual_ops **out, void **data)
{
    struct recording *r = calloc(1, sizeof *r);
    struct page_store *image = page_store_new();
    enum rec_status why = REC_MEMORY;
    if (r == NULL || image == NULL) {
        free(r);
        page_store_free(image);
        return (struct oserr){"malloc", SEG_E_MEMORY};
    }
    *r = (struct recording){.file = f, .image = image};
    if (progress != NULL)
        r->progress = (struct progress){progress->yield, progress->ctx};
    const struct rec_source source = {.get = get, .ctx = r, .size = f->stat.size};
    r->reader = rec_open(&source, &why);
    struct oserr e = meaning(r, why);
    if (!oserr_is(e))
        e = play_to_end(r);
    r->progress = (struct progress){0};
    if (oserr_is(e)) {
        image_close(r);
        return e;
    }
    *out = &ops;
    *data = r;
    return OSERR_NONE;
}

void recording_install(struct backend *be)
{
    backend_set_recordings(be, open_file);
}

struct recording *recording_of(const struct seg *s)
{
    return seg_virtual_data(s, &ops);
}

const struct rec_header *recording_header(const struct recording *r)
{
    return rec_header(r->reader);
}

void recording_info(const struct recording *r, struct rec_info *out)
{
    rec_info(r->reader, out);
}
