/* --type: fields of a segment printed, stored, watched, waited for and found; layout. A peer is
 * this test itself, which has the same struct from its compiler. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/run.h"
#include "support/suite.h"

#define HEADER                                      \
    enum state { RING_NEW, RING_INIT, RING_READY }; \
    enum flag { URGENT = 1, LAST = 2 };             \
    struct msg {                                    \
        uint16_t kind;                              \
        uint16_t prio : 5, pos : 11;                \
        uint8_t flags;                              \
        char name[7];                               \
        double value;                               \
    };                                              \
    struct ring {                                   \
        char magic[8];                              \
        uint32_t version;                           \
        enum state state;                           \
        struct {                                    \
            uint64_t head, tail;                    \
        } cur;                                      \
        _Bool closing;                              \
        struct ring *self;                          \
        uint32_t next;                              \
        struct msg slots[3];                        \
    };
HEADER

/* The text of a macro's body. */
#define TEXT_OF(...) #__VA_ARGS__
#define TEXT(x)      TEXT_OF(x)

static struct ring *ring; /* mapped here */
static const char *name, *header, *layout;

static const char *write_file(const char *file, const char *text)
{
    const char *path = run_path(file);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    return path;
}

static void set_up(void)
{
    name = run_name("ring");
    ring = (struct ring *)(void *)run_map(name, 4096);
    header = write_file("ring.h", "#include <stdint.h>\n" TEXT(HEADER) "\n");
    layout = write_file("ring.layout", "at /shmlens-test-*-ring 0: struct ring when version == 3\n"
                                       "for ring.next: link = slots\nfor msg.flags: flags flag\n");
    memcpy(ring->magic, "RING\"v2", 8);
    ring->version = 3;
    ring->state = RING_READY;
    ring->slots[1].prio = 17;
    ring->slots[1].flags = URGENT | LAST;
    memcpy(ring->slots[1].name, "h\xc3\xa4\x1b", 5);
    ring->next = 1;
    ring->self = ring;
}

#define TYPED "--type", "ring", "--types", header, "--types", layout

TEST(leaves)
{
    char expected[2048];
    (void)snprintf(expected, sizeof expected,
                   "0x0 magic \"RING\\\"v2\"\n0x8 version 3\n0xc state RING_READY (2)\n"
                   "0x10 cur.head 0\n0x18 cur.tail 0\n0x20 closing false\n"
                   "0x28 self 0x%llx -> +0x0\n0x30 next 1 -> +0x50\n",
                   (unsigned long long)(uintptr_t)ring);
    const struct ran *r = RUN("peek", name, TYPED);
    ck_assert_int_eq(r->status, 0);
    ck_assert_msg(strncmp(r->out, expected, strlen(expected)) == 0, "%s", r->out);
    ck_assert_ptr_nonnull(strstr(r->out, "0x52 slots[1].prio 17\n0x52 slots[1].pos 0\n0x54 "
                                         "slots[1].flags URGENT|LAST\n0x55 slots[1].name "
                                         "\"h\xc3\xa4\\x1b\"\n"));
    ck_assert_ptr_null(strstr(r->out, "padding"));
    RUN_PRINTS(0, "0xc state RING_READY (2)\n", "peek", name, "state", TYPED);
    RUN_PRINTS(0, "0xc state RING_READY (2)\n", "peek", name, "0xc", TYPED);
    RUN_PRINTS(0, "0x8 version 3\n0xc state RING_READY (2)\n", "peek", name, "8", "5", TYPED);
    RUN_PRINTS(0, "0x52 slots[1].prio 17\n0x6a slots[2].prio 0\n", "peek", name, "slots[1..2].prio",
               TYPED);
    RUN_PRINTS(0, "0x52 next->prio 17\n", "peek", name, "next->prio", TYPED);
    RUN_PRINTS(0, "0x8 self->version 3\n", "peek", name, "self->version", TYPED);
    RUN_PRINTS(0, "0x52 prio 17\n", "peek", name, "prio", "--type", "msg@0x50", "--types", header);
    RUN_PRINTS(0, "0x52 [1].prio 17\n", "peek", name, "[1].prio", "--type", "msg[2]@0x38",
               "--types", header);
    RUN_PRINTS(0, "0x8 version 3\n", "peek", name, "version", "--type", "auto", "--types", header,
               "--types", layout);
    ck_assert_ptr_nonnull(
        strstr(RUN("peek", name, "--all", TYPED)->out, "0x21 7 bytes of padding"));
}

