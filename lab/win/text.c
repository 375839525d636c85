/* text: stores one word in four encodings, and a label for the program text_reader.
 *
 * The label is in Latin-1, a byte a letter, which is nearly what an old Windows program uses. The
 * reader expects UTF-8. Store it anew in UTF-8, and the reader understands it.
 *
 *     gcc text.c -o text && text      then start text_reader */
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

#define NAME "Local\\shmlens-lab-text"

struct shared {
    char utf8[64];                   /* 0x000: a word in UTF-8 */
    wchar_t utf16[32];               /* 0x040: the same, as wchar_t is on Windows */
    uint32_t utf32[16];              /* 0x080: the same, as programs on Linux have it */
    unsigned char latin1[64];        /* 0x0c0: the same, a byte a character */
    unsigned char label[64];         /* 0x100: written by one program, read by the other */
    _Atomic uint32_t reader_valid;   /* 0x140: 1: the label is good UTF-8 */
    _Atomic uint32_t reader_bytes;   /* 0x144: its bytes */
    _Atomic uint32_t reader_letters; /* 0x148: its characters; 0 when it is not valid */
    _Atomic uint32_t ready;          /* 0x14c: 1: all of it has been stored */
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
    static const wchar_t word[] = L"Z\u00fcrich";
    struct shared *s = make_segment();
    if (s == NULL)
        return 1;
    memcpy(s->utf8, "Z\303\274rich", 8); /* 0xfc as UTF-8: the two bytes 0xc3 0xbc */
    for (int i = 0; word[i] != 0; i++) {
        s->utf16[i] = word[i];
        s->utf32[i] = word[i];
        s->latin1[i] = (unsigned char)word[i];
    }
    memcpy(s->label, s->latin1, sizeof s->label); /* <- here: the reader expects UTF-8 */
    s->ready = 1; /* the last store: whoever sees it sees all stores before it */
    Sleep(INFINITE);
}
