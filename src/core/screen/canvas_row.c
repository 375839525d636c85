#include <string.h>

#include "core/screen/canvas.h"
#include "core/text.h"

/* Columns of the row up to its last cell that is not blank: as text, or as style. */
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

/* A cell's characters as UTF-8 into out (room for 4 each); the length. */
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
        const struct cell *cells = c->cells + (size_t)row * (size_t)c->cols;
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
    if (style == STYLE_TEXT)
        return ' ';
    return (char)(style < 26 ? 'a' + (int)style : 'A' + (int)style - 26);
}

size_t canvas_row_styles(const struct canvas *c, int row, char *out, size_t cap)
{
    size_t length = 0;
    if (cap == 0)
        return 0;
    if (row >= 0 && row < c->rows) {
        const struct cell *cells = c->cells + (size_t)row * (size_t)c->cols;
        int end = row_end(c, cells, true);
        for (int col = 0; col < end && length + 1 < cap; col++)
            out[length++] = style_letter((enum style)cells[col].style);
    }
    out[length] = '\0';
    return length;
}
