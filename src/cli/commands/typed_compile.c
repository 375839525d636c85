/* --cc: the first header of --types is compiled, and T is taken from its debug
 * information. For headers that are more than plain declarations. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/os.h"
#include "cli/commands/typed.h"

enum { CC_WORDS = 64, CC_TEXT = 4096, CC_PATH = 4096 };
#define CC_RESULT "types.so"

struct compile {
    char text[CC_TEXT]; /* the words of CC and CFLAGS, each with its NUL */
    const char *word[CC_WORDS];
    int words;
    size_t used;
    char folder[CC_PATH], result[CC_PATH + sizeof CC_RESULT + 1];
    char said[4096];
};

/* Adds the words of a text, split at blanks; false: too many. */
static bool add_words(struct compile *c, const char *text)
{
    for (text += strspn(text, " "); *text != '\0'; text += strspn(text, " ")) {
        size_t n = strcspn(text, " ");
        if (c->words >= CC_WORDS - 16 || n + 1 > sizeof c->text - c->used)
            return false;
        c->word[c->words++] = memcpy(c->text + c->used, text, n);
        c->text[c->used + n] = '\0';
        c->used += n + 1;
        text += n;
    }
    return true;
}

static bool is_cpp(const char *file)
{
    static const char *const ends[] = {".hpp", ".hh", ".hxx", ".cpp", ".cc", ".cxx"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = strlen(file), k = strlen(ends[i]);
        if (n > k && strcmp(file + n - k, ends[i]) == 0)
            return true;
    }
    return false;
}

/* `${CC:-cc} ${CFLAGS} -g ... FILE`. Types that nothing uses would be left out.
 */
static bool words_of(struct compile *c, const char *file)
{
    const char *cc = getenv("CC"), *flags = getenv("CFLAGS");
    const char *const fixed[] = {
        "-g", "-fno-eliminate-unused-debug-types", "-shared", "-fPIC", "-nostdlib",
        "-x", is_cpp(file) ? "c++" : "c"};
    if (!add_words(c, cc == NULL || cc[0] == '\0' ? "cc" : cc) ||
        !add_words(c, flags == NULL ? "" : flags) || c->words == 0)
        return false;
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        c->word[c->words++] = fixed[i];
    c->word[c->words++] = file;
    c->word[c->words++] = "-o";
    c->word[c->words++] = c->result;
    c->word[c->words] = NULL;
    return true;
}

/* The first line that the compiler said. */
static void failed(struct command_run *r, const char *file, struct compile *c, int status)
{
    char shown[RUN_SHOWN];
    struct out *err = run_error_begin(r, NULL);
    c->said[strcspn(c->said, "\n")] = '\0';
    out_print(err, "--cc: %s: ", run_shown(file, shown));
    if (status == 127)
        out_print(err, "the compiler %s cannot be run", run_shown(c->word[0], shown));
    else if (c->said[0] == '\0')
        out_print(err, "the compiler ended with status %d", status);
    else
        out_escaped(err, c->said);
    run_error_end(r);
}

static bool compile(struct command_run *r, const char *file, struct compile *c)
{
    int status = 0;
    struct oserr e = os_scratch_new(c->folder, sizeof c->folder);
    (void)snprintf(c->result, sizeof c->result, "%s/" CC_RESULT, c->folder);
    if (!oserr_is(e) && !words_of(c, file)) {
        (void)run_error(r, "--cc: CC and CFLAGS have too many words");
        return false;
    }
    if (!oserr_is(e))
        e = os_run(c->word, typed_stop, r, c->said, sizeof c->said, &status);
    r->stopped = e.code == SEG_E_STOPPED;
    if (oserr_is(e) && !r->stopped)
        (void)run_fail(r, NULL, "compile the header", e);
    else if (!oserr_is(e) && status != 0)
        failed(r, file, c, status);
    return !oserr_is(e) && status == 0;
}

bool typed_compiled(struct typed *y, const char *name, type_id *id)
{
    const char *file = run_option(y->r, "types");
    struct compile *c = calloc(1, sizeof *c);
    struct types_client *client = types_client_new(y->r->env->be);
    for (int i = 0; i < y->r->args->given_count; i++)
        if (strcmp(y->r->args->given[i].name, "types") == 0) {
            file = y->r->args->given[i].value;
            break;
        }
    *id = 0;
    if (file == NULL)
        (void)run_usage(y->r, "--cc needs --types FILE, a header");
    else if (c == NULL || client == NULL)
        (void)run_fail(y->r, NULL, "read the types", (struct oserr){"malloc", SEG_E_MEMORY});
    bool good = file != NULL && c != NULL && client != NULL;
    if (good) {
        const struct types_ask ask = {.stop = typed_stop, .ctx = y->r};
        run_ends_tidily(y->r); /* the folder is removed also when a signal asks to stop */
        good = compile(y->r, file, c);
        if (good)
            typed_take(y, types_by_file(client, c->result, &ask, name, &y->debug), 0, id);
        if (c->folder[0] != '\0')
            os_scratch_remove(c->folder);
    }
    types_client_free(client);
    free(c);
    y->file = file;
    return good;
}
