#include "lab/lesson.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/locator.h"
#include "core/number.h"
#include "core/text.h"

/* A line of the file: [text, end), without the blanks around it. */
struct lesson_line {
    char *text, *end;
    int indent;
    int number;
};

struct parse {
    struct lesson *l;
    struct lesson_step *step; /* NULL: still before the first one */
    int step_indent;
    char *copy; /* the file, NUL-terminated; lines are cut in place */
    char *at;   /* the next line */
    int number; /* of the line before it */
    char *pool; /* what is free of the lesson's */
    const char *file;
    char *why;
    bool failed;
};

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
static bool
fail(struct parse *p, int line, const char *format, ...)
{
    char what[LESSON_WHY / 2], shown[LESSON_WHY], name[LESSON_WHY / 3];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(what, sizeof what, format, args);
    va_end(args);
    (void)text_escape(shown, sizeof shown, what, strlen(what));
    (void)text_escape(name, sizeof name, p->file, strlen(p->file));
    if (!p->failed)
        (void)snprintf(p->why, LESSON_WHY, "%s:%d: %.150s", name, line, shown);
    p->failed = true;
    return false;
}

/* The next line, blank or not; false: the end. It is not consumed. */
static bool peek(const struct parse *p, struct lesson_line *out)
{
    if (*p->at == '\0')
        return false;
    char *end = p->at + strcspn(p->at, "\n");
    out->text = p->at + strspn(p->at, " ");
    out->text = out->text > end ? end : out->text;
    out->indent = (int)(out->text - p->at);
    while (end > out->text && (end[-1] == ' ' || end[-1] == '\r'))
        end--;
    out->end = end;
    out->number = p->number + 1;
    return true;
}

static void skip(struct parse *p)
{
    p->at += strcspn(p->at, "\n");
    p->at += *p->at == '\n';
    p->number++;
}

static bool is_blank(const struct lesson_line *line)
{
    return line->text == line->end;
}

/* The lines that are indented deeper than `indent`, without the indentation of the first one. */
static const char *block(struct parse *p, int indent)
{
    struct lesson_line line;
    char *start = p->pool, *to = start;
    int base = -1, blanks = 0;
    while (peek(p, &line) && (is_blank(&line) || line.indent > indent)) {
        skip(p);
        if (is_blank(&line)) {
            blanks++;
            continue;
        }
        base = base < 0 ? line.indent : base;
        for (; blanks > 0 && to > start; blanks--)
            *to++ = '\n';
        blanks = 0;
        int inner = line.indent > base ? line.indent - base : 0;
        memset(to, ' ', (size_t)inner);
        memcpy(to + inner, line.text, (size_t)(line.end - line.text));
        to += inner + (line.end - line.text);
        *to++ = '\n';
    }
    if (to == start)
        return NULL;
    to[-1] = '\0';
    p->pool = to;
    return start;
}

/* A string of the lesson's. */
static const char *keep(struct parse *p, const char *s)
{
    size_t n = strlen(s) + 1;
    char *kept = p->pool;
    memcpy(kept, s, n);
    p->pool += n;
    return kept;
}

bool lesson_name(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
    return n > 0 && s[n] == '\0' && n < LESSON_NAME && s[0] != '-';
}

/* Cuts the first word off; *rest is what follows it. */
static char *word(char *s, char **rest)
{
    s += strspn(s, " ");
    char *end = s + strcspn(s, " ");
    *rest = end + strspn(end, " ");
    *end = '\0';
    return s;
}

/* `PEER: PROGRAM ARGUMENT...` */
static bool add_run(struct parse *p, char *words, int line)
{
    struct lesson_run *run = p->step != NULL ? p->step->run : p->l->run;
    int *runs = p->step != NULL ? &p->step->runs : &p->l->runs;
    char *rest, *peer = word(words, &rest), *program = word(rest, &rest);
    size_t n = strlen(peer);
    if (*runs == LESSON_RUNS)
        return fail(p, line, "more than %d processes", LESSON_RUNS);
    if (n < 2 || peer[n - 1] != ':')
        return fail(p, line, "run is PEER: PROGRAM ARGUMENT...");
    peer[n - 1] = '\0';
    if (!lesson_name(peer) || !lesson_name(program))
        return fail(p, line, "not a name: %.40s", lesson_name(peer) ? program : peer);
    struct lesson_run *r = &run[(*runs)++];
    *r = (struct lesson_run){.peer = keep(p, peer), .program = keep(p, program), .line = line};
    while (*rest != '\0') {
        if (r->args == LESSON_ARGS)
            return fail(p, line, "more than %d arguments", LESSON_ARGS);
        r->arg[r->args++] = keep(p, word(rest, &rest));
    }
    return true;
}

static bool add_stop(struct parse *p, char *words, int line)
{
    struct lesson_step *s = p->step;
    if (s->runs == LESSON_RUNS)
        return fail(p, line, "more than %d processes", LESSON_RUNS);
    if (!lesson_name(words))
        return fail(p, line, "stop is one PEER");
    s->run[s->runs++] = (struct lesson_run){.peer = keep(p, words), .line = line};
    return true;
}

