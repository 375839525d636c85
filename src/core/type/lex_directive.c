/* Lines that begin with #. */
#include <stdlib.h>
#include <string.h>

#include "core/type/lex.h"

/* ---- macros ---- */

static uint32_t hash_of(const char *s, size_t n)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)s[i]) * 16777619U;
    return h;
}

/* Its row, or the free one where it belongs. */
static struct lex_macro *slot(const struct lexer *l, const char *name, size_t n)
{
    uint32_t mask = l->macros_room - 1;
    for (uint32_t i = hash_of(name, n) & mask;; i = (i + 1) & mask) {
        struct lex_macro *m = &l->macros[i];
        if (m->name == NULL || (m->name_n == n && memcmp(m->name, name, n) == 0))
            return m;
    }
}

const struct lex_macro *lex_macro_find(const struct lexer *l, const char *name, size_t n)
{
    const struct lex_macro *m = l->macros_room == 0 ? NULL : slot(l, name, n);
    return m == NULL || m->name == NULL || m->gone ? NULL : m;
}

/* The table keeps its place while a macro's body is being read: it grows between tokens only, where
 * no directive is inside of a macro. */
bool lex_define(struct lexer *l, const struct lex_macro *macro)
{
    if (l->macros_used >= l->macros_room / 2) {
        struct lexer old = *l;
        uint32_t room = old.macros_room == 0 ? 64 : old.macros_room * 2;
        if (room > LEX_MACROS_MAX * 4U)
            return false;
        l->macros = calloc(room, sizeof *l->macros);
        if (l->macros == NULL) {
            l->macros = old.macros;
            return false;
        }
        l->macros_room = room;
        for (uint32_t i = 0; i < old.macros_room; i++)
            if (old.macros[i].name != NULL)
                *slot(l, old.macros[i].name, old.macros[i].name_n) = old.macros[i];
        free(old.macros);
    }
    struct lex_macro *m = slot(l, macro->name, macro->name_n);
    l->macros_used += m->name == NULL;
    *m = *macro;
    return true;
}

/* ---- words of a directive ---- */

static void blanks(struct lexer *l)
{
    bool fresh = l->fresh;
    l->directive = true; /* newlines stay */
    (void)lex_skip_blanks(l);
    l->directive = false;
    l->fresh = fresh;
}

static size_t word(struct lexer *l, const char **at)
{
    blanks(l);
    *at = l->at;
    while (l->at < l->end && (text_hex_digit(*l->at) >= 0 || (*l->at >= 'a' && *l->at <= 'z') ||
                              (*l->at >= 'A' && *l->at <= 'Z') || *l->at == '_'))
        l->at++;
    return (size_t)(l->at - *at);
}

static bool is(const char *at, size_t n, const char *name)
{
    return strlen(name) == n && memcmp(at, name, n) == 0;
}

/* To the newline, over comments of several lines; *end is the last character that counts. */
static void rest(struct lexer *l, const char **end)
{
    blanks(l);
    *end = l->at;
    while (l->at < l->end && *l->at != '\n' && !l->failed) {
        const char *before = l->at;
        blanks(l);
        if (l->at != before)
            continue;
        if (*l->at == '\n')
            break;
        *end = ++l->at;
    }
}

static void define(struct lexer *l)
{
    struct lex_macro m = {0};
    m.name_n = word(l, &m.name);
    if (m.name_n == 0 || (*m.name >= '0' && *m.name <= '9')) {
        (void)lex_fail(l, "#define: a name is expected");
        return;
    }
    m.arguments = l->at < l->end && *l->at == '(';
    blanks(l);
    m.body = l->at;
    const char *end;
    rest(l, &end);
    m.body_n = (size_t)(end - m.body);
    if (!l->failed && !lex_define(l, &m))
        (void)lex_fail(l, "more macros than shmlens reads");
}

static void undefine(struct lexer *l)
{
    const char *name;
    size_t n = word(l, &name);
    struct lex_macro *m = n == 0 ? NULL : slot(l, name, n);
    if (m != NULL && m->name != NULL)
        m->gone = true;
}

/* ---- #pragma pack ---- */

static bool valid_pack(uint64_t n)
{
    return n == 1 || n == 2 || n == 4 || n == 8 || n == 16;
}

/* `push`, `pop` or a number between the parentheses. */
static bool pack_word(struct lexer *l, const char *at, size_t n)
{
    uint64_t v = 0;
    if (is(at, n, "push")) {
        if (l->packs_count == LEX_PACKS)
            return lex_fail(l, "#pragma pack: pushed too often");
        l->packs[l->packs_count++] = l->pack;
        return true;
    }
    if (is(at, n, "pop")) {
        if (l->packs_count > 0)
            l->pack = l->packs[--l->packs_count];
        return true;
    }
    for (size_t i = 0; i < n && v < 100; i++)
        v = at[i] >= '0' && at[i] <= '9' ? v * 10 + (uint64_t)(at[i] - '0') : 100;
    if (n > 0 && v == 0 && n == 1) {
        l->pack = 0;
        return true;
    }
    if (!valid_pack(v))
        return lex_fail(l, "#pragma pack: push, pop, 1, 2, 4, 8 or 16 are understood");
    l->pack = (uint32_t)v;
    return true;
}

