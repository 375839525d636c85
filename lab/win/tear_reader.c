/* tear_reader: reads the record of tear_writer and counts how often it is torn.
 *
 * With a seqlock it reads the counter, the record, and the counter again. Was the counter odd, or
 * is it another one now, then the writer was at work, and the reader tries again.
 *
 *     gcc tear_reader.c -o tear_reader && tear_reader      (start tear_writer first) */
#include <stdatomic.h>
#include <stdint.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-tearing"

enum { WORDS = 8 };

struct shared {
    _Atomic uint32_t sequence;      /* 0x00: of the seqlock: odd while the record is written */
    _Atomic uint32_t how;           /* 0x04: 0: no protection; 1: a seqlock; 2: a broken one */
    _Atomic uint64_t reads;         /* 0x08: records the reader took */
    _Atomic uint64_t torn;          /* 0x10: of them made of two */
    _Atomic uint64_t torn_lately;   /* 0x18: in the last half second */
    _Atomic uint64_t reads_lately;  /* 0x20 */
    _Atomic uint32_t measured;      /* 0x28: `how`, for all of that half second */
    _Atomic uint32_t unused;        /* 0x2c */
    _Atomic uint64_t record[WORDS]; /* 0x30: all words are the same number, once it is written */
};

/* The segment, as soon as tear_writer has made it. */
static struct shared *wait_for_segment(void)
{
    for (;; Sleep(100)) {
        HANDLE map = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, NAME);
        void *memory = map != NULL ? MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0) : NULL;
        if (map != NULL)
            CloseHandle(map); /* the mapping stays */
        if (memory != NULL)
            return memory;
    }
}

static void copy_record(struct shared *s, uint64_t *copy)
{
    for (int i = 0; i < WORDS; i++)
        copy[i] = atomic_load_explicit(&s->record[i], memory_order_relaxed);
}

static void read_record(struct shared *s, uint64_t *copy)
{
    uint32_t before, after;
    if (s->how == 0) {
        copy_record(s, copy);
        return;
    }
    do { /* <- here: until nothing was written meanwhile */
        before = atomic_load_explicit(&s->sequence, memory_order_acquire);
        copy_record(s, copy);
        atomic_thread_fence(memory_order_acquire);
        after = atomic_load_explicit(&s->sequence, memory_order_relaxed);
    } while (before % 2 != 0 || before != after);
}

static int is_torn(const uint64_t *copy)
{
    for (int i = 1; i < WORDS; i++)
        if (copy[i] != copy[0])
            return 1;
    return 0;
}

int main(void)
{
    uint64_t copy[WORDS], reads = 0, torn = 0, reads_before = 0, torn_before = 0;
    struct shared *s = wait_for_segment();
    for (uint32_t turn = 1, how = 0, same = 0;; turn++) {
        for (int i = 0; i < 5000; i++, reads++) {
            read_record(s, copy);
            torn += (uint64_t)is_torn(copy);
        }
        same = s->how == how ? same : 0; /* did it stay as it was for all of this time? */
        how = s->how;
        s->reads = reads;
        s->torn = torn;
        if (turn % 16 == 0) {
            s->reads_lately = reads - reads_before;
            s->torn_lately = torn - torn_before;
            s->measured = same ? how : UINT32_MAX;
            reads_before = reads;
            torn_before = torn;
            same = 1;
        }
        Sleep(1);
    }
}
