/* peek as text: printable characters as UTF-8, newline and tab unchanged, all other bytes as \xNN.
 */
#include <string.h>

#include "cli/commands/peek.h"
#include "core/text.h"

struct text_print {
    struct out *out;
    const struct peek *peek;
    bool json;
    bool fields; /* blanks, newlines and tabs as \xNN as well */
    bool ended;  /* a NUL code unit ended it */
};

static void put(struct text_print *t, const char *s, size_t n)
{
    if (t->json)
        out_json_part(t->out, s, n);
    else
        out_bytes(t->out, s, n);
}

static void put_char(struct text_print *t, const uint8_t *p, struct text_char c)
{
    char text[4 * 4 + 1];
    size_t n = 0;
    bool blank = c.valid && (c.cp == '\n' || c.cp == '\t' || c.cp == ' ');
    if (c.valid && (blank ? !t->fields : text_printable(c.cp))) {
        n = text_encode(TEXT_UTF8, c.cp, (uint8_t *)text);
        if (c.cp == '\\' && t->fields && !t->json)
            text[n++] = '\\';
    } else {
        for (size_t i = 0; i < c.size; i++) {
            text[n++] = '\\';
            text[n++] = 'x';
            text[n++] = "0123456789abcdef"[p[i] >> 4];
            text[n++] = "0123456789abcdef"[p[i] & 15];
        }
    }
    put(t, text, n);
}

/* Prints p[0, n) and returns the bytes used: all of them, but for a character that continues after
 * n unless this is the `last` block. */
static size_t print_block(struct text_print *t, const uint8_t *p, size_t n, bool last)
{
    size_t i = 0;
    bool doubled = t->fields && !t->json; /* a backslash: else it could be the start of \\xNN */
    while (i < n && !t->ended) {
        if (p[i] > 0x20 && p[i] < 0x7f && t->peek->view->unit == 1) { /* a run of ASCII */
            size_t start = i;
            while (i < n && p[i] > 0x20 && p[i] < 0x7f && !(doubled && p[i] == '\\'))
                i++;
            put(t, (const char *)p + start, i - start);
            if (i < n && doubled && p[i] == '\\') {
                put(t, "\\\\", 2);
                i++;
            }
            continue;
        }
        struct text_char c = text_decode(t->peek->view->enc, p + i, n - i);
        if (!c.valid && c.cut && !last)
            break;
        if (c.valid && c.cp == 0 && !t->peek->all) {
            t->ended = true;
            break;
        }
        put_char(t, p + i, c);
        i += c.size;
    }
    return i;
}

void out_text_bytes(struct out *o, const struct view *view, const uint8_t *p, size_t n, bool fields,
                    bool json)
{
    struct peek peek = {.view = view, .all = true};
    struct text_print t = {.out = o, .peek = &peek, .json = json, .fields = fields};
    (void)print_block(&t, p, n, true);
}

int peek_text(struct command_run *r, const struct peek *p, bool json, uint64_t *shown)
{
    struct aligned_buffer b;
    struct text_print t = {.out = r->env->out, .peek = p, .json = json};
    uint64_t at = p->offset;
    uint64_t end = p->offset + p->length;
    struct oserr e = aligned_buffer_new(&b, BLOCK_RAW);
    *shown = 0;
    if (oserr_is(e))
        return run_fail(r, NULL, "print it", e);
    peek_give(p, &b);
    int status = EXIT_DONE;
    while (at < end && !t.ended && !t.out->cut && status == EXIT_DONE) {
        const uint8_t *bytes = NULL;
        size_t got = 0;
        size_t asked = 0;
        /* at least 16 bytes, so that a character cut by the previous block is whole in this one */
        e = aligned_buffer_read(&b, r->seg, at, end - at, 16, &bytes, &asked, &got);
        if (oserr_is(e)) {
            status = run_fail(r, NULL, "read it", e);
            break;
        }
        end = got < asked ? at + got : end;
        size_t used = print_block(&t, bytes, got, at + got == end);
        at += used;
        if (used == 0 || oserr_is(t.out->error))
            break;
        status = progress_yield(r->env->progress, at, end) ? EXIT_DONE : EXIT_STOPPED;
    }
    aligned_buffer_free(&b);
    if (!json && status == EXIT_DONE)
        out_str(t.out, "\n");
    *shown = at - p->offset;
    return status;
}
