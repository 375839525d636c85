/* A grid of styled cells: every screen draws on one, and golden frames are pictures of one. Styles
 * are meanings; the theme turns them into colours. Pure; only canvas_resize allocates. */
#ifndef SHMLENS_CORE_SCREEN_CANVAS_H
#define SHMLENS_CORE_SCREEN_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "attributes.h"

enum style {
    STYLE_TEXT,     /* ordinary text */
    STYLE_DIM,      /* less important: continuation dots, separators */
    STYLE_TITLE,    /* the title line */
    STYLE_LIVE,     /* LIVE */
    STYLE_PAUSED,   /* PAUSED, -3.2s: the picture is not live */
    STYLE_EDIT,     /* EDIT: keys write */
    STYLE_READONLY, /* READ-ONLY */
    STYLE_WARN,     /* what happened to the segment, questions */
    STYLE_ERROR,    /* what went wrong */
    STYLE_OFFSET,   /* the offset column */
    STYLE_ZERO,     /* a byte that is 0 */
    STYLE_HOLE,     /* never written */
    STYLE_UNKNOWN,  /* unknown: ? */
    STYLE_INVALID,  /* not a character of this encoding */
    STYLE_FRESH,    /* changed less than `fresh` ago (0.5 s) */
    STYLE_WARM,     /* changed less than `warm` ago (2 s) */
    STYLE_BASE,     /* differs from the baseline */
    STYLE_MATCH,    /* found: the match that the cursor went to, */
    STYLE_FOUND,    /* and the others */
    STYLE_SELECT,   /* selected */
    STYLE_CURSOR,   /* the cell at the cursor in the active column */
    STYLE_CURSOR2,  /* the same byte in the other columns */
    STYLE_TYPED,    /* half-typed value */
    STYLE_LABEL,    /* names of fields */
    STYLE_HEADER,   /* column headers */
    STYLE_ROW,      /* the row of a list with the cursor */
    STYLE_TAGGED,   /* a tagged row */
    STYLE_NEW,      /* a row that appeared just now */
    STYLE_GONE,     /* a row that vanished just now */
    STYLE_KEY,      /* a key in the key bar or help */
    STYLE_BAR,      /* the words of the key bar */
    STYLE_PROMPT,   /* the prompt line */
    STYLE_FROZEN,   /* a frozen value */
    STYLE_HEAT1,    /* changed rarely, */
    STYLE_HEAT2,
    STYLE_HEAT3,
    STYLE_HEAT4,       /* to very often */
    STYLE_STRIP_QUIET, /* the overview strip: data that does not change, */
    STYLE_STRIP_WARM,  /* changed a while ago, */
    STYLE_STRIP_FRESH, /* just now, */
    STYLE_STRIP_HERE,  /* and the range of the window */
    STYLES
};

enum { CANVAS_MARKS = 2 };

/* One column of one row. */
struct cell {
    uint32_t cp; /* the base character; 0: the right half of the wide character to the left */
    uint32_t mark[CANVAS_MARKS]; /* combining characters on it, 0: none; more are dropped */
    uint8_t style;               /* enum style */
};

struct canvas {
    struct cell *cells;         /* rows * stride, row by row */
    int rows, cols;             /* both >= 1 once resized */
    int stride;                 /* cells of a row; as cols, unless canvas_narrow made that less */
    int cursor_row, cursor_col; /* where to show the terminal's cursor; -1: hidden */
    int capacity;               /* cells allocated */
};

/* Makes it rows x cols (each clamped to 1..4096) and blank. False: out of memory, nothing changed.
 */
MUST_USE bool canvas_resize(struct canvas *c, int rows, int cols);
void canvas_free(struct canvas *c);

/* From now on only the first `cols` columns are there (all of them, if there are fewer), until the
 * next canvas_narrow. The others keep what they have. */
void canvas_narrow(struct canvas *c, int cols);

/* All blanks in STYLE_TEXT, cursor hidden. */
void canvas_clear(struct canvas *c);

/* All drawing is clipped to the canvas and to [col, limit) if a limit is given. A wide character
 * that would be cut is drawn as blanks; overwriting half of a wide character blanks the other half.
 */

/* UTF-8 text at row, col; characters that are not text_printable are drawn as `?` (callers escape
 * first). Returns the column after the last one drawn. */
int canvas_text(struct canvas *c, int row, int col, int limit, enum style style, const char *utf8);

/* printf into a buffer of 512 bytes, then canvas_text. */
#if defined(__GNUC__)
__attribute__((format(printf, 6, 7)))
#endif
int canvas_print(struct canvas *c, int row, int col, int limit, enum style style,
                 const char *format, ...);

/* A field of a table: text in the columns [from, end), at its right end if `right`; what does not
 * fit is cut with an ellipsis. Returns the column after the text. */
int canvas_field(struct canvas *c, int row, int from, int end, bool right, enum style style,
                 const char *utf8);

/* The same for names: cut in the middle, since their end matters as much as their beginning. */
int canvas_field_name(struct canvas *c, int row, int from, int end, enum style style,
                      const char *utf8);

/* The end of a text that is at most so many columns wide, at a character. */
const char *canvas_text_end(const char *utf8, int cols);

/* One character; a combining one is added to the cell to its left (within the limits). Returns the
 * next column, or col itself if that is at or beyond the limit. canvas_text drops combining
 * characters at its start. */
int canvas_char(struct canvas *c, int row, int col, int limit, enum style style, uint32_t cp);

/* n times cp from col. */
void canvas_fill(struct canvas *c, int row, int col, int n, enum style style, uint32_t cp);

/* The edges of a box of so many rows and columns; what is inside stays. */
void canvas_frame(struct canvas *c, int row, int col, int rows, int cols, enum style style);

/* Blanks what lies there up to the next blank: the rest of a word or a line whose beginning was
 * drawn over. */
void canvas_clear_rest(struct canvas *c, int row, int col);

/* Changes the style of n cells, not their characters (never half of a wide character alone). */
void canvas_style(struct canvas *c, int row, int col, int n, enum style style);

/* Columns that a UTF-8 text takes. */
int canvas_width(const char *utf8);

/* A row as UTF-8 (NUL-terminated, without trailing blanks), and as one style letter per column
 * (without trailing blanks). What does not fit cap is left out, never half a character. For golden
 * frames and tests. Both return the length written. */
size_t canvas_row_text(const struct canvas *c, int row, char *out, size_t cap);
size_t canvas_row_styles(const struct canvas *c, int row, char *out, size_t cap);

/* The letter of a style in golden frames; a new style takes a new letter, the others keep theirs.
 */
char style_letter(enum style style);

#endif
