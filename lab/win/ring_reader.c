/* ring_reader: takes the messages of ring_writer out of the ring, one every 25 ms.
 *
 * Messages are numbered. When the slot holds another number than the reader expects, the writer
 * has been round the ring: messages are lost, and the reader goes on with the oldest that is left.
 *
 *     gcc ring_reader.c -o ring_reader && ring_reader      (start ring_writer first) */
#include <stdatomic.h>
#include <stdint.h>
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

/* The segment, as soon as ring_writer has made it. */
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

static void take(struct shared *s)
{
    uint32_t tail = s->tail, head = s->head;
    if (head == tail)
        return; /* empty */
    uint32_t number = s->slots[tail % SLOTS].number;
    if (number != tail + 1) { /* <- here: not the one that is next */
        head = s->head;
        if (head - tail <= SLOTS)
            return; /* it is being written: head follows */
        s->overruns += head - SLOTS - tail;
        s->quiet = 0;
        tail = head - SLOTS;
    }
    s->quiet++;
    s->tail = tail + 1; /* now the writer may use the slot again */
}

int main(void)
{
    struct shared *s = wait_for_segment();
    for (;; Sleep(25))
        take(s);
}
