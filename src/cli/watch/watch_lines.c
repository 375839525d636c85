/* The sink of watch: prints a line for each change. */
#include <inttypes.h>

#include "cli/watch/watch.h"
#include "core/plural.h"

static void put_value(struct watch *w, const uint8_t *p, size_t n)
{
    struct out *o = w->r->env->out;
    char text[VIEW_UNIT_MAX];
    bool is_text = w->view != NULL && w->view->kind == VIEW_TEXT;
    if (w->json && is_text) {
        out_str(o, "\"");
        out_text_bytes(o, w->view, p, n, false, true);
        out_str(o, "\"");
    } else if (w->json) {
        json_value(o, w->view == NULL ? view_find("hex") : w->view, p, n);
    } else if (is_text) {
        out_text_bytes(o, w->view, p, n, true, false);
    } else if (w->view == NULL || w->view->kind == VIEW_HEX) {
        out_hex(o, p, n);
    } else {
        out_bytes(o, text, view_format(w->view, p, text));
    }
}

static void lines_change(struct watch *w, int64_t t, uint64_t offset, const uint8_t *old,
                         const uint8_t *new, size_t n)
{
    struct out *o = w->r->env->out;
    double seconds = (double)t / 1e9;
    if (w->count > 0 && w->printed >= w->count)
        return;
    w->printed++;
    if (w->r->env->written != NULL)
        atomic_store(w->r->env->written, w->printed);
    if (w->json) {
        out_print(o, "{\"t\":%.6f,\"offset\":%" PRIu64, seconds, offset);
        if (old != NULL) {
            out_str(o, ",\"old\":");
            put_value(w, old, n);
        }
        out_str(o, ",\"new\":");
        put_value(w, new, n);
        out_str(o, "}\n");
    } else {
        out_print(o, "%.6f 0x%" PRIx64 " ", seconds, offset);
        if (old == NULL)
            out_str(o, "-");
        else
            put_value(w, old, n);
        out_str(o, " ");
        put_value(w, new, n);
        out_str(o, "\n");
    }
}

static void lines_gap(struct watch *w, int64_t t, int64_t missed)
{
    double seconds = (double)t / 1e9;
    if (w->json)
        out_print(w->r->env->out, "{\"t\":%.6f,\"gap\":%.6f}\n", seconds, (double)missed / 1e9);
    else
        run_note(w->r, "%.6f sampling fell behind for %.6f s", seconds, (double)missed / 1e9);
}

static void lines_state(struct watch *w, int64_t t, const struct seg_stat *now)
{
    (void)t;
    if (now->size != w->last.size) {
        run_note(w->r, "%s to %" PRIu64 " byte%s", now->size < w->last.size ? "shrunk" : "grown",
                 now->size, plural_s(now->size));
    }
    if (now->replaced && !w->last.replaced)
        run_note(w->r, "replaced by a new segment of this name; this is still the old one");
    else if (now->name_gone && !w->last.name_gone)
        run_note(w->r, "unlinked; still watching while it is mapped");
}

static bool lines_flush(struct watch *w)
{
    return run_flush(w->r); /* if not, command_run reports why */
}

static bool lines_ended(const struct watch *w)
{
    const struct out *o = w->r->env->out;
    return (w->count > 0 && w->printed >= w->count) || o->cut || oserr_is(o->error);
}

static int lines_begin(struct watch *w)
{
    if (w->r->env->written != NULL)
        atomic_store(w->r->env->written, 0);
    return EXIT_DONE;
}

const struct watch_sink watch_lines = {
    .begin = lines_begin,
    .change = lines_change,
    .gap = lines_gap,
    .state = lines_state,
    .flush = lines_flush,
    .ended = lines_ended,
};
