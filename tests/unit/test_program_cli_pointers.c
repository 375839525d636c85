/* Pointers in a segment that two processes map at different addresses: printed, in JSON, and
 * followed. The peers are this test and a child. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

struct node {
    struct node *next;
    uint32_t id;
};
struct board {
    struct node *first;
    struct node *there; /* as the child has it */
    char *heap;
    int32_t self;
    uint32_t none;
    struct node node[10000];
};

enum { SIZE = 1 << 18 };

static struct board *board;
static const char *name, *header;
static pid_t child;

/* Maps the segment somewhere else than its parent, and tells where. */
static void be_the_child(int report)
{
    void *old = board;
    void *new = mremap(old, 0, SIZE, MREMAP_MAYMOVE); /* 0: a second mapping of the same */
    if (new == MAP_FAILED || munmap(old, SIZE) != 0 || write(report, &new, sizeof new) < 0)
        _exit(1);
    for (;;)
        pause();
}

static void set_up(void)
{
    int report[2];
    char *there = NULL;
    name = run_name("pointers");
    board = (struct board *)(void *)run_map(name, SIZE);
    header = run_path("pointers.h");
    FILE *f = fopen(header, "w");
    ck_assert_ptr_nonnull(f);
    fputs("struct node { struct node *next; unsigned id; };\n"
          "struct board { struct node *first, *there; char *heap; int self; unsigned none;\n"
          "               struct node node[10000]; };\nfor board.self: link = self+ node\n"
          "for board.none: link = base+ node\n",
          f);
    fclose(f);
    ck_assert_int_eq(pipe(report), 0);
    child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        be_the_child(report[1]);
    ck_assert_int_eq((int)read(report[0], &there, sizeof there), (int)sizeof there);
    close(report[0]);
    close(report[1]);
    for (uint32_t i = 0; i < 10000; i++)
        board->node[i] = (struct node){&board->node[(i + 1) % 10000], i};
    board->first = &board->node[3];
    board->there = (struct node *)(void *)(there + offsetof(struct board, node));
    board->heap = malloc(10);
    board->self = (int32_t)(offsetof(struct board, node[5]) - offsetof(struct board, self));
}

static void tear_down(void)
{
    if (child > 0) {
        kill(child, SIGKILL);
        (void)waitpid(child, NULL, 0);
    }
    free(board->heap);
    run_end();
}

#define TYPED "--type", "board", "--types", header

TEST(said_for_whom)
{
    char expected[600];
    const struct ran *r = RUN("peek", name, "0", "32", TYPED);
    (void)snprintf(expected, sizeof expected,
                   "0x0 first 0x%llx -> +0x50 (only as %d maps it)\n"
                   "0x8 there 0x%llx -> +0x20 (only as %d maps it)\n"
                   "0x10 heap 0x%llx (outside the segment: of no use to others)\n"
                   "0x18 self 88 -> +0x70\n0x1c none 0\n",
                   (unsigned long long)(uintptr_t)board->first, (int)getpid(),
                   (unsigned long long)(uintptr_t)board->there, (int)child,
                   (unsigned long long)(uintptr_t)board->heap);
    if (strstr(r->out, "that can be read)") != NULL) { /* we are not root */
        fprintf(stderr, "skip: heap: processes of others cannot be read\n");
        *strstr(expected, "(outside") = '\0';
        *strstr(r->out, "(outside") = '\0';
    }
    ck_assert_str_eq(r->out, expected);
}

TEST(in_json)
{
    json_t *o = run_json(RUN("peek", name, "0", "32", "--json", TYPED));
    const json_t *f = json_object_get(o, "fields");
    ck_assert_int_eq(told_number(json_array_get(f, 0), "to"), 0x50);
    ck_assert_int_eq(told_number(json_array_get(f, 0), "as"), getpid());
    ck_assert_int_eq(told_number(json_array_get(f, 1), "to"), 0x20);
    ck_assert_int_eq(told_number(json_array_get(f, 1), "as"), child);
    ck_assert(json_is_true(json_object_get(json_array_get(f, 2), "outside")));
    ck_assert_ptr_null(json_object_get(json_array_get(f, 2), "to"));
    ck_assert_int_eq(told_number(json_array_get(f, 3), "to"), 0x70);
    ck_assert_ptr_null(json_object_get(json_array_get(f, 3), "as"));
    ck_assert_ptr_null(json_object_get(json_array_get(f, 4), "to"));
    json_decref(o);
}

TEST(followed)
{
    RUN_PRINTS(0, "0x68 first->next->id 4\n", "peek", name, "first->next->id", TYPED);
    RUN_PRINTS(0, "0x28 there->id 0\n", "peek", name, "there->id", TYPED);
    RUN_PRINTS(0, "0x78 self->id 5\n", "peek", name, "self->id", TYPED);
    RUN_FAILS("leads nowhere in the segment", "peek", name, "none->id", TYPED);
    RUN_PRINTS(0, "", "poke", name, "there->next->id", "77", TYPED);
    ck_assert_uint_eq(board->node[1].id, 77);
}

/* By offset: one value that is right for everybody, or none. */
TEST(stored_by_offset)
{
    RUN_FAILS("map it at different addresses", "poke", name, "first", "+0x50", TYPED);
    RUN_PRINTS(0, "", "poke", name, "self", "+0x50", TYPED);
    ck_assert_int_eq(board->self, 0x50 - (int)offsetof(struct board, self));
    kill(child, SIGKILL);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    child = 0;
    RUN_PRINTS(0, "", "poke", name, "first", "+0x70", TYPED);
    ck_assert_ptr_eq(board->first, &board->node[5]);
    RUN_PRINTS(0, "", "poke", name, "first", "+0x50", "--expect", "+0x70", TYPED);
    ck_assert_ptr_eq(board->first, &board->node[3]);
}

/* A cycle is just steps, of which a path has 64 (two for each pointer followed). */
TEST(cycles_end)
{
    char path[600] = "first";
    board->node[3].next = &board->node[3];
    for (int i = 0; i < 31; i++)
        strncat(path, "->next", sizeof path - strlen(path) - 1);
    const struct ran *r = RUN("peek", name, path, TYPED);
    ck_assert_int_eq(r->status, 0);
    ck_assert_ptr_nonnull(strstr(r->out, "->next 0x"));
    strncat(path, "->next", sizeof path - strlen(path) - 1);
    ck_assert_int_eq(RUN("peek", name, path, TYPED)->status, 2);
}

SUITE(test_program_cli_pointers, .set_up = set_up, .tear_down = tear_down,
      TESTS(said_for_whom, in_json, followed, stored_by_offset, cycles_end));
