/* Entries of debug information (DIEs) become types of a set. Each is made once; a struct that is
 * only pointed to gets its name at once and its contents later, so that lists and trees come to an
 * end. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "types/dwarf.h"

/* ---- a table of pointers ---- */

static size_t slot(const struct dw_map *m, const void *key)
{
    uintptr_t h = (uintptr_t)key;
    size_t i = (size_t)((h >> 3 ^ h >> 19) * 2654435761U) & (m->room - 1);
    while (m->rows[i].key != NULL && m->rows[i].key != key)
        i = (i + 1) & (m->room - 1);
    return i;
}

bool dw_map_put(struct dw_map *m, const void *key, uintptr_t value)
{
    if (m->used * 2 >= m->room) {
        struct dw_map wider = {.room = m->room == 0 ? 256 : m->room * 2, .used = m->used};
        wider.rows = calloc(wider.room, sizeof *wider.rows);
        if (wider.rows == NULL)
            return false;
        for (size_t i = 0; i < m->room; i++)
            if (m->rows[i].key != NULL)
                wider.rows[slot(&wider, m->rows[i].key)] = m->rows[i];
        free(m->rows);
        *m = wider;
    }
    size_t at = slot(m, key);
    m->used += m->rows[at].key == NULL;
    m->rows[at].key = key;
    m->rows[at].value = value;
    return true;
}

uintptr_t dw_map_get(const struct dw_map *m, const void *key)
{
    return m->room == 0 ? 0 : m->rows[slot(m, key)].value;
}

/* ---- the reader ---- */

bool dw_reader_open(struct dw_reader *r, const struct type_abi *abi)
{
    *r = (struct dw_reader){.t = types_new(abi, true)};
    return r->t != NULL;
}

static void forget_scopes(struct dw_reader *r)
{
    for (uint32_t i = 0; i < r->texts.count; i++)
        free(((char **)r->texts.at)[i]);
    r->texts.count = 0;
    free(r->scopes.rows);
    r->scopes = (struct dw_map){0};
}

void dw_reader_close(struct dw_reader *r)
{
    forget_scopes(r);
    free(r->texts.at);
    free(r->queue.at);
    free(r->ids.rows);
    free(r->wrapped.rows);
    free(r->pending.rows);
    types_free(r->t);
    *r = (struct dw_reader){0};
}

type_id dw_fresh(struct dw_reader *r, const struct type *type)
{
    type_id id = types_add(r->t, type);
    r->failed = r->failed || id == 0;
    return id;
}

static void remember(struct dw_reader *r, const Dwarf_Die *die, type_id id)
{
    if (id != 0 && !dw_map_put(&r->ids, die->addr, id))
        r->failed = true;
}

/* ---- attributes ---- */

bool dw_number(Dwarf_Die *die, unsigned attribute, uint64_t *v)
{
    Dwarf_Attribute a;
    Dwarf_Word word = 0;
    *v = 0;
    if (dwarf_attr_integrate(die, attribute, &a) == NULL || dwarf_formudata(&a, &word) != 0)
        return false;
    *v = word;
    return true;
}

bool dw_type_die(Dwarf_Die *die, Dwarf_Die *out)
{
    Dwarf_Attribute a;
    return dwarf_attr_integrate(die, DW_AT_type, &a) != NULL && dwarf_formref_die(&a, out) != NULL;
}

/* What a declaration with a signature stands for. */
static void follow_signature(Dwarf_Die *die)
{
    Dwarf_Attribute a;
    Dwarf_Die there;
    if (dwarf_attr(die, DW_AT_signature, &a) != NULL && dwarf_formref_die(&a, &there) != NULL)
        *die = there;
}

