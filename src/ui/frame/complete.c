/* Completion at the `:` prompt. Tab inserts what all candidates have in common. If that adds
 * nothing, the candidates are listed above the line, and each further Tab puts in the next one. */
#include "cli/complete.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "core/locator.h"
#include "session/settings.h"
#include "ui/frame/actions.h"

enum { WORD_LONGEST = 256 };

struct candidates {
    char word[WORD_LONGEST];   /* the word as typed so far */
    char common[WORD_LONGEST]; /* what all candidates begin with */
    char wanted[WORD_LONGEST]; /* candidate number `want` */
    char *list;                /* all candidates, for the hint */
    size_t cap;
    int count, want;
};

static void offer(void *ctx, const char *word)
{
    struct candidates *c = ctx;
    size_t typed = strlen(c->word), n = strlen(word), used = strlen(c->list);
    if (n >= WORD_LONGEST || strncmp(word, c->word, typed) != 0)
        return;
    if (c->count == c->want)
        memcpy(c->wanted, word, n + 1);
    if (c->count++ == 0) {
        memcpy(c->common, word, n + 1);
    } else {
        size_t same = 0;
        while (c->common[same] != '\0' && c->common[same] == word[same])
            same++;
        c->common[same] = '\0';
    }
    if (used + n + 3 < c->cap)
        (void)snprintf(c->list + used, c->cap - used, "%s%s", used > 0 ? "  " : "", word);
}

/* Commands are offered already, but for those of the shell. */
static void offer_actions(struct candidates *c)
{
    size_t count = 0;
    const struct action *table = action_table(&count);
    for (size_t i = 0; i < count; i++) {
        const struct command *command = command_find(table[i].name);
        if (command == NULL || (command->needs & NEED_SHELL) != 0)
            offer(c, table[i].name);
    }
    const struct action_alias *alias = action_alias_table(&count);
    bool none = c->count == 0; /* a name goes before another name for it */
    for (size_t i = 0; i < count && none; i++)
        if (!alias[i].alone)
            offer(c, alias[i].name);
}

/* A locator as one word of a line, in which quotes would be taken out: they and blanks are spelled
 * `\xNN`. False: it is too long. */
static bool as_word(const char *raw, char out[WORD_LONGEST])
{
    char shown[WORD_LONGEST];
    size_t at = 0;
    if (locator_shown(raw, shown, sizeof shown) >= sizeof shown)
        return false;
    for (const char *p = shown; *p != '\0'; p++) {
        bool plain = strchr(" '\"", *p) == NULL;
        int n = snprintf(out + at, WORD_LONGEST - at, plain ? "%c" : "\\x%02x", (unsigned char)*p);
        at += (size_t)n;
        if (at >= WORD_LONGEST)
            return false;
    }
    return true;
}

static void offer_locators(const struct ui *ui, struct candidates *c)
{
    char shown[WORD_LONGEST];
    for (size_t i = 0; i < ui->s.walk.survey.count; i++) {
        if (!as_word(ui->s.walk.survey.segs[i].locator, shown))
            continue;
        const char *name = strchr(shown, ':');
        if (c->word[0] == '/' && strncmp(shown, "posix:", 6) == 0)
            offer(c, name + 1); /* as it was begun */
        else
            offer(c, shown);
    }
}

void ui_setting_values(const struct ui *ui, const char *name,
                       void (*each)(void *ctx, const char *word), void *ctx)
{
    static const char *const tokens[][2] = {
        {"theme", "THEME"}, {"view", "VIEW"},         {"encoding", "ENCODING"},
        {"sort", "COLUMN"}, {"columns", "auto|LIST"}, {"order", "little|big"},
    };
    for (size_t i = 0; i < sizeof tokens / sizeof tokens[0]; i++)
        if (strcmp(tokens[i][0], name) == 0)
            (void)complete_token(tokens[i][1], each, ctx);
    for (size_t i = 0; setting_name(i) != NULL; i++) {
        char value[SETTINGS_VALUE];
        settings_value(&ui->s.set, i, value, sizeof value);
        if (strcmp(setting_name(i), name) == 0 &&
            (strcmp(value, "on") == 0 || strcmp(value, "off") == 0))
            (void)complete_token("on|off", each, ctx);
    }
}

static void offer_settings(const struct ui *ui, char *const *word, int words, struct candidates *c)
{
    for (size_t i = 0; words == 1 && setting_name(i) != NULL; i++)
        offer(c, setting_name(i));
    if (words == 1)
        offer(c, "defaults");
    if (words == 2)
        ui_setting_values(ui, word[1], offer, c);
}

static void offer_marks(const struct ui *ui, struct candidates *c)
{
    for (size_t i = 0; i < ui->s.marks.count; i++)
        offer(c, ui->s.marks.at[i].name);
}

static bool takes_mark(const char *line)
{
    return strncmp(line, "goto ", 5) == 0 || strncmp(line, "jump ", 5) == 0 ||
           strncmp(line, "mark --delete ", 14) == 0;
}

