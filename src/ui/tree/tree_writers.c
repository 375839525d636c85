/* W: who writes the field at the cursor. A job beside the screen, with a handle of its own, watches
 * for stores (propose/writers.h), and a page lists who made them, each with the functions that led
 * there. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/plural.h"
#include "core/text.h"
#include "propose/writers.h"
#include "ui/tree/tree.h"

enum {
    WATCH_S = 10,
    FUNCTION = 1024, /* bytes of a function's name on the page, */
    PLACE = 2112,    /* of `FILE:LINE`, */
    LINE = FUNCTION + PLACE + 256,
    LINES = WRITERS_STORES * WRITERS_FRAMES + PROPOSE_NOTES + 8,
    COMM = 64,
    ID = 24,
    WIDEST = 40 /* columns of functions, where none is longer */
};
#define NS INT64_C(1000000000)

struct writers_job {
    struct job job;
    struct backend *be;
    const struct seg_throttle *pace;
    char locator[LOCATOR_MAX];
    struct seg_id id;
    struct tree_watched field;
    /* out */
    struct writers found;
    struct oserr error;
};

/* ---- the job ---- */

static struct oserr writers_in(struct writers_job *j, struct seg *seg, const struct progress *p)
{
    struct seg_who who = {0};
    if (!seg_id_equal(seg_id_of(seg_last(seg)), j->id))
        return (struct oserr){"seg_open", SEG_E_REPLACED};
    struct oserr e = seg_who_maps(seg, j->pace, &who);
    const struct propose_ask ask = {
        .seg = seg, .who = &who, .offset = j->field.offset, .progress = p};
    if (!oserr_is(e))
        e = writers_find(j->be, &ask, j->field.size, WATCH_S * NS, &j->found);
    seg_who_free(&who);
    return e;
}

static void writers_run(struct job *job, const struct progress *p)
{
    struct writers_job *j = (struct writers_job *)job;
    struct seg *seg = NULL;
    j->error = seg_open(j->be, j->locator, SEG_READ, &seg);
    if (!oserr_is(j->error))
        j->error = writers_in(j, seg, p);
    seg_close(seg);
}

/* ---- the page ---- */

/* `put`, or where it is when its name is not known. */
static void function_text(const struct writer_frame *f, char out[FUNCTION])
{
    if (f->function[0] == '\0')
        (void)snprintf(out, FUNCTION, "0x%" PRIx64, f->address);
    else
        (void)text_escape(out, FUNCTION, f->function, strlen(f->function));
}

/* `ring.c:42`; empty: not known. */
static void place_text(const struct writer_frame *f, char out[PLACE])
{
    const char *file = text_last_part(f->file);
    size_t n = text_escape(out, PLACE, file, strlen(file));
    if (f->line != 0 && n < PLACE)
        (void)snprintf(out + n, PLACE - n, ":%" PRIu32, f->line);
}

static void comm_text(const struct field_writer *w, char out[COMM + 1])
{
    (void)text_escape(out, COMM + 1, w->comm, strlen(w->comm));
}

struct widths {
    int id, comm, function;
};

static int wider(int columns, const char *text)
{
    int n = canvas_width(text);
    return n > columns ? n : columns;
}

static void id_text(const struct field_writer *w, char out[ID])
{
    (void)snprintf(out, ID, "%" PRIu32 "/%" PRIu32, w->pid, w->tid);
}

/* ` (kernel)` after the function that called it. */
static void kernel_text(const struct field_writer *w, char function[FUNCTION])
{
    size_t n = strlen(function);
    if (w->kernel && n < FUNCTION)
        (void)snprintf(function + n, FUNCTION - n, " (kernel)");
}

