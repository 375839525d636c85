/* Types for the tree: files that the user named, then the layouts that are known without being
 * named. They are read by a job, since a file may be slow; a second job, on the sampler's thread,
 * finds out which of them lie in the segment. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/number.h"
#include "core/type/abi.h"
#include "core/type/parse.h"
#include "core/type/spec.h"
#include "layouts/layouts.h"
#include "layouts/type_file.h"
#include "propose/propose.h"
#include "types/types.h"
#include "ui/frame/actions.h"
#include "ui/tree/tree.h"

enum { FILES_MAX = 32 };

struct tree_stock {
    int users;               /* the UI's thread counts */
    struct types *own;       /* of the files that were named */
    struct layouts *layouts; /* NULL: none could be read */
    char *file[FILES_MAX];   /* raw paths */
    size_t files;
    char *text;                 /* that was given instead; NULL: none */
    struct types_answer *debug; /* types of programs */
    size_t debugs;
    struct proposals found;
    struct tree_stock *of; /* whose types some of those are; NULL: none */
};

void tree_stock_keep(struct tree_stock *s)
{
    s->users++;
}

void tree_stock_drop(struct tree_stock *s)
{
    if (s == NULL || --s->users > 0)
        return;
    types_free(s->own);
    layouts_free(s->layouts);
    for (size_t i = 0; i < s->files; i++)
        free(s->file[i]);
    free(s->text);
    for (size_t i = 0; i < s->debugs; i++)
        types_answer_free(&s->debug[i]);
    free(s->debug);
    proposals_free(&s->found);
    tree_stock_drop(s->of);
    free(s);
}

struct tree_stock *tree_stock_list(struct tree_stock *of)
{
    struct tree_stock *s = tree_stock_of(NULL);
    if (s == NULL)
        return NULL;
    s->of = of;
    tree_stock_keep(of);
    return s;
}

const struct types *tree_stock_own(const struct tree_stock *s)
{
    return s->own;
}

size_t tree_stock_layouts(const struct tree_stock *s)
{
    return s != NULL && s->layouts != NULL ? s->layouts->count : 0;
}

struct proposals *tree_stock_proposals(struct tree_stock *s)
{
    return &s->found;
}

void tree_stock_found(struct tree_stock *s, struct proposals *found)
{
    proposals_free(&s->found);
    s->found = *found;
}

bool tree_stock_debug(struct tree_stock *s, struct types_answer *a)
{
    struct types_answer *more = realloc(s->debug, (s->debugs + 1) * sizeof *more);
    if (more == NULL) {
        types_answer_free(a);
        return false;
    }
    s->debug = more;
    s->debug[s->debugs++] = *a;
    return true;
}

struct tree_stock *tree_stock_of(struct types *own)
{
    struct tree_stock *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->users = 1;
    s->own = own;
    return s;
}

/* ---- reading files ---- */

struct read_job {
    struct job job;
    struct tree_stock *stock; /* out: with its types */
    char why[TYPE_WHY_MAX];   /* out: not empty: what is wrong */
};

static bool read_types(struct read_job *j, const char *path)
{
    char *text = NULL;
    size_t n = 0;
    struct oserr e = type_file_read(path, &text, &n);
    if (oserr_is(e)) {
        char shown[160];
        (void)text_escape(shown, sizeof shown, path, strlen(path));
        (void)snprintf(j->why, sizeof j->why, "%s: %s", shown, type_file_cannot(e));
        return false;
    }
    bool good = types_parse(j->stock->own, path, text, n, j->why);
    free(text);
    return good;
}

static void read_run(struct job *job, const struct progress *p)
{
    struct read_job *j = (struct read_job *)job;
    struct tree_stock *s = j->stock;
    (void)p;
    s->own = types_new(type_abi_machine(), false);
    if (s->own == NULL) {
        (void)snprintf(j->why, sizeof j->why, "out of memory");
        return;
    }
    bool good = s->text == NULL || types_parse(s->own, "types", s->text, strlen(s->text), j->why);
    for (size_t i = 0; i < s->files && good; i++)
        good = read_types(j, s->file[i]);
    if (good && oserr_is(layouts_load(&s->layouts)))
        s->layouts = NULL;
}

/* They were read: places what was asked for, or what fits. */
static void use_types(struct ui *ui)
{
    if (ui->s.locator[0] == '\0') /* later, when a segment is open */
        return;
    if (ui->tree->declare[0] != '\0')
        tree_declare(ui, ui->tree->declare);
    else if (!tree_recall_next(ui))
        tree_place(ui);
}

