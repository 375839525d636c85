/* The input as words of locks and as threads that wait somewhere: whatever it is, verdicts are
 * about what is there, rings are rings, each found once, and lines fit. */
#include <string.h>

#include "core/lock/judge.h"
#include "fuzz.h"

enum { OBJECTS = 6, TASKS = 12, LINE = 512, APART = 64 };

static struct lock_object object[OBJECTS];
static struct lock_task task[TASKS];
static uint32_t waiter[TASKS], mark[TASKS];

/* The next n bytes of the input; zeros after its end. */
static struct input {
    const uint8_t *at;
    size_t n;
} input;

static void take(void *to, size_t n)
{
    size_t some = n < input.n ? n : input.n;
    memset(to, 0, n);
    if (some > 0)
        memcpy(to, input.at, some);
    input.at += some;
    input.n -= some;
}

static uint8_t take_byte(void)
{
    uint8_t byte;
    take(&byte, 1);
    return byte;
}

static void make_object(struct lock_object *o, uint64_t offset)
{
    uint8_t bytes[LOCK_BYTES], how = take_byte();
    const struct lock_abi abi = {.libc = (enum lock_libc)(how & 3), .version = how & 4 ? 217 : 0};
    *o = (struct lock_object){.offset = offset,
                              .kind = (enum lock_kind)(1 + (how >> 3) % (LOCK_KINDS - 1)),
                              .moved = (how & 0x80) != 0,
                              .absent = (how & 0x40) != 0};
    size_t n = lock_size(o->kind);
    HOLDS(n > 0 && n <= LOCK_BYTES);
    o->size = (uint32_t)n;
    take(bytes, sizeof bytes);
    o->unread = lock_decode(&abi, o->kind, bytes, n, &o->words);
}

static void make_task(struct lock_task *t, uint32_t tid)
{
    uint8_t how = take_byte();
    *t = (struct lock_task){.pid = 1 + tid / 4,
                            .tid = tid,
                            .own = how & 1 ? tid : tid / 2,
                            .ended = (how & 2) != 0,
                            .waits = (how & 4) != 0,
                            .at = take_byte() * (uint64_t)4,
                            .timed = (how & 8) != 0,
                            .apart = (how & 16) != 0,
                            .nested = (how & 224) == 224};
}

static const char *name(void *ctx, uint32_t pid)
{
    (void)ctx;
    return pid % 2 == 0 ? "ringd" : NULL;
}

static void look_at(const struct lock_scene *s)
{
    char line[LINE], verdict[LINE];
    size_t waiters = 0;
    for (size_t i = 0; i < s->objects; i++) {
        const struct lock_object *o = &s->object[i];
        HOLDS(o->first_waiter == waiters && o->owners <= LOCK_OWNERS);
        waiters += o->waiters;
        for (size_t k = 0; k < o->waiters; k++) {
            const struct lock_task *t = &s->task[s->waiter[o->first_waiter + k]];
            HOLDS(t->waits && t->at >= o->offset && t->at < o->offset + o->size);
        }
        HOLDS((o->owner == OWNER_SEEN) == (o->owners > 0));
        HOLDS(!lock_is_dead(o) || o->absent || o->words.state == LOCK_DIED ||
              (s->whole && s->nobody && o->words.owner == 0));
        HOLDS(!lock_is_dead(o) || !o->moved || o->words.state != LOCK_HELD);
        size_t n = lock_text(s, o, name, NULL, line, sizeof line);
        HOLDS(n < sizeof line && n == strlen(line));
        n = lock_verdict(s, o, name, NULL, verdict, sizeof verdict);
        HOLDS(n == strlen(verdict) && strstr(line, verdict) != NULL);
    }
    HOLDS(waiters <= s->tasks);
}

static void look_at_rings(struct lock_scene *s)
{
    struct lock_step step[OBJECTS];
    uint32_t from = 0;
    size_t n, in[TASKS] = {0};
    while ((n = lock_ring(s, &from, step)) > 0) {
        HOLDS(n <= OBJECTS);
        for (size_t i = 0; i < n; i++) {
            const struct lock_object *o = &s->object[step[i].object];
            HOLDS(o->owners == 1 && !o->perhaps && o->owned_by[0] == step[(i + 1) % n].task);
            HOLDS(step[n - 1].object <= step[i].object && ++in[step[i].task] == 1);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = (struct input){data, size};
    uint8_t how = take_byte();
    struct lock_scene s = {.object = object,
                           .objects = OBJECTS,
                           .task = task,
                           .tasks = TASKS,
                           .waiter = waiter,
                           .mark = mark,
                           .whole = (how & 1) != 0,
                           .asleep = (how & 2) != 0,
                           .nobody = (how & 4) != 0,
                           .inside = (how & 24) == 24};
    for (uint32_t i = 0; i < TASKS; i++)
        make_task(&task[i], i + 1);
    for (uint64_t i = 0; i < OBJECTS; i++)
        make_object(&object[i], APART * i);
    lock_judge(&s);
    look_at(&s);
    look_at_rings(&s);
    return 0;
}