TEST(as_json)
{
    json_t *o = run_json(RUN("peek", name, "--json", TYPED));
    ck_assert_int_eq(told_number(o, "format"), 1);
    ck_assert_int_eq(told_number(o, "size"), (json_int_t)sizeof(struct ring));
    ck_assert_str_eq(json_string_value(json_object_get(o, "type")), "struct ring");
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(o, "source"), "file")),
                     header);
    size_t i;
    json_t *f;
    int seen = 0;
    json_array_foreach(json_object_get(o, "fields"), i, f)
    {
        const char *path = json_string_value(json_object_get(f, "path"));
        const json_t *value = json_object_get(f, "value");
        if (strcmp(path, "magic") == 0)
            ck_assert_str_eq(json_string_value(value), "RING\"v2");
        else if (strcmp(path, "state") == 0)
            ck_assert(json_integer_value(value) == 2 &&
                      strcmp(json_string_value(json_object_get(f, "name")), "RING_READY") == 0);
        else if (strcmp(path, "cur.head") == 0)
            ck_assert_str_eq(json_string_value(value), "0");
        else if (strcmp(path, "slots[1].prio") == 0)
            ck_assert(json_integer_value(value) == 17 && told_number(f, "bits") == 5 &&
                      told_number(f, "bit") == 0 && told_number(f, "offset") == 0x52);
        else if (strcmp(path, "next") == 0)
            ck_assert(json_integer_value(value) == 1 && told_number(f, "to") == 0x50);
        else if (strcmp(path, "closing") == 0)
            ck_assert(json_is_false(value));
        else
            continue;
        seen++;
    }
    ck_assert_int_eq(seen, 6);
    json_decref(o);
}

TEST(refusals)
{
    RUN_FAILS("no such type; near: ring", "peek", name, "--type", "rink", "--types", header);
    RUN_FAILS("nowhere: no such type", "peek", name, "--type", "nowhere");
    RUN_FAILS("no such file", "peek", name, "--type", "ring", "--types", "/nowhere.h");
    RUN_FAILS("not a regular file", "peek", name, "--type", "ring", "--types", "/dev/null");
    RUN_FAILS("PATH: nope: no such field in struct ring", "peek", name, "nope", TYPED);
    RUN_FAILS("sate: no such field in struct ring; near: state", "peek", name, "sate", TYPED);
    RUN_FAILS("RING_REDY: no such name in enum state; near: RING_READY", "poke", name, "state",
              "RING_REDY", TYPED);
    RUN_FAILS("there are 3 elements", "peek", name, "slots[3]", TYPED);
    RUN_FAILS("--type and --as do not go together", "peek", name, "--as", "u8", TYPED);
    ring->next = 3;
    RUN_FAILS("next: 0x3 leads nowhere in the segment", "peek", name, "next->kind", TYPED);
}

static void broken_files(void)
{
    const char *bad = write_file("bad.h", "struct a {\n    int x;\n    what y;\n};\n");
    const struct ran *r = RUN("peek", name, "--type", "a", "--types", bad);
    ck_assert_int_eq(r->status, 2);
    ck_assert_ptr_nonnull(strstr(r->err, "bad.h:3: what: not a type that is known"));
    ck_assert_str_eq(r->out, "");
}

TEST(errors_of_files)
{
    broken_files();
    /* A type that reaches past the end is printed as far as it is there. */
    const struct ran *r = RUN("peek", name, "--type", "ring@4080", "--types", header);
    ck_assert_int_eq(r->status, 2);
    ck_assert_str_eq(r->out, "0xff0 magic \"\"\n0xff8 version 0\n0xffc state RING_NEW (0)\n");
    ck_assert_ptr_nonnull(strstr(r->err, "past the end"));
}

