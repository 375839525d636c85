/* attach: one process, one piece of shared memory.
 *
 * It makes a named file mapping that the paging file backs, maps it, and stores into it ten times a
 * second. Any other process that maps the same name sees these bytes, and can store bytes of its
 * own. When the last process that has it ends, the system takes the memory back.
 *
 *     gcc attach.c -o attach && attach      until Ctrl-C */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-attach"
#define SIZE 4096

struct shared {
    char greeting[64];         /* 0x00: text */
    _Atomic uint32_t counter;  /* 0x40: one more every 100 ms */
    uint32_t unused1;          /* 0x44 */
    unsigned char big[4];      /* 0x48: a number, the most significant byte first */
    unsigned char unused2[20]; /* 0x4c */
    _Atomic uint32_t question; /* 0x60: a number from you ... */
    _Atomic uint32_t answer;   /* 0x64: ... and its square, from this program */
    unsigned char unused3[24]; /* 0x68 */
    char word[16];             /* 0x80: text again */
};

int main(void)
{
    HANDLE map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, SIZE, NAME);
    if (map == NULL ||
        GetLastError() == ERROR_ALREADY_EXISTS) { /* never one that is there already */
        fprintf(stderr, "attach: CreateFileMapping: error %lu\n", GetLastError());
        return 1;
    }
    struct shared *s = MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0); /* <- here */
    if (s == NULL) {
        fprintf(stderr, "attach: MapViewOfFile: error %lu\n", GetLastError());
        return 1;
    }

    snprintf(s->greeting, sizeof s->greeting, "hello from process %lu", GetCurrentProcessId());
    memcpy(s->big, (unsigned char[]){0x00, 0x00, 0x04, 0xd2}, sizeof s->big);
    snprintf(s->word, sizeof s->word, "pelican");
    for (;; Sleep(100)) {
        uint32_t question = s->question;
        s->counter++;
        s->answer = question * question;
    }
}
