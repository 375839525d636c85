#include "layouts/layouts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "core/type/parse.h"
#include "layouts/type_file.h"

enum { PATH_ROOM = 4096, FILES_MAX = 4096 };
static const char suffix[] = ".layout";

const char *layout_origin_name(enum layout_origin origin)
{
    return origin == LAYOUT_USER ? "user" : "shipped";
}

/* ---- reading ---- */

struct folder {
    struct layouts *l;
    const char *path;
    enum layout_origin origin;
    struct oserr error;
};

static void free_row(struct layout_file *row)
{
    types_free(row->t);
    free(row->name);
    free(row->path);
    free(row->why);
}

static bool known(const struct layouts *l, const char *name, size_t n)
{
    for (size_t i = 0; i < l->count; i++)
        if (strncmp(l->row[i].name, name, n) == 0 && l->row[i].name[n] == '\0')
            return true;
    return false;
}

static bool grow(struct layouts *l)
{
    size_t room = l->room == 0 ? 64 : 2 * l->room;
    struct layout_file *row = l->count < l->room ? l->row : realloc(l->row, room * sizeof *row);
    if (row == NULL)
        return false;
    l->room = l->count < l->room ? l->room : room;
    l->row = row;
    return true;
}

/* An entry of a folder; false: enough. */
static bool add_file(void *ctx, const char *name)
{
    struct folder *f = ctx;
    size_t n = strlen(name), dir = strlen(f->path);
    if (n < sizeof suffix || strcmp(name + n - (sizeof suffix - 1), suffix) != 0 || name[0] == '.')
        return true;
    size_t stem = n - (sizeof suffix - 1);
    if (known(f->l, name, stem))
        return true;
    struct layout_file row = {
        .origin = f->origin, .name = malloc(stem + 1), .path = malloc(dir + n + 2)};
    if (row.name == NULL || row.path == NULL || f->l->count == FILES_MAX || !grow(f->l)) {
        free_row(&row);
        f->error = (struct oserr){"malloc", SEG_E_MEMORY};
        return false;
    }
    memcpy(row.name, name, stem);
    row.name[stem] = '\0';
    (void)snprintf(row.path, dir + n + 2, "%s/%s", f->path, name);
    f->l->row[f->l->count++] = row;
    return true;
}

static int by_name(const void *a, const void *b)
{
    const struct layout_file *x = a, *y = b;
    return strcmp(x->name, y->name);
}

/* The files of a folder that are new to us, by name. A folder that cannot be read is an empty one.
 */
static struct oserr add_folder(struct layouts *l, const char *path, enum layout_origin origin)
{
    struct folder f = {.l = l, .path = path, .origin = origin};
    size_t before = l->count;
    (void)oserr_is(os_folder(path, add_file, &f));
    if (l->count > before)
        qsort(l->row + before, l->count - before, sizeof *l->row, by_name);
    return f.error;
}

static bool shipped_folder(const char *below, char *buf, size_t cap)
{
    if (!os_program_folder(buf, cap))
        return false;
    for (char *slash; strncmp(below, "../", 3) == 0 && (slash = strrchr(buf, '/')) != NULL;
         below += 3)
        *slash = '\0';
    size_t n = strlen(buf);
    return (size_t)snprintf(buf + n, cap - n, "/%s", below) < cap - n;
}

/* What is wrong with a file, as the parser would say it. */
static void refuse(struct layout_file *row, const char *what)
{
    char *shown = text_escaped(row->path);
    size_t cap = shown == NULL ? 0 : strlen(shown) + TYPE_WHY_MAX;
    row->why = cap == 0 ? NULL : malloc(cap);
    if (row->why != NULL)
        (void)snprintf(row->why, cap, "%s: %s", shown, what);
    free(shown);
}

/* What the shipped ones are wanted for; NULL: for themselves. */
struct layout_wanted {
    const struct place_names *names;
    const char *type;
};

/* Has the text a line `at` whose glob matches a name? It is not parsed yet: the line may turn out
 * to be a part of something else. */
