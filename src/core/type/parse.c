#include "core/type/parse_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the words of a type ---- */

enum word {
    WORD_SIGNED = 1,
    WORD_UNSIGNED = 1 << 1,
    WORD_CHAR = 1 << 2,
    WORD_SHORT = 1 << 3,
    WORD_INT = 1 << 4,
    WORD_LONG = 1 << 5,
    WORD_LLONG = 1 << 6,
    WORD_FLOAT = 1 << 7,
    WORD_DOUBLE = 1 << 8,
    WORD_BOOL = 1 << 9,
    WORD_VOID = 1 << 10,
    WORD_INT128 = 1 << 11,
};

static const struct {
    const char *name;
    unsigned word;
} words[] = {
    {"signed", WORD_SIGNED},   {"__signed__", WORD_SIGNED}, {"unsigned", WORD_UNSIGNED},
    {"char", WORD_CHAR},       {"short", WORD_SHORT},       {"int", WORD_INT},
    {"long", WORD_LONG},       {"float", WORD_FLOAT},       {"double", WORD_DOUBLE},
    {"_Bool", WORD_BOOL},      {"bool", WORD_BOOL},         {"void", WORD_VOID},
    {"__int128", WORD_INT128}, {"__int128_t", WORD_INT128}, {"__int64", WORD_LLONG},
    {"__int32", WORD_INT},     {"__int16", WORD_SHORT},     {"__int8", WORD_CHAR},
};

static const char *const qualifiers[] = {
    "const",        "volatile",      "restrict",  "__restrict",    "__restrict__",
    "__const",      "register",      "static",    "extern",        "inline",
    "__inline",     "__inline__",    "_Noreturn", "__extension__", "auto",
    "__volatile__", "_Thread_local", "__thread",  "constexpr",     "mutable",
};

static unsigned word_here(const struct lexer *l)
{
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (lex_is_name(l, words[i].name))
            return words[i].word;
    return 0;
}

static bool qualifier_here(const struct lexer *l)
{
    for (size_t i = 0; i < sizeof qualifiers / sizeof qualifiers[0]; i++)
        if (lex_is_name(l, qualifiers[i]))
            return true;
    return false;
}

/* The scalar that a set of words is; false: none. */
static bool scalar_of(unsigned set, type_id *id)
{
    static const struct {
        unsigned set;
        enum abi_scalar scalar;
    } rows[] = {
        {WORD_CHAR, ABI_CHAR},
        {WORD_CHAR | WORD_SIGNED, ABI_SCHAR},
        {WORD_CHAR | WORD_UNSIGNED, ABI_UCHAR},
        {WORD_SHORT, ABI_SHORT},
        {WORD_SHORT | WORD_UNSIGNED, ABI_USHORT},
        {WORD_INT, ABI_INT},
        {WORD_INT | WORD_UNSIGNED, ABI_UINT},
        {WORD_LONG, ABI_LONG},
        {WORD_LONG | WORD_UNSIGNED, ABI_ULONG},
        {WORD_LLONG, ABI_LLONG},
        {WORD_LLONG | WORD_UNSIGNED, ABI_ULLONG},
        {WORD_FLOAT, ABI_FLOAT},
        {WORD_DOUBLE, ABI_DOUBLE},
        {WORD_DOUBLE | WORD_LONG, ABI_LDOUBLE},
        {WORD_BOOL, ABI_BOOL},
        {WORD_INT128, ABI_INT128},
        {WORD_INT128 | WORD_UNSIGNED, ABI_UINT128},
    };
    *id = 0;
    if (set == WORD_VOID)
        return true;
    if (set == WORD_SIGNED || set == WORD_UNSIGNED)
        set |= WORD_INT;
    if ((set & (WORD_SHORT | WORD_LONG | WORD_LLONG)) != 0)
        set &= ~(unsigned)WORD_INT;
    if ((set & WORD_CHAR) == 0)
        set &= ~(unsigned)WORD_SIGNED;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].set == set) {
            *id = types_scalar(rows[i].scalar);
            return true;
        }
    return false;
}

/* A typedef that is the current token; 0: none. */
static type_id typedef_here(const struct parser *p)
{
    char name[TYPE_NAME_MAX + 1];
    if (p->l.tok.kind != TOKEN_NAME || p->l.tok.n > TYPE_NAME_MAX)
        return 0;
    memcpy(name, p->l.tok.at, p->l.tok.n);
    name[p->l.tok.n] = '\0';
    return types_lookup(p->t, SPACE_TYPEDEF, types_known(p->t, name));
}

bool parse_is_keyword(const struct parser *p)
{
    const struct lexer *l = &p->l;
    return word_here(l) != 0 || qualifier_here(l) || lex_is_name(l, "struct") ||
           lex_is_name(l, "union") || lex_is_name(l, "enum") || lex_is_name(l, "_Atomic") ||
           lex_is_name(l, "typedef");
}