TEST(stores)
{
    RUN_PRINTS(0, "", "poke", name, "slots[2].value", "2.5", TYPED);
    ck_assert_double_eq(ring->slots[2].value, 2.5);
    RUN_PRINTS(0, "", "poke", name, "state", "RING_INIT", "--expect", "RING_READY", TYPED);
    ck_assert_int_eq(ring->state, RING_INIT);
    const struct ran *r = RUN_PRINTS(1, "", "poke", name, "state", "0", "--expect", "2", TYPED);
    ck_assert_ptr_nonnull(strstr(r->err, "state at 0xc holds RING_INIT (1), not RING_READY (2): "
                                         "nothing was stored"));
    ring->slots[1].pos = 1234;
    RUN_PRINTS(0, "", "poke", name, "slots[1].prio", "9", TYPED);
    ck_assert(ring->slots[1].prio == 9 && ring->slots[1].pos == 1234);
    RUN_PRINTS(1, "", "poke", name, "slots[1].prio", "3", "--expect", "8", TYPED);
    RUN_PRINTS(0, "", "poke", name, "slots[1].prio", "3", "--expect", "9", TYPED);
    ck_assert(ring->slots[1].prio == 3 && ring->slots[1].pos == 1234);
    memset(ring->slots[0].name, 'x', sizeof ring->slots[0].name);
    RUN_PRINTS(0, "", "poke", name, "slots[0].name", "\"a\\n\"", TYPED);
    ck_assert_mem_eq(ring->slots[0].name, "a\n\0\0\0\0\0", 7);
    RUN_FAILS("longer than 7 bytes", "poke", name, "slots[0].name", "12345678", TYPED);
    RUN_FAILS("does not fit 5 bits", "poke", name, "slots[1].prio", "32", TYPED);
    RUN_FAILS("no such name in enum state", "poke", name, "state", "RING_GONE", TYPED);
    RUN_FAILS("slots[1] is a struct", "poke", name, "slots[1]", "1", TYPED);
    RUN_FAILS("slots is an array", "poke", name, "slots", "1", TYPED);
    RUN_FAILS("not a range", "poke", name, "slots[0..1].kind", "1", TYPED);
    RUN_FAILS("PATH and one VALUE", "poke", name, "state", "1", "2", TYPED);
    ck_assert_mem_eq(ring->slots[0].name, "a\n\0\0\0\0\0", 7);
}

static _Atomic int flipping;

