#include "cli/keep.h"

#include <stdio.h>
#include <string.h>

#include "cli/run.h"
#include "core/kept_range.h"

/* Reads what is there now. */
static bool read_old(struct command_run *r, struct kept_range *k)
{
    for (size_t at = 0; at < k->room;) {
        size_t got = 0;
        struct oserr e = seg_read(r->seg, k->offset + at, k->old + at, k->room - at, &got);
        if (oserr_is(e) || got == 0)
            return false;
        at += got;
    }
    return true;
}

void run_keep(struct command_run *r, uint64_t offset, uint64_t length)
{
    struct command_env *env = r->env;
    if (!env->ui || env->seg == NULL || r->seg != env->seg || length == 0)
        return;
    if (length > KEPT_RANGE_MOST) {
        env->unkept = "; cannot be undone: more than 32 MiB";
        return;
    }
    struct kept_range *k = kept_range_new(offset, (size_t)length);
    if (k == NULL) {
        env->unkept = "; cannot be undone: no memory to keep what was there";
    } else if (!read_old(r, k)) {
        env->unkept = "; cannot be undone: what was there could not be read";
        kept_range_release(k);
    } else {
        env->kept = k;
    }
}

/* Where n written bytes belong, which follow those before them. */
static struct kept_range *grow(struct command_run *r, uint64_t at, uint64_t n)
{
    struct kept_range *k = r->env->kept;
    if (k == NULL || at != k->length || n > k->room - k->length)
        return NULL;
    k->length += (size_t)n;
    return k;
}

void run_keep_stored(struct command_run *r, uint64_t at, const uint8_t *bytes, size_t n,
                     const uint8_t *old)
{
    struct kept_range *k = grow(r, at, n);
    if (k == NULL)
        return;
    memcpy(k->value + at, bytes, n);
    if (old != NULL)
        memcpy(k->old + at, old, n);
}

void run_keep_filled(struct command_run *r, uint64_t at, uint8_t byte, uint64_t n)
{
    struct kept_range *k = grow(r, at, n);
    if (k != NULL)
        memset(k->value + at, byte, (size_t)n);
}

const char *run_keep_words(const struct command_run *r, char buf[RUN_KEEP_WORDS])
{
    (void)snprintf(buf, RUN_KEEP_WORDS, "; %s takes it back",
                   r->env->undo != NULL ? r->env->undo : "undo");
    return r->env->unkept != NULL ? r->env->unkept : r->env->kept != NULL ? buf : "";
}
