/* Declarations: what they mean, and what is refused in words. */
#include <stdio.h>
#include <stdlib.h>

#include "support/typed.h"

/* `offset:size` of a field. */
static void is_at(const struct types *t, const char *type, const char *field, uint64_t offset,
                  uint64_t size)
{
    uint64_t at = 0;
    uint32_t m = types_member_find(t, types_find(t, type), field, &at);
    ck_assert_msg(m != TYPE_NO_MEMBER, "%s.%s", type, field);
    ck_assert_msg(at == offset && types_size(t, types_member(t, m)->type) == size,
                  "%s.%s: %llu:%llu", type, field, (unsigned long long)at,
                  (unsigned long long)types_size(t, types_member(t, m)->type));
}

static void spelled(const struct types *t, const char *type, const char *field,
                    const char *expected)
{
    char text[256];
    uint64_t at;
    uint32_t m = types_member_find(t, types_find(t, type), field, &at);
    ck_assert_uint_ne(m, TYPE_NO_MEMBER);
    (void)types_spell(t, types_member(t, m)->type, text, sizeof text);
    ck_assert_str_eq(text, expected);
}

TEST(a_header)
{
    struct types *t = parsed(
        "#ifndef RING_H\n#define RING_H\n#include <stdint.h>\n#include <pthread.h>\n"
        "#define SLOTS 8\n#define PACKED __attribute__((packed))\n"
        "enum state { RING_NEW, RING_INIT, RING_READY };\n"
        "typedef struct msg { uint16_t kind; uint16_t flags : 3; char text[SLOTS * 2]; } msg_t;\n"
        "struct ring_header {\n"
        "    char magic[8]; uint32_t version; enum state state; // a comment\n"
        "    pthread_mutex_t lock; /* another */ struct { uint64_t head, tail; } cur;\n"
        "    union { double ratio; uint8_t raw[sizeof(double)]; };\n"
        "    float matrix[2][3]; struct ring_header *self; int (*call)(int, char *);\n"
        "    _Atomic uint32_t beat; volatile _Bool closing; msg_t slots[];\n"
        "};\n#endif\n");
    is_at(t, "ring_header", "magic", 0, 8);
    is_at(t, "struct ring_header", "state", 12, 4);
    is_at(t, "ring_header", "lock", 16, 40);
    is_at(t, "ring_header", "cur", 56, 16);
    is_at(t, "ring_header", "raw", 72, 8);
    is_at(t, "ring_header", "matrix", 80, 24);
    is_at(t, "ring_header", "call", 112, 8);
    is_at(t, "ring_header", "beat", 120, 4);
    is_at(t, "ring_header", "slots", 126, 0);
    is_at(t, "msg", "text", 3, 16);
    ck_assert_uint_eq(types_size(t, types_find(t, "ring_header")), 128);
    ck_assert_uint_eq(types_size(t, types_find(t, "msg_t")), 20);
    spelled(t, "ring_header", "matrix", "float[2][3]");
    spelled(t, "ring_header", "self", "struct ring_header *");
    spelled(t, "ring_header", "slots", "msg_t[]");
    spelled(t, "msg_t", "kind", "uint16_t");
    int64_t v = 0;
    ck_assert(types_constant(t, types_known(t, "RING_READY"), &v) && v == 2);
    ck_assert_uint_eq(types_find(t, "union ring_header"), 0);
    ck_assert_uint_ne(types_find(t, "unsigned  int"), 0);
    types_free(t);
}

TEST(systems)
{
    static const char text[] =
        "struct s { char c; long l; double d; void *p; wchar_t w; time_t t; };";
    static const struct {
        const char *abi;
        uint64_t l, d, p, w, t, size;
    } rows[] = {{"x86_64", 8, 16, 24, 32, 40, 48},
                {"i386", 4, 8, 16, 20, 24, 28},
                {"win64", 4, 8, 16, 24, 32, 40},
                {"packed", 1, 9, 17, 25, 29, 37},
                {"packed4", 4, 12, 20, 28, 32, 40}};
    static const uint64_t wide[] = {4, 4, 2, 4, 4}, pointers[] = {8, 4, 8, 8, 8};
    static const uint64_t longs[] = {8, 4, 4, 8, 8}, times[] = {8, 4, 8, 8, 8};
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct types *t = parsed_as(rows[i].abi, text);
        is_at(t, "s", "l", rows[i].l, longs[i]);
        is_at(t, "s", "d", rows[i].d, 8);
        is_at(t, "s", "p", rows[i].p, pointers[i]);
        is_at(t, "s", "w", rows[i].w, wide[i]);
        is_at(t, "s", "t", rows[i].t, times[i]);
        ck_assert_uint_eq(types_size(t, types_find(t, "s")), rows[i].size);
        types_free(t);
    }
    struct types *t = parsed("// mine\nabi ilp32\nstruct s { char c; long l; };\n"
                             "#ifdef __i386__\nstruct is_32 { int a; };\n#endif\n");
    is_at(t, "s", "l", 4, 4);
    ck_assert_uint_ne(types_find(t, "is_32"), 0);
    types_free(t);
    t = parsed("abi packed 2\nstruct s { char c; long l; };\n");
    is_at(t, "s", "l", 2, 8);
    types_free(t);
}

