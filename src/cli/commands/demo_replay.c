/* demo --replay: writes into the demo's segment what a recording says, in real time. It never
 * punches holes: what was a hole at the start stays one, pages that appeared appear again (as zeros
 * if they held nothing), and what became a hole gets zeros. */
#include <inttypes.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/demo.h"
#include "cli/commands/demo_layout.h"
#include "cli/watch/dirty_ranges.h"
#include "live/block.h"
#include "time/recording.h"

enum { WORD = 8 };

struct replay {
    struct command_run *r;
    struct seg *from, *to; /* the recording, the segment */
    char raw[LOCATOR_MAX]; /* of the recording */
    struct recording *recorded;
    struct aligned_buffer block;
    struct dirty_ranges touched;
    int64_t start; /* os_now's clock */
    int64_t t;     /* time of the sample being played */
};

bool demo_open_recording(struct command_run *r, const char *path, struct seg **out,
                         char raw[LOCATOR_MAX])
{
    size_t n = strlen(path);
    if (n + sizeof "rec:" > LOCATOR_MAX) {
        (void)run_bad_word(r, "--replay", path, "the path is too long");
        return false;
    }
    memcpy(raw, "rec:", 4);
    memcpy(raw + 4, path, n + 1);
    struct oserr e = seg_open(r->env->be, raw, SEG_READ, out);
    if (oserr_is(e)) {
        *out = NULL;
        (void)run_fail(r, raw, "read it", e);
    }
    return !oserr_is(e);
}

/* Copies [at, end) of the recording into the segment. */
static int copy(struct replay *p, uint64_t at, uint64_t end)
{
    while (at < end) {
        const uint8_t *bytes = NULL;
        size_t asked = 0;
        size_t got = 0;
        size_t done = 0;
        struct oserr e =
            aligned_buffer_read(&p->block, p->from, at, end - at, 1, &bytes, &asked, &got);
        if (oserr_is(e))
            return run_fail(p->r, p->raw, "read it", e);
        if (got == 0)
            break;
        e = seg_store(p->to, at, bytes, got, &done);
        if (oserr_is(e))
            return run_fail(p->r, NULL, "write into it", e);
        at += got;
    }
    return EXIT_DONE;
}

/* Copies the recording's start: data only, holes stay holes. */
static int copy_start(struct replay *p, uint64_t size)
{
    int status = EXIT_DONE;
    for (uint64_t at = 0; at < size && status == EXIT_DONE;) {
        uint64_t start = 0;
        uint64_t stop = 0;
        enum seg_extent_kind kind = SEG_EXT_UNKNOWN;
        struct oserr e = seg_extent(p->from, at, &start, &stop, &kind);
        if (oserr_is(e) || stop <= at)
            return oserr_is(e) ? run_fail(p->r, p->raw, "read it", e) : EXIT_DONE;
        status = kind == SEG_EXT_HOLE ? EXIT_DONE : copy(p, at, stop);
        at = stop;
    }
    return status;
}

/* Writes what the sample touched, words as words. */
static int end_look(struct replay *p)
{
    int status = EXIT_DONE;
    for (size_t i = 0; i < p->touched.count && status == EXIT_DONE; i++)
        status = copy(p, p->touched.list[i].from, p->touched.list[i].to);
    p->touched.count = 0;
    return status;
}

static int take_event(struct replay *p, const struct rec_event *ev)
{
    p->t = ev->t;
    if ((ev->kind == REC_CHANGE || ev->kind == REC_DATA) && !ev->key) {
        uint64_t size = seg_last(p->from)->size;
        return dirty_ranges_add(&p->touched, ev->offset, ev->offset + ev->n, WORD, size)
                   ? EXIT_DONE
                   : run_error(p->r, "no memory to play it");
    }
    if (ev->kind == REC_SIZE && !ev->key) {
        struct oserr e = seg_image_changed(p->from);
        if (oserr_is(e))
            return run_fail(p->r, p->raw, "read it", e);
        e = seg_resize(p->to, ev->n);
        return oserr_is(e) ? run_fail(p->r, NULL, "resize it", e) : EXIT_DONE;
    }
    return EXIT_DONE;
}

/* Plays everything up to `until`; EXIT_NO: nothing follows. */
static int play_until(struct replay *p, int64_t until, int64_t *next)
{
    for (bool first = false;;) {
        struct rec_event ev;
        bool played = false;
        int status = EXIT_DONE;
        struct oserr e = recording_step(p->recorded, first ? until : p->t, &ev, &played);
        if (oserr_is(e))
            return run_fail(p->r, p->raw, "read it", e);
        if (played)
            status = take_event(p, &ev);
        else if (first)
            return recording_next_time(p->recorded, next) ? EXIT_DONE : EXIT_NO;
        else
            status = end_look(p);
        first = !played;
        if (status != EXIT_DONE)
            return status;
    }
}

static int play(struct replay *p, int64_t until)
{
    int64_t now = os_now();
    p->start = now;
    while (now < until) {
        int64_t next = 0;
        int status = play_until(p, now - p->start, &next);
        if (status != EXIT_DONE)
            return status == EXIT_NO ? EXIT_DONE : status;
        int64_t due = next < until - p->start ? p->start + next : until;
        if (!progress_sleep(p->r->env->progress, due))
            return EXIT_STOPPED;
        now = os_now();
    }
    return EXIT_DONE;
}

static int make_segment(struct replay *p)
{
    struct oserr e = recording_seek(p->from, 0, p->r->env->progress);
    if (oserr_is(e))
        return run_fail(p->r, p->raw, "read it", e);
    uint64_t size = seg_last(p->from)->size;
    e = seg_create(p->r->env->be, p->r->raw, size == 0 ? 1 : size, 0600, &p->to);
    if (oserr_is(e))
        return run_fail(p->r, NULL, "create it", e);
    e = size == 0 ? seg_resize(p->to, 0) : OSERR_NONE;
    return oserr_is(e) ? run_fail(p->r, NULL, "resize it", e) : copy_start(p, size);
}

static int end_segment(struct replay *p)
{
    struct seg_stat st;
    struct oserr e = seg_refresh(p->to, &st);
    if (!oserr_is(e) && !st.name_gone && !st.replaced) /* the viewer may still show it */
        e = demo_remove(p->r, &st, SEG_RM_FORCE);
    seg_close(p->to);
    return oserr_is(e) ? run_fail(p->r, NULL, "remove it", e) : EXIT_DONE;
}

int demo_replay(struct command_run *r, const char *path, int64_t until)
{
    struct replay p = {.r = r};
    if (!demo_open_recording(r, path, &p.from, p.raw))
        return EXIT_ERROR;
    p.recorded = recording_of(p.from);
    struct oserr e = aligned_buffer_new(&p.block, BLOCK_RAW);
    int status = oserr_is(e) ? run_fail(r, NULL, "play it", e) : make_segment(&p);
    if (status == EXIT_DONE)
        status = play(&p, until);
    if (p.to != NULL) {
        int ended = end_segment(&p);
        status = status == EXIT_DONE ? ended : status;
    }
    dirty_ranges_free(&p.touched);
    aligned_buffer_free(&p.block);
    seg_close(p.from);
    return status == EXIT_STOPPED ? EXIT_DONE : status;
}
