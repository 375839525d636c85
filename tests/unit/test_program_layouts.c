/* The shipped layouts: each one finds its segment and reads there what the program wrote. */
#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/value.h"
#include "layouts/layouts.h"
#include "support/layout_cases.h"
#include "support/suite.h"

enum { TEXT = 1 << 20, MATCHES = 8 };

static struct layouts *layouts;
static uint8_t *memory;
static uint64_t memory_size;

static void set_up(void)
{
    setenv("XDG_CONFIG_HOME", "/nowhere", 1);
    ck_assert(!oserr_is(layouts_load(&layouts)));
}

static void tear_down(void)
{
    layouts_free(layouts);
    free(memory);
}

static bool read_memory(void *ctx, uint64_t offset, void *p, size_t n)
{
    (void)ctx;
    if (offset > memory_size || n > memory_size - offset)
        return false;
    memcpy(p, memory + offset, n);
    return true;
}

/* ---- writing the bytes ---- */

static void put_number(uint64_t offset, const char *kind, const char *value)
{
    bool big = kind[0] == 'b';
    size_t n = strtoul(kind + (big ? 2 : 1), NULL, 10) / 8;
    uint64_t bits = value[0] == '-' ? (uint64_t)strtoll(value, NULL, 0) : strtoull(value, NULL, 0);
    if (kind[0] == 'f') {
        float less = strtof(value, NULL);
        double real = strtod(value, NULL);
        if (n == 4)
            memcpy(&bits, &less, sizeof less);
        else
            memcpy(&bits, &real, sizeof real);
    }
    ck_assert(n > 0 && n <= 8 && offset + n <= memory_size);
    for (size_t i = 0; i < n; i++)
        memory[offset + i] = (uint8_t)(bits >> 8 * (big ? n - 1 - i : i));
}

static void put_text(uint64_t offset, const char *kind, const char *value)
{
    size_t unit = strcmp(kind, "utf32") == 0 ? 4 : strcmp(kind, "utf16") == 0 ? 2 : 1;
    ck_assert(offset + strlen(value) * unit <= memory_size);
    for (size_t i = 0; value[i] != '\0'; i++)
        memory[offset + i * unit] = (uint8_t)value[i];
}

static void write_bytes(const struct layout_case *c)
{
    memory_size = c->size;
    free(memory);
    memory = calloc(1, (size_t)c->size);
    ck_assert_ptr_nonnull(memory);
    char *copy = strdup(c->bytes), *rest = copy, *line;
    while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
        char *value = line;
        uint64_t offset = strtoull(strsep(&value, " "), NULL, 0);
        const char *kind = strsep(&value, " ");
        ck_assert_ptr_nonnull(value);
        bool number = strlen(kind) >= 2 && isdigit((unsigned char)kind[strlen(kind) - 1]) &&
                      strncmp(kind, "utf", 3) != 0;
        if (number)
            put_number(offset, kind, value);
        else
            put_text(offset, kind, value);
    }
    free(copy);
}

/* ---- reading them ---- */

static struct type_source source_of(const struct types *t)
{
    return (struct type_source){.t = t, .read = read_memory, .size = memory_size};
}

static size_t match(const struct layout_case *c, struct layout_match out[MATCHES])
{
    const struct place_names names = {.name = {c->name}, .count = 1};
    const struct type_source s = source_of(NULL);
    return layouts_match(layouts, &names, &s, out, MATCHES);
}

/* What peek prints of the node. */
static char *printed(const struct types *t, const struct type_node *root)
{
    static struct type_walk w;
    static char path[4096], value[TYPE_VALUE_MAX];
    static uint8_t bytes[TYPE_TEXT_MAX];
    const struct type_source s = source_of(t);
    char *text = calloc(1, TEXT);
    size_t n = 1;
    ck_assert_ptr_nonnull(text);
    text[0] = '\n';
    type_walk_start(&w, &s, root, false);
    while (type_walk_next(&w)) {
        const struct type_node *leaf = &w.leaf.node;
        (void)type_walk_path(&w, "", path, sizeof path);
        value[0] = '?';
        value[1] = '\0';
        if (leaf->size <= sizeof bytes && read_memory(NULL, leaf->offset, bytes, leaf->size))
            (void)type_value_format(&s, leaf, bytes, value, sizeof value);
        n += (size_t)snprintf(text + n, TEXT - n, "0x%" PRIx64 " %s %s\n", leaf->offset, path,
                              value);
        ck_assert_uint_lt(n, TEXT);
    }
    return text;
}

