/* poke: writes values, one store for each aligned value; with --expect a compare-and-swap. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/typed.h"
#include "cli/keep.h"
#include "cli/run.h"
#include "core/kept_range.h"
#include "core/plural.h"

enum { POKE_MAX = 65536 }; /* bytes of one command */

/* What is to be written, checked. */
struct poke_values {
    const struct view *view;
    uint64_t offset;
    uint8_t *bytes; /* POKE_MAX */
    size_t count;   /* bytes */
    size_t unit;    /* bytes of one value: of the view, or all for hex and text */
    bool cas;
    uint8_t expect[8];
};

static bool append(struct command_run *r, struct poke_values *v, const char *word)
{
    size_t size = 0;
    if (!run_value(r, v->view, "VALUE", word, v->bytes + v->count, POKE_MAX - v->count, &size))
        return false;
    v->count += size;
    return true;
}

static bool append_nul(struct command_run *r, struct poke_values *v)
{
    if (v->view->kind != VIEW_TEXT) {
        (void)run_usage(r, "--z is for text views");
        return false;
    }
    if (POKE_MAX - v->count < v->view->unit) {
        (void)run_error(r, "VALUE: too long");
        return false;
    }
    memset(v->bytes + v->count, 0, v->view->unit);
    v->count += v->view->unit;
    return true;
}

static bool parse_values(struct command_run *r, struct poke_values *v)
{
    bool whole = v->view->kind == VIEW_TEXT || v->view->kind == VIEW_HEX;
    if (v->view->kind == VIEW_TEXT && r->words > 2) {
        (void)run_usage(r, "a text is one word: quote it");
        return false;
    }
    for (int i = 1; i < r->words; i++)
        if (!append(r, v, r->word[i]))
            return false;
    if (run_option(r, "z") != NULL && !append_nul(r, v))
        return false;
    v->unit = whole ? v->count : v->view->unit;
    if (v->count == 0 && !whole) {
        (void)run_usage(r, "VALUE is missing");
        return false;
    }
    return true;
}

static bool word_size(size_t n)
{
    return n == 1 || n == 2 || n == 4 || n == 8;
}

static bool parse_expect(struct command_run *r, struct poke_values *v)
{
    const char *old = run_option(r, "expect");
    size_t size = 0;
    if (old == NULL)
        return true;
    if (v->count != v->unit || !word_size(v->count)) {
        (void)run_usage(r, "--expect takes one value of 1, 2, 4 or 8 bytes");
        return false;
    }
    if (v->offset % v->count != 0) {
        (void)run_error(r,
                        "--expect needs an offset that is a multiple of %zu: 0x%" PRIx64
                        " is not; nothing was stored",
                        v->count, v->offset);
        return false;
    }
    uint8_t bytes[64];
    if (!run_value(r, v->view, "--expect", old, bytes, sizeof bytes, &size))
        return false;
    if (run_option(r, "z") != NULL && size + v->view->unit <= sizeof bytes) {
        memset(bytes + size, 0, v->view->unit);
        size += v->view->unit;
    }
    if (size != v->count) {
        (void)run_usage(r, "--expect: OLD has %zu byte%s, VALUE %zu", size, plural_s(size),
                        v->count);
        return false;
    }
    memcpy(v->expect, bytes, size);
    v->cas = true;
    return true;
}

/* A value for a message: in its view, or as hex digits. */
static void print_value(struct out *o, const struct view *view, const uint8_t *p, size_t n)
{
    char text[VIEW_UNIT_MAX];
    if (view->kind != VIEW_HEX && view->kind != VIEW_TEXT) {
        out_bytes(o, text, view_format(view, p, text));
        return;
    }
    for (size_t i = 0; i < n; i++)
        out_print(o, "%02x", p[i]);
}

static void remember(struct command_run *r, uint64_t offset, size_t size, const uint8_t *old,
                     const uint8_t *value, bool atomic)
{
    if (r->env->kept != NULL) {
        run_keep_stored(r, offset - r->env->kept->offset, value, size, old);
        return;
    }
    size_t i = r->env->pokes_count++;
    if (i < POKES_KEPT) {
        struct poke_done *d = &r->env->pokes[i];
        *d = (struct poke_done){.offset = offset, .size = (uint32_t)size, .atomic = atomic};
        memcpy(d->old, old, size);
        memcpy(d->value, value, size);
    }
}