void dw_strip(Dwarf_Die *die)
{
    for (int i = 0; i < DW_DEPTH_MAX; i++) {
        int tag = dwarf_tag(die);
        bool qualifies = tag == DW_TAG_const_type || tag == DW_TAG_volatile_type ||
                         tag == DW_TAG_restrict_type || tag == DW_TAG_atomic_type ||
                         tag == DW_TAG_immutable_type || tag == DW_TAG_packed_type ||
                         tag == DW_TAG_shared_type;
        if (!qualifies || !dw_type_die(die, die))
            break;
    }
    follow_signature(die);
}

/* ---- names ---- */

static char *keep_text(struct dw_reader *r, const char *s)
{
    char *copy = strdup(s);
    if (copy == NULL || !type_array_room(&r->texts, sizeof copy, 1, DW_QUEUE_MAX)) {
        free(copy);
        return NULL;
    }
    ((char **)r->texts.at)[r->texts.count++] = copy;
    return copy;
}

struct scope_visit {
    struct dw_reader *r;
    const char *last;
};

static bool take_scope(void *ctx, Dwarf_Die *die, int tag, const char *name, const char *scope)
{
    struct scope_visit *v = ctx;
    (void)tag;
    (void)name;
    if (scope[0] == '\0')
        return true;
    if (v->last == NULL || strcmp(v->last, scope) != 0)
        v->last = keep_text(v->r, scope);
    return v->last != NULL && dw_map_put(&v->r->scopes, die->addr, (uintptr_t)v->last);
}

/* Learns in which namespaces the types of a unit are, unless it is the one known. C has none. */
static void know_unit(struct dw_reader *r, Dwarf_Die *die)
{
    Dwarf_Die unit;
    if (dwarf_diecu(die, &unit, NULL, NULL) == NULL || unit.addr == r->unit)
        return;
    int language = dwarf_srclang(&unit);
    struct scope_visit v = {.r = r};
    struct dw_visit visit = {.nested = true, .visit = take_scope, .ctx = &v};
    r->unit = unit.addr;
    r->c = language == DW_LANG_C || language == DW_LANG_C89 || language == DW_LANG_C99 ||
           language == DW_LANG_C11;
    forget_scopes(r);
    if (!r->c)
        dw_walk_unit(&unit, &visit);
}

type_name dw_qualified(struct dw_reader *r, Dwarf_Die *die)
{
    char plain[TYPE_NAME_MAX], whole[2 * TYPE_NAME_MAX];
    const char *name = dwarf_diename(die);
    if (name == NULL)
        return 0;
    know_unit(r, die);
    const char *scope = (const char *)dw_map_get(&r->scopes, die->addr);
    dw_name_plain(name, plain, sizeof plain);
    size_t n = scope == NULL ? 0 : strlen(scope), k = strlen(plain);
    if (n > 0)
        memcpy(whole, scope, n);
    memcpy(whole + n, plain, k);
    return types_intern(r->t, whole, n + k < TYPE_NAME_MAX ? n + k : TYPE_NAME_MAX);
}

/* ---- base types ---- */

/* As C calls it, whatever the compiler does. */
static const char *common_name(const char *name)
{
    static const char *const other[][2] = {{"long int", "long"},
                                           {"long unsigned int", "unsigned long"},
                                           {"short int", "short"},
                                           {"short unsigned int", "unsigned short"},
                                           {"long long int", "long long"},
                                           {"long long unsigned int", "unsigned long long"},
                                           {"__int128 unsigned", "unsigned __int128"},
                                           {"unsigned", "unsigned int"},
                                           {"_Bool", "bool"}};
    for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
        if (strcmp(name, other[i][0]) == 0)
            return other[i][1];
    return name;
}