static bool add_check(struct parse *p, char *words, int line)
{
    struct lesson_step *s = p->step;
    struct lesson_check check = {.line = line};
    if (s->checks == LESSON_CHECKS)
        return fail(p, line, "more than %d checks", LESSON_CHECKS);
    const char *wrong = lesson_check_parse(words, &check);
    if (wrong != NULL)
        return fail(p, line, "check: %s", wrong);
    check.locator = check.locator == NULL ? NULL : keep(p, check.locator);
    check.text = check.text == NULL ? NULL : keep(p, check.text);
    s->check[s->checks++] = check;
    return true;
}

static bool add_mark(struct parse *p, char *words, int line)
{
    struct lesson_step *s = p->step;
    char *rest, *program = word(words, &rest);
    size_t n = strlen(program);
    if (s->marks == LESSON_MARKS)
        return fail(p, line, "more than %d marks", LESSON_MARKS);
    if (n < 2 || program[n - 1] != ':' || *rest == '\0')
        return fail(p, line, "mark is PROGRAM: TEXT");
    program[n - 1] = '\0';
    if (!lesson_name(program))
        return fail(p, line, "not a name: %.40s", program);
    s->mark[s->marks++] = (struct lesson_mark){keep(p, program), keep(p, rest), line};
    return true;
}

static bool add_need(struct parse *p, char *words, int line)
{
    char *rest, *what = word(words, &rest);
    size_t n = strlen(what);
    uint64_t cores = 0;
    struct lesson_step *s = p->step;
    if (n > 1 && what[n - 1] == ':' && *rest != '\0') {
        what[n - 1] = '\0';
        if (s->lacker != NULL || !lesson_name(what))
            return fail(p, line, "%s: %.40s",
                        s->lacker != NULL ? "more than one process" : "not a name", what);
        if (strlen(rest) >= LESSON_LACK)
            return fail(p, line, "what is needed is longer than %d bytes", LESSON_LACK - 1);
        s->lacker = keep(p, what);
        s->lacks = keep(p, rest);
        return true;
    }
    if (strcmp(what, "cores") == 0 && number_u64(rest, 1024, &cores) == NUM_OK)
        s->cores = (unsigned)cores;
    else if (strcmp(what, "proc") == 0 && *rest == '\0')
        s->proc = true;
    else if (strcmp(what, "userfaultfd") == 0 && *rest == '\0')
        s->userfaultfd = true;
    else if (strcmp(what, "perf") == 0 && *rest == '\0')
        s->perf = true;
    else
        return fail(p, line, "needs is one of: cores N, proc, userfaultfd, perf, PEER: WHAT");
    return true;
}

/* A text that may be given once. */
static bool add_block(struct parse *p, const char **to, int indent, int line)
{
    if (*to != NULL)
        return fail(p, line, "there is one already");
    *to = block(p, indent);
    return *to != NULL || fail(p, line, "nothing is indented below it");
}

static bool add_word(struct parse *p, const char **to, const char *words, int line)
{
    if (*to != NULL)
        return fail(p, line, "there is one already");
    if (*words == '\0')
        return fail(p, line, "a word is missing");
    *to = keep(p, words);
    return true;
}

/* ---- keywords ---- */

static bool add_systems(struct parse *p, const char *words, int line)
{
    bool all = strcmp(words, "all") == 0;
    p->l->linux_too = all || strcmp(words, "linux") == 0;
    p->l->windows_too = all || strcmp(words, "windows") == 0;
    return p->l->linux_too || p->l->windows_too ||
           fail(p, line, "systems is one of: linux, windows, all");
}

static bool add_minutes(struct parse *p, const char *words, int line)
{
    uint64_t n = 0;
    if (p->l->minutes != 0)
        return fail(p, line, "there is one already");
    if (number_u64(words, LESSON_MINUTES, &n) != NUM_OK || n == 0)
        return fail(p, line, "minutes is a number from 1 to %d", LESSON_MINUTES);
    p->l->minutes = (unsigned)n;
    return true;
}

static bool add_step(struct parse *p, const char *words, int line)
{
    if (p->l->steps == LESSON_STEPS)
        return fail(p, line, "more than %d steps", LESSON_STEPS);
    p->step = &p->l->step[p->l->steps++];
    p->step_indent = 0;
    p->step->line = line;
    return add_word(p, &p->step->title, words, line);
}

static bool add_open(struct parse *p, const char *words, int line)
{
    char raw[LOCATOR_MAX];
    const char *wrong = locator_typed(words, raw);
    return wrong == NULL ? add_word(p, &p->l->open, words, line) : fail(p, line, "open: %s", wrong);
}

