/* peek --type: a leaf a line, or all of them as one JSON object. */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/commands/typed.h"
#include "core/plural.h"

struct typed_peek {
    struct typed y;
    struct typed_choice choice;
    struct type_walk walk;
    bool json, all, unsettled;
    uint64_t printed, unknown;
    char prefix[PATH_TEXT_MAX], path[PATH_TEXT_MAX];
    uint8_t bytes[TYPE_TEXT_MAX];
};

/* Which ends of a ring are at the element that the last leaf starts; "": none. */
static const char *ring_ends(const struct typed_peek *p)
{
    uint64_t offset = p->walk.leaf.node.offset;
    unsigned ring = p->walk.leaf.node.ring;
    for (int i = 0; i < p->walk.depth; i++)
        if (p->walk.frame[i].node.offset == offset)
            ring |= p->walk.frame[i].node.ring;
    bool head = (ring & RING_HEAD) != 0, tail = (ring & RING_TAIL) != 0;
    return head && tail ? "head,tail" : head ? "head" : tail ? "tail" : "";
}

static void print_text(struct typed_peek *p, const struct type_node *leaf, bool known)
{
    struct out *o = p->y.r->env->out;
    out_print(o, "0x%" PRIx64 " ", leaf->offset);
    out_str(o, p->path);
    out_str(o, p->path[0] != '\0' ? " " : "");
    if (leaf->kind == NODE_PADDING)
        out_print(o, "%" PRIu64 " byte%s of padding", leaf->size, plural_s(leaf->size));
    else if (known)
        typed_text_value(&p->y, leaf, p->bytes, o);
    else
        out_str(o, "?");
    const char *ends = ring_ends(p);
    out_str(o, ends[0] != '\0' ? " <- " : "");
    out_str(o, ends);
    out_str(o, "\n");
}

static void print_json(struct typed_peek *p, const struct type_node *leaf, bool known)
{
    struct out *o = p->y.r->env->out;
    char type[256];
    bool sliced = (leaf->text || leaf->bytes) && leaf->type == leaf->item;
    (void)types_spell(p->y.t, leaf->type, type, sizeof type);
    out_str(o, p->printed == 0 ? "{\"path\":" : ",{\"path\":");
    out_json(o, p->path);
    out_print(o, ",\"offset\":%" PRIu64 ",\"size\":%" PRIu64 ",\"type\":", leaf->offset,
              leaf->size);
    if (leaf->kind == NODE_PADDING) {
        out_str(o, "\"padding\"}");
        return;
    }
    out_str(o, "\"");
    out_json_part(o, type, strlen(type));
    if (sliced)
        out_print(o, "[%" PRIu64 "]", leaf->count);
    out_str(o, "\"");
    if (leaf->bits != 0)
        out_print(o, ",\"bit\":%u,\"bits\":%u", leaf->bit, leaf->bits);
    if (known) {
        out_str(o, ",\"value\":");
        typed_json_value(&p->y, leaf, p->bytes, true);
    }
    const char *ends = ring_ends(p);
    if (ends[0] != '\0')
        out_print(o, ",\"ring\":\"%s\"", ends);
    out_str(o, "}");
}

/* All leaves of one node. An exit status. */
static int print_node(struct typed_peek *p, const struct type_node *n)
{
    struct command_run *r = p->y.r;
    typed_walk(&p->y, &p->choice, n, p->all, &p->walk);
    while (type_walk_next(&p->walk)) {
        const struct type_node *leaf = &p->walk.leaf.node;
        bool pointer = types_get(p->y.t, leaf->real)->kind == TYPE_POINTER;
        if (leaf->kind == NODE_LEAF && pointer)
            typed_map(&p->y);
        int held = typed_hold(&p->y, leaf, n->offset, n->offset + n->size);
        if (held != EXIT_DONE && held != EXIT_NO)
            return held;
        p->unsettled = p->unsettled || held == EXIT_NO;
        bool known = leaf->kind == NODE_LEAF && typed_read(&p->y, leaf, p->bytes);
        if (oserr_is(p->y.error))
            return run_fail(r, NULL, "read it", p->y.error);
        p->unknown += leaf->kind == NODE_LEAF && !known;
        (void)type_walk_path(&p->walk, p->prefix, p->path, sizeof p->path);
        if (p->json)
            print_json(p, leaf, known);
        else
            print_text(p, leaf, known);
        p->printed++;
        if (r->env->out->cut || oserr_is(r->env->out->error))
            return EXIT_DONE;
        if (!progress_yield(r->env->progress, leaf->offset, p->y.source.size))
            return EXIT_STOPPED;
    }
    return EXIT_DONE;
}

