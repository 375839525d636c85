/* The panel of users: which processes map the segment, which part of it, and which only hold a
 * descriptor. Both screens show it; Tab moves the cursor into it, Enter goes to the part that is
 * mapped. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "backend/os.h"
#include "core/number.h"
#include "core/plural.h"
#include "list/segrow.h"
#include "ui/inspect/inspect.h"
#include "ui/list/list.h"

enum { LINE = 0x2500, MOST_ROWS = 1000, HEAD_ROWS = 2 };

/* The table: each column's words, and where it is; the last one takes the rest. */
enum { PID, NAME, USER, MAY, OFFSET, SIZE, AT, FIELDS };
static const struct field {
    const char *head;
    int from, end;
    bool right;
} fields[FIELDS] = {{"PID", 2, 9, true},       {"NAME", 10, 26, false},  {"USER", 27, 36, false},
                    {"MAY", 37, 40, false},    {"OFFSET", 41, 53, true}, {"SIZE", 54, 64, true},
                    {"AT", 66, INT_MAX, false}};

/* Rows for the processes that could not be read. */
static int unread_rows(const struct seg_who *who)
{
    return (int)who->unread.count;
}

int panel_who_rows(const struct seg_who *who)
{
    if (who == NULL)
        return HEAD_ROWS;
    size_t rows = who->mappers_count + who->holders_count;
    return HEAD_ROWS +
           (rows == 0          ? 1
            : rows > MOST_ROWS ? MOST_ROWS
                               : (int)rows) +
           unread_rows(who);
}

static uint32_t pid_of(const struct seg_who *who, size_t user)
{
    return user < who->mappers_count ? who->mappers[user].pid
                                     : who->holders[user - who->mappers_count].pid;
}

size_t panel_who_user(const struct seg_who *who, size_t row)
{
    size_t total = who->mappers_count + who->holders_count;
    for (int ours = 0; ours < 2; ours++)
        for (size_t i = 0; i < total; i++)
            if ((pid_of(who, i) == os_pid()) == (ours != 0) && row-- == 0)
                return i;
    return total;
}

/* The panel while it is being drawn. */
struct box {
    struct ui *ui;
    struct canvas *c;
    int row; /* of the canvas */
    enum style style;
};

/* How many processes but this one there are among the rows, which are sorted by PID. */
static size_t others(const struct seg_who *who)
{
    size_t n = 0;
    for (size_t i = 0; i < who->mappers_count; i++)
        n += who->mappers[i].pid != os_pid() &&
             (i == 0 || who->mappers[i].pid != who->mappers[i - 1].pid);
    for (size_t i = 0; i < who->holders_count; i++) {
        bool counted = who->holders[i].pid == os_pid() ||
                       (i > 0 && who->holders[i].pid == who->holders[i - 1].pid);
        for (size_t k = 0; k < who->mappers_count && !counted; k++)
            counted = who->mappers[k].pid == who->holders[i].pid;
        n += !counted;
    }
    return n;
}

/* As everywhere, the others are counted. Is this one among the rows, too? */
static bool has_us(const struct seg_who *who)
{
    for (size_t i = 0; i < who->mappers_count; i++)
        if (who->mappers[i].pid == os_pid())
            return true;
    for (size_t i = 0; i < who->holders_count; i++)
        if (who->holders[i].pid == os_pid())
            return true;
    return false;
}

/* `used by 3 other processes`. Returns the column after it. */
static int draw_title(const struct box *b, const struct seg_who *who)
{
    const char *now = b->ui->s.sample.past.time != 0 ? " now" : ""; /* the past is not recorded */
    char rest[64] = "", count[64];
    if (who == NULL)
        return canvas_print(b->c, b->row, 2, b->c->cols, STYLE_LABEL, " who uses this%s ", now);
    size_t n = others(who), unseen = who->unreadable + who->unowned;
    if (unseen > 0)
        (void)snprintf(rest, sizeof rest, " (%zu could not be read)", unseen);
    const char *other = has_us(who) ? "other " : "";
    if (n > 0)
        (void)snprintf(count, sizeof count, "%zu %sprocess%s", n, other, plural_es(n));
    else
        (void)snprintf(count, sizeof count, "no %sprocess", other);
    return canvas_print(b->c, b->row, 2, b->c->cols, STYLE_LABEL, " used%s by %s%s ", now, count,
                        rest);
}