static bool of_lesson(struct parse *p, const char *key, char *words, int line)
{
    struct lesson *l = p->l;
    if (strcmp(key, "step") == 0)
        return add_step(p, words, line);
    if (p->step != NULL)
        return fail(p, line, "not indented, but after the first step: %.40s", key);
    if (strcmp(key, "lesson") == 0)
        return lesson_name(words) ? add_word(p, &l->name, words, line)
                                  : fail(p, line, "not a name: %.40s", words);
    if (strcmp(key, "title") == 0)
        return add_word(p, &l->title, words, line);
    if (strcmp(key, "systems") == 0)
        return add_systems(p, words, line);
    if (strcmp(key, "minutes") == 0)
        return add_minutes(p, words, line);
    if (strcmp(key, "open") == 0)
        return add_open(p, words, line);
    if (strcmp(key, "run") == 0)
        return add_run(p, words, line);
    l->types_line = strcmp(key, "types") == 0 ? line : l->types_line;
    if (strcmp(key, "types") == 0)
        return add_block(p, &l->types, 0, line);
    if (strcmp(key, "text") == 0)
        return add_block(p, &l->text, 0, line);
    return fail(p, line, "not a keyword of a lesson: %.40s", key);
}

static bool of_step(struct parse *p, const char *key, char *words, const struct lesson_line *line)
{
    struct lesson_step *s = p->step;
    int number = line->number;
    if (strcmp(key, "run") == 0)
        return add_run(p, words, number);
    if (strcmp(key, "stop") == 0)
        return add_stop(p, words, number);
    if (strcmp(key, "check") == 0)
        return add_check(p, words, number);
    if (strcmp(key, "mark") == 0)
        return add_mark(p, words, number);
    if (strcmp(key, "needs") == 0)
        return add_need(p, words, number);
    const char **to = strcmp(key, "text") == 0       ? &s->text
                      : strcmp(key, "hint") == 0     ? &s->hint
                      : strcmp(key, "solution") == 0 ? &s->solution
                                                     : NULL;
    return to != NULL ? add_block(p, to, line->indent, number)
                      : fail(p, number, "not a keyword of a step: %.40s", key);
}

static bool one_line(struct parse *p, struct lesson_line *line)
{
    *line->end = '\0';
    char *words, *key = word(line->text, &words);
    if (line->indent == 0)
        return of_lesson(p, key, words, line->number);
    if (p->step == NULL)
        return fail(p, line->number, "indented, but below nothing: %.40s", key);
    p->step_indent = p->step_indent == 0 ? line->indent : p->step_indent;
    if (line->indent != p->step_indent)
        return fail(p, line->number, "not indented as the lines of this step before it");
    return of_step(p, key, words, line);
}

static void all_lines(struct parse *p)
{
    struct lesson_line line;
    while (!p->failed && peek(p, &line)) {
        skip(p);
        if (!is_blank(&line) && line.text[0] != '#')
            (void)one_line(p, &line);
    }
}

/* What a lesson cannot be without. */
static void whole(struct parse *p)
{
    const struct lesson *l = p->l;
    if (l->name == NULL || l->title == NULL || l->text == NULL || l->steps == 0)
        (void)fail(p, 1, "a lesson has a `lesson NAME`, a title, a text, and steps");
    for (int i = 0; i < l->steps; i++)
        if (l->step[i].text == NULL || l->step[i].checks == 0)
            (void)fail(p, l->step[i].line, "a step has a text and a check");
}

/* Only UTF-8 without controls; lines end in LF or CR LF. */
static bool readable(struct parse *p, const char *text, size_t n)
{
    int line = 1;
    if (n > LESSON_MAX)
        return fail(p, 1, "larger than %d bytes", LESSON_MAX);
    for (size_t i = 0; i < n;) {
        struct text_char c = text_decode(TEXT_UTF8, (const uint8_t *)text + i, n - i);
        bool ends = c.valid && (c.cp == '\n' || (c.cp == '\r' && i + 1 < n && text[i + 1] == '\n'));
        if (c.valid && c.cp == '\t')
            return fail(p, line, "a tab: indentation is blanks");
        if (!ends && (!c.valid || !text_printable(c.cp)))
            return fail(p, line, "not printable UTF-8");
        line += ends && c.cp == '\n';
        i += c.size;
    }
    return true;
}

struct lesson *lesson_parse(const char *file, const char *text, size_t n, char why[LESSON_WHY])
{
    struct parse p = {.file = file, .why = why};
    why[0] = '\0';
    if (!readable(&p, text, n))
        return NULL;
    struct lesson *l = calloc(1, sizeof *l);
    char *copy = malloc(n + 1);
    if (l != NULL)
        l->pool = malloc(2 * n + 1); /* no word is kept twice */
    if (l == NULL || l->pool == NULL || copy == NULL) {
        (void)fail(&p, 1, "out of memory");
        free(copy);
        lesson_free(l);
        return NULL;
    }
    memcpy(copy, text, n);
    copy[n] = '\0';
    p.l = l;
    p.at = p.copy = copy;
    p.pool = l->pool;
    l->linux_too = true;
    all_lines(&p);
    if (!p.failed)
        whole(&p);
    free(copy);
    if (!p.failed)
        return l;
    lesson_free(l);
    return NULL;
}

void lesson_free(struct lesson *l)
{
    if (l == NULL)
        return;
    free(l->pool);
    free(l);
}
