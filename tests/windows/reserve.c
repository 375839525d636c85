/* A section of which pages are only reserved: NAME BYTES. Every line with an offset commits the
 * page there and stores its number in it; the line `count` prints how many bytes are committed; the
 * empty line ends it. Knows nothing of shmlens. */
#include <windows.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned long long committed(const unsigned char *view, size_t n)
{
    unsigned long long sum = 0;
    for (size_t at = 0; at < n;) {
        MEMORY_BASIC_INFORMATION m;
        if (VirtualQuery(view + at, &m, sizeof m) == 0)
            break;
        sum += m.State == MEM_COMMIT ? m.RegionSize : 0;
        at += m.RegionSize;
    }
    return sum;
}

int main(int argc, char **argv)
{
    char line[64];
    if (argc < 3)
        return 2;
    size_t n = (size_t)strtoull(argv[2], NULL, 0);
    HANDLE map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE | SEC_RESERVE,
                                    (DWORD)(n >> 32), (DWORD)n, argv[1]);
    unsigned char *view = map == NULL ? NULL : MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, 0);
    if (view == NULL) {
        fprintf(stderr, "error %lu\n", GetLastError());
        return 1;
    }
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL && line[0] != '\n' && line[0] != '\r') {
        if (strncmp(line, "count", 5) == 0) {
            printf("%llu\n", committed(view, n));
        } else {
            size_t at = (size_t)strtoull(line, NULL, 0);
            if (VirtualAlloc(view + at, 4096, MEM_COMMIT, PAGE_READWRITE) == NULL)
                return 1;
            uint64_t number = at / 4096;
            memcpy(view + at, &number, sizeof number);
            puts("committed");
        }
        fflush(stdout);
    }
    return 0;
}
