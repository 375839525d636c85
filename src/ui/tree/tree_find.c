/* What may lie in the segment when it is not said: proposals (propose/propose.h), found by a
 * job beside the screen, with a handle of its own, and shown as a menu. Facts come first; guesses
 * begin with a sign. Where nothing is known the menu says what is missing and what can be done. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/number.h"
#include "core/plural.h"
#include "core/screen/wrap.h"
#include "core/text.h"
#include "propose/watch.h"
#include "ui/tree/tree.h"

enum {
    NAME_TEXT = 1024,
    NAME_LEAST = 8,
    NAME_MOST = 28,
    NOTE_LINES = 3,
    NOTE_MARGIN = 4, /* columns before a note */
    PIDS_SHOWN = 64, /* as many processes are asked (tree_debug.c) */
    MENU_MARGIN = 4, /* columns of a menu beside its labels */
    DIGITS = 9       /* rows that a digit chooses */
};
#define WATCH INT64_C(5000000000) /* ns that stores are looked at */

/* ---- the job ---- */

struct proposals_job {
    struct job job;
    struct backend *be;
    const struct seg_throttle *pace;
    char locator[LOCATOR_MAX];
    struct seg_id id; /* dev 0: any object (a recording) */
    uint64_t offset;  /* structs may fit there */
    struct tree_stock *stock;
    bool watch;  /* stores are looked at too */
    bool silent; /* `at` lines of files that the user named say nothing of it */
    /* out */
    struct tree_stock *list;
    struct oserr error;
};

static struct oserr find_in(struct proposals_job *j, struct seg *seg, const struct progress *p)
{
    struct seg_who who = {0};
    struct proposals found;
    struct oserr e = OSERR_NONE;
    if (j->id.dev != 0 && !seg_id_equal(seg_id_of(seg_last(seg)), j->id))
        return (struct oserr){"seg_open", SEG_E_REPLACED};
    if (seg_kind(seg) != SEG_REC)
        e = seg_who_maps(seg, j->pace, &who);
    if (oserr_is(e))
        return e;
    const struct propose_ask ask = {.seg = seg,
                                    .who = &who,
                                    .fits = j->offset < seg_last(seg)->size,
                                    .offset = j->offset,
                                    .types = tree_stock_own(j->stock),
                                    .progress = p};
    e = propose(j->be, &ask, &found);
    if (!oserr_is(e) && j->watch)
        e = propose_watch(j->be, &ask, os_now() + WATCH, &found);
    tree_stock_found(j->list, &found);
    seg_who_free(&who);
    return e;
}

static void find_run(struct job *job, const struct progress *p)
{
    struct proposals_job *j = (struct proposals_job *)job;
    const struct seg_progress progress = {p->yield, p->ctx};
    struct seg *seg = NULL;
    j->error = seg_open_with_progress(j->be, j->locator, SEG_READ, &progress, &seg);
    if (!oserr_is(j->error))
        j->error = find_in(j, seg, p);
    seg_close(seg);
}

/* ---- the menu ---- */

static void name_text(const struct proposal *p, char out[NAME_TEXT])
{
    char raw[NAME_TEXT / 4];
    (void)proposal_name(p, raw, sizeof raw);
    (void)text_escape(out, NAME_TEXT, raw, strlen(raw));
}

/* Cuts a text so that it takes so many columns at most, visibly. */
static void cut(char *text, size_t cap, int columns)
{
    if (canvas_width(text) <= columns)
        return;
    size_t n = wrap_skip(text, columns - 1);
    if (n + 4 < cap)
        memcpy(text + n, "\u2026", 4);
}

/* Columns of the names, of a screen of `cols`. */
static int names_width(const struct proposals *p, int cols)
{
    char name[NAME_TEXT];
    int width = NAME_LEAST, most = cols / 4 < NAME_MOST ? cols / 4 : NAME_MOST;
    for (size_t i = 0; i < p->count && i < FIND_SHOWN; i++) {
        name_text(&p->row[i], name);
        int n = canvas_width(name);
        width = n > width ? n : width;
    }
    return width < most ? width : most;
}

