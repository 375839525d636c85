/* lab --check: what is wrong with a lesson, a line each: `FILE:LINE: what`. What the parser accepts
 * is looked at more closely: do its types read, can its conditions be asked, are its programs and
 * commands there, has every step a hint and a solution? */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/lab.h"
#include "core/locator.h"
#include "lab/check.h"

enum {
    STEPS_LEAST = 3,
    STEPS_MOST = 8,
    ROW = 20,           /* two rows of a wrapped text have at least 40 bytes */
    TEXT_OTHERS = 1024, /* bytes and */
    LINES_OTHERS = 32   /* rows for headings, numbers of processes, what a machine lacks */
};

struct lint {
    struct command_run *r;
    const char *file;
    struct shelf shelf; /* what the lesson is played with: ours, if it is one of ours */
    const struct lesson *l;
    struct checker checker;
    const char *peer[LAB_PROGRAMS]; /* started so far */
    int peers, found;
};

RUN_FORMAT(3, 4) static void complain(struct lint *t, int line, const char *format, ...)
{
    char shown[RUN_SHOWN], text[CHECKER_WHY + 64];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    out_print(t->r->env->out, "%s:%d: %s\n", run_shown(t->file, shown), line, text);
    t->found++;
}

static bool has_source(const struct lint *t, const char *program)
{
    char *text = shelf_source(&t->shelf, program);
    bool had = text != NULL;
    free(text);
    return had || strcmp(program, "demo") == 0;
}

/* It is looked for where the course does. */
static void lint_program(struct lint *t, const char *program, int line)
{
    char path[SHELF_PATH];
    if (!has_source(t, program))
        complain(t, line, "there is no %s.c", program);
    else if (strcmp(program, "demo") != 0 && shelf_playable(t->l) &&
             !shelf_program(t->shelf.folder, program, path))
        complain(t, line, "the program %s is not there: make it from its source", program);
}

static bool knows_peer(const struct lint *t, const char *name)
{
    for (int i = 0; i < t->peers; i++)
        if (strcmp(t->peer[i], name) == 0)
            return true;
    return false;
}

static void lint_runs(struct lint *t, const struct lesson_run *run, int runs)
{
    for (int i = 0; i < runs; i++) {
        if (run[i].program == NULL && !knows_peer(t, run[i].peer))
            complain(t, run[i].line, "%s was not started before", run[i].peer);
        if (run[i].program == NULL)
            continue;
        lint_program(t, run[i].program, run[i].line);
        if (knows_peer(t, run[i].peer))
            continue;
        t->peer[t->peers++] = run[i].peer;
        if (t->peers > PEERS_MAX)
            complain(t, run[i].line, "more than %d processes have a name", PEERS_MAX);
    }
}

/* The words that a line can begin with besides the commands. */
static const char *const actions[] = {
#define ACTION(name, args, help) #name,
#include "core/screen/actions.def"
#undef ACTION
};

/* Does a command or an action begin like that? */
static bool is_command(const char *line)
{
    char name[COMMAND_NAME_MAX + 1];
    size_t n = strcspn(line, " ");
    if (n >= sizeof name)
        return false;
    (void)snprintf(name, sizeof name, "%.*s", (int)n, line);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(actions[i], name) == 0)
            return true;
    return command_find(name) != NULL;
}

/* No command begins like that: the word, and what it may have been meant to be. */
static void complain_command(struct lint *t, int line, const char *what, const char *text)
{
    char word[COMMAND_NAME_MAX + 1];
    (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(text, " "), text);
    const char *like = command_like(word);
    complain(t, line, "%sno such command: %s%s%s%s", what, text, like != NULL ? " (" : "",
             like != NULL ? like : "", like != NULL ? "?)" : "");
}

/* A line of a shell: after each `shmlens` is a command, a locator or an option. */
static void lint_shell(struct lint *t, const struct lesson_step *s, const char *text)
{
    static const char own[] = "shmlens ";
    char word[COMMAND_NAME_MAX + 1];
    while ((text = strstr(text, own)) != NULL) {
        text += sizeof own - 1;
        size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz-");
        bool whole = text[n] == '\0' || text[n] == ' ' || text[n] == ';';
        if (!whole || n == 0 || n >= sizeof word || text[0] == '-')
            continue;
        (void)snprintf(word, sizeof word, "%.*s", (int)n, text);
        if (command_find(word) == NULL)
            complain_command(t, s->line, "solution: ", word);
    }
}

