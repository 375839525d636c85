#include "core/screen/canvas.h"

#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE_MAX = 4096, BLANK = ' ', PRINT_MAX = 512 };

static const struct cell blank_cell = {.cp = BLANK, .style = STYLE_TEXT};

static int clamp(int v, int low, int high)
{
    return v < low ? low : v > high ? high : v;
}

bool canvas_resize(struct canvas *c, int rows, int cols)
{
    rows = clamp(rows, 1, SIDE_MAX);
    cols = clamp(cols, 1, SIDE_MAX);
    if (rows * cols > c->capacity) {
        struct cell *cells = realloc(c->cells, (size_t)(rows * cols) * sizeof *cells);
        if (cells == NULL)
            return false;
        c->cells = cells;
        c->capacity = rows * cols;
    }
    c->rows = rows;
    c->cols = c->stride = cols;
    canvas_clear(c);
    return true;
}

void canvas_free(struct canvas *c)
{
    free(c->cells);
    *c = (struct canvas){.cursor_row = -1, .cursor_col = -1};
}

void canvas_narrow(struct canvas *c, int cols)
{
    c->cols = clamp(cols, 1, c->stride);
}

void canvas_clear(struct canvas *c)
{
    size_t n = (size_t)c->rows * (size_t)c->stride;
    for (size_t i = 0; i < n; i++)
        c->cells[i] = blank_cell;
    c->cursor_row = -1;
    c->cursor_col = -1;
}

static struct cell *cell_at(const struct canvas *c, int row, int col)
{
    return &c->cells[(size_t)row * (size_t)c->stride + (size_t)col];
}

static void put(struct cell *cell, uint32_t cp, enum style style)
{
    *cell = (struct cell){.cp = cp, .style = (uint8_t)style};
}

/* Makes room at col: if a wide character is half on it, its other half becomes a blank. */
static void vacate(struct canvas *c, int row, int col)
{
    struct cell *cell = cell_at(c, row, col);
    if (cell->cp == 0 && col > 0)
        put(cell - 1, BLANK, cell[-1].style);
    else if (cell->cp != 0 && col + 1 < c->cols && cell[1].cp == 0)
        put(cell + 1, BLANK, cell[1].style);
}

/* Is any of [col, limit) on this row? Also limits the limit to the canvas. */
static bool visible(const struct canvas *c, int row, int col, int *limit)
{
    if (*limit > c->cols)
        *limit = c->cols;
    return row >= 0 && row < c->rows && col < *limit;
}

/* Draws a character of one column at a visible place. */
static void put_narrow(struct canvas *c, int row, int col, enum style style, uint32_t cp)
{
    if (col < 0)
        return;
    vacate(c, row, col);
    put(cell_at(c, row, col), cp, style);
}

/* Draws one of two columns; one that would be cut becomes a blank in the half that is inside.
 * Returns the next column. */
static int put_wide(struct canvas *c, int row, int col, int limit, enum style style, uint32_t cp)
{
    if (col < 0) {
        if (col == -1 && limit > 0)
            put_narrow(c, row, 0, style, BLANK);
        return col + 2 > limit ? limit : col + 2;
    }
    if (col + 1 >= limit) {
        put_narrow(c, row, col, style, BLANK);
        return limit;
    }
    vacate(c, row, col);
    vacate(c, row, col + 1);
    put(cell_at(c, row, col), cp, style);
    put(cell_at(c, row, col + 1), 0, style);
    return col + 2;
}

/* Adds a combining character to the cell before col. */
static void put_mark(struct canvas *c, int row, int col, uint32_t cp)
{
    if (row < 0 || row >= c->rows || col < 1 || col > c->cols)
        return;
    struct cell *cell = cell_at(c, row, col - 1);
    if (cell->cp == 0 && col >= 2)
        cell--;
    for (int i = 0; i < CANVAS_MARKS; i++)
        if (cell->mark[i] == 0) {
            cell->mark[i] = cp;
            return;
        }
}

/* Columns of a character as drawn; *cp becomes what is drawn. */
static int drawn_width(uint32_t *cp)
{
    if (*cp >= BLANK && *cp < 0x7f)
        return 1;
    if (!text_printable(*cp)) {
        *cp = '?';
        return 1;
    }
    return text_width(*cp);
}

int canvas_char(struct canvas *c, int row, int col, int limit, enum style style, uint32_t cp)
{
    int width = drawn_width(&cp);
    if (width == 0) {
        if (col <= limit)
            put_mark(c, row, col, cp);
        return col;
    }
    bool seen = visible(c, row, col, &limit);
    if (col >= limit)
        return col;
    if (!seen)
        return col + width > limit ? limit : col + width;
    if (width == 2)
        return put_wide(c, row, col, limit, style, cp);
    put_narrow(c, row, col, style, cp);
    return col + 1;
}