/* `1  0x200000   node     32  via s_pool of ringd (812)`, with `*` when it is tagged. */
static void row_label(const struct proposal *p, size_t i, bool tagged, int names, char *out,
                      size_t cap)
{
    char name[NAME_TEXT], how[PROPOSAL_HOW], line[NAME_TEXT + PROPOSAL_HOW + 64];
    name_text(p, name);
    cut(name, sizeof name, names);
    proposal_how(p, how);
    int gap = names - canvas_width(name);
    (void)snprintf(line, sizeof line, "%c%c%s 0x%-8" PRIx64 " %s%*s %6" PRIu64 "  %s",
                   i < DIGITS ? (char)('1' + i) : ' ', tagged ? '*' : ' ',
                   proposal_proved(p) ? " " : "\u2248", p->offset, name,
                   gap > 0 && gap < NAME_MOST ? gap : 0, "", p->size, how);
    size_t n = wrap_skip(line, (int)cap / 4 - 1); /* four bytes a column at most */
    n = n < cap ? n : cap - 1;
    memcpy(out, line, n);
    out[n] = '\0';
}

static void add_entry(struct ui *ui, uint32_t letter, const char *command)
{
    struct tree_menu *m = &ui->tree->menu;
    size_t i = m->count++;
    cut(m->label[i], sizeof m->label[i], ui->canvas.cols - MENU_MARGIN);
    (void)snprintf(m->command[i], sizeof m->command[i], "%s", command);
    m->entry[i] = (struct menu_entry){m->label[i], letter, m->command[i]};
}

static void add_fixed(struct ui *ui, uint32_t letter, const char *label, const char *command)
{
    struct tree_menu *m = &ui->tree->menu;
    (void)snprintf(m->label[m->count], sizeof m->label[0], "%s", label);
    add_entry(ui, letter, command);
}

/* Why nothing is known is what there is to read then: not cut, but on up to NOTE_LINES rows. */
static void add_note(struct ui *ui, size_t i, const char *note, bool whole)
{
    struct tree_menu *m = &ui->tree->menu;
    char command[32];
    size_t skip = 0, n = 0;
    int room = ui->canvas.cols - MENU_MARGIN - NOTE_MARGIN;
    (void)snprintf(command, sizeof command, "tree note %zu", i + 1);
    for (int line = 0; line < NOTE_LINES; line++, note += skip) {
        n = wrap_line(note, room, &skip);
        bool last = !whole || line + 1 == NOTE_LINES || note[skip] == '\0';
        (void)snprintf(m->label[m->count], sizeof m->label[0], "  %c %.*s", line == 0 ? '!' : ' ',
                       last ? (int)strlen(note) : (int)n, note);
        add_entry(ui, 0, command);
        if (last)
            break;
    }
}

static void renew(struct ui *ui)
{
    struct tree_menu *m = &ui->tree->menu;
    const struct proposals *p = tree_stock_proposals(ui->tree->found);
    char command[32];
    int names = names_width(p, ui->canvas.cols);
    m->count = 0;
    for (size_t i = 0; i < p->count && i < FIND_SHOWN; i++) {
        bool tagged = (m->tagged >> i & 1) != 0;
        row_label(&p->row[i], i, tagged, names, m->label[i], sizeof m->label[i]);
        (void)snprintf(command, sizeof command, "tree take %zu", i + 1);
        if (m->tagged != 0) /* any of them means all that are tagged */
            (void)snprintf(command, sizeof command, "tree take tagged");
        add_entry(ui, i < DIGITS ? '1' + (uint32_t)i : 0, command);
    }
    if (p->count > FIND_SHOWN) {
        (void)snprintf(m->label[m->count], sizeof m->label[0],
                       "    and %zu more: `types` in a shell prints all", p->count - FIND_SHOWN);
        add_entry(ui, 0, "");
    }
    for (size_t i = 0; i < p->notes; i++)
        add_note(ui, i, p->note[i], p->count == 0);
    add_fixed(ui, 'd', "d   declare a type at the cursor: `ring_header`, `u32[8]@0x40`", "type");
    add_fixed(ui, 't', "t   read types from a C header or layout file (`:types FILE`)",
              "prompt command types");
    add_fixed(ui, 'a', "a   look again", "tree find again");
    add_fixed(ui, 'w', "w   look at a store too, for up to 5 s (asks)", "tree find watch");
    ui->prompt.menu_count = (int)m->count;
}

/* Space on a proposal; on another entry it does nothing. */
static void turn_tag(struct ui *ui, int entry, int by)
{
    struct tree_menu *m = &ui->tree->menu;
    const struct proposals *p = tree_stock_proposals(ui->tree->found);
    if (entry < 0 || entry >= FIND_SHOWN || (size_t)entry >= p->count)
        return;
    uint64_t bit = UINT64_C(1) << entry;
    m->tagged = by > 0 ? m->tagged ^ bit : m->tagged & ~bit;
    renew(ui);
    if (by > 0 && (size_t)entry + 1 < p->count)
        ui->prompt.menu_at = entry + 1;
}