static struct widths widths_of(const struct writers *found)
{
    struct widths of = {7, 4, 8};
    char id[ID], comm[COMM + 1], function[FUNCTION];
    for (size_t i = 0; i < found->count; i++) {
        id_text(&found->row[i], id);
        comm_text(&found->row[i], comm);
        of.id = wider(of.id, id);
        of.comm = wider(of.comm, comm);
        for (size_t k = 0; k < found->row[i].frames; k++) {
            function_text(&found->row[i].frame[k], function);
            if (k == 0)
                kernel_text(&found->row[i], function);
            int n = canvas_width(function) + (k > 0 ? 2 : 0);
            of.function = n > of.function && n <= WIDEST ? n : of.function;
        }
    }
    return of;
}

/* Adds a line of columns; the page has room for all. */
static void add_row(char **at, const struct widths *of, const char *stores, const char *id,
                    const char *comm, const char *function, const char *place)
{
    int gap[] = {of->id - canvas_width(id), of->comm - canvas_width(comm),
                 of->function - canvas_width(function)};
    *at += snprintf(*at, LINE, "%6s  %s%*s  %s%*s  %s%*s  %s\n", stores, id, gap[0], "", comm,
                    gap[1], "", function, gap[2] > 0 ? gap[2] : 0, "", place);
}

static void add_writer(char **at, const struct widths *of, const struct field_writer *w)
{
    char stores[16], id[ID], comm[COMM + 1], function[FUNCTION + 2] = "  ", place[PLACE];
    (void)snprintf(stores, sizeof stores, "%u", w->stores);
    id_text(w, id);
    comm_text(w, comm);
    if (w->frames == 0)
        add_row(at, of, stores, id, comm, "?", "");
    for (size_t k = 0; k < w->frames; k++) {
        function_text(&w->frame[k], function + 2);
        place_text(&w->frame[k], place);
        if (k == 0)
            kernel_text(w, function + 2);
        if (k == 0)
            add_row(at, of, stores, id, comm, function + 2, place);
        else /* the one that called it */
            add_row(at, of, "", "", "", function, place);
    }
}

/* What was watched, who stored, and what is not known. NULL: out of memory. */
static char *page_of(const struct writers_job *j)
{
    const struct writers *found = &j->found;
    const struct widths of = widths_of(found);
    char *page = malloc((size_t)LINES * LINE), *at = page;
    if (page == NULL)
        return NULL;
    at += snprintf(at, LINE, "%s: %u %s in %.3f s\n\n", j->field.path, found->stores,
                   found->stores == 1 ? "store" : "stores", (double)found->took / (double)NS);
    add_row(&at, &of, "STORES", "PID/TID", "COMM", "FUNCTION", "FILE:LINE");
    bool deep = false;
    for (size_t i = 0; i < found->count; i++) {
        add_writer(&at, &of, &found->row[i]);
        deep = deep || found->row[i].frames == WRITERS_FRAMES;
    }
    at += snprintf(at, LINE, "\n");
    if (found->stopped)
        at += snprintf(at, LINE, "It was stopped before its time: these were seen until then.\n");
    if (found->stores == WRITERS_STORES)
        at += snprintf(at, LINE, "It ended after %d stores: who stores rarely may be missing.\n",
                       (int)WRITERS_STORES);
    if (deep)
        at += snprintf(at, LINE, "Callers are listed up to the %dth.\n", WRITERS_FRAMES - 1);
    if (found->bytes < j->field.size)
        at += snprintf(at, LINE, "Watched were the first %" PRIu64 " of its %" PRIu64 " bytes.\n",
                       found->bytes, j->field.size);
    for (size_t i = 0; i < found->notes.notes; i++)
        at += snprintf(at, LINE, "%s\n", found->notes.note[i]);
    return page;
}

