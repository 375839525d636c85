#include "cli/keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/run.h"
#include "core/kept_range.h"
#include "core/number.h"

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

bool run_unkept(struct command_run *r, const char *why, uint64_t offset, uint64_t length)
{
    struct command_env *env = r->env;
    char size[NUMBER_SIZE_MAX];
    (void)number_format_size(length, size);
    (void)snprintf(env->lost, sizeof env->lost, "%s of %s at 0x%" PRIx64, r->command->name, size,
                   offset);
    env->unkept = why;
    env->asks = !env->agreed;
    if (env->asks)
        out_print(env->err, "%s %s? It cannot be undone (%s)", r->command->name, size, why);
    return env->agreed;
}

bool run_keep(struct command_run *r, uint64_t offset, uint64_t length)
{
    struct command_env *env = r->env;
    if (!env->ui || env->seg == NULL || r->seg != env->seg || length == 0)
        return true;
    if (length > KEPT_RANGE_MOST)
        return run_unkept(r, "more than 32 MiB", offset, length);
    struct kept_range *k = kept_range_new(offset, (size_t)length);
    if (k == NULL)
        return run_unkept(r, "no memory to keep what is there", offset, length);
    if (!read_old(r, k)) {
        kept_range_release(k);
        return run_unkept(r, "what is there could not be read", offset, length);
    }
    env->kept = k;
    return true;
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
    r->env->stored = r->env->stored || n > 0;
    if (k == NULL)
        return;
    memcpy(k->value + at, bytes, n);
    if (old != NULL)
        memcpy(k->old + at, old, n);
}

void run_keep_filled(struct command_run *r, uint64_t at, uint8_t byte, uint64_t n)
{
    struct kept_range *k = grow(r, at, n);
    r->env->stored = r->env->stored || n > 0;
    if (k != NULL)
        memset(k->value + at, byte, (size_t)n);
}

const char *run_keep_words(const struct command_run *r, char buf[RUN_KEEP_WORDS])
{
    const struct kept_range *k = r->env->kept;
    if (r->env->unkept != NULL)
        (void)snprintf(buf, RUN_KEEP_WORDS, "; cannot be undone: %s", r->env->unkept);
    else if (k == NULL)
        buf[0] = '\0';
    else if (k->length == k->room && memcmp(k->old, k->value, k->length) == 0)
        (void)snprintf(buf, RUN_KEEP_WORDS, "; that was there already: there is nothing to undo");
    else
        (void)snprintf(buf, RUN_KEEP_WORDS, "; %s takes it back",
                       r->env->undo != NULL ? r->env->undo : "undo");
    return buf;
}
