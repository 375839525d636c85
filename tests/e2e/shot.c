#include "shot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* PART: columns of a row that move by themselves: what stands still is written once. */
enum { CELL_W = 9, CELL_H = 18, FONT = 15, MARGIN = 12, BASELINE = 14, PART = 10 };

/* A part of one row. */
struct span {
    int row, from, to; /* columns [from, to) */
};

/* The terminal's own colours, and the window around it. */
static const struct e2e_colour paper = {.red = 0x16, .green = 0x1a, .blue = 0x21};
static const struct e2e_colour ink = {.red = 0xd5, .green = 0xda, .blue = 0xe2};

struct shot {
    int rows, cols;
    struct e2e_cell cells[]; /* rows * cols */
};

struct shot *shot_take(struct e2e *t)
{
    int rows = e2e_rows(t), cols = e2e_cols(t);
    struct shot *s = malloc(sizeof *s + (size_t)(rows * cols) * sizeof s->cells[0]);
    if (s == NULL)
        e2e_fail("out of memory");
    s->rows = rows;
    s->cols = cols;
    for (int r = 0; r < rows; r++) {
        for (int c = 0; c < cols; c++) {
            struct e2e_cell *cell = &s->cells[r * cols + c];
            *cell = e2e_cell(t, r, c);
            cell->fg = cell->fg.standard ? ink : cell->fg;
            cell->bg = cell->bg.standard ? paper : cell->bg;
            if (cell->reverse) {
                struct e2e_colour fg = cell->fg;
                cell->fg = cell->bg;
                cell->bg = fg;
            }
        }
    }
    return s;
}

void shot_free(struct shot *s)
{
    free(s);
}

static bool same_colour(struct e2e_colour a, struct e2e_colour b)
{
    return a.red == b.red && a.green == b.green && a.blue == b.blue;
}

static bool same_pen(const struct e2e_cell *a, const struct e2e_cell *b)
{
    return same_colour(a->fg, b->fg) && a->bold == b->bold && a->underline == b->underline &&
           a->italic == b->italic;
}

static bool same_span(const struct shot *a, const struct shot *b, struct span at)
{
    for (int c = at.from; c < at.to; c++) {
        const struct e2e_cell *x = &a->cells[at.row * a->cols + c];
        const struct e2e_cell *y = &b->cells[at.row * a->cols + c];
        if (strcmp(x->text, y->text) != 0 || !same_pen(x, y) || !same_colour(x->bg, y->bg))
            return false;
    }
    return true;
}

static bool same(const struct shot *a, const struct shot *b)
{
    for (int r = 0; r < a->rows; r++)
        if (!same_span(a, b, (struct span){r, 0, a->cols}))
            return false;
    return true;
}

void shot_add(struct shot_film *film, struct e2e *t, int seconds_100)
{
    struct shot *s = shot_take(t);
    if (film->count > 0 && same(s, film->frame[film->count - 1])) {
        film->seconds_100[film->count - 1] += seconds_100;
        shot_free(s);
    } else if (film->count < SHOT_FRAMES_MAX) {
        film->frame[film->count] = s;
        film->seconds_100[film->count++] = seconds_100;
    } else {
        shot_free(s);
    }
}

void shot_film_free(struct shot_film *film)
{
    for (int i = 0; i < film->count; i++)
        shot_free(film->frame[i]);
    film->count = 0;
}

static void put_text(FILE *f, const char *text)
{
    for (; *text != '\0'; text++)
        if (*text == '<')
            fputs("&lt;", f);
        else if (*text == '>')
            fputs("&gt;", f);
        else if (*text == '&')
            fputs("&amp;", f);
        else
            fputc(*text, f);
}

static void put_colour(FILE *f, struct e2e_colour c)
{
    fprintf(f, "#%02x%02x%02x", c.red, c.green, c.blue);
}

static void put_backgrounds(FILE *f, const struct shot *s, struct span at)
{
    const struct e2e_cell *cells = &s->cells[at.row * s->cols];
    for (int c = at.from, end; c < at.to; c = end) {
        for (end = c + 1; end < at.to && same_colour(cells[end].bg, cells[c].bg); end++) {
        }
        if (same_colour(cells[c].bg, paper))
            continue;
        fprintf(f, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"", c * CELL_W,
                at.row * CELL_H, (end - c) * CELL_W, CELL_H);
        put_colour(f, cells[c].bg);
        fputs("\"/>", f);
    }
}

static bool blank(const struct e2e_cell *cell)
{
    return strcmp(cell->text, " ") == 0 && !cell->underline;
}

/* Where the run of text that starts at c ends: same pen (blanks have none), no blank at its end,
 * wide characters by themselves. */
static int run_end(const struct e2e_cell *cells, int c, int cols)
{
    int end = c + 1, last = end;
    if (cells[c].width == 2 || cells[c].text[0] == '\0' || blank(&cells[c]))
        return end;
    for (; end < cols && cells[end].width == 1 && cells[end].text[0] != '\0'; end++) {
        if (blank(&cells[end]))
            continue;
        if (!same_pen(&cells[end], &cells[c]))
            break;
        last = end + 1;
    }
    return last;
}

