/* save: copies a range into a file; holes stay holes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "cli/removal_text.h"
#include "cli/run.h"
#include "core/plural.h"
#include "live/block.h"

/* Refuses, naming who uses the file where the range would go. */
static int in_use(struct command_run *r, const struct seg_who *who)
{
    char shown[RUN_SHOWN];
    struct out *err = run_error_begin(r, NULL);
    out_print(err, "%s: it is a segment that others use: ", run_shown(r->word[0], shown));
    removal_users(err, who);
    out_str(err, "; save to another file, or load into it");
    run_error_end(r);
    return EXIT_ERROR;
}

/* A file that exists is replaced by a new one. What is open or mapped stays with those who use it
 * and loses its name: neither the segment itself nor one in use may be the output. */
static int check_target(struct command_run *r)
{
    char locator[LOCATOR_MAX];
    char shown[RUN_SHOWN];
    struct seg *target = NULL;
    struct seg_who who = {0};
    int n = snprintf(locator, sizeof locator, "file:%s", r->word[0]);
    if (n >= (int)sizeof locator)
        return EXIT_DONE; /* it cannot be opened either */
    struct oserr e = seg_open(r->env->be, locator, SEG_READ, &target);
    if (oserr_kind(e) == OSERR_K_DENIED)
        e = seg_open(r->env->be, locator, SEG_STAT, &target);
    if (e.code == SEG_E_NOT_SEGMENT) {
        return run_error(r, "%s: not a regular file; peek --raw writes to a pipe",
                         run_shown(r->word[0], shown));
    }
    if (oserr_is(e))
        return EXIT_DONE; /* a new file, or one whose error is reported when it is created */
    int status = EXIT_DONE;
    if (seg_id_equal(seg_id_of(seg_last(target)), seg_id_of(seg_last(r->seg))))
        status = run_error(r, "%s: it is the segment itself", run_shown(r->word[0], shown));
    else if (oserr_is(seg_replaceable(target, r->env->pace, &who)))
        status = in_use(r, &who);
    seg_who_free(&who);
    seg_close(target);
    return status;
}

static bool is_zero(const uint8_t *p, size_t n)
{
    return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

/* On huge pages the kernel does not tell holes from data, so zeros are written as a hole. */
static int save_data(struct command_run *r, struct os_file *f, struct aligned_buffer *b,
                     uint64_t *at, uint64_t end)
{
    bool huge = (seg_last(r->seg)->state & SEG_ST_HUGETLB) != 0;
    while (*at < end) {
        const uint8_t *p = NULL;
        size_t got = 0;
        size_t asked = 0;
        struct oserr e = aligned_buffer_read(b, r->seg, *at, end - *at, 1, &p, &asked, &got);
        if (oserr_is(e))
            return run_fail(r, NULL, "read it", e);
        if (got == 0) {
            return run_error(r, "it shrank to 0x%" PRIx64 " bytes meanwhile; nothing was saved",
                             *at);
        }
        if (!progress_yield(r->env->progress, *at, end))
            return EXIT_STOPPED;
        e = huge && is_zero(p, got) ? os_file_skip(f, got) : os_file_write(f, p, got);
        if (oserr_is(e))
            return run_file_failed(r, r->word[0], "cannot write it", e);
        *at += got;
    }
    return EXIT_DONE;
}

static int save_range(struct command_run *r, struct os_file *f, struct aligned_buffer *b,
                      const struct range *range)
{
    uint64_t at = range->offset;
    uint64_t end = range->offset + range->length;
    int status = EXIT_DONE;
    while (at < end && status == EXIT_DONE) {
        uint64_t start = 0;
        uint64_t stop = 0;
        enum seg_extent_kind kind = SEG_EXT_UNKNOWN;
        struct oserr e = seg_extent(r->seg, at, &start, &stop, &kind);
        if (oserr_is(e) || stop <= at || stop > end) {
            stop = end;
            kind = oserr_is(e) || stop <= at ? SEG_EXT_UNKNOWN : kind;
        }
        if (kind != SEG_EXT_HOLE) {
            status = save_data(r, f, b, &at, stop);
            continue;
        }
        e = os_file_skip(f, stop - at);
        if (oserr_is(e))
            status = run_file_failed(r, r->word[0], "cannot write it", e);
        at = stop;
    }
    return status;
}

int cmd_save(struct command_run *r)
{
    struct range range;
    struct aligned_buffer b;
    struct os_file *f = NULL;
    bool sparse = false;
    if (!run_at(r, "at", r->seg, NULL) || !run_range(r, 1, &range))
        return EXIT_ERROR;
    if (range.missing > 0)
        return run_past_end(r, &range);
    if (strcmp(r->word[0], "-") == 0)
        return run_usage(r, "save writes a file; peek --raw writes to standard output");
    if (check_target(r) != EXIT_DONE)
        return EXIT_ERROR;
    struct oserr e = aligned_buffer_new(&b, BLOCK_RAW);
    if (oserr_is(e))
        return run_fail(r, NULL, "read it", e);
    e = os_file_create(r->word[0], &f, &sparse);
    if (oserr_is(e)) {
        aligned_buffer_free(&b);
        return run_file_failed(r, r->word[0], "cannot write it", e);
    }
    int status = save_range(r, f, &b, &range);
    aligned_buffer_free(&b);
    if (status != EXIT_DONE) {
        os_file_abandon(f);
        return status;
    }
    e = os_file_commit(f);
    if (oserr_is(e))
        return run_file_failed(r, r->word[0], "cannot write it", e);
    if (r->env->ui) {
        char shown[RUN_SHOWN];
        out_print(r->env->out, "saved %" PRIu64 " byte%s to %s\n", range.length,
                  plural_s(range.length), run_shown(r->word[0], shown));
    }
    return EXIT_DONE;
}