static enum type_kind base_kind(uint64_t encoding, uint64_t size)
{
    bool whole = size == 1 || size == 2 || size == 4 || size == 8;
    switch (encoding) {
    case DW_ATE_boolean:
        return whole ? TYPE_BOOL : TYPE_OPAQUE;
    case DW_ATE_float:
        return size == 4 || size == 8 ? TYPE_FLOAT : TYPE_OPAQUE;
    case DW_ATE_signed:
    case DW_ATE_signed_char:
        return whole ? TYPE_SIGNED : TYPE_OPAQUE;
    case DW_ATE_unsigned:
    case DW_ATE_unsigned_char:
    case DW_ATE_address:
        return whole ? TYPE_UNSIGNED : TYPE_OPAQUE;
    case DW_ATE_UTF:
    case DW_ATE_UCS:
    case DW_ATE_ASCII:
        return whole && size <= 4 ? TYPE_CHAR : TYPE_OPAQUE;
    default:
        return TYPE_OPAQUE;
    }
}

/* Reads a pending struct. */
static void complete(struct dw_reader *r, type_id id);

/* What has no other reading. */
static type_id bytes_of(struct dw_reader *r, uint64_t size)
{
    const char *why = NULL;
    if (size == 0 || size > TYPE_SIZE_MAX)
        return 0;
    type_id id = types_array(r->t, types_scalar(ABI_UCHAR), size, false, &why);
    r->failed = r->failed || id == 0;
    return id;
}

static type_id base_type(struct dw_reader *r, Dwarf_Die *die)
{
    uint64_t size, encoding;
    const char *given = dwarf_diename(die), *name = common_name(given != NULL ? given : "");
    (void)dw_number(die, DW_AT_byte_size, &size);
    (void)dw_number(die, DW_AT_encoding, &encoding);
    type_id known = types_find(r->t, name);
    const struct type *same = types_get(r->t, types_real(r->t, known));
    enum type_kind kind = base_kind(encoding, size);
    if (strcmp(name, "char") == 0 && size == 1)
        kind = TYPE_CHAR;
    if (known != 0 && same->size == size &&
        (same->kind == kind || (same->kind == TYPE_CHAR && size > 1)))
        return known;
    if (size == 0 || size > 16)
        return bytes_of(r, size);
    struct type t = {.kind = (uint8_t)kind, .size = size, .align = 1};
    while (t.align < size && t.align < 16)
        t.align *= 2;
    t.name = types_intern(r->t, name, strlen(name));
    return dw_fresh(r, &t);
}

/* ---- enums ---- */

static bool enumerator_value(Dwarf_Die *die, int64_t *v)
{
    Dwarf_Attribute a;
    Dwarf_Sword is = 0;
    Dwarf_Word iu = 0;
    if (dwarf_attr(die, DW_AT_const_value, &a) == NULL)
        return false;
    unsigned form = dwarf_whatform(&a);
    bool negative = form == DW_FORM_sdata || form == DW_FORM_implicit_const;
    bool good = negative ? dwarf_formsdata(&a, &is) == 0 : dwarf_formudata(&a, &iu) == 0;
    *v = negative ? is : (int64_t)iu;
    return good;
}

static void enumerators(struct dw_reader *r, Dwarf_Die *die, type_id id)
{
    struct type_array rows = {0};
    bool negative = false;
    Dwarf_Die child;
    if (dwarf_child(die, &child) == 0) {
        do {
            struct type_enumerator e = {0};
            const char *name = dwarf_diename(&child);
            if (dwarf_tag(&child) != DW_TAG_enumerator || name == NULL ||
                !enumerator_value(&child, &e.value))
                continue;
            e.name = types_intern(r->t, name, strnlen(name, TYPE_NAME_MAX));
            negative |= e.value < 0;
            if (!type_array_room(&rows, sizeof e, 1, TYPE_MEMBERS_MAX))
                break;
            ((struct type_enumerator *)rows.at)[rows.count++] = e;
        } while (dwarf_siblingof(&child, &child) == 0);
    }
    if (!types_enumerators(r->t, id, rows.at, rows.count))
        r->failed = true;
    if (negative)
        types_edit(r->t, id)->flags |= TYPE_NEGATIVE;
    free(rows.at);
}

