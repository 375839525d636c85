/* What hints of a layout file do on the command line: sequence counters, rings, processes. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

enum { WORDS = 500 };

struct board {
    uint32_t seq, ends;
    uint32_t head, tail;
    int32_t pid, gone;
    uint64_t body[WORDS];
    struct {
        uint16_t kind;
        uint8_t flags;
    } slot[4];
};

static struct board *board;
static const char *name, *one, *two;

static const char *written(const char *file, const char *hint)
{
    const char *path = run_path(file);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fprintf(f,
            "struct board { unsigned seq, ends, head, tail; int pid, gone; unsigned long "
            "body[%d];\n struct { unsigned short kind; unsigned char flags; } slot[4]; };\n"
            "for board.body: %s\nfor board.slot: ring head tail\nfor board.pid: pid\n"
            "for board.gone: pid\n",
            WORDS, hint);
    fclose(f);
    return path;
}

static void set_up(void)
{
    name = run_name("board");
    board = (struct board *)(void *)run_map(name, sizeof *board);
    one = written("one.layout", "seqlock seq");
    two = written("two.layout", "seqlock seq ends");
}

static const char *words_of(unsigned n, uint64_t value)
{
    static char out[64 * WORDS];
    size_t length = 0;
    for (unsigned i = 0; i < n; i++)
        length +=
            (size_t)snprintf(out + length, sizeof out - length, "0x%zx body[%u] %llu\n",
                             offsetof(struct board, body) + 8 * i, i, (unsigned long long)value);
    return out;
}

static _Atomic int writing;

/* Stores the same number into all words at full speed, and counts before and after; readers that
 * do not look at the counters see mixtures. */
static void *write_bodies(void *unused)
{
    (void)unused;
    for (uint64_t n = 1; writing != 0; n++) {
        __atomic_add_fetch(&board->seq, 1, __ATOMIC_SEQ_CST);
        for (int i = 0; i < WORDS; i++)
            __atomic_store_n(&board->body[i], n, __ATOMIC_SEQ_CST);
        __atomic_add_fetch(writing == 1 ? &board->seq : &board->ends, 1, __ATOMIC_SEQ_CST);
        usleep(50);
    }
    return NULL;
}

/* Peeks while they are written: each time all words are of one moment. */
static void peek_while_written(int form, const char *layout)
{
    pthread_t thread;
    writing = form;
    ck_assert_int_eq(pthread_create(&thread, NULL, write_bodies, NULL), 0);
    for (int i = 0; i < 30; i++) {
        const struct ran *r = RUN("peek", name, "--type", "board", "--types", layout);
        ck_assert_msg(r->status == 0, "%d: %s", r->status, r->err);
        const char *at = strstr(r->out, "body[0] ");
        ck_assert_ptr_nonnull(at);
        unsigned long long value = strtoull(at + 8, NULL, 10);
        ck_assert_ptr_nonnull(strstr(r->out, words_of(WORDS, value)));
    }
    writing = 0;
    pthread_join(thread, NULL);
}

TEST(one_counter)
{
    peek_while_written(1, one);
}

TEST(two_counters)
{
    peek_while_written(2, two);
}

/* A writer that died in the middle: what it wrote is not known, the rest is. */
TEST(never_settled)
{
    board->seq = 3;
    board->head = 77;
    const struct ran *r = RUN("peek", name, "0", "40", "--type", "board", "--types", one);
    ck_assert_int_eq(r->status, 1);
    ck_assert_ptr_nonnull(strstr(r->out, "0x0 seq 3\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "0x8 head 77\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "0x18 body[0] ?\n"));
    ck_assert_ptr_nonnull(strstr(r->err, "the counter at 0x0 never stood still and even"));
    r = RUN("peek", name, "body[7]", "--type", "board", "--types", two);
    ck_assert_int_eq(r->status, 1);
    ck_assert_str_eq(r->out, "0x50 body[7] ?\n");
    ck_assert_ptr_nonnull(strstr(r->err, "never was equal to the one that ends a store"));
    RUN_PRINTS(0, "0x8 head 77\n", "peek", name, "head", "--type", "board", "--types", one);
    board->seq = 4;
    RUN_PRINTS(0, "0x50 body[7] 0\n", "peek", name, "body[7]", "--type", "board", "--types", one);
    board->ends = 4;
    RUN_PRINTS(0, "0x50 body[7] 0\n", "peek", name, "body[7]", "--type", "board", "--types", two);
}

/* Counters that only grow wrap around the ring. */
TEST(rings)
{
    board->head = 9;
    board->tail = 3;
    char head[64], tail[64];
    (void)snprintf(head, sizeof head, "0x%zx slot[1].kind 0 <- head\n",
                   offsetof(struct board, slot[1]));
    (void)snprintf(tail, sizeof tail, "0x%zx slot[3].kind 0 <- tail\n",
                   offsetof(struct board, slot[3]));
    const struct ran *r = RUN("peek", name, "slot", "--type", "board", "--types", one);
    ck_assert_ptr_nonnull(strstr(r->out, head));
    ck_assert_ptr_nonnull(strstr(r->out, tail));
    ck_assert_ptr_nonnull(strstr(r->out, "slot[2].kind 0\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "slot[1].flags 0\n"));
    board->tail = 9;
    r = RUN("peek", name, "slot[0..2].kind", "--type", "board", "--types", one);
    ck_assert_ptr_nonnull(strstr(r->out, "slot[1].kind 0\n"));
    r = RUN("peek", name, "slot[1]", "--type", "board", "--types", one);
    ck_assert_ptr_nonnull(strstr(r->out, "slot[1].kind 0 <- head,tail\n"));
    json_t *o = run_json(RUN("peek", name, "slot", "--json", "--type", "board", "--types", one));
    const json_t *f = json_object_get(o, "fields");
    ck_assert_str_eq(json_string_value(json_object_get(json_array_get(f, 2), "ring")), "head,tail");
    ck_assert_ptr_null(json_object_get(json_array_get(f, 0), "ring"));
    json_decref(o);
}

TEST(processes)
{
    char expected[128];
    board->pid = getpid();
    board->gone = INT32_MAX;
    ck_assert_int_eq(prctl(PR_SET_NAME, "ring\033d"), 0);
    (void)snprintf(expected, sizeof expected, "0x10 pid %d (ring\\x1bd)\n0x14 gone 2147483647\n",
                   (int)getpid());
    RUN_PRINTS(0, expected, "peek", name, "0x10", "8", "--type", "board", "--types", one);
    json_t *o = run_json(RUN("peek", name, "pid", "--json", "--type", "board", "--types", one));
    const json_t *f = json_array_get(json_object_get(o, "fields"), 0);
    ck_assert_int_eq(told_number(f, "value"), getpid());
    ck_assert_str_eq(json_string_value(json_object_get(f, "name")), "ring\\x1bd");
    json_decref(o);
}

SUITE(test_program_cli_hints, .set_up = set_up, .tear_down = run_end,
      TESTS(one_counter, two_counters, never_settled, rings, processes));
