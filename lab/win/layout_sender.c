/* layout_sender: stores a struct as a 64-bit compiler lays it out.
 *
 * A compiler puts every field at an offset that is a multiple of its alignment, and leaves unused
 * bytes (padding) where it must. On x86-64 a uint64_t wants a multiple of 8, on 32-bit x86 one of
 * 4. So one declaration has two layouts. layout_reader uses the other one.
 *
 *     gcc layout_sender.c -o layout_sender && layout_sender */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-layout"

struct message { /* <- here: there are 4 bytes between kind and value */
    uint32_t kind;
    _Alignas(8) uint64_t value;
    uint16_t unit;
};
_Static_assert(sizeof(struct message) == 24, "4 bytes, 4 unused, 8, 2, and 6 unused at the end");

struct shared {
    uint8_t message[64];           /* 0x00: what layout_sender stores */
    _Atomic uint32_t reader_kind;  /* 0x40: what layout_reader makes of it */
    _Atomic uint32_t reader_rule;  /* 0x44: 0: reads as a 32-bit program; 1: as a 64-bit one */
    _Atomic uint64_t reader_value; /* 0x48 */
    _Atomic uint32_t reader_unit;  /* 0x50 */
    _Atomic uint32_t ready;        /* 0x54: 1: the message has been stored */
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

int main(void)
{
    struct shared *s = make_segment();
    if (s == NULL)
        return 1;
    memset(s->message, 0xee, sizeof s->message); /* padding is not zero by itself */
    struct message *m = (struct message *)(void *)s->message;
    m->kind = 7;
    m->value = 1000000;
    m->unit = 3;
    s->ready = 1; /* the last store: whoever sees it sees all stores before it */
    Sleep(INFINITE);
}
