#include "lab/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "backend/segment.h"
#include "core/text.h"

/* SHMLENS_LAB_BELOW, of CMake: where the programs are installed, seen from our own folder. */

static const char suffix[] = ".lesson";

const char *lab_file(const char *name)
{
    for (const struct lab_file *f = lab_files; f->name != NULL; f++)
        if (strcmp(f->name, name) == 0)
            return f->text;
    return NULL;
}

static bool is_lesson(const char *name)
{
    size_t n = strlen(name), end = sizeof suffix - 1;
    return n > end && name[0] != '.' && strcmp(name + n - end, suffix) == 0;
}

/* Keeps why a file is no lesson here, if it is the first one. */
static void leave_out(struct shelf *s, const char *file, const char *why)
{
    char shown[LESSON_WHY / 2];
    (void)text_escape(shown, sizeof shown, file, strlen(file));
    if (s->left_out++ == 0)
        (void)snprintf(s->why, sizeof s->why, "%s: %.100s", shown, why);
}

static void say_how_many(struct shelf *s)
{
    size_t n = strlen(s->why);
    if (s->left_out > 1)
        (void)snprintf(s->why + n, sizeof s->why - n, " (and %d more left out)", s->left_out - 1);
}

static void add(struct shelf *s, const char *file, const char *text, size_t n)
{
    char why[LESSON_WHY];
    struct lesson *l = lesson_parse(file, text, n, why);
    if (l != NULL && shelf_find(s, l->name) == NULL) {
        s->lesson[s->count++] = l;
    } else if (l != NULL) {
        leave_out(s, file, "left out: a file before it has a lesson of this name");
        lesson_free(l);
    } else if (s->left_out++ == 0) {
        (void)snprintf(s->why, sizeof s->why, "%s", why);
    }
}

/* ---- a folder ---- */

struct lesson_files {
    char **name;
    size_t count, room;
    bool failed; /* out of memory */
};

static bool found(void *ctx, const char *name)
{
    struct lesson_files *n = ctx;
    if (!is_lesson(name))
        return true;
    if (n->count == n->room) {
        size_t room = 2 * n->room + SHELF_LESSONS;
        char **more = realloc(n->name, room * sizeof *more);
        if (more == NULL) {
            n->failed = true;
            return false;
        }
        n->name = more;
        n->room = room;
    }
    n->name[n->count] = strdup(name);
    n->failed = n->name[n->count] == NULL;
    n->count += !n->failed;
    return !n->failed;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static struct oserr add_file(struct shelf *s, const char *name)
{
    char path[SHELF_PATH], *text = NULL;
    size_t n = 0;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", s->folder, name) >= sizeof path)
        return (struct oserr){"open", SEG_E_NAME};
    struct oserr e = os_read_file(path, LESSON_MAX + 1, &text, &n);
    if (!oserr_is(e))
        add(s, name, text, n);
    free(text);
    return e;
}

/* The first lessons by the names of their files; the folder may hold any number of them. */
static struct oserr add_folder(struct shelf *s)
{
    struct lesson_files n = {.name = NULL};
    char why[120];
    struct oserr e = os_folder(s->folder, found, &n);
    if (!oserr_is(e) && n.failed)
        e = (struct oserr){"malloc", SEG_E_MEMORY};
    if (n.count > 0)
        qsort(n.name, n.count, sizeof n.name[0], by_name);
    for (size_t i = 0; i < n.count; i++) {
        bool fits = s->count < SHELF_LESSONS;
        struct oserr of = fits && !oserr_is(e) ? add_file(s, n.name[i]) : OSERR_NONE;
        if (!fits)
            leave_out(s, n.name[i], "left out: there are more than 64 lessons");
        else if (oserr_is(of))
            leave_out(s, n.name[i], oserr_text(of, why, sizeof why));
        free(n.name[i]);
    }
    free(n.name);
    say_how_many(s);
    return e;
}

struct oserr shelf_open(struct shelf *s, const char *folder)
{
    *s = (struct shelf){.folder = folder};
    if (folder != NULL)
        return add_folder(s);
    for (const struct lab_file *f = lab_files; f->name != NULL; f++)
        if (is_lesson(f->name) && s->count < SHELF_LESSONS)
            add(s, f->name, f->text, strlen(f->text));
    return OSERR_NONE;
}

void shelf_close(struct shelf *s)
{
    for (int i = 0; i < s->count; i++)
        lesson_free(s->lesson[i]);
    s->count = 0;
}

const struct lesson *shelf_find(const struct shelf *s, const char *name)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->lesson[i]->name, name) == 0)
            return s->lesson[i];
    return NULL;
}

bool shelf_shown(const struct lesson *l)
{
    return strcmp(l->name, "demo") != 0;
}

bool shelf_playable(const struct lesson *l)
{
    return seg_locator_caps("posix:/lab") != 0 ? l->linux_too : l->windows_too;
}

static bool begins(const char *locator, const char *name)
{
    static const char *const prefixes[] = {"posix:/shmlens-lab-", "win:Local\\shmlens-lab-"};
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const char *rest = locator + strlen(prefixes[i]);
        if (strncmp(locator, prefixes[i], strlen(prefixes[i])) == 0 && strncmp(rest, name, n) == 0)
            return rest[n] == '\0' || rest[n] == '-';
    }
    return false;
}

bool shelf_owns(const struct shelf *s, const struct lesson *l, const char *locator)
{
    bool owns = begins(locator, l->name);
    for (int i = 0; owns && s != NULL && i < s->count; i++) {
        const char *other = s->lesson[i]->name;
        owns = strlen(other) <= strlen(l->name) || !begins(locator, other);
    }
    return owns;
}

/* ---- programs ---- */

char *shelf_source(const struct shelf *s, const char *program)
{
    char name[SHELF_PATH], *text = NULL;
    size_t n = 0;
    if (s->folder == NULL) {
        (void)snprintf(name, sizeof name, "%s.c", program);
        const char *embedded = lab_file(name);
        return embedded != NULL ? strdup(embedded) : NULL;
    }
    if ((size_t)snprintf(name, sizeof name, "%s/%s.c", s->folder, program) >= sizeof name ||
        oserr_is(os_read_file(name, LESSON_MAX, &text, &n)))
        return NULL;
    return text;
}

/* Is `folder`/`below`/`program` there? */
static bool at(const char *folder, const char *below, const char *program, char path[SHELF_PATH])
{
    return (size_t)snprintf(path, SHELF_PATH, "%s%s/%s", folder, below, program) < SHELF_PATH &&
           os_is_program(path, SHELF_PATH);
}

bool shelf_program(const char *folder, const char *program, char path[SHELF_PATH])
{
    char own[SHELF_PATH];
    if (folder != NULL)
        return at(folder, "", program, path);
    return os_program_folder(own, sizeof own) &&
           (at(own, "/lab", program, path) || at(own, "/" SHMLENS_LAB_BELOW, program, path));
}