static type_id enum_type(struct dw_reader *r, Dwarf_Die *die)
{
    Dwarf_Die under = *die;
    struct type t = {.kind = TYPE_ENUM, .name = dw_qualified(r, die)};
    uint64_t size = 0, encoding = 0;
    bool sized = dw_number(die, DW_AT_byte_size, &size);
    if (dw_type_die(die, &under)) {
        dw_strip(&under);
        for (int i = 0; i < DW_DEPTH_MAX && dwarf_tag(&under) == DW_TAG_typedef; i++)
            if (dw_type_die(&under, &under))
                dw_strip(&under);
        if (!sized)
            (void)dw_number(&under, DW_AT_byte_size, &size);
        (void)dw_number(&under, DW_AT_encoding, &encoding);
    }
    if (size != 1 && size != 2 && size != 4 && size != 8)
        return bytes_of(r, size);
    t.size = size;
    t.align = (uint32_t)size;
    t.flags = (uint8_t)((r->c && t.name != 0 ? TYPE_TAGGED : 0) |
                        (encoding == DW_ATE_signed || encoding == DW_ATE_signed_char ? TYPE_NEGATIVE
                                                                                     : 0));
    type_id id = dw_fresh(r, &t);
    if (id != 0)
        enumerators(r, die, id);
    return id;
}

/* ---- what is made of other types ---- */

static type_id pointer(struct dw_reader *r, Dwarf_Die *die)
{
    uint64_t size;
    bool sized = dw_number(die, DW_AT_byte_size, &size);
    if (sized && size != r->t->abi.pointer.size)
        return bytes_of(r, size);
    type_id target = dw_type_of(r, die, false);
    type_id id = types_pointer(r->t, target);
    r->failed = r->failed || id == 0;
    return id;
}

static type_id alias(struct dw_reader *r, Dwarf_Die *die, bool contents)
{
    const char *name = dwarf_diename(die);
    type_id scalar = name == NULL ? 0 : types_find(r->t, name);
    bool wide = scalar >= types_scalar(ABI_WCHAR) && scalar <= types_scalar(ABI_CHAR32);
    type_id target = dw_type_of(r, die, contents);
    type_id known = (type_id)dw_map_get(&r->ids, die->addr);
    if (known != 0)
        return known;
    if (wide && types_size(r->t, target) == types_size(r->t, scalar))
        return scalar;
    struct type t = {.kind = TYPE_ALIAS, .target = target, .name = dw_qualified(r, die)};
    return dw_fresh(r, &t);
}

/* Elements of one dimension; false: not known. */
static bool dimension(Dwarf_Die *range, uint64_t *n)
{
    uint64_t upper, lower;
    if (dw_number(range, DW_AT_count, n))
        return true;
    if (!dw_number(range, DW_AT_upper_bound, &upper))
        return false;
    (void)dw_number(range, DW_AT_lower_bound, &lower);
    *n = upper + 1 - lower;
    return *n <= TYPE_SIZE_MAX;
}

static type_id array(struct dw_reader *r, Dwarf_Die *die)
{
    enum { DIMENSIONS = 16 };
    uint64_t length[DIMENSIONS];
    bool known[DIMENSIONS];
    int n = 0;
    Dwarf_Die child;
    const char *why = NULL;
    type_id id = dw_unwrap(r, dw_type_of(r, die, true));
    if (dwarf_child(die, &child) == 0) {
        do {
            int tag = dwarf_tag(&child);
            if ((tag == DW_TAG_subrange_type || tag == DW_TAG_enumeration_type) && n < DIMENSIONS) {
                length[n] = 0;
                known[n] = dimension(&child, &length[n]);
                n++;
            }
        } while (dwarf_siblingof(&child, &child) == 0);
    }
    for (int i = n - 1; i >= 0 && why == NULL; i--)
        id = types_array(r->t, id, length[i], !known[i], &why);
    return why != NULL ? 0 : id;
}

