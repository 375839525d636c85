/* The panel of processes: who maps the segment and who only holds a descriptor of it. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "core/number.h"
#include "core/text.h"
#include "ui/inspect.h"

enum { LINE = 0x2500, COMM_MAX = 80 };

/* Every byte of a process's name that is not printable is escaped. */
static void comm_text(const char *comm, char out[COMM_MAX])
{
    size_t n = 0;
    while (n < 16 && comm[n] != '\0')
        n++;
    (void)text_escape(out, COMM_MAX, comm, n);
}

/* The row that is being drawn. */
struct box {
    struct canvas *c;
    int row;
};

int panel_who_rows(const struct seg_who *who)
{
    if (who == NULL)
        return 2;
    size_t rows = who->mappers_count + who->holders_count;
    return 1 + (rows == 0 ? 1 : rows > 1000 ? 1000 : (int)rows);
}

static void draw_rule(const struct box *b, const struct seg_who *who)
{
    canvas_fill(b->c, b->row, 0, b->c->cols, STYLE_DIM, LINE);
    if (who == NULL) {
        canvas_print(b->c, b->row, 2, b->c->cols, STYLE_LABEL, " who maps this ");
        return;
    }
    char rest[64] = "";
    if (who->unreadable > 0)
        (void)snprintf(rest, sizeof rest, ", %zu process%s could not be read", who->unreadable,
                       who->unreadable == 1 ? "" : "es");
    canvas_print(b->c, b->row, 2, b->c->cols, STYLE_LABEL,
                 " who maps this: %zu mapping%s, %zu descriptor%s%s ", who->mappers_count,
                 who->mappers_count == 1 ? "" : "s", who->holders_count,
                 who->holders_count == 1 ? "" : "s", rest);
}

/* Process number and name; returns the column for the rest. */
static int draw_process(const struct box *b, uint32_t pid, const char *comm, enum style style)
{
    char name[COMM_MAX];
    comm_text(comm, name);
    int end = canvas_print(b->c, b->row, 2, b->c->cols, style, "%7" PRIu32 "  %s", pid, name);
    return end < 27 ? 27 : end + 2;
}

static void draw_mapper(const struct box *b, const struct seg_mapper *m)
{
    char size[NUMBER_SIZE_MAX];
    bool us = m->pid == os_pid();
    enum style style = us ? STYLE_DIM : STYLE_TEXT;
    int col = draw_process(b, m->pid, m->comm, style);
    (void)number_format_size(m->length, size);
    canvas_print(b->c, b->row, col, b->c->cols, style,
                 "%-2s  %s from 0x%" PRIx64 "  at 0x%" PRIx64 "%s",
                 m->write  ? "rw"
                 : m->read ? "r"
                           : "-",
                 size, m->offset, m->address, us ? "  (us)" : "");
}

static void draw_holder(const struct box *b, const struct seg_holder *h)
{
    bool us = h->pid == os_pid();
    enum style style = us ? STYLE_DIM : STYLE_TEXT;
    int col = draw_process(b, h->pid, h->comm, style);
    canvas_print(b->c, b->row, col, b->c->cols, style, "--  only holds descriptor %" PRId32 "%s",
                 h->fd, us ? "  (us)" : "");
}

void panel_who(struct ui *ui, const struct seg_who *who, int top, int bottom)
{
    struct box b = {&ui->canvas, top};
    if (top >= bottom)
        return;
    for (int row = top; row < bottom; row++)
        canvas_fill(b.c, row, 0, b.c->cols, STYLE_TEXT, ' ');
    draw_rule(&b, who);
    b.row++;
    size_t total = who != NULL ? who->mappers_count + who->holders_count : 0;
    if (total == 0)
        (void)canvas_text(b.c, b.row, 2, b.c->cols, STYLE_DIM,
                          who == NULL ? "looking" : "nobody that can be seen");
    for (size_t i = 0; i < total && b.row < bottom; i++, b.row++) {
        if (b.row == bottom - 1 && total - i > 1)
            canvas_print(b.c, b.row, 2, b.c->cols, STYLE_DIM, "... and %zu more (`: info`)",
                         total - i);
        else if (i < who->mappers_count)
            draw_mapper(&b, &who->mappers[i]);
        else
            draw_holder(&b, &who->holders[i - who->mappers_count]);
    }
}