static void read_done(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct tree_state *st = ui->tree;
    struct read_job *j = (struct read_job *)job;
    if (st != NULL && !job->cancelled && j->why[0] == '\0') {
        tree_stock_drop(st->stock);
        st->stock = j->stock;
        st->reading = false;
        use_types(ui);
    } else {
        if (st != NULL) {
            st->reading = st->show = false;
            if (st->stock != NULL)
                st->declare[0] = '\0';
            ui_say(ui, STYLE_ERROR, "%s", job->cancelled ? "cancelled" : j->why);
        }
        tree_stock_drop(j->stock);
    }
    free(j);
}

static bool add_file(struct tree_stock *s, const char *path)
{
    if (s->files == FILES_MAX)
        return false;
    size_t n = strlen(path) + 1;
    s->file[s->files] = malloc(n);
    if (s->file[s->files] == NULL)
        return false;
    memcpy(s->file[s->files++], path, n);
    return true;
}

/* Takes the stock. */
static void read_stock(struct ui *ui, struct tree_stock *s)
{
    static const struct progress no_progress = {0};
    struct tree_state *st = ui->tree;
    struct read_job *j = s == NULL || st->reading ? NULL : calloc(1, sizeof *j);
    if (j == NULL) {
        ui_say(ui, STYLE_ERROR, st->reading ? "types are being read" : "out of memory");
        tree_stock_drop(s);
        return;
    }
    *j = (struct read_job){.job = {.run = read_run, .finish = read_done}, .stock = s};
    st->reading = true;
    if (ui->s.walker != NULL) {
        worker_post(walker_worker(ui->s.walker), &j->job);
    } else { /* tests */
        read_run(&j->job, &no_progress);
        read_done(&j->job, ui);
    }
}

void tree_read(struct ui *ui, const char *const *file, size_t n)
{
    struct tree_stock *s = tree_stock_of(NULL);
    bool good = true;
    for (size_t i = 0; s != NULL && i < n && good; i++)
        good = add_file(s, file[i]);
    if (!good)
        ui_say(ui, STYLE_WARN, "only %zu files are read", s->files);
    read_stock(ui, s);
}

struct tree_stock *tree_stock_now(struct ui *ui)
{
    if (ui->tree->stock != NULL)
        tree_stock_keep(ui->tree->stock);
    return ui->tree->stock;
}

void tree_return(struct ui *ui, struct tree_stock *before)
{
    struct tree_state *st = ui->tree;
    tree_forget(ui);
    tree_forget_aside(ui);
    if (before == NULL || st->reading) {
        tree_stock_drop(before);
        tree_read(ui, NULL, 0);
    } else {
        tree_stock_drop(st->stock);
        st->stock = before;
    }
}

bool tree_read_text(struct ui *ui, const char *text)
{
    if (ui->tree->reading)
        return false;
    struct tree_stock *s = tree_stock_of(NULL);
    if (s != NULL)
        s->text = strdup(text);
    read_stock(ui, s);
    return true;
}

/* ---- what lies where ---- */

struct place_job {
    struct tree_stock *stock;
    /* out */
    const struct types *t; /* NULL: nothing fits */
    char name[64];         /* of the layout; empty: the files that were named */
    struct type_placed placed[ROWS_ROOTS_MAX];
    size_t n, others; /* types of other layouts that would fit as well */
    struct oserr error;
};

static bool read_segment(void *ctx, uint64_t offset, void *p, size_t n)
{
    size_t got = 0;
    return !oserr_is(seg_read(ctx, offset, p, n, &got)) && got == n;
}

static void add_place(struct place_job *j, const struct type_place *place,
                      const struct type_node *root)
{
    if (j->n == ROWS_ROOTS_MAX)
        return;
    j->placed[j->n++] = (struct type_placed){.type = place->type, .offset = root->offset};
}

static void place_own(struct place_job *j, const struct type_source *read,
                      const struct place_names *names)
{
    struct type_source s = *read;
    const struct type_place *p = NULL;
    struct type_node root;
    s.t = j->stock->own;
    for (uint32_t i = 0; (p = types_place(s.t, i)) != NULL; i++)
        if (type_place_root(&s, p, names, &root))
            add_place(j, p, &root);
    if (j->n > 0)
        j->t = s.t;
}

