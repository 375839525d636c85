/* The line of the `:` prompt: splitting it into words. */
#include <string.h>

#include "cli/command.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Is this the name of a mark ('a), not the beginning of a quoted word? */
static bool is_mark(const char *p)
{
    return p[0] == '\'' && p[1] != '\0' && p[1] != '\'' && !is_blank(p[1]) &&
           (p[2] == '\0' || is_blank(p[2])) && strchr(p + 1, '\'') == NULL;
}

/* Copies one word from *from to `to` without its quotes; false: a quote is not closed. */
static bool take_word(char **from, char **to)
{
    char quote = '\0';
    char *p = *from;
    char *q = *to;
    if (is_mark(p))
        *q++ = *p++;
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
