/* The panel of users: which processes map the segment, which part of it, and which only hold a
 * descriptor. Both screens show it; Tab moves the cursor into it, Enter goes to the part that is
 * mapped. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "core/number.h"
#include "list/segrow.h"
#include "ui/inspect/inspect.h"

enum {
    LINE = 0x2500,
    COMM_COLS = 12,
    USER_COLS = 8,
    MOST_ROWS = 1000,
    OWN_ADDRESS = 36 /* columns that show the address of our own mapping, too */
};

int panel_who_rows(const struct seg_who *who)
{
    if (who == NULL)
        return 2;
    size_t rows = who->mappers_count + who->holders_count;
    return 1 + (rows == 0 ? 1 : rows > MOST_ROWS ? MOST_ROWS : (int)rows);
}

/* The panel while it is being drawn. */
struct box {
    struct ui *ui;
    struct canvas *c;
    int row; /* of the canvas */
    enum style style;
};

/* How many processes there are among the rows, which are sorted by PID. */
static size_t processes(const struct seg_who *who)
{
    size_t n = 0;
    for (size_t i = 0; i < who->mappers_count; i++)
        n += i == 0 || who->mappers[i].pid != who->mappers[i - 1].pid;
    for (size_t i = 0; i < who->holders_count; i++) {
        bool counted = i > 0 && who->holders[i].pid == who->holders[i - 1].pid;
        for (size_t k = 0; k < who->mappers_count && !counted; k++)
            counted = who->mappers[k].pid == who->holders[i].pid;
        n += !counted;
    }
    return n;
}

static void draw_rule(const struct box *b, const struct seg_who *who)
{
    const char *now = b->ui->s.sample.past.time != 0 ? " now" : ""; /* the past is not recorded */
    char rest[64] = "";
    canvas_fill(b->c, b->row, 0, b->c->cols, STYLE_DIM, LINE);
    if (who == NULL) {
        canvas_print(b->c, b->row, 2, b->c->cols, STYLE_LABEL, " who uses this%s ", now);
        return;
    }
    size_t n = processes(who);
    if (who->unreadable > 0)
        (void)snprintf(rest, sizeof rest, " (%zu could not be checked)", who->unreadable);
    canvas_print(b->c, b->row, 2, b->c->cols, STYLE_LABEL, " used%s by %zu process%s%s ", now, n,
                 n == 1 ? "" : "es", rest);
}

/* The name of a user; asking the system can be slow, so recent answers are cached. */
static const char *user_name(struct ui *ui, uint32_t uid)
{
    for (int i = 0; i < USERS_KEPT; i++)
        if (ui->user[i].known && ui->user[i].uid == uid)
            return ui->user[i].name;
    int at = ui->user_next++ % USERS_KEPT;
    ui->user[at].known = true;
    ui->user[at].uid = uid;
    return os_user_name(uid, ui->user[at].name);
}

/* PID, command and user of a process; returns the column after them. */
static int draw_process(const struct box *b, uint32_t pid, const char *comm, uint32_t uid)
{
    char name[COMM_SHOWN];
    int col = 2, limit = b->c->cols;
    col = canvas_print(b->c, b->row, col, limit, b->style, "%7" PRIu32 " %s", pid,
                       comm_shown(comm, name)) +
          1;
    col = col < 10 + COMM_COLS ? 10 + COMM_COLS : col;
    int end = canvas_text(b->c, b->row, col, col + USER_COLS, b->style, user_name(b->ui, uid));
    col = end > col + USER_COLS ? end : col + USER_COLS;
    return col + 1;
}

static void draw_mapper(const struct box *b, const struct seg_who *who, size_t i)
{
    const struct seg_mapper *m = &who->mappers[i];
    char size[NUMBER_SIZE_MAX];
    int col = draw_process(b, m->pid, m->comm, m->uid);
    (void)number_format_size(m->length, size);
    col = canvas_print(b->c, b->row, col, b->c->cols, b->style, "%-2s offset 0x%" PRIx64 ", %s",
                       m->write  ? "rw"
                       : m->read ? "r"
                                 : "-",
                       m->offset, size);
    bool us = m->pid == os_pid();
    if (!us || b->c->cols - col >= OWN_ADDRESS)
        col = canvas_print(b->c, b->row, col, b->c->cols, b->style, ", at 0x%" PRIx64, m->address);
    if (us)
        (void)canvas_text(b->c, b->row, col, b->c->cols, b->style, " (this shmlens)");
}

static void draw_holder(const struct box *b, const struct seg_holder *h)
{
    const char *us = h->pid == os_pid() ? " (this shmlens)" : "";
    int col = draw_process(b, h->pid, h->comm, h->uid);
    if (h->access != 0)
        canvas_print(b->c, b->row, col, b->c->cols, b->style,
                     "%-2s handle 0x%" PRIx32 " access 0x%" PRIx32 "%s",
                     (h->access & SEG_MAY_WRITE) != 0  ? "rw"
                     : (h->access & SEG_MAY_READ) != 0 ? "r"
                                                       : "-",
                     (uint32_t)h->fd, h->access, us);
    else
        canvas_print(b->c, b->row, col, b->c->cols, b->style, "-  open as fd %" PRId32 "%s", h->fd,
                     us);
}

/* The first row to show so that the cursor is among the `rows`. */
static size_t first_row(const struct ui *ui, size_t total, size_t rows)
{
    if (!ui->who_focus || ui->who_at < rows || rows == 0)
        return 0;
    return ui->who_at < total ? ui->who_at - rows + 1 : total - rows;
}

static void draw_row(struct box *b, const struct seg_who *who, size_t i)
{
    bool held = i >= who->mappers_count;
    uint32_t pid = held ? who->holders[i - who->mappers_count].pid : who->mappers[i].pid;
    bool cursor = b->ui->who_focus && b->ui->who_at == i;
    b->style = cursor ? STYLE_ROW : pid == os_pid() ? STYLE_DIM : STYLE_TEXT;
    if (cursor)
        canvas_fill(b->c, b->row, 0, b->c->cols, b->style, ' ');
    if (cursor)
        canvas_text(b->c, b->row, 0, 1, b->style, ">");
    if (held)
        draw_holder(b, &who->holders[i - who->mappers_count]);
    else
        draw_mapper(b, who, i);
}

void panel_who(struct ui *ui, const struct seg_who *who, int top, int bottom)
{
    struct box b = {ui, &ui->canvas, top, STYLE_TEXT};
    if (top >= bottom)
        return;
    for (int row = top; row < bottom; row++)
        canvas_fill(b.c, row, 0, b.c->cols, STYLE_TEXT, ' ');
    draw_rule(&b, who);
    b.row++;
    size_t total = who != NULL ? who->mappers_count + who->holders_count : 0;
    if (total == 0)
        (void)canvas_text(b.c, b.row, 2, b.c->cols, STYLE_DIM,
                          who == NULL           ? "looking"
                          : who->unreadable > 0 ? "no process seen"
                                                : "no process");
    size_t rows = bottom > b.row ? (size_t)(bottom - b.row) : 0;
    ui->who_rows = (int)rows;
    if (ui->who_at >= total)
        ui->who_at = total > 0 ? total - 1 : 0;
    for (size_t i = first_row(ui, total, rows); i < total && b.row < bottom; i++, b.row++)
        if (b.row == bottom - 1 && total - i > 1 && !ui->who_focus)
            canvas_print(b.c, b.row, 2, b.c->cols, STYLE_DIM,
                         "and %zu more: Tab scrolls, :info lists all", total - i);
        else
            draw_row(&b, who, i);
}
