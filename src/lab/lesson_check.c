/* The words after `check`. */
#include <stdlib.h>
#include <string.h>

#include "core/locator.h"
#include "core/number.h"
#include "core/view.h"
#include "lab/lesson.h"

static const char *const screens[LESSON_SCREENS] = {"tree", "users", "calls",  "map",
                                                    "past", "list",  "inspect"};

/* Cuts the first word off; what follows it. */
static char *after(char *s)
{
    s += strcspn(s, " ");
    while (*s == ' ')
        *s++ = '\0';
    return s;
}

static const char *the_locator(char *word, struct lesson_check *out)
{
    char raw[LOCATOR_MAX];
    const char *wrong = locator_typed(word, raw);
    out->locator = word;
    return *word == '\0' ? "which LOCATOR?" : wrong;
}

static const char *only_locator(char *word, char *rest, struct lesson_check *out)
{
    return *rest != '\0' ? "too many words" : the_locator(word, out);
}

static const char *parse_locator(char *rest, struct lesson_check *out)
{
    char *more = after(rest);
    return only_locator(rest, more, out);
}

static const char *parse_mapped(char *rest, struct lesson_check *out)
{
    char *number = after(rest), *more = after(number);
    if (number_u64(number, 1000, &out->number) != NUM_OK || out->number == 0)
        return "mapped LOCATOR N: how many processes?";
    return only_locator(rest, more, out);
}

static const char *parse_size(char *rest, struct lesson_check *out)
{
    static const char *const ops[] = {"==", "!=", "<", "<=", ">", ">="};
    char *op = after(rest), *number = after(op), *more = after(number);
    int at = 0;
    while (at <= OP_AT_LEAST && strcmp(op, ops[at]) != 0)
        at++;
    if (at > OP_AT_LEAST || number_u64(number, UINT64_MAX, &out->number) != NUM_OK)
        return "size LOCATOR OP N, where OP is one of == != < <= > >=";
    out->op = (enum check_op)at;
    return only_locator(rest, more, out);
}

static const char *parse_peer(char *rest, struct lesson_check *out)
{
    out->text = rest;
    return lesson_name(rest) ? NULL : "which PEER?";
}

/* Those that a lesson can be about, by their names or numbers; the numbers are the system's. */
static const char *parse_killed(char *rest, struct lesson_check *out)
{
    static const struct {
        const char *name;
        unsigned number;
    } signals[] = {{"HUP", 1},  {"INT", 2},   {"QUIT", 3},  {"ABRT", 6},  {"BUS", 7},  {"FPE", 8},
                   {"KILL", 9}, {"SEGV", 11}, {"PIPE", 13}, {"ALRM", 14}, {"TERM", 15}};
    char *signal = after(rest);
    const char *name = strncmp(signal, "SIG", 3) == 0 ? signal + 3 : signal;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (strcmp(name, signals[i].name) == 0)
            out->number = signals[i].number;
    if (out->number == 0 && (number_u64(signal, 64, &out->number) != NUM_OK || out->number == 0))
        return "killed PEER SIGNAL: which signal?";
    return parse_peer(rest, out);
}

static const char *parse_text(char *rest, struct lesson_check *out)
{
    out->text = rest;
    return *rest == '\0' ? "of what?" : NULL;
}

static const char *parse_view(char *rest, struct lesson_check *out)
{
    const struct view *view = view_find(rest);
    out->text = view != NULL ? view->name : rest;
    return view != NULL ? NULL : "no such view";
}

static const char *parse_screen(char *rest, struct lesson_check *out)
{
    for (out->number = 0; out->number < LESSON_SCREENS; out->number++)
        if (strcmp(rest, screens[out->number]) == 0)
            return NULL;
    return "screen is one of: tree users calls map past list inspect";
}

static const struct {
    const char *name;
    enum check_kind kind;
    const char *(*parse)(char *rest, struct lesson_check *out);
} kinds[] = {
    {"where", CHECK_WHERE, parse_text},
    {"exists", CHECK_EXISTS, parse_locator},
    {"gone", CHECK_GONE, parse_locator},
    {"mapped", CHECK_MAPPED, parse_mapped},
    {"unmapped", CHECK_UNMAPPED, parse_locator},
    {"size", CHECK_SIZE, parse_size},
    {"runs", CHECK_RUNS, parse_peer},
    {"ended", CHECK_ENDED, parse_peer},
    {"killed", CHECK_KILLED, parse_killed},
    {"crashed", CHECK_CRASHED, parse_peer},
    {"cursor", CHECK_CURSOR, parse_text},
    {"view", CHECK_VIEW, parse_view},
    {"screen", CHECK_SCREEN, parse_screen},
    {"did", CHECK_DID, parse_text},
    {"answer", CHECK_ANSWER, parse_text},
};

const char *lesson_check_parse(char *words, struct lesson_check *out)
{
    char *rest = after(words);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(words, kinds[i].name) == 0) {
            out->kind = kinds[i].kind;
            return kinds[i].parse(rest, out);
        }
    char *expression = after(rest); /* `LOCATOR where EXPR` */
    if (strcmp(rest, "where") != 0)
        return "none of: where exists gone mapped unmapped size runs ended killed crashed cursor "
               "view screen did answer";
    out->kind = CHECK_WHERE;
    const char *wrong = the_locator(words, out);
    return wrong != NULL ? wrong : parse_text(expression, out);
}
