/* layout_reader: reads the struct of layout_sender, by the layout of a 32-bit program.
 *
 * The compiler of 32-bit x86 gives a uint64_t the alignment 4. This program is not a 32-bit one: it
 * asks for that layout, by a type that is aligned to 4. What it read it stores from 0x40 on. Store
 * 1 at 0x44 and it reads by the layout of the sender.
 *
 *     gcc layout_reader.c -o layout_reader && layout_reader   (start layout_sender first)
 */
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-layout"

struct halves { /* 8 bytes with the alignment of a 4-byte number */
    uint32_t low, high;
};
struct message32 {
    uint32_t kind;
    struct halves value; /* <- here: directly after kind */
    uint16_t unit;
};
struct message64 {
    uint32_t kind;
    _Alignas(8) uint64_t value;
    uint16_t unit;
};
_Static_assert(sizeof(struct message32) == 16 && sizeof(struct message64) == 24, "two layouts");

struct shared {
    uint8_t message[64];           /* 0x00: what layout_sender stores */
    _Atomic uint32_t reader_kind;  /* 0x40: what layout_reader makes of it */
    _Atomic uint32_t reader_rule;  /* 0x44: 0: reads as a 32-bit program; 1: as a 64-bit one */
    _Atomic uint64_t reader_value; /* 0x48 */
    _Atomic uint32_t reader_unit;  /* 0x50 */
    _Atomic uint32_t ready;        /* 0x54: 1: the message has been stored */
};

/* The segment, as soon as layout_sender has made it. */
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

int main(void)
{
    struct shared *s = wait_for_segment();
    for (;; Sleep(100)) {
        if (!s->ready)
            continue;
        if (s->reader_rule == 0) {
            struct message32 m;
            memcpy(&m, s->message, sizeof m);
            s->reader_kind = m.kind;
            s->reader_value = (uint64_t)m.value.high << 32 | m.value.low;
            s->reader_unit = m.unit;
        } else {
            struct message64 m;
            memcpy(&m, s->message, sizeof m);
            s->reader_kind = m.kind;
            s->reader_value = m.value;
            s->reader_unit = m.unit;
        }
    }
}