bool parse_is_type(const struct parser *p)
{
    return parse_is_keyword(p) || typedef_here(p) != 0;
}

/* `_Atomic`, or `_Atomic(TYPE)`. */
static bool atomic(struct parser *p, struct parse_specifiers *s, bool *typed)
{
    struct parse_specifiers inner;
    struct parse_declarator d;
    lex_next(&p->l);
    if (!lex_is(&p->l, '('))
        return true;
    lex_next(&p->l);
    if (++p->depth > PARSE_DEPTH_MAX)
        return lex_fail(&p->l, "a declaration that is nested too deeply");
    if (!parse_specifiers(p, &inner) || !parse_declarator(p, inner.type, &d) ||
        !lex_want(&p->l, ')'))
        return false;
    p->depth--;
    s->type = d.type;
    *typed = true;
    return true;
}

/* A word that is no qualifier. *typed: the type is known. False and no error: it is not part of a
 * type.
 */
static bool type_word(struct parser *p, struct parse_specifiers *s, unsigned *set, bool *typed)
{
    unsigned word = word_here(&p->l);
    type_id known = 0;
    if (word != 0 && !*typed) {
        if (word == WORD_LONG && (*set & WORD_LONG) != 0)
            *set ^= WORD_LONG | WORD_LLONG;
        else
            *set |= word;
        lex_next(&p->l);
        return true;
    }
    if (*typed || *set != 0)
        return false;
    *typed = true;
    if (lex_is_name(&p->l, "struct") || lex_is_name(&p->l, "union"))
        return parse_record(p, lex_is_name(&p->l, "union"), s);
    if (lex_is_name(&p->l, "enum"))
        return parse_enum(p, s);
    known = typedef_here(p);
    if (known == 0) {
        *typed = false;
        return false;
    }
    s->type = known;
    lex_next(&p->l);
    return true;
}

bool parse_specifiers(struct parser *p, struct parse_specifiers *s)
{
    unsigned set = 0;
    bool typed = false;
    *s = (struct parse_specifiers){0};
    for (;;) {
        if (!parse_attributes(p, &s->attributes))
            return false;
        if (p->l.tok.kind != TOKEN_NAME)
            break;
        if (lex_take_name(&p->l, "typedef")) {
            s->is_typedef = true;
        } else if (qualifier_here(&p->l)) {
            lex_next(&p->l);
        } else if (lex_is_name(&p->l, "_Atomic")) {
            if (!atomic(p, s, &typed))
                return false;
        } else if (!type_word(p, s, &set, &typed)) {
            break;
        }
    }
    if (p->l.failed)
        return false;
    if (!typed && set == 0)
        return lex_fail_here(&p->l, p->l.tok.kind == TOKEN_NAME ? "not a type that is known"
                                                                : "not a plain declaration");
    if (!typed && !scalar_of(set, &s->type))
        return lex_fail_here(&p->l, "words that are no type together come before it");
    return true;
}

/* ---- expressions ---- */

static bool resolve(void *ctx, const char *name, size_t n, int64_t *value)
{
    struct parser *p = ctx;
    return types_constant(p->t, types_intern(p->t, name, n), value);
}

/* A type and its closing parenthesis. */
static bool size_of(void *ctx, int64_t *value)
{
    struct parser *p = ctx;
    struct parse_specifiers s;
    struct parse_declarator d;
    if (++p->depth > PARSE_DEPTH_MAX)
        return lex_fail(&p->l, "an expression that is nested too deeply");
    if (!parse_specifiers(p, &s) || !parse_declarator(p, s.type, &d) || !lex_want(&p->l, ')'))
        return false;
    p->depth--;
    *value = (int64_t)types_size(p->t, d.type);
    return true;
}

static bool is_type(void *ctx)
{
    return parse_is_type(ctx);
}

/* ---- declarations outside of all braces ---- */

/* Two types that are written alike are the same one. */
static bool same(const struct types *t, type_id a, type_id b)
{
    char x[256], y[256];
    size_t n = types_spell(t, types_real(t, a), x, sizeof x);
    return types_real(t, a) == types_real(t, b) ||
           (n == types_spell(t, types_real(t, b), y, sizeof y) && strcmp(x, y) == 0);
}

