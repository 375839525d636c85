/* The `:` prompt's line, its words as options, and completion, on any text: no crash, words lie in
 * the line. */
#include "cli/args.h"
#include "cli/command.h"
#include "cli/complete.h"
#include "fuzz.h"

static void offered(void *ctx, const char *word)
{
    (void)ctx;
    HOLDS(word[0] != '\0' && strchr(word, '\x1b') == NULL);
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
    (void)command_complete(line, length, true, offered, NULL);
    (void)command_complete(line, length / 2, false, offered, NULL);
    int count = command_words(line, words, &why);
    HOLDS(count >= -1 && count <= COMMAND_WORDS && (count < 0) == (why != NULL));
    for (int i = 0; i < count; i++)
        HOLDS(words[i] >= line && words[i] + strlen(words[i]) <= line + length);
    if (count > 0)
        parses(words, count);
    return 0;
}
