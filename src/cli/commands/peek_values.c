/* peek as numbers, as JSON, and raw. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/peek.h"
#include "core/number_shortest.h"

/* Reads one piece of the range after the other; false: *status says how it ended. */
struct range_reader {
    struct command_run *r;
    struct aligned_buffer block;
    uint64_t at, end;
    size_t unit;
    int status;
};

static bool walk_start(struct range_reader *w, struct command_run *r, const struct peek *p)
{
    *w = (struct range_reader){.r = r, .at = p->offset, .end = p->offset + p->length};
    w->unit = p->view->unit;
    struct oserr e = aligned_buffer_new(&w->block, BLOCK_RAW);
    if (oserr_is(e)) {
        w->status = run_fail(r, NULL, "print it", e);
        return false;
    }
    peek_give(p, &w->block);
    return true;
}

static bool walk_next(struct range_reader *w, const uint8_t **p, size_t *n)
{
    const struct out *out = w->r->env->out;
    size_t asked = 0;
    if (w->at >= w->end || out->cut || oserr_is(out->error))
        return false;
    struct oserr e =
        aligned_buffer_read(&w->block, w->r->seg, w->at, w->end - w->at, w->unit, p, &asked, n);
    if (oserr_is(e)) {
        w->status = run_fail(w->r, NULL, "read it", e);
        return false;
    }
    if (!progress_yield(w->r->env->progress, w->at, w->end)) {
        w->status = EXIT_STOPPED;
        return false;
    }
    if (*n < asked) { /* it shrank meanwhile */
        *n -= *n % w->unit;
        w->end = w->at + *n;
    }
    w->at += *n;
    return *n > 0;
}

static int walk_end(struct range_reader *w, const struct peek *p, uint64_t *shown)
{
    aligned_buffer_free(&w->block);
    *shown = w->at - p->offset;
    return w->status;
}

/* ---- numbers ---- */

enum { LINE_MAX_BYTES = 2 + 16 + 1 + VIEW_UNIT_MAX + 1 };

static char *put_hex(char *q, uint64_t v)
{
    int n = 1;
    while (n < 16 && v >> (4 * n) != 0)
        n++;
    *q++ = '0';
    *q++ = 'x';
    for (int i = n - 1; i >= 0; i--)
        *q++ = "0123456789abcdef"[(v >> (4 * i)) & 15];
    return q;
}

/* Lines of the values from v + *i on, as many as have room; *i moves on. False: there is none. A
 * text takes one at a time, since it is filled up to its limit. */
static bool put_lines(struct out *o, const struct peek *p, uint64_t offset, const uint8_t *v,
                      size_t n, size_t *i)
{
    size_t lines = o->fd < 0 ? 1 : OUT_ROOM / LINE_MAX_BYTES;
    char *start = out_room(o, lines * LINE_MAX_BYTES), *q = start;
    if (start == NULL)
        return false;
    for (; lines > 0 && *i < n; lines--, *i += p->view->unit) {
        q = put_hex(q, offset + *i);
        *q++ = ' ';
        if (p->unknown > 0 && peek_unknown(p, offset + *i, p->view->unit))
            *q++ = '?';
        else
            q += view_format(p->view, v + *i, q);
        *q++ = '\n';
    }
    out_used(o, (size_t)(q - start));
    return true;
}

int peek_numbers(struct command_run *r, const struct peek *p, uint64_t *shown)
{
    struct range_reader w;
    const uint8_t *v = NULL;
    size_t n = 0;
    *shown = 0;
    if (!walk_start(&w, r, p))
        return w.status;
    while (walk_next(&w, &v, &n)) {
        uint64_t offset = w.at - n;
        for (size_t i = 0; i < n && put_lines(r->env->out, p, offset, v, n, &i);)
            continue;
    }
    return walk_end(&w, p, shown);
}

/* ---- raw ---- */

int peek_raw(struct command_run *r, const struct peek *p, uint64_t *shown)
{
    struct range_reader w;
    const uint8_t *v = NULL;
    size_t n = 0;
    *shown = 0;
    if (!walk_start(&w, r, p))
        return w.status;
    while (walk_next(&w, &v, &n))
        out_bytes(r->env->out, v, n);
    return walk_end(&w, p, shown);
}

/* ---- JSON ---- */

enum { JSON_NUMBER_MAX = VIEW_UNIT_MAX + 2 };

void out_hex(struct out *o, const uint8_t *p, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    char text[512];
    while (n > 0) {
        size_t now = n < sizeof text / 2 ? n : sizeof text / 2;
        for (size_t i = 0; i < now; i++) {
            text[2 * i] = digits[p[i] >> 4];
            text[2 * i + 1] = digits[p[i] & 15];
        }
        out_bytes(o, text, 2 * now);
        p += now;
        n -= now;
    }
}

