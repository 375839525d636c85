/* Two layouts of one name. */
#include "core/type/skew.h"
#include "support/typed.h"

static void count(void *ctx, const struct type_skew *one)
{
    ck_assert(one->path[0] != '\0' && (one->has[0] || one->has[1]));
    ++*(uint32_t *)ctx;
}

static const char *compared(const char *abi_a, const char *a, const char *abi_b, const char *b,
                            struct type_skew *s)
{
    static char out[1024];
    struct types *ta = parsed_as(abi_a, a), *tb = parsed_as(abi_b, b);
    uint32_t each = 0;
    ck_assert(type_skew_each(ta, types_find(ta, "s"), tb, types_find(tb, "s"), s, count, &each));
    ck_assert_uint_eq(each, s->differ);
    (void)snprintf(out, sizeof out, "%u of %u", s->differ, s->leaves);
    for (int i = 0; i < 2 && s->differ > 0; i++) {
        size_t n = strlen(out);
        if (s->has[i])
            (void)snprintf(out + n, sizeof out - n, " %s@0x%llx+%llu", i == 0 ? s->path : "",
                           (unsigned long long)s->offset[i], (unsigned long long)s->bytes[i]);
        else
            (void)snprintf(out + n, sizeof out - n, " %s-", i == 0 ? s->path : "");
    }
    types_free(ta);
    types_free(tb);
    return out;
}

TEST(what_differs)
{
    static const struct {
        const char *a, *b, *said;
    } rows[] = {
        {"struct s { int a; long b; };", "struct s { int a; long b; };", "0 of 2"},
        {"struct s { long int a; };", "typedef long x; struct s { x a; };", "0 of 1"},
        {"struct s { int a; char c; long b; };", "struct s { int a; char n, c; long b; };",
         "2 of 4 c@0x4+1 @0x5+1"}, /* the sizes are equal */
        {"struct s { int a; int b; };", "struct s { int a; int c; };", "2 of 3 b@0x4+4 -"},
        {"struct s { int a; };", "struct s { int a; int b; };", "1 of 2 b- @0x4+4"},
        {"struct s { int a; };", "struct s { unsigned a; };", "1 of 1 a@0x0+4 @0x0+4"},
        {"struct s { int a; };", "struct s { float a; };", "1 of 1 a@0x0+4 @0x0+4"},
        {"struct s { int a : 3, b : 4; };", "struct s { int a : 4, b : 3; };",
         "2 of 2 a@0x0+1 @0x0+1"},
        {"struct s { char n[8]; int x[4]; };", "struct s { char n[12]; int x[3]; };",
         "3 of 3 n@0x0+8 @0x0+12"},
        {"struct s { int n; struct { short a, b; } v[]; };",
         "struct s { int n; struct { short a, c, b; } v[]; };", "5 of 7 v[0].b@0x6+2 @0x8+2"},
        {"struct s { int *p; };", "struct s { char *p; };", "0 of 1"},
        {"struct s { union { int a; float b; }; };", "struct s { union { int a; double b; }; };",
         "1 of 2 b@0x0+4 @0x0+8"},
        /* a wrapper is what is in it, as C++ has it */
        {"struct i { unsigned v; }; struct s { struct i id; int n; };",
         "typedef unsigned i; struct s { i id; int n; };", "0 of 2"},
        {"struct i { unsigned v; }; struct o { struct i i; }; struct s { struct o a[3]; int n; };",
         "struct s { unsigned a[3]; int n; };", "0 of 3"},
        {"struct p { int x, y; }; struct w { struct p p; }; struct s { struct w w; };",
         "struct p { int x, y; }; struct s { struct p w; };", "0 of 2"},
        {"struct w { int a[2]; }; struct s { int n; struct w w; };",
         "struct s { int n; int w[2]; };", "0 of 3"},
        {"struct i { unsigned v; }; struct s { struct i id; int n; };",
         "struct s { float id; int n; };", "1 of 2 id@0x0+4 @0x0+4"},
        {"struct s { struct { int a; }; int b; };", "struct s { struct { int c; }; int b; };",
         "2 of 3 a@0x0+4 -"},
        {"struct s { int a; };", "struct s { int b; };", "2 of 2 a@0x0+4 -"},
        {"struct i { char c; } __attribute__((aligned(4))); struct s { struct i a; };",
         "struct s { char a; char p[3]; };", "3 of 3 a.c@0x0+1 -"},
    };
    struct type_skew s;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        ck_assert_str_eq(compared("x86_64", rows[i].a, "x86_64", rows[i].b, &s), rows[i].said);
    (void)compared("x86_64", rows[2].a, "x86_64", rows[2].b, &s);
    ck_assert(s.size[0] == 16 && s.size[1] == 16);
    static const char same[] = "struct s { long a; int b; };";
    ck_assert_str_eq(compared("x86_64", same, "i386", same, &s), "2 of 2 a@0x0+8 @0x0+4");
}

/* Its size is that of a layout, not of the segment: a million elements are two leaves. */
TEST(large_arrays)
{
    struct type_skew s;
    ck_assert_str_eq(compared("x86_64", "struct s { long a[1000000]; int b; };", "x86_64",
                              "struct s { long a[1000001]; int b; };", &s),
                     "1 of 3 b@0x7a1200+4 @0x7a1208+4");
    ck_assert(!s.cut);
}

SUITE(test_core_type_skew, TESTS(what_differs, large_arrays));
