/* text_reader: reads the label of the program text, ten times a second, as UTF-8.
 *
 * It stores whether the label is valid, how many bytes it has, and how many letters.
 *
 *     gcc text_reader.c -o text_reader && text_reader      (start text first) */
#include <stdatomic.h>
#include <stdint.h>
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

/* The segment, as soon as the other program has made it. */
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
        char copy[sizeof s->label]; /* a copy does not change while it is looked at */
        wchar_t letters[sizeof s->label];
        if (!s->ready)
            continue;
        memcpy(copy, s->label, sizeof copy);
        int bytes = (int)strnlen(copy, sizeof copy);
        int n = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, /* <- here: fc is refused */
                                    copy, bytes, letters, (int)sizeof copy);
        s->reader_bytes = (uint32_t)bytes;
        s->reader_letters = (uint32_t)n; /* units of UTF-16: a letter of this word takes one */
        s->reader_valid = n > 0;
    }
}