/* What is shown as its bytes. */
static type_id other(struct dw_reader *r, Dwarf_Die *die)
{
    uint64_t size = 0;
    if (!dw_number(die, DW_AT_byte_size, &size) && dwarf_tag(die) == DW_TAG_ptr_to_member_type)
        size = r->t->abi.pointer.size;
    return bytes_of(r, size);
}

/* ---- structs ---- */

static type_id record(struct dw_reader *r, Dwarf_Die *die, bool contents)
{
    bool is_union = dwarf_tag(die) == DW_TAG_union_type;
    struct type t = {.kind = is_union ? TYPE_UNION : TYPE_STRUCT,
                     .flags = TYPE_INCOMPLETE,
                     .align = 1,
                     .name = dw_qualified(r, die)};
    know_unit(r, die);
    t.flags = (uint8_t)(t.flags | (r->c && t.name != 0 ? TYPE_TAGGED : 0));
    type_id id = dw_fresh(r, &t);
    remember(r, die, id);
    if (id == 0 || dw_is_declaration(die))
        return id;
    if (!type_array_room(&r->queue, sizeof(struct dw_pending), 1, DW_QUEUE_MAX)) {
        r->failed = true;
        return id;
    }
    ((struct dw_pending *)r->queue.at)[r->queue.count++] =
        (struct dw_pending){.die = *die, .id = id};
    if (!dw_map_put(&r->pending, (const void *)(uintptr_t)id, r->queue.count))
        r->failed = true;
    if (contents)
        complete(r, id);
    return id;
}

static void complete(struct dw_reader *r, type_id id)
{
    uintptr_t at = dw_map_get(&r->pending, (const void *)(uintptr_t)id);
    struct dw_pending *p = at == 0 ? NULL : (struct dw_pending *)r->queue.at + (at - 1);
    if (p == NULL || p->done)
        return;
    Dwarf_Die die = p->die;
    p->done = true;
    dw_record(r, &die, id);
}

void dw_reach(struct dw_reader *r)
{
    for (uint32_t i = 0; i < r->queue.count && i < DW_REACHED_MAX && !r->failed; i++)
        complete(r, ((struct dw_pending *)r->queue.at)[i].id);
    r->failed = false; /* what is there is sound: the rest stays incomplete */
}

/* ---- */

static type_id make(struct dw_reader *r, Dwarf_Die *die, bool contents)
{
    switch (dwarf_tag(die)) {
    case DW_TAG_base_type:
        return base_type(r, die);
    case DW_TAG_pointer_type:
    case DW_TAG_reference_type:
    case DW_TAG_rvalue_reference_type:
        return pointer(r, die);
    case DW_TAG_typedef:
        return alias(r, die, contents);
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_interface_type:
        return record(r, die, contents);
    case DW_TAG_enumeration_type:
        know_unit(r, die);
        return enum_type(r, die);
    case DW_TAG_array_type:
        return array(r, die);
    case DW_TAG_subroutine_type: {
        struct type t = {.kind = TYPE_FUNCTION, .align = 1};
        return dw_fresh(r, &t);
    }
    case DW_TAG_subrange_type:
        return dw_type_of(r, die, contents);
    default:
        return other(r, die);
    }
}

type_id dw_type(struct dw_reader *r, Dwarf_Die *die, bool contents)
{
    dw_strip(die);
    type_id id = (type_id)dw_map_get(&r->ids, die->addr);
    if (id == 0 && r->depth < DW_DEPTH_MAX && !r->failed) {
        r->depth++;
        id = make(r, die, contents);
        r->depth--;
        remember(r, die, id);
    }
    if (contents && id != 0)
        complete(r, types_real(r->t, id));
    return id;
}

type_id dw_type_of(struct dw_reader *r, Dwarf_Die *die, bool contents)
{
    Dwarf_Die type;
    return dw_type_die(die, &type) ? dw_type(r, &type, contents) : 0;
}
