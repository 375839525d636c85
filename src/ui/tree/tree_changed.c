/* Only fields that changed: since the baseline when there is one, else lately. The sampler lists
 * where something changed (live/changed_rows.c), in words of eight bytes; the fields there are the
 * rows, with their whole paths. */
#include <string.h>

#include "ui/tree/tree.h"

enum { WORD = 8, SECOND = 1000000000 };

/* Did the byte change? What is not sampled yet counts, for then only the word is known. */
static bool changed(const struct ui *ui, uint64_t offset)
{
    const struct sample *p = &ui->s.sample;
    size_t i = sample_index(p, offset);
    if (i == SIZE_MAX)
        return offset % WORD == 0;
    if (p->has_base)
        return p->arrays->base[i] != 0;
    return p->arrays->changed[i] > inspect_now(ui) - (int64_t)(ui->s.set.recent * SECOND);
}

bool tree_same_way(const struct row_way *a, const struct row_way *b)
{
    return a->steps == b->steps &&
           memcmp(a->step, b->step, (size_t)a->steps * sizeof *a->step) == 0;
}

/* Adds the field with this byte, unless it is the last one already. */
static void add_field(struct ui *ui, uint64_t offset)
{
    struct tree_state *st = ui->tree;
    struct row_way way;
    if (st->got == TREE_ROWS || !type_rows_at(tree_top(ui)->rows, offset, ROWS_FIELD, &way))
        return;
    if (st->got > 0 && tree_same_way(&st->row[st->got - 1].way, &way))
        return;
    if (type_rows_row(tree_top(ui)->rows, &way, &st->row[st->got]))
        st->got++;
}

/* Asks for a list around the row of the cursor. */
static void ask(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    ui->s.fields = (struct rows_request){.on = true,
                                         .start = 0,
                                         .width = WORD,
                                         .rows = (size_t)st->at.rows,
                                         .top = st->only_top - st->only_top % WORD,
                                         .keep = ui->s.cursor - ui->s.cursor % WORD,
                                         .recent = (int64_t)(ui->s.set.recent * SECOND)};
}

bool tree_lists(const struct ui *ui)
{
    return ui->tree->only && ui->s.past == 0;
}

void tree_list_changed(struct ui *ui)
{
    struct tree_state *st = ui->tree;
    struct tree_view *v = tree_top(ui);
    const struct rows_result *list = &ui->s.sample.rows;
    size_t rows = (size_t)st->at.rows, here = 0;
    st->got = 0;
    for (size_t k = 0; list->on && list->width == WORD && k < list->count; k++) {
        tree_need(ui, list->at[k], WORD); /* which of its bytes did */
        for (uint64_t i = 0; i < WORD; i++) {
            bool keep = list->at[k] + i == ui->s.cursor; /* the cursor stays where it is */
            if (keep || changed(ui, list->at[k] + i))
                add_field(ui, list->at[k] + i);
        }
    }
    for (size_t k = 0; k < st->got; k++)
        if (ui->s.cursor >= st->row[k].node.offset)
            here = k;
    st->first = here > (size_t)v->line ? here - (size_t)v->line : 0;
    size_t lowest = st->got > rows ? st->got - rows : 0; /* no empty rows while some are hidden */
    st->first = st->first < lowest ? st->first : lowest;
    v->line = (int)(here - st->first);
    if ((size_t)v->line >= rows) {
        v->line = (int)rows - 1;
        st->first = here - (size_t)v->line;
    }
    st->count = st->got;
    st->top = 0;
    st->only_top = st->got > 0 ? st->row[st->first].node.offset : ui->s.cursor;
    if (st->got > 0)
        v->cursor = st->row[here].way;
    st->synced = ui->s.cursor;
    ask(ui);
}

void tree_step_changed(struct ui *ui, int64_t by)
{
    struct tree_state *st = ui->tree;
    struct tree_view *v = tree_top(ui);
    int64_t at = (int64_t)st->first + v->line + by, last = (int64_t)st->got - 1;
    if (last < 0)
        return;
    at = at < 0 ? 0 : at > last ? last : at;
    int64_t line = v->line + (at - ((int64_t)st->first + v->line));
    v->line = line < 0 ? 0 : line >= st->at.rows ? st->at.rows - 1 : (int)line;
    v->cursor = st->row[at].way;
    session_move_to(&ui->s, st->row[at].node.offset, false);
    st->synced = ui->s.cursor;
}
