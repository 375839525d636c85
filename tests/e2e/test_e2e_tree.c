/* The tree on a real segment: fields are live while another process stores, are
 * changed by one compare-and-swap, go back in time, and scroll through a
 * million elements. */
#include "scene.h"
#include "support.h"
#include "support/pid_namespace.h"
#include "support/suite.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT_OF = 1000000, SLOTS = 0x40, SLOT = 16, SIZE = SLOTS + COUNT_OF * SLOT };

static const char header[] = "#include <stdint.h>\n"
                             "enum state { RING_EMPTY, RING_READY };\n"
                             "struct slot { uint32_t id; uint32_t prio : 5, age : 27;\n"
                             "  uint64_t stamp; };\n"
                             "struct ring { char magic[8]; uint32_t count; enum state state;\n"
                             "  uint64_t beat; uint8_t spare[40]; struct slot slots[]; };\n"
                             "for ring.slots: count = count\n";

static char file[64];
static const char *name;
static uint8_t *memory;
static pid_t writer;

static void set_up(void)
{
    (void)snprintf(file, sizeof file, "/tmp/shmlens-e2e-tree-%ld.h", (long)getpid());
    FILE *f = fopen(file, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(header, f), 0);
    ck_assert_int_eq(fclose(f), 0);
    writer = 0;
}

static void tear_down(void)
{
    if (writer > 0) {
        (void)kill(writer, SIGKILL);
        (void)waitpid(writer, NULL, 0);
    }
    (void)unlink(file);
}

static struct e2e *open_tree(const char *option)
{
    name = e2e_name("tree");
    memory = scene_segment(name, SIZE);
    memcpy(memory, "RINGv2", 6);
    memcpy(memory + 8, &(uint32_t){COUNT_OF}, 4);
    memcpy(memory + 0x10, &(uint64_t){77}, 8);
    memory[SLOTS + 3 * SLOT + 4] = 17;
    struct e2e *t = scene_attach(name, E2E_ARGV("--types", file, "--type", "ring@0", option));
    e2e_wait_text(t, "RINGv2", 0);
    e2e_wait_text(t, "1,000,000 elements", 0);
    return t;
}

static void go(struct e2e *t, const char *path)
{
    char keys[96];
    (void)snprintf(keys, sizeof keys, "g%s<Enter>", path);
    e2e_keys(t, keys);
    (void)snprintf(keys, sizeof keys, " %s ", path);
    e2e_wait_text(t, keys, 0); /* in the line below */
}

TEST(stores_appear)
{
    struct e2e *t = open_tree(NULL);
    go(t, "slots[3].id");
    for (uint32_t i = 1; i < 20; i++) {
        char text[32];
        (void)snprintf(text, sizeof text, " %u ", 1234000 + i);
        memcpy(memory + SLOTS + 3 * SLOT, &(uint32_t){1234000 + i}, 4);
        e2e_wait_text(t, text, 0);
    }
    e2e_keys(t, "<lt>");
    e2e_wait_text(t, " 1234018 ", 0);
    e2e_keys(t, "<lt>");
    e2e_wait_text(t, " 1234017 ", 0);
    scene_press(t, ".", " 1234019 ");
    scene_press(t, "<Esc>", "00000000  ");
    scene_quit(t);
}

TEST(a_field_is_stored_once)
{
    struct e2e *t = open_tree("--edit");
    go(t, "state");
    scene_press(t, "<Enter><Tab><Enter>", "RING_READY (1)");
    scene_memory(t, memory + 12, "\1\0\0\0", 4);
    go(t, "beat");
    scene_press(t, "5<BS>4711<Enter>", " 4711 ");
    scene_memory(t, memory + 0x10, "\x67\x12\0\0\0\0\0\0", 8);
    scene_press(t, "u", " 77 ");
    scene_memory(t, memory + 0x10, "\x4d\0\0\0\0\0\0\0", 8);
    scene_press(t, "<Esc>", "READ-ONLY");
    scene_quit(t);
}

