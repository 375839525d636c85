/* Completion at the `:` prompt. Tab inserts what all candidates have in common; if that adds
 * nothing, the candidates are listed above the line. */
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
    char *list;                /* all candidates, for the hint */
    size_t cap;
    int count;
};

static void offer(void *ctx, const char *word)
{
    struct candidates *c = ctx;
    size_t typed = strlen(c->word), n = strlen(word), used = strlen(c->list);
    if (n >= WORD_LONGEST || strncmp(word, c->word, typed) != 0)
        return;
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

static void offer_actions(struct candidates *c)
{
    size_t count = 0;
    const struct action *table = action_table(&count);
    for (size_t i = 0; i < count; i++)
        if (command_find(table[i].name) == NULL)
            offer(c, table[i].name);
}

static void offer_locators(const struct ui *ui, struct candidates *c)
{
    char shown[WORD_LONGEST];
    for (size_t i = 0; i < ui->s.walk.survey.count; i++)
        if (locator_shown(ui->s.walk.survey.segs[i].locator, shown, sizeof shown) < sizeof shown &&
            strchr(shown, ' ') == NULL)
            offer(c, shown);
}

static void offer_settings(const char *line, struct candidates *c)
{
    static const char *const values[] = {"dark", "light", "mono", "on",     "off",
                                         "hex",  "u32",   "f64",  "little", "big"};
    bool name = strchr(line + 4, ' ') == NULL;
    for (size_t i = 0; name && setting_name(i) != NULL; i++)
        offer(c, setting_name(i));
    for (size_t i = 0; !name && i < sizeof values / sizeof values[0]; i++)
        offer(c, values[i]);
}

static void gather(struct ui *ui, const char *line, size_t cursor, struct candidates *c)
{
    bool first = strchr(line, ' ') == NULL;
    command_complete(line, cursor, offer, c);
    if (first)
        offer_actions(c);
    else if (strncmp(line, "set ", 4) == 0)
        offer_settings(line, c);
    else if (c->word[0] == 'p' || c->word[0] == '/')
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

void ui_complete(struct ui *ui)
{
    struct edit *e = &ui->prompt.edit;
    char line[EDIT_MAX];
    struct candidates c = {.list = ui->prompt.hint, .cap = sizeof ui->prompt.hint};
    (void)snprintf(line, sizeof line, "%.*s", (int)e->cursor, e->text);
    const char *blank = strrchr(line, ' ');
    ui->prompt.hint[0] = '\0';
    (void)snprintf(c.word, sizeof c.word, "%.255s", blank != NULL ? blank + 1 : line);
    gather(ui, line, e->cursor, &c);
    if (c.count == 0)
        return;
    insert(e, c.common + strlen(c.word));
    if (c.count == 1) {
        ui->prompt.hint[0] = '\0';
        if (e->cursor == e->length)
            insert(e, " ");
    }
}
