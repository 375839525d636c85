/* How wide each column of the list is. Widths follow what is listed: a column is as wide as its
 * widest cell, the names come first where there is not room for all, and what is left over stays
 * free at the right. So that nothing jumps from frame to frame, a column grows when a cell does,
 * and shrinks only when other rows are listed. */
#include <string.h>

#include "ui/list/list.h"

enum {
    FLEX_LEAST = 16,  /* least columns of a name */
    USERS_FAIR = 24,  /* columns for who uses it, before other columns are added */
    WIDE_FROM = 96,   /* from here on two blanks between columns */
    WIDE_EXTRA = 130, /* columns that come from here on leave if empty, or if names are cut */
    ARROW_COLS = 1,   /* in a header, for the order */
    NAMES_NONE = 24   /* of a name, where nothing was listed yet */
};

/* ---- what is listed ---- */

void layout_forget(struct segments_state *st, uint64_t rows)
{
    if (st->count == 0) /* nothing matches a filter that is being typed: the columns stay */
        return;
    if (rows != st->rows_hash) {
        memset(st->wide, 0, sizeof st->wide);
        st->says = 0;
    }
    st->rows_hash = rows;
    st->measured = 0;
}

bool layout_says_nothing(const char *cell)
{
    return strcmp(cell, "-") == 0 || strcmp(cell, "0") == 0;
}

/* The widest cell of a column of the table, and whether any of its cells says something. */
static void measure(const struct ui *ui, const struct column *c, size_t i)
{
    struct segments_state *st = ui->segments;
    bool gone = false;
    for (size_t k = 0; k < st->count; k++) {
        struct segrow row = segments_row(ui, segments_info(ui, st->row[k], &gone));
        column_shown(c, &row, st->cell);
        int cols = canvas_width(st->cell);
        st->wide[i] = cols > st->wide[i] ? cols : st->wide[i];
        if (cols > 0 && !layout_says_nothing(st->cell))
            st->says |= 1U << i;
    }
    st->measured |= 1U << i;
}

/* Its place in the table, measured. */
static size_t measured(const struct ui *ui, const struct column *c)
{
    size_t count = 0, i = (size_t)(c - column_table(&count));
    if ((ui->segments->measured >> i & 1U) == 0)
        measure(ui, c, i);
    return i;
}

/* The columns in which all of it is seen. */
static int wanted(const struct ui *ui, const struct column *c)
{
    int header = canvas_width(column_title(c)) + ARROW_COLS;
    size_t in_table = measured(ui, c);
    int cells = ui->segments->wide[in_table];
    if (ui->segments->rows_hash == 0)
        cells = c->cols > 0 ? c->cols : NAMES_NONE;
    return cells > header ? cells : header;
}

/* ---- sharing ---- */

static bool is_column(const struct column *c, const char *name)
{
    return strcmp(c->name, name) == 0;
}

/* Where there is not room for all, texts are cut down to this; numbers are never cut. */
static int least(const struct ui *ui, const struct column *c)
{
    bool text =
        column_names(c) || is_column(c, "USERS") || is_column(c, "STATE") || is_column(c, "OWNER");
    int all = wanted(ui, c), few = column_names(c) ? FLEX_LEAST : c->cols;
    return text && few < all ? few : all;
}

/* The columns of each at its least, with the gaps. */
static int least_of_all(const struct ui *ui, const struct layout *at)
{
    int cols = LIST_MARK_COLS;
    for (size_t i = 0; i < at->count; i++)
        cols += least(ui, at->column[i]) + (i > 0 ? at->gap : 0);
    return cols;
}

static void drop(struct layout *at, size_t i)
{
    at->count--;
    memmove(&at->column[i], &at->column[i + 1], (at->count - i) * sizeof(const struct column *));
}

/* Columns that nobody asked for leave their room to the others when they would be empty. */
static void drop_empty(const struct ui *ui, struct layout *at)
{
    for (size_t i = at->count; i-- > 0;) {
        size_t in_table = measured(ui, at->column[i]);
        bool says = (ui->segments->says >> in_table & 1U) != 0;
        if (!says && at->column[i]->extra >= WIDE_EXTRA)
            drop(at, i);
    }
}