/* How JSON says a float that it has no number for; NULL: as it is. */
static const char *json_word(const char *text)
{
    bool negative = text[0] == '-';
    switch (text[negative]) {
    case 'n':
        return "\"NaN\"";
    case 'i':
        return negative ? "\"-Infinity\"" : "\"Infinity\"";
    default:
        return strcmp(text, "-0") == 0 ? "-0.0" : NULL; /* -0 would be read as an integer */
    }
}

static size_t json_float(const struct view *view, const uint8_t *v, char text[VIEW_UNIT_MAX])
{
    size_t n = view_format(view, v, text);
    const char *word = json_word(text);
    if (word == NULL)
        return n;
    n = strlen(word);
    memcpy(text, word, n);
    return n;
}

/* A number of a view of integers or floats. */
static size_t json_number(const struct view *view, const uint8_t *v, char text[JSON_NUMBER_MAX])
{
    if (view->kind == VIEW_FLOAT)
        return json_float(view, v, text);
    size_t quote = view->unit == 8 ? 1 : 0;
    text[0] = '"';
    size_t n = quote + view_format(view, v, text + quote);
    text[n] = '"';
    return n + quote;
}

static bool is_number(const struct view *view)
{
    return view->kind == VIEW_FLOAT || view->kind == VIEW_UNSIGNED || view->kind == VIEW_SIGNED;
}

void json_value(struct out *o, const struct view *view, const uint8_t *v, size_t n)
{
    char text[JSON_NUMBER_MAX];
    if (is_number(view)) {
        out_bytes(o, text, json_number(view, v, text));
        return;
    }
    out_str(o, "\"");
    if (view->kind == VIEW_POINTER)
        out_bytes(o, text, number_digits(text, view_bits(view, v)));
    else if (view->kind == VIEW_BITS)
        out_bytes(o, text, view_format(view, v, text));
    else
        out_hex(o, v, n);
    out_str(o, "\"");
}

/* Values to a file, many at a time. `first`: nothing is before them. */
static void json_numbers(struct out *o, const struct view *view, const uint8_t *v, size_t n,
                         bool first)
{
    enum { AT_ONCE = OUT_ROOM / (JSON_NUMBER_MAX + 1) };
    for (size_t i = 0; i < n;) {
        char *start = out_room(o, OUT_ROOM), *q = start;
        if (start == NULL)
            return;
        size_t end = n - i > AT_ONCE * view->unit ? i + AT_ONCE * view->unit : n;
        for (; i < end; i += view->unit) {
            *q = ',';
            q += first && i == 0 ? 0 : 1;
            q += json_number(view, v + i, q);
        }
        out_used(o, (size_t)(q - start));
    }
}

static int json_values(struct command_run *r, const struct peek *p, uint64_t *shown)
{
    struct range_reader w;
    const uint8_t *v = NULL;
    size_t n = 0;
    *shown = 0;
    if (!walk_start(&w, r, p))
        return w.status;
    out_str(r->env->out, p->view->kind == VIEW_HEX ? "\"" : "[");
    while (walk_next(&w, &v, &n)) {
        if (p->view->kind == VIEW_HEX) {
            out_hex(r->env->out, v, n);
            continue;
        }
        if (r->env->out->fd >= 0 && is_number(p->view)) {
            json_numbers(r->env->out, p->view, v, n, w.at - n == p->offset);
            continue;
        }
        for (size_t i = 0; i < n; i += w.unit) {
            out_str(r->env->out, w.at - n + i == p->offset ? "" : ",");
            json_value(r->env->out, p->view, v + i, w.unit);
        }
    }
    out_str(r->env->out, p->view->kind == VIEW_HEX ? "\"" : "]");
    return walk_end(&w, p, shown);
}

int peek_json(struct command_run *r, const struct peek *p, uint64_t *shown)
{
    struct out *o = r->env->out;
    int status = EXIT_DONE;
    char *locator = malloc((size_t)4 * LOCATOR_MAX);
    if (locator == NULL)
        return run_fail(r, NULL, "print it", (struct oserr){"malloc", SEG_E_MEMORY});
    (void)locator_shown(r->raw, locator, (size_t)4 * LOCATOR_MAX);
    out_str(o, "{\"format\":1,\"locator\":");
    out_json(o, locator);
    free(locator);
    out_print(o, ",\"offset\":%llu,\"view\":\"%s\",\"values\":", (unsigned long long)p->offset,
              p->view->name);
    if (p->view->kind == VIEW_TEXT) {
        out_str(o, "\"");
        status = peek_text(r, p, true, shown);
        out_str(o, "\"");
    } else {
        status = json_values(r, p, shown);
    }
    out_print(o, ",\"length\":%llu}\n", (unsigned long long)*shown);
    return status;
}
