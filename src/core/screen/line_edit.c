#include "core/screen/line_edit.h"

#include <stdlib.h>
#include <string.h>

#include "core/text.h"

/* Bytes of the character at index i (>= 1; i < length). */
static size_t char_size(const struct edit *e, size_t i)
{
    return text_decode(TEXT_UTF8, (const uint8_t *)e->text + i, e->length - i).size;
}

/* Does the character at i combine with the one before it? */
static bool sits_on(const struct edit *e, size_t i)
{
    struct text_char c = text_decode(TEXT_UTF8, (const uint8_t *)e->text + i, e->length - i);
    return c.valid && c.cp >= 0x80 && text_printable(c.cp) && text_width(c.cp) == 0;
}

/* The border after the character at i, including its combining marks. */
static size_t border_right(const struct edit *e, size_t i)
{
    if (i >= e->length)
        return e->length;
    i += char_size(e, i);
    while (i < e->length && sits_on(e, i))
        i += char_size(e, i);
    return i;
}

/* The border before the character that ends at i, including its combining marks. */
static size_t border_left(const struct edit *e, size_t i)
{
    const char *p = e->text + i;
    while (p > e->text) {
        p--;
        bool inside = ((unsigned char)*p & 0xc0) == 0x80; /* not the first byte of a character */
        if (!inside && !sits_on(e, (size_t)(p - e->text)))
            break;
    }
    return (size_t)(p - e->text);
}

/* The start of the word before i, skipping blanks first. */
static size_t word_left(const struct edit *e, size_t i)
{
    while (i > 0 && e->text[i - 1] == ' ')
        i--;
    while (i > 0 && e->text[i - 1] != ' ')
        i--;
    return i;
}

/* Removes [from, to) and puts the cursor there. */
static void cut(struct edit *e, size_t from, size_t to)
{
    memmove(e->text + from, e->text + to, e->length - to + 1);
    e->length -= to - from;
    e->cursor = from;
}

static void insert(struct edit *e, uint32_t cp)
{
    uint8_t bytes[4];
    size_t n = text_encode(TEXT_UTF8, cp, bytes);
    if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || n == 0 || e->length + n >= EDIT_MAX)
        return;
    memmove(e->text + e->cursor + n, e->text + e->cursor, e->length - e->cursor + 1);
    memcpy(e->text + e->cursor, bytes, n);
    e->length += n;
    e->cursor += n;
}

/* Sets text and cursor from any bytes; the position in the history stays. */
static void take(struct edit *e, const char *text)
{
    const uint8_t *p = (const uint8_t *)text;
    size_t left = strlen(text);
    e->length = 0;
    while (left > 0) {
        struct text_char c = text_decode(TEXT_UTF8, p, left);
        bool keep = c.valid && c.cp >= 0x20 && !(c.cp >= 0x7f && c.cp < 0xa0);
        size_t n = keep ? c.size : 1;
        if (e->length + n >= EDIT_MAX)
            break;
        if (keep)
            memcpy(e->text + e->length, p, n);
        else
            e->text[e->length] = '?';
        e->length += n;
        p += c.size;
        left -= c.size;
    }
    e->text[e->length] = '\0';
    e->cursor = e->length;
}

void edit_set(struct edit *e, const char *text)
{
    take(e, text);
    e->back = 0;
    e->draft[0] = '\0';
}

/* Moves `step` lines back (1) or forward (-1) in the history; the line being typed is saved as the
 * draft. */
static void browse(struct edit *e, const struct line_history *h, int step)
{
    int back = e->back + step;
    if (back < 0 || back > h->count)
        return;
    if (e->back == 0)
        memcpy(e->draft, e->text, e->length + 1);
    e->back = back;
    take(e, back == 0 ? e->draft : h->line[back - 1]);
}

/* The special key equivalent to Ctrl with this letter; 0: none. */
static uint32_t ctrl_twin(uint32_t letter)
{
    switch (letter) {
    case 'a':
        return KEY_HOME_;
    case 'e':
        return KEY_END_;
    case 'b':
        return KEY_LEFT_;
    case 'f':
        return KEY_RIGHT_;
    case 'h':
        return KEY_BACKSPACE_;
    case 'd':
        return KEY_DELETE_;
    case 'p':
        return KEY_UP_;
    case 'n':
        return KEY_DOWN_;
    default:
        return 0;
    }
}

/* A key without modifiers that is not a character. */
static bool special(struct edit *e, uint32_t code, const struct line_history *h)
{
    switch (code) {
    case KEY_LEFT_:
        e->cursor = border_left(e, e->cursor);
        return true;
    case KEY_RIGHT_:
        e->cursor = border_right(e, e->cursor);
        return true;
    case KEY_HOME_:
        e->cursor = 0;
        return true;
    case KEY_END_:
        e->cursor = e->length;
        return true;
    case KEY_BACKSPACE_:
        cut(e, border_left(e, e->cursor), e->cursor);
        return true;
    case KEY_DELETE_:
        cut(e, e->cursor, border_right(e, e->cursor));
        return true;
    case KEY_UP_:
    case KEY_DOWN_:
        if (h == NULL)
            return false;
        browse(e, h, code == KEY_UP_ ? 1 : -1);
        return true;
    default:
        return false;
    }
}

bool edit_key(struct edit *e, struct key key, const struct line_history *h)
{
    if (key.mods == KEY_CTRL && key.code < KEY_BASE) {
        switch (key.code) {
        case 'u':
            cut(e, 0, e->cursor);
            return true;
        case 'k':
            cut(e, e->cursor, e->length);
            return true;
        case 'w':
            cut(e, word_left(e, e->cursor), e->cursor);
            return true;
        default:
            return special(e, ctrl_twin(key.code), h);
        }
    }
    if (key.mods != 0)
        return false;
    if (key.code >= KEY_BASE)
        return special(e, key.code, h);
    insert(e, key.code);
    return true;
}

void line_history_add(struct line_history *h, const char *line)
{
    if (!line[0])
        return;
    int at = 0;
    while (at < h->count && strcmp(h->line[at], line) != 0)
        at++;
    char *kept;
    if (at < h->count) {
        kept = h->line[at]; /* typed before: moves to the front */
    } else {
        size_t size = strlen(line) + 1;
        kept = malloc(size);
        if (kept == NULL)
            return;
        memcpy(kept, line, size);
        if (h->count == LINE_HISTORY_MAX)
            free(h->line[--h->count]);
        at = h->count++;
    }
    memmove(h->line + 1, h->line, (size_t)at * sizeof *h->line);
    h->line[0] = kept;
}

void line_history_free(struct line_history *h)
{
    for (int i = 0; i < h->count; i++)
        free(h->line[i]);
    h->count = 0;
}