static void *flip(void *unused)
{
    uint16_t *word = (uint16_t *)(void *)((char *)&ring->slots[0] + 2);
    uintptr_t lost = 0;
    (void)unused;
    for (uint16_t i = 0; flipping != 0; i++) { /* only this thread changes the upper 11 bits */
        uint16_t mine = (uint16_t)(i << 5), old = __atomic_load_n(word, __ATOMIC_SEQ_CST);
        while (!__atomic_compare_exchange_n(word, &old, (uint16_t)((old & 31U) | mine), false,
                                            __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
            ;
        lost += (__atomic_load_n(word, __ATOMIC_SEQ_CST) & 0xffe0) != mine;
    }
    return (void *)lost;
}

/* Neighbours that change at full speed meanwhile keep what they became. */
/* The other thread changes other bits of the same word meanwhile, which is the point. */
__attribute__((no_sanitize("thread"))) static unsigned prio_now(void)
{
    return ring->slots[0].prio;
}

TEST(neighbours)
{
    pthread_t thread;
    void *lost = NULL;
    flipping = 1;
    ck_assert_int_eq(pthread_create(&thread, NULL, flip, NULL), 0);
    for (int i = 0; i < 60; i++) {
        char value[8];
        (void)snprintf(value, sizeof value, "%d", i % 32);
        RUN_PRINTS(0, "", "poke", name, "slots[0].prio", value, TYPED);
        ck_assert_uint_eq(prio_now(), (unsigned)(i % 32));
    }
    flipping = 0;
    pthread_join(thread, &lost);
    ck_assert_ptr_null(lost);
}

/* Of two that expect the same value one stores. */
TEST(one_of_two_wins)
{
    for (int i = 0; i < 8; i++) {
        char was[8];
        struct job j[2];
        int status[2];
        (void)snprintf(was, sizeof was, "%u", prio_now());
        for (int k = 0; k < 2; k++) {
            char value[8];
            (void)snprintf(value, sizeof value, "%d", 2 * i + k + 1);
            j[k] = JOB("poke", name, "slots[0].prio", value, "--expect", was, TYPED);
        }
        for (int k = 0; k < 2; k++)
            status[k] = job_wait(&j[k])->status;
        ck_assert_int_eq(status[0] + status[1], 1);
        ck_assert_uint_eq(prio_now(), (unsigned)(2 * i + (status[0] == 0 ? 1 : 2)));
    }
}

/* What a watcher that has begun says next, so many lines, one behind the other. */
static const char *next_lines(struct job *j, int lines)
{
    static char all[1000];
    size_t n = 0;
    for (all[0] = '\0'; lines > 0; lines--) {
        const char *line = job_line(j);
        ck_assert_ptr_nonnull(line);
        n += (size_t)snprintf(all + n, sizeof all - n, "%s\n", line);
        ck_assert_uint_lt(n, sizeof all);
    }
    return all;
}

static void interrupt(struct job *j)
{
    ck_assert_int_eq(kill(j->pid, SIGINT), 0);
    ck_assert_int_eq(job_wait(j)->status, 0);
}

TEST(watches)
{
    struct job j = JOB("watch", name, "--for", "60s", TYPED);
    job_await_change(&j, (unsigned char *)&ring->cur.tail);
    ring->slots[1].prio = 5;
    ring->state = RING_NEW;
    memcpy(ring->magic, "RING", 5);
    const char *said = next_lines(&j, 3);
    ck_assert_ptr_nonnull(strstr(said, " 0x0 magic \"RING\\\"v2\" \"RING\"\n"));
    ck_assert_ptr_nonnull(strstr(said, " 0xc state RING_READY (2) RING_NEW (0)\n"));
    ck_assert_ptr_nonnull(strstr(said, " 0x52 slots[1].prio 17 5\n"));
    ck_assert_ptr_null(strstr(said, "pos"));
    interrupt(&j);
    j = JOB("watch", name, "slots[0..1].kind", "--json", "--for", "60s", TYPED);
    job_await_change(&j, (unsigned char *)&ring->slots[1].kind);
    ring->slots[2].kind = 9;
    ring->slots[0].kind = 8;
    json_t *o = json_loads(next_lines(&j, 1), 0, NULL);
    ck_assert_ptr_nonnull(o);
    ck_assert_str_eq(json_string_value(json_object_get(o, "path")), "slots[0].kind");
    ck_assert(told_number(o, "old") == 0 && told_number(o, "new") == 8);
    json_decref(o);
    interrupt(&j);
}

TEST(waits)
{
    RUN_PRINTS(0, "", "wait", name, "state", "--equals", "RING_READY", TYPED);
    RUN_PRINTS(1, "", "wait", name, "state", "--equals", "RING_NEW", "--timeout", "50ms", TYPED);
    RUN_PRINTS(0, "", "wait", name, "slots[1].prio", "--above", "16", TYPED);
    RUN_PRINTS(0, "", "wait", name, "magic", "--equals", "RING\"v2", TYPED);
    RUN_PRINTS(0, "", "wait", name, "--where", "state == RING_READY && !(slots[1].prio < 17)",
               TYPED);
    RUN_PRINTS(1, "", "wait", name, "--where", "state == RING_READY and closing", "--timeout",
               "50ms", TYPED);
    RUN_FAILS("no such name in enum state", "wait", name, "--where", "state == READY", TYPED);
    RUN_FAILS("--where needs --type", "wait", name, "--where", "state == 1");
    struct job j = JOB("wait", name, "--where", "cur.head == cur.tail && cur.head > 5", "--timeout",
                       "10s", TYPED);
    for (uint64_t i = 0; i < 50; i++) { /* never both, but for the end */
        ring->cur.head = i + 1;
        ring->cur.tail = i;
        usleep(1000);
    }
    ring->cur.tail = ring->cur.head;
    ck_assert_int_eq(job_wait(&j)->status, 0);
    j = JOB("wait", name, "closing", "--changes", "--timeout", "10s", TYPED);
    for (siginfo_t ended = {.si_pid = 0}; ended.si_pid == 0;) { /* until it has seen a change */
        ring->closing = !ring->closing;
        usleep(5000);
        ck_assert_int_eq(waitid(P_PID, (id_t)j.pid, &ended, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    ck_assert_int_eq(job_wait(&j)->status, 0);
}

TEST(finds)
{
    RUN_PRINTS(0, "0xc state\n", "find", name, "RING_READY", TYPED);
    RUN_PRINTS(0, "0x52 slots[1].prio\n", "find", name, "17", TYPED);
    RUN_PRINTS(1, "", "find", name, "77", TYPED);
    RUN_PRINTS(0, "{\"offset\":8,\"length\":4,\"path\":\"version\"}\n", "find", name, "3", "--json",
               "--count", "1", TYPED);
    ck_assert_ptr_nonnull(strstr(RUN("info", name, TYPED)->out, "type:      struct ring at 0x0, "));
}

TEST(layouts)
{
    const char *file = write_file("two.h", "struct one { char c; long l; int b : 3; };\n"
                                           "struct two { short s; struct one o[2]; };\n");
    RUN_PRINTS(0,
               "struct one 24 align 8\n0x0+1          c char\n0x1+7          padding\n"
               "0x8+8          l long\n0x10.0:3       b int\n0x11+7         padding\n",
               "layout", file, "one");
    const struct ran *r = RUN("layout", file, "--abi", "x86_64,win64");
    ck_assert_int_eq(r->status, 1);
    ck_assert_ptr_nonnull(strstr(r->out, "struct one x86_64 24 win64 12\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "  0x0+1          0x0+1          c char\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "! 0x8+8          0x4+4          l long\n"));
    ck_assert_ptr_nonnull(strstr(r->out, "! 0x18.0:3       0xc.0:3        o[0].b int\n"));
    const char *same = write_file("same.h", "struct s { int a; int b; };\n");
    ck_assert_int_eq(RUN("layout", same, "--abi", "x86_64,i386,win64,packed")->status, 0);
    json_t *o = run_json(RUN("layout", file, "two", "--json", "--abi", "i386,packed"));
    ck_assert_uint_eq(json_array_size(json_object_get(o, "types")), 1);
    json_decref(o);
    RUN_FAILS("no such type; near: two", "layout", file, "twoo");
    RUN_FAILS("x86_64, i386, win64 or packed", "layout", file, "--abi", "vax");
}

/* The tables of the system: iconv. */
TEST(codepages)
{
    const char *n = run_name("pages");
    const char *file =
        write_file("pages.layout", "struct p { char jp[8]; char ru[8]; char32_t w[2]; };\n"
                                   "for p.jp: text cp932\nfor p.ru: text cp1251\n");
    size_t size = 0;
    run_make(n, "", 0, 64);
    RUN_PRINTS(0, "", "poke", n, "jp", "\xe6\x97\xa5\xef\xbd\xb1", "--type", "p", "--types", file);
    RUN_PRINTS(0, "", "poke", n, "ru", "\xd0\x94\xd0\xb0", "--type", "p", "--types", file);
    RUN_PRINTS(0, "", "poke", n, "w", "\xe6\x97\xa5", "--type", "p", "--types", file);
    ck_assert_mem_eq(run_bytes(n, &size), "\x93\xfa\xb1\0\0\0\0\0\xc4\xe0\0\0\0\0\0\0\xe5\x65\0\0",
                     20);
    RUN_PRINTS(0,
               "0x0 jp \"\xe6\x97\xa5\xef\xbd\xb1\"\n0x8 ru \"\xd0\x94\xd0\xb0\"\n0x10 w "
               "\"\xe6\x97\xa5\"\n",
               "peek", n, "--type", "p", "--types", file);
    RUN_PRINTS(0, "\xe6\x97\xa5\xef\xbd\xb1\n", "peek", n, "--as", "cp932");
    RUN_PRINTS(0, "\xd0\x94\xd0\xb0\n", "peek", n, "8", "--as", "cp1251");
    RUN_PRINTS(0, "0x8\n", "find", n, "\xd0\x94\xd0\xb0", "--as", "cp1251");
    RUN_PRINTS(0, "0x10\n", "find", n, "\xe6\x97\xa5", "--as", "utf32le");
    RUN_PRINTS(0, "", "poke", n, "32", "\xe2\x82\xac", "--as", "cp1252");
    ck_assert_int_eq(run_bytes(n, &size)[32], 0x80);
    json_t *o = run_json(RUN("peek", n, "jp", "--json", "--type", "p", "--types", file));
    ck_assert_str_eq(json_string_value(
                         json_object_get(json_array_get(json_object_get(o, "fields"), 0), "value")),
                     "\xe6\x97\xa5\xef\xbd\xb1");
    json_decref(o);
}

/* Fields of what a segment was. */
/* Until the recording that is being made tells this of its last moment, twenty seconds at most. */
static void await_recorded(const char *rec, const char *state)
{
    bool told = false;
    for (int i = 0; i < 2000 && !told; i++) {
        const struct ran *r = RUN("peek", rec, "state", TYPED);
        told = r->status == 0 && strcmp(r->out, state) == 0;
        if (!told)
            usleep(10000);
    }
    ck_assert_msg(told, "not recorded: %s", state);
}

TEST(recordings)
{
    const char *file = run_path("ring.rec");
    char rec[600];
    (void)snprintf(rec, sizeof rec, "rec:%s", file);
    struct job j = JOB("record", name, file, "--for", "60s");
    await_recorded(rec, "0xc state RING_READY (2)\n");
    ring->state = RING_INIT;
    await_recorded(rec, "0xc state RING_INIT (1)\n");
    interrupt(&j);
    RUN_PRINTS(0, "0xc state RING_INIT (1)\n", "peek", rec, "state", TYPED);
    RUN_PRINTS(0, "0xc state RING_READY (2)\n", "peek", rec, "state", "--at", "0s", TYPED);
    RUN_PRINTS(0, "", "wait", rec, "state", "--equals", "RING_INIT", TYPED);
    RUN_PRINTS(1, "", "wait", rec, "--where", "state == RING_NEW", TYPED);
    RUN_FAILS("does not watch recordings", "watch", rec, TYPED);
}

/* A field of a large table is reached at once, and a hole stays one. */
TEST(large)
{
    const char *n = run_name("large");
    const char *file = write_file("large.h", "struct cell { unsigned a, b; };\n"
                                             "struct table { unsigned n; struct cell c[]; };\n");
    run_make(n, "", 0, (size_t)1 << 30);
    RUN_PRINTS(0, "0x3ffffff8 c[134217726].b 0\n", "peek", n, "c[134217726].b", "--type", "table",
               "--types", file);
    RUN_PRINTS(0, "0x20000004 c[67108864].a 0\n", "peek", n, "0x20000004", "--type", "table",
               "--types", file);
    RUN_FAILS("there are 134217727 elements", "peek", n, "c[134217727]", "--type", "table",
              "--types", file);
    json_t *o = run_json(RUN("info", n, "--json"));
    ck_assert_int_eq(told_number(o, "resident"), 0);
    json_decref(o);
}

SUITE(test_program_cli_type, .set_up = set_up, .tear_down = run_end,
      TESTS(leaves, as_json, refusals, errors_of_files, stores, neighbours, one_of_two_wins,
            watches, waits, finds, layouts, codepages, recordings, large));
