/* Layout files in their folders: which there are, which one is about a segment. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/remover.h"
#include "support/run.h"
#include "support/suite.h"

static uint8_t *ring; /* mapped here */
static const char *name;

static void make_folder(const char *below)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s%s", run_path("config"), below);
    ck_assert_msg(mkdir(path, 0700) == 0, "%s", path);
}

/* A file in the user's folder of layouts. */
static void write_layout(const char *file, const char *text)
{
    char path[256];
    (void)snprintf(path, sizeof path, "%s/shmlens/layouts/%s", run_path("config"), file);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

static void set_up(void)
{
    name = run_name("ring");
    ring = run_map(name, 4096);
    make_folder("");
    make_folder("/shmlens");
    make_folder("/shmlens/layouts");
    setenv("XDG_CONFIG_HOME", run_path("config"), 1);
}

#define HEAD "struct head { uint32_t magic, count; };\n"

/* The row of `layouts --json`. */
static const json_t *told_layout(const json_t *all, const char *layout)
{
    size_t i;
    json_t *row;
    json_array_foreach(json_object_get(all, "layouts"), i,
                       row) if (strcmp(json_string_value(json_object_get(row, "name")), layout) ==
                                0) return row;
    return NULL;
}

static const char *told(const json_t *row, const char *field)
{
    const char *text = json_string_value(json_object_get(row, field));
    return text == NULL ? "" : text;
}

TEST(are_listed)
{
    write_layout("mine.layout", HEAD "at /x* end-0x10: head[2] size 4096 when magic == 7 // one\n"
                                     "at sysv:key=0x0000abcd 8: head\n");
    write_layout("broken.layout", HEAD "struct tail {\n");
    write_layout("not a layout", "at\n");
    const struct ran *r = RUN("layouts", "--json");
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->err, "broken.layout:3: "));
    json_t *all = run_json(r);
    const json_t *mine = told_layout(all, "mine"), *broken = told_layout(all, "broken");
    const json_t *fits = json_object_get(mine, "fits");
    ck_assert_str_eq(told(mine, "origin"), "user");
    ck_assert_uint_eq(json_array_size(fits), 2);
    const json_t *first = json_array_get(fits, 0);
    ck_assert_str_eq(told(first, "glob"), "/x*");
    ck_assert_str_eq(told(first, "offset"), "end-16");
    ck_assert_str_eq(told(first, "type"), "struct head[2]");
    ck_assert_str_eq(told(first, "when"), "magic == 7");
    ck_assert_int_eq(told_number(first, "size"), 4096);
    ck_assert_ptr_nonnull(strstr(told(broken, "error"), "broken.layout:3: "));
    ck_assert_str_eq(told(told_layout(all, "demo"), "origin"), "shipped");
    json_decref(all);
    r = RUN("layouts");
    ck_assert_ptr_nonnull(
        strstr(r->out, "mine                 user     /x* end-16: struct head[2] size 4096 when "
                       "magic == 7\n                              sysv:key=0x0000abcd 0x8: "
                       "struct head\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "broken               user     not used"));
}

TEST(are_found_by_name_and_bytes)
{
    const uint32_t magic = 7, count = 3;
    write_layout("mine.layout", HEAD "at /shmlens-test-*-ring 0x40: head when magic == 7 && count "
                                     "< 10\n");
    RUN_FAILS("no type is placed here", "peek", name, "--type", "auto");
    memcpy(ring + 0x40, &magic, sizeof magic);
    memcpy(ring + 0x44, &count, sizeof count);
    RUN_PRINTS(0, "0x40 magic 7\n0x44 count 3\n", "peek", name, "--type", "auto");
    RUN_PRINTS(0, "0x44 count 3\n", "peek", name, "count", "--type", "head@0x40");
    json_t *o = run_json(RUN("peek", name, "--type", "auto", "--json"));
    ck_assert_ptr_nonnull(strstr(told(json_object_get(o, "source"), "file"), "mine.layout"));
    json_decref(o);
    ck_assert_int_eq(RUN("poke", name, "count", "11", "--type", "auto")->status, 0);
    RUN_FAILS("no type is placed here", "peek", name, "--type", "auto");
}

TEST(of_the_size_asked_for)
{
    write_layout("a.layout", "struct a { int x; };\nat /shmlens-test-*-ring 0: a size 4096\n");
    write_layout("b.layout", "struct b { int x; };\nat /shmlens-test-*-ring 0: b size 4097\n");
    RUN_PRINTS(0, "0x0 x 0\n", "peek", name, "--type", "auto");
    write_layout("c.layout", "struct c { int x; };\nat /shmlens-test-*-ring 4: c size 1 << 12\n");
    RUN_FAILS("struct a@0x0 (a), struct c@0x4 (c), several types are placed here", "peek", name,
              "--type", "auto");
}

TEST(by_key)
{
    const uint32_t words[2] = {7, 3};
    key_t key = 0x5e6d0000 + (getpid() & 0xffff);
    int id = shmget(key, 96, IPC_CREAT | IPC_EXCL | 0600);
    ck_assert_int_ge(id, 0);
    remover_sysv(id);
    void *p = shmat(id, NULL, 0);
    bool mapped = (intptr_t)p != -1;
    if (mapped)
        memcpy(p, words, sizeof words);
    char text[256], locator[32];
    (void)snprintf(text, sizeof text, HEAD "at sysv:key=0x%08x 0: head size 96\n", (unsigned)key);
    (void)snprintf(locator, sizeof locator, "sysv:%d", id);
    write_layout("mine.layout", text);
    const struct ran *r = RUN("peek", locator, "--type", "auto");
    shmctl(id, IPC_RMID, NULL);
    ck_assert(mapped);
    ck_assert_str_eq(r->out, "0x0 magic 7\n0x4 count 3\n");
}

TEST(in_order)
{
    const char *file = run_path("given.h");
    FILE *f = fopen(file, "w");
    ck_assert_ptr_nonnull(f);
    fputs("struct given { int y; };\n", f);
    fclose(f);
    /* a file of the user hides the shipped one of its name; --types comes before both */
    write_layout("demo.layout", "struct mine { int x; };\nat *-ring 0: mine\n");
    json_t *all = run_json(RUN("layouts", "--json"));
    ck_assert_str_eq(told(told_layout(all, "demo"), "origin"), "user");
    json_decref(all);
    RUN_PRINTS(0, "0x0 x 0\n", "peek", name, "--type", "auto", "--types", file);
    RUN_PRINTS(0, "0x0 y 0\n", "peek", name, "--type", "given", "--types", file);
    f = fopen(file, "a");
    ck_assert_ptr_nonnull(f);
    fputs("at *-ring 4: given\n", f);
    fclose(f);
    RUN_PRINTS(0, "0x4 y 0\n", "peek", name, "--type", "auto", "--types", file);
    RUN_FAILS("no such type; near: mine", "peek", name, "--type", "mone");
}

TEST(shipped_types_by_their_names)
{
    const uint32_t words[2] = {3, 2};
    memcpy(ring + 0x40, words, sizeof words);
    RUN_PRINTS(0, "0x44 waiters 2\n", "peek", name, "waiters", "--type", "glibc_sem@0x40");
    RUN_PRINTS(0, "0x40 value 3\n", "peek", name, "value", "--type", "struct glibc_sem@0x40");
    RUN_FAILS("no such type; near: glibc_sem", "peek", name, "--type", "glibc_sen");
}

TEST(broken_ones_are_told_once)
{
    write_layout("a.layout", "struct a { int x;\nnonsense\n");
    write_layout("b.layout", "struct b { int x; };\nat *-ring 0: b when z == 1\n");
    write_layout("c.layout", "struct c { int x; };\nat *-ring 0: c\n");
    const struct ran *r = RUN("peek", name, "--type", "auto");
    ck_assert_int_eq(r->status, 0);
    ck_assert_str_eq(r->out, "0x0 x 0\n");
    const char *a = strstr(r->err, "a.layout:2: "), *b = strstr(r->err, "b.layout:2: ");
    ck_assert_msg(a != NULL && b != NULL, "%s", r->err);
    ck_assert_ptr_null(strstr(a + 1, "a.layout"));
    ck_assert_ptr_nonnull(strstr(b, "z: no such field"));
}

SUITE(test_program_cli_layouts, .set_up = set_up, .tear_down = run_end,
      TESTS(are_listed, are_found_by_name_and_bytes, of_the_size_asked_for, by_key, in_order,
            shipped_types_by_their_names, broken_ones_are_told_once));
