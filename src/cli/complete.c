#include "cli/complete.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "backend/segment.h"
#include "cli/command.h"
#include "core/screen/keymap.h"
#include "core/view.h"
#include "lab/shelf.h"
#include "list/columns.h"

/* ---- sets of words ---- */

typedef void offer_fn(void *ctx, const char *word);

static void offer_views(offer_fn *each, void *ctx)
{
    size_t count = 0;
    const struct view *v = view_table(&count);
    for (size_t i = 0; i < count; i++)
        each(ctx, v[i].name);
}

static void offer_encodings(offer_fn *each, void *ctx)
{
    size_t count = 0;
    const struct view *v = view_table(&count);
    for (size_t i = 0; i < count; i++)
        if (v[i].kind == VIEW_TEXT)
            each(ctx, v[i].name);
}

static void offer_kinds(offer_fn *each, void *ctx)
{
    for (unsigned k = 0; k < SEG_KINDS; k++)
        if ((seg_kinds() >> k & 1U) != 0)
            each(ctx, seg_kind_name((enum seg_kind)k));
}

static void offer_columns(offer_fn *each, void *ctx)
{
    size_t count = 0;
    const struct column *c = column_table(&count);
    for (size_t i = 0; i < count; i++) {
        char word[COLUMN_WORD];
        each(ctx, column_word(&c[i], word));
    }
}

static void offer_screens(offer_fn *each, void *ctx)
{
    for (int i = 0; i < MODE_COUNT; i++)
        each(ctx, key_mode_name((enum key_mode)i));
}

static void offer_directions(offer_fn *each, void *ctx)
{
    static const char *const how[] = {"left",   "right",       "up",        "down",    "start",
                                      "end",    "page-up",     "page-down", "half-up", "half-down",
                                      "column", "column-back", "row-start", "row-end"};
    for (size_t i = 0; i < sizeof how / sizeof how[0]; i++)
        each(ctx, how[i]);
}

static void offer_themes(offer_fn *each, void *ctx)
{
    each(ctx, "auto");
    each(ctx, "dark");
    each(ctx, "light");
    each(ctx, "mono");
}

static void offer_commands(offer_fn *each, void *ctx)
{
    size_t count = 0;
    const struct command *t = command_table(&count);
    for (size_t i = 0; i < count; i++)
        each(ctx, t[i].name);
}

/* Those that are built in. */
static void offer_lessons(offer_fn *each, void *ctx)
{
    struct shelf s;
    if (!oserr_is(shelf_open(&s, NULL)))
        for (int i = 0; i < s.count; i++)
            if (shelf_shown(s.lesson[i]))
                each(ctx, s.lesson[i]->name);
    shelf_close(&s);
}

static const struct {
    const char *name;
    void (*offer)(offer_fn *each, void *ctx); /* NULL: no fixed words */
    enum complete_more more;
} sets[] = {
    {"VIEW", offer_views, COMPLETE_NOTHING},
    {"ENCODING", offer_encodings, COMPLETE_NOTHING},
    {"KIND", offer_kinds, COMPLETE_NOTHING},
    {"COL", offer_columns, COMPLETE_NOTHING},
    {"COLUMN", offer_columns, COMPLETE_NOTHING},
    {"LIST", offer_columns, COMPLETE_NOTHING},
    {"SCREEN", offer_screens, COMPLETE_NOTHING},
    {"HOW", offer_directions, COMPLETE_NOTHING},
    {"THEME", offer_themes, COMPLETE_NOTHING},
    {"LESSON", offer_lessons, COMPLETE_NOTHING},
    {"COMMAND", offer_commands, COMPLETE_COMMANDS},
    {"LOCATOR", NULL, COMPLETE_SEGMENTS},
    {"A", NULL, COMPLETE_SEGMENTS},
    {"B", NULL, COMPLETE_SEGMENTS},
    {"GLOB", NULL, COMPLETE_SEGMENTS},
    {"FILE", NULL, COMPLETE_FILES},
};