static bool places(const char *text, const char *end, const struct place_names *names)
{
    char glob[PATH_ROOM];
    for (const char *line = text; line != NULL && line < end;) {
        const char *next = memchr(line, '\n', (size_t)(end - line)), *p = line;
        const char *stop = next == NULL ? end : next;
        while (p < stop && (*p == ' ' || *p == '\t'))
            p++;
        if (stop - p > 3 && memcmp(p, "at", 2) == 0 && (p[2] == ' ' || p[2] == '\t')) {
            for (p += 2; p < stop && (*p == ' ' || *p == '\t');)
                p++;
            size_t n = 0;
            while (p + n < stop && p[n] != ' ' && p[n] != '\t' && n + 1 < sizeof glob)
                n++;
            memcpy(glob, p, n);
            glob[n] = '\0';
            if (type_place_named(glob, names))
                return true;
        }
        line = next == NULL ? NULL : next + 1;
    }
    return false;
}

/* The last word of a type's name: `ring` of `struct ring`. */
static bool speaks_of(const char *text, size_t n, const char *type)
{
    const char *blank = strrchr(type, ' '), *word = blank == NULL ? type : blank + 1;
    size_t m = strlen(word);
    for (const char *p = text; m > 0 && (size_t)(p - text) + m <= n; p++) {
        p = memchr(p, word[0], n - m + 1 - (size_t)(p - text));
        if (p == NULL)
            return false;
        if (memcmp(p, word, m) == 0)
            return true;
    }
    return false;
}

/* Neither row->t nor row->why afterwards: it is not wanted. */
static struct oserr parse(struct layout_file *row, const struct layout_wanted *w)
{
    char why[TYPE_WHY_MAX] = "", *text = NULL;
    size_t n = 0;
    struct oserr e = type_file_read(row->path, &text, &n);
    if (oserr_is(e)) {
        refuse(row, type_file_cannot(e));
        return row->why == NULL ? (struct oserr){"malloc", SEG_E_MEMORY} : OSERR_NONE;
    }
    if (w != NULL && row->origin == LAYOUT_SHIPPED && !places(text, text + n, w->names) &&
        (w->type == NULL || !speaks_of(text, n, w->type))) {
        free(text);
        return OSERR_NONE;
    }
    row->t = types_new(type_abi_machine(), false);
    if (row->t != NULL && !types_parse(row->t, row->path, text, n, why)) {
        types_free(row->t);
        row->t = NULL;
        row->why = strdup(why);
    }
    free(text);
    return row->t == NULL && row->why == NULL ? (struct oserr){"malloc", SEG_E_MEMORY} : OSERR_NONE;
}

/* Parses all, and drops those that are not wanted. */
static struct oserr parse_all(struct layouts *l, const struct layout_wanted *w)
{
    struct oserr e = OSERR_NONE;
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++) {
        struct layout_file row = l->row[i];
        if (!oserr_is(e))
            e = parse(&row, w);
        if (row.t == NULL && row.why == NULL)
            free_row(&row);
        else
            l->row[kept++] = row;
    }
    l->count = kept;
    return e;
}

static struct oserr load(struct layouts **out, const struct layout_wanted *w)
{
    static const char *const shipped[] = {SHMLENS_LAYOUTS_BELOW, "layouts"};
    char path[PATH_ROOM];
    struct layouts *l = calloc(1, sizeof *l);
    struct oserr e = l == NULL ? (struct oserr){"malloc", SEG_E_MEMORY} : OSERR_NONE;
    if (l != NULL && os_config_path("layouts", path, sizeof path))
        e = add_folder(l, path, LAYOUT_USER);
    for (size_t i = 0; !oserr_is(e) && i < sizeof shipped / sizeof *shipped; i++)
        if (shipped_folder(shipped[i], path, sizeof path))
            e = add_folder(l, path, LAYOUT_SHIPPED);
    if (!oserr_is(e))
        e = parse_all(l, w);
    if (oserr_is(e)) {
        layouts_free(l);
        l = NULL;
    }
    *out = l;
    return e;
}

struct oserr layouts_load(struct layouts **out)
{
    return load(out, NULL);
}

struct oserr layouts_load_for(struct layouts **out, const struct place_names *names,
                              const char *type)
{
    const struct layout_wanted w = {.names = names, .type = type};
    return load(out, &w);
}

void layouts_free(struct layouts *l)
{
    for (size_t i = 0; l != NULL && i < l->count; i++)
        free_row(&l->row[i]);
    if (l != NULL)
        free(l->row);
    free(l);
}
