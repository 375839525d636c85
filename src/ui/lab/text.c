/* The text of a lesson as lines of the screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/screen/wrap.h"
#include "ui/lab/lab.h"

/* Where the next characters go. */
struct lab_writer {
    struct lab_state *lab;
    size_t at; /* in lab->text */
    int columns;
};

/* A line of the screen: [from, from + n) of lab->text. */
static void add_line(struct lab_writer *w, size_t from, size_t n, enum style style)
{
    struct lab_state *lab = w->lab;
    if (lab->lines < LAB_LINES)
        lab->line[lab->lines++] = (struct lab_line){lab->text + from, n, style};
}

/* The number of a process, for `{PEER}`; 0: there is no such peer, or it does not run. */
static uint32_t pid_of(const struct lab_state *lab, const char *name, size_t n)
{
    for (int i = 0; i < lab->state.peers; i++)
        if (strlen(lab->state.peer[i].name) == n && memcmp(lab->state.peer[i].name, name, n) == 0)
            return lab->state.peer[i].pid;
    return 0;
}

static bool is_peer(const struct lab_state *lab, const char *name, size_t n)
{
    for (int i = 0; i < lab->state.peers; i++)
        if (strlen(lab->state.peer[i].name) == n && memcmp(lab->state.peer[i].name, name, n) == 0)
            return true;
    return false;
}

/* Copies n bytes of a text, with the numbers of processes in it. */
static void put(struct lab_writer *w, const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t room = LAB_TEXT - 1 - w->at, name = 0;
        while (text[i] == '{' && i + 1 + name < n && name < LESSON_NAME &&
               text[i + 1 + name] != '}')
            name++;
        bool peer = text[i] == '{' && i + 1 + name < n && text[i + 1 + name] == '}' &&
                    is_peer(w->lab, text + i + 1, name);
        char number[16] = "?";
        uint32_t pid = peer ? pid_of(w->lab, text + i + 1, name) : 0;
        if (pid != 0)
            (void)snprintf(number, sizeof number, "%u", (unsigned)pid);
        size_t take = peer ? strlen(number) : 1;
        if (take > room)
            return;
        memcpy(w->lab->text + w->at, peer ? number : text + i, take);
        w->at += take;
        i += peer ? name + 2 : 1;
    }
}

/* Ends the paragraph that began at `from`, and wraps it. `indent`: columns before its lines. */
static void wrap(struct lab_writer *w, size_t from, enum style style)
{
    const char *p = w->lab->text + from;
    size_t skip = 0;
    w->lab->text[w->at] = '\0';
    do {
        size_t n = wrap_line(p, w->columns, &skip);
        add_line(w, (size_t)(p - w->lab->text), n, style);
        p += skip;
    } while (*p != '\0' && skip > 0);
    if (w->at + 1 < LAB_TEXT)
        w->at++;
}

/* A block: lines that follow one another are a paragraph, but those that are indented stay. Where
 * all of them stay they are a solution: lines of a shell, or of the `:` line. */
static void block(struct lab_writer *w, const char *text, enum style style, bool keeps)
{
    size_t from = w->at;
    bool open = false;
    while (text != NULL && *text != '\0') {
        size_t n = strcspn(text, "\n");
        bool whole = keeps || n == 0 || text[0] == ' ';
        if (open && whole)
            wrap(w, from, style);
        if (!open || whole)
            from = w->at;
        if (open && !whole)
            put(w, " ", 1);
        if (keeps && strchr("$: \n", text[0]) == NULL)
            put(w, ":", 1);
        put(w, text, n);
        open = !whole;
        if (whole)
            wrap(w, from, style);
        text += n + (text[n] == '\n');
    }
    if (open)
        wrap(w, from, style);
}

static void blank(struct lab_writer *w)
{
    add_line(w, w->at, 0, STYLE_TEXT);
}

static void say(struct lab_writer *w, enum style style, const char *text)
{
    size_t from = w->at;
    put(w, text, strlen(text));
    wrap(w, from, style);
}

/* The last of several paragraphs; NULL: there is one only. */
static const char *last_paragraph(const char *text)
{
    const char *last = NULL;
    for (const char *p = text; p != NULL && (p = strstr(p, "\n\n")) != NULL; p += 2)
        last = p + 2;
    return last;
}

/* The last paragraph stays: it is where a lesson says what was seen in it. */
static void finished(struct lab_writer *w)
{
    const struct lesson *l = w->lab->lesson;
    const char *last = last_paragraph(l->step[l->steps - 1].text);
    say(w, STYLE_LIVE,
        w->lab->tour ? "That was the tour. Esc ends it; the demo stays."
                     : "All steps are done. `:lab` shows the list of lessons.");
    if (last != NULL && !w->lab->tour) {
        blank(w);
        block(w, last, STYLE_TEXT, false);
    }
}

/* How processes ended in this step or the one before it, the last first; and a process that the
 * lesson does not go on without. */
static void endings(struct lab_writer *w)
{
    const struct course_state *state = &w->lab->state;
    for (unsigned i = 0; i < COURSE_NEWS && i < state->newses; i++) {
        unsigned at = (state->newses - 1 - i) % COURSE_NEWS;
        if (state->news[at].step + 1 >= state->step)
            say(w, STYLE_WARN, state->news[at].text);
    }
    if (state->stuck[0] != '\0') {
        char text[sizeof state->stuck + 64];
        (void)snprintf(text, sizeof text, "%s: `:lesson again` begins anew.", state->stuck);
        say(w, STYLE_WARN, text);
    }
}

