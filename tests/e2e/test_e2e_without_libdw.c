/* The program as it is built without libdw: layout files do all that they do elsewhere, and where
 * only debug information could help it says why there is none. And as it is where libdw is not
 * installed. */
#include "backend/boxed.h"
#include "backend/os.h"
#include "backend/segment.h"
#include "scene.h"
#include "support.h"
#include "support/suite.h"
#include "types/message.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 0x20, SLOT = 8, COUNT_OF = 1000000, SIZE = SLOTS + COUNT_OF * SLOT };

static const char header[] =
    "enum state { RING_EMPTY, RING_READY };\n"
    "struct slot { unsigned id; unsigned prio : 5, age : 27; };\n"
    "struct ring { char magic[8]; unsigned count; enum state state; unsigned long long beat;\n"
    "  unsigned long long spare; struct slot slots[]; };\n"
    "for ring.slots: count = count\n";

static const char built[] = "this shmlens was built without libdw";
static char file[64], past[64];
static const char *name;
static uint8_t *memory;

static void set_up(void)
{
    const char *without = E2E_WITHOUT_LIBDW;
    e2e_shmlens = without;
    (void)snprintf(file, sizeof file, "/tmp/shmlens-e2e-libdw-%ld.h", (long)getpid());
    (void)snprintf(past, sizeof past, "/tmp/shmlens-e2e-libdw-%ld.rec", (long)getpid());
    FILE *f = fopen(file, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_int_ge(fputs(header, f), 0);
    ck_assert_int_eq(fclose(f), 0);
    name = e2e_name("without-libdw");
    memory = scene_segment(name, SIZE);
    memcpy(memory, "RINGv2", 6);
    memcpy(memory + 8, &(uint32_t){COUNT_OF}, 4);
    memory[0x10] = 77;
    memcpy(memory + SLOTS + 3 * SLOT + 4, &(uint32_t){17 | 1234 << 5}, 4);
}

static void tear_down(void)
{
    (void)unlink(file);
    (void)unlink(past);
}

/* Runs; the status and a part of what it prints must be these. */
static void runs(int status, const char *says, const char *const *argv)
{
    struct e2e_result r = e2e_command(&(struct e2e_command){.argv = argv});
    ck_assert_msg(r.status == status && (strstr(r.out, says) != NULL || strstr(r.err, says)),
                  "%s %s: %d %s%s", argv[1], argv[2], r.status, r.out, r.err);
    e2e_result_free(&r);
}

#define RUNS(status, says, ...) runs(status, says, E2E_ARGV(e2e_shmlens, __VA_ARGS__))
#define TYPED                   "--type", "ring", "--types", file

TEST(in_commands)
{
    char locator[80];
    RUNS(0, "0x10 beat 77\n", "peek", name, "beat", TYPED);
    RUNS(0, "", "poke", name, "slots[3].prio", "9", "--expect", "17", TYPED);
    RUNS(0, "slots[3].prio 9\n0x3c slots[3].age 1234\n", "peek", name, "slots[3]", TYPED);
    RUNS(0, "0x7a1218 slots[999999].id 0\n", "peek", name, "slots[999999].id", TYPED);
    RUNS(0, "", "record", name, past, "--for", "50ms");
    memory[0x10] = 78;
    (void)snprintf(locator, sizeof locator, "rec:%s", past);
    RUNS(0, "0x10 beat 77\n", "peek", locator, "beat", TYPED);
    RUNS(2, built, "peek", name, "--type", "ring");
    RUNS(1, built, "types", name);
}

TEST(on_the_screen)
{
    char keys[128];
    struct e2e *t = scene_open(name);
    scene_press(t, "S", built);
    e2e_keys(t, "q");
    (void)snprintf(keys, sizeof keys, ":types %s<Enter>", file);
    scene_press(t, keys, "types were read");
    scene_press(t, ":type ring@0<Enter>", "1,000,000 elements");
    uint64_t blocks = support_blocks(name);
    scene_press(t, "gslots[999999].id<Enter>", " slots[999999].id ");
    ck_assert_uint_eq(support_blocks(name), blocks);
    scene_press(t, "gslots[3].prio<Enter>", " 17 ");
    scene_press(t, "<F4>", "  EDIT  ");
    scene_press(t, "9<Enter>", " -> 9 (one store)");
    scene_memory(t, memory + SLOTS + 3 * SLOT + 4, &(uint32_t){9 | 1234 << 5}, 4);
    scene_press(t, "<Esc>", "READ-ONLY");
    scene_press(t, "<lt>", " 17 ");
    scene_press(t, ".", " 9 ");
    scene_quit(t);
}

/* Tells the box something about slot 0, perhaps with a file. A box that crashes fails the test. */
static void give(struct boxed *box, enum box_word word, int fd)
{
    const uint8_t bytes[] = {(uint8_t)word, 0};
    const struct boxed_question q = {.bytes = bytes,
                                     .size = sizeof bytes,
                                     .fd = fd,
                                     .deadline = os_now() + 30 * INT64_C(1000000000)};
    uint8_t *answer = NULL;
    size_t n = 0;
    char text[128];
    struct oserr e = boxed_ask(box, &q, &answer, &n);
    ck_assert_msg(!oserr_is(e), "the box was told %d: %s", word, oserr_text(e, text, sizeof text));
    ck_assert(word == BOX_CLOSE || (n > 0 && answer[0] == BOX_REFUSED));
    free(answer);
    if (fd >= 0)
        ck_assert_int_eq(close(fd), 0);
}

/* As for a process with more libraries than the box has slots. */
static void a_slot_is_used_again(const char *program)
{
    struct backend *be = backend_new();
    struct boxed *box = NULL;
    ck_assert_ptr_nonnull(be);
    boxed_use(program);
    ck_assert(!oserr_is(boxed_start(be, &box)));
    for (int i = 0; i < 3; i++)
        give(box, BOX_OPEN, open(program, O_RDONLY | O_CLOEXEC));
    give(box, BOX_CLOSE, -1);
    give(box, BOX_OPEN, open(program, O_RDONLY | O_CLOEXEC));
    boxed_stop(box);
    boxed_use(NULL);
    backend_free(be);
}

TEST(where_it_is_not_installed)
{
    static const char missing[] = "peer_hammer: debug information cannot be read: libdw.so.none "
                                  "(of elfutils) is not here, or too old";
    const char *program = E2E_MISSING_LIBDW;
    if (program == NULL) {
        printf("skip: where_it_is_not_installed: this build knows no libdw\n");
        return;
    }
    e2e_shmlens = program;
    const char *other = e2e_name("missing-libdw");
    struct e2e_peer *hammer = e2e_peer("hammer", other, "4096", "8");
    RUNS(2, missing, "peek", other, "--type", "ring");
    RUNS(1, missing, "types", other);
    RUNS(0, "0x10 beat 77\n", "peek", name, "beat", TYPED);
    e2e_peer_end(hammer);
    a_slot_is_used_again(program);
}

SUITE(test_e2e_without_libdw, .set_up = set_up, .tear_down = tear_down,
      TESTS(in_commands, on_the_screen, where_it_is_not_installed));