/* The arguments of an action; what a bound key may run is a command. */
static enum complete_more offer_arguments(const struct ui *ui, const char *line,
                                          struct candidates *c)
{
    char copy[EDIT_MAX], token[TOKEN_MAX];
    char *word[COMMAND_WORDS];
    const char *why = NULL, *blank = strrchr(line, ' ');
    (void)snprintf(copy, sizeof copy, "%.*s", (int)(blank != NULL ? blank - line : 0), line);
    int words = command_words(copy, word, &why);
    char meant[EDIT_MAX + 32];
    if (words == 1 && action_alias(word[0], meant, sizeof meant) && strchr(meant, ' ') == NULL)
        word[0] = meant;
    const struct action *action = words > 0 ? action_find(word[0]) : NULL;
    if (action == NULL)
        return COMPLETE_NOTHING;
    if (strcmp(action->name, "set") == 0) {
        offer_settings(ui, word, words, c);
        return COMPLETE_NOTHING;
    }
    return complete_nth(action->args, (size_t)words - 1, token) ? complete_token(token, offer, c)
                                                                : COMPLETE_NOTHING;
}

static void gather(struct ui *ui, const char *line, struct candidates *c)
{
    if (takes_mark(line)) {
        offer_marks(ui, c);
        return;
    }
    if (strncmp(line, "lab ", 4) == 0 && c->word[0] != '-' && lab_offer(ui, offer, c))
        return;
    char first[WORD_LONGEST];
    (void)snprintf(first, sizeof first, "%.*s", (int)strcspn(line, " "), line);
    bool attached = ui->s.sampler != NULL;
    enum complete_more more = command_complete(line, strlen(line), attached, offer, c);
    if (command_find(first) == NULL && strchr(line, ' ') != NULL)
        more = offer_arguments(ui, line, c);
    if (more == COMPLETE_COMMANDS)
        offer_actions(c);
    if (more == COMPLETE_SEGMENTS || (c->word[0] == '/' && more != COMPLETE_COMMANDS))
        offer_locators(ui, c);
}

static void insert(struct edit *e, const char *text)
{
    size_t n = strlen(text);
    if (e->length + n >= EDIT_MAX)
        return;
    memmove(e->text + e->cursor + n, e->text + e->cursor, e->length - e->cursor + 1);
    memcpy(e->text + e->cursor, text, n);
    e->length += n;
    e->cursor += n;
}

/* Takes the n bytes before the cursor out. */
static void take_out(struct edit *e, size_t n)
{
    memmove(e->text + e->cursor - n, e->text + e->cursor, e->length - e->cursor + 1);
    e->length -= n;
    e->cursor -= n;
}

/* The line up to the cursor; while Tab goes through the candidates, as it was before the first. */
static void line_before(const struct prompt *p, char line[EDIT_MAX])
{
    size_t n = p->edit.cursor - (p->cycle > 0 ? p->cycle_added : 0);
    (void)snprintf(line, EDIT_MAX, "%.*s", (int)n, p->edit.text);
}

/* Completes the word before the cursor with what `collect` offers; `more`: others may follow. */
static void complete(struct ui *ui, bool more,
                     void (*collect)(struct ui *ui, const char *line, struct candidates *c))
{
    struct prompt *p = &ui->prompt;
    char line[EDIT_MAX];
    struct candidates c = {.list = p->hint, .cap = sizeof p->hint, .want = p->cycle - 1};
    line_before(p, line);
    const char *blank = strrchr(line, ' ');
    p->hint[0] = '\0';
    (void)snprintf(c.word, sizeof c.word, "%.255s", blank != NULL ? blank + 1 : line);
    collect(ui, line, &c);
    if (c.count == 0)
        return;
    size_t typed = strlen(c.word), common = strlen(c.common);
    if (c.count == 1) {
        insert(&p->edit, c.common + typed);
        p->hint[0] = '\0';
        if (p->edit.cursor == p->edit.length && more)
            insert(&p->edit, " ");
    } else if (common > typed) {
        insert(&p->edit, c.common + typed);
    } else if (p->cycle == 0) {
        p->cycle = 1;
        p->cycle_added = 0;
    } else {
        take_out(&p->edit, p->cycle_added);
        insert(&p->edit, c.wanted + typed);
        p->cycle_added = strlen(c.wanted) - typed;
        p->cycle = p->cycle % c.count + 1;
    }
}

void ui_complete(struct ui *ui)
{
    complete(ui, true, gather);
}

static void gather_offsets(struct ui *ui, const char *line, struct candidates *c)
{
    (void)line;
    offer_marks(ui, c);
    offer(c, "end");
}

void ui_complete_offset(struct ui *ui)
{
    complete(ui, false, gather_offsets);
}

static void gather_marks(struct ui *ui, const char *line, struct candidates *c)
{
    (void)line;
    offer_marks(ui, c);
}

void ui_complete_mark(struct ui *ui)
{
    complete(ui, false, gather_marks);
}
