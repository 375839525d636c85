/* Commands that take a range, on the selection: `:fill 0`, `:save FILE`, `:replace OLD NEW` without
 * offset and length mean what is selected. And the question before `replace` stores. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
#include "core/text.h"
#include "ui/frame/run_line.h"
#include "ui/inspect/inspect.h"

/* Commands, with how many words they have when the range is left out. */
static const struct {
    const char *name;
    int words;
    bool leads; /* the range comes first */
} takers[] = {
    {"fill", 2, true},
    {"save", 2, false},
    {"replace", 3, false},
};

/* Words of the line without options and their values. */
static int plain_words(char *const *word, int words)
{
    int n = 0;
    for (int i = 0; i < words; i++) {
        n += strncmp(word[i], "--", 2) != 0;
        i += command_open_option(word[0], word[i]) != NULL ? 1 : 0;
    }
    return n;
}

bool run_is_kept(const char *command)
{
    static const char *const kept[] = {"poke", "fill", "load", "replace"};
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++)
        if (strcmp(command, kept[i]) == 0)
            return true;
    return false;
}

bool run_takes_selection(const char *command)
{
    for (size_t i = 0; i < sizeof takers / sizeof takers[0]; i++)
        if (strcmp(command, takers[i].name) == 0)
            return true;
    return false;
}

bool run_on_selection(const struct ui *ui, const char *line, char *const *word, int words,
                      char *out, size_t cap)
{
    uint64_t from = 0, to = 0;
    if (!ui->s.selecting || ui_screen(ui) != &screen_inspect)
        return false;
    for (size_t i = 0; i < sizeof takers / sizeof takers[0]; i++) {
        if (strcmp(word[0], takers[i].name) != 0 || plain_words(word, words) != takers[i].words)
            continue;
        session_selection(&ui->s, &from, &to);
        const char *rest = line + strspn(line, " \t") + strlen(word[0]);
        int n = takers[i].leads
                    ? snprintf(out, cap, "%s 0x%" PRIx64 " %" PRIu64 "%s", word[0], from, to - from,
                               rest)
                    : snprintf(out, cap, "%s 0x%" PRIx64 " %" PRIu64, line, from, to - from);
        return n > 0 && (size_t)n < cap;
    }
    return false;
}

/* ---- replace ---- */

void run_unlight(struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    if (!st->replacing.open)
        return;
    st->replacing.open = false;
    memcpy(st->pattern, st->replacing.pattern, sizeof st->pattern);
    ui->s.match = st->replacing.match;
    ui->s.match_length = st->replacing.match_length;
}

void run_light(struct ui *ui, const char *pattern, uint64_t from, uint64_t to)
{
    struct inspect_state *st = ui->inspect;
    memcpy(st->replacing.pattern, st->pattern, sizeof st->pattern);
    (void)snprintf(st->pattern, sizeof st->pattern, "%s", pattern);
    st->replacing.match = ui->s.match;
    st->replacing.match_length = ui->s.match_length;
    ui->s.match_length = 0;
    st->replacing.open = true;
    st->replacing.from = from;
    st->replacing.to = to;
}

static void replace_confirmed(struct ui *ui, const char *text, void *ctx)
{
    char line[sizeof ui->pending];
    uint64_t from = ui->inspect->replacing.from, to = ui->inspect->replacing.to;
    bool lit = ui->inspect->replacing.open;
    (void)text;
    (void)ctx;
    run_unlight(ui);
    memcpy(line, ui->pending, sizeof line);
    if (lit) /* each match is one step of undo */
        inspect_replace(ui, from, to, true);
    else
        ui_run(ui, line);
}

static void replace_dropped(struct ui *ui, void *ctx)
{
    (void)ctx;
    run_unlight(ui);
    ui_say(ui, STYLE_TEXT, "nothing replaced");
}

/* The first match was found: shows it, unless the question was answered meanwhile. */
static void first_found(void *owner, void *arg, bool cancelled)
{
    struct ui *ui = owner;
    const struct place_find *p = arg;
    const struct inspect_state *st = ui->inspect;
    ui->inspect->looking--;
    if (cancelled || !p->job.found || !st->replacing.open ||
        strcmp(st->pattern, p->job.pattern) != 0 || p->job.offset >= st->replacing.to)
        return;
    bool selecting = ui->s.selecting;
    if (!selecting) /* which the cursor is an end of */
        inspect_go_exactly(ui, p->job.offset);
    ui->s.match = p->job.offset;
    ui->s.match_length = p->job.length;
}

/* A line of `replace` by its parts: OLD NEW [OFFSET [LENGTH]] --as VIEW. */
struct replace_line {
    char copy[EDIT_MAX + LOCATOR_MAX]; /* the words lie in it */
    const char *as;                    /* NULL: none */
    const char *plain[4];              /* NULL: not there */
};

