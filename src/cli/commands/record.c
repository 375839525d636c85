/* record: writes what watch sees into a file (core/history/recording.h). The sink takes each run of
 * changed bytes as the page map finds it, and holes that come and go. Blocks are sealed every 0.2
 * s, so that a crash loses little; a keyframe, the whole state as the map has it, is written when
 * playing up to the end would take long without one. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/record_modules.h"
#include "cli/watch/watch.h"
#include "core/history/recording.h"

#define SEAL_AFTER INT64_C(200000000)  /* ns; a crash loses at most this much */
#define SIGN_AFTER INT64_C(1000000000) /* ns; a sign of life while nothing changes */

enum { SEAL_SLOWER = 65536 }; /* a block covers at least this fraction of the recorded time */

struct record_sink {
    struct command_run *r;
    const char *path;
    struct os_file *file;
    struct oserr error; /* the first failed write */
    struct rec_writer *writer;
    struct rec_header header;
    int64_t now;    /* time of the newest sample */
    int64_t sealed; /* when a block was last written */
    bool begun;     /* the start is written */
};

static bool put(void *ctx, const void *p, size_t n)
{
    struct record_sink *c = ctx;
    c->error = os_file_write(c->file, p, n);
    return !oserr_is(c->error);
}

static enum rec_name name_of(const struct seg_stat *st)
{
    return st->replaced ? REC_NAME_OTHER : st->name_gone ? REC_NAME_GONE : REC_NAME_OURS;
}

/* Writes a keyframe of what the map has: pages that are no holes, adjacent zero pages as one run.
 */
static void put_key(struct watch *w, int64_t t)
{
    struct record_sink *c = w->ctx;
    uint64_t from = 0; /* [from, to): zeros not written yet */
    uint64_t to = 0;
    rec_key_begin(c->writer, t, w->last.size, name_of(&w->last));
    for (uint64_t at = 0; pagemap_next_page(w->map, at, &at) && at < w->range.length;
         at += BLOCK_PAGE) {
        uint64_t left = w->range.length - at;
        size_t n = left < BLOCK_PAGE ? (size_t)left : BLOCK_PAGE;
        bool zero = pagemap_page(w->map, at).state == PAGE_ZERO;
        if (to > from && (!zero || at != to)) {
            rec_key_zeros(c->writer, from, to - from);
            from = to;
        }
        if (zero) {
            from = to > from ? from : at;
            to = at + n;
        } else {
            rec_key_bytes(c->writer, at, pagemap_bytes(w->map, at), n);
        }
    }
    if (to > from)
        rec_key_zeros(c->writer, from, to - from);
    rec_key_end(c->writer);
    c->sealed = t;
}

/* The locator as shown, which is longer than the raw one. False: out of memory. */
static bool put_header(struct watch *w)
{
    struct record_sink *c = w->ctx;
    char *shown = malloc(REC_LOCATOR_MAX + 1);
    if (shown == NULL)
        return false;
    (void)locator_shown(c->r->raw, shown, REC_LOCATOR_MAX + 1);
    struct rec_header h = c->header;
    h.size = w->last.size;
    h.wall = os_wall();
    h.period = w->period;
    h.length = strlen(shown);
    h.locator = shown;
    if (rec_put_header(c->writer, &h) < h.modules)
        run_note(c->r,
                 "not all libraries of the programs that map it are noted: they are too many");
    free(shown);
    return true;
}

static int record_begin(struct watch *w)
{
    struct record_sink *c = w->ctx;
    if (!put_header(w))
        return run_error(c->r, "no memory to record it");
    put_key(w, 0);
    c->begun = true;
    return EXIT_DONE;
}

static void record_change(struct watch *w, int64_t t, uint64_t offset, const uint8_t *old,
                          const uint8_t *new, size_t n)
{
    struct record_sink *c = w->ctx;
    c->now = t > c->now ? t : c->now; /* keyframes and seals also come in the middle of a sample */
    rec_put_change(c->writer, t, offset, old, new, n);
}

static void record_hole(struct watch *w, int64_t t, uint64_t offset, size_t n)
{
    struct record_sink *c = w->ctx;
    c->now = t > c->now ? t : c->now;
    rec_put_hole(c->writer, t, offset, n);
}

static void record_data(struct watch *w, int64_t t, uint64_t offset, size_t n)
{
    struct record_sink *c = w->ctx;
    c->now = t > c->now ? t : c->now;
    rec_put_data(c->writer, t, offset, n);
}

static void record_gap(struct watch *w, int64_t t, int64_t missed)
{
    struct record_sink *c = w->ctx;
    c->now = t > c->now ? t : c->now;
    rec_put_gap(c->writer, t, missed);
}