/* The UI's line: `poke 0x10 u32le 96848: 96847 -> 96848 (one store)`. */
static void reply(struct command_run *r, const struct poke_values *v, uint64_t offset,
                  const uint8_t *value, const struct poked *done)
{
    struct out *o = r->env->out;
    if (!r->env->ui)
        return;
    out_print(o, "poke 0x%" PRIx64 " %s ", offset, v->view->name);
    print_value(o, v->view, value, v->unit);
    out_str(o, ": ");
    print_value(o, v->view, done->old, v->unit);
    out_str(o, " -> ");
    print_value(o, v->view, value, v->unit);
    out_print(o, " (%s)\n", done->atomic ? "one store" : "not atomic");
}

/* One value of 1, 2, 4 or 8 bytes. */
static int store_value(struct command_run *r, const struct poke_values *v, size_t at)
{
    struct poke p = {.offset = v->offset + at, .size = (uint32_t)v->unit, .cas = v->cas};
    struct poked done;
    memcpy(p.value, v->bytes + at, v->unit);
    memcpy(p.expect, v->expect, sizeof p.expect);
    struct oserr e = seg_poke(r->seg, &p, &done);
    if (oserr_is(e))
        return run_fail(r, NULL, "store into it", run_partly(e, at));
    if (!done.stored) {
        struct out *err = run_error_begin(r, r->raw);
        out_print(err, "0x%" PRIx64 " holds ", p.offset);
        print_value(err, v->view, done.old, v->unit);
        out_str(err, ", not ");
        print_value(err, v->view, v->expect, v->unit);
        out_str(err, ": nothing was stored");
        run_error_end(r);
        return EXIT_NO;
    }
    remember(r, p.offset, v->unit, done.old, p.value, done.atomic);
    reply(r, v, p.offset, p.value, &done);
    return EXIT_DONE;
}

/* A text or a long run of hex: stored in ascending order. */
static int store_bytes(struct command_run *r, const struct poke_values *v)
{
    size_t done = 0;
    struct oserr e = seg_store(r->seg, v->offset, v->bytes, v->count, &done);
    run_keep_stored(r, 0, v->bytes, done, NULL);
    if (oserr_is(e))
        return run_fail(r, NULL, "store into it", e);
    char kept[RUN_KEEP_WORDS];
    if (r->env->ui) {
        out_print(r->env->out, "poke 0x%" PRIx64 " %s: %zu byte%s (not atomic)%s\n", v->offset,
                  v->view->name, v->count, plural_s(v->count), run_keep_words(r, kept));
    }
    return EXIT_DONE;
}

static int store_all(struct command_run *r, const struct poke_values *v)
{
    if (v->count == 0)
        return EXIT_DONE;
    if (v->offset > r->size || r->size - v->offset < v->count) {
        return run_error(r,
                         "0x%" PRIx64
                         " and %zu byte%s from there are past the end: the segment has "
                         "%" PRIu64 " byte%s; nothing was stored",
                         v->offset, v->count, plural_s(v->count), r->size, plural_s(r->size));
    }
    if (run_only_checks(r, v->offset, v->count))
        return EXIT_DONE;
    r->env->poked_as = v->view;
    if ((v->count > v->unit || !word_size(v->unit)) && /* one step of undo */
        !run_keep(r, v->offset, v->count))
        return EXIT_NO;
    if (!word_size(v->unit))
        return store_bytes(r, v);
    int status = EXIT_DONE;
    for (size_t at = 0; at < v->count && status == EXIT_DONE; at += v->unit)
        status = store_value(r, v, at);
    return status;
}

int cmd_poke(struct command_run *r)
{
    struct poke_values v = {.view = NULL};
    if (typed_wanted(r)) /* its fields are found in the segment */
        return run_only_checks(r, 0, 0) ? EXIT_DONE : poke_typed(r);
    if (!run_value_view(r, &v.view) || !run_offset(r, r->word[0], &v.offset))
        return EXIT_ERROR;
    v.bytes = malloc(POKE_MAX);
    if (v.bytes == NULL)
        return run_fail(r, NULL, "store into it", (struct oserr){"malloc", SEG_E_MEMORY});
    int status = parse_values(r, &v) && parse_expect(r, &v) ? store_all(r, &v) : EXIT_ERROR;
    free(v.bytes);
    return status;
}
