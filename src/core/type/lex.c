#include "core/type/lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/why.h"

enum { REPLACED_MAX = 100000, CONTINUED = '\v' /* a newline that ends no line */ };

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool is_name(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9');
}

bool lex_fail(struct lexer *l, const char *format, ...)
{
    char shown[160];
    va_list args;
    if (l->failed)
        return false;
    (void)text_escape(shown, sizeof shown, l->file, strlen(l->file));
    size_t n = (size_t)snprintf(l->why, TYPE_WHY_MAX, "%s:%u: ", shown, (unsigned)l->line);
    va_start(args, format);
    type_why(l->why + n, TYPE_WHY_MAX - n, format, args);
    va_end(args);
    l->failed = true;
    l->tok = (struct token){.kind = TOKEN_END};
    return false;
}

bool lex_fail_here(struct lexer *l, const char *what)
{
    if (l->tok.kind == TOKEN_END)
        return lex_fail(l, "%s: %s", l->directive ? "the line ends" : "the file ends", what);
    return lex_fail(l, "%.*s: %s", (int)(l->tok.n < 60 ? l->tok.n : 60), l->tok.at, what);
}

/* ---- opening ---- */

/* Predefined by the ABI: names separated by blanks. */
static bool define_all(struct lexer *l, const char *names, bool gone)
{
    while (*names != '\0') {
        size_t n = strcspn(names, " ");
        struct lex_macro m = {.name = names, .name_n = n, .body = "1", .body_n = 1, .gone = gone};
        if (!lex_define(l, &m))
            return false;
        names += n + strspn(names + n, " ");
    }
    return true;
}

bool lex_system(struct lexer *l, const char *before, const char *now)
{
    return define_all(l, before, true) && define_all(l, now, false);
}

void lex_again(struct lexer *l, const char *at, const char *end, uint32_t line)
{
    l->at = at;
    l->end = end;
    l->line = line;
    l->inputs = 0;
    l->macro = NULL;
    l->fresh = false;
    l->directive = true;
}

bool lex_open(struct lexer *l, const char *file, const char *text, size_t n,
              const struct type_abi *abi, char why[TYPE_WHY_MAX])
{
    *l = (struct lexer){.file = file, .why = why, .line = 1, .fresh = true};
    if (n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        n -= 3;
    }
    l->copy = malloc(n + 1);
    if (l->copy == NULL)
        return lex_fail(l, "out of memory");
    for (size_t i = 0; i < n; i++) {
        bool crlf = text[i] == '\\' && i + 2 < n && text[i + 1] == '\r' && text[i + 2] == '\n';
        l->copy[i] = text[i] == CONTINUED ? ' ' : text[i];
        if (crlf || (text[i] == '\\' && i + 1 < n && text[i + 1] == '\n')) {
            l->copy[i] = ' ';
            l->copy[++i] = crlf ? ' ' : CONTINUED;
            if (crlf)
                l->copy[++i] = CONTINUED;
        }
    }
    l->copy[n] = '\0';
    l->at = l->copy;
    l->end = l->copy + n;
    if (!define_all(l, abi->macros, false))
        return lex_fail(l, "out of memory");
    lex_next(l);
    return !l->failed;
}

void lex_close(struct lexer *l)
{
    free(l->copy);
    free(l->macros);
    l->copy = NULL;
    l->macros = NULL;
}

/* ---- white space ---- */

/* A comment at l->at; false: it never ends. */
static bool skip_comment(struct lexer *l)
{
    uint32_t line = l->line, lines = 0; /* those of a macro were counted where it is used */
    if (l->at[1] == '/') {
        for (; l->at < l->end && *l->at != '\n'; l->at++)
            lines += *l->at == CONTINUED;
        l->line += l->inputs == 0 ? lines : 0;
        return true;
    }
    for (l->at += 2; l->at + 1 < l->end; l->at++) {
        if (l->at[0] == '*' && l->at[1] == '/') {
            l->at += 2;
            l->line += l->inputs == 0 ? lines : 0;
            return true;
        }
        lines += *l->at == '\n' || *l->at == CONTINUED;
    }
    l->line = line;
    return lex_fail(l, "a comment that does not end");
}

bool lex_skip_blanks(struct lexer *l)
{
    while (l->at < l->end) {
        char c = *l->at;
        if (c == '/' && l->at + 1 < l->end && (l->at[1] == '/' || l->at[1] == '*')) {
            if (!skip_comment(l))
                return false;
            continue;
        }
        if (c == '\n' && l->directive)
            return false;
        if (c != ' ' && c != '\t' && c != '\r' && c != '\f' && c != '\n' && c != CONTINUED)
            return true;
        if (l->inputs == 0 && (c == '\n' || c == CONTINUED))
            l->line++;
        l->fresh = l->fresh || c == '\n';
        l->at++;
    }
    return false;
}