static bool define_typedef(struct parser *p, const struct parse_specifiers *s,
                           const struct parse_declarator *d)
{
    struct types *t = p->t;
    type_name name = types_intern(t, d->name, d->name_n);
    type_id known = types_lookup(t, SPACE_TYPEDEF, name), id = d->type;
    uint32_t align =
        s->attributes.align > d->attributes.align ? s->attributes.align : d->attributes.align;
    if (known != 0 && types_declared(t, known))
        return same(t, known, id) ||
               lex_fail(&p->l, "typedef %s means two things", types_name(t, name));
    struct type *type = types_edit(t, id);
    bool nameless = d->direct && s->opened && type->name == 0 && align == 0;
    if (nameless)
        type->name = name;
    if (!nameless) {
        struct type alias = {.kind = TYPE_ALIAS, .name = name, .target = id, .align = align};
        id = types_add(t, &alias);
    }
    return (id != 0 && types_define(t, SPACE_TYPEDEF, name, id)) || parse_too_many(p);
}

static bool declaration(struct parser *p)
{
    struct parse_specifiers s;
    struct parse_declarator d;
    if (!parse_specifiers(p, &s))
        return false;
    if (lex_take(&p->l, ';'))
        return true;
    do {
        if (!parse_declarator(p, s.type, &d))
            return false;
        if (d.name == NULL)
            return lex_fail_here(&p->l, "a name is expected here");
        if (s.is_typedef && !define_typedef(p, &s, &d))
            return false;
    } while (lex_take(&p->l, ','));
    if (lex_is(&p->l, '{') || lex_is(&p->l, '='))
        return lex_fail_here(&p->l, "bodies and values are no plain declarations");
    return lex_want(&p->l, ';');
}

/* `_Static_assert(...);` says nothing new. */
static bool assertion(struct parser *p)
{
    while (p->l.tok.kind != TOKEN_END && !lex_is(&p->l, ';'))
        lex_next(&p->l);
    return lex_want(&p->l, ';');
}

static bool abi_line(struct parser *p)
{
    const char *at;
    struct type_abi abi;
    char name[32];
    size_t n = lex_raw(&p->l, "/", &at);
    if (n > 7 && n < 20 && memcmp(at, "packed ", 7) == 0)
        n = (size_t)snprintf(name, sizeof name, "packed%.*s", (int)(n - 7), at + 7);
    else
        n = (size_t)snprintf(name, sizeof name, "%.*s", (int)(n < 20 ? n : 20), at);
    if (!type_abi_find(name, n, &abi))
        return lex_fail(&p->l, "abi: x86_64 (lp64), i386 (ilp32), win64 (llp64) or packed N is "
                               "expected");
    if (!p->t->fixed) {
        if (p->t->type.count > p->t->own || p->lines.count > 0)
            return lex_fail(&p->l, "abi must come before the first declaration");
        const char *before = types_abi(p->t)->macros;
        if (!types_reset(p->t, &abi) || !lex_system(&p->l, before, abi.macros))
            return parse_too_many(p);
    }
    lex_next(&p->l);
    return true;
}

/* A line of a layout file that must wait until all types are known. */
static bool put_off(struct parser *p, bool place)
{
    struct parse_line line = {.line = p->l.line, .place = place};
    size_t n = lex_raw(&p->l, "", &line.at);
    line.end = line.at + n;
    if (!type_array_room(&p->lines, sizeof line, 1, LINES_MAX))
        return parse_too_many(p);
    ((struct parse_line *)p->lines.at)[p->lines.count++] = line;
    lex_next(&p->l);
    return true;
}

static bool outside(struct parser *p)
{
    struct lexer *l = &p->l;
    bool line = l->tok.first && l->inputs == 0 && typedef_here(p) == 0;
    if (line && (lex_is_name(l, "at") || lex_is_name(l, "for")))
        return put_off(p, lex_is_name(l, "at"));
    if (line && lex_is_name(l, "abi"))
        return abi_line(p);
    if (lex_take(l, ';'))
        return true;
    if (lex_is_name(l, "_Static_assert") || lex_is_name(l, "static_assert"))
        return assertion(p);
    return declaration(p);
}

bool types_parse(struct types *t, const char *file, const char *text, size_t n,
                 char why[TYPE_WHY_MAX])
{
    struct parser p = {.t = t};
    if (n > TYPE_FILE_MAX) {
        (void)snprintf(why, TYPE_WHY_MAX, "%s:1: larger than 16 MiB", file);
        return false;
    }
    bool good = lex_open(&p.l, file, text, n, &t->abi, why);
    p.l.resolve = resolve;
    p.l.size_of = size_of;
    p.l.is_type = is_type;
    p.l.ctx = &p;
    while (good && p.l.tok.kind != TOKEN_END)
        good = outside(&p);
    good = good && !p.l.failed && parse_lines(&p);
    lex_close(&p.l);
    free(p.fields.at);
    free(p.values.at);
    free(p.lines.at);
    return good && !p.l.failed;
}

/* What stdint.h, stddef.h, sys/types.h, pthread.h and semaphore.h of glibc say, and short names
 * that many programs use. */
