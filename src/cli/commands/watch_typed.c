/* watch --type: the bytes of the chosen fields are sampled into a private copy, and where they
 * differ from the last sample the leaves that touch the difference are compared and printed. The
 * fields are laid out by the newest sample, so that a table that grows shows its new elements. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/typed.h"
#include "cli/watch/watch.h"
#include "core/type/value.h"

enum { SPAN_MAX = 16 << 20, GRAIN = 256, NODES_MAX = 1024 };

struct typed_watch {
    struct typed y;
    struct typed_choice choice;
    struct type_walk walk;
    struct watch options; /* --hz, --for, --count */
    struct {
        struct type_node n;
        char *path;
    } node[NODES_MAX];
    size_t nodes;
    uint64_t from, to; /* of the segment: what is sampled */
    uint8_t *old, *new;
    uint64_t have, had; /* bytes of the newest sample and of the one before, from `from` on */
    bool json, told;
    uint64_t printed;
    char path[PATH_TEXT_MAX];
};

/* Bytes of the newest sample for the layout. */
static bool sample_read(void *ctx, uint64_t offset, void *p, size_t n)
{
    struct typed_watch *w = ctx;
    if (offset < w->from || offset - w->from > w->have || n > w->have - (offset - w->from))
        return false;
    memcpy(p, w->new + (offset - w->from), n);
    return true;
}

/* The fields that are chosen, and the bytes that they lie in. */
static bool collect(struct typed_watch *w)
{
    struct command_run *r = w->y.r;
    bool failed = false;
    struct type_node n;
    w->from = UINT64_MAX;
    while (typed_next(&w->y, &w->choice, &n, w->path, &failed)) {
        if (w->nodes == NODES_MAX) {
            (void)run_error(r, "PATH: more than %d fields at once: watch what they are in",
                            (int)NODES_MAX);
            return false;
        }
        w->node[w->nodes].n = n;
        w->node[w->nodes++].path = strdup(w->path);
        typed_walk(&w->y, &w->choice, &n, false, &w->walk);
        while (type_walk_next(&w->walk)) {
            const struct type_node *leaf = &w->walk.leaf.node;
            uint64_t end = leaf->offset + leaf->size;
            w->from = leaf->offset < w->from ? leaf->offset : w->from;
            w->to = end > w->to ? end : w->to;
            if (!progress_yield(r->env->progress, leaf->offset, w->y.source.size))
                return false;
        }
    }
    if (failed)
        return false;
    if (w->to <= w->from) {
        (void)run_error(r, "PATH: there is nothing to watch");
        return false;
    }
    if (w->to - w->from > SPAN_MAX) {
        (void)run_error(r, "the fields are spread over more than 16 MiB: watch a part, by a PATH");
        return false;
    }
    return true;
}

/* Reads all of it. An exit status. */
static int sample(struct typed_watch *w)
{
    uint64_t n = w->to - w->from;
    w->had = w->have;
    w->have = 0;
    while (w->have < n) {
        size_t got = 0, some = n - w->have < SEG_SMALL ? (size_t)(n - w->have) : SEG_SMALL;
        struct oserr e = seg_read(w->y.r->seg, w->from + w->have, w->new + w->have, some, &got);
        if (oserr_is(e) && e.code != SEG_E_BEYOND)
            return run_fail(w->y.r, NULL, "read it", e);
        if (oserr_is(e) || got == 0)
            break;
        w->have += got;
    }
    return EXIT_DONE;
}

static void print(struct typed_watch *w, int64_t t, const struct type_node *leaf)
{
    struct out *o = w->y.r->env->out;
    const uint8_t *old = w->old + (leaf->offset - w->from),
                  *new = w->new + (leaf->offset - w->from);
    double seconds = (double)t / 1e9;
    w->printed++;
    if (!w->json) {
        out_print(o, "%.6f 0x%" PRIx64 " ", seconds, leaf->offset);
        out_str(o, w->path);
        out_str(o, " ");
        typed_text_value(&w->y, leaf, old, o);
        out_str(o, " ");
        typed_text_value(&w->y, leaf, new, o);
        out_str(o, "\n");
        return;
    }
    out_print(o, "{\"t\":%.6f,\"offset\":%" PRIu64 ",\"path\":", seconds, leaf->offset);
    out_json(o, w->path);
    out_str(o, ",\"old\":");
    typed_json_value(&w->y, leaf, old, false);
    out_str(o, ",\"new\":");
    typed_json_value(&w->y, leaf, new, true);
    out_str(o, "}\n");
}

static bool enough(const struct typed_watch *w)
{
    const struct out *o = w->y.r->env->out;
    return (w->options.count > 0 && w->printed >= w->options.count) || o->cut || oserr_is(o->error);
}

static bool differs(const struct typed_watch *w, const struct type_node *leaf)
{
    if (leaf->offset < w->from || leaf->offset + leaf->size > w->from + w->have ||
        leaf->offset + leaf->size > w->from + w->had)
        return false;
    const uint8_t *old = w->old + (leaf->offset - w->from),
                  *new = w->new + (leaf->offset - w->from);
    if (leaf->bits == 0)
        return memcmp(old, new, (size_t)leaf->size) != 0;
    struct type_value a, b;
    type_value_get(&w->y.source, leaf, old, &a);
    type_value_get(&w->y.source, leaf, new, &b);
    return a.bits != b.bits;
}

