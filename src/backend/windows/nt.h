/* Declarations of ntdll that the SDK's headers leave out or make only half. */
#ifndef SHMLENS_BACKEND_WINDOWS_NT_H
#define SHMLENS_BACKEND_WINDOWS_NT_H

#include <windows.h>
#include <winternl.h>

enum {
    NT_SECTION_BASIC = 0,   /* NtQuerySection: SectionBasicInformation */
    NT_OBJECT_BASIC = 0,    /* NtQueryObject: ObjectBasicInformation */
    NT_OBJECT_NAME = 1,     /* ObjectNameInformation */
    NT_SYSTEM_HANDLES = 64, /* NtQuerySystemInformation: SystemExtendedHandleInformation */
    NT_DIRECTORY_QUERY = 1, /* right to list an object directory */
};

struct nt_section_basic {
    void *base;
    ULONG attributes; /* SEC_ flags */
    LARGE_INTEGER size;
};

struct nt_object_basic {
    ULONG attributes;
    ACCESS_MASK access;
    ULONG handles; /* in all processes */
    ULONG pointers;
    ULONG reserved[10];
};

struct nt_directory_entry {
    UNICODE_STRING name;
    UNICODE_STRING type;
};

struct nt_handle {
    void *object;
    ULONG_PTR pid;
    ULONG_PTR handle;
    ULONG access;
    USHORT back_trace;
    USHORT type; /* number of the type, while the system runs */
    ULONG attributes;
    ULONG reserved;
};

struct nt_handles {
    ULONG_PTR count;
    ULONG_PTR reserved;
    struct nt_handle row[1];
};

NTSTATUS NTAPI NtQuerySection(HANDLE section, int information, void *out, SIZE_T n, SIZE_T *used);
NTSTATUS NTAPI NtOpenDirectoryObject(HANDLE *out, ACCESS_MASK access, OBJECT_ATTRIBUTES *which);
NTSTATUS NTAPI NtQueryDirectoryObject(HANDLE directory, void *buffer, ULONG n, BOOLEAN single,
                                      BOOLEAN restart, ULONG *context, ULONG *used);

#endif