/* The line above the panel, bright while the keys go there. */
static void draw_rule(const struct box *b, const struct seg_who *who)
{
    bool inside = b->ui->who_focus;
    char text[96];
    enum style line = inside ? STYLE_HEADER : STYLE_DIM;
    const char *hint =
        ui_hint(b->ui,
                inside ? " {panel go} goes there, {panel next}: next, {panel leave}: back "
                       : " {move column}: into it, {who} closes ",
                text, sizeof text);
    canvas_fill(b->c, b->row, 0, b->c->cols, line, LINE);
    int col = draw_title(b, who), from = b->c->cols - canvas_width(hint) - 2;
    if (from <= col) { /* there is room for one of the keys */
        hint = ui_hint(b->ui, inside ? " {panel leave}: back " : " {move column}: into it ", text,
                       sizeof text);
        from = b->c->cols - canvas_width(hint) - 2;
    }
    if (from > col)
        canvas_text(b->c, b->row, from, b->c->cols, line, hint);
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

static void put(const struct box *b, int i, const char *text)
{
    const struct field *f = &fields[i];
    int end = f->end < b->c->cols ? f->end : b->c->cols;
    if (f->from < end)
        (void)canvas_field(b->c, b->row, f->from, end, f->right, b->style, text);
}

static void put_hex(const struct box *b, int i, const char *before, uint64_t n)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%s%" PRIx64, before, n);
    put(b, i, text);
}

/* PID, command and user of a process. */
static void draw_process(const struct box *b, uint32_t pid, const char *comm, uint32_t uid)
{
    char name[COMM_SHOWN];
    (void)snprintf(name, sizeof name, "%" PRIu32, pid);
    put(b, PID, name);
    put(b, NAME, comm_shown(comm, name));
    put(b, USER, user_name(b->ui, uid));
}

static void draw_mapper(const struct box *b, const struct seg_mapper *m)
{
    char size[NUMBER_SIZE_MAX];
    draw_process(b, m->pid, m->comm, m->uid);
    put(b, MAY, m->write ? "rw" : m->read ? "r" : "-");
    put_hex(b, OFFSET, "0x", m->offset);
    (void)number_format_size(m->length, size);
    put(b, SIZE, size);
    if (m->pid == os_pid())
        put(b, AT, "(this one)");
    else
        put_hex(b, AT, "0x", m->address);
}

static void draw_holder(const struct box *b, const struct seg_holder *h)
{
    const char *us = h->pid == os_pid() ? " (this one)" : "";
    char text[64];
    if (h->pid == 0) { /* no process: the system itself holds it */
        put(b, PID, "-");
        put(b, NAME, h->comm);
        put(b, AT, "loop device");
        return;
    }
    draw_process(b, h->pid, h->comm, h->uid);
    put(b, MAY,
        (h->access & SEG_MAY_WRITE) != 0  ? "rw"
        : (h->access & SEG_MAY_READ) != 0 ? "r"
                                          : "fd");
    if (h->access != 0)
        (void)snprintf(text, sizeof text, "handle 0x%" PRIx32 "%s", (uint32_t)h->fd, us);
    else
        (void)snprintf(text, sizeof text, "fd %" PRId32 "%s", h->fd, us);
    put(b, AT, text);
}

static void draw_head(const struct box *b)
{
    canvas_fill(b->c, b->row, 0, b->c->cols, STYLE_HEADER, ' ');
    for (int i = 0; i < FIELDS; i++)
        put(b, i, fields[i].head);
}

