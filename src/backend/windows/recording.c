/* rec:PATH, a recording: a file that only the player understands, and memory of our own that is
 * what the segment was. That memory is reserved whole and committed where something is stored. */
#include <stdlib.h>
#include <string.h>

#include "backend/reel.h"
#include "backend/windows/kinds.h"
#include "backend/windows/sys_windows.h"

enum { PREFIX = 4, RESERVED = 0x4000000 /* SEC_RESERVE */ };

struct reel {
    struct backend *be;
    struct seg_reel face; /* what the player sees */
    const struct seg_player *player;
    void *tape;
    void *file;
    const char *path;    /* its, in the locator */
    uint64_t size;       /* of the image */
    unsigned char *base; /* it; NULL: it is empty */
};

static struct oserr rec_canonical(const char *locator, char *out, size_t cap)
{
    out[0] = '\0';
    if (strncmp(locator, "rec:", PREFIX) != 0)
        return OSERR_NONE;
    size_t n = strlen(locator);
    if (n == PREFIX || n + 1 > cap)
        return (struct oserr){"CreateFileW", SEG_E_NAME};
    memcpy(out, locator, n + 1);
    return OSERR_NONE;
}

/* ---- what the player sees ---- */

static struct oserr reel_read(void *ctx, uint64_t at, void *buf, size_t n, size_t *got)
{
    struct reel *r = ctx;
    return sys_read_file(r->be, r->file, at, buf, n, got);
}

static struct oserr reel_grown(void *ctx, uint64_t *size, bool *written)
{
    struct reel *r = ctx;
    struct oserr e = sys_written_file(r->be, r->path, written);
    if (oserr_is(e)) /* renamed, removed: it is what it is */
        *written = false;
    return sys_file_size(r->be, r->file, size);
}

/* The same image in memory of another size: committed runs are copied. */
static struct oserr copy_image(struct reel *r, unsigned char *to, uint64_t size)
{
    uint64_t at = 0, end = r->size < size ? r->size : size;
    while (at < end) {
        uint64_t n;
        bool committed;
        struct oserr e = sys_virtual_query(r->be, r->base + at, &n, &committed);
        if (oserr_is(e))
            return e;
        n = n < end - at ? n : end - at;
        if (committed)
            e = sys_commit(r->be, to + at, (size_t)n);
        if (oserr_is(e))
            return e;
        if (committed)
            memcpy(to + at, r->base + at, (size_t)n);
        at += n;
    }
    return OSERR_NONE;
}

static struct oserr reel_resize(void *ctx, uint64_t size)
{
    struct reel *r = ctx;
    void *to = NULL;
    if (size == r->size)
        return OSERR_NONE;
    if (size > SIZE_MAX / 2)
        return (struct oserr){"seg_seek", SEG_E_MEMORY};
    struct oserr e = OSERR_NONE;
    if (size > 0)
        e = sys_reserve(r->be, (size_t)size, &to);
    if (!oserr_is(e) && to != NULL && r->base != NULL)
        e = copy_image(r, to, size);
    if (oserr_is(e)) {
        if (to != NULL)
            sys_release(r->be, to);
        return e;
    }
    if (r->base != NULL)
        sys_release(r->be, r->base);
    r->base = to;
    r->size = size;
    return e;
}

static struct oserr reel_store(void *ctx, uint64_t off, const void *p, size_t n)
{
    struct reel *r = ctx;
    if (off > r->size || n > r->size - off)
        return (struct oserr){"seg_seek", SEG_E_DAMAGED};
    if (n == 0)
        return OSERR_NONE;
    struct oserr e = sys_commit(r->be, r->base + off, n);
    if (!oserr_is(e))
        memcpy(r->base + off, p, n);
    return e;
}

static struct oserr reel_punch(void *ctx, uint64_t off, uint64_t n)
{
    struct reel *r = ctx;
    if (off > r->size || n > r->size - off)
        return (struct oserr){"seg_seek", SEG_E_DAMAGED};
    return n == 0 ? OSERR_NONE : sys_decommit(r->be, r->base + off, (size_t)n);
}

/* ---- opening ---- */

static struct oserr open_file(struct reel *r, const char *path)
{
    uint64_t size;
    r->path = path;
    struct oserr e = sys_open_file(r->be, path, false, &r->file);
    if (!oserr_is(e))
        e = sys_file_size(r->be, r->file, &size);
    if (oserr_is(e))
        return e;
    r->face = (struct seg_reel){.ctx = r,
                                .size = size,
                                .read = reel_read,
                                .grown = reel_grown,
                                .resize = reel_resize,
                                .store = reel_store,
                                .punch = reel_punch};
    return e;
}