/* Another process counts in the other bits of the word as fast as it can: none
 * is lost. */
TEST(a_bitfield_keeps_its_neighbours)
{
    struct e2e *t = open_tree("--edit");
    _Atomic uint32_t *word = (_Atomic uint32_t *)(void *)(memory + SLOTS + 3 * SLOT + 4);
    _Atomic uint64_t *total = (_Atomic uint64_t *)(void *)(memory + 0x18);
    go(t, "slots[3].prio");
    pid_t test = getpid();
    writer = fork();
    ck_assert_int_ge(writer, 0);
    while (writer == 0) {
        atomic_fetch_add(word, 32);
        atomic_fetch_add(total, 1);
        if (getppid() != test)
            _exit(0);
    }
    for (int i = 0; i < 8; i++) {
        char keys[32], text[32];
        (void)snprintf(keys, sizeof keys, "%d<Enter>", i + 1);
        (void)snprintf(text, sizeof text, " -> %d (one store)", i + 1);
        scene_press(t, keys, text);
        ck_assert_uint_eq(atomic_load(word) & 31, (unsigned)i + 1);
    }
    (void)kill(writer, SIGKILL);
    (void)waitpid(writer, NULL, 0);
    writer = 0;
    uint32_t lost = (uint32_t)atomic_load(total) * 32 - (atomic_load(word) & ~31U);
    ck_assert_msg(lost == 0 || lost == UINT32_MAX - 31, "%u steps are lost", lost / 32);
    scene_press(t, "<Esc>", "READ-ONLY");
    scene_quit(t);
}

/* To any element at once; what is only looked at stays a hole. */
TEST(a_million_elements_scroll)
{
    struct e2e *t = open_tree(NULL);
    uint64_t blocks = support_blocks(name);
    go(t, "slots[999999].id");
    go(t, "slots[700000]");
    for (int i = 0; i < 50; i++)
        e2e_keys(t, "<PgUp>");
    go(t, "slots[123456].stamp");
    e2e_keys(t, "G");
    e2e_wait_text(t, "[999999]", 0);
    ck_assert_uint_eq(support_blocks(name), blocks);
    support_check_screen(t, "after scrolling");
    scene_quit(t);
}

/* While the program runs, a segment is shown again as it was left: as fields. */
TEST(fields_are_still_shown_after_another_segment)
{
    char line[128];
    const char *other = e2e_name("other");
    scene_segment(other, 4096)[0] = 0x5a;
    struct e2e *t = open_tree(NULL);
    scene_press(t, "<Down><Down>", "state");
    (void)snprintf(line, sizeof line, ":open %s<Enter>", other);
    scene_press(t, line, "00000000  5a 00");
    (void)snprintf(line, sizeof line, ":open %s<Enter>", name);
    scene_press(t, line, "1,000,000 elements");
    scene_press(t, "S", "00000000  52 49 4e 47");
    (void)snprintf(line, sizeof line, ":open %s<Enter>", other);
    scene_press(t, line, "00000000  5a 00");
    (void)snprintf(line, sizeof line, ":open %s<Enter>", name);
    scene_press(t, line, "00000000  52 49 4e 47"); /* bytes, if it was left so */
    scene_quit(t);
}