TEST(expressions)
{
    static const struct {
        const char *text;
        unsigned length;
    } rows[] = {{"3", 3},
                {"0x10", 16},
                {"010", 8},
                {"0b101", 5},
                {"1 << 4 | 1", 17},
                {"2 + 3 * 4", 14},
                {"(2 + 3) * 4", 20},
                {"-1 + 3", 2},
                {"~0 & 7", 7},
                {"7 / 2 % 2", 1},
                {"sizeof(int)", 4},
                {"sizeof(struct { char a; long b; })", 16},
                {"sizeof(char *[3])", 24},
                {"B", 7},
                {"N", 24},
                {"'A'", 65},
                {"1 ? 2 : 3", 2},
                {"!0 + (3 > 2) + (1 == 1 && 0 != 1)", 3},
                {"(size_t)4 * 2", 8},
                {"10UL - 4u", 6}};
    for (size_t i = 0; i < COUNT(rows); i++) {
        char text[256];
        (void)snprintf(
            text, sizeof text,
            "#define M 8\n#define N (M * 3)\nenum { A = 6, B };\nstruct s { char a[%s]; };",
            rows[i].text);
        struct types *t = parsed(text);
        is_at(t, "s", "a", 0, rows[i].length);
        types_free(t);
    }
}

TEST(declarators)
{
    struct types *t =
        parsed("struct s { int *a[3]; int (*b)[3]; int (*(*c)(int))[2]; const char *const *d;\n"
               "  int (*e[4])(void); long long unsigned f, *g; struct { int x; } h[2], *i; };\n"
               "typedef int vector[3]; typedef vector *row, matrix[2];\n"
               "struct u { row r; matrix m; }; extern int global; int f(int a, char b[]);\n");
    is_at(t, "s", "a", 0, 24);
    is_at(t, "s", "b", 24, 8);
    is_at(t, "s", "c", 32, 8);
    is_at(t, "s", "d", 40, 8);
    is_at(t, "s", "e", 48, 32);
    is_at(t, "s", "f", 80, 8);
    is_at(t, "s", "g", 88, 8);
    is_at(t, "s", "h", 96, 8);
    is_at(t, "s", "i", 104, 8);
    is_at(t, "u", "m", 8, 24);
    types_free(t);
}

TEST(conditions)
{
    struct types *t =
        parsed("#define V 3\n#if V > 2 && defined(V) && !defined NONE\n#if 0\nno such c;\n"
               "#else\nstruct a { int x; };\n#endif\n#elif 1\nstruct b { int x; };\n#endif\n"
               "#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
               "#define LONG \\\n   int \\\n   y;\nstruct c { LONG };\n");
    ck_assert_uint_ne(types_find(t, "a"), 0);
    ck_assert_uint_eq(types_find(t, "b"), 0);
    is_at(t, "c", "y", 0, 4);
    types_free(t);
}

/* The first error of a text, without `test.h:`. */
static const char *error_of(const char *text)
{
    static char why[TYPE_WHY_MAX];
    struct type_abi abi;
    ck_assert(type_abi_find("x86_64", 6, &abi));
    struct types *t = types_new(&abi, false);
    bool good = types_parse(t, "test.h", text, strlen(text), why);
    types_free(t);
    ck_assert_msg(!good, "no error: %s", text);
    ck_assert_msg(strncmp(why, "test.h:", 7) == 0, "%s", why);
    return why + 7;
}

TEST(errors)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"struct a { int x; }\nstruct b { int y; };", "2: struct: a name is expected here"},
        {"\n\nstruct a { foo x; };", "3: foo: not a type that is known"},
        {"struct a { struct b x; };", "1: struct b is not defined here"},
        {"struct a { struct a x; };", "1: struct a is not defined here"},
        {"struct a { int x[]; int y; };", "1: x: only the last field"},
        {"struct a { int x[-1]; };", "1: an array of less than nothing (-1)"},
        {"struct a { int x[1 << 62]; };", "1: larger than shmlens shows"},
        {"struct a { int x[1/0]; };", "1: a division by zero"},
        {"struct a { int x : 33; };", "1: a bitfield of 33 bits does not fit its type"},
        {"struct a { float x : 3; };", "1: a bitfield of 3 bits does not fit"},
        {"struct a { int x; int x; };", "1: two fields are called x"},
        {"struct a { int x; };\nstruct a { int x; };", "2: struct a is defined twice"},
        {"struct a { int x; };\nunion a { int x; };", "2: a is a struct already"},
        {"struct a { int x;", "1: the file ends"},
        {"/* never", "1: a comment that does not end"},
        {"#if 1\nstruct a { int x; };", "2: an #if that does not end"},
        {"#define F(x) x\nstruct a { F(int) x; };", "2: F: a macro with arguments"},
        {"#define A B\n#define B A\nstruct a { A x; };", "3: A: a macro that stands for itself"},
        {"int f(void) { return 1; }", "1: {: bodies and values are no plain declarations"},
        {"struct a { void x; };", "1: a field that has no size"},
        {"struct a { int @; };", "1: @: a character that declarations do not have"},
        {"struct a { int x[99999999999999999999]; };", "1: "},
        {"typedef int t; typedef char t;", "1: typedef t means two things"},
        {"enum e { A, A };", "1: A: an enumerator that exists already"},
        {"struct a { int x; };\nat /x zero: struct a", "2: at: zero: not an offset"},
        {"at /x 0: struct none", "1: struct none: no such type"},
        {"struct a { int x; };\nfor a.y: hex", "2: y: no such field"},
        {"struct a { int x; };\nfor a.x: magic", "2: magic: no such hint"},
        {"struct a { int x; };\nfor a.x: count = x", "2: count, at and stride are for arrays"},
        {"struct a { int x[2]; };\nfor a.x: count = n", "2: n: no such field beside it"},
        {"abi vax\n", "1: abi: x86_64 (lp64)"},
        {"struct a { int x; };\nabi ilp32\n", "2: abi must come before"},
        {"#error no\n", "1: #error: not a plain declaration"},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_msg(strncmp(error_of(rows[i].text), rows[i].why, strlen(rows[i].why)) == 0,
                      "%s: %s", rows[i].text, error_of(rows[i].text));
}

