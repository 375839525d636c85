/* Attributes, and what is written around a name: `*name[2][3]`, `(*name)(int)`. */
#include "core/type/parse_private.h"

#include <string.h>

/* ---- attributes ---- */

/* Skips what is between parentheses; the opening one is the current token. */
static bool skip_parentheses(struct parser *p)
{
    int depth = 0;
    do {
        if (p->l.tok.kind == TOKEN_END)
            return lex_fail_here(&p->l, "a ( without its )");
        depth += lex_is(&p->l, '(') ? 1 : lex_is(&p->l, ')') ? -1 : 0;
        lex_next(&p->l);
    } while (depth > 0);
    return !p->l.failed;
}

static bool set_align(struct parser *p, struct parse_attributes *a, int64_t n)
{
    if (n < 0 || n > 1 << 28 || (n & (n - 1)) != 0)
        return lex_fail(&p->l, "an alignment must be a power of two");
    if ((uint32_t)n > a->align)
        a->align = (uint32_t)n;
    return true;
}

/* One word of an attribute, which may have underlines around it. */
static bool word_is(const struct token *tok, const char *word)
{
    size_t n = tok->n;
    const char *at = tok->at;
    if (n > 4 && memcmp(at, "__", 2) == 0 && memcmp(at + n - 2, "__", 2) == 0) {
        at += 2;
        n -= 4;
    }
    return tok->kind == TOKEN_NAME && strlen(word) == n && memcmp(word, at, n) == 0;
}

static bool one_attribute(struct parser *p, struct parse_attributes *a)
{
    static const char *const other[] = {"vector_size", "mode", "ms_struct", "gcc_struct",
                                        "scalar_storage_order"};
    int64_t n = 16;
    struct token word = p->l.tok;
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        if (word_is(&word, other[i]))
            return lex_fail_here(&p->l, "an attribute that is not understood");
    lex_next(&p->l);
    if (word_is(&word, "packed"))
        a->packed = true;
    if (!word_is(&word, "aligned") && !word_is(&word, "align"))
        return !lex_is(&p->l, '(') || skip_parentheses(p);
    if (lex_take(&p->l, '(') && (!lex_expression(&p->l, &n) || !lex_want(&p->l, ')')))
        return false;
    return set_align(p, a, n);
}

/* `__attribute__((a, b(c)))`, `__declspec(a b)`. */
static bool attribute_list(struct parser *p, struct parse_attributes *a, bool twice)
{
    lex_next(&p->l);
    if (!lex_want(&p->l, '(') || (twice && !lex_want(&p->l, '(')))
        return false;
    while (!lex_is(&p->l, ')')) {
        if (p->l.tok.kind != TOKEN_NAME && !lex_is(&p->l, ','))
            return lex_fail_here(&p->l, "not an attribute");
        if (!lex_take(&p->l, ',') && !one_attribute(p, a))
            return false;
    }
    lex_next(&p->l);
    return !twice || lex_want(&p->l, ')');
}

static bool align_as(struct parser *p, struct parse_attributes *a)
{
    int64_t n = 0;
    lex_next(&p->l);
    if (!lex_want(&p->l, '('))
        return false;
    if (parse_is_type(p)) {
        struct parse_specifiers s;
        struct parse_declarator d;
        if (!parse_specifiers(p, &s) || !parse_declarator(p, s.type, &d))
            return false;
        n = types_align(p->t, d.type);
    } else if (!lex_expression(&p->l, &n)) {
        return false;
    }
    return lex_want(&p->l, ')') && set_align(p, a, n);
}

bool parse_attributes(struct parser *p, struct parse_attributes *a)
{
    struct lexer *l = &p->l;
    for (;;) {
        if (lex_is_name(l, "__attribute__") || lex_is_name(l, "__attribute")) {
            if (!attribute_list(p, a, true))
                return false;
        } else if (lex_is_name(l, "__declspec")) {
            if (!attribute_list(p, a, false))
                return false;
        } else if (lex_is_name(l, "_Alignas") || lex_is_name(l, "alignas")) {
            if (!align_as(p, a))
                return false;
        } else if (lex_is_name(l, "__asm__") || lex_is_name(l, "asm")) {
            return lex_fail_here(l, "not a plain declaration");
        } else {
            return !l->failed;
        }
    }
}