/* What was taken for a segment is there again in the next run. */
TEST(types_are_kept)
{
    name = e2e_name("tree");
    memory = scene_segment(name, 4096);
    memcpy(memory, "RINGv2", 6);
    char home[256];
    struct e2e *t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "--types", file, name), .keep_home = true});
    e2e_wait_text(t, "types were read", 0);
    scene_press(t, "g0x40<Enter>:type slot[2]<Enter>", "{id 0");
    (void)snprintf(home, sizeof home, "%s", e2e_home(t));
    scene_quit(t);
    t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, name), .home = home, .keep_home = true});
    e2e_wait_text(t, "{id 0", 0); /* that fields were shown is kept, as all looks are */
    scene_press(t, "x", "no field changed");
    memory[0x50] = 9;
    e2e_wait_text(t, "[1].id", 0);
    scene_press(t, ":kept forget<Enter>", "forget 0 marks, the types and the looks");
    scene_press(t, "y", "00000000  52 49 4e 47");
    e2e_wait_text(t, "nothing is kept for", 0);
    scene_quit(t);
    t = e2e_start(&(struct e2e_options){
        .argv = E2E_ARGV(e2e_shmlens, "--types", file, name), .home = home, .keep_home = true});
    e2e_wait_text(t, "00000000  52 49 4e 47", 0); /* of the fields nothing was kept */
    scene_press(t, "g0x40<Enter>:type slot[2]<Enter>", "{id");
    scene_press(t, "S", "00000000  52 49 4e 47");
    scene_quit(t);
    t = e2e_start(&(struct e2e_options){.argv = E2E_ARGV(e2e_shmlens, name), .home = home});
    e2e_wait_text(t, "00000000  52 49 4e 47", 0); /* bytes, if it was left so */
    scene_quit(t);
}

/* Types are read while the program runs; what is wrong in a file is said. */
TEST(files_are_read_at_the_prompt)
{
    char keys[128];
    name = e2e_name("tree");
    memory = scene_segment(name, 4096);
    memcpy(memory, "RINGv2", 6);
    struct e2e *t = scene_open(name);
    scene_press(t, "S", "look again");
    e2e_keys(t, "q");
    scene_press(t, ":types /nonexistent/ring.h<Enter>", "no such file");
    (void)snprintf(keys, sizeof keys, ":types %s<Enter>", file);
    scene_press(t, keys, "types were read");
    scene_press(t, "S", "no `at` line");
    e2e_keys(t, "q");
    scene_press(t, ":type ring@0<Enter>", "RING_EMPTY (0)");
    scene_press(t, ":type rong<Enter>", "near: ring");
    scene_press(t, "S", "00000000  52 49");
    scene_press(t, "S", "RING_EMPTY (0)");
    FILE *f = fopen(file, "w");
    ck_assert_ptr_nonnull(f);
    (void)fputs("struct ring { int a;\nstruct { class b; };\n", f);
    (void)fclose(f);
    scene_press(t, keys, ".h:2:");
    scene_quit(t);
}

/* The only trace of what lies in the segment is a pointer of a program that maps it: this one. */
struct beat_block {
    uint32_t magic, version;
    uint64_t beat;
};
struct beat_block *traced;

TEST(what_lies_there_is_found)
{
    name = e2e_name("tree");
    memory = scene_segment(name, 4096);
    traced = (struct beat_block *)(void *)(memory + 0x40);
    traced->beat = 4711;
    struct e2e *t = scene_open(name);
    scene_press(t, "S", "look again");
    int row = 0, col = 0;
    if (!e2e_find(t, "via traced", &row, &col)) {
        e2e_keys(t, "q");
        scene_quit(t);
        SKIP("this test, or shmlens, was built without debug information");
    }
    scene_press(t, "1", " 4711 ");
    traced->beat++;
    e2e_wait_text(t, " 4712 ", 0);
    scene_quit(t);
}

/* `off` asks nobody; `auto` takes the pointer that leads to the first byte at once. */
TEST(programs_are_asked_as_it_is_set)
{
    name = e2e_name("tree");
    memory = scene_segment(name, 4096);
    traced = (struct beat_block *)(void *)memory;
    traced->beat = 4711;
    struct e2e *t = scene_open(name);
    scene_press(t, ":set types off<Enter>S", "no type is known for this segment");
    int row = 0, col = 0;
    ck_assert(!e2e_find(t, "traced", &row, &col));
    scene_press(t, ":set types list<Enter>S", "look again");
    if (!e2e_find(t, "via traced", &row, &col)) {
        e2e_keys(t, "q");
        scene_quit(t);
        SKIP("this test, or shmlens, was built without debug information");
    }
    scene_press(t, "q:set types auto<Enter>S", " 4711 ");
    scene_quit(t);
}

