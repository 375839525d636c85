/* ls: surveys the machine and prints the segments as columns or as JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/run.h"
#include "cli/segment_json.h"
#include "core/screen/canvas.h"
#include "core/text.h"
#include "list/columns.h"

/* A row, and what it is sorted by: qsort takes no context. */
struct listed {
    struct segrow row;
    const struct column *by; /* NULL: the locator */
    const char *shown;       /* the locator as it is printed */
    char *made;              /* its memory; NULL: it is the raw one */
    int sign;
    bool people; /* who read it: numbers in a name count as numbers */
};

struct list {
    struct seg_survey survey;
    struct listed *rows;
    size_t count;
    unsigned kinds; /* bits */
    const struct column *sort;
    const struct column *column[COLUMNS_MAX];
    size_t columns;
    bool names; /* users are wanted with their names: a column shows them, or they are the order */
};

/* One name of a comma-separated list: its length; *rest is what follows (NULL: it was the last). */
static size_t list_item(const char *s, const char **rest)
{
    const char *comma = strchr(s, ',');
    *rest = comma == NULL ? NULL : comma + 1;
    return comma == NULL ? strlen(s) : (size_t)(comma - s);
}

static bool add_kind(unsigned *kinds, const char *s, size_t n)
{
    for (unsigned k = 0; k < SEG_KINDS; k++) {
        const char *name = seg_kind_name((enum seg_kind)k);
        if (strlen(name) == n && memcmp(name, s, n) == 0 && (seg_kinds() >> k & 1U) != 0) {
            *kinds |= 1U << k;
            return true;
        }
    }
    return false;
}

static bool parse_kinds(struct command_run *r, struct list *l)
{
    const char *all = run_option(r, "kind");
    l->kinds = seg_kinds() & ~(1U << SEG_FILE);
    if (all == NULL)
        return true;
    l->kinds = 0;
    for (const char *s = all, *rest = NULL; s != NULL; s = rest) {
        size_t n = list_item(s, &rest);
        if (!add_kind(&l->kinds, s, n)) {
            char why[KINDS_TEXT + 32];
            char names[KINDS_TEXT];
            (void)snprintf(why, sizeof why, "no such kind (%s)", kind_names(names));
            (void)run_bad_word(r, "--kind", all, why);
            return false;
        }
    }
    return true;
}

static bool parse_columns(struct command_run *r, struct list *l)
{
    const char *all = run_option(r, "columns");
    const char *sort = run_option(r, "sort");
    char names[COLUMNS_TEXT];
    char why[COLUMNS_TEXT + 32];
    size_t count = 0;
    (void)snprintf(why, sizeof why, "no such column (%s)", columns_names(names));
    l->sort = sort == NULL ? column_table(&count) : column_find(sort, strlen(sort));
    if (l->sort == NULL) {
        (void)run_bad_word(r, "--sort", sort, why);
        return false;
    }
    if (all == NULL) {
        l->columns = columns_usual(0, l->column);
    } else if (!columns_parse(all, l->column, &l->columns)) {
        (void)run_bad_word(r, "--columns", all, why);
        return false;
    }
    return true;
}

static bool is_users(const struct column *c)
{
    return strcmp(c->name, "USERS") == 0;
}

/* Counts are known while a process is read; its name costs another call. */
static void parse_names(struct list *l)
{
    l->names = is_users(l->sort);
    for (size_t i = 0; i < l->columns; i++)
        l->names = l->names || is_users(l->column[i]);
}

static int compare(const void *a, const void *b)
{
    const struct listed *x = a;
    const struct listed *y = b;
    int c = x->by != NULL ? x->by->compare(&x->row, &y->row) : 0;
    if (c == 0)
        c = x->people ? text_natural(x->shown, y->shown) : strcmp(x->shown, y->shown);
    return x->sign < 0 ? -c : c;
}

/* A field for scripts that split lines at blanks: those inside it become \x20, which is understood
 * in a locator. malloc'd; NULL: out of memory. */
static char *as_field(const char *text)
{
    size_t n = 0;
    char *field = malloc(4 * strlen(text) + 1);
    for (; field != NULL && *text != '\0'; text++) {
        bool blank = *text == ' ';
        memcpy(field + n, blank ? "\\x20" : text, blank ? 4 : 1);
        n += blank ? 4 : 1;
    }
    if (field != NULL)
        field[n] = '\0';
    return field;
}

/* The locator as printed, malloc'd. */
static char *shown_locator(const char *raw, bool aligned)
{
    char *shown = text_escaped(raw);
    char *field = shown == NULL || aligned ? NULL : as_field(shown);
    if (!aligned)
        free(shown);
    return aligned ? shown : field;
}