static void put_words(FILE *f, const struct shot *s, struct span at)
{
    const struct e2e_cell *cells = &s->cells[at.row * s->cols];
    for (int c = at.from, end; c < at.to; c = end) {
        end = run_end(cells, c, at.to);
        if (cells[c].text[0] == '\0' || blank(&cells[c]))
            continue;
        int width = cells[c].width == 2 ? 2 : end - c;
        fprintf(f, "<text x=\"%d\" y=\"%d\" textLength=\"%d\"%s%s%s", c * CELL_W,
                at.row * CELL_H + BASELINE, width * CELL_W,
                cells[c].bold ? " font-weight=\"bold\"" : "",
                cells[c].underline ? " text-decoration=\"underline\"" : "",
                cells[c].italic ? " font-style=\"italic\"" : "");
        if (!same_colour(cells[c].fg, ink)) {
            fputs(" fill=\"", f);
            put_colour(f, cells[c].fg);
            fputc('"', f);
        }
        fputc('>', f);
        for (int i = c; i < end; i++)
            put_text(f, cells[i].text);
        fputs("</text>", f);
    }
}

/* Which runs of frames [from, to) something is shown for. */
struct times {
    bool used[SHOT_FRAMES_MAX][SHOT_FRAMES_MAX + 1];
};

/* When frame i starts, in hundredths of a second. */
static int start_of(const struct shot_film *film, int i)
{
    int time = 0;
    while (i > 0)
        time += film->seconds_100[--i];
    return time;
}

/* Is there nothing in it to draw? */
static bool empty(const struct shot *s, struct span at)
{
    for (int c = at.from; c < at.to; c++) {
        const struct e2e_cell *cell = &s->cells[at.row * s->cols + c];
        if (strcmp(cell->text, " ") != 0 || cell->underline || !same_colour(cell->bg, paper))
            return false;
    }
    return true;
}

/* Frames [from, to) show this part alike. Which of them something was drawn for is kept in `times`.
 */
static void put_span(FILE *f, const struct shot_film *film, struct span at, int from, int to,
                     struct times *times)
{
    if (empty(film->frame[from], at))
        return;
    if (from == 0 && to == film->count) {
        fputs("<g>", f);
    } else {
        fprintf(f, "<g class=\"t%d-%d\">", from, to);
        times->used[from][to] = true;
    }
    put_backgrounds(f, film->frame[from], at);
    put_words(f, film->frame[from], at);
    fputs("</g>\n", f);
}

static void put_spans(FILE *f, const struct shot_film *film, struct span at, struct times *times)
{
    int from = 0;
    for (int i = 1; i <= film->count; i++) {
        if (i < film->count && same_span(film->frame[from], film->frame[i], at))
            continue;
        put_span(f, film, at, from, i, times);
        from = i;
    }
}

static void put_rows(FILE *f, const struct shot_film *film, struct times *times)
{
    const struct shot *first = film->frame[0];
    int part = film->count > 1 ? PART : first->cols;
    for (int row = 0; row < first->rows; row++) {
        for (int col = 0; col < first->cols; col += part) {
            int end = col + part < first->cols ? col + part : first->cols;
            put_spans(f, film, (struct span){row, col, end}, times);
        }
    }
}

/* One animation: visible from frame `from` until frame `to`. */
static void put_time(FILE *f, const struct shot_film *film, int from, int to)
{
    int total = start_of(film, film->count);
    double a = 100.0 * start_of(film, from) / total, b = 100.0 * start_of(film, to) / total;
    fprintf(f, ".t%d-%d{%sanimation:k%d-%d %d.%02ds step-end infinite}@keyframes k%d-%d{", from, to,
            to == film->count ? "" : "visibility:hidden;", from, to, total / 100, total % 100, from,
            to);
    if (from > 0)
        fprintf(f, "0%%{visibility:hidden}");
    fprintf(f, "%.3f%%{visibility:visible}", a);
    if (to < film->count)
        fprintf(f, "%.3f%%{visibility:hidden}", b);
    fputs("}\n", f);
}

static void put_times(FILE *f, const struct shot_film *film, const struct times *times)
{
    fputs("<style>\n", f);
    for (int from = 0; from < film->count; from++)
        for (int to = from + 1; to <= film->count; to++)
            if (times->used[from][to])
                put_time(f, film, from, to);
    fputs("</style>\n", f);
}

bool shot_write(const struct shot_film *film, const char *path, const char *title)
{
    FILE *f = fopen(path, "w");
    struct times *times = calloc(1, sizeof *times);
    if (f == NULL || times == NULL)
        e2e_fail("cannot write %s", path);
    int width = film->frame[0]->cols * CELL_W + 2 * MARGIN;
    int height = film->frame[0]->rows * CELL_H + 2 * MARGIN;
    fprintf(f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" "
            "viewBox=\"0 0 %d %d\" font-family=\"'DejaVu Sans Mono',Menlo,Consolas,monospace\" "
            "font-size=\"%d\" xml:space=\"preserve\" style=\"white-space:pre\">\n<title>",
            width, height, width, height, FONT);
    put_text(f, title);
    fputs("</title>\n<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"", f);
    put_colour(f, paper);
    fprintf(f, "\"/>\n<g transform=\"translate(%d %d)\" fill=\"", MARGIN, MARGIN);
    put_colour(f, ink);
    fputs("\">\n", f);
    put_rows(f, film, times);
    fputs("</g>\n", f);
    if (film->count > 1)
        put_times(f, film, times);
    fputs("</svg>\n", f);
    free(times);
    return fclose(f) == 0;
}