static bool json_head(struct typed_peek *p)
{
    struct out *o = p->y.r->env->out;
    char *locator = malloc((size_t)4 * LOCATOR_MAX);
    if (locator == NULL)
        return false;
    (void)locator_shown(p->y.r->raw, locator, (size_t)4 * LOCATOR_MAX);
    out_str(o, "{\"format\":1,\"locator\":");
    out_json(o, locator);
    free(locator);
    out_print(o, ",\"offset\":%" PRIu64 ",\"type\":", p->y.root.offset);
    out_json(o, p->y.name);
    out_print(o, ",\"size\":%" PRIu64 ",\"source\":", p->y.root.size);
    typed_json_source(&p->y, o);
    out_str(o, ",\"fields\":[");
    return true;
}

/* Part of the type is not there: as with a range past the end. */
static int past_end(const struct typed_peek *p, const struct type_node *n)
{
    uint64_t size = p->y.source.size;
    uint64_t left = n->offset < size ? size - n->offset : 0;
    if (n->size <= left || p->choice.by_offset)
        return EXIT_DONE;
    return run_error(
        p->y.r, "%s reaches %" PRIu64 " byte%s past the end: the segment has %" PRIu64 " byte%s",
        p->prefix[0] != '\0' ? p->prefix : p->y.name, n->size - left, plural_s(n->size - left),
        size, plural_s(size));
}

static int print_all(struct typed_peek *p)
{
    struct type_node n;
    bool failed = false;
    int status = EXIT_DONE, late = EXIT_DONE;
    uint64_t nodes = 0;
    while (status == EXIT_DONE && typed_next(&p->y, &p->choice, &n, p->prefix, &failed)) {
        if (nodes++ == 0 && p->json && !json_head(p))
            return run_fail(p->y.r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
        status = print_node(p, &n);
        if (status == EXIT_DONE && late == EXIT_DONE)
            late = past_end(p, &n);
    }
    if (nodes > 0 && p->json)
        out_str(p->y.r->env->out, "]}\n");
    if (nodes == 0 && !failed)
        return run_error(p->y.r, "PATH: there is no such element");
    if (p->printed == 0 && p->choice.by_offset && status == EXIT_DONE)
        return run_error(p->y.r, "OFFSET: no field of %s is at 0x%" PRIx64, p->y.name,
                         p->choice.from);
    return failed                ? EXIT_ERROR
           : status != EXIT_DONE ? status
           : late != EXIT_DONE   ? late
           : p->unsettled        ? EXIT_NO
                                 : EXIT_DONE;
}

int peek_typed(struct command_run *r)
{
    static const char *const others[] = {"as", "raw", "settled", "seqlock"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (run_option(r, others[i]) != NULL)
            return run_usage(r, "--type and --%s do not go together", others[i]);
    if (!run_at(r, "at", r->seg, NULL))
        return EXIT_ERROR;
    struct typed_peek *p = calloc(1, sizeof *p);
    if (p == NULL)
        return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
    p->json = run_option(r, "json") != NULL;
    p->all = run_option(r, "all") != NULL;
    int status = EXIT_ERROR;
    if (typed_open(&p->y, r) && typed_choose(&p->y, r->words > 0 ? r->word[0] : NULL,
                                             r->words > 1 ? r->word[1] : NULL, &p->choice))
        status = print_all(p);
    if (status == EXIT_DONE && p->unknown > 0)
        run_note(r, "%" PRIu64 " field%s not known%s (?)", p->unknown,
                 p->unknown == 1 ? " is" : "s are", r->env->when != NULL ? r->env->when : "");
    typed_close(&p->y);
    free(p);
    return status;
}
