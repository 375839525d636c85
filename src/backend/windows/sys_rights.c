/* Security descriptors: calls of advapi32. */
#include <stdlib.h>

#include "backend/windows/sys_private.h"
#include "backend/windows/sys_windows.h"
#include "backend/windows/wtf8.h"

#include <windows.h>
/* after windows.h: */
#include <sddl.h>

enum {
    PARTS = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION
};

struct sys_security {
    PSECURITY_DESCRIPTOR at; /* of LocalAlloc */
    DWORD parts;
};

static char *utf8(const wchar_t *s)
{
    return wide_utf8_copy(s, wcslen(s));
}

/* Reads it whole; the caller frees *d, also after a failure. */
static uint32_t ask(HANDLE handle, PSECURITY_DESCRIPTOR *d)
{
    DWORD n = 0;
    *d = NULL;
    if (GetKernelObjectSecurity(handle, PARTS, NULL, 0, &n))
        return ERROR_INVALID_SECURITY_DESCR;
    uint32_t code = GetLastError();
    if (code != ERROR_INSUFFICIENT_BUFFER)
        return code;
    *d = malloc(n);
    if (*d == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    return sys_last(!GetKernelObjectSecurity(handle, PARTS, *d, n, &n));
}

/* The account of the owner, as far as somebody knows it. */
static struct oserr name_owner(struct backend *be, PSID sid, struct seg_rights *out)
{
    static const char call[] = "LookupAccountSidW";
    wchar_t account[256], domain[256];
    DWORD n = 256, m = 256;
    SID_NAME_USE use;
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_last(!LookupAccountSidW(NULL, sid, account, &n, domain, &m, &use));
    if (code == 0) {
        out->account = utf8(account);
        out->domain = utf8(domain);
    }
    return sys_leave(be, call, code, SYS_KEY_NONE, "%s(%s) = 1   %s", call,
                     out->sid == NULL ? "" : out->sid, out->account == NULL ? "" : out->account);
}

static uint32_t as_text(PSECURITY_DESCRIPTOR d, PSID sid, struct seg_rights *out)
{
    wchar_t *text = NULL;
    if (!ConvertSecurityDescriptorToStringSecurityDescriptorW(d, SDDL_REVISION_1, PARTS, &text,
                                                              NULL))
        return sys_last(true);
    out->sddl = utf8(text);
    (void)LocalFree(text);
    text = NULL;
    if (sid != NULL && ConvertSidToStringSidW(sid, &text))
        out->sid = utf8(text);
    (void)LocalFree(text);
    return out->sddl == NULL ? ERROR_NOT_ENOUGH_MEMORY : 0;
}

struct oserr sys_get_security(struct backend *be, void *handle, struct seg_rights *out)
{
    static const char call[] = "GetKernelObjectSecurity";
    PSECURITY_DESCRIPTOR d = NULL;
    PSID sid = NULL;
    BOOL usual;
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = ask(handle, &d);
    if (code == 0 && !GetSecurityDescriptorOwner(d, &sid, &usual))
        sid = NULL;
    if (code == 0)
        code = as_text(d, sid, out);
    struct oserr e = sys_leave(be, call, code, SYS_KEY_NONE, "%s(%p) = 1   %.128s", call, handle,
                               out->sddl == NULL ? "" : out->sddl);
    if (!oserr_is(e) && sid != NULL && oserr_is(name_owner(be, sid, out)))
        out->account = out->domain = NULL; /* an account of a machine that is gone: its number */
    free(d);
    return e;
}

struct oserr sys_parse_security(struct backend *be, const char *sddl, struct sys_security **out)
{
    void *mem;
    PSID sid = NULL;
    PACL acl = NULL;
    BOOL there = FALSE, usual;
    *out = NULL;
    struct oserr e = sys_alloc(be, sizeof **out, &mem);
    if (oserr_is(e))
        return e;
    struct sys_security *d = mem;
    wchar_t *wide = wide_copy(sddl);
    if (wide != NULL &&
        ConvertStringSecurityDescriptorToSecurityDescriptorW(wide, SDDL_REVISION_1, &d->at, NULL)) {
        if (GetSecurityDescriptorOwner(d->at, &sid, &usual) && sid != NULL)
            d->parts |= OWNER_SECURITY_INFORMATION;
        if (GetSecurityDescriptorGroup(d->at, &sid, &usual) && sid != NULL)
            d->parts |= GROUP_SECURITY_INFORMATION;
        if (GetSecurityDescriptorDacl(d->at, &there, &acl, &usual) && there)
            d->parts |= DACL_SECURITY_INFORMATION;
    }
    free(wide);
    if (d->parts == 0) {
        sys_free_security(d);
        return (struct oserr){"ConvertStringSecurityDescriptorToSecurityDescriptorW", SEG_E_NAME};
    }
    *out = d;
    return OSERR_NONE;
}

uint32_t sys_security_right(const struct sys_security *d)
{
    bool owner = (d->parts & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION)) != 0;
    return ((d->parts & DACL_SECURITY_INFORMATION) != 0 ? (uint32_t)WRITE_DAC : 0) |
           (owner ? (uint32_t)WRITE_OWNER : 0);
}

struct oserr sys_set_security(struct backend *be, void *handle, const struct sys_security *d)
{
    static const char call[] = "SetKernelObjectSecurity";
    uint32_t code = sys_enter(be, call);
    if (code == 0)
        code = sys_last(!SetKernelObjectSecurity(handle, d->parts, d->at));
    return sys_leave(be, call, code, SYS_KEY_NONE, "%s(%p, %#x) = 1", call, handle,
                     (unsigned)d->parts);
}

void sys_free_security(struct sys_security *d)
{
    (void)LocalFree(d->at);
    free(d);
}
