/* pointer_reader: looks for the note of pointer_maker, by its address or by its offset.
 *
 * Store 1 at 0x20 and it follows the pointer. Nothing is mapped at that address in this process, so
 * it ends with an access violation. Store an offset at 0x08 and 2 at 0x20, and it adds the offset
 * to the start of its own mapping.
 *
 *     gcc pointer_reader.c -o pointer_reader && pointer_reader      (start pointer_maker first) */
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-pointers"
/* The system chooses an address for each process. Here one is asked for, so that it is a different
 * one also where the system would choose the same. */
#define ELSEWHERE ((void *)(UINTPTR_MAX >> 20 & ~(uintptr_t)0xffffff))

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

/* The segment, as soon as pointer_maker has made it. */
static struct shared *wait_for_segment(void)
{
    for (;; Sleep(100)) {
        HANDLE map = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, NAME);
        void *memory = NULL;
        if (map != NULL)
            memory = MapViewOfFileEx(map, FILE_MAP_ALL_ACCESS, 0, 0, 0, ELSEWHERE);
        if (map != NULL && memory == NULL) /* something else is there */
            memory = MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0);
        if (map != NULL)
            CloseHandle(map); /* the mapping stays */
        if (memory != NULL)
            return memory;
    }
}

/* The letters of the note at that place, or 0: there is none. */
static uint32_t letters_at(const char *place)
{
    size_t n = strnlen(place, 64);
    return memcmp(place, "the treasure", 12) == 0 ? (uint32_t)n : 0;
}

int main(void)
{
    SetErrorMode(SEM_NOGPFAULTERRORBOX); /* it ends without a window that says so */
    struct shared *s = wait_for_segment();
    s->reader_base = (uint64_t)(uintptr_t)s;
    for (;; Sleep(100)) {
        uint64_t offset = s->offset;
        if (!s->ready)
            continue;
        if (s->follow == 1) {
            s->follow = 0;
            s->found = letters_at((const char *)(uintptr_t)s->pointer); /* <- here */
        } else if (s->follow == 2 && offset <= sizeof *s - sizeof s->note)
            s->found = letters_at((const char *)s + offset); /* its own start, and the offset */
    }
}
