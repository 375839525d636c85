#include "ui/term/paint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ui/term/term_caps.h"

enum {
    SEQUENCE = 80, /* bytes of the longest that is made */
    ERASE_FROM = 8 /* so many blanks are worth a sequence of their own */
};

void paint_free(struct paint *p)
{
    free(p->text);
    p->text = NULL;
    p->length = p->capacity = 0;
}

void paint_forget(struct paint *p)
{
    p->row = p->style = -1;
}

static void add(struct paint *p, const char *text, size_t n)
{
    if (p->length + n > p->capacity) {
        size_t want = (p->length + n) * 2 + 4096;
        char *more = realloc(p->text, want);
        p->failed = p->failed || more == NULL;
        if (more == NULL)
            return;
        p->text = more;
        p->capacity = want;
    }
    memcpy(p->text + p->length, text, n);
    p->length += n;
}

void paint_anew(struct paint *p)
{
    if (p->terms.margins)
        add(p, "\033[r", 3);
    paint_forget(p);
}

void paint_between(struct paint *p, const char *before, const char *after)
{
    size_t n = strlen(before), length = p->length;
    add(p, before, n); /* for the room */
    if (p->failed)
        return;
    memmove(p->text + n, p->text, length);
    memcpy(p->text, before, n);
    add(p, after, strlen(after));
}

/* ---- looks ---- */

static void parameter(char *out, const char *text)
{
    size_t n = strlen(out);
    (void)snprintf(out + n, SEQUENCE - n, "%s%s", n > 0 ? ";" : "", text);
}

/* The parameters for a look, from none at all. */
static void from_nothing(const struct paint *p, const struct paint_look *to, char out[SEQUENCE])
{
    bool any = to->fg[0] != '\0' || to->bg[0] != '\0';
    out[0] = '\0';
    for (size_t i = 0; i < PAINT_ATTRIBUTES; i++)
        any = any || to->on[i];
    if (!any)
        return; /* `ESC [ m` takes all away */
    parameter(out, "0");
    for (size_t i = 0; i < PAINT_ATTRIBUTES; i++)
        if (to->on[i])
            parameter(out, p->terms.attribute[i]);
    if (to->fg[0] != '\0')
        parameter(out, to->fg);
    if (to->bg[0] != '\0')
        parameter(out, to->bg);
}

/* The parameters that make one look of another; false: an attribute has to go. */
static bool from_other(const struct paint *p, const struct paint_look *was,
                       const struct paint_look *to, char out[SEQUENCE])
{
    out[0] = '\0';
    for (size_t i = 0; i < PAINT_ATTRIBUTES; i++) {
        if (was->on[i] && !to->on[i])
            return false;
        if (to->on[i] && !was->on[i])
            parameter(out, p->terms.attribute[i]);
    }
    if (strcmp(was->fg, to->fg) != 0)
        parameter(out, to->fg[0] != '\0' ? to->fg : "39");
    if (strcmp(was->bg, to->bg) != 0)
        parameter(out, to->bg[0] != '\0' ? to->bg : "49");
    return true;
}

static bool same_look(const struct paint_look *a, const struct paint_look *b)
{
    return memcmp(a->on, b->on, sizeof a->on) == 0 && strcmp(a->fg, b->fg) == 0 &&
           strcmp(a->bg, b->bg) == 0;
}

static void set_style(struct paint *p, int style)
{
    char fresh[SEQUENCE], other[SEQUENCE], text[SEQUENCE + 3];
    const struct paint_look *to = &p->look[style];
    if (p->style == style || (p->style >= 0 && same_look(&p->look[p->style], to))) {
        p->style = style;
        return;
    }
    from_nothing(p, to, fresh);
    bool can = p->style >= 0 && from_other(p, &p->look[p->style], to, other);
    int n = snprintf(text, sizeof text, "\033[%sm",
                     can && strlen(other) < strlen(fresh) ? other : fresh);
    add(p, text, n < 0 ? 0 : (size_t)n);
    p->style = style;
}

/* ---- places ---- */

/* The shortest way to a place, as a sequence; its length. */
static int way(const struct paint *p, int row, int col, char out[SEQUENCE])
{
    if (p->row == row && p->col == col)
        return 0;
    if (p->row == row && col > p->col)
        return col == p->col + 1 ? snprintf(out, SEQUENCE, "\033[C")
                                 : snprintf(out, SEQUENCE, "\033[%dC", col - p->col);
    if (col == 0 && p->row == row)
        return snprintf(out, SEQUENCE, "\r");
    if (col == 0 && p->row >= 0 && row == p->row + 1)
        return snprintf(out, SEQUENCE, "\r\n");
    return col == 0 ? snprintf(out, SEQUENCE, "\033[%dH", row + 1)
                    : snprintf(out, SEQUENCE, "\033[%d;%dH", row + 1, col + 1);
}

