#include "harness_private.h"

#include <stdio.h>
#include <string.h>

int e2e_rows(const struct e2e *t)
{
    return t->rows;
}

int e2e_cols(const struct e2e *t)
{
    return t->cols;
}

/* UTF-8 of a code point at `to`; returns its length (at most 4). */
static size_t encode(uint32_t cp, char *to)
{
    if (cp < 0x80) {
        to[0] = (char)cp;
        return 1;
    }
    size_t n = cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    static const uint32_t lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, cp >>= 6)
        to[i] = (char)(0x80 | (cp & 0x3f));
    to[0] = (char)(lead[n] | cp);
    return n;
}

static struct e2e_colour colour(const struct e2e *t, VTermColor c)
{
    struct e2e_colour result = {.standard =
                                    VTERM_COLOR_IS_DEFAULT_FG(&c) || VTERM_COLOR_IS_DEFAULT_BG(&c)};
    vterm_screen_convert_color_to_rgb(t->screen, &c);
    result.red = c.rgb.red;
    result.green = c.rgb.green;
    result.blue = c.rgb.blue;
    return result;
}

struct e2e_cell e2e_cell(const struct e2e *t, int row, int col)
{
    struct e2e_cell cell = {.text = " ", .width = 1};
    VTermScreenCell raw;
    VTermPos pos = {.row = row < 0 ? t->rows + row : row, .col = col};
    if (!vterm_screen_get_cell(t->screen, pos, &raw))
        return cell;
    size_t n = 0;
    if (raw.chars[0] == (uint32_t)-1) {
        cell.text[0] = '\0';
    } else {
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && raw.chars[i] != 0; i++)
            n += encode(raw.chars[i], cell.text + n);
        cell.text[n > 0 ? n : 1] = '\0';
    }
    cell.width = raw.width == 2 ? 2 : 1;
    cell.fg = colour(t, raw.fg);
    cell.bg = colour(t, raw.bg);
    cell.bold = raw.attrs.bold;
    cell.underline = raw.attrs.underline != 0;
    cell.reverse = raw.attrs.reverse;
    cell.italic = raw.attrs.italic;
    return cell;
}

const char *e2e_row(struct e2e *t, int row)
{
    char *text = t->text[t->next_text++ % 8];
    size_t length = 0, blank = 0;
    for (int col = 0; col < t->cols; col++) {
        struct e2e_cell cell = e2e_cell(t, row, col);
        size_t n = strlen(cell.text);
        if (length + n + 1 > E2E_ROW_MAX)
            break;
        memcpy(text + length, cell.text, n);
        length += n;
        if (strcmp(cell.text, " ") != 0)
            blank = length;
    }
    text[blank] = '\0';
    return text;
}

/* The column in which byte `at` of a row's text stands. */
static int column_of(struct e2e *t, int row, size_t at)
{
    size_t length = 0;
    for (int col = 0; col < t->cols; col++) {
        if (length >= at)
            return col;
        struct e2e_cell cell = e2e_cell(t, row, col);
        length += strlen(cell.text);
    }
    return t->cols;
}

bool e2e_find(struct e2e *t, const char *text, int *row, int *col)
{
    for (int r = 0; r < t->rows; r++) {
        const char *line = e2e_row(t, r);
        const char *at = strstr(line, text);
        if (at == NULL)
            continue;
        if (row != NULL)
            *row = r;
        if (col != NULL)
            *col = column_of(t, r, (size_t)(at - line));
        return true;
    }
    return false;
}

void e2e_cursor(const struct e2e *t, int *row, int *col, bool *visible)
{
    VTermPos pos;
    vterm_state_get_cursorpos(vterm_obtain_state(t->vt), &pos);
    *row = pos.row;
    *col = pos.col;
    *visible = t->visible;
}

void e2e_print(struct e2e *t)
{
    fprintf(stderr, "---- the screen, %d x %d%s\n", t->rows, t->cols,
            t->alternate ? "" : " (main screen)");
    for (int r = 0; r < t->rows; r++)
        fprintf(stderr, "%3d|%s\n", r, e2e_row(t, r));
    fprintf(stderr, "----\n");
}

bool e2e_sent(const struct e2e *t, const void *bytes, size_t n)
{
    const char *want = bytes;
    uint64_t first = t->logged > E2E_LOG_MAX ? t->logged - E2E_LOG_MAX : 0;
    for (uint64_t at = first; at + n <= t->logged; at++) {
        size_t i = 0;
        while (i < n && t->log[(at + i) % E2E_LOG_MAX] == want[i])
            i++;
        if (i == n)
            return true;
    }
    return false;
}

uint64_t e2e_sent_bytes(const struct e2e *t)
{
    return t->logged;
}

bool e2e_until(struct e2e *t, e2e_condition holds, void *ctx, int timeout_ms)
{
    int64_t deadline = e2e_deadline(timeout_ms);
    for (;;) {
        if (holds(t, ctx))
            return true;
        int left = e2e_left_ms(deadline);
        if (left == 0)
            return false;
        if (!e2e_pump(t, left < 20 ? left : 20) && !e2e_running(t) && !e2e_pump(t, 0))
            return holds(t, ctx);
    }
}

void e2e_wait(struct e2e *t, e2e_condition holds, void *ctx, const char *what, int timeout_ms)
{
    if (e2e_until(t, holds, ctx, timeout_ms))
        return;
    e2e_print(t);
    if (!e2e_running(t))
        e2e_fail("the program ended (%d) before: %s", e2e_status(t->status), what);
    e2e_fail("did not happen: %s", what);
}

struct wanted {
    const char *text;
    int row;
};

static bool has_text(struct e2e *t, void *ctx)
{
    const struct wanted *w = ctx;
    return e2e_find(t, w->text, NULL, NULL);
}

static bool has_not(struct e2e *t, void *ctx)
{
    return !has_text(t, ctx);
}

static bool row_has(struct e2e *t, void *ctx)
{
    const struct wanted *w = ctx;
    return strstr(e2e_row(t, w->row), w->text) != NULL;
}

static void wait_for(struct e2e *t, e2e_condition holds, struct wanted *w, const char *how,
                     int timeout_ms)
{
    char what[256];
    snprintf(what, sizeof what, "%s `%s`", how, w->text);
    e2e_wait(t, holds, w, what, timeout_ms);
}

void e2e_wait_text(struct e2e *t, const char *text, int timeout_ms)
{
    wait_for(t, has_text, &(struct wanted){text, 0}, "on the screen", timeout_ms);
}

void e2e_wait_no_text(struct e2e *t, const char *text, int timeout_ms)
{
    wait_for(t, has_not, &(struct wanted){text, 0}, "no more on the screen", timeout_ms);
}

void e2e_wait_row(struct e2e *t, int row, const char *text, int timeout_ms)
{
    char how[64];
    snprintf(how, sizeof how, "in row %d", row);
    wait_for(t, row_has, &(struct wanted){text, row}, how, timeout_ms);
}
