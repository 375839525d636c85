/* pointer_maker: hides a note in the segment, and stores its address.
 *
 * The address is good in this process only. Another one has the segment elsewhere.
 *
 *     gcc pointer_maker.c -o pointer_maker && pointer_maker      then start pointer_reader */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-pointers"

struct shared {
    uint64_t pointer;        /* 0x00: where the note lies, for the maker alone */
    _Atomic uint64_t offset; /* 0x08: where it lies from the start of the segment; 0: not known */
    uint64_t maker_base;     /* 0x10: where the maker has the segment */
    _Atomic uint64_t reader_base; /* 0x18: where the reader has it */
    _Atomic uint32_t follow;      /* 0x20: 1: the reader uses the pointer; 2: it uses the offset */
    _Atomic uint32_t found;       /* 0x24: letters of the note, when the reader found it */
    _Atomic uint32_t ready;       /* 0x28: 1: the note has been stored */
    uint8_t unused[0x214];        /* 0x2c */
    char note[64];                /* 0x240 */
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
    snprintf(s->note, sizeof s->note, "the treasure is under the stairs");
    s->maker_base = (uint64_t)(uintptr_t)s;
    s->pointer = (uint64_t)(uintptr_t)s->note; /* <- here: good in this process only */
    s->ready = 1; /* the last store: whoever sees it sees all stores before it */
    Sleep(INFINITE);
}