/* The first row to show so that the cursor is among the `rows`. */
static size_t first_row(const struct ui *ui, size_t total, size_t rows)
{
    if (!ui->who_focus || ui->who_at < rows || rows == 0)
        return 0;
    return ui->who_at < total ? ui->who_at - rows + 1 : total - rows;
}

static void draw_row(struct box *b, const struct seg_who *who, size_t row)
{
    size_t i = panel_who_user(who, row);
    bool held = i >= who->mappers_count;
    uint32_t pid = pid_of(who, i);
    bool cursor = b->ui->who_focus && b->ui->who_at == row;
    b->style = cursor ? STYLE_ROW : pid == os_pid() ? STYLE_DIM : STYLE_TEXT;
    if (cursor)
        canvas_fill(b->c, b->row, 0, b->c->cols, b->style, ' ');
    if (cursor)
        canvas_text(b->c, b->row, 0, 1, b->style, ">");
    if (held)
        draw_holder(b, &who->holders[i - who->mappers_count]);
    else
        draw_mapper(b, &who->mappers[i]);
}

/* Are its users found by their handles? Then one that only maps it is not seen. */
static bool found_by_handles(const struct ui *ui)
{
    const struct seg_info *info = ui_screen(ui) == &screen_inspect ? NULL : segments_at(ui);
    const struct seg_stat *stat = info != NULL ? &info->stat : &ui->s.sample.stat;
    return (stat->known & SEG_HAS_SECTION) != 0;
}

/* In the words of the list, of a segment that may not outlive its users. */
static void draw_nobody(const struct box *b, const struct seg_who *who)
{
    char unseen[UNSEEN_TEXT];
    if (who == NULL)
        (void)canvas_text(b->c, b->row, 2, b->c->cols, STYLE_DIM, "looking");
    else if (who->unreadable + who->unowned > 0)
        (void)canvas_print(b->c, b->row, 2, b->c->cols, STYLE_DIM, "no user found, but %s",
                           unseen_text(who->unreadable, who->unowned, unseen));
    else
        (void)canvas_text(b->c, b->row, 2, b->c->cols, STYLE_DIM,
                          found_by_handles(b->ui)
                              ? "no handle found; a process that only maps it is not seen"
                              : "no process uses it");
}

/* Who could not be read, and why: a user may be among them. The last row says how many others. */
static void draw_unread(struct box *b, const struct seg_who *who, int bottom)
{
    char text[UNREAD_TEXT], more[40] = "";
    size_t n = who->unread.count;
    for (size_t i = 0; i < n && b->row < bottom; i++, b->row++) {
        bool last = i + 1 == n || b->row + 1 == bottom;
        if (last && i + 1 < who->unreadable)
            (void)snprintf(more, sizeof more, "; and %zu more", who->unreadable - i - 1);
        (void)canvas_print(b->c, b->row, 2, b->c->cols, STYLE_DIM, "could not be read: %s%s",
                           unread_text(&who->unread.row[i], text), more);
    }
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
    b.style = STYLE_HEADER;
    if (b.row < bottom)
        draw_head(&b);
    b.row++;
    size_t total = who != NULL ? who->mappers_count + who->holders_count : 0;
    if (total == 0)
        draw_nobody(&b, who);
    bool blind = who != NULL && who->unread.count > 0 && bottom - b.row > 3; /* one is named */
    int end = blind ? bottom - 1 : bottom;
    size_t rows = end > b.row ? (size_t)(end - b.row) : 0;
    ui->who_rows = (int)rows;
    if (ui->who_at >= total)
        ui->who_at = total > 0 ? total - 1 : 0;
    for (size_t i = first_row(ui, total, rows); i < total && b.row < end; i++, b.row++)
        if (b.row == end - 1 && total - i > 1 && !ui->who_focus)
            canvas_print(b.c, b.row, 2, b.c->cols, STYLE_DIM,
                         "and %zu more: Tab scrolls, :info lists all", total - i);
        else
            draw_row(&b, who, i);
    b.row += total == 0;
    if (who != NULL)
        draw_unread(&b, who, bottom);
}