static struct oserr rec_open(struct seg *s, enum seg_access access)
{
    void *mem;
    if (access == SEG_WRITE)
        return (struct oserr){"seg_open", SEG_E_READ_ONLY};
    if (s->be->player == NULL)
        return (struct oserr){"seg_open", SEG_E_UNSUPPORTED};
    struct oserr e = sys_alloc(s->be, sizeof *s->reel, &mem);
    if (oserr_is(e))
        return e;
    struct reel *r = s->reel = mem;
    *r = (struct reel){.be = s->be, .player = s->be->player};
    e = open_file(r, s->locator + PREFIX);
    s->watch = 0; /* a page that is not there faults by itself */
    return oserr_is(e) ? e : r->player->open(&r->face, &r->tape);
}

static struct oserr rec_reopen(struct seg *s, enum seg_access access)
{
    (void)s;
    return access == SEG_WRITE ? (struct oserr){"seg_open", SEG_E_READ_ONLY} : OSERR_NONE;
}

static void rec_close(struct seg *s)
{
    struct reel *r = s->reel;
    s->reel = NULL;
    if (r == NULL)
        return;
    if (r->tape != NULL)
        r->player->close(r->tape);
    if (r->base != NULL)
        sys_release(r->be, r->base);
    if (r->file != NULL)
        sys_close_handle(r->be, r->file, SYS_KEY_NONE);
    free(r);
}

/* Views are the image itself. */
static struct oserr rec_map(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v)
{
    const struct reel *r = s->reel;
    if (write)
        return (struct oserr){"seg_open", SEG_E_READ_ONLY};
    *v = (struct mapping){r->base == NULL ? NULL : r->base + at, at, n};
    return OSERR_NONE;
}

static void rec_unmap(struct seg *s, struct mapping *v)
{
    (void)s;
    *v = (struct mapping){0};
}

/* The image may have moved since the last look: the view goes, and is had again. */
static struct oserr rec_stat(struct seg *s, struct seg_stat *out)
{
    const struct reel *r = s->reel;
    if (s->read_map.base != NULL &&
        (r->base == NULL || s->read_map.base != r->base + s->read_map.at))
        s->read_map = (struct mapping){0};
    *out = (struct seg_stat){.known = SEG_HAS_SIZE, .size = r->size, .section = RESERVED};
    return OSERR_NONE;
}

static struct oserr rec_name(struct seg *s, struct seg_stat *out)
{
    struct seg_tape_state state = {0};
    s->reel->player->state(s->reel->tape, &state);
    out->name_gone = state.name_gone;
    out->replaced = state.replaced;
    return OSERR_NONE;
}

void backend_set_player(struct backend *be, const struct seg_player *player)
{
    be->player = player;
}

void *seg_tape(const struct seg *s)
{
    return s->reel == NULL ? NULL : s->reel->tape;
}

struct oserr seg_played(struct seg *s)
{
    struct oserr e = segment_stat(s);
    if (!oserr_is(e))
        e = rec_name(s, &s->last);
    if (!oserr_is(e))
        segment_remap(s);
    return e;
}

struct oserr seg_seek(struct seg *s, int64_t t)
{
    if (s->reel == NULL)
        return (struct oserr){"seg_seek", SEG_E_UNSUPPORTED};
    struct oserr e = s->reel->player->seek(s->reel->tape, t);
    struct oserr after = seg_played(s);
    return oserr_is(e) ? e : after;
}

const struct provider recording_provider = {
    .kind = SEG_REC,
    .caps = SEG_CAP_EXTENTS | SEG_CAP_TIMES,
    .words = {.help = "  rec:PATH                            a recording made by shmlens record\n",
              .form = "rec:PATH",
              .name = "not a path: 1 to 4095 bytes",
              .absent = "no such file",
              .other = "not a recording: a folder, fifo or device",
              .read_only = "a recording is read-only",
              .irremovable = "it is a recording, not a segment: rm removes it"},
    .canonical = rec_canonical,
    .open = rec_open,
    .reopen = rec_reopen,
    .close = rec_close,
    .stat = rec_stat,
    .name = rec_name,
    .map = rec_map,
    .unmap = rec_unmap,
    .copy_out = section_copy_out,
    .next_data = section_next_data,
    .extent = section_extent,
};
