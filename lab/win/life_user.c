/* life_user: opens the segment of life_maker by its name and counts in it, until it is told to
 * leave.
 *
 *     gcc life_user.c -o life_user && life_user      (start life_maker first) */
#include <stdatomic.h>
#include <stdint.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-life"

struct shared {
    _Atomic uint32_t maker;      /* 0x00: its process number */
    _Atomic uint32_t maker_beat; /* 0x04: one more every 100 ms */
    _Atomic uint32_t user;       /* 0x08: the other process's */
    _Atomic uint32_t user_beat;  /* 0x0c */
    _Atomic uint32_t leave;      /* 0x10: 1: the maker ends; 2: the user does too */
};

/* The segment, as soon as life_maker has made it. */
static struct shared *wait_for_segment(void)
{
    for (;; Sleep(100)) {
        HANDLE map = OpenFileMappingA(FILE_MAP_ALL_ACCESS, FALSE, NAME);
        void *memory = map != NULL ? MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0) : NULL;
        if (map != NULL)
            CloseHandle(map); /* <- here: the mapping stays, and keeps the segment */
        if (memory != NULL)
            return memory;
    }
}

int main(void)
{
    struct shared *s = wait_for_segment();
    s->user = GetCurrentProcessId();
    for (; s->leave < 2; Sleep(100))
        s->user_beat++;
    return 0;
}