bool tree_can_open(const struct ui *ui)
{
    return ui->prompt.kind == PROMPT_NONE && ui->pager == NULL && !session_editing(&ui->s) &&
           ui_screen(ui) == &screen_inspect;
}

/* `no type is known (tried 1 process, 7 layout files)`. */
static void nothing_text(const struct ui *ui, char *out, size_t cap)
{
    size_t files = tree_stock_layouts(ui->tree->stock), pids = 0;
    uint32_t pid[PIDS_SHOWN];
    struct seg_who who;
    bool live = !session_recorded(&ui->s), known = live && session_users(&ui->s, &who);
    if (known)
        pids = seg_who_pids(&who, pid, PIDS_SHOWN, NULL);
    if (known && pids == 0)
        (void)snprintf(out, cap,
                       "no type is known (no other process maps it; tried %zu layout file%s)",
                       files, plural_s(files));
    else if (known)
        (void)snprintf(out, cap, "no type is known (tried %zu process%s, %zu layout file%s)", pids,
                       plural_es(pids), files, plural_s(files));
    else
        (void)snprintf(out, cap, "no type is known for this segment");
}

static void open_menu(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    char nothing[160];
    nothing_text(ui, nothing, sizeof nothing);
    prompt_menu(&ui->host,
                tree_stock_proposals(st->found)->count == 0
                    ? nothing
                    : "what lies here, \u2248: perhaps (Enter shows it, Space tags)",
                st->menu.entry, 0);
    ui->prompt.opened_by = "tree"; /* or `tree find` */
    ui->prompt.turn = turn_tag;
    ui->prompt.renew = renew;
    st->menu.tagged = 0;
    renew(ui);
}

bool tree_find_open(struct ui *ui)
{
    const struct tree_state *st = ui->tree;
    bool same = st->found != NULL && strcmp(st->found_of, ui->s.locator) == 0 &&
                st->found_at == ui->s.cursor && st->found_users == tree_users(ui);
    if (same)
        open_menu(ui);
    return same;
}

static void show_list(struct ui *ui, struct proposals_job *j)
{
    struct tree_state *st = ui->tree;
    struct proposals *p = tree_stock_proposals(j->list);
    if (j->silent && p->notes < PROPOSE_NOTES)
        (void)snprintf(p->note[p->notes++], PROPOSE_NOTE,
                       "no `at` line of the files that were read is about this segment");
    if (p->count == 0 && p->notes == 0)
        (void)snprintf(p->note[p->notes++], PROPOSE_NOTE,
                       "no pointer that lasts leads here, and no type is named or sized like it");
    tree_stock_drop(st->found);
    st->found = j->list;
    j->list = NULL;
    memcpy(st->found_of, j->locator, sizeof st->found_of);
    st->found_at = j->offset;
    st->found_users = tree_users(ui);
    if (!tree_can_open(ui))
        ui_say(ui, STYLE_TEXT, "what may lie here was found: `:tree find` lists it");
    else if (!tree_take_only(ui))
        open_menu(ui);
    st->take = false;
}

static void find_done(struct job *job, void *owner)
{
    struct ui *ui = owner;
    struct proposals_job *j = (struct proposals_job *)job;
    if (ui->tree != NULL)
        ui->tree->finding = false;
    if (ui->tree != NULL && strcmp(j->locator, ui->s.locator) == 0) {
        if (job->cancelled || j->error.code == SEG_E_STOPPED)
            ui_say(ui, STYLE_WARN, "cancelled");
        else if (oserr_is(j->error))
            ui_say_error(ui, "types", j->error);
        else
            show_list(ui, j);
    }
    tree_stock_drop(j->list);
    tree_stock_drop(j->stock);
    free(j);
}

bool tree_find(struct ui *ui, bool silent, bool watch)
{
    struct tree_state *st = ui->tree;
    struct proposals_job *j = NULL;
    if (ui->s.walker == NULL || st->stock == NULL)
        return false;
    if (st->finding) {
        ui_say(ui, STYLE_TEXT, "still looking for what lies here (Esc stops it)");
        return true;
    }
    j = calloc(1, sizeof *j);
    struct tree_stock *list = j != NULL ? tree_stock_list(st->stock) : NULL;
    if (list == NULL) {
        ui_say(ui, STYLE_ERROR, "out of memory");
        free(j);
        return true;
    }
    *j = (struct proposals_job){.job = {.run = find_run, .finish = find_done},
                                .be = ui->s.be,
                                .pace = walker_pace(ui->s.walker),
                                .offset = ui->s.cursor,
                                .stock = st->stock,
                                .watch = watch,
                                .silent = silent,
                                .list = list};
    if (!session_recorded(&ui->s))
        j->id = ui->s.id;
    memcpy(j->locator, ui->s.locator, sizeof j->locator);
    tree_stock_keep(st->stock);
    st->finding = true;
    calls_section(ui, "finding out what lies here");
    ui_say(ui, STYLE_TEXT, "looking for what lies here (Esc stops it)");
    worker_post(walker_worker(ui->s.walker), &j->job);
    return true;
}