static void lint_solution(struct lint *t, const struct lesson_step *s)
{
    const char *at = s->solution;
    char line[RUN_SHOWN];
    while (at != NULL && *at != '\0') {
        size_t n = strcspn(at, "\n"), blanks = strspn(at, " :");
        (void)snprintf(line, sizeof line, "%.*s", blanks < n ? (int)(n - blanks) : 0, at + blanks);
        if (strncmp(line, "$ ", 2) == 0)
            lint_shell(t, s, line + 2);
        else if (line[0] != '\0' && !is_command(line))
            complain_command(t, s->line, "solution: ", line);
        at += n + (at[n] == '\n');
    }
}

/* `{PEER}` in a text that is shown as it is, because no process has that name. */
static void lint_names(struct lint *t, int line, const char *text)
{
    char name[LESSON_NAME];
    if (text == NULL)
        return;
    while ((text = strchr(text, '{')) != NULL) {
        size_t n = strcspn(++text, "}");
        bool fits = n < sizeof name && text[n] == '}';
        (void)snprintf(name, sizeof name, "%.*s", fits ? (int)n : 0, text);
        bool number = name[0] >= '0' && name[0] <= '9'; /* C, such as `= {0}` */
        if (lesson_name(name) && !number && !knows_peer(t, name))
            complain(t, line, "{%s}: no process of this name was started before", name);
    }
}

static void lint_marks(struct lint *t, const struct lesson_step *s)
{
    for (int i = 0; i < s->marks; i++) {
        const struct lesson_mark *m = &s->mark[i];
        char *text = shelf_source(&t->shelf, m->program);
        if (text == NULL && !has_source(t, m->program))
            complain(t, m->line, "there is no %s.c", m->program);
        else if (text != NULL && strstr(text, m->text) == NULL)
            complain(t, m->line, "mark: %s.c has no such text: %s", m->program, m->text);
        free(text);
    }
}

/* Names of segments that the engine would not clean up. */
static void lint_locator(struct lint *t, const char *locator, int line)
{
    char raw[LOCATOR_MAX];
    if (locator == NULL || !shelf_shown(t->l) || locator_typed(locator, raw) != NULL)
        return;
    bool windows = strncmp(raw, "win:", 4) == 0;
    if ((windows || strchr(raw, '/') != NULL) && !shelf_owns(&t->shelf, t->l, raw))
        complain(t, line, "%s is not a name of this lesson, which begin with %sshmlens-lab-%s",
                 locator, windows ? "Local\\" : "/", t->l->name);
}

static void lint_check(struct lint *t, const struct lesson_check *c)
{
    char why[CHECKER_WHY];
    lint_locator(t, c->locator, c->line);
    bool peer = c->kind == CHECK_RUNS || c->kind == CHECK_ENDED || c->kind == CHECK_KILLED ||
                c->kind == CHECK_CRASHED;
    bool opened = c->kind == CHECK_EXISTS || c->kind == CHECK_GONE || c->kind == CHECK_SIZE ||
                  c->kind == CHECK_MAPPED || c->kind == CHECK_UNMAPPED;
    bool typed = c->kind == CHECK_WHERE || c->kind == CHECK_CURSOR;
    if (typed && !checker_possible(&t->checker, c, why))
        complain(t, c->line, "%s", why);
    else if (t->l->windows_too && (c->kind == CHECK_MAPPED || c->kind == CHECK_UNMAPPED))
        complain(t, c->line,
                 "Windows does not tell who maps a segment: no `mapped` and `unmapped` "
                 "for `systems windows` or `all`");
    else if (t->l->windows_too && c->kind == CHECK_KILLED)
        complain(t, c->line, "Windows has no signals: `crashed PEER`, or `ended PEER`");
    else if (peer && !knows_peer(t, c->text))
        complain(t, c->line, "%s was not started before", c->text);
    else if (c->kind == CHECK_DID && !is_command(c->text))
        complain_command(t, c->line, "", c->text);
    else if (opened && c->locator == NULL && t->l->open == NULL)
        complain(t, c->line, "of which LOCATOR? The lesson opens none");
}