void paint_cursor(struct paint *p, int row, int col)
{
    char text[SEQUENCE];
    int n = way(p, row, col, text);
    add(p, text, n < 0 ? 0 : (size_t)n);
    p->row = row;
    p->col = col;
}

void paint_clear(struct paint *p)
{
    add(p, "\033[m\033[2J", 7);
    paint_forget(p);
}

/* ---- cells ---- */

/* What is sent for a cell; false: a question mark, since the terminal would get its width wrong. */
static bool cell_text(const struct paint *p, const struct cell *cell, bool wide, char *out,
                      size_t *n)
{
    uint32_t cp = p->terms.utf8 ? cell->cp : ascii_for(cell->cp);
    *n = 1;
    out[0] = (char)cp;
    if (cp < 0x80 && !wide && cell->mark[0] == 0)
        return cp >= 0x20 && cp < 0x7f;
    if (p->terms.width(cp) != (wide ? 2 : 1))
        return false;
    *n = text_encode(TEXT_UTF8, cp, (uint8_t *)out);
    for (int i = 0; p->terms.utf8 && i < CANVAS_MARKS; i++)
        if (cell->mark[i] != 0 && p->terms.width(cell->mark[i]) == 0)
            *n += text_encode(TEXT_UTF8, cell->mark[i], (uint8_t *)out + *n);
    return true;
}

static void put_cell(struct paint *p, const struct cell *cell, bool wide)
{
    char text[4 * (CANVAS_MARKS + 1)];
    size_t n;
    set_style(p, cell->style < STYLES ? cell->style : STYLE_TEXT);
    if (!cell_text(p, cell, wide, text, &n)) {
        memcpy(text, "? ", 2);
        n = wide ? 2 : 1;
    }
    add(p, text, n);
    p->col += wide ? 2 : 1;
    if (p->col >= p->cols || n > 3 || wide || cell->mark[0] != 0)
        p->row = -1; /* in the last column it is not known, nor after what is drawn differently */
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->cp == b->cp && a->style == b->style && a->mark[0] == b->mark[0] &&
           a->mark[1] == b->mark[1];
}

/* One plain character, as wide here as everywhere. */
static bool plain(const struct cell *c)
{
    return c->cp >= 0x20 && c->cp < 0x7f && c->mark[0] == 0;
}

/* Over cells that are as they were: again, where that takes fewer bytes than to skip them. */
static void pass(struct paint *p, int row, const struct cell *now, int from, int to)
{
    char text[SEQUENCE];
    int skip = p->row == row && p->col == from ? way(p, row, to, text) : 0;
    bool again = to - from < skip && p->style >= 0;
    for (int i = from; again && i < to; i++)
        again = plain(&now[i]) && now[i].style < STYLES &&
                same_look(&p->look[now[i].style], &p->look[p->style]);
    for (int i = from; again && i < to; i++)
        put_cell(p, &now[i], false);
}

/* Blanks on the terminal's own background from a place on. */
static int blanks(const struct paint *p, const struct cell *now, int from, int to)
{
    int n = 0;
    while (from + n < to && now[from + n].cp == ' ' && now[from + n].mark[0] == 0 &&
           same_look(&p->look[now[from + n].style < STYLES ? now[from + n].style : 0],
                     &p->look[STYLE_TEXT]))
        n++;
    return n;
}

/* Erases what becomes blank; how many cells. STYLE_TEXT must be the terminal's own look. */
static int erase(struct paint *p, const struct cell *now, int from, int to)
{
    static const struct paint_look own;
    char text[SEQUENCE];
    int n = same_look(&p->look[STYLE_TEXT], &own) ? blanks(p, now, from, to) : 0;
    bool rest = from + n == p->cols && n >= 4;
    if (!rest && (n < ERASE_FROM || !p->terms.erases))
        return 0;
    set_style(p, STYLE_TEXT);
    int length =
        rest ? snprintf(text, sizeof text, "\033[K") : snprintf(text, sizeof text, "\033[%dX", n);
    add(p, text, length < 0 ? 0 : (size_t)length);
    return n;
}

void paint_row(struct paint *p, int row, int cells, const struct cell *old, const struct cell *now,
               int from, int to)
{
    for (int i = from; i < to;) {
        int next = i;
        bool half = now[i].cp == 0; /* of a wide character, drawn with its left half */
        while (next < to && old != NULL && same_cell(&old[next], &now[next]))
            next++;
        if (next > i) {
            if (next < to)
                pass(p, row, now, i, next);
            i = next;
            continue;
        }
        if (half) {
            i++;
            continue;
        }
        paint_cursor(p, row, i);
        int gone = erase(p, now, i, to);
        bool wide = gone == 0 && i + 1 < cells && now[i + 1].cp == 0;
        if (gone == 0)
            put_cell(p, &now[i], wide);
        i += gone > 0 ? gone : wide ? 2 : 1;
    }
}