static void record_state(struct watch *w, int64_t t, const struct seg_stat *now)
{
    struct record_sink *c = w->ctx;
    c->now = t;
    if (name_of(now) != name_of(&w->last))
        rec_put_name(c->writer, t, name_of(now));
    if (now->size != w->last.size)
        rec_put_size(c->writer, t, w->last.size, now->size);
    if (now->size < w->range.length)
        watch_shrink(w, now->size);
}

static bool record_flush(struct watch *w)
{
    struct record_sink *c = w->ctx;
    int64_t waited = c->now - c->sealed;
    if (rec_pending(c->writer) && waited >= SEAL_AFTER + c->now / SEAL_SLOWER) {
        rec_seal(c->writer);
        c->sealed = c->now;
    } else if (waited >= SIGN_AFTER + c->now / SEAL_SLOWER) {
        rec_put_name(c->writer, c->now, name_of(&w->last));
        c->sealed = c->now;
    }
    if (rec_key_due(c->writer))
        put_key(w, c->now);
    if (c->r->env->written != NULL)
        atomic_store(c->r->env->written, rec_written(c->writer));
    return rec_writer_status(c->writer) == REC_OK;
}

static bool record_ended(const struct watch *w)
{
    const struct record_sink *c = w->ctx;
    return rec_writer_status(c->writer) != REC_OK;
}

static void record_end(struct watch *w)
{
    struct record_sink *c = w->ctx;
    rec_put_name(c->writer, c->now, name_of(&w->last));
}

static const struct watch_sink to_file = {
    .pieces = true,
    .begin = record_begin,
    .change = record_change,
    .hole = record_hole,
    .data = record_data,
    .gap = record_gap,
    .state = record_state,
    .flush = record_flush,
    .ended = record_ended,
    .end = record_end,
};

/* ---- the file ---- */

static int file_failed(struct record_sink *c, struct oserr e)
{
    char text[160];
    char shown[RUN_SHOWN];
    const char *path = run_shown(c->path, shown);
    if (oserr_kind(e) == OSERR_K_EXISTS)
        return run_error(c->r, "%s: exists already; nothing was recorded", path);
    return run_error(c->r, "%s: cannot write it (%s: %s)", path, e.call,
                     oserr_text(e, text, sizeof text));
}

/* Why the writer stopped; EXIT_DONE: it did not. */
static int writer_failed(struct record_sink *c)
{
    switch (rec_writer_status(c->writer)) {
    case REC_OK:
        return EXIT_DONE;
    case REC_IO:
        (void)file_failed(c, c->error);
        run_note(c->r, "the part recorded so far is intact");
        return EXIT_ERROR;
    case REC_FULL:
        return run_error(c->r, "a recording cannot hold more (4194304 blocks, offsets of 4 EiB)");
    default:
        return run_error(c->r, "no memory to record it");
    }
}

/* What was seen is written to the file's end even if sampling failed. */
static int record(struct record_sink *c, struct watch *w)
{
    int looked = watch_run(w);
    if (!c->begun)
        return looked;
    rec_finish(c->writer);
    struct oserr e = OSERR_NONE;
    int status = writer_failed(c);
    if (status == EXIT_DONE) {
        e = os_file_commit(c->file);
        c->file = NULL;
        if (c->r->env->ui && !oserr_is(e)) {
            char shown[RUN_SHOWN];
            out_print(c->r->env->out, "recorded %.1f s into %s\n", (double)c->now / 1e9,
                      run_shown(c->path, shown));
        }
    } else {
        os_file_cut(c->file, rec_written(c->writer));
    }
    status = oserr_is(e) ? file_failed(c, e) : status;
    return looked == EXIT_ERROR ? looked : status;
}

int cmd_record(struct command_run *r)
{
    struct record_sink c = {.r = r, .path = r->word[0]};
    struct watch w = {.r = r, .sink = &to_file, .ctx = &c, .unit = 1, .to_end = true};
    w.range.length = r->size;
    if (!watch_options(r, &w))
        return EXIT_ERROR;
    if (seg_kind(r->seg) == SEG_REC)
        return run_usage(r, "it is a recording already");
    if (strcmp(c.path, "-") == 0 && (r->env->ui || r->env->out_terminal))
        return run_usage(r, "a recording is not written to a terminal");
    struct oserr e = os_file_grow(c.path, &c.file);
    if (oserr_is(e))
        return file_failed(&c, e);
    record_modules(r, &c.header);
    c.writer = rec_writer_new(put, &c);
    int status = c.writer != NULL ? record(&c, &w) : run_error(r, "no memory to record it");
    rec_writer_free(c.writer);
    record_modules_free(&c.header);
    os_file_abandon(c.file);
    return status;
}
