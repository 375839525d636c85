/* lost_update: two processes add one to the same number, and count what gets lost.
 *
 * Start it twice, with 0 and with 1. Both add for half of the time, in the same moments. In the
 * rest process 0 compares the number with what both have added. Store 1 at 0x18, and they add in
 * one step, which loses nothing.
 *
 *     gcc lost_update.c -o lost_update && start lost_update 0 && lost_update 1 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-lost-update"

enum { TURN = 64, WORK = 32, TURNS = 8 }; /* in each 64 ms both add for 32 ms */

struct shared {
    union {
        volatile uint64_t plain; /* 0x00: the number ... */
        _Atomic uint64_t atomic; /* ... and the same number, as one that is changed in one step */
    } sum;
    _Atomic uint64_t added[2];     /* 0x08, 0x10: additions of each process */
    _Atomic uint32_t how;          /* 0x18: 0: load, add, store; 1: in one step */
    _Atomic uint32_t measured;     /* 0x1c: `how`, for all of the last half second */
    _Atomic uint64_t lost;         /* 0x20: additions that are missing in the number */
    _Atomic uint64_t lost_lately;  /* 0x28: of them in the last half second */
    _Atomic uint64_t added_lately; /* 0x30: additions in the last half second */
    _Atomic uint32_t busy;         /* 0x38: odd: process 1 is adding */
};

/* Milliseconds of this turn; the clock is the same in all processes. */
static int64_t in_turn(void)
{
    LARGE_INTEGER ticks, second;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&second);
    return ticks.QuadPart / (second.QuadPart / 1000) % TURN;
}

/* Process 0 makes the segment, the other waits for it; NULL: it failed. */
static struct shared *join_segment(int me)
{
    HANDLE map = NULL;
    void *memory = NULL;
    if (me == 0)
        map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                 sizeof(struct shared), NAME);
    if (me == 0 && GetLastError() == ERROR_ALREADY_EXISTS) /* never one that is there already */
        return NULL;
    for (; me != 0 && map == NULL; Sleep(100))
        map = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, NAME);
    if (map != NULL)
        memory = MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    if (memory == NULL)
        fprintf(stderr, NAME ": error %lu\n", GetLastError());
    return memory;
}

static void add(struct shared *s, int me)
{
    while (in_turn() < WORK)
        for (int i = 0; i < 1000; i++) {
            if (s->how == 0) {
                uint64_t sum = s->sum.plain; /* load */
                for (volatile int work = 0; work < 10; work++)
                    continue;           /* a real program works out something here */
                s->sum.plain = sum + 1; /* <- here: the other may have stored meanwhile */
            } else
                atomic_fetch_add(&s->sum.atomic, 1);
            s->added[me] = s->added[me] + 1; /* only this process stores here */
        }
}

/* Process 0, while both rest: what should be there, and what is. */
static int count_losses(struct shared *s)
{
    static uint64_t lost_before, added_before;
    static uint32_t how;
    uint32_t busy = s->busy;
    uint64_t added = s->added[0] + s->added[1], lost = added - s->sum.plain;
    if (busy % 2 != 0 || s->busy != busy)
        return 0; /* the other did not rest: next time */
    s->lost = lost;
    s->lost_lately = lost - lost_before;
    s->added_lately = added - added_before;
    s->measured = s->how == how ? how : UINT32_MAX;
    lost_before = lost;
    added_before = added;
    how = s->how;
    return 1;
}

int main(int argc, char **argv)
{
    int me = argc > 1 && atoi(argv[1]) == 1;
    struct shared *s = join_segment(me);
    if (s == NULL)
        return 1;
    for (int turn = 0;; turn++) {
        while (in_turn() >= WORK) /* both begin in the same turn */
            Sleep(1);
        s->busy += (uint32_t)me;
        add(s, me);
        s->busy += (uint32_t)me;
        if (me == 0 && turn >= TURNS) {
            Sleep(TURN / 8); /* until the other has finished too */
            turn = count_losses(s) ? 0 : turn;
        }
    }
}