/* ---- tokens ---- */

static int digit(char c)
{
    return text_hex_digit(c);
}

/* A whole number as C writes it. */
static void read_number(struct lexer *l)
{
    const char *p = l->at;
    unsigned base = 10;
    uint64_t v = 0;
    if (p[0] == '0' && p + 1 < l->end &&
        (p[1] == 'x' || p[1] == 'X' || p[1] == 'b' || p[1] == 'B')) {
        base = p[1] == 'x' || p[1] == 'X' ? 16 : 2;
        p += 2;
    } else if (p[0] == '0') {
        base = 8;
    }
    const char *digits = p;
    for (int d; p < l->end && (d = digit(*p)) >= 0 && (unsigned)d < base; p++) {
        if (v > (UINT64_MAX - (unsigned)d) / base) {
            lex_fail(l, "%.*s...: a number of more than 64 bits", 20, l->tok.at);
            return;
        }
        v = v * base + (unsigned)d;
    }
    bool any = p > digits;
    while (p < l->end && (*p == 'u' || *p == 'U' || *p == 'l' || *p == 'L'))
        p++;
    l->tok.n = (size_t)(p - l->at);
    if (!any || (p < l->end && (is_name(*p) || *p == '.'))) {
        lex_fail(l, "%.*s: not a whole number", (int)(l->tok.n + 1 < 60 ? l->tok.n + 1 : 60),
                 l->tok.at);
        return;
    }
    l->tok.kind = TOKEN_NUMBER;
    l->tok.value = (int64_t)v;
    l->at = p;
}

/* The character after a backslash; -1: not one that is known. */
static int escaped(const char **p, const char *end)
{
    static const char from[] = "abfnrtv0'\"\\?", to[] = "\a\b\f\n\r\t\v\0'\"\\?";
    char c = **p;
    if (c == 'x' && *p + 2 < end && digit((*p)[1]) >= 0 && digit((*p)[2]) >= 0) {
        int v = digit((*p)[1]) * 16 + digit((*p)[2]);
        *p += 3;
        return v;
    }
    const char *at = c == '\0' ? NULL : strchr(from, c);
    (*p)++;
    return at == NULL ? -1 : (unsigned char)to[at - from];
}

/* 'a', or 'RTSS', which compilers read with the first character as the most significant one. */
static void read_character(struct lexer *l)
{
    const char *p = l->at + 1;
    uint32_t v = 0;
    int n = 0;
    while (p < l->end && *p != '\'' && *p != '\n' && n < 5) {
        int c = (unsigned char)*p++;
        if (c == '\\')
            c = p < l->end ? escaped(&p, l->end) : -1;
        if (c < 0) {
            n = 5;
            break;
        }
        v = v << 8 | (uint32_t)c;
        n++;
    }
    if (n == 0 || n > 4 || p >= l->end || *p != '\'') {
        lex_fail(l, "not a character between ' and '");
        return;
    }
    l->at = p + 1;
    l->tok.n = (size_t)(l->at - l->tok.at);
    l->tok.kind = TOKEN_NUMBER;
    l->tok.value = (int32_t)v;
}

static void read_string(struct lexer *l)
{
    const char *p = l->at + 1;
    while (p < l->end && *p != '"' && *p != '\n')
        p += *p == '\\' && p + 1 < l->end ? 2 : 1;
    if (p >= l->end || *p != '"') {
        lex_fail(l, "a string that does not end on its line");
        return;
    }
    l->tok.kind = TOKEN_STRING;
    l->tok.at = l->at + 1;
    l->tok.n = (size_t)(p - l->at) - 1;
    l->at = p + 1;
}