static void split(struct replace_line *l, const char *line)
{
    char *word[COMMAND_WORDS];
    const char *why = NULL;
    *l = (struct replace_line){.as = NULL};
    (void)snprintf(l->copy, sizeof l->copy, "%s", line);
    int words = command_words(l->copy, word, &why), n = 0;
    bool ended = false; /* the options */
    for (int i = 1; i < words; i++)
        if (!ended && strcmp(word[i], "--") == 0)
            ended = true;
        else if (!ended && strcmp(word[i], "--as") == 0 && i + 1 < words)
            l->as = word[++i];
        else if (!ended && strncmp(word[i], "--as=", 5) == 0)
            l->as = word[i] + 5;
        else if (n < 4 && (ended || strncmp(word[i], "--", 2) != 0))
            l->plain[n++] = word[i];
}

/* OLD or NEW as a pattern: with its view before it. False: it is cut. */
static bool as_pattern(char *out, size_t cap, const struct replace_line *l, int i)
{
    const char *word = l->plain[i] != NULL ? l->plain[i] : "";
    return (size_t)snprintf(out, cap, "%s%s%s", l->as != NULL ? l->as : "",
                            l->as != NULL ? ":" : "", word) < cap;
}

const char *run_replaced_text(const char *line, char out[EDIT_MAX])
{
    struct replace_line l;
    split(&l, line);
    (void)as_pattern(out, EDIT_MAX, &l, 0);
    return out;
}

/* OLD, NEW and the range of a line, as st->each and [*from, *to). False: they are too long for
 * that. */
static bool take_line(struct ui *ui, const char *line, uint64_t *from, uint64_t *to)
{
    struct inspect_state *st = ui->inspect;
    struct replace_line l;
    uint64_t length = 0;
    split(&l, line);
    *from = session_start(&ui->s);
    if (l.plain[1] == NULL ||
        (l.plain[2] != NULL && inspect_offset(ui, l.plain[2], from) != NUM_OK) ||
        (l.plain[3] != NULL && number_u64(l.plain[3], UINT64_MAX - *from, &length) != NUM_OK))
        return false;
    *to = l.plain[3] != NULL ? *from + length : UINT64_MAX;
    return as_pattern(st->each.find, sizeof st->each.find, &l, 0) &&
           as_pattern(st->each.by, sizeof st->each.by, &l, 1);
}

/* A key that is no answer: `o` asks about each match. */
static void replace_typed(struct ui *ui, struct key key, void *ctx)
{
    uint64_t from = ui->inspect->replacing.from, to = ui->inspect->replacing.to;
    bool each = key.code == 'o' && key.mods == 0 && ui->inspect->replacing.open;
    replace_dropped(ui, ctx);
    if (each)
        inspect_replace(ui, from, to, false);
}

static bool is_option(const char *line, const char *option)
{
    char copy[EDIT_MAX + LOCATOR_MAX], *word[COMMAND_WORDS];
    const char *why = NULL;
    (void)snprintf(copy, sizeof copy, "%s", line);
    int words = command_words(copy, word, &why);
    for (int i = 0; i < words; i++)
        if (strcmp(word[i], option) == 0)
            return true;
    return false;
}

bool run_ask_replace(struct ui *ui, const struct command_job *j)
{
    static const char verb[] = "replace ";
    char question[sizeof ui->prompt.label], name[UI_NAME];
    size_t n = sizeof verb - 1, room = sizeof ui->pending;
    uint64_t from = 0, to = 0;
    if (strncmp(j->line, verb, n) != 0 || j->sampler == NULL || j->status != EXIT_DONE ||
        is_option(j->line, "--yes"))
        return false;
    if (ui->prompt.kind != PROMPT_NONE ||
        (size_t)snprintf(ui->pending, room, "replace --yes %s", j->line + n) >= room)
        return false;
    ui_name(ui->s.locator, name);
    (void)snprintf(question, sizeof question, "replace %.*s in %.*s? o: one by one [y/N]",
                   text_fit(j->out.buf, 68), j->out.buf, text_fit(name, 36), name);
    prompt_confirm(&ui->host, question, replace_confirmed, NULL);
    if (j->err.length > 0) /* not all of it can be undone */
        (void)snprintf(ui->prompt.note, sizeof ui->prompt.note, "%.*s", text_fit(j->err.buf, 150),
                       j->err.buf);
    ui->prompt.drop = replace_dropped;
    ui->prompt.typed = replace_typed;
    if (take_line(ui, j->line, &from, &to)) {
        run_light(ui, ui->inspect->each.find, from, to);
        inspect_find(ui, FIND_FORWARD, from, first_found);
    }
    return true;
}
