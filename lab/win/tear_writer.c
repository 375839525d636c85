/* tear_writer: writes a record of 8 words, all the same number, over and over.
 *
 * A reader that looks while it is being written gets some new words and some old ones: the record
 * is torn. This writer takes its time before each word, so that about every second look finds a
 * torn record; a fast one is caught more rarely, which makes the fault harder to find.
 *
 * A seqlock tells the reader: the writer makes a counter odd before it writes, and even when it has
 * finished. (The words are atomic, so that no single word is torn; relaxed, so that this costs
 * nothing.) How it writes stands at 0x04: 0 without any protection, 1 with a seqlock, 2 with one
 * that somebody got wrong; an argument (0, 1 or 2) says how it begins.
 *
 *     gcc tear_writer.c -o tear_writer && tear_writer */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-tearing"

enum { WORDS = 8, WORD_REST = 1, RECORD_REST = 10 }; /* in ms */

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

static struct shared *make_segment(void)
{
    HANDLE map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                    sizeof(struct shared), NAME);
    void *memory = NULL;
    if (map != NULL && GetLastError() != ERROR_ALREADY_EXISTS) /* never one that is there already */
        memory = MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    if (memory == NULL)
        fprintf(stderr, NAME ": error %lu\n", GetLastError());
    return memory;
}

static void write_record(struct shared *s, uint64_t number)
{
    for (int i = 0; i < WORDS; i++) {
        Sleep(WORD_REST); /* a real program works out the next word here */
        atomic_store_explicit(&s->record[i], number, memory_order_relaxed);
    }
}

static void write_once(struct shared *s, uint64_t number)
{
    uint32_t sequence = s->sequence, how = s->how;
    switch (how) {
    case 0:
        write_record(s, number);
        break;
    case 1: /* odd, write, even */
        atomic_store_explicit(&s->sequence, sequence + 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_release); /* the odd number is seen before the words */
        write_record(s, number);
        atomic_store_explicit(&s->sequence, sequence + 2, memory_order_release);
        break;
    default: /* <- here: never odd: a reader cannot see that it came at a bad moment */
        write_record(s, number);
        atomic_store_explicit(&s->sequence, sequence + 2, memory_order_release);
    }
}

int main(int argc, char **argv)
{
    struct shared *s = make_segment();
    if (s == NULL)
        return 1;
    s->how = argc > 1 ? (uint32_t)atoi(argv[1]) : 0;
    for (uint64_t number = 1;; number++) {
        write_once(s, number);
        Sleep(RECORD_REST);
    }
}
