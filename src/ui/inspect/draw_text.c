/* The bytes of a row as text, one column per byte whatever the characters are: a character is drawn
 * at its first byte and dots stand for the others. */
#include "core/text.h"
#include "ui/inspect/inspect.h"

enum { DOT = 0xb7, CIRCLE = 0x25cc, LOOK_BACK = 4, CHAR_MAX_BYTES = 4 };

/* One row while its characters are being drawn. */
struct text_run {
    struct canvas *c;
    int row;
    const struct inspect_text *t;
    const struct inspect_row_bytes *b;
    long end; /* bytes the sample has, counted from the row's start */
};

static bool readable(const struct text_run *r, long i)
{
    return r->b->state[i] == BYTE_DATA || r->b->state[i] == BYTE_HOLE;
}

/* Readable bytes from i, at most as many as a character takes. */
static size_t readable_from(const struct text_run *r, long i)
{
    size_t n = 0;
    while (n < CHAR_MAX_BYTES && i + (long)n < r->end && readable(r, i + (long)n))
        n++;
    return n;
}

static bool shown(const struct text_run *r, long i)
{
    return i >= (long)r->t->first && i < (long)r->t->width;
}

static enum style style_of(const struct text_run *r, long i, enum style plain)
{
    const struct inspect_row_bytes *b = r->b;
    if (i >= (long)b->cursor && i < (long)b->cursor_end)
        return r->t->cursor;
    return inspect_mark_style((enum inspect_mark)b->mark[i], plain);
}

/* Draws one column at byte i if it is shown. */
static void put(const struct text_run *r, long i, enum style plain, uint32_t cp)
{
    if (!shown(r, i))
        return;
    int col = r->t->col + (int)(i - (long)r->t->first);
    (void)canvas_char(r->c, r->row, col, r->t->limit, style_of(r, i, plain), cp);
}

static void put_dots(const struct text_run *r, long from, long to)
{
    for (long i = from; i < to; i++) {
        bool hole = shown(r, i) && r->b->state[i] == BYTE_HOLE;
        put(r, i, hole ? STYLE_HOLE : STYLE_DIM, DOT);
    }
}

/* A wide character takes the columns of its first two bytes; at the edge of the row it reaches into
 * the gap after the column. Returns the byte after it. */
static long put_wide(const struct text_run *r, long i, uint32_t cp)
{
    if (!shown(r, i)) {
        put_dots(r, i, i + 2);
        return i + 2;
    }
    int col = r->t->col + (int)(i - (long)r->t->first);
    if (col + 1 >= r->c->cols) {
        put_dots(r, i, i + 2);
        return i + 2;
    }
    enum style style = style_of(r, i, STYLE_TEXT);
    if (style == STYLE_TEXT && shown(r, i + 1))
        style = style_of(r, i + 1, STYLE_TEXT);
    (void)canvas_char(r->c, r->row, col, col + 2, style, cp);
    return i + 2;
}

static void put_valid(const struct text_run *r, long i, const struct text_char *t)
{
    long next = i + 1;
    if (!text_printable(t->cp)) {
        put_dots(r, i, i + 1);
    } else if (text_width(t->cp) == 2 && t->size >= 2) {
        next = put_wide(r, i, t->cp);
    } else if (text_width(t->cp) == 0) {
        put(r, i, STYLE_TEXT, CIRCLE);
        if (shown(r, i)) {
            int col = r->t->col + (int)(i - (long)r->t->first);
            (void)canvas_char(r->c, r->row, col + 1, col + 1, STYLE_TEXT, t->cp);
        }
    } else {
        put(r, i, STYLE_TEXT, t->cp);
    }
    put_dots(r, next, i + t->size);
}

/* Does a code unit of UTF-16 or UTF-32 begin at byte i? Always true for other encodings. */
static bool unit_begins(const struct text_run *r, long i)
{
    size_t unit = text_unit(r->t->enc);
    if (unit == 1)
        return true;
    return ((r->b->offset + (uint64_t)(int64_t)i) & (unit - 1)) == (r->t->phase ? 1 : 0);
}

/* Where decoding starts, so that a character reaching into the row is recognised. */
static long begin(const struct text_run *r)
{
    long i = (long)r->b->from;
    if (i > 0)
        return i;
    long low = r->b->before < LOOK_BACK ? -(long)r->b->before : -LOOK_BACK;
    while (i > low && readable(r, i - 1))
        i--;
    return i;
}

/* Draws what begins at byte i; returns the byte after it. */
static long draw_one(const struct text_run *r, long i)
{
    if (!readable(r, i)) {
        if (r->b->state[i] == BYTE_UNKNOWN)
            put(r, i, STYLE_UNKNOWN, '?');
        return i + 1;
    }
    uint8_t byte = r->b->bytes[i];
    if (byte >= 0x20 && byte < 0x7f && text_unit(r->t->enc) == 1) {
        put(r, i, STYLE_TEXT, byte);
        return i + 1;
    }
    if (!unit_begins(r, i)) {
        put_dots(r, i, i + 1);
        return i + 1;
    }
    struct text_char t = text_decode(r->t->enc, r->b->bytes + i, readable_from(r, i));
    if (t.valid)
        put_valid(r, i, &t);
    else
        for (long k = i; k < i + t.size; k++)
            put(r, k, STYLE_INVALID, '.');
    return i + t.size;
}

void inspect_draw_text(struct canvas *c, int row, const struct inspect_text *t,
                       const struct inspect_row_bytes *b)
{
    struct text_run r = {c, row, t, b, (long)(b->to + b->after)};
    if (b->from >= b->to)
        return;
    long i = begin(&r), end = (long)(b->to < t->width ? b->to : t->width);
    while (i < end)
        i = draw_one(&r, i);
}