/* The character at *p (not the NUL), as canvas_char takes it; *p moves past it. */
static uint32_t next_char(const uint8_t **p, const uint8_t *end)
{
    if (**p < 0x80)
        return *(*p)++;
    struct text_char t = text_decode(TEXT_UTF8, *p, (size_t)(end - *p));
    *p += t.size;
    return t.valid ? t.cp : 0; /* 0 is not printable: drawn as ? */
}

int canvas_text(struct canvas *c, int row, int col, int limit, enum style style, const char *utf8)
{
    const uint8_t *p = (const uint8_t *)utf8, *end = p + strlen(utf8);
    bool base = false; /* one of our characters is to the left: marks may combine with it */
    if (limit > c->cols)
        limit = c->cols;
    while (p < end) {
        uint32_t cp = next_char(&p, end);
        int width = drawn_width(&cp);
        if (width == 0) {
            if (base)
                put_mark(c, row, col, cp);
            continue;
        }
        if (col >= limit)
            break;
        base = col + width <= limit;
        col = canvas_char(c, row, col, limit, style, cp);
    }
    return col;
}

int canvas_field(struct canvas *c, int row, int from, int end, bool right, enum style style,
                 const char *utf8)
{
    int width = canvas_width(utf8), room = end - from;
    bool cut = width > room;
    int col = right && !cut ? end - width : from;
    col = canvas_text(c, row, col, cut ? end - 1 : end, style, utf8);
    return cut ? canvas_char(c, row, col, end, style, 0x2026) : col;
}

const char *canvas_text_end(const char *utf8, int cols)
{
    const uint8_t *p = (const uint8_t *)utf8, *end = p + strlen(utf8);
    for (int width = canvas_width(utf8); p < end && width > cols;) {
        uint32_t cp = next_char(&p, end);
        width -= drawn_width(&cp);
    }
    return (const char *)p;
}

int canvas_field_name(struct canvas *c, int row, int from, int end, enum style style,
                      const char *utf8)
{
    if (canvas_width(utf8) <= end - from)
        return canvas_text(c, row, from, end, style, utf8);
    int col = canvas_text(c, row, from, from + (end - from) * 5 / 8, style, utf8);
    col = canvas_char(c, row, col, end, style, 0x2026);
    return canvas_text(c, row, col, end, style, canvas_text_end(utf8, end - col));
}

int canvas_print(struct canvas *c, int row, int col, int limit, enum style style,
                 const char *format, ...)
{
    char text[PRINT_MAX];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0)
        return col;
    if (n >= PRINT_MAX) { /* truncated, perhaps within the last character */
        size_t start = PRINT_MAX - 2;
        while (start > 0 && ((unsigned char)text[start] & 0xc0) == 0x80)
            start--;
        if (text_decode(TEXT_UTF8, (uint8_t *)text + start, PRINT_MAX - 1 - start).cut)
            text[start] = '\0';
    }
    return canvas_text(c, row, col, limit, style, text);
}

void canvas_fill(struct canvas *c, int row, int col, int n, enum style style, uint32_t cp)
{
    if (row < 0 || row >= c->rows || n <= 0 || col >= c->cols)
        return;
    int width = drawn_width(&cp);
    if (width == 0)
        return;
    int64_t end = (int64_t)col + (int64_t)n * width;
    int limit = end > c->cols ? c->cols : (int)end;
    if (col < 0) /* start with the first character that is at least half visible */
        col %= width;
    while (col < limit)
        col = canvas_char(c, row, col, limit, style, cp);
}

void canvas_frame(struct canvas *c, int row, int col, int rows, int cols, enum style style)
{
    static const uint32_t corner[] = {0x250c, 0x2510, 0x2514, 0x2518};
    int right = col + cols - 1, bottom = row + rows - 1;
    for (int i = 0; i < 2; i++) {
        int edge = i == 0 ? row : bottom;
        canvas_fill(c, edge, col, cols, style, 0x2500);
        (void)canvas_char(c, edge, col, c->cols, style, corner[2 * i]);
        (void)canvas_char(c, edge, right, c->cols, style, corner[2 * i + 1]);
    }
    for (int k = row + 1; k < bottom; k++) {
        (void)canvas_char(c, k, col, c->cols, style, 0x2502);
        (void)canvas_char(c, k, right, c->cols, style, 0x2502);
    }
}

void canvas_clear_rest(struct canvas *c, int row, int col)
{
    if (row < 0 || row >= c->rows || col < 0)
        return;
    const struct cell *cells = &c->cells[(size_t)row * (size_t)c->stride];
    for (; col < c->cols && cells[col].cp != ' '; col++)
        canvas_fill(c, row, col, 1, (enum style)cells[col].style, ' ');
}

