/* What the keys of the tree do: opening and closing, following, moving, the filter, the prompts. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/type/pointer.h"
#include "ui/frame/actions.h"
#include "ui/tree/tree.h"

enum { WHEEL_ROWS = 3, LOOK_FOR = 1000000000 /* ns to wait for what a path reads */ };

/* ---- showing ---- */

static void toggle(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    if (tree_on(ui)) {
        tree_hide(ui);
        return;
    }
    tree_change_segment(ui);
    edit_mode_drop(ui);
    ui->s.selecting = false;
    if (tree_top(ui) != NULL) {
        ui->s.typed = true;
        st->synced = ui->s.cursor + 1; /* at the bytes that were looked at */
        st->reveal = true;
        return;
    }
    if (st->finding) {
        (void)tree_find(ui, false, false);
        return;
    }
    st->show = true;
    if (st->declare[0] == '\0' && tree_recall(ui))
        return;
    if (st->stock == NULL)
        tree_read(ui, NULL, 0);
    else if (st->declare[0] != '\0') /* --type, before a segment was open */
        tree_declare(ui, st->declare);
    else
        tree_place(ui);
}

void tree_again(struct ui *ui)
{
    bool again = ui->s.in_fields && !tree_on(ui);
    ui->s.in_fields = false;
    if (again)
        toggle(ui);
}

/* ---- opening and closing ---- */

static void set_open(struct ui *ui, const struct type_row *row, bool open)
{
    if (!type_rows_open(tree_top(ui)->rows, &row->way, open))
        ui_say(ui, STYLE_WARN, "%d fields are open already: close some ({tree close})",
               ROWS_OPEN_MAX);
}

static void go_to_way(struct ui *ui, const struct row_way *way)
{
    ui->tree->only = false;
    tree_to_row(ui, type_rows_find(tree_top(ui)->rows, way, NULL));
}

static void open_here(struct ui *ui, const struct type_row *row)
{
    uint64_t number = type_rows_find(tree_top(ui)->rows, &row->way, NULL);
    if (row->open)
        tree_to_row(ui, number + 1);
    else if (row->branch)
        set_open(ui, row, true);
}

/* Closes the row, or goes to the one that it is below. */
static void close_here(struct ui *ui, const struct type_row *row)
{
    struct row_way way = row->way;
    bool exact = false;
    if (row->open) {
        set_open(ui, row, false);
        return;
    }
    while (way.steps > 1 && !exact) {
        way.steps--;
        uint64_t number = type_rows_find(tree_top(ui)->rows, &way, &exact);
        if (exact)
            tree_to_row(ui, number);
    }
}

/* ---- following ---- */

/* Where the pointer or link in a row leads; false: it is neither. */
static bool point_of(struct ui *ui, const struct type_row *row, struct type_point *out, bool *known)
{
    const struct type_source *s = &tree_top(ui)->source;
    const struct type_node *n = &row->node;
    uint8_t p[16];
    size_t index;
    struct type_value v;
    bool pointer = types_get(s->t, n->real)->kind == TYPE_POINTER;
    if (n->kind != NODE_LEAF || n->text || n->bytes || n->size > sizeof p ||
        (!pointer && types_hint(s->t, n->hint)->link == LINK_NONE))
        return false;
    enum tree_known k = tree_bytes(ui, n->offset, (size_t)n->size, p, &index);
    *known = k == TREE_DATA || k == TREE_HOLE;
    if (*known) {
        type_value_get(s, n, p, &v);
        *out = type_point(s, n, v.bits);
    }
    return true;
}

static void follow(struct ui *ui, const struct type_row *row, const struct type_point *p)
{
    struct tree_view *v = tree_top(ui);
    char path[TREE_NAME];
    struct type_placed placed = {
        .type = p->type, .offset = p->offset, .based = true, .base = row->node.base};
    placed.guess = v->placed[row->way.step[0]].guess;
    if (p->reach == REACH_NONE) {
        ui_say(ui, STYLE_TEXT, "it leads nowhere: null");
    } else if (p->reach == REACH_UNKNOWN) {
        ui_say(ui, STYLE_WARN, "nobody's addresses are known yet, so it cannot be followed");
    } else if (p->reach == REACH_OUTSIDE) {
        ui_say(ui, STYLE_WARN, "it leads to no place in the segment");
    } else if (types_size(v->source.t, p->type) == 0) {
        ui_say(ui, STYLE_WARN,
               "it leads to +0x%" PRIx64
               ", of which the type is not known ({type} declares one there)",
               p->offset);
    } else {
        size_t n = tree_path(ui, &row->way, path, sizeof path - 2);
        if (n < sizeof path - 2)
            memcpy(path + n, "->", 3);
        v->cursor = row->way;
        if (!tree_open(ui, v->stock, v->source.t, &placed, 1, path, true))
            ui_say(ui, STYLE_ERROR, "out of memory");
    }
}

