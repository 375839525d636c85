/* ring_writer: puts messages into a ring of 16 slots, and now and then too many.
 *
 * head counts what was written, tail what was read; only the writer stores head, only the reader
 * stores tail. head - tail messages wait; when that is 16 the ring is full. This writer does not
 * look (unless there is 1 at 0x08, or the argument is `careful`): every two seconds it writes 24
 * at once, and the oldest are overwritten before the reader has come to them.
 *
 *     gcc ring_writer.c -o ring_writer && ring_writer */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-ring"

enum { SLOTS = 16 };

struct shared {
    _Atomic uint32_t head;     /* 0x00: messages written; the next goes to slot head % 16 */
    _Atomic uint32_t tail;     /* 0x04: messages read; the next comes from slot tail % 16 */
    _Atomic uint32_t how;      /* 0x08: 0: the writer does not look at tail; 1: it does */
    _Atomic uint32_t overruns; /* 0x0c: messages the reader never saw */
    _Atomic uint32_t refused;  /* 0x10: messages the writer kept back, as the ring was full */
    _Atomic uint32_t quiet;    /* 0x14: messages read since the last overrun */
    uint32_t unused[2];        /* 0x18 */
    struct {
        _Atomic uint32_t number; /* of the message, from 1 on */
        char text[12];
    } slots[SLOTS]; /* 0x20 */
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

static void put(struct shared *s)
{
    uint32_t head = s->head;
    if (s->how == 1 && head - s->tail >= SLOTS) { /* <- here: without this it overruns */
        s->refused++;
        return;
    }
    snprintf(s->slots[head % SLOTS].text, 12, "note %u", head + 1);
    s->slots[head % SLOTS].number = head + 1;
    s->head = head + 1; /* the last store: now the reader may take it */
}

int main(int argc, char **argv)
{
    (void)argv;
    struct shared *s = make_segment();
    if (s == NULL)
        return 1;
    s->how = argc > 1;
    for (int turn = 1;; turn++) {
        put(s);
        if (turn % 40 == 0)
            for (int i = 0; i < 24; i++) {
                put(s);
                if (i % 8 == 7)
                    Sleep(1);
            }
        Sleep(50);
    }
}