void canvas_style(struct canvas *c, int row, int col, int n, enum style style)
{
    if (row < 0 || row >= c->rows || n <= 0 || col >= c->cols)
        return;
    int64_t behind = (int64_t)col + n;
    int end = behind > c->cols ? c->cols : (int)behind;
    if (col < 0)
        col = 0;
    if (end <= col)
        return;
    if (col > 0 && cell_at(c, row, col)->cp == 0)
        col--;
    if (end < c->cols && cell_at(c, row, end)->cp == 0)
        end++;
    for (; col < end; col++)
        cell_at(c, row, col)->style = (uint8_t)style;
}

int canvas_width(const char *utf8)
{
    const uint8_t *p = (const uint8_t *)utf8, *end = p + strlen(utf8);
    int width = 0;
    while (p < end) {
        uint32_t cp = next_char(&p, end);
        width += drawn_width(&cp);
    }
    return width;
}

/* Columns of the row up to its last cell that is not blank, as text or as style. */
static int row_end(const struct canvas *c, const struct cell *cells, bool styles)
{
    int end = c->cols;
    while (end > 0) {
        const struct cell *cell = &cells[end - 1];
        bool blank = styles ? cell->style == STYLE_TEXT : cell->cp == ' ' && cell->mark[0] == 0;
        if (!blank)
            break;
        end--;
    }
    return end;
}

/* A cell's characters as UTF-8 into out (room for 4 bytes each); returns the length. */
static size_t cell_text(const struct cell *cell, uint8_t out[4 * (1 + CANVAS_MARKS)])
{
    if (cell->cp == 0)
        return 0;
    size_t n = text_encode(TEXT_UTF8, cell->cp, out);
    for (int i = 0; i < CANVAS_MARKS && cell->mark[i]; i++)
        n += text_encode(TEXT_UTF8, cell->mark[i], out + n);
    return n;
}

size_t canvas_row_text(const struct canvas *c, int row, char *out, size_t cap)
{
    size_t length = 0;
    if (cap == 0)
        return 0;
    if (row >= 0 && row < c->rows) {
        const struct cell *cells = c->cells + (size_t)row * (size_t)c->stride;
        int end = row_end(c, cells, false);
        for (int col = 0; col < end; col++) {
            uint8_t bytes[4 * (1 + CANVAS_MARKS)];
            size_t n = cell_text(&cells[col], bytes);
            if (length + n >= cap)
                break;
            memcpy(out + length, bytes, n);
            length += n;
        }
    }
    out[length] = '\0';
    return length;
}

char style_letter(enum style style)
{
    static const char letters[STYLES] = {
        [STYLE_TEXT] = ' ',        [STYLE_DIM] = 'b',        [STYLE_TITLE] = 'c',
        [STYLE_LIVE] = 'd',        [STYLE_PAUSED] = 'e',     [STYLE_EDIT] = 'f',
        [STYLE_READONLY] = 'g',    [STYLE_WARN] = 'h',       [STYLE_ERROR] = 'i',
        [STYLE_OFFSET] = 'j',      [STYLE_ZERO] = 'k',       [STYLE_HOLE] = 'l',
        [STYLE_UNKNOWN] = 'm',     [STYLE_INVALID] = 'n',    [STYLE_FRESH] = 'o',
        [STYLE_WARM] = 'p',        [STYLE_BASE] = 'q',       [STYLE_MATCH] = 'r',
        [STYLE_SELECT] = 's',      [STYLE_CURSOR] = 't',     [STYLE_CURSOR2] = 'u',
        [STYLE_TYPED] = 'v',       [STYLE_LABEL] = 'w',      [STYLE_HEADER] = 'x',
        [STYLE_ROW] = 'y',         [STYLE_TAGGED] = 'z',     [STYLE_NEW] = 'A',
        [STYLE_GONE] = 'B',        [STYLE_KEY] = 'C',        [STYLE_BAR] = 'D',
        [STYLE_PROMPT] = 'E',      [STYLE_FROZEN] = 'F',     [STYLE_HEAT1] = 'G',
        [STYLE_HEAT2] = 'H',       [STYLE_HEAT3] = 'I',      [STYLE_HEAT4] = 'J',
        [STYLE_STRIP_QUIET] = 'K', [STYLE_STRIP_WARM] = 'L', [STYLE_STRIP_FRESH] = 'M',
        [STYLE_STRIP_HERE] = 'N',  [STYLE_FOUND] = 'O',
    };
    return letters[style];
}

size_t canvas_row_styles(const struct canvas *c, int row, char *out, size_t cap)
{
    size_t length = 0;
    if (cap == 0)
        return 0;
    if (row >= 0 && row < c->rows) {
        const struct cell *cells = c->cells + (size_t)row * (size_t)c->stride;
        int end = row_end(c, cells, true);
        for (int col = 0; col < end && length + 1 < cap; col++)
            out[length++] = style_letter((enum style)cells[col].style);
    }
    out[length] = '\0';
    return length;
}