static void read_punct(struct lexer *l)
{
    static const char *const pairs[] = {"<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "->"};
    l->tok.kind = TOKEN_PUNCT;
    l->tok.n = 1;
    if (l->end - l->at >= 3 && memcmp(l->at, "...", 3) == 0)
        l->tok.n = 3;
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (l->end - l->at >= 2 && memcmp(l->at, pairs[i], 2) == 0)
            l->tok.n = 2;
    for (size_t i = 0; i < l->tok.n; i++)
        l->tok.punct = l->tok.punct << 8 | (unsigned char)l->at[i];
    if (strchr("{}[]()<>;:,.*=+-/%&|^!~?#", *l->at) == NULL || *l->at == '\0') {
        (void)lex_fail(l, "%c: a character that declarations do not have", *l->at);
        return;
    }
    l->at += l->tok.n;
}

/* Reads the body of the macro next. */
static bool replace(struct lexer *l, const struct lex_macro *m)
{
    if (m->arguments)
        return lex_fail_here(l, "a macro with arguments is not a plain declaration");
    for (int i = 0; i < l->inputs; i++)
        if (l->input[i].macro == m)
            return lex_fail_here(l, "a macro that stands for itself");
    if (l->inputs == LEX_DEPTH || l->macro == m || ++l->replaced > REPLACED_MAX)
        return lex_fail_here(l, "macros are nested too deeply");
    l->input[l->inputs].at = l->at;
    l->input[l->inputs].end = l->end;
    l->input[l->inputs++].macro = l->macro;
    l->macro = m;
    l->at = m->body;
    l->end = m->body + m->body_n;
    return true;
}

/* At a token; false: there is none left. */
static bool find_token(struct lexer *l)
{
    for (;;) {
        if (lex_skip_blanks(l)) {
            if (*l->at != '#' || !l->fresh || l->inputs > 0 || l->directive)
                return true;
            lex_directive(l);
        } else if (l->inputs > 0 && !l->failed) {
            l->inputs--;
            l->at = l->input[l->inputs].at;
            l->end = l->input[l->inputs].end;
            l->macro = l->input[l->inputs].macro;
        } else {
            return false;
        }
        if (l->failed)
            return false;
    }
}

void lex_next(struct lexer *l)
{
    for (;;) {
        bool found = !l->failed && find_token(l);
        l->tok = (struct token){.kind = TOKEN_END, .at = l->at, .first = l->fresh};
        if (!found) {
            if (!l->failed && !l->directive && l->conditions > 0)
                lex_fail(l, "an #if that does not end");
            return;
        }
        l->fresh = false;
        if (*l->at >= '0' && *l->at <= '9')
            read_number(l);
        else if (*l->at == '\'')
            read_character(l);
        else if (*l->at == '"')
            read_string(l);
        else if (!is_name_start(*l->at))
            read_punct(l);
        else
            break;
        return;
    }
    while (l->at < l->end && is_name(*l->at))
        l->at++;
    l->tok.kind = TOKEN_NAME;
    l->tok.n = (size_t)(l->at - l->tok.at);
    if (l->tok.n > TYPE_NAME_MAX) {
        lex_fail(l, "a name of more than %d characters", TYPE_NAME_MAX);
        return;
    }
    const struct lex_macro *m = lex_macro_find(l, l->tok.at, l->tok.n);
    if (m == NULL || (l->directive && l->tok.n == 7 && memcmp(l->tok.at, "defined", 7) == 0))
        return;
    bool first = l->tok.first;
    if (!replace(l, m))
        return;
    lex_next(l);
    l->tok.first = l->tok.first || first;
}

/* ---- asking ---- */

bool lex_is(const struct lexer *l, unsigned punct)
{
    return l->tok.kind == TOKEN_PUNCT && l->tok.punct == punct;
}

bool lex_take(struct lexer *l, unsigned punct)
{
    if (!lex_is(l, punct))
        return false;
    lex_next(l);
    return true;
}

bool lex_take_name(struct lexer *l, const char *name)
{
    if (!lex_is_name(l, name))
        return false;
    lex_next(l);
    return true;
}

bool lex_want(struct lexer *l, unsigned punct)
{
    char what[32];
    if (lex_take(l, punct))
        return true;
    if (punct > 0xff)
        (void)snprintf(what, sizeof what, "%c%c is expected here", (int)(punct >> 8),
                       (int)(punct & 0xff));
    else
        (void)snprintf(what, sizeof what, "%c is expected here", (int)punct);
    return lex_fail_here(l, what);
}

size_t lex_raw(struct lexer *l, const char *stop, const char **at)
{
    while (l->at < l->end && (*l->at == ' ' || *l->at == '\t'))
        l->at++;
    *at = l->at;
    while (l->at < l->end && *l->at != '\n' && *l->at != '\r' && *l->at != '\0' &&
           strchr(stop, *l->at) == NULL)
        l->at++;
    size_t n = (size_t)(l->at - *at);
    while (n > 0 && ((*at)[n - 1] == ' ' || (*at)[n - 1] == '\t'))
        n--;
    return n;
}