/* The leaves that touch [from, to) and were not compared yet: those that start in an earlier piece
 * that differed were. */
static void compare_piece(struct typed_watch *w, int64_t t, uint64_t from, uint64_t to,
                          uint64_t compared)
{
    for (size_t i = 0; i < w->nodes && !enough(w); i++) {
        type_walk_start(&w->walk, &w->y.source, &w->node[i].n, false);
        type_walk_clip(&w->walk, from, to);
        while (!enough(w) && type_walk_next(&w->walk)) {
            const struct type_node *leaf = &w->walk.leaf.node;
            bool outside = w->choice.by_offset && (leaf->offset >= w->choice.to ||
                                                   leaf->offset + leaf->size <= w->choice.from);
            bool done = leaf->offset < compared;
            if (outside || done || !differs(w, leaf))
                continue;
            (void)type_walk_path(&w->walk, w->node[i].path, w->path, sizeof w->path);
            print(w, t, leaf);
        }
    }
}

static void compare(struct typed_watch *w, int64_t t)
{
    uint64_t n = w->have < w->had ? w->have : w->had, at = 0, compared = 0;
    while (at < n && !enough(w)) {
        uint64_t end = at + GRAIN < n ? at + GRAIN : n;
        if (memcmp(w->old + at, w->new + at, (size_t)(end - at)) == 0) {
            at = end;
            continue;
        }
        uint64_t from = at;
        while (end < n &&
               memcmp(w->old + end, w->new + end, n - end < GRAIN ? n - end : GRAIN) != 0)
            end = end + GRAIN < n ? end + GRAIN : n;
        compare_piece(w, t, w->from + from, w->from + end, compared);
        at = end;
        compared = w->from + end;
    }
}

/* What happened to the segment itself, reported once. */
static void look_at_state(struct typed_watch *w)
{
    struct seg_stat st;
    if (oserr_is(seg_refresh(w->y.r->seg, &st)))
        return;
    w->y.source.size = st.size;
    if ((st.replaced || st.name_gone) && !w->told) {
        run_note(w->y.r, st.replaced
                             ? "replaced by a new segment of this name; this is still the old one"
                             : "unlinked; still watching while it is mapped");
        w->told = true;
    }
}

static int loop(struct typed_watch *w)
{
    int64_t start = os_now(), due = start;
    int64_t stop = w->options.duration < 0 ? INT64_MAX : start + w->options.duration;
    int status = sample(w);
    while (status == EXIT_DONE && !enough(w)) {
        uint8_t *spare = w->old;
        int64_t now = os_now();
        if (!run_flush(w->y.r))
            return EXIT_DONE;
        if (now >= stop)
            return EXIT_NO;
        due = due + w->options.period > now ? due + w->options.period : now;
        if (os_stop_asked() || !progress_sleep(w->y.r->env->progress, due < stop ? due : stop))
            return w->y.r->env->ui || os_stop_signal() == 2 ? EXIT_DONE : EXIT_STOPPED;
        w->old = w->new;
        w->new = spare;
        look_at_state(w);
        status = sample(w);
        compare(w, os_now() - start);
    }
    return status;
}

static int run(struct typed_watch *w)
{
    struct command_run *r = w->y.r;
    if (!typed_choose(&w->y, r->words > 0 ? r->word[0] : NULL, r->words > 1 ? r->word[1] : NULL,
                      &w->choice) ||
        !collect(w))
        return EXIT_ERROR;
    w->old = malloc((size_t)(w->to - w->from));
    w->new = malloc((size_t)(w->to - w->from));
    if (w->old == NULL || w->new == NULL)
        return run_fail(r, NULL, "watch it", (struct oserr){"malloc", SEG_E_MEMORY});
    w->y.source.read = sample_read;
    w->y.source.ctx = w;
    int status = loop(w);
    return status == EXIT_NO && w->options.count == 0 ? EXIT_DONE : status;
}

int watch_typed(struct command_run *r)
{
    if (run_option(r, "as") != NULL || run_option(r, "cpu") != NULL)
        return run_usage(r, "--type and --as or --cpu do not go together");
    if (seg_kind(r->seg) == SEG_REC)
        return run_error(r, "--type does not watch recordings: peek --at shows their fields");
    struct typed_watch *w = calloc(1, sizeof *w);
    if (w == NULL)
        return run_fail(r, NULL, "watch it", (struct oserr){"malloc", SEG_E_MEMORY});
    w->json = run_option(r, "json") != NULL;
    int status = EXIT_ERROR;
    if (watch_options(r, &w->options) && run_count_option(r, "count", &w->options.count) &&
        typed_open(&w->y, r))
        status = run(w);
    for (size_t i = 0; i < w->nodes; i++)
        free(w->node[i].path);
    free(w->old);
    free(w->new);
    typed_close(&w->y);
    free(w);
    return status;
}