/* Nested and repeated beyond all measure: refused, in time. */
TEST(hostile)
{
    static char text[1 << 20];
    size_t n = 0;
    for (int i = 0; i < 200; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "struct { ");
    ck_assert_str_eq(error_of(text), "1: structs that are nested too deeply");
    n = (size_t)snprintf(text, sizeof text, "struct a { int x");
    for (int i = 0; i < 40; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "[1]");
    (void)snprintf(text + n, sizeof text - n, "; };");
    ck_assert_str_eq(error_of(text), "1: nested deeper than shmlens shows");
    n = (size_t)snprintf(text, sizeof text, "#define A0 1\n");
    for (int i = 1; i < 30; i++)
        n +=
            (size_t)snprintf(text + n, sizeof text - n, "#define A%d A%d + A%d\n", i, i - 1, i - 1);
    (void)snprintf(text + n, sizeof text - n, "struct a { char x[A29]; };");
    ck_assert_ptr_nonnull(strstr(error_of(text), "macros are nested too deeply"));
    n = (size_t)snprintf(text, sizeof text, "struct a { char x[");
    for (int i = 0; i < 5000; i++)
        text[n++] = '(';
    text[n] = '\0';
    ck_assert_ptr_nonnull(strstr(error_of(text), "nested too deeply"));
    ck_assert_ptr_nonnull(strstr(error_of("struct a { int \x1b[31m; };"), "\\x1b"));
}

TEST(near_names)
{
    const char *near[TYPE_NEAR];
    struct types *t =
        parsed("struct ring_header { int a; }; struct ring_node { int a; }; struct x { int a; };");
    ck_assert_uint_eq(types_near(t, "ring_heder", near), 2);
    ck_assert_str_eq(near[0], "ring_header");
    ck_assert_uint_eq(types_near(t, "struct ring", near), 2);
    ck_assert_uint_eq(types_near(t, "uint32", near), 0);
    types_free(t);
}

TEST(places_and_hints)
{
    struct types *t = parsed("struct node { uint32_t next; char name[12]; };\n"
                             "enum bits { URGENT = 1, LAST = 2 };\n"
                             "struct head { uint32_t n, size, off; uint16_t flags; struct node "
                             "nodes[8]; uint64_t when; };\n"
                             "at /ring* 0: struct head   // here\n"
                             "at posix:/dev/*/x end-40: node [3] when name == \"a b\" // there\n"
                             "for head.nodes: count = n, at = off, stride = size\n"
                             "for struct head.flags: flags enum bits\n"
                             "for head.when: time_ms\n"
                             "for head.nodes.next: link = head.nodes\n");
    const struct type_place *p = types_place(t, 0);
    ck_assert_str_eq(types_name(t, p->glob), "/ring*");
    ck_assert(!p->from_end && p->offset == 0 && p->when == 0 && !p->sized);
    p = types_place(t, 1);
    ck_assert(p->from_end && p->offset == 40);
    ck_assert_str_eq(types_name(t, p->glob), "posix:/dev/*/x");
    ck_assert_str_eq(types_name(t, p->when), "name == \"a b\"");
    ck_assert_uint_eq(types_size(t, p->type), 48);
    ck_assert_ptr_null(types_place(t, 2));
    uint64_t at;
    uint32_t m = types_member_find(t, types_find(t, "head"), "nodes", &at);
    const struct type_hint *h = types_hint(t, types_member(t, m)->hint);
    ck_assert(h->counted && h->count != 0 && h->at != 0 && h->stride != 0);
    m = types_member_find(t, types_find(t, "node"), "next", &at);
    ck_assert_uint_eq(types_hint(t, types_member(t, m)->hint)->link, LINK_ARRAY);
    types_free(t);
}

SUITE(test_core_type_parse, TESTS(a_header, systems, expressions, declarators, conditions, errors,
                                  hostile, near_names, places_and_hints));