static void has_lines(const struct layout_case *c, const char *text)
{
    char *copy = strdup(c->lines), *rest = copy, *line, wanted[512];
    while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
        (void)snprintf(wanted, sizeof wanted, "\n%s\n", line);
        ck_assert_msg(strstr(text, wanted) != NULL, "%s: not there: %s\n%.4000s", c->layout, line,
                      text);
    }
    free(copy);
}

static void has_sizes(const struct layout_case *c, const struct types *t)
{
    char *copy = strdup(c->sizes), *rest = copy, *line;
    while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
        char *type = strsep(&line, " ");
        uint64_t size = types_size(t, types_find(t, type));
        ck_assert_msg(size == strtoull(line, NULL, 0), "%s has %" PRIu64 " bytes, not %s", type,
                      size, line);
    }
    free(copy);
}

static const struct layout_file *file_of(const char *name)
{
    for (size_t i = 0; i < layouts->count; i++)
        if (strcmp(layouts->row[i].name, name) == 0)
            return &layouts->row[i];
    ck_abort_msg("there is no layout %s", name);
    return NULL;
}

static void holds(const struct layout_case *c)
{
    struct layout_match out[MATCHES];
    const struct layout_file *file = file_of(c->layout);
    ck_assert_msg(file->t != NULL, "%s", file->why);
    write_bytes(c);
    size_t n = match(c, out);
    struct type_node root;
    ck_assert_msg(n == (c->type == NULL ? 1 : 0), "%s fits %s: %zu places", c->name, c->layout, n);
    if (c->type == NULL) {
        ck_assert_str_eq(out[0].layout->name, c->layout);
        root = out[0].root;
    } else {
        const struct type_source s = source_of(file->t);
        type_root(&s, types_find(file->t, c->type), 0, 0, &root);
    }
    char *text = printed(file->t, &root);
    has_lines(c, text);
    free(text);
    has_sizes(c, file->t);
    /* a segment that nobody has filled yet is not one of theirs by its name alone */
    memset(memory, 0, (size_t)memory_size);
    ck_assert_msg(match(c, out) == (c->always ? 1 : 0), "%s: zeros", c->layout);
}

TEST(linux_programs)
{
    for (const struct layout_case *c = layout_cases_linux; c->layout != NULL; c++)
        holds(c);
}

TEST(windows_programs)
{
    for (const struct layout_case *c = layout_cases_windows; c->layout != NULL; c++)
        holds(c);
}

static bool has_case(const struct layout_case *c, const char *name)
{
    while (c->layout != NULL && strcmp(c->layout, name) != 0)
        c++;
    return c->layout != NULL;
}

TEST(every_shipped_one_is_tried)
{
    ck_assert_uint_ge(layouts->count, 30);
    for (size_t i = 0; i < layouts->count; i++) {
        const struct layout_file *row = &layouts->row[i];
        ck_assert_msg(row->t != NULL, "%s", row->why);
        ck_assert_int_eq(row->origin, LAYOUT_SHIPPED);
        ck_assert_msg(has_case(layout_cases_linux, row->name) ||
                          has_case(layout_cases_windows, row->name),
                      "no case for %s", row->name);
    }
}

/* Each file says what it was verified against, or that it was not. */
TEST(every_one_says_what_it_was_verified_against)
{
    for (size_t i = 0; i < layouts->count; i++) {
        char text[4096];
        FILE *f = fopen(layouts->row[i].path, "r");
        ck_assert_ptr_nonnull(f);
        size_t n = fread(text, 1, sizeof text - 1, f);
        fclose(f);
        text[n] = '\0';
        ck_assert_msg(strncmp(text, "// ", 3) == 0 &&
                          (strstr(text, "\n// verified against: ") != NULL ||
                           strstr(text, "\n// not verified against a live segment\n") != NULL),
                      "%s", layouts->row[i].name);
    }
}

SUITE(test_program_layouts, .set_up = set_up, .tear_down = tear_down,
      TESTS(linux_programs, windows_programs, every_shipped_one_is_tried,
            every_one_says_what_it_was_verified_against));
