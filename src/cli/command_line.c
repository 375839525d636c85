/* The line of the `:` prompt: splitting it into words, and completing it. */
#include <string.h>

#include "cli/command.h"
#include "core/view.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Copies one word from *from to `to` without its quotes; false: a quote is not closed. */
static bool take_word(char **from, char **to)
{
    char quote = '\0';
    char *p = *from;
    char *q = *to;
    for (; *p != '\0' && (quote != '\0' || !is_blank(*p)); p++)
        if (quote != '\0' && *p == quote)
            quote = '\0';
        else if (quote == '\0' && (*p == '\'' || *p == '"'))
            quote = *p;
        else
            *q++ = *p;
    *from = p;
    *to = q;
    return quote == '\0';
}

int command_words(char *line, char *words[COMMAND_WORDS], const char **why)
{
    int count = 0;
    char *p = line;
    char *q = line; /* never overtakes p: quotes only shrink a word */
    for (;;) {
        while (is_blank(*p))
            p++;
        if (*p == '\0')
            return count;
        if (count == COMMAND_WORDS) {
            *why = "too many arguments";
            return -1;
        }
        words[count++] = q;
        if (!take_word(&p, &q)) {
            *why = "a quote is not closed";
            return -1;
        }
        bool more = *p != '\0';
        *q++ = '\0';
        p += more ? 1 : 0;
    }
}

/* ---- completion ---- */

struct completion {
    const char *word; /* the part typed so far */
    size_t length;
    void (*each)(void *ctx, const char *word);
    void *ctx;
};

static void offer(const struct completion *c, const char *candidate)
{
    if (strncmp(candidate, c->word, c->length) == 0)
        c->each(c->ctx, candidate);
}

static void offer_options(const struct completion *c, const char *command)
{
    size_t count = 0;
    const struct command_option *o = command_options(&count);
    for (size_t i = 0; i < count; i++) {
        char dashed[40] = "--";
        size_t n = strlen(o[i].name);
        if (command_has_option(&o[i], command) && o[i].help != NULL && n < sizeof dashed - 2) {
            memcpy(dashed + 2, o[i].name, n + 1);
            offer(c, dashed);
        }
    }
}

static void offer_views(const struct completion *c)
{
    size_t count = 0;
    const struct view *v = view_table(&count);
    for (size_t i = 0; i < count; i++)
        offer(c, v[i].name);
}

static void offer_commands(const struct completion *c)
{
    size_t count = 0;
    const struct command *t = command_table(&count);
    for (size_t i = 0; i < count; i++)
        if ((t[i].needs & NEED_SHELL) == 0)
            offer(c, t[i].name);
}

void command_complete(const char *line, size_t cursor, void (*each)(void *ctx, const char *word),
                      void *ctx)
{
    char copy[1024];
    char *words[COMMAND_WORDS];
    const char *why = NULL;
    if (cursor >= sizeof copy)
        return;
    size_t start = cursor; /* of the last word */
    while (start > 0 && !is_blank(line[start - 1]))
        start--;
    memcpy(copy, line, start);
    copy[start] = '\0';
    int count = command_words(copy, words, &why);
    struct completion c = {line + start, cursor - start, each, ctx};
    if (count == 0)
        offer_commands(&c);
    else if (count > 0 && strcmp(words[count - 1], "--as") == 0)
        offer_views(&c);
    else if (count == 1 && strcmp(words[0], "help") == 0)
        offer_commands(&c);
    else if (count > 0 && c.length > 0 && c.word[0] == '-' && command_find(words[0]) != NULL)
        offer_options(&c, words[0]);
}