/* ---- choosing ---- */

/* Shows one and keeps it. */
static void take_row(struct ui *ui, const struct proposal *row)
{
    struct tree_state *st = ui->tree;
    uint64_t size = types_size(row->t, row->type);
    struct type_placed placed = {
        .type = row->type, .offset = row->offset, .guess = !proposal_proved(row)};
    if (size > 0 && row->size > size) /* a layout places an array */
        placed.count = row->size / size;
    tree_show(ui, st->found, row->t, &placed);
    st->found_at = ui->s.cursor; /* others of the list may be chosen too */
    if (placed.guess)
        return; /* kept, it would look like a fact the next time */
    struct type_spec *spec = calloc(1, sizeof *spec);
    if (spec != NULL && proposal_name(row, spec->name, sizeof spec->name) < sizeof spec->name) {
        spec->many = placed.count > 0;
        spec->count = placed.count;
        tree_keep_type(ui, spec, placed.offset);
    }
    free(spec);
}

/* Shows all that are tagged. Types of two programs do not mix: those of the first one's count. */
static void take_tagged(struct ui *ui, const struct proposals *p)
{
    struct tree_state *st = ui->tree;
    const struct proposal *first = NULL;
    size_t others = 0;
    for (size_t i = 0; i < p->count && i < FIND_SHOWN; i++) {
        const struct proposal *row = &p->row[i];
        if ((st->menu.tagged >> i & 1) == 0)
            continue;
        first = first == NULL ? row : first;
        if (row->t == first->t)
            take_row(ui, row);
        else
            others++;
    }
    st->menu.tagged = 0;
    if (first == NULL)
        return;
    inspect_go_to(ui, first->offset);
    st->found_at = st->synced = ui->s.cursor;
    st->synced++; /* the tree goes there */
    if (others > 0)
        ui_say(ui, STYLE_WARN,
               "%zu of them: types of another program or file, which are shown on their own",
               others);
}

void tree_take(struct ui *ui, const char *which)
{
    struct tree_state *st = ui->tree;
    const struct proposals *p = st->found != NULL ? tree_stock_proposals(st->found) : NULL;
    bool here = p != NULL && strcmp(st->found_of, ui->s.locator) == 0;
    uint64_t i = 0;
    if (here && strcmp(which, "tagged") == 0 && st->menu.tagged != 0)
        take_tagged(ui, p);
    else if (here && number_u64(which, p->count, &i) == NUM_OK && i > 0)
        take_row(ui, &p->row[i - 1]);
    else
        ui_say(ui, STYLE_ERROR, "there is no such proposal: `:tree find` looks for some");
}

/* The one pointer that leads to the start, when that is the only fact about it. NULL: none, or
 * several. */
static const struct proposal *only_fact(const struct proposals *p)
{
    const struct proposal *only = NULL;
    for (size_t i = 0; i < p->count; i++) {
        if (!proposal_proved(&p->row[i]) || p->row[i].offset != 0)
            continue;
        if (only != NULL || p->row[i].kind != PROPOSAL_POINTER)
            return NULL;
        only = &p->row[i];
    }
    return only;
}

bool tree_take_only(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    const struct proposals *p = st->found != NULL ? tree_stock_proposals(st->found) : NULL;
    const struct proposal *row = p != NULL ? only_fact(p) : NULL;
    char how[PROPOSAL_HOW];
    if (row == NULL || tree_top(ui) != NULL || !st->take)
        return false;
    take_row(ui, row);
    proposal_how(row, how);
    ui_say(ui, STYLE_TEXT, "taken: the one type that is known to lie here, %s", how);
    return true;
}

void tree_note(struct ui *ui, const char *number)
{
    const struct tree_state *st = ui->tree;
    const struct proposals *p = st->found != NULL ? tree_stock_proposals(st->found) : NULL;
    uint64_t i = 0;
    if (p != NULL && number_u64(number, p->notes, &i) == NUM_OK && i > 0)
        ui_say(ui, STYLE_WARN, "%s", p->note[i - 1]);
}