/* ---- declarators ---- */

/* What is written around the name, from the name outwards: a pointer, an array or a function. */
struct around {
    char what; /* * [ ( */
    bool unbounded;
    uint64_t length;
};

struct arounds {
    struct around row[PARSE_DEPTH_MAX];
    int count;
};

static bool add_around(struct parser *p, struct arounds *a, char what)
{
    if (a->count == PARSE_DEPTH_MAX)
        return lex_fail(&p->l, "a declaration that is nested too deeply");
    a->row[a->count++] = (struct around){.what = what};
    return true;
}

/* `[N]`, `[]`: the bracket is the current token. */
static bool array_around(struct parser *p, struct arounds *a)
{
    int64_t n = 0;
    lex_next(&p->l);
    if (!add_around(p, a, '['))
        return false;
    struct around *row = &a->row[a->count - 1];
    while (lex_take_name(&p->l, "static") || lex_take_name(&p->l, "const") ||
           lex_take_name(&p->l, "restrict"))
        ;
    row->unbounded = lex_is(&p->l, ']');
    if (!row->unbounded && !lex_expression(&p->l, &n))
        return false;
    if (n < 0)
        return lex_fail(&p->l, "an array of less than nothing (%lld)", (long long)n);
    row->length = (uint64_t)n;
    return lex_want(&p->l, ']');
}

static bool is_qualifier(const struct lexer *l)
{
    static const char *const words[] = {"const",        "volatile", "restrict", "__restrict",
                                        "__restrict__", "_Atomic",  "__const",  "__volatile__",
                                        "__ptr64",      "__cdecl",  "__stdcall"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (lex_is_name(l, words[i]))
            return true;
    return false;
}

static bool around_name(struct parser *p, struct parse_declarator *d, struct arounds *a)
{
    int stars = 0;
    if (++p->depth > PARSE_DEPTH_MAX)
        return lex_fail(&p->l, "a declaration that is nested too deeply");
    if (!parse_attributes(p, &d->attributes))
        return false;
    for (;; stars += lex_is(&p->l, '*'), lex_next(&p->l))
        if (!lex_is(&p->l, '*') && !is_qualifier(&p->l))
            break;
    if (!parse_attributes(p, &d->attributes))
        return false;
    if (p->l.tok.kind == TOKEN_NAME && d->name == NULL && !parse_is_keyword(p)) {
        d->name = p->l.tok.at;
        d->name_n = p->l.tok.n;
        lex_next(&p->l);
    } else if (lex_take(&p->l, '(')) {
        if (!around_name(p, d, a) || !lex_want(&p->l, ')'))
            return false;
    }
    while (lex_is(&p->l, '[') || lex_is(&p->l, '(')) {
        if (lex_is(&p->l, '[')) {
            if (!array_around(p, a))
                return false;
        } else if (!add_around(p, a, '(') || !skip_parentheses(p)) {
            return false;
        }
    }
    for (; stars > 0; stars--)
        if (!add_around(p, a, '*'))
            return false;
    p->depth--;
    return parse_attributes(p, &d->attributes);
}

bool parse_declarator(struct parser *p, type_id base, struct parse_declarator *d)
{
    struct arounds a = {.count = 0};
    *d = (struct parse_declarator){.type = base};
    if (!around_name(p, d, &a))
        return false;
    d->direct = a.count == 0;
    while (a.count-- > 0) {
        const struct around *row = &a.row[a.count];
        const char *why = NULL;
        struct type function = {.kind = TYPE_FUNCTION, .align = 1};
        d->type = row->what == '*' ? types_pointer(p->t, d->type)
                  : row->what == '('
                      ? types_add(p->t, &function)
                      : types_array(p->t, d->type, row->length, row->unbounded, &why);
        if (d->type == 0)
            return why != NULL ? lex_fail(&p->l, "%s", why) : parse_too_many(p);
    }
    return true;
}