enum complete_more complete_token(const char *token, offer_fn *each, void *ctx)
{
    enum complete_more more = COMPLETE_NOTHING;
    for (size_t n; *token != '\0'; token += n + (token[n] == '|')) {
        char part[TOKEN_MAX];
        n = strcspn(token, "|");
        (void)snprintf(part, sizeof part, "%.*s", (int)n, token);
        if (part[0] >= 'a' && part[0] <= 'z')
            each(ctx, part);
        for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
            if (strcmp(sets[i].name, part) != 0)
                continue;
            if (sets[i].offer != NULL)
                sets[i].offer(each, ctx);
            more = sets[i].more;
        }
    }
    return more;
}

bool complete_nth(const char *synopsis, size_t i, char token[TOKEN_MAX])
{
    bool repeats = false;
    token[0] = '\0';
    for (const char *p = synopsis; *p != '\0';) {
        size_t n = strcspn(p, " ");
        if (p[0] == '-') /* an option that is part of the synopsis: it and its value */
            return repeats;
        const char *from = p + strspn(p, "[");
        int length = (int)strcspn(from, " []");
        repeats = strstr(from, "...") != NULL && strstr(from, "...") < p + n;
        (void)snprintf(token, TOKEN_MAX, "%.*s", repeats ? (int)strcspn(from, ".") : length, from);
        if (i-- == 0)
            return true;
        p += n + strspn(p + n, " ");
    }
    return repeats;
}

/* ---- the `:` prompt ---- */

/* Passes on what begins with the part typed so far. */
struct completion {
    const char *word;
    size_t length;
    offer_fn *each;
    void *ctx;
};

static void offer(void *ctx, const char *candidate)
{
    const struct completion *c = ctx;
    if (strncmp(candidate, c->word, c->length) == 0)
        c->each(c->ctx, candidate);
}

static void offer_options(struct completion *c, const char *command)
{
    size_t count = 0;
    const struct command_option *o = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        char dashed[40];
        if (!command_has_option(&o[i], command) || o[i].help == NULL)
            continue;
        (void)snprintf(dashed, sizeof dashed, "--%s", o[i].name);
        offer(c, dashed);
    }
}

/* What fits after these words of a command. */
static enum complete_more offer_argument(struct completion *c, char *const *word, int words,
                                         bool attached)
{
    const struct command *command = command_find(word[0]);
    const struct command_option *option = NULL;
    size_t place = 0;
    char token[TOKEN_MAX];
    for (int i = 1; i < words; i++) {
        bool value = option != NULL;
        option = value ? NULL : command_open_option(word[0], word[i]);
        place += !value && word[i][0] != '-';
    }
    if (option != NULL)
        return complete_token(option->arg, offer, c);
    if (c->length > 0 && c->word[0] == '-') {
        offer_options(c, word[0]);
        return COMPLETE_NOTHING;
    }
    if (attached && (command->needs & (NEED_STAT | NEED_READ | NEED_WRITE)) != 0)
        place++;
    return complete_nth(command->synopsis, place, token) ? complete_token(token, offer, c)
                                                         : COMPLETE_NOTHING;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

enum complete_more command_complete(const char *line, size_t cursor, bool attached, offer_fn *each,
                                    void *ctx)
{
    char copy[1024];
    char *words[COMMAND_WORDS];
    const char *why = NULL;
    if (cursor >= sizeof copy)
        return COMPLETE_NOTHING;
    size_t start = cursor; /* of the last word */
    while (start > 0 && !is_blank(line[start - 1]))
        start--;
    memcpy(copy, line, start);
    copy[start] = '\0';
    int count = command_words(copy, words, &why);
    struct completion c = {line + start, cursor - start, each, ctx};
    if (count == 0) {
        size_t n = 0;
        const struct command *t = command_table(&n);
        for (size_t i = 0; i < n; i++)
            if ((t[i].needs & NEED_SHELL) == 0)
                offer(&c, t[i].name);
        return COMPLETE_COMMANDS;
    }
    if (count < 0 || command_find(words[0]) == NULL)
        return COMPLETE_NOTHING;
    return offer_argument(&c, words, count, attached);
}