/* A segment with a mutex at 0x40. */
static pthread_mutex_t *make_mutex(void)
{
    name = e2e_name("tree");
    memory = scene_segment(name, 4096);
    pthread_mutexattr_t a;
    pthread_mutex_t *m = (pthread_mutex_t *)(void *)(memory + 0x40);
    (void)pthread_mutexattr_init(&a);
    (void)pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
    ck_assert_int_eq(pthread_mutex_init(m, &a), 0);
    return m;
}

/* A lock is shown with its owner, as another process takes it and gives it back. */
TEST(locks_have_owners)
{
    NEEDS_FIRST_PID_NAMESPACE();
    pthread_mutex_t *m = make_mutex();
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    writer = fork();
    if (writer == 0) { /* holds it until it may read */
        char byte;
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        (void)close(ends[1]);
        (void)pthread_mutex_lock(m);
        (void)!read(ends[0], &byte, 1);
        (void)pthread_mutex_unlock(m);
        for (;;)
            (void)pause();
    }
    struct e2e *t = scene_attach(name, E2E_ARGV("--type", "pthread_mutex_t[1]@0x40"));
    char text[64];
    (void)snprintf(text, sizeof text, "held %d/%d ", (int)writer, (int)writer);
    e2e_wait_text(t, text, 0);
    scene_press(t, "r", "lock 0x"); /* raw: its words */
    scene_press(t, "r", text);
    ck_assert_int_eq((int)write(ends[1], "u", 1), 1);
    e2e_wait_text(t, " free ", 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    scene_quit(t);
}

/* A process that has come since the users were listed is seen at once, and is not taken for dead;
 * one that dies is. */
TEST(owners_come_and_die)
{
    NEEDS_FIRST_PID_NAMESPACE();
    pthread_mutex_t *m = make_mutex();
    struct e2e *t = scene_attach(name, E2E_ARGV("--type", "pthread_mutex_t[1]@0x40"));
    e2e_wait_text(t, " free ", 0);
    for (int i = 0; i < 4; i++) {
        int row, col;
        char text[64], dead[64];
        writer = fork();
        if (writer == 0) {
            (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
            (void)pthread_mutex_lock(m);
            for (;;)
                (void)pause();
        }
        (void)snprintf(text, sizeof text, "held %d/%d ", (int)writer, (int)writer);
        (void)snprintf(dead, sizeof dead, "dead owner %d ", (int)writer);
        for (int k = 0; k < 1000 && !e2e_find(t, text, &row, &col); k++) {
            (void)e2e_pump(t, 10);
            ck_assert(!e2e_find(t, dead, &row, &col));
            ck_assert(!e2e_find(t, "owner not seen", &row, &col));
        }
        e2e_wait_text(t, text, 0);
        (void)kill(writer, SIGKILL);
        (void)waitpid(writer, NULL, 0);
        for (int k = 0; k < 500 && !e2e_find(t, dead, &row, &col); k++)
            (void)e2e_pump(t, 10);
        if (e2e_find(t, "owner not seen", &row, &col)) {
            writer = 0;
            scene_quit(t);
            SKIP("processes may be hidden here");
        }
        e2e_wait_text(t, dead, 0); /* now it is */
        (void)memset(m, 0, 16);    /* unlocked by hand */
        e2e_wait_text(t, " free ", 0);
    }
    writer = 0;
    scene_quit(t);
}

SUITE(test_e2e_tree, .set_up = set_up, .tear_down = tear_down,
      TESTS(stores_appear, a_field_is_stored_once, a_bitfield_keeps_its_neighbours,
            a_million_elements_scroll, types_are_kept, fields_are_still_shown_after_another_segment,
            files_are_read_at_the_prompt, what_lies_there_is_found, programs_are_asked_as_it_is_set,
            locks_have_owners, owners_come_and_die));