static void enter_row(struct ui *ui, const struct type_row *row)
{
    struct type_point point;
    bool known = false;
    if (row->branch)
        set_open(ui, row, !row->open);
    else if (!point_of(ui, row, &point, &known))
        tree_edit_start(ui, NULL);
    else if (known)
        follow(ui, row, &point);
    else
        ui_say(ui, STYLE_WARN, "its value is not known");
}

/* ---- the filter ---- */

static void filter_changed(struct ui *ui, const char *text, void *ctx)
{
    struct tree_state *st = ui->tree;
    (void)ctx;
    (void)snprintf(st->filter, sizeof st->filter, "%s", text);
    tree_refilter(ui);
}

static void filter_dropped(struct ui *ui, void *ctx)
{
    filter_changed(ui, "", ctx);
}

static void ask_filter(struct ui *ui)
{
    prompt_ask(&ui->host, "fields with this in their name (empty: all): ", ui->tree->filter, NULL,
               filter_changed, NULL);
    ui->prompt.changed = filter_changed;
    ui->prompt.last = true;
    ui->prompt.drop = filter_dropped;
}

/* ---- the action ---- */

static void declare_typed(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    if (text[0] != '\0')
        tree_declare(ui, text);
}

static void on_row(struct ui *ui, const char *how)
{
    struct type_row row;
    if (!tree_cursor(ui, &row))
        return;
    if (strcmp(how, "enter") == 0)
        enter_row(ui, &row);
    else if (strcmp(how, "open") == 0)
        open_here(ui, &row);
    else
        close_here(ui, &row);
}

static void switch_only(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    if (!st->only && ui->s.past != 0) {
        ui_say(ui, STYLE_WARN,
               "not available in the past; c and C go through what had changed by then");
        return;
    }
    st->only = !st->only;
    st->only_top = ui->s.cursor;
    tree_top(ui)->cursor.steps = st->only ? tree_top(ui)->cursor.steps : 0;
    st->reveal = !st->only;
    ui_say(ui, STYLE_TEXT, "%s",
           !st->only               ? "all fields"
           : ui->s.sample.has_base ? "only fields that differ from the baseline"
                                   : "only fields that changed lately (`set recent`)");
}

static void switch_raw(struct ui *ui)
{
    ui->tree->raw = !ui->tree->raw;
    tree_refilter(ui);
    if (ui->tree->raw) /* the key of recording among the bytes */
        ui_say(ui, STYLE_TEXT, "raw: numbers without their names ({record} records)");
    else
        ui_say(ui, STYLE_TEXT, "as declared");
}

static void watch_confirmed(struct ui *ui, const char *text, void *ctx)
{
    (void)ctx;
    if (strcmp(text, "y") != 0)
        return;
    (void)tree_find(ui, false, true);
}

/* What may lie here: as it was found last, or (`again`, `watch`) anew. */
static void find_types(struct ui *ui, const char *how)
{
    struct tree_state *st = ui->tree;
    st->take = false; /* it was asked for as a list */
    if (how[0] == '\0' && !st->finding && tree_find_open(ui))
        return;
    if (strcmp(how, "watch") == 0 && st->stock != NULL) {
        prompt_confirm(&ui->host,
                       "look at stores for up to 5 s? Each of at most 128 costs its writer 10 us",
                       watch_confirmed, NULL);
    } else if (st->stock == NULL) {
        st->show = true;
        tree_read(ui, NULL, 0);
    } else if (!tree_find(ui, false, false)) {
        ui_say(ui, STYLE_ERROR, "nothing can be looked for here");
    }
}

