/* Constant expressions of whole numbers, by precedence climbing. Arithmetic is that of int64_t, and
 * what leaves it is an error. */
#include "core/type/lex.h"

#include <string.h>

enum { DEPTH_MAX = 64 };

struct expression {
    struct lexer *l;
    int depth;
};

static bool conditional(struct expression *e, int64_t *v);
static bool unary(struct expression *e, int64_t *v);

static int level(unsigned punct)
{
    switch (punct) {
    case '*':
    case '/':
    case '%':
        return 10;
    case '+':
    case '-':
        return 9;
    case PUNCT2('<', '<'):
    case PUNCT2('>', '>'):
        return 8;
    case '<':
    case '>':
    case PUNCT2('<', '='):
    case PUNCT2('>', '='):
        return 7;
    case PUNCT2('=', '='):
    case PUNCT2('!', '='):
        return 6;
    case '&':
        return 5;
    case '^':
        return 4;
    case '|':
        return 3;
    case PUNCT2('&', '&'):
        return 2;
    case PUNCT2('|', '|'):
        return 1;
    default:
        return 0;
    }
}

static bool shift(struct lexer *l, bool left, int64_t a, int64_t b, int64_t *v)
{
    if (b < 0 || b > 63)
        return lex_fail(l, "a shift by less than 0 or more than 63 bits");
    *v = left ? (int64_t)((uint64_t)a << b) : (int64_t)((uint64_t)a >> b);
    return true;
}

/* *, /, %, + and -: false where the result is no int64_t. */
static bool arithmetic(struct lexer *l, unsigned op, int64_t a, int64_t b, int64_t *v)
{
    bool over = false;
    if ((op == '/' || op == '%') && (b == 0 || (a == INT64_MIN && b == -1)))
        return lex_fail(l, "a division by zero");
    if (op == '/')
        *v = a / b;
    else if (op == '%')
        *v = a % b;
    else
        over = op == '*'   ? __builtin_mul_overflow(a, b, v)
               : op == '+' ? __builtin_add_overflow(a, b, v)
                           : __builtin_sub_overflow(a, b, v);
    return !over || lex_fail(l, "a number of more than 64 bits");
}

static bool apply(struct lexer *l, unsigned op, int64_t a, int64_t b, int64_t *v)
{
    switch (op) {
    case PUNCT2('<', '<'):
    case PUNCT2('>', '>'):
        return shift(l, op == PUNCT2('<', '<'), a, b, v);
    case '<':
        *v = a < b;
        return true;
    case '>':
        *v = a > b;
        return true;
    case PUNCT2('<', '='):
        *v = a <= b;
        return true;
    case PUNCT2('>', '='):
        *v = a >= b;
        return true;
    case PUNCT2('=', '='):
        *v = a == b;
        return true;
    case PUNCT2('!', '='):
        *v = a != b;
        return true;
    case '&':
        *v = a & b;
        return true;
    case '^':
        *v = a ^ b;
        return true;
    case '|':
        *v = a | b;
        return true;
    case PUNCT2('&', '&'):
        *v = a != 0 && b != 0;
        return true;
    case PUNCT2('|', '|'):
        *v = a != 0 || b != 0;
        return true;
    default:
        return arithmetic(l, op, a, b, v);
    }
}

static void step_over(struct lexer *l, const char *any)
{
    while (l->at < l->end && *l->at != '\0' && strchr(any, *l->at) != NULL)
        l->at++;
}

/* `defined NAME`, `defined(NAME)`: its name is not replaced. */
static bool defined(struct lexer *l, int64_t *v)
{
    static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
    step_over(l, " \t");
    bool open = l->at < l->end && *l->at == '(';
    l->at += open;
    step_over(l, " \t");
    const char *at = l->at;
    step_over(l, name);
    *v = lex_macro_find(l, at, (size_t)(l->at - at)) != NULL;
    lex_next(l);
    return !l->failed && (!open || lex_want(l, ')'));
}

static bool primary(struct expression *e, int64_t *v)
{
    struct lexer *l = e->l;
    if (l->tok.kind == TOKEN_NUMBER) {
        *v = l->tok.value;
        lex_next(l);
        return !l->failed;
    }
    if (lex_take(l, '(')) {
        bool cast = l->is_type != NULL && !l->directive && l->is_type(l->ctx);
        if (cast) /* `(size_t)1`: the type and its parenthesis, then the value */
            return l->size_of(l->ctx, v) && unary(e, v);
        return conditional(e, v) && lex_want(l, ')');
    }
    if (l->tok.kind != TOKEN_NAME)
        return lex_fail_here(l, "a number is expected here");
    if (l->directive && lex_is_name(l, "defined"))
        return defined(l, v);
    if (l->directive) {
        *v = 0;
        lex_next(l);
        return !l->failed;
    }
    if (lex_take_name(l, "sizeof"))
        return lex_want(l, '(') && l->size_of != NULL && l->size_of(l->ctx, v);
    if (l->resolve == NULL || !l->resolve(l->ctx, l->tok.at, l->tok.n, v))
        return lex_fail_here(l, "not a number that is known");
    lex_next(l);
    return !l->failed;
}

static bool unary(struct expression *e, int64_t *v)
{
    struct lexer *l = e->l;
    unsigned op = l->tok.kind == TOKEN_PUNCT ? l->tok.punct : 0;
    if (e->depth >= DEPTH_MAX)
        return lex_fail(l, "an expression that is nested too deeply");
    e->depth++;
    bool good;
    if (op == '-' || op == '~' || op == '!' || op == '+') {
        lex_next(l);
        good = unary(e, v);
        if (good && op == '-')
            good = arithmetic(l, '-', 0, *v, v);
        else if (good && op == '~')
            *v = ~*v;
        else if (good && op == '!')
            *v = *v == 0;
    } else {
        good = primary(e, v);
    }
    e->depth--;
    return good;
}

static bool binary(struct expression *e, int lowest, int64_t *v)
{
    struct lexer *l = e->l;
    if (!unary(e, v))
        return false;
    for (;;) {
        unsigned op = l->tok.kind == TOKEN_PUNCT ? l->tok.punct : 0;
        int64_t right = 0;
        if (level(op) == 0 || level(op) < lowest)
            return true;
        lex_next(l);
        if (!binary(e, level(op) + 1, &right) || !apply(l, op, *v, right, v))
            return false;
    }
}

static bool conditional(struct expression *e, int64_t *v)
{
    int64_t yes = 0, no = 0;
    if (!binary(e, 1, v))
        return false;
    if (!lex_is(e->l, '?'))
        return true;
    if (e->depth >= DEPTH_MAX)
        return lex_fail(e->l, "an expression that is nested too deeply");
    e->depth++;
    lex_next(e->l);
    bool good = conditional(e, &yes) && lex_want(e->l, ':') && conditional(e, &no);
    e->depth--;
    *v = *v != 0 ? yes : no;
    return good;
}

bool lex_expression(struct lexer *l, int64_t *value)
{
    struct expression e = {.l = l};
    return conditional(&e, value) && !l->failed;
}