static void pragma(struct lexer *l)
{
    const char *at;
    size_t n = word(l, &at);
    if (!is(at, n, "pack"))
        return;
    blanks(l);
    if (l->at >= l->end || *l->at != '(') {
        (void)lex_fail(l, "#pragma pack: ( is expected");
        return;
    }
    l->at++;
    blanks(l);
    if (l->at < l->end && *l->at == ')')
        l->pack = 0;
    while (l->at < l->end && *l->at != ')' && !l->failed) {
        n = word(l, &at);
        if (!pack_word(l, at, n))
            return;
        blanks(l);
        if (l->at < l->end && *l->at == ',')
            l->at++;
        else if (l->at >= l->end || *l->at != ')')
            (void)lex_fail(l, "#pragma pack: ) is expected");
    }
}

/* ---- conditions ---- */

static bool evaluate(struct lexer *l)
{
    int64_t v = 0;
    l->directive = true;
    lex_next(l);
    bool good = lex_expression(l, &v);
    if (good && l->tok.kind != TOKEN_END)
        (void)lex_fail_here(l, "not a condition");
    l->directive = false;
    return good && v != 0;
}

static bool is_defined(struct lexer *l)
{
    const char *at;
    size_t n = word(l, &at);
    if (n == 0)
        return lex_fail(l, "#ifdef: a name is expected");
    return lex_macro_find(l, at, n) != NULL;
}

static void push_condition(struct lexer *l, bool on, bool skipped)
{
    if (l->conditions == LEX_CONDITIONS) {
        (void)lex_fail(l, "#if: nested too deeply");
        return;
    }
    l->condition[l->conditions].on = on && !skipped;
    l->condition[l->conditions].taken = on || skipped;
    l->condition[l->conditions++].last = false;
}

/* #else, #elif, #endif; false: none of them. */
static bool other_part(struct lexer *l, const char *at, size_t n)
{
    bool is_else = is(at, n, "else"), elif = is(at, n, "elif");
    if (!is_else && !elif && !is(at, n, "endif"))
        return false;
    if (l->conditions == 0)
        return !lex_fail(l, "#%.*s without an #if", (int)n, at);
    int i = l->conditions - 1;
    if (!is_else && !elif) {
        l->conditions--;
        return true;
    }
    if (l->condition[i].last)
        return !lex_fail(l, "#%.*s after #else", (int)n, at);
    l->condition[i].last = is_else;
    bool on = !l->condition[i].taken && (is_else || evaluate(l));
    l->condition[i].on = on;
    l->condition[i].taken = l->condition[i].taken || on;
    return true;
}

/* Is what follows switched off? Then only conditions are looked at. */
static bool off(const struct lexer *l)
{
    return l->conditions > 0 && !l->condition[l->conditions - 1].on;
}

static void one(struct lexer *l)
{
    const char *at;
    size_t n = word(l, &at);
    bool skipped = off(l);
    if (is(at, n, "ifdef") || is(at, n, "ifndef"))
        push_condition(l, is_defined(l) == (n == 5), skipped);
    else if (is(at, n, "if"))
        push_condition(l, !skipped && evaluate(l), skipped);
    else if (other_part(l, at, n) || skipped)
        return;
    else if (is(at, n, "define"))
        define(l);
    else if (is(at, n, "undef"))
        undefine(l);
    else if (is(at, n, "pragma"))
        pragma(l);
    else if (!is(at, n, "include") && !is(at, n, "warning") && !is(at, n, "line") && n != 0)
        (void)lex_fail(l, "#%.*s: not a plain declaration", (int)(n < 60 ? n : 60), at);
}

/* Over lines that are switched off, to the next one with a #; false: the file ends. */
static bool next_directive(struct lexer *l)
{
    while (l->at < l->end) {
        while (l->at < l->end && *l->at != '\n') {
            l->line += *l->at == '\v';
            l->at++;
        }
        if (l->at >= l->end)
            return false;
        l->at++;
        l->line++;
        blanks(l);
        if (l->at < l->end && *l->at == '#')
            return true;
    }
    return false;
}

void lex_directive(struct lexer *l)
{
    const char *end;
    do {
        l->at++; /* the # */
        one(l);
        if (l->failed)
            return;
        if (!off(l)) {
            rest(l, &end);
            return;
        }
    } while (next_directive(l));
}
