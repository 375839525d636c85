/* fill and load: writing ranges. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/file_source.h"
#include "cli/keep.h"
#include "cli/run.h"
#include "core/plural.h"

enum {
    FILL_SLICE = 4 * 1024 * 1024,
    FILE_NAMED = 48 /* bytes of a path that a question has room for */
};

int cmd_fill(struct command_run *r)
{
    struct range range;
    uint8_t byte = 0;
    if (!run_range(r, 0, &range) || !run_byte(r, "BYTE", r->word[2], &byte))
        return EXIT_ERROR;
    if (range.missing > 0)
        return run_past_end(r, &range);
    if (run_only_checks(r, range.offset, range.length))
        return EXIT_DONE;
    if (!run_keep(r, range.offset, range.length))
        return EXIT_NO;
    for (uint64_t at = 0; at < range.length;) {
        uint64_t left = range.length - at;
        uint64_t done = 0;
        if (!progress_yield(r->env->progress, at, range.length))
            return EXIT_STOPPED;
        struct oserr e =
            seg_fill(r->seg, range.offset + at, left < FILL_SLICE ? left : FILL_SLICE, byte, &done);
        run_keep_filled(r, at, byte, done);
        if (oserr_is(e))
            return run_fail_partly(r, e, at + done);
        at += done;
    }
    char kept[RUN_KEEP_WORDS];
    if (r->env->ui) {
        out_print(r->env->out, "filled %" PRIu64 " byte%s at 0x%" PRIx64 " with %02x%s\n",
                  range.length, plural_s(range.length), range.offset, byte,
                  run_keep_words(r, kept));
    }
    return EXIT_DONE;
}

int cmd_load(struct command_run *r)
{
    struct file_source c;
    uint64_t offset = 0;
    if (r->words > 1 && !run_offset(r, r->word[1], &offset))
        return EXIT_ERROR;
    if (offset > r->size || (offset == r->size && offset != 0)) {
        return run_error(r,
                         "offset 0x%" PRIx64 " is past the end: the segment has %" PRIu64 " byte%s",
                         offset, r->size, plural_s(r->size));
    }
    if (r->env->check != NULL) { /* opening the file may take long, and is not for who asks */
        char file[RUN_SHOWN];
        (void)run_shown(r->word[0], file);
        (void)snprintf(r->env->check->writes, sizeof r->env->check->writes, "%.48s at 0x%" PRIx64,
                       strlen(file) <= FILE_NAMED ? file : "a file", offset);
        return EXIT_DONE;
    }
    if (!file_source_open(r, r->word[0], r->size - offset, &c))
        return EXIT_ERROR;
    if (!run_keep(r, offset, c.size)) {
        file_source_close(&c);
        return EXIT_NO;
    }
    int status = file_source_store(r, &c, r->seg, offset);
    uint64_t size = c.size;
    char kept[RUN_KEEP_WORDS];
    file_source_close(&c);
    if (status == EXIT_DONE && r->env->ui)
        out_print(r->env->out, "loaded %" PRIu64 " byte%s at 0x%" PRIx64 "%s\n", size,
                  plural_s(size), offset, run_keep_words(r, kept));
    return status;
}