/* What a text takes at most, at the narrowest. */
static void add_room(const char *text, size_t *bytes, size_t *rows)
{
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, "\n");
        *bytes += n + 1;
        *rows += 1 + n / ROW;
        text += n + (text[n] == '\n');
    }
}

static void lint_room(struct lint *t, const struct lesson_step *s)
{
    size_t bytes = TEXT_OTHERS, rows = LINES_OTHERS;
    add_room(s == &t->l->step[0] ? t->l->text : NULL, &bytes, &rows);
    add_room(s->text, &bytes, &rows);
    add_room(s->hint, &bytes, &rows);
    add_room(s->solution, &bytes, &rows);
    if (bytes > LESSON_TEXT || rows > LESSON_LINES)
        complain(t, s->line, "the text is too long: in narrow windows its end is not shown");
}

static void lint_step(struct lint *t, const struct lesson_step *s)
{
    lint_room(t, s);
    lint_runs(t, s->run, s->runs);
    for (int i = 0; i < s->checks; i++)
        lint_check(t, &s->check[i]);
    if (s->lacker != NULL && !knows_peer(t, s->lacker))
        complain(t, s->line, "needs: %s was not started before", s->lacker);
    if (t->l->windows_too && (s->userfaultfd || s->perf))
        complain(t, s->line, "userfaultfd and perf are of Linux: on Windows everybody skips this");
    const char *const texts[] = {s->text, s->hint, s->solution};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        lint_names(t, s->line, texts[i]);
    lint_marks(t, s);
    lint_solution(t, s);
    if (s->hint == NULL || s->solution == NULL)
        complain(t, s->line, "a step has a hint and a solution");
}

static void lint_all(struct lint *t)
{
    char why[CHECKER_WHY];
    struct peers none = {.count = 0};
    if (!checker_init(&t->checker, t->r->env->be, t->l, &none, why))
        complain(t, t->l->types_line, "%s (counted from there)", why);
    else if (t->l->steps < STEPS_LEAST || t->l->steps > STEPS_MOST)
        complain(t, 1, "%d steps: a lesson has %d to %d", t->l->steps, STEPS_LEAST, STEPS_MOST);
    lint_locator(t, t->l->open, 1);
    lint_runs(t, t->l->run, t->l->runs);
    lint_names(t, 1, t->l->text);
    for (int i = 0; i < t->l->steps; i++)
        lint_step(t, &t->l->step[i]);
    checker_free(&t->checker);
}

/* The lessons and programs that the lesson of a file is played with. */
static void open_shelf(struct lint *t, const char *file, char folder[SHELF_PATH])
{
    const char *slash = strrchr(file, '/'), *name = slash != NULL ? slash + 1 : file;
    int n = slash == NULL ? 1 : slash == file ? 1 : (int)(slash - file);
    (void)snprintf(folder, SHELF_PATH, "%.*s", n, slash != NULL ? file : ".");
    if (oserr_is(shelf_open(&t->shelf, lab_file(name) != NULL ? NULL : folder)))
        t->shelf.count = 0; /* the file could be read: it is the only one */
}

int lab_lint(struct command_run *r, const char *file)
{
    char *text = NULL, why[LESSON_WHY], folder[SHELF_PATH];
    size_t n = 0;
    struct oserr e = os_read_file(file, LESSON_MAX + 1, &text, &n);
    if (oserr_is(e))
        return run_file_failed(r, file, "cannot read it", e);
    struct lesson *l = lesson_parse(file, text, n, why);
    struct lint t = {.r = r, .file = file, .l = l};
    free(text);
    open_shelf(&t, file, folder);
    if (l == NULL)
        out_print(r->env->out, "%s\n", why);
    else
        lint_all(&t);
    shelf_close(&t.shelf);
    bool read = l != NULL;
    lesson_free(l);
    return !read || t.found > 0 ? EXIT_NO : EXIT_DONE;
}
