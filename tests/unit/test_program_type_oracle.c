/* Random structs are laid out as compilers lay them out: sizes, offsets, and which bits a bitfield
 * has. The compiler's answer is read from the object file, so that nothing has to be run and other
 * ABIs can be asked. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/type/parse.h"
#include "support/random.h"
#include "support/run.h"
#include "support/suite.h"

enum { STRUCTS = 150, FIELDS = 9, NUMBERS = STRUCTS * (FIELDS + 1), TEXT = 1 << 18 };

static const struct {
    const char *abi, *compiler, *objcopy, *flags;
} systems[] = {
    {"x86_64", "gcc", "objcopy", "-m64"},
    {"i386", "gcc", "objcopy", "-m32"},
    {"win64", "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-objcopy", "-mms-bitfields"},
    {"packed4", "gcc", "objcopy", "-m64 -fpack-struct=4"},
    {"packed", "gcc", "objcopy", "-m64 -fpack-struct=1"},
};

static struct {
    char text[TEXT];
    size_t n;
} header;

struct field {
    bool is_bits;
    int of; /* struct */
    int name;
};
static struct field fields[NUMBERS];
static int count;

static void put(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    header.n += (size_t)vsnprintf(header.text + header.n, TEXT - header.n, format, args);
    va_end(args);
    ck_assert_uint_lt(header.n, TEXT);
}

static const char *const scalars[] = {"char",   "signed char",   "unsigned short", "int",
                                      "long",   "unsigned long", "long long",      "float",
                                      "double", "void *",        "_Bool",          "enum e"};
static const char *const wholes[] = {"unsigned char", "short",     "int",    "unsigned",
                                     "long",          "long long", "enum e", "_Bool"};
static const int widths[] = {8, 16, 32, 32, 32, 64, 32, 1};

/* One field; its name is f and a number. */
static void put_field(int s, int i)
{
    struct field *f = &fields[count];
    *f = (struct field){.of = s, .name = i};
    switch (draw(9)) {
    case 0:
    case 1:
    case 2:
        f->is_bits = true;
        uint32_t w = draw(8);
        if (draw(6) == 0) {
            put("    %s : %u;\n", wholes[w], draw(3) == 0 ? 0 : 1 + draw((uint32_t)widths[w]));
            return;
        }
        put("    %s f%d : %u;\n", wholes[w], i, 1 + draw((uint32_t)widths[w]));
        break;
    case 3:
        put("    %s f%d[%u][%u];\n", scalars[draw(12)], i, 1 + draw(3), draw(4));
        break;
    case 4:
        if (s == 0)
            put("    struct { char a; %s b; } f%d;\n", scalars[draw(12)], i);
        else
            put("    struct s%u f%d;\n", draw((uint32_t)s), i);
        break;
    case 5:
        put("    __attribute__((aligned(%d))) %s f%d;\n", 1 << draw(6), scalars[draw(12)], i);
        break;
    case 6:
        put("    union { %s x%d; struct { char y%d; %s f%d; }; };\n", scalars[draw(12)], i, i,
            scalars[draw(12)], i);
        break;
    case 7:
        put("    %s f%d __attribute__((packed));\n", scalars[draw(12)], i);
        break;
    default:
        put("    %s f%d;\n", scalars[draw(12)], i);
        break;
    }
    count++;
}

/* Microsoft's compilers have no attribute `packed`, only the pragma: what gcc for Windows makes of
 * both together is its own. */
static void put_struct(int s, const struct type_abi *abi)
{
    int n = 1 + (int)draw(FIELDS);
    bool pack = abi->pack == 0 && draw(5) == 0;
    uint32_t attribute = draw(8) + (abi->microsoft ? 1 : 0);
    if (pack)
        put("#pragma pack(push, %d)\n", 1 << draw(4));
    put("struct s%d {\n", s);
    for (int i = 0; i < n; i++)
        put_field(s, i);
    put("}%s;\n", attribute == 0   ? " __attribute__((packed))"
                  : attribute == 1 ? " __attribute__((aligned(16)))"
                                   : "");
    if (pack)
        put("#pragma pack(pop)\n");
}

/* The same header, and what the compiler is asked. */
static void write_source(const char *path)
{
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(header.text, f);
    fputs("__attribute__((section(\".oracle\"), aligned(64), used))\n"
          "const unsigned long long numbers[] = {\n",
          f);
    for (int s = 0; s < STRUCTS; s++)
        fprintf(f, "sizeof(struct s%d),\n", s);
    for (int i = 0; i < count; i++)
        if (!fields[i].is_bits)
            fprintf(f, "__builtin_offsetof(struct s%d, f%d),\n", fields[i].of, fields[i].name);
    fputs("};\n", f);
    for (int i = 0; i < count; i++)
        if (fields[i].is_bits)
            fprintf(f,
                    "__attribute__((section(\".oracle\"), aligned(64), used))\n"
                    "const struct s%d b%d = {.f%d = -1};\n",
                    fields[i].of, i, fields[i].name);
    fclose(f);
}

