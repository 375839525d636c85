/* rec:PATH, a recording: a file that only the player understands, and memory of our own that is
 * what the segment was. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "backend/linux/kinds.h"
#include "backend/reel.h"
#include "backend/sys_image.h"

enum { PREFIX = 4, REC_PATH_MAX = 4096 };

#define CHECK_EVERY (UINT64_C(64) << 20) /* bytes stored, until the image's memory is looked at */

struct reel {
    struct backend *be;
    struct seg_reel face; /* what the player sees */
    const struct seg_player *player;
    void *tape;
    int file, image;
    struct seg_stat stat; /* of the file */
    uint64_t size;        /* of the image */
    unsigned char *base;  /* it, mapped; NULL: stored by calls */
    uint64_t stored;      /* bytes since its memory was looked at */
};

static struct oserr rec_canonical(const char *locator, char *out, size_t cap)
{
    out[0] = '\0';
    if (strncmp(locator, "rec:", PREFIX) != 0)
        return OSERR_NONE;
    size_t n = strlen(locator);
    if (n == PREFIX || n - PREFIX >= REC_PATH_MAX || n + 1 > cap)
        return (struct oserr){"open", SEG_E_NAME};
    memcpy(out, locator, n + 1);
    return OSERR_NONE;
}

/* ---- what the player sees ---- */

static struct oserr reel_read(void *ctx, uint64_t at, void *buf, size_t n, size_t *got)
{
    struct reel *r = ctx;
    char *p = buf;
    struct oserr e = OSERR_NONE;
    *got = 0;
    if (at > INT64_MAX || n > INT64_MAX - at)
        return e;
    while (*got < n && !oserr_is(e)) {
        size_t more = 0;
        e = sys_pread(r->be, r->file, p + *got, n - *got, at + *got, &more);
        if (more == 0)
            break;
        *got += more;
    }
    return e;
}

static struct oserr reel_grown(void *ctx, uint64_t *size, bool *written)
{
    struct reel *r = ctx;
    struct stat st;
    struct oserr e = sys_locked(r->be, r->file, written);
    if (oserr_is(e)) /* a file system without locks: it is what it is */
        *written = false;
    e = sys_fstat(r->be, r->file, &st);
    *size = oserr_is(e) ? 0 : (uint64_t)st.st_size;
    return e;
}

static void unmap_image(struct reel *r)
{
    if (r->base != NULL)
        sys_munmap(r->be, r->base, (size_t)r->size);
    r->base = NULL;
}

static struct oserr reel_resize(void *ctx, uint64_t size)
{
    struct reel *r = ctx;
    void *p = NULL;
    if (size == r->size)
        return OSERR_NONE;
    unmap_image(r);
    r->size = 0;
    struct oserr e = sys_ftruncate(r->be, r->image, size);
    if (oserr_is(e))
        return e;
    r->size = size;
    if (size > 0 && size <= SIZE_MAX / 2) {
        struct oserr refused = sys_mmap(r->be, (size_t)size, PROT_READ | PROT_WRITE,
                                        MAP_SHARED | MAP_NORESERVE, r->image, 0, &p);
        r->base = oserr_is(refused) ? NULL : p;
    }
    return e;
}

/* A small file can say much: it gets no more than half of the machine's memory. */
static struct oserr check_memory(struct reel *r)
{
    struct stat st;
    r->stored = 0;
    struct oserr e = sys_fstat(r->be, r->image, &st);
    if (!oserr_is(e) && (uint64_t)st.st_blocks * 512 > sys_memory() / 2)
        e = (struct oserr){"seg_seek", SEG_E_MEMORY};
    return e;
}

static struct oserr reel_store(void *ctx, uint64_t off, const void *p, size_t n)
{
    struct reel *r = ctx;
    if (off > r->size || n > r->size - off)
        return (struct oserr){"seg_seek", SEG_E_DAMAGED};
    r->stored += n;
    if (r->stored > CHECK_EVERY) {
        struct oserr e = check_memory(r);
        if (oserr_is(e))
            return e;
    }
    if (r->base == NULL)
        return sys_pwrite(r->be, r->image, p, n, off);
    memcpy(r->base + off, p, n);
    return OSERR_NONE;
}

static struct oserr reel_punch(void *ctx, uint64_t off, uint64_t n)
{
    struct reel *r = ctx;
    if (off > r->size || n > r->size - off)
        return (struct oserr){"seg_seek", SEG_E_DAMAGED};
    if (off + n == r->size && off + n <= INT64_MAX - SEG_PAGE) /* the last page is a whole one */
        n += (SEG_PAGE - (off + n) % SEG_PAGE) % SEG_PAGE;
    return sys_image_punch(r->be, r->image, off, n);
}

/* ---- opening ---- */

static struct oserr open_file(struct reel *r, const char *path)
{
    struct stat st;
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    struct oserr e = sys_open(r->be, path, flags, SYS_KEY_NONE, &r->file);
    if (oserr_is(e))
        return e;
    e = fd_check(r->be, "open", r->file);
    if (!oserr_is(e))
        e = sys_fstat(r->be, r->file, &st);
    if (oserr_is(e))
        return e;
    fd_describe(&st, &r->stat);
    r->face = (struct seg_reel){.ctx = r,
                                .size = (uint64_t)st.st_size,
                                .read = reel_read,
                                .grown = reel_grown,
                                .resize = reel_resize,
                                .store = reel_store,
                                .punch = reel_punch};
    return OSERR_NONE;
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
    *r = (struct reel){.be = s->be, .player = s->be->player, .file = -1, .image = -1};
    e = open_file(r, s->locator + PREFIX);
    if (!oserr_is(e))
        e = sys_image_new(s->be, "shmlens-recording", &r->image);
    s->handle = r->image;
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
    if (r != NULL) {
        if (r->tape != NULL)
            r->player->close(r->tape);
        unmap_image(r);
        if (r->file >= 0)
            sys_close(s->be, r->file, SYS_KEY_NONE);
        free(r);
    }
    s->reel = NULL;
    fd_close(s);
}

/* The size and memory of the image, all else of the file. */
static struct oserr rec_stat(struct seg *s, struct seg_stat *out)
{
    struct seg_stat image;
    struct oserr e = fd_stat(s, &image);
    if (oserr_is(e))
        return e;
    *out = s->reel->stat;
    out->size = image.size;
    out->resident = image.resident;
    out->state = 0;
    return e;
}

static struct oserr rec_name(struct seg *s, struct seg_stat *out)
{
    struct seg_tape_state state = {0};
    s->reel->player->state(s->reel->tape, &state);
    out->name_gone = state.name_gone;
    out->replaced = state.replaced;
    return OSERR_NONE;
}

static struct oserr rec_map(struct seg *s, uint64_t at, size_t n, bool write, struct mapping *v)
{
    return write ? (struct oserr){"mmap", SEG_E_READ_ONLY} : fd_map(s, at, n, false, v);
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
    .words = {.help = "  rec:PATH                            a recording\n",
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
    .unmap = fd_unmap,
    .copy_out = fd_copy_out,
    .next_data = fd_next_data,
    .extent = fd_extent,
};
