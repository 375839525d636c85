#include "cli/file_source.h"

#include "cli/keep.h"
#include "core/plural.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE = 256 * 1024, KEPT_MAX = 64 * 1024 * 1024 };

/* A requested stop is not a failure. */
static int file_failed(struct command_run *r, const char *path, struct oserr e)
{
    const char *what = oserr_kind(e) == OSERR_K_MISSING  ? "no such file"
                       : e.code == SEG_E_NOT_SEGMENT     ? "not a regular file"
                       : oserr_kind(e) == OSERR_K_DENIED ? "no permission to read it"
                                                         : "cannot read it";
    return run_file_failed(r, path, what, e);
}

static bool too_large(struct command_run *r, const char *path, uint64_t most)
{
    char shown[RUN_SHOWN];
    (void)run_error(r,
                    "%s is larger than the %" PRIu64 " byte%s there is room for; nothing was "
                    "stored",
                    run_shown(path, shown), most, plural_s(most));
    return false;
}

/* Reads a pipe to its end, or as much as is kept in memory. */
static bool read_all(struct command_run *r, struct file_source *c, uint64_t most)
{
    size_t cap = 0;
    for (;;) {
        size_t got = 0;
        if (cap - c->size < PIECE) {
            cap = cap == 0 ? (size_t)4 * PIECE : cap * 2;
            uint8_t *bigger = realloc(c->data, cap);
            if (bigger == NULL) {
                (void)file_failed(r, c->path, (struct oserr){"realloc", SEG_E_MEMORY});
                return false;
            }
            c->data = bigger;
        }
        struct oserr e = os_file_read(c->file, c->data + c->size, PIECE, &got);
        if (oserr_is(e)) {
            (void)file_failed(r, c->path, e);
            return false;
        }
        c->size += got;
        if (c->size > most)
            return too_large(r, c->path, most);
        if (got == 0) {
            os_file_abandon(c->file);
            c->file = NULL;
            return true;
        }
        if (c->size >= KEPT_MAX) {
            c->endless = true;
            return true;
        }
    }
}

bool file_source_open(struct command_run *r, const char *path, uint64_t most, struct file_source *c)
{
    uint64_t size = 0;
    *c = (struct file_source){.path = path, .most = most};
    if (r->env->ui && strcmp(path, "-") == 0) {
        (void)run_error(r, "there is no standard input here");
        return false;
    }
    struct oserr e = os_file_open(path, r->env->ui, &c->file, &size);
    if (oserr_is(e)) {
        c->file = NULL;
        (void)file_failed(r, path, e);
        return false;
    }
    bool fits = true;
    if (size == UINT64_MAX) {
        fits = read_all(r, c, most);
    } else {
        c->size = size;
        fits = size <= most || too_large(r, path, most);
    }
    if (!fits)
        file_source_close(c);
    return fits;
}

void file_source_close(struct file_source *c)
{
    os_file_abandon(c->file);
    free(c->data);
    *c = (struct file_source){.path = NULL};
}

/* Stores the piece at `offset` + `at`. */
static int store_piece(struct command_run *r, struct seg *s, uint64_t offset, uint64_t at,
                       const uint8_t *p, size_t n)
{
    size_t done = 0;
    struct oserr e = seg_store(s, offset + at, p, n, &done);
    run_keep_stored(r, at, p, done, NULL);
    return oserr_is(e) ? run_fail_partly(r, e, at + done) : EXIT_DONE;
}

static int became_shorter(struct command_run *r, const char *path, uint64_t stored)
{
    char shown[RUN_SHOWN];
    return run_error(r, "%s became shorter meanwhile: only %" PRIu64 " byte%s stored",
                     run_shown(path, shown), stored, stored == 1 ? " was" : "s were");
}

static int store_file(struct command_run *r, struct file_source *c, struct seg *s, uint64_t offset)
{
    uint8_t *piece = malloc(PIECE);
    int status = EXIT_DONE;
    uint64_t at = 0;
    if (piece == NULL)
        return file_failed(r, c->path, (struct oserr){"malloc", SEG_E_MEMORY});
    while (at < c->size && status == EXIT_DONE) {
        size_t got = 0;
        uint64_t left = c->size - at;
        struct oserr e = os_file_read(c->file, piece, left < PIECE ? (size_t)left : PIECE, &got);
        if (oserr_is(e)) {
            status = file_failed(r, c->path, e);
        } else if (got == 0) {
            status = became_shorter(r, c->path, at);
        } else if (!progress_yield(r->env->progress, at, c->size)) {
            status = EXIT_STOPPED;
        } else {
            status = store_piece(r, s, offset, at, piece, got);
            at += got;
        }
    }
    free(piece);
    return status;
}

/* What a pipe gives after the part that is in memory, which was stored. */
static int store_rest(struct command_run *r, struct file_source *c, struct seg *s, uint64_t offset)
{
    for (;;) {
        size_t got = 0;
        struct oserr e = os_file_read(c->file, c->data, PIECE, &got);
        bool fits = got <= c->most - c->size;
        if (oserr_is(e))
            return file_failed(r, c->path, e);
        if (got == 0)
            return EXIT_DONE;
        if (!progress_yield(r->env->progress, c->size, c->most))
            return EXIT_STOPPED;
        size_t take = fits ? got : (size_t)(c->most - c->size);
        int status = store_piece(r, s, offset, c->size, c->data, take);
        c->size += status == EXIT_DONE ? take : 0;
        if (status == EXIT_DONE && !fits) {
            char shown[RUN_SHOWN];
            status = run_error(r,
                               "%s is larger than the %" PRIu64
                               " bytes there are room for; all of these were stored",
                               run_shown(c->path, shown), c->most);
        }
        if (status != EXIT_DONE)
            return status;
    }
}

int file_source_store(struct command_run *r, struct file_source *c, struct seg *s, uint64_t offset)
{
    if (c->file != NULL && !c->endless)
        return store_file(r, c, s, offset);
    int status = EXIT_DONE;
    for (uint64_t at = 0; at < c->size && status == EXIT_DONE; at += PIECE) {
        uint64_t left = c->size - at;
        status = progress_yield(r->env->progress, at, c->size)
                     ? store_piece(r, s, offset, at, c->data + at, left < PIECE ? left : PIECE)
                     : EXIT_STOPPED;
    }
    if (status == EXIT_DONE && c->endless)
        status = store_rest(r, c, s, offset);
    return status;
}
