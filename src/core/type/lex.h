/* Tokens of C text, with the preprocessing that declarations need. Only for the parser.
 *
 * The text is copied once, with each line continuation turned into white space that is no newline;
 * tokens point into the copy. A name that is a macro is replaced by reading its body next: bodies
 * are a stack of inputs, at most LEX_DEPTH high, and the number of replacements in a file is
 * limited, so that nested macros cannot multiply without end. `#if` and its kin switch reading off
 * and on; a line that is off is skipped without being split into tokens. */
#ifndef SHMLENS_CORE_TYPE_LEX_H
#define SHMLENS_CORE_TYPE_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "attributes.h"
#include "core/type/type.h"

enum { LEX_DEPTH = 32, LEX_CONDITIONS = 64, LEX_PACKS = 64, LEX_MACROS_MAX = 1 << 16 };

enum token_kind { TOKEN_END, TOKEN_NAME, TOKEN_NUMBER, TOKEN_STRING, TOKEN_PUNCT };

struct token {
    enum token_kind kind;
    const char *at; /* in the text; of a string without its quotes */
    size_t n;
    int64_t value;  /* of a number or a character */
    unsigned punct; /* its characters, the first one in the highest byte in use */
    bool first;     /* on its line */
};

/* Punctuators of two and three characters. */
#define PUNCT2(a, b) ((unsigned)(a) << 8 | (unsigned)(b))

struct lex_macro {
    const char *name, *body;
    size_t name_n, body_n;
    bool arguments; /* takes some: cannot be used */
    bool gone;      /* #undef */
};

struct lexer {
    const char *file;
    char *why; /* TYPE_WHY_MAX bytes */
    bool failed;
    char *copy;
    const char *at, *end;
    uint32_t line;
    bool fresh;     /* nothing but white space since the start of the line */
    bool directive; /* inside of #if: the line's end is the end */
    struct token tok;

    struct {
        const char *at, *end;
        const struct lex_macro *macro;
    } input[LEX_DEPTH]; /* what is read after the body of a macro */
    int inputs;
    uint32_t replaced;
    const struct lex_macro *macro; /* whose body is being read */

    struct lex_macro *macros; /* an open-addressed table */
    uint32_t macros_room, macros_used;

    struct {
        bool on, taken, last; /* this part is read; one was; #else was there */
    } condition[LEX_CONDITIONS];
    int conditions;

    uint32_t pack, packs[LEX_PACKS]; /* of #pragma pack; 0: none */
    int packs_count;

    /* What a name in an expression means, and `sizeof` with its parenthesis next. */
    bool (*resolve)(void *ctx, const char *name, size_t n, int64_t *value);
    bool (*size_of)(void *ctx, int64_t *value);
    bool (*is_type)(void *ctx);
    void *ctx;
};

/* Starts at the first token, with the ABI's macros defined. */
MUST_USE bool lex_open(struct lexer *l, const char *file, const char *text, size_t n,
                       const struct type_abi *abi, char why[TYPE_WHY_MAX]);
void lex_close(struct lexer *l);

/* Another ABI's macros in place of those that are defined. */
MUST_USE bool lex_system(struct lexer *l, const char *before, const char *now);

/* Starts again with a part of the text: one line, whose end is the end. */
void lex_again(struct lexer *l, const char *at, const char *end, uint32_t line);

void lex_next(struct lexer *l); /* l->tok becomes the next token */

/* The first error counts: `FILE:LINE: what`. All that follows is TOKEN_END. Returns false. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
bool lex_fail(struct lexer *l, const char *format, ...);

/* The current token as the subject of an error: `NAME: what`. */
bool lex_fail_here(struct lexer *l, const char *what);

bool lex_is(const struct lexer *l, unsigned punct);

/* Asked of each token about each of the words that C has: most differ in the first
 * character. */
static inline bool lex_is_name(const struct lexer *l, const char *name)
{
    return l->tok.kind == TOKEN_NAME && *l->tok.at == *name && strlen(name) == l->tok.n &&
           memcmp(name, l->tok.at, l->tok.n) == 0;
}

bool lex_take(struct lexer *l, unsigned punct); /* moves on when it is there */
bool lex_take_name(struct lexer *l, const char *name);
bool lex_want(struct lexer *l, unsigned punct); /* an error when it is not */

/* Characters after the current token as they are, up to one of `stop` or the end of the line,
 * without the blanks around them. The current token stays. */
size_t lex_raw(struct lexer *l, const char *stop, const char **at);

/* A constant expression of whole numbers, from the current token on. */
MUST_USE bool lex_expression(struct lexer *l, int64_t *value);

/* ---- lex_directive.c ---- */

void lex_directive(struct lexer *l); /* a # was read as the first of its line */
const struct lex_macro *lex_macro_find(const struct lexer *l, const char *name, size_t n);
MUST_USE bool lex_define(struct lexer *l, const struct lex_macro *macro);
bool lex_skip_blanks(struct lexer *l); /* and comments; false: at the end of the input */

#endif