/* Nobody was seen: that is said in the status line, with what may be the reason. */
static void say_nobody(struct ui *ui, const struct writers_job *j)
{
    const struct proposals *p = &j->found.notes;
    char part[64] = "";
    if (j->found.bytes < j->field.size)
        (void)snprintf(part, sizeof part, " (its first %" PRIu64 " byte%s)", j->found.bytes,
                       plural_s(j->found.bytes));
    if (!j->found.watched)
        ui_say(ui, STYLE_WARN, "%s", p->notes > 0 ? p->note[0] : "stores cannot be watched");
    else
        ui_say(ui, p->notes > 0 ? STYLE_WARN : STYLE_TEXT, "nobody stored there in %.3g s%s: %s",
               (double)j->found.took / (double)NS, part,
               p->notes > 0      ? p->note[0]
               : j->found.kernel ? "nor did the kernel for a call of theirs"
                                 : "what the kernel stores, for a read(), only root can see");
}

static void show(struct ui *ui, const struct writers_job *j)
{
    const struct field_writer *first = j->found.row;
    char comm[COMM + 1], again[64];
    if (j->found.count == 0) {
        say_nobody(ui, j);
        return;
    }
    char *page = page_of(j);
    bool opens = page != NULL && tree_can_open(ui);
    comm_text(first, comm);
    ui_say(ui, STYLE_TEXT, "%u of %u store%s %s of %s (%" PRIu32 ")%s", first->stores,
           j->found.stores, plural_s(j->found.stores),
           j->found.stores == 1 ? "was that" : "were those", comm, first->pid,
           opens ? "" : ui_hint(ui, ": {tree writers} looks again", again, sizeof again));
    if (opens)
        pager_open(&ui->host, "who writes this field", page, false);
    free(page);
}

static void writers_done(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct writers_job *j = (struct writers_job *)job;
    if (ui->tree != NULL)
        ui->tree->watching = false;
    if (ui->tree != NULL && strcmp(j->locator, ui->s.locator) == 0) {
        if ((job->cancelled && j->found.count == 0) || j->error.code == SEG_E_STOPPED)
            ui_say(ui, STYLE_WARN, "cancelled: stores are not watched any more");
        else if (oserr_is(j->error))
            ui_say_error(ui, "writers", j->error);
        else
            show(ui, j);
    }
    writers_free(&j->found);
    free(j);
}

/* ---- the key ---- */

static void post(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    struct writers_job *j = ui->s.walker != NULL ? calloc(1, sizeof *j) : NULL;
    if (j == NULL) {
        ui_say(ui, STYLE_ERROR, "stores cannot be watched here");
        return;
    }
    j->job = (struct job){.run = writers_run, .finish = writers_done};
    j->be = ui->s.be;
    j->pace = walker_pace(ui->s.walker);
    j->id = ui->s.id;
    j->field = st->watched;
    memcpy(j->locator, ui->s.locator, sizeof j->locator);
    st->watching = true;
    calls_section(ui, "watching who stores into a field");
    ui_say(ui, STYLE_TEXT, "watching who stores there, for up to %d s (Esc stops it)", WATCH_S);
    worker_post(walker_worker(ui->s.walker), &j->job);
}

static void allowed(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    if (strcmp(text, "y") != 0)
        return;
    ui->tree->writers_allowed = true;
    post(ui);
}

void tree_writers(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    struct type_row row;
    char path[TREE_NAME];
    if (session_recorded(&ui->s)) {
        ui_say(ui, STYLE_WARN, "not available in a recording: nobody stores into it any more");
    } else if (ui->s.past != 0) {
        ui_say(ui, STYLE_WARN, "not available in the past: who stores is seen while it happens");
    } else if (st->watching) {
        ui_say(ui, STYLE_TEXT, "still watching who stores there (Esc stops it)");
    } else if (!tree_cursor(ui, &row) || row.node.size == 0) {
        ui_say(ui, STYLE_WARN, "no field is at the cursor");
    } else {
        st->watched.offset = row.node.offset;
        st->watched.size = row.node.size;
        (void)tree_path(ui, &row.way, path, sizeof path);
        (void)text_escape(st->watched.path, sizeof st->watched.path, path, strlen(path));
        if (st->writers_allowed)
            post(ui);
        else
            prompt_confirm(&ui->host,
                           "watch for stores for up to 10 s? That slows its writers a little",
                           allowed, NULL);
    }
}