static const char common[] =
    "typedef signed char int8_t; typedef short int16_t; typedef int int32_t;\n"
    "typedef unsigned char uint8_t; typedef unsigned short uint16_t; typedef unsigned uint32_t;\n"
    "#ifdef __LP64__\n"
    "typedef long int64_t, intptr_t, intmax_t, ptrdiff_t, ssize_t, time_t, off_t, off64_t;\n"
    "typedef unsigned long uint64_t, uintptr_t, uintmax_t, size_t, ino_t, dev_t;\n"
    "#elif defined(_WIN64)\n"
    "typedef long long int64_t, intptr_t, intmax_t, ptrdiff_t, ssize_t, time_t, off64_t;\n"
    "typedef unsigned long long uint64_t, uintptr_t, uintmax_t, size_t;\n"
    "typedef long off_t;\n"
    "#else\n"
    "typedef long long int64_t, intmax_t, off64_t; typedef unsigned long long uint64_t, "
    "uintmax_t;\n"
    "typedef int intptr_t, ptrdiff_t, ssize_t; typedef long time_t, off_t;\n"
    "typedef unsigned uintptr_t, size_t; typedef unsigned long ino_t; typedef uint64_t dev_t;\n"
    "#endif\n"
    "typedef int pid_t, wint_t, sig_atomic_t; typedef unsigned uid_t, gid_t, mode_t, id_t;\n"
    "typedef unsigned char uchar; typedef unsigned short ushort; typedef unsigned uint;\n"
    "typedef int8_t i8, s8, int_least8_t; typedef uint8_t u8, uint_least8_t, char8_t;\n"
    "typedef int16_t i16, s16, int_least16_t; typedef uint16_t u16, uint_least16_t;\n"
    "typedef int32_t i32, s32, int_least32_t; typedef uint32_t u32, uint_least32_t;\n"
    "typedef int64_t i64, s64, int_least64_t; typedef uint64_t u64, uint_least64_t;\n"
    "typedef float f32; typedef double f64;\n"
    "#ifdef _WIN32\n"
    "typedef unsigned char BYTE, UCHAR, BOOLEAN; typedef char CHAR; typedef wchar_t WCHAR;\n"
    "typedef short SHORT; typedef unsigned short WORD, USHORT; typedef int INT, BOOL;\n"
    "typedef long LONG; typedef unsigned long DWORD, ULONG; typedef unsigned UINT;\n"
    "typedef long long LONGLONG, LONG64; typedef unsigned long long ULONGLONG, DWORD64, ULONG64;\n"
    "typedef float FLOAT; typedef double DOUBLE; typedef void *HANDLE;\n"
    "typedef intptr_t pthread_mutex_t, pthread_cond_t, pthread_rwlock_t;\n" /* winpthreads */
    "typedef void *pthread_barrier_t, *sem_t;\n"
    "#else\n"
    "struct timespec { time_t tv_sec; long tv_nsec; };\n"
    "struct timeval { time_t tv_sec; long tv_usec; };\n"
    "#ifdef __LP64__\n"
    "typedef struct { int lock; unsigned count; int owner; unsigned nusers; int kind; short "
    "spins,\n"
    "    elision; void *prev, *next; } pthread_mutex_t;\n"
    "typedef struct { unsigned value, waiters; int shared; unsigned char rest[20]; } "
    "__attribute__(\n"
    "    (aligned(8))) sem_t;\n"
    "typedef struct { unsigned char bytes[48]; } __attribute__((aligned(8))) pthread_cond_t;\n"
    "typedef struct { unsigned char bytes[56]; } __attribute__((aligned(8))) pthread_rwlock_t;\n"
    "typedef struct { unsigned char bytes[32]; } __attribute__((aligned(8))) pthread_barrier_t;\n"
    "#else\n"
    "typedef struct { int lock; unsigned count; int owner; int kind; unsigned nusers; unsigned "
    "char\n"
    "    rest[4]; } pthread_mutex_t;\n"
    "typedef struct { unsigned char bytes[16]; } __attribute__((aligned(4))) sem_t;\n"
    "typedef struct { unsigned char bytes[48]; } __attribute__((aligned(4))) pthread_cond_t;\n"
    "typedef struct { unsigned char bytes[32]; } __attribute__((aligned(4))) pthread_rwlock_t;\n"
    "typedef struct { unsigned char bytes[20]; } __attribute__((aligned(4))) pthread_barrier_t;\n"
    "#endif\n"
    "typedef volatile int pthread_spinlock_t; typedef unsigned long pthread_t;\n"
    "#endif\n";

bool types_parse_common(struct types *t, char why[TYPE_WHY_MAX])
{
    uint32_t pack = t->abi.pack;
    t->abi.pack = 0; /* these were compiled elsewhere */
    bool good = types_parse(t, "common", common, sizeof common - 1, why);
    t->abi.pack = pack;
    return good;
}
