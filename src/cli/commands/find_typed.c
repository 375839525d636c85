/* find --type: the fields whose value is PATTERN. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands/typed.h"
#include "core/type/value.h"

struct typed_find {
    struct typed y;
    struct type_walk walk;
    char path[PATH_TEXT_MAX];
    uint8_t bytes[TYPE_TEXT_MAX], value[TYPE_TEXT_MAX], mask[TYPE_TEXT_MAX];
    uint64_t count, most, unknown;
    bool json, read_once; /* PATTERN was a value of some field's type */
};

/* Texts are equal up to their NUL; of a bitfield its own bits count. */
static bool equal(struct typed_find *f, const struct type_node *leaf)
{
    struct type_value a, b;
    size_t n = (size_t)leaf->size;
    type_value_get(&f->y.source, leaf, f->bytes, &a);
    type_value_get(&f->y.source, leaf, f->value, &b);
    if (a.kind != VALUE_BYTES)
        return type_value_compare(&a, &b) == 0;
    for (size_t i = 0; leaf->text && i < n; i += (size_t)leaf->stride) {
        static const uint8_t nul[4];
        size_t unit = (size_t)leaf->stride;
        if (memcmp(f->bytes + i, f->value + i, unit) != 0)
            return false;
        if (memcmp(f->bytes + i, nul, unit) == 0)
            return true;
    }
    return memcmp(f->bytes, f->value, n) == 0;
}

static void print(struct typed_find *f, const struct type_node *leaf)
{
    struct out *o = f->y.r->env->out;
    (void)type_walk_path(&f->walk, "", f->path, sizeof f->path);
    if (f->json) {
        out_print(o, "{\"offset\":%" PRIu64 ",\"length\":%" PRIu64 ",\"path\":", leaf->offset,
                  leaf->size);
        out_json(o, f->path);
        out_str(o, "}\n");
    } else {
        out_print(o, "0x%" PRIx64 " ", leaf->offset);
        out_str(o, f->path);
        out_str(o, "\n");
    }
    f->count++;
}

static int search(struct typed_find *f)
{
    struct command_run *r = f->y.r;
    char why[TYPE_WHY_MAX] = "";
    type_walk_start(&f->walk, &f->y.source, &f->y.root, false);
    while (f->count < f->most && type_walk_next(&f->walk)) {
        const struct type_node *leaf = &f->walk.leaf.node;
        if (!progress_yield(r->env->progress, leaf->offset, f->y.source.size))
            return EXIT_STOPPED;
        if (r->env->out->cut || oserr_is(r->env->out->error))
            break;
        if (leaf->size > TYPE_TEXT_MAX ||
            !type_value_parse(&f->y.source, leaf, r->word[0], f->value, f->mask, why))
            continue;
        f->read_once = true;
        bool known = typed_read(&f->y, leaf, f->bytes);
        if (oserr_is(f->y.error))
            return run_fail(r, NULL, "read it", f->y.error);
        f->unknown += !known;
        if (known && equal(f, leaf))
            print(f, leaf);
    }
    if (!f->read_once)
        return run_error(r, "PATTERN: the value of no field of %s%s%s", f->y.name,
                         why[0] != '\0' ? ": " : "", why);
    return f->count > 0 ? EXIT_DONE : EXIT_NO;
}

int find_typed(struct command_run *r)
{
    if (run_option(r, "as") != NULL || run_option(r, "regex") != NULL)
        return run_usage(r, "--type and --as or --regex do not go together");
    struct typed_find *f = calloc(1, sizeof *f);
    if (f == NULL)
        return run_fail(r, NULL, "search it", (struct oserr){"malloc", SEG_E_MEMORY});
    f->most = UINT64_MAX;
    f->json = run_option(r, "json") != NULL;
    int status = EXIT_ERROR;
    if (run_at(r, "at", r->seg, NULL) && run_count_option(r, "count", &f->most) &&
        typed_open(&f->y, r))
        status = search(f);
    if (f->unknown > 0)
        run_note(r, "%" PRIu64 " field%s not known%s: nothing is found %s", f->unknown,
                 f->unknown == 1 ? " is" : "s are", r->env->when != NULL ? r->env->when : "",
                 f->unknown == 1 ? "there" : "in them");
    typed_close(&f->y);
    free(f);
    return status;
}
