/* Objects with awkward names and rights: KIND NAME [MORE]. In NAME, `\uXXXX` is that UTF-16 unit.
 * Holds what it made until its input ends. Knows nothing of shmlens.
 *
 *   event NAME        an event has the name
 *   section NAME      8,192 bytes
 *   denied NAME       the same with an empty DACL
 *   readonly NAME     anybody may read it and nobody write
 *   mapread NAME      anybody may map it for reading, and nothing else (FILE_MAP_READ)
 *   mapwrite NAME     and for writing
 *   file NAME PATH    a file of 5,000 bytes behind it
 *   many NAME COUNT   NAME0, NAME1, ... */
#include <windows.h>
/* behind it: */
#include <sddl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

enum { BYTES = 8192, FILE_BYTES = 5000, NAME_MAX_UNITS = 512 };

static void widen(const char *s, wchar_t out[NAME_MAX_UNITS])
{
    size_t n = 0;
    while (*s != '\0' && n + 1 < NAME_MAX_UNITS) {
        char digits[5] = {0};
        if (s[0] == '\\' && s[1] == 'u' && strlen(s) >= 6) {
            memcpy(digits, s + 2, 4);
            out[n++] = (wchar_t)strtoul(digits, NULL, 16);
            s += 6;
        } else {
            out[n++] = (wchar_t)(unsigned char)*s++;
        }
    }
    out[n] = L'\0';
}

/* A section that the SDDL text says the rights of; NULL: the usual ones. */
static HANDLE section(const wchar_t *name, const char *rights)
{
    SECURITY_ATTRIBUTES sa = {.nLength = sizeof sa};
    if (rights != NULL && !ConvertStringSecurityDescriptorToSecurityDescriptorA(
                              rights, SDDL_REVISION_1, &sa.lpSecurityDescriptor, NULL))
        return NULL;
    return CreateFileMappingW(INVALID_HANDLE_VALUE, rights == NULL ? NULL : &sa, PAGE_READWRITE, 0,
                              BYTES, name);
}

static HANDLE file_section(const wchar_t *name, const char *path)
{
    char bytes[FILE_BYTES];
    DWORD done;
    memset(bytes, 'f', sizeof bytes);
    HANDLE file =
        CreateFileA(path, GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS,
                    FILE_ATTRIBUTE_TEMPORARY | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file == INVALID_HANDLE_VALUE || !WriteFile(file, bytes, sizeof bytes, &done, NULL))
        return NULL;
    return CreateFileMappingW(file, NULL, PAGE_READWRITE, 0, 0, name);
}

static HANDLE many(const wchar_t *name, int count)
{
    HANDLE last = NULL;
    for (int i = 0; i < count; i++) {
        wchar_t one[NAME_MAX_UNITS + 16];
        swprintf(one, NAME_MAX_UNITS + 16, L"%ls%d", name, i);
        last = section(one, NULL);
        if (last == NULL)
            break;
    }
    return last;
}

int main(int argc, char **argv)
{
    wchar_t name[NAME_MAX_UNITS];
    if (argc < 3)
        return 2;
    widen(argv[2], name);
    const char *kind = argv[1];
    HANDLE h = strcmp(kind, "event") == 0      ? CreateEventW(NULL, TRUE, FALSE, name)
               : strcmp(kind, "denied") == 0   ? section(name, "D:P")
               : strcmp(kind, "readonly") == 0 ? section(name, "D:P(A;;0x20005;;;WD)")
               : strcmp(kind, "mapread") == 0  ? section(name, "D:P(A;;0x4;;;WD)")
               : strcmp(kind, "mapwrite") == 0 ? section(name, "D:P(A;;0x6;;;WD)")
               : strcmp(kind, "file") == 0     ? file_section(name, argv[3])
               : strcmp(kind, "many") == 0     ? many(name, (int)strtol(argv[3], NULL, 10))
                                               : section(name, NULL);
    if (h == NULL) {
        fprintf(stderr, "error %lu\n", GetLastError());
        return 1;
    }
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        continue;
    return 0;
}