void act_tree(struct ui *ui, const char *arg)
{
    char word[16];
    const char *rest = action_word(arg, word, sizeof word);
    if (!inspect_attached(ui))
        return;
    if (arg[0] == '\0')
        toggle(ui);
    else if (strcmp(word, "find") == 0)
        find_types(ui, rest);
    else if (strcmp(word, "take") == 0) /* of the menu of those */
        tree_take(ui, rest);
    else if (strcmp(word, "note") == 0)
        tree_note(ui, rest);
    else if (!tree_on(ui))
        ui_say(ui, STYLE_ERROR, "%s is for the fields: {tree} shows them", word);
    else if (strcmp(word, "enter") == 0 || strcmp(word, "open") == 0 || strcmp(word, "close") == 0)
        on_row(ui, word);
    else if (strcmp(word, "back") == 0)
        tree_back(ui);
    else if (strcmp(word, "raw") == 0)
        switch_raw(ui);
    else if (strcmp(word, "differences") == 0)
        tree_differences(ui);
    else if (strcmp(word, "writers") == 0)
        tree_writers(ui);
    else if (strcmp(word, "changed") == 0)
        switch_only(ui);
    else if (strcmp(word, "store") == 0) /* not for people: tree_poke */
        tree_poke_kept(ui);
    else if (strcmp(word, "filter") == 0)
        if (rest[0] == '\0')
            ask_filter(ui);
        else
            filter_changed(ui, rest, NULL);
    else
        ui_say(ui, STYLE_ERROR,
               "tree: enter, open, close, back, raw, changed, filter, find, differences, "
               "writers");
}

void act_type(struct ui *ui, const char *arg)
{
    char label[96];
    if (!inspect_attached(ui))
        return;
    if (arg[0] != '\0') {
        tree_declare(ui, arg);
        return;
    }
    (void)snprintf(label, sizeof label,
                   "type at 0x%" PRIx64 " (NAME, NAME[N], NAME@OFFSET): ", ui->s.cursor);
    prompt_ask(&ui->host, label, "", &ui->history[HISTORY_TYPE], declare_typed, NULL);
}

/* ---- moving ---- */

static void move_changed(struct ui *ui, const char *how)
{
    int64_t page = ui->tree->at.rows, step = 1;
    if (strcmp(how, "left") == 0 || strcmp(how, "right") == 0)
        return;
    if (strncmp(how, "page", 4) == 0)
        step = page;
    else if (strncmp(how, "half", 4) == 0)
        step = (page + 1) / 2;
    else if (strcmp(how, "start") == 0 || strcmp(how, "end") == 0)
        step = TREE_ROWS;
    bool back = strcmp(how, "start") == 0 || strstr(how, "up") != NULL;
    tree_step_changed(ui, back ? -step : step);
}

void tree_move(struct ui *ui, const char *how)
{
    const struct tree_state *st = ui->tree;
    struct tree_view *v = tree_top(ui);
    if (tree_lists(ui)) {
        move_changed(ui, how);
        return;
    }
    uint64_t count = type_rows_count(v->rows), row = type_rows_find(v->rows, &v->cursor, NULL);
    uint64_t page = (uint64_t)st->at.rows, step = 0;
    bool back = false;
    if (count == 0)
        return;
    if (strcmp(how, "left") == 0 || strcmp(how, "right") == 0) {
        on_row(ui, how[0] == 'l' ? "close" : "open");
        return;
    }
    if (strcmp(how, "start") == 0 || strcmp(how, "row-start") == 0)
        step = row;
    else if (strcmp(how, "end") == 0 || strcmp(how, "row-end") == 0)
        step = count;
    else if (strncmp(how, "page", 4) == 0)
        step = page;
    else if (strncmp(how, "half", 4) == 0)
        step = (page + 1) / 2;
    else
        step = strcmp(how, "up") == 0 || strcmp(how, "down") == 0;
    back = strcmp(how, "start") == 0 || strcmp(how, "row-start") == 0 || strstr(how, "up") != NULL;
    int line = v->line;
    if (back)
        row = row < step ? 0 : row - step;
    else
        row = count - 1 - row < step ? count - 1 : row + step;
    tree_to_row(ui, row);
    if (strchr(how, '-') != NULL && strncmp(how, "row", 3) != 0)
        v->line = line; /* a page moves the whole */
}

static void scroll(struct ui *ui, int rows)
{
    struct tree_state *st = ui->tree;
    struct tree_view *v = tree_top(ui);
    if (tree_lists(ui)) {
        tree_step_changed(ui, rows);
        return;
    }
    uint64_t shown = (uint64_t)st->at.rows, lowest = st->count > shown ? st->count - shown : 0;
    uint64_t top = rows < 0 ? (st->top < (uint64_t)-rows ? 0 : st->top - (uint64_t)-rows)
                            : st->top + (uint64_t)rows;
    top = top < lowest ? top : lowest;
    int line = v->line + (int)((int64_t)st->top - (int64_t)top);
    if (line >= 0 && line < st->at.rows) {
        v->line = line;
    } else {
        uint64_t row = line < 0 ? top : top + shown - 1;
        tree_to_row(ui, row);
        v->line = line < 0 ? 0 : st->at.rows - 1;
    }
}