/* The one that only the widest screens show; at->count: there is none. */
static size_t dearest(const struct layout *at)
{
    size_t most = at->count;
    for (size_t i = 0; i < at->count; i++)
        if (at->column[i]->extra >= WIDE_EXTRA &&
            (most == at->count || at->column[i]->extra >= at->column[most]->extra))
            most = i;
    return most;
}

/* How many columns a cut one lacks. */
static int lacks(const struct ui *ui, const struct layout *at, const char *name, int most)
{
    for (size_t i = 0; i < at->count; i++) {
        int all = wanted(ui, at->column[i]);
        if (is_column(at->column[i], name))
            return (all < most ? all : most) - least(ui, at->column[i]);
    }
    return 0;
}

/* While states or users are cut, or names that have less than half of the screen, columns that
 * nobody asked for leave their room to them. */
static void drop_for_names(const struct ui *ui, struct layout *at)
{
    int cols = ui->canvas.cols;
    int needs = lacks(ui, at, "LOCATOR", cols / 2) + lacks(ui, at, "STATE", cols) +
                lacks(ui, at, "USERS", USERS_FAIR);
    size_t i = dearest(at);
    while (i < at->count && cols - least_of_all(ui, at) < needs) {
        drop(at, i);
        i = dearest(at);
    }
}

/* Widens the columns of this name to what they want, at most to `most`, from what is left. */
static void widen(const struct ui *ui, struct layout *at, const char *name, int most, int *left)
{
    for (size_t i = 0; i < at->count; i++) {
        if (!is_column(at->column[i], name))
            continue;
        int to = wanted(ui, at->column[i]);
        int more = (to < most ? to : most) - at->width[i];
        more = more < 0 ? 0 : more < *left ? more : *left;
        at->width[i] += more;
        *left -= more;
    }
}

struct layout layout_of(const struct ui *ui)
{
    const int cols = ui->canvas.cols;
    struct layout at = {.gap = cols >= WIDE_FROM ? 2 : 1};
    at.count = segments_columns(ui, cols, at.column);
    if (ui->s.set.columns[0] == '\0' && ui->segments->rows_hash != 0) {
        drop_empty(ui, &at);
        drop_for_names(ui, &at);
    }
    while (at.count > 1 && least_of_all(ui, &at) > cols)
        at.count--; /* the last choice has no room */
    int left = cols - least_of_all(ui, &at), col = LIST_MARK_COLS;
    for (size_t i = 0; i < at.count; i++)
        at.width[i] = least(ui, at.column[i]);
    widen(ui, &at, "LOCATOR", cols / 2, &left);
    widen(ui, &at, "OWNER", cols, &left);
    widen(ui, &at, "STATE", cols, &left);
    widen(ui, &at, "LOCATOR", cols, &left);
    widen(ui, &at, "NAME", cols, &left);
    widen(ui, &at, "USERS", cols, &left);
    for (size_t i = 0; i < at.count; i++) {
        at.from[i] = col;
        at.end[i] = col + at.width[i];
        col = at.end[i] + at.gap;
    }
    if (at.count > 0 && !at.column[at.count - 1]->right)
        at.end[at.count - 1] = cols; /* a cell may be wider than those that were measured */
    return at;
}

/* As many users as fit, and how many others there are. If not even the first fits, its name is cut,
 * but never what it may do. */
static void fit_users(const struct segrow *row, int cols, char cell[CELL_MAX])
{
    size_t groups = column_users(row, SIZE_MAX, CELL_MAX, cell), bytes = COMM_SHOWN;
    while (groups > 1 && canvas_width(cell) > cols)
        (void)column_users(row, --groups, CELL_MAX, cell);
    while (groups == 1 && bytes-- > 0 && canvas_width(cell) > cols)
        (void)column_users(row, groups, bytes, cell);
}

void layout_cell(const struct layout *at, size_t i, const struct segrow *row, char cell[CELL_MAX])
{
    const struct column *c = at->column[i];
    int cols = at->end[i] - at->from[i];
    column_shown(c, row, cell);
    if (is_column(c, "USERS") && canvas_width(cell) > cols)
        fit_users(row, cols, cell);
}