/* Plain ASCII without blanks is printed unchanged. */
static bool is_plain(const char *s)
{
    while (*s > ' ' && *s < 0x7f && *s != '\\')
        s++;
    return *s == '\0';
}

/* Aligned columns, for people; otherwise one blank between fields. */
static bool is_aligned(const struct command_run *r)
{
    return r->env->out_terminal || r->env->ui;
}

/* Adds a row; false: out of memory. */
static bool add_row(struct command_run *r, struct list *l, const struct segrow *row)
{
    size_t count = 0;
    const struct column *locator = column_table(&count);
    struct listed *to = &l->rows[l->count++];
    *to = (struct listed){.row = *row,
                          .by = l->sort == locator ? NULL : l->sort,
                          .shown = row->locator,
                          .people = is_aligned(r),
                          .sign = run_option(r, "reverse") != NULL ? -1 : 1};
    if (!is_plain(row->locator))
        to->shown = to->made = shown_locator(row->locator, is_aligned(r));
    return to->shown != NULL;
}

static void sort_rows(struct list *l)
{
    size_t sorted = 1; /* it often is: a survey is in the order of locators */
    while (sorted < l->count && compare(&l->rows[sorted - 1], &l->rows[sorted]) <= 0)
        sorted++;
    if (sorted < l->count)
        qsort(l->rows, l->count, sizeof *l->rows, compare);
}

/* Files that outlive their users are listed with the segments that have names. */
static bool is_asked_for(const struct list *l, const struct segrow *row)
{
    bool lasts = row->kind == SEG_FILE && (row->stat->state & SEG_ST_LASTS) != 0;
    return (l->kinds & (1U << row->kind | (lasts ? 1U << SEG_POSIX : 0))) != 0;
}

static bool take_rows(struct command_run *r, struct list *l)
{
    bool orphans = run_option(r, "orphans") != NULL;
    int64_t now = os_wall();
    l->count = 0;
    l->rows = calloc(l->survey.count + 1, sizeof *l->rows);
    if (l->rows == NULL)
        return false;
    for (size_t i = 0; i < l->survey.count; i++) {
        struct segrow row = segrow_of(&l->survey, &l->survey.segs[i]);
        row.now = now;
        bool wanted = is_asked_for(l, &row) && (!orphans || segrow_is_orphan(&row));
        if (wanted && !add_row(r, l, &row))
            return false;
    }
    sort_rows(l);
    return true;
}

static void list_free(struct list *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->rows[i].made);
    free(l->rows);
    seg_survey_free(&l->survey);
}

/* ---- printing ---- */

static void pad(struct out *o, int n)
{
    for (; n > 0; n--)
        out_str(o, " ");
}

/* Cuts a text that is wider than so many columns: a name in the middle, another at its end. */
static void cut(char text[CELL_MAX], int cols, bool name)
{
    static const char dots[] = "\xe2\x80\xa6";
    int head = name ? cols * 5 / 8 : cols - 1, used = 0;
    size_t at = 0, n = strlen(text);
    while (at < n) {
        struct text_char ch = text_decode(TEXT_UTF8, (const uint8_t *)text + at, n - at);
        used += ch.valid && text_printable(ch.cp) ? text_width(ch.cp) : 1;
        if (used > head)
            break;
        at += ch.size;
    }
    const char *end = canvas_text_end(text, name ? cols - 1 - head : 0);
    size_t rest = strlen(end) + 1;
    if (at + sizeof dots - 1 + rest > CELL_MAX)
        return;
    memmove(text + at + sizeof dots - 1, end, rest);
    memcpy(text + at, dots, sizeof dots - 1);
}

/* What is cut so that a line fits the terminal, the locators last, but never below this. */
enum { NAME_LEAST = 16 };

static void fit(const struct command_run *r, const struct list *l, int width[COLUMNS_MAX])
{
    static const char *const cut_first[] = {"USERS", "NAME", "LOCATOR"};
    int total = 0;
    for (size_t i = 0; i < l->columns; i++)
        total += width[i] + (i > 0 ? 2 : 0);
    int over = total - r->env->out_cols;
    for (size_t k = 0; k < sizeof cut_first / sizeof cut_first[0]; k++)
        for (size_t i = 0; i < l->columns && over > 0; i++) {
            int spare = width[i] - NAME_LEAST;
            if (strcmp(l->column[i]->name, cut_first[k]) != 0 || spare <= 0)
                continue;
            width[i] -= spare < over ? spare : over;
            over -= spare < over ? spare : over;
        }
}