void tree_mouse(struct ui *ui, const struct event *ev)
{
    const struct tree_state *st = ui->tree;
    int r = ev->row - st->at.top;
    if (ev->mouse == MOUSE_WHEEL_UP || ev->mouse == MOUSE_WHEEL_DOWN)
        scroll(ui, ev->mouse == MOUSE_WHEEL_UP ? -WHEEL_ROWS : WHEEL_ROWS);
    else if (ev->mouse == MOUSE_PRESS && r >= 0 && r < st->at.rows &&
             st->top + (uint64_t)r < st->count) {
        tree_edit_end(ui);
        if (tree_lists(ui))
            tree_step_changed(ui, r - tree_top(ui)->line);
        else
            tree_to_row(ui, st->top + (uint64_t)r);
    }
}

/* ---- paths ---- */

/* A path over pointers leads to a view of its own. */
static bool go_followed(struct ui *ui, const char *path, char why[TYPE_WHY_MAX], bool *later)
{
    struct tree_view *v = tree_top(ui);
    static struct type_path parsed;
    static char found[PATH_TEXT_MAX];
    struct type_select select;
    struct type_node root, node;
    *later = false;
    if (!type_path_parse(path, &parsed, why))
        return false;
    type_root(&v->source, v->placed[0].type, v->placed[0].offset, v->placed[0].count, &root);
    if (v->placed[0].based)
        root.base = v->placed[0].base;
    type_select_start(&select, &v->source, &root, &parsed);
    if (type_select_next(&select, &node, found, why) != SELECT_NODE) {
        *later = select.now;
        return false;
    }
    struct type_placed placed = {
        .type = node.type, .offset = node.offset, .based = true, .base = node.base};
    if (node.item != 0 && node.item == node.type)
        placed.count = node.count;
    placed.guess = v->placed[0].guess;
    return tree_open(ui, v->stock, v->source.t, &placed, 1, path, true);
}

/* `.prio` and `[3]` are of the struct or array at the cursor, or of the one around its field. */
static void whole_path(const struct ui *ui, const char *path, char *out, size_t cap)
{
    const struct tree_view *v = tree_top(ui);
    struct row_way way = v->cursor;
    struct type_row row;
    size_t n = 0;
    bool relative = path[0] == '.' || path[0] == '[';
    out[0] = '\0';
    while (relative && way.steps > 0 && type_rows_row(v->rows, &way, &row) &&
           (path[0] == '[' ? row.node.kind != NODE_ARRAY
                           : row.node.kind != NODE_STRUCT && row.node.kind != NODE_UNION))
        way.steps--;
    if (relative && way.steps > 0)
        n = type_rows_spell(v->rows, &way, out, cap);
    if (n < cap)
        (void)snprintf(out + n, cap - n, "%s", n == 0 && path[0] == '.' ? path + 1 : path);
}

void tree_go_path(struct ui *ui, const char *path)
{
    struct tree_state *st = ui->tree;
    struct tree_view *v = tree_top(ui);
    char why[TYPE_WHY_MAX] = "";
    char whole[PATH_TEXT_MAX];
    struct row_way way;
    bool later = false, good = false;
    whole_path(ui, path, whole, sizeof whole);
    path = whole;
    st->blind = false;
    if (strstr(path, "->") != NULL) {
        good = go_followed(ui, path, why, &later);
    } else {
        for (size_t i = 0; i < v->count && !good; i++)
            good = type_rows_path(v->rows, i, path, &way, why);
        if (good) {
            (void)type_rows_reveal(v->rows, &way);
            go_to_way(ui, &way);
            v->line = st->at.rows / 3;
        }
    }
    bool waits = !good && (later || st->blind);
    if (waits && st->path[0] == '\0')
        st->path_until = ui->now + LOOK_FOR;
    waits = waits && ui->now < st->path_until;
    (void)snprintf(st->path, sizeof st->path, "%s", waits ? path : "");
    if (!good && !waits)
        ui_say(ui, STYLE_ERROR, "%s", why[0] != '\0' ? why : "out of memory");
}

bool tree_escape(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    if (st->editing)
        tree_edit_end(ui);
    else if (st->filter[0] != '\0')
        filter_changed(ui, "", NULL);
    else if (st->only)
        switch_only(ui);
    else
        return false;
    return true;
}