static unsigned char *read_all(const char *path, size_t *n)
{
    static unsigned char bytes[1 << 22];
    FILE *f = fopen(path, "rb");
    *n = f == NULL ? 0 : fread(bytes, 1, sizeof bytes, f);
    if (f != NULL)
        fclose(f);
    return bytes;
}

static bool compile(int system_at, const char *dir, size_t *n, unsigned char **bytes)
{
    char line[2048];
    (void)snprintf(
        line, sizeof line,
        "cd %s && rm -f o.bin && %s %s -w -O0 -fno-toplevel-reorder -c o.c -o o.o 2>err && "
        "%s -O binary --only-section=.oracle o.o o.bin 2>>err",
        dir, systems[system_at].compiler, systems[system_at].flags, systems[system_at].objcopy);
    if (system(line) != 0)
        return false;
    (void)snprintf(line, sizeof line, "%s/o.bin", dir);
    *bytes = read_all(line, n);
    return *n > 0;
}

static unsigned long long number_at(const unsigned char *p)
{
    unsigned long long v = 0;
    for (int i = 7; i >= 0; i--)
        v = v << 8 | p[i];
    return v;
}

/* The bits that the compiler set, as the place of the first and their number. */
static void same_bits(const char *abi, const struct field *f, const struct type_member *m,
                      uint64_t offset, const unsigned char *p, size_t size)
{
    uint64_t first = UINT64_MAX, set = 0;
    for (uint64_t i = 0; i < size * 8; i++)
        if (p[i / 8] >> (i % 8) & 1) {
            first = first == UINT64_MAX ? i : first;
            set++;
        }
    ck_assert_msg(first == offset * 8 + m->bit && set == m->bits,
                  "%s: s%d.f%d: bit %llu, %u bits; the compiler: %llu, %llu", abi, f->of, f->name,
                  (unsigned long long)(offset * 8 + m->bit), m->bits, (unsigned long long)first,
                  (unsigned long long)set);
}

static void compare(int at, const struct types *t, const unsigned char *p, size_t n)
{
    const char *abi = systems[at].abi;
    uint64_t size[STRUCTS], place = 0;
    type_id id[STRUCTS];
    const unsigned char *next = p;
    for (int s = 0; s < STRUCTS; s++, next += 8) {
        char name[16];
        (void)snprintf(name, sizeof name, "s%d", s);
        id[s] = types_find(t, name);
        size[s] = types_size(t, id[s]);
        ck_assert_msg(size[s] == number_at(next), "%s: s%d has %llu bytes, not %llu", abi, s,
                      number_at(next), (unsigned long long)size[s]);
    }
    for (int bits = 0; bits < 2; bits++) {
        for (int i = 0; i < count; i++) {
            const struct field *f = &fields[i];
            char name[16];
            uint64_t offset = 0;
            if (f->is_bits != (bits == 1))
                continue;
            (void)snprintf(name, sizeof name, "f%d", f->name);
            uint32_t m = types_member_find(t, id[f->of], name, &offset);
            ck_assert_uint_ne(m, TYPE_NO_MEMBER);
            if (bits == 0) {
                ck_assert_msg(offset == number_at(next), "%s: s%d.f%d at %llu, not %llu", abi,
                              f->of, f->name, number_at(next), (unsigned long long)offset);
                next += 8;
                continue;
            }
            if (place == 0)
                place = (uint64_t)(next - p);
            place = (place + 63) / 64 * 64;
            ck_assert_uint_le(place + size[f->of], n);
            same_bits(abi, f, types_member(t, m), offset, p + place, (size_t)size[f->of]);
            place += size[f->of];
        }
    }
}

TEST_LOOP(as_the_compiler, SUITE_ROWS(systems))
{
    char path[600], why[TYPE_WHY_MAX];
    const char *dir = run_path("oracle");
    struct type_abi abi;
    unsigned char *bytes = NULL;
    size_t n = 0;
    (void)snprintf(path, sizeof path, "mkdir -p %s", dir);
    ck_assert_int_eq(system(path), 0);
    ck_assert(type_abi_find(systems[_i].abi, strlen(systems[_i].abi), &abi));
    (void)snprintf(path, sizeof path, "%s/o.c", dir);
    for (int round = 0; round < 5; round++) {
        seed = (uint64_t)(_i * 10 + round + 1);
        header.n = 0;
        count = 0;
        put("enum e { A = 1, B = 7 };\n");
        for (int s = 0; s < STRUCTS; s++)
            put_struct(s, &abi);
        write_source(path);
        if (!compile(_i, dir, &n, &bytes)) {
            (void)snprintf(path, sizeof path, "cat %s/err", dir);
            (void)system(path);
            SKIP("%s %s does not compile here", systems[_i].compiler, systems[_i].flags);
        }
        struct types *t = types_new(&abi, true);
        ck_assert_ptr_nonnull(t);
        ck_assert_msg(types_parse(t, "o.c", header.text, header.n, why), "%s", why);
        compare(_i, t, bytes, n);
        types_free(t);
    }
    (void)snprintf(path, sizeof path, "rm -r %s", dir);
    ck_assert_int_eq(system(path), 0);
}

SUITE(test_program_type_oracle, .tear_down = run_end, TESTS(as_the_compiler));
