/* The classic sample of named shared memory, its first process: makes `Local\SampleMap` (or the
 * name given), 65,536 bytes, maps a view of 1,024 of them, stores a string, and waits for Enter.
 * Further lines are stored in the string's place; the empty one ends it. Knows nothing of shmlens.
 */
#include <windows.h>

#include <stdio.h>
#include <string.h>

enum { BYTES = 65536, VIEW = 1024, LINE_LENGTH = 256 };

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "Local\\SampleMap";
    char line[LINE_LENGTH];
    HANDLE map = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0, BYTES, name);
    if (map == NULL) {
        fprintf(stderr, "CreateFileMapping: error %lu\n", GetLastError());
        return 1;
    }
    wchar_t *view = MapViewOfFile(map, FILE_MAP_ALL_ACCESS, 0, 0, VIEW);
    if (view == NULL) {
        fprintf(stderr, "MapViewOfFile: error %lu\n", GetLastError());
        return 1;
    }
    wcscpy(view, L"Message from the first process.");
    puts("ready");
    fflush(stdout);
    while (fgets(line, sizeof line, stdin) != NULL && line[0] != '\n' && line[0] != '\r') {
        line[strcspn(line, "\r\n")] = '\0';
        MultiByteToWideChar(CP_UTF8, 0, line, -1, view, VIEW / 2);
        puts("stored");
        fflush(stdout);
    }
    UnmapViewOfFile(view);
    CloseHandle(map);
    return 0;
}
