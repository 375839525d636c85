/* What the calls of the log are for, in a few words, and which of them matter to somebody who wants
 * to learn how shared memory is used: those that have such words. */
#include <string.h>

#include "ui/frame/calls.h"

/* The first row that fits: the name of the call, and what its text must contain (NULL: anything).
 */
static const struct {
    const char *name, *part, *gloss;
} glosses[] = {
    {"shm_open", "O_CREAT", "make it"},
    {"shm_open", NULL, "open it by its name"},
    {"shm_unlink", NULL, "remove the name"},
    {"renameat2", "lease broken", "set the name aside: somebody came"},
    {"renameat2", NULL, "set the name aside"},
    {"rename", NULL, "set the name aside"},
    {"unlink", NULL, "remove the name"},
    {"memfd_create", NULL, "make one without a name"},
    {"open", "(\"/proc/self/fd/", "open it once more"},
    {"ftruncate", NULL, "give it this size"},
    {"fallocate", NULL, "give memory to pages, or take it"},
    {"fstat", NULL, "how large is it?"},
    {"fchmod", NULL, "who may open it"},
    {"mmap", "PROT_WRITE", "its pages, to write"},
    {"mmap", "PROT_READ", "its pages, to read"},
    {"munmap", NULL, "give the pages back"},
    {"lseek", "SEEK_DATA", "where is data?"},
    {"lseek", "SEEK_HOLE", "where is a hole?"},
    {"fcntl", "F_UNLCK", "give the lease back"},
    {"fcntl", "F_SETLEASE", "does anybody else have it?"},
    {"shmget", "IPC_CREAT", "make it by its key"},
    {"shmget", NULL, "find it by its key"},
    {"shmat", NULL, "map it"},
    {"shmdt", NULL, "unmap it"},
    {"shmctl", "IPC_RMID", "remove it"},
    {"shmctl", "IPC_STAT", "size, owner, times"},
    {"store", NULL, "our own store"},
    {"fill", NULL, "our own store"},
    {"compare-and-swap", NULL, "our own store"},
    {"CreateFileMappingW", NULL, "make it by its name"},
    {"OpenFileMappingW", NULL, "open it by its name"},
    {"MapViewOfFile", NULL, "its pages"},
    {"UnmapViewOfFile", NULL, "give the pages back"},
};

/* Is this a call of that name with that part in its text? */
static bool fits(const char *text, const char *name, const char *part)
{
    size_t n = strcspn(text, "( ");
    return strlen(name) == n && memcmp(name, text, n) == 0 &&
           (part == NULL || strstr(text, part) != NULL);
}

const char *calls_gloss(const char *text)
{
    for (size_t i = 0; i < sizeof glosses / sizeof glosses[0]; i++)
        if (fits(text, glosses[i].name, glosses[i].part))
            return glosses[i].gloss;
    return NULL;
}

bool calls_looks(const char *text)
{
    static const char *const looks[][2] = {
        {"fstat", NULL}, {"lseek", "SEEK_DATA"}, {"lseek", "SEEK_HOLE"}, {"shmctl", "IPC_STAT"}};
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        if (fits(text, looks[i][0], looks[i][1]))
            return strstr(text, " = -1 ") == NULL;
    return false;
}

/* The same for what is not obvious in a call. */
static const struct {
    const char *name, *part, *why;
} reasons[] = {
    {"mmap", "PROT_READ, MAP_PRIVATE",
     "Private, and only read: what others store is seen, and nothing is copied."},
    {"mmap", "MAP_SHARED", "Shared: what is stored here is seen by all who map it."},
    {"userfaultfd", NULL,
     "With it a look at pages that were never written gives them no memory: where others' pages "
     "would be filled with zeros, shmlens gets a signal."},
    {"ioctl", "UFFDIO_REGISTER",
     "From now on these pages get no memory because shmlens looks at them."},
    {"lseek", "SEEK_DATA", "Asks where memory is without touching it."},
    {"lseek", "SEEK_HOLE", "Asks where no memory is without touching it."},
    {"fcntl", "F_SETLEASE",
     "A write lease is granted only while nobody else has it: that proves that it can be removed."},
    {"renameat2", NULL,
     "Under another name nobody comes by it between the last check and the removal."},
    {"open", "(\"/proc/self/fd/",
     "The same object again, with other rights: its name may lead elsewhere by now."},
};

const char *calls_why(const char *text)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (fits(text, reasons[i].name, reasons[i].part))
            return reasons[i].why;
    return NULL;
}

size_t calls_head(const char *text)
{
    size_t n = strcspn(text, "( ");
    return text[n] == '(' ? n + 1 : n;
}

const char *calls_result(const char *text)
{
    const char *result = NULL;
    for (const char *p = text; (p = strstr(p, ") = ")) != NULL; p++)
        result = p;
    return result;
}
