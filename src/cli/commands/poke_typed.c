/* poke --type: one field, one store; a bitfield changes its own bits alone. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/typed.h"
#include "cli/keep.h"
#include "core/type/value.h"

struct typed_poke {
    struct typed y;
    struct type_node leaf;
    char path[PATH_TEXT_MAX];
    size_t size;                    /* of the leaf */
    uint8_t *value, *expect, *mask; /* `size` bytes each */
    bool cas;
};

static bool word_size(uint64_t n)
{
    return n == 1 || n == 2 || n == 4 || n == 8;
}

static bool parse(struct command_run *r, struct typed_poke *p)
{
    char why[TYPE_WHY_MAX];
    const char *old = run_option(r, "expect");
    if (r->words != 2) {
        (void)run_usage(r, "with --type PATH and one VALUE are needed");
        return false;
    }
    if (!typed_leaf(&p->y, r->word[0], &p->leaf, p->path))
        return false;
    if (p->leaf.size > TYPE_TEXT_MAX || p->leaf.offset > p->y.source.size ||
        p->leaf.size > p->y.source.size - p->leaf.offset) {
        (void)run_error(r, "%s at 0x%" PRIx64 " is past the end; nothing was stored", p->path,
                        p->leaf.offset);
        return false;
    }
    p->size = (size_t)p->leaf.size;
    p->value = calloc(3, p->size + 8);
    if (p->value == NULL) {
        (void)run_fail(r, NULL, "store into it", (struct oserr){"malloc", SEG_E_MEMORY});
        return false;
    }
    p->expect = p->value + p->size + 8;
    p->mask = p->expect + p->size + 8;
    p->cas = old != NULL;
    if (r->word[1][0] == '+' || (old != NULL && old[0] == '+'))
        typed_map(&p->y);
    if (old != NULL && !type_value_parse(&p->y.source, &p->leaf, old, p->expect, p->mask, why)) {
        (void)run_error(r, "--expect: %s", why);
        return false;
    }
    if (!type_value_parse(&p->y.source, &p->leaf, r->word[1], p->value, p->mask, why)) {
        (void)run_error(r, "VALUE: %s", why);
        return false;
    }
    return true;
}

/* The old bytes of the field, from the word that was stored, in a value for the message. */
static int lost(struct command_run *r, struct typed_poke *p, const struct poke *k,
                const struct poked *done)
{
    size_t skip = (size_t)(p->leaf.offset - k->offset);
    struct out *err = run_error_begin(r, r->raw);
    out_print(err, "%s at 0x%" PRIx64 " holds ", p->path, p->leaf.offset);
    typed_text_value(&p->y, &p->leaf, done->old + skip, err);
    out_str(err, ", not ");
    typed_text_value(&p->y, &p->leaf, p->expect, err);
    out_str(err, ": nothing was stored");
    run_error_end(r);
    return EXIT_NO;
}

/* The UI's line: `poke 0x10 slots[3].prio 9: 17 -> 9 (one store)`. */
static void reply(struct command_run *r, struct typed_poke *p, const uint8_t *old, bool atomic)
{
    struct out *o = r->env->out;
    if (!r->env->ui)
        return;
    out_print(o, "poke 0x%" PRIx64 " %s: ", p->leaf.offset, p->path);
    if (old != NULL) {
        typed_text_value(&p->y, &p->leaf, old, o);
        out_str(o, " -> ");
    }
    typed_text_value(&p->y, &p->leaf, p->value, o);
    out_print(o, " (%s)\n", atomic ? "one store" : "not atomic");
}

static void remember(struct command_run *r, const struct poke *k, const struct poked *done)
{
    size_t i = r->env->pokes_count++;
    if (i >= POKES_KEPT)
        return;
    struct poke_done *d = &r->env->pokes[i];
    *d = (struct poke_done){.offset = k->offset, .size = k->size, .atomic = done->atomic};
    memcpy(d->old, done->old, k->size);
    memcpy(d->value, k->value, k->size);
}

static int store_word(struct command_run *r, struct typed_poke *p)
{
    struct poke k = {.offset = p->leaf.offset, .size = (uint32_t)p->size, .cas = p->cas};
    struct poked done;
    struct type_store st, old;
    if (p->leaf.bits != 0) {
        if (!type_value_store(&p->leaf, p->value, p->mask, p->y.source.size, &st) ||
            !type_value_store(&p->leaf, p->expect, p->mask, p->y.source.size, &old))
            return run_error(r,
                             "%s: its bits are in no aligned word of 1 to 8 bytes: they cannot be "
                             "changed in one store; nothing was stored",
                             p->path);
        k.offset = st.offset;
        k.size = st.size;
        memcpy(k.value, st.value, sizeof k.value);
        memcpy(k.mask, st.mask, sizeof k.mask);
        memcpy(k.expect, old.value, sizeof k.expect);
    } else {
        memcpy(k.value, p->value, p->size);
        memcpy(k.expect, p->expect, p->size);
    }
    struct oserr e = seg_poke(r->seg, &k, &done);
    if (oserr_is(e))
        return run_fail(r, NULL, "store into it", e);
    if (!done.stored)
        return lost(r, p, &k, &done);
    if (p->leaf.bits == 0)
        remember(r, &k, &done);
    reply(r, p, done.old + (p->leaf.offset - k.offset), done.atomic);
    return EXIT_DONE;
}

static int store_bytes(struct command_run *r, struct typed_poke *p)
{
    size_t done = 0;
    if (p->cas)
        return run_usage(r, "--expect is for fields of 1, 2, 4 or 8 bytes");
    if (!run_keep(r, p->leaf.offset, p->size))
        return EXIT_NO;
    struct oserr e = seg_store(r->seg, p->leaf.offset, p->value, p->size, &done);
    run_keep_stored(r, 0, p->value, done, NULL);
    if (oserr_is(e))
        return run_fail_partly(r, e, done);
    reply(r, p, NULL, false);
    return EXIT_DONE;
}

int poke_typed(struct command_run *r)
{
    if (run_option(r, "as") != NULL || run_option(r, "z") != NULL)
        return run_usage(r, "--type and --as or --z do not go together");
    struct typed_poke *p = calloc(1, sizeof *p);
    if (p == NULL)
        return run_fail(r, NULL, "store into it", (struct oserr){"malloc", SEG_E_MEMORY});
    int status = EXIT_ERROR;
    if (typed_open(&p->y, r) && parse(r, p)) {
        bool word = p->leaf.bits != 0 || (word_size(p->size) && !p->leaf.text && !p->leaf.bytes);
        status = word ? store_word(r, p) : store_bytes(r, p);
    }
    free(p->value);
    typed_close(&p->y);
    free(p);
    return status;
}
