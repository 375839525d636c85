/* life_maker: makes a segment and counts in it, until it is told to leave.
 *
 * It removes nothing: there is nothing to remove. A segment of Windows lives as long as somebody
 * has a handle of it or has it mapped, and its name as long as the segment.
 *
 *     gcc life_maker.c -o life_maker && life_maker      then start life_user */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-life"

struct shared {
    _Atomic uint32_t maker;      /* 0x00: its process number */
    _Atomic uint32_t maker_beat; /* 0x04: one more every 100 ms */
    _Atomic uint32_t user;       /* 0x08: the other process's */
    _Atomic uint32_t user_beat;  /* 0x0c */
    _Atomic uint32_t leave;      /* 0x10: 1: the maker ends; 2: the user does too */
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
    s->maker = GetCurrentProcessId();
    for (; s->leave == 0; Sleep(100))
        s->maker_beat++;
    return 0; /* <- here: the system closes its handle and unmaps the segment; the other keeps it */
}