static void the_step(struct lab_writer *w, const struct lesson_step *step)
{
    struct lab_state *lab = w->lab;
    block(w, step->text, STYLE_TEXT, false);
    if (lab->state.lacking[0] != '\0') {
        char text[sizeof lab->state.lacking + 80];
        (void)snprintf(text, sizeof text, "%s: `:lesson skip` leaves the step out.",
                       lab->state.lacking);
        say(w, STYLE_WARN, text);
    }
    int *first = lab->hint || lab->solution ? &lab->first : NULL;
    if (first != NULL && *first < 0)
        *first = lab->lines;
    if (lab->state.already != 0 && !lab->tour)
        say(w, STYLE_LIVE, "That is on the screen already: any key that moves something counts.");
    if (lab->hint) {
        blank(w);
        say(w, STYLE_LABEL, "Hint");
        block(w, step->hint, STYLE_TEXT, false);
    }
    if (lab->solution) {
        blank(w);
        say(w, STYLE_LABEL, "Solution (the step counts as shown)");
        block(w, step->solution, STYLE_TEXT, true);
    }
    if (first != NULL && !lab->tour) {
        blank(w);
        say(w, STYLE_DIM, ":lesson again begins the lesson anew, :lesson leave ends it.");
    }
}

/* A lesson that was left half done begins with the way to where it was left. */
static void before(struct lab_writer *w)
{
    const struct lab_state *lab = w->lab;
    int64_t last;
    char text[112] = "This step was done before: `:lesson skip` goes past it.";
    if (!lab_done_before(lab, lab->state.step))
        return;
    if (lab->state.step == 0)
        (void)snprintf(text, sizeof text,
                       "%d of %d steps were done before: `:lesson skip` goes past each of them.",
                       score_done(&lab->score, lab->lesson, &last), lab->lesson->steps);
    say(w, STYLE_DIM, text);
}

void lab_lay_out(struct lab_state *lab, int columns, const char *undo)
{
    char astray[128];
    struct lab_writer w = {.lab = lab, .columns = columns};
    const struct lesson *l = lab->lesson;
    lab->lines = 0;
    if (lab->state.problem[0] != '\0') {
        say(&w, STYLE_ERROR, lab->state.problem);
        return;
    }
    endings(&w);
    if (lab->state.step >= l->steps) {
        finished(&w);
        return;
    }
    const struct lesson_step *step = &l->step[lab->state.step];
    (void)snprintf(astray, sizeof astray, "Not passed yet? %s takes back what you stored%s", undo,
                   lab->tour ? "." : "; `:lesson again` begins anew.");
    if (lab->astray)
        say(&w, STYLE_WARN, astray);
    before(&w);
    if (lab->state.step == 0 && !lab->tour) {
        block(&w, l->text, STYLE_TEXT, false);
        blank(&w);
        say(&w, STYLE_LABEL, step->title);
    }
    the_step(&w, step);
}

/* ---- the source ---- */

static bool is_marked(const struct lesson_step *s, const char *program, const char *line, size_t n)
{
    for (int i = 0; i < s->marks; i++) {
        size_t length = strlen(s->mark[i].text);
        if (strcmp(s->mark[i].program, program) != 0)
            continue;
        for (size_t at = 0; at + length <= n; at++)
            if (memcmp(line + at, s->mark[i].text, length) == 0)
                return true;
    }
    return false;
}

/* Numbered lines, the marked ones with an arrow. */
static char *numbered(const struct lesson_step *s, const char *program, const char *text,
                      int *marked)
{
    enum { BEFORE = 12 };
    size_t lines = 2, at = 0;
    for (const char *p = text; *p != '\0'; p++)
        lines += *p == '\n';
    size_t cap = strlen(text) + lines * (BEFORE + 1) + 1;
    char *out = malloc(cap);
    for (int number = 1; out != NULL && *text != '\0'; number++) {
        size_t n = strcspn(text, "\n");
        bool here = is_marked(s, program, text, n);
        *marked = here && *marked == 0 ? number - 1 : *marked;
        at += (size_t)snprintf(out + at, cap - at, "%s%4d  %.*s\n", here ? "=> " : "   ", number,
                               (int)n, text);
        text += n + (text[n] == '\n');
    }
    return out;
}

/* The program that the step marks, else the first one that runs. */
static const char *program_of(const struct lab_state *lab, const struct lesson_step *s)
{
    if (s->marks > 0)
        return s->mark[0].program;
    for (int i = 0; i < s->runs; i++)
        if (s->run[i].program != NULL)
            return s->run[i].program;
    return lab->lesson->runs > 0 ? lab->lesson->run[0].program : NULL;
}

char *lab_source(const struct lab_state *lab, char *title, size_t cap, int *marked)
{
    const struct lesson *l = lab->lesson;
    const struct lesson_step *s =
        &l->step[lab->state.step < l->steps ? lab->state.step : l->steps - 1];
    const char *program = program_of(lab, s);
    char *text = program != NULL ? shelf_source(&lab->shelf, program) : NULL;
    *marked = 0;
    if (text == NULL)
        return NULL;
    (void)snprintf(title, cap, "%s.c", program);
    char *out = numbered(s, program, text, marked);
    free(text);
    return out;
}