/* One line; `width` NULL: separated by single blanks. */
static void print_line(struct out *o, const struct list *l, const struct segrow *row,
                       const int *width, char cell[CELL_MAX])
{
    for (size_t i = 0; i < l->columns; i++) {
        const struct column *c = l->column[i];
        char header[COLUMN_WORD];
        const char *text = column_word(c, header);
        if (row != NULL) {
            c->text(row, cell);
            text = cell;
            if (width != NULL && canvas_width(cell) > width[i])
                cut(cell, width[i], column_names(c));
        }
        int gap = width == NULL ? 0 : width[i] - canvas_width(text);
        out_str(o, i == 0 ? "" : width == NULL ? " " : "  ");
        pad(o, c->right ? gap : 0);
        char *field = width == NULL && strchr(text, ' ') != NULL ? as_field(text) : NULL;
        out_str(o, field != NULL ? field : text);
        free(field);
        pad(o, c->right || i + 1 == l->columns ? 0 : gap);
    }
    out_str(o, "\n");
}

static void measure(const struct list *l, int width[COLUMNS_MAX], bool header, char cell[CELL_MAX])
{
    char word[COLUMN_WORD];
    for (size_t i = 0; i < l->columns; i++) {
        width[i] = header ? canvas_width(column_word(l->column[i], word)) : 0;
        for (size_t k = 0; k < l->count; k++) {
            l->column[i]->text(&l->rows[k].row, cell);
            int w = canvas_width(cell);
            width[i] = w > width[i] ? w : width[i];
        }
    }
}

static bool print_table(struct command_run *r, const struct list *l)
{
    int width[COLUMNS_MAX];
    bool header = run_option(r, "no-header") == NULL;
    bool aligned = is_aligned(r);
    char *cell = malloc(CELL_MAX);
    if (cell == NULL)
        return false;
    if (aligned)
        measure(l, width, header, cell);
    if (r->env->out_terminal && r->env->out_cols > 0 && run_option(r, "wide") == NULL)
        fit(r, l, width);
    if (header)
        print_line(r->env->out, l, NULL, aligned ? width : NULL, cell);
    for (size_t i = 0; i < l->count; i++)
        print_line(r->env->out, l, &l->rows[i].row, aligned ? width : NULL, cell);
    free(cell);
    return true;
}

static bool print_json(struct command_run *r, const struct list *l)
{
    json_t *all = json_object();
    json_t *rows = json_array();
    json_object_set_new(all, "format", json_integer(1));
    json_object_set_new(all, "unreadable", json_integer((json_int_t)l->survey.who.unreadable));
    if (l->survey.who.unowned > 0)
        json_object_set_new(all, "unowned", json_integer((json_int_t)l->survey.who.unowned));
    for (size_t i = 0; i < l->count; i++) {
        json_t *row = segment_json(&l->rows[i].row);
        if (row != NULL && l->names)
            segment_json_who(row, &l->rows[i].row);
        json_array_append_new(rows, row);
    }
    bool fine = json_object_set_new(all, "segments", rows) == 0 && json_print(r->env->out, all);
    json_decref(all);
    return fine;
}

/* For people: what the words of the STATE column say of users, when they are there. */
static void explain(struct command_run *r, const struct list *l)
{
    char idle[VERDICT_TEXT];
    bool orphans = false, idles = false;
    for (size_t i = 0; i < l->count; i++) {
        orphans = orphans || segrow_is_orphan(&l->rows[i].row);
        idles = idles || segrow_is_idle(&l->rows[i].row);
    }
    if (orphans)
        run_note(r, "%s", verdict_orphan);
    if (idles)
        run_note(r, "%s", verdict_idle(l->survey.who.unreadable, l->survey.who.unowned, idle));
}

int cmd_ls(struct command_run *r)
{
    struct list l = {.count = 0};
    if (!parse_kinds(r, &l) || !parse_columns(r, &l))
        return EXIT_ERROR;
    parse_names(&l);
    const struct seg_ask ask = {.kinds = l.kinds,
                                .flags = SEG_SURVEY_WHO | (l.names ? 0U : SEG_SURVEY_COUNTS),
                                .pace = r->env->pace};
    struct oserr e = seg_survey_paced(r->env->be, &ask, &l.survey);
    if (oserr_is(e))
        return run_fail(r, NULL, "list the segments", e);
    bool fine = take_rows(r, &l) &&
                (run_option(r, "json") != NULL ? print_json(r, &l) : print_table(r, &l));
    int status = fine ? run_report_kinds(r, &l.survey, l.kinds)
                      : run_fail(r, NULL, "list them", (struct oserr){"malloc", SEG_E_MEMORY});
    if (status == EXIT_DONE && r->env->out_terminal && run_option(r, "json") == NULL)
        explain(r, &l);
    list_free(&l);
    return status;
}
