/* The classic sample of named shared memory, its second process: opens `Local\SampleMap` (or the
 * name given) for FILE_MAP_READ and prints the string in it. Knows nothing of shmlens. */
#include <windows.h>

#include <stdio.h>

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "Local\\SampleMap";
    char text[2048];
    HANDLE map = OpenFileMappingA(FILE_MAP_READ, FALSE, name);
    if (map == NULL) {
        fprintf(stderr, "OpenFileMapping: error %lu\n", GetLastError());
        return 1;
    }
    const wchar_t *view = MapViewOfFile(map, FILE_MAP_READ, 0, 0, 1024);
    if (view == NULL) {
        fprintf(stderr, "MapViewOfFile: error %lu\n", GetLastError());
        return 1;
    }
    int n = WideCharToMultiByte(CP_UTF8, 0, view, -1, text, (int)sizeof text, NULL, NULL);
    if (n > 0)
        puts(text);
    UnmapViewOfFile(view);
    CloseHandle(map);
    return n > 0 ? 0 : 1;
}
