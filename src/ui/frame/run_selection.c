/* Commands that take a range, on the selection: `:fill 0`, `:save FILE`, `:replace OLD NEW` without
 * offset and length mean what is selected. And the question before `replace` stores. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/number.h"
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

/* What was searched for before is so again. */
static void unlight(struct ui *ui)
{
    struct inspect_state *st = ui->inspect;
    if (!st->replacing.open)
        return;
    st->replacing.open = false;
    memcpy(st->pattern, st->replacing.pattern, sizeof st->pattern);
    ui->s.match = st->replacing.match;
    ui->s.match_length = st->replacing.match_length;
}

static void replace_confirmed(struct ui *ui, const char *text, void *ctx)
{
    char line[sizeof ui->pending];
    (void)text;
    (void)ctx;
    unlight(ui);
    memcpy(line, ui->pending, sizeof line);
    ui_run(ui, line);
}

static void replace_dropped(struct ui *ui, void *ctx)
{
    (void)ctx;
    unlight(ui);
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

/* Lights what is asked about: the matches of OLD within the range of the line. Nothing, where the
 * pattern is too long for a search. */
static void light(struct ui *ui, const char *line)
{
    struct inspect_state *st = ui->inspect;
    char copy[EDIT_MAX + LOCATOR_MAX], *word[COMMAND_WORDS], *plain[4] = {NULL};
    char pattern[PATTERN_MAX] = "";
    const char *why = NULL, *as = NULL;
    uint64_t from = session_start(&ui->s), length = 0;
    (void)snprintf(copy, sizeof copy, "%s", line);
    int words = command_words(copy, word, &why), n = 0;
    for (int i = 1; i < words; i++)
        if (strcmp(word[i], "--as") == 0 && i + 1 < words)
            as = word[++i];
        else if (strncmp(word[i], "--as=", 5) == 0)
            as = word[i] + 5;
        else if (n < 4 && strcmp(word[i], "--") != 0)
            plain[n++] = word[i];
    if (n < 2 || (plain[2] != NULL && inspect_offset(ui, plain[2], &from) != NUM_OK) ||
        (plain[3] != NULL && number_u64(plain[3], UINT64_MAX - from, &length) != NUM_OK))
        return;
    if ((size_t)snprintf(pattern, sizeof pattern, "%s%s%s", as != NULL ? as : "",
                         as != NULL ? ":" : "", plain[0]) >= sizeof pattern)
        return;
    memcpy(st->replacing.pattern, st->pattern, sizeof st->pattern);
    memcpy(st->pattern, pattern, sizeof pattern);
    st->replacing.match = ui->s.match;
    st->replacing.match_length = ui->s.match_length;
    ui->s.match_length = 0;
    st->replacing.open = true;
    st->replacing.from = from;
    st->replacing.to = plain[3] != NULL ? from + length : UINT64_MAX;
    inspect_find(ui, FIND_FORWARD, from, first_found);
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
    if (strncmp(j->line, verb, n) != 0 || j->sampler == NULL || j->status != EXIT_DONE ||
        is_option(j->line, "--yes"))
        return false;
    if (ui->prompt.kind != PROMPT_NONE ||
        (size_t)snprintf(ui->pending, room, "replace --yes %s", j->line + n) >= room)
        return false;
    ui_name(ui->s.locator, name);
    (void)snprintf(question, sizeof question, "replace %.70s in %.50s? [y/N]", j->out.buf, name);
    prompt_confirm(&ui->host, question, replace_confirmed, NULL);
    ui->prompt.drop = replace_dropped;
    light(ui, j->line);
    return true;
}
