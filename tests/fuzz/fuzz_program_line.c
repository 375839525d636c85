/* The `:` prompt's line, its words as options, and completion, on any text: no crash, words lie in
 * the line, what is offered begins with what was typed. */
#include "cli/args.h"
#include "cli/command.h"
#include "fuzz.h"

struct typed {
    const char *start;
    size_t length;
};

static void offered(void *ctx, const char *word)
{
    const struct typed *t = ctx;
    HOLDS(strncmp(word, t->start, t->length) == 0);
}

static void completes(const char *line, size_t cursor)
{
    struct typed t = {line + cursor, 0};
    while (t.start > line && t.start[-1] != ' ' && t.start[-1] != '\t') {
        t.start--;
        t.length++;
    }
    command_complete(line, cursor, offered, &t);
}

static void parses(char **words, int count)
{
    static struct args a;
    char why[ARGS_WHY];
    size_t commands = 0, options = 0;
    const struct command *c = command_table(&commands);
    const struct command_option *rows = command_options(&options);
    for (size_t i = 0; i < commands; i++)
        if (args_parse(&a, rows, options, c[i].name, count, words, why))
            HOLDS(a.words >= 0 && a.words <= count && a.given_count <= ARGS_OPTIONS);
        else
            HOLDS(strlen(why) < ARGS_WHY && strchr(why, '\x1b') == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *words[COMMAND_WORDS];
    static char line[4096];
    const char *why = NULL;
    if (size >= sizeof line)
        return 0;
    memcpy(line, data, size);
    line[size] = '\0';
    size_t length = strlen(line);
    completes(line, length);
    completes(line, length / 2);
    int count = command_words(line, words, &why);
    HOLDS(count >= -1 && count <= COMMAND_WORDS && (count < 0) == (why != NULL));
    for (int i = 0; i < count; i++)
        HOLDS(words[i] >= line && words[i] + strlen(words[i]) <= line + length);
    if (count > 0)
        parses(words, count);
    return 0;
}