static void place_layouts(struct place_job *j, const struct type_source *read,
                          const struct place_names *names)
{
    struct layout_match match[ROWS_ROOTS_MAX];
    size_t n = layouts_match(j->stock->layouts, names, read, match, ROWS_ROOTS_MAX);
    n = n < ROWS_ROOTS_MAX ? n : ROWS_ROOTS_MAX;
    for (size_t i = 0; i < n; i++)
        if (match[i].layout == match[0].layout)
            add_place(j, match[i].place, &match[i].root);
        else
            j->others++;
    if (n > 0) {
        j->t = match[0].layout->t;
        (void)text_escape(j->name, sizeof j->name, match[0].layout->name,
                          strlen(match[0].layout->name));
    }
}

static void place_run(struct sampler *s, void *arg, const struct progress *p)
{
    struct place_job *j = arg;
    struct snapshot *then = NULL;
    struct seg *seg = NULL;
    struct layout_names names;
    (void)p;
    j->error = sampler_seg_at(s, 0, &then, &seg);
    if (oserr_is(j->error))
        return;
    if (!layout_names_of(seg, &names)) {
        j->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return;
    }
    const struct type_source read = {.read = read_segment, .ctx = seg, .size = seg_last(seg)->size};
    place_own(j, &read, &names.names);
    if (j->n == 0 && j->stock->layouts != NULL)
        place_layouts(j, &read, &names.names);
    layout_names_free(&names);
}

/* Nothing is known to lie here: what the user can do. */
static void say_none(struct ui *ui, const struct place_job *j)
{
    if (j->stock->files > 0)
        ui_say(ui, STYLE_WARN,
               "no `at` line of these files is about this segment: {type} declares a type at the "
               "cursor (`ring_header`, `u32[8]@0x40`)");
    else
        ui_say(ui, STYLE_WARN,
               "no type is known for this segment: `:types FILE` reads a C header or layout file, "
               "`:type NAME` places one at the cursor");
}

static void place_done(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    struct place_job *j = arg;
    struct tree_state *st = ui->tree;
    if (st == NULL) {
        tree_stock_drop(j->stock);
        return;
    }
    st->placing = false;
    bool show = st->show;
    if (cancelled) {
        ui_say(ui, STYLE_WARN, "cancelled");
    } else if (oserr_is(j->error)) {
        ui_say_error(ui, "types", j->error);
    } else if (j->n == 0) {
        st->take = ui->s.set.types == TYPES_AUTO;
        if (show && (ui->s.set.types == TYPES_OFF || !tree_find(ui, j->stock->files > 0, false)))
            say_none(ui, j);
        else if (!show && j->stock->files > 0)
            ui_say(ui, STYLE_TEXT, "types were read; `:type NAME` shows one at the cursor");
    } else if (show) {
        uint64_t cursor = ui->s.cursor;
        if (!tree_open(ui, j->stock, j->t, j->placed, j->n, "", false))
            ui_say(ui, STYLE_ERROR, "out of memory");
        else if (j->name[0] != '\0')
            ui_say(ui, STYLE_TEXT, "types of the layout %s%s", j->name,
                   j->others > 0 ? "; others would fit as well" : "");
        st->synced = cursor + 1;
        st->reveal = true;
    } else if (st->stock->files > 0) {
        ui_say(ui, STYLE_TEXT, "types were read: {tree} shows the fields");
    }
    st->show = false;
    tree_stock_drop(j->stock);
}

void tree_place(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    struct place_job j = {.stock = st->stock};
    if (st->placing || st->stock == NULL)
        return;
    struct sampler_job *job = sampler_job_new(ui->s.sampler, place_run, &j, sizeof j, place_done);
    if (job != NULL) {
        st->placing = true;
        tree_stock_keep(st->stock);
    }
    (void)inspect_post(ui, job);
}

/* ---- a type declared by the user ---- */

static void say_unknown(struct ui *ui, const char *name, const char *why)
{
    const char *near[TYPE_NEAR];
    char text[400] = "";
    size_t n = types_near(ui->tree->stock->own, name, near), at = 0;
    for (size_t i = 0; i < n && at < sizeof text; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", i == 0 ? "; near: " : ", ",
                               near[i]);
    if (n == 0 && why[0] != '\0')
        (void)snprintf(text, sizeof text, "; %s", why);
    ui_say(ui, STYLE_ERROR, "%.100s: no such type%s", name, text);
    (void)tree_recall_next(ui);
}

