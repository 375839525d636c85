#include "ui/frame/calls_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

bool call_split(const char *text, struct call_parts *c)
{
    bool quoted = false;
    *c = (struct call_parts){.text = text, .name = strcspn(text, "( ")};
    size_t from = c->name + 1;
    for (size_t i = c->name; text[i] != '\0'; i++) {
        bool escape = quoted && text[i] == '\\' && text[i + 1] != '\0';
        quoted = quoted != (text[i] == '"');
        i += escape;
        bool end = !quoted && strncmp(text + i, ") = ", 4) == 0;
        if (quoted || escape || (!end && strncmp(text + i, ", ", 2) != 0))
            continue;
        if (c->count == CALL_ARGUMENTS || text[c->name] != '(')
            return false;
        c->from[c->count] = from;
        c->length[c->count++] = i - from;
        from = i + 2;
        c->result = text + i + 2 + (end ? 2 : 0);
        if (end)
            return true;
    }
    return false;
}

bool call_is(const struct call_parts *c, const char *name)
{
    return strlen(name) == c->name && memcmp(name, c->text, c->name) == 0;
}

bool call_number(const struct call_parts *c, int i, int base, uint64_t *n)
{
    char *stop = NULL;
    if (i >= c->count || c->length[i] == 0)
        return false;
    *n = strtoull(c->text + c->from[i], &stop, base);
    return stop == c->text + c->from[i] + c->length[i];
}

/* Bytes of the escape in a string at s, copied; 0: there is none that C and the log have. Three
 * octal digits take the place of `\xNN`, for which C would read more digits. */
static size_t copy_escape(char *to, const char *s, size_t n)
{
    int high = n >= 4 && s[1] == 'x' ? text_hex_digit(s[2]) : -1;
    int low = high >= 0 ? text_hex_digit(s[3]) : -1;
    char octal[8];
    if (low >= 0) {
        (void)snprintf(octal, sizeof octal, "\\%03o", (unsigned)(high * 16 + low) & 0xffU);
        memcpy(to, octal, 4);
        return 4;
    }
    size_t size = n >= 2 && strchr("\"\\?", s[1]) != NULL ? 2 : 4;
    if (size > n || (size == 4 && (strspn(s + 1, "01234567") < 3 || s[1] > '3')))
        return 0;
    memcpy(to, s, size);
    return size;
}

bool call_copy_argument(char *to, const char *s, size_t n)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_ |";
    bool string = n >= 2 && s[0] == '"' && s[n - 1] == '"';
    memcpy(to, s, n);
    if (!string)
        return n > 0 && strspn(s, plain) >= n;
    for (size_t i = 1, size = 1; i < n - 1; i += size) {
        size = s[i] != '\\' ? 1 : copy_escape(to + i, s + i, n - 1 - i);
        if (size == 0 || s[i] == '"' || (unsigned char)s[i] < ' ' || strncmp(s + i, "??", 2) == 0)
            return false;
    }
    return true;
}

/* ---- what calls mean ---- */

const char call_stored[] = ", done   at ";