void tree_show(struct ui *ui, struct tree_stock *stock, const struct types *t,
               const struct type_placed *p)
{
    struct tree_state *st = ui->tree;
    struct type_placed placed[ROWS_ROOTS_MAX];
    size_t n = 0;
    bool before = st->depth > 0 && strcmp(st->locator, ui->s.locator) == 0;
    const struct tree_view *first = before ? st->view[0] : NULL;
    bool other = first != NULL && first->source.t != t; /* types of two programs do not mix */
    for (size_t i = 0; first != NULL && !other && i < first->count; i++)
        if (first->placed[i].offset != p->offset && n + 1 < ROWS_ROOTS_MAX)
            placed[n++] = first->placed[i];
    placed[n++] = *p;
    if (!tree_open(ui, stock, t, placed, n, "", other)) {
        ui_say(ui, STYLE_ERROR, "out of memory");
        return;
    }
    inspect_go_to(ui, p->offset);
    st->synced = ui->s.cursor + 1;
}

void tree_place_spec(struct ui *ui, const struct type_spec *spec, const struct types *t, type_id id)
{
    const struct session *s = &ui->s;
    struct type_placed p = {.type = id, .offset = s->cursor, .count = spec->count};
    uint64_t size = types_size(t, id);
    bool open = types_get(t, types_real(t, id))->kind == TYPE_ARRAY;
    if (spec->located && inspect_offset(ui, spec->offset, &p.offset) != NUM_OK) {
        ui_say(ui, STYLE_ERROR, "%s: not an offset", spec->offset);
    } else if (size == 0 && !open) {
        ui_say(ui, STYLE_ERROR, "%.100s: its size is not known", spec->name);
    } else if (p.offset >= session_end(s)) {
        ui_say(ui, STYLE_ERROR, "0x%" PRIx64 " is past the end of the segment", p.offset);
    } else {
        if (spec->many && spec->count == 0 && size > 0)
            p.count = (session_end(s) - p.offset) / size;
        tree_show(ui, ui->tree->stock, t, &p);
        tree_keep_type(ui, spec, p.offset);
    }
    (void)tree_recall_next(ui);
}

void tree_declare_rest(struct ui *ui, const struct type_spec *spec, const char *why)
{
    const struct layouts *all = ui->tree->stock->layouts;
    for (size_t i = 0; all != NULL && i < all->count; i++) {
        const struct types *t = all->row[i].t;
        type_id id = t != NULL ? types_find(t, spec->name) : 0;
        if (id != 0) {
            tree_place_spec(ui, spec, t, id);
            return;
        }
    }
    say_unknown(ui, spec->name, why);
}

/* The user's files know it, or the programs, or the layouts, in this order. */
static void find_spec(struct ui *ui, struct type_spec *spec)
{
    const struct tree_stock *s = ui->tree->stock;
    if (!spec->located) /* here, wherever the cursor is when it is found */
        (void)snprintf(spec->offset, sizeof spec->offset, "0x%" PRIx64, ui->s.cursor);
    spec->located = true;
    type_id id = types_find(s->own, spec->name);
    if (id != 0)
        tree_place_spec(ui, spec, s->own, id);
    else if (!tree_ask_debug(ui, spec))
        tree_declare_rest(ui, spec, "");
}

void tree_declare(struct ui *ui, const char *text)
{
    struct tree_state *st = ui->tree;
    char why[TYPE_WHY_MAX] = "";
    struct type_spec *spec = NULL;
    if (st->stock == NULL || st->reading) {
        if (st->declare[0] != '\0' && st->declare != text && strcmp(st->declare, text) != 0)
            tree_replaced(ui, st->declare, text);
        if (st->declare != text)
            (void)snprintf(st->declare, sizeof st->declare, "%s", text);
        if (!st->reading)
            tree_read(ui, NULL, 0);
        return;
    }
    spec = malloc(sizeof *spec);
    if (spec == NULL)
        ui_say(ui, STYLE_ERROR, "out of memory");
    else if (!type_spec_parse(text, spec, why))
        ui_say(ui, STYLE_ERROR, "%s", why);
    else
        find_spec(ui, spec);
    if (spec == NULL || why[0] != '\0') /* the rest is not shown */
        st->recalling = false;
    free(spec);
    st->declare[0] = '\0';
}

void act_types(struct ui *ui, const char *arg)
{
    char word[FILES_MAX][256];
    const char *file[FILES_MAX];
    size_t n = 0;
    if (arg[0] == '\0') {
        ui_say(ui, STYLE_TEXT, "types FILE...: reads C headers and layout files");
        return;
    }
    while (arg[0] != '\0' && n < FILES_MAX) {
        arg = action_word(arg, word[n], sizeof word[n]);
        file[n] = word[n];
        n++;
    }
    ui->tree->show = tree_on(ui);
    tree_forget(ui);
    tree_forget_aside(ui);
    if (ui->s.locator[0] != '\0')
        tree_keep_files(ui, file, n);
    tree_read(ui, file, n);
}