const struct call_row call_rows[] = {
    {"shm_open", "", 3, PLAIN, 0, DESCRIPTOR, "", FCNTL | MMAN},
    {"shm_unlink", "", 1, PLAIN, 0, PLAIN, "", MMAN},
    {"renameat2", "RENAME_NOREPLACE", 5, PLAIN, 0, PLAIN, "", FCNTL},
    {"rename", "", 2, PLAIN, 0, PLAIN, "", 0},
    {"unlink", "", 1, PLAIN, 0, PLAIN, "", UNISTD},
    {"memfd_create", "", 2, PLAIN, 0, DESCRIPTOR, "", MMAN},
    {"ftruncate", "", 2, DESCRIPTOR, 0, PLAIN, "", UNISTD},
    {"fstat", "", 1, DESCRIPTOR, 0, PLAIN, ", &st", STAT},
    {"fchmod", "", 2, DESCRIPTOR, 0, PLAIN, "", STAT},
    {"fallocate", "", 4, DESCRIPTOR, 0, PLAIN, "", FCNTL},
    {"fcntl", "F_GET", 2, DESCRIPTOR, 0, PLAIN, "", FCNTL},
    {"fcntl", "F_SET", 3, DESCRIPTOR, 0, PLAIN, "", FCNTL},
    {"lseek", "", 3, DESCRIPTOR, 0, PLAIN, "", UNISTD},
    {"close", "", 1, DESCRIPTOR, 0, PLAIN, "", UNISTD},
    {"mmap", "", 6, DESCRIPTOR, 4, ADDRESS, "", MMAN},
    {"munmap", "", 2, ADDRESS, 0, PLAIN, "", MMAN},
    {"shmget", "", 3, PLAIN, 0, ID, "", SHM},
    {"shmat", "", 3, ID, 0, ADDRESS, "", SHM},
    {"shmdt", "", 1, ADDRESS, 0, PLAIN, "", SHM},
    {"shmctl", "IPC_STAT", 2, ID, 0, PLAIN, ", &ds", SHM},
    {"shmctl", "IPC_RMID", 2, ID, 0, PLAIN, ", NULL", SHM},
    {"CreateFileMappingW", "", 5, PLAIN, 0, HANDLE, "", WINDOWS},
    {"OpenFileMappingW", "", 3, PLAIN, 0, HANDLE, "", WINDOWS},
    {"MapViewOfFile", "", 4, HANDLE, 0, ADDRESS, "", WINDOWS},
    {"UnmapViewOfFile", "", 1, ADDRESS, 0, PLAIN, "", WINDOWS},
    {"CloseHandle", "", 1, HANDLE, 0, PLAIN, "", WINDOWS},
};
enum { ROWS = sizeof call_rows / sizeof call_rows[0] };

int call_row(const struct call_parts *c)
{
    for (size_t i = 0; i < ROWS; i++)
        if (call_is(c, call_rows[i].name) && strstr(c->text, call_rows[i].part) != NULL)
            return (int)i;
    return -1;
}

bool call_of_windows(int row)
{
    return row >= 0 && call_rows[row].headers == WINDOWS;
}

static int base_of(enum call_value kind)
{
    return kind == ADDRESS || kind == HANDLE ? 16 : 10;
}

/* A number of the log as its kind is counted. */
static uint64_t counted(enum call_value kind, uint64_t n)
{
    return kind != HANDLE ? n : n % HANDLE_STEP == 0 ? n / HANDLE_STEP : UINT64_MAX;
}

uint64_t call_result(const struct call_parts *c, enum call_value kind)
{
    return counted(kind, strtoull(c->result, NULL, base_of(kind)));
}

bool call_value_at(const struct call_parts *c, int i, enum call_value kind, uint64_t *n)
{
    bool known = call_number(c, i, base_of(kind), n);
    *n = counted(kind, *n);
    return known;
}

bool call_mapped(const struct call_parts *c, uint64_t *length)
{
    return call_number(c, call_is(c, "MapViewOfFile") ? 3 : 1, 10, length);
}

bool call_is_link(const struct call_parts *c, uint64_t *of)
{
    static const char link[] = "open(\"/proc/self/fd/";
    char *stop = NULL;
    size_t n = sizeof link - 1;
    if (strncmp(c->text, link, n) != 0 || c->count != 2 || c->result[0] == '-')
        return false;
    *of = strtoull(c->text + n, &stop, 10);
    return stop != c->text + n && strncmp(stop, "\", ", 3) == 0;
}

bool call_is_duplicate(const struct call_parts *c, uint64_t *of)
{
    uint64_t process = 0, rights = 0;
    return call_is(c, "DuplicateHandle") && c->count == 3 && c->result[0] != '-' &&
           call_number(c, 0, 16, &process) && process == UINT64_MAX &&
           call_value_at(c, 1, HANDLE, of) && call_number(c, 2, 16, &rights) && rights != 0;
}
