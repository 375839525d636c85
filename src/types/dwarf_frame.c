/* One frame of a thread that was caught at a store: which function and line that is, which of its
 * variables hold pointers into the segment, and what the registers were in its caller. Registers
 * and the top of the stack come with the question; nothing else of the process is read. */
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "core/type/pack.h"
#include "types/dwarf.h"

enum {
    REGISTERS = 17,
    RAX = 0,
    RBX = 3,
    SP = 7,
    IP = 16,
    DEPTH = 32,    /* of the stack of an expression */
    WINDOWS = 16,  /* where the segment is mapped */
    STEPS = 256,   /* of an expression */
    VARIABLES = 64 /* of one frame */
};

struct frame {
    struct dw_file *file;
    uint64_t reg[REGISTERS];
    uint32_t known; /* bits: registers */
    uint64_t pc;    /* that counts for the place in the source */
    uint64_t place; /* the same as its unit counts */
    uint64_t cfa;
    bool has_cfa;
    const uint8_t *stack; /* from the rsp of the store on: */
    uint64_t stack_at;
    size_t stack_n;
    uint64_t window[2 * WINDOWS]; /* start, end */
    size_t windows;
    Dwarf_Op *base; /* of fbreg */
    size_t base_n;
};

/* What an expression leads to. */
struct leads {
    enum { PLACE_NONE, PLACE_MEMORY, PLACE_REGISTER, PLACE_VALUE } kind;
    uint64_t value; /* address, number of the register, or the value */
};

static bool read_stack(const struct frame *f, uint64_t address, uint64_t *out)
{
    if (address < f->stack_at || address - f->stack_at > f->stack_n ||
        f->stack_n - (size_t)(address - f->stack_at) < sizeof *out)
        return false;
    memcpy(out, f->stack + (address - f->stack_at), sizeof *out);
    return true;
}

static bool reg_value(const struct frame *f, uint64_t i, uint64_t *out)
{
    bool known = i < REGISTERS && (f->known >> i & 1) != 0;
    *out = known ? f->reg[i] : 0;
    return known;
}

/* ---- expressions ---- */

struct machine {
    const struct frame *f;
    uint64_t at[DEPTH];
    size_t n;
    bool bad;
};

static void push(struct machine *m, uint64_t v)
{
    m->bad = m->bad || m->n == DEPTH;
    if (!m->bad)
        m->at[m->n++] = v;
}

static uint64_t pop(struct machine *m)
{
    m->bad = m->bad || m->n == 0;
    return m->bad ? 0 : m->at[--m->n];
}

static struct leads evaluate(const struct frame *f, const Dwarf_Op *op, size_t n, bool based);

/* The base that variables count from. */
static void push_base(struct machine *m, int64_t offset, bool based)
{
    const struct frame *f = m->f;
    uint64_t v = 0;
    struct leads p = {.kind = PLACE_NONE};
    if (!based)
        p = evaluate(f, f->base, f->base_n, true);
    bool good = p.kind == PLACE_REGISTER ? reg_value(f, p.value, &v) : p.kind == PLACE_MEMORY;
    m->bad = m->bad || !good;
    push(m, (p.kind == PLACE_REGISTER ? v : p.value) + (uint64_t)offset);
}

static void arithmetic(struct machine *m, uint8_t atom)
{
    uint64_t b = pop(m), a = pop(m);
    switch (atom) {
    case DW_OP_plus:
        push(m, a + b);
        break;
    case DW_OP_minus:
        push(m, a - b);
        break;
    case DW_OP_and:
        push(m, a & b);
        break;
    case DW_OP_or:
        push(m, a | b);
        break;
    case DW_OP_mul:
        push(m, a * b);
        break;
    case DW_OP_shl:
        push(m, b < 64 ? a << b : 0);
        break;
    case DW_OP_shr:
        push(m, b < 64 ? a >> b : 0);
        break;
    case DW_OP_ge:
        push(m, (int64_t)a >= (int64_t)b);
        break;
    default:
        m->bad = true;
    }
}

/* A step that pushes what the machine has. */
static void step(struct machine *m, const Dwarf_Op *op, bool based)
{
    uint64_t v = 0;
    uint8_t atom = op->atom;
    if (atom >= DW_OP_breg0 && atom <= DW_OP_breg31) {
        m->bad = m->bad || !reg_value(m->f, (uint64_t)(atom - DW_OP_breg0), &v);
        push(m, v + op->number);
    } else if (atom == DW_OP_bregx) {
        m->bad = m->bad || !reg_value(m->f, op->number, &v);
        push(m, v + op->number2);
    } else if (atom >= DW_OP_lit0 && atom <= DW_OP_lit31) {
        push(m, (uint64_t)(atom - DW_OP_lit0));
    } else if (atom >= DW_OP_const1u && atom <= DW_OP_consts) {
        push(m, op->number);
    } else if (atom == DW_OP_fbreg) {
        push_base(m, (int64_t)op->number, based);
    } else if (atom == DW_OP_call_frame_cfa) {
        m->bad = m->bad || !m->f->has_cfa;
        push(m, m->f->cfa);
    } else if (atom == DW_OP_plus_uconst) {
        push(m, pop(m) + op->number);
    } else if (atom == DW_OP_deref) {
        m->bad = !read_stack(m->f, pop(m), &v) || m->bad;
        push(m, v);
    } else if (atom == DW_OP_dup) {
        v = pop(m);
        push(m, v);
        push(m, v);
    } else {
        arithmetic(m, atom);
    }
}

/* `based`: it is that of the base, which may not count from the base itself. */
static struct leads evaluate(const struct frame *f, const Dwarf_Op *op, size_t n, bool based)
{
    struct machine m = {.f = f};
    const struct leads none = {.kind = PLACE_NONE};
    if (n == 0 || n > STEPS)
        return none;
    if (n == 1 && op[0].atom >= DW_OP_reg0 && op[0].atom <= DW_OP_reg31)
        return (struct leads){PLACE_REGISTER, (uint64_t)(op[0].atom - DW_OP_reg0)};
    if (n == 1 && op[0].atom == DW_OP_regx)
        return (struct leads){PLACE_REGISTER, op[0].number};
    for (size_t i = 0; i < n && !m.bad; i++) {
        if (op[i].atom == DW_OP_stack_value && i + 1 == n && m.n > 0)
            return (struct leads){PLACE_VALUE, m.at[m.n - 1]};
        step(&m, &op[i], based);
    }
    return m.bad || m.n == 0 ? none : (struct leads){PLACE_MEMORY, m.at[m.n - 1]};
}

/* The 8 bytes of what an expression leads to. */
static bool value_of(const struct frame *f, const Dwarf_Op *op, size_t n, uint64_t *out)
{
    struct leads p = evaluate(f, op, n, false);
    *out = p.value;
    return p.kind == PLACE_VALUE || (p.kind == PLACE_REGISTER && reg_value(f, p.value, out)) ||
           (p.kind == PLACE_MEMORY && read_stack(f, p.value, out));
}

/* ---- the caller ---- */

/* What a register was in the caller, as this rule says. False: it is not known. Functions leave rbx
 * as it is where no rule says otherwise, and not rax: libdw swaps the two. So for rbx it answers
 * "undefined" where there is no rule, and the same where a rule says so. The two cases cannot be
 * distinguished; compilers do not write that rule. */
static bool caller_register(const struct frame *f, Dwarf_Frame *rules, int i, uint64_t *out)
{
    Dwarf_Op memory[3], *op = NULL;
    size_t n = 0;
    if (dwarf_frame_register(rules, i, memory, &op, &n) != 0)
        return false;
    if (n == 0)
        return (op == NULL ? i != RAX : i == RBX) && reg_value(f, (uint64_t)i, out);
    return value_of(f, op, n, out);
}

/* The rules for this place in one of the two sections. */
static Dwarf_Frame *rules_at(Dwarf_CFI *cfi, uint64_t pc)
{
    Dwarf_Frame *rules = NULL;
    return cfi != NULL && dwarf_cfi_addrframe(cfi, pc, &rules) == 0 ? rules : NULL;
}

static void unwind(struct frame *f, Dwarf_CFI *eh, uint64_t pc, struct frame *caller)
{
    Dwarf *dwarf = dw_file_dwarf(f->file);
    Dwarf_Op *op = NULL;
    size_t n = 0;
    caller->known = 0;
    Dwarf_Frame *rules = rules_at(eh, pc);
    if (rules == NULL && dwarf != NULL)
        rules = rules_at(dwarf_getcfi(dwarf), pc);
    if (rules == NULL)
        return;
    if (dwarf_frame_cfa(rules, &op, &n) == 0) {
        struct leads p = evaluate(f, op, n, true);
        f->has_cfa = p.kind == PLACE_MEMORY || p.kind == PLACE_VALUE;
        f->cfa = p.value;
    }
    for (int i = 0; i < REGISTERS && f->has_cfa; i++)
        if (caller_register(f, rules, i, &caller->reg[i]))
            caller->known |= UINT32_C(1) << i;
    if (f->has_cfa) {
        caller->reg[SP] = f->cfa;
        caller->known |= UINT32_C(1) << SP;
    }
    free(rules);
}

/* ---- variables ---- */

struct finding {
    struct frame *f;
    struct dw_reader r;
    struct message *m;
    uint32_t count;
};

static bool in_window(const struct frame *f, uint64_t v)
{
    for (size_t i = 0; i < f->windows; i++)
        if (v >= f->window[2 * i] && v < f->window[2 * i + 1])
            return true;
    return false;
}

/* What a pointer leads to; false: it is not a pointer, or what it leads to has no type. */
static bool pointee(Dwarf_Die *variable, Dwarf_Die *out)
{
    Dwarf_Die type;
    if (!dw_type_die(variable, &type))
        return false;
    dw_strip(&type);
    for (int i = 0; i < 16 && dwarf_tag(&type) == DW_TAG_typedef; i++) {
        if (!dw_type_die(&type, &type))
            return false;
        dw_strip(&type);
    }
    int tag = dwarf_tag(&type);
    return (tag == DW_TAG_pointer_type || tag == DW_TAG_reference_type) && dw_type_die(&type, out);
}

static void take_variable(struct finding *g, Dwarf_Die *die)
{
    Dwarf_Attribute a;
    Dwarf_Op *op = NULL;
    size_t n = 0;
    uint64_t value = 0;
    Dwarf_Die to;
    const char *name = dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &a));
    if (name == NULL || g->count == VARIABLES || !pointee(die, &to) ||
        dwarf_attr(die, DW_AT_location, &a) == NULL ||
        dwarf_getlocation_addr(&a, g->f->place, &op, &n, 1) != 1 ||
        !value_of(g->f, op, n, &value) || !in_window(g->f, value))
        return;
    type_id id = dw_type(&g->r, &to, true);
    if (id == 0 || g->r.failed)
        return;
    message_text(g->m, name);
    message_number(g->m, value, 8);
    message_number(g->m, id, 4);
    g->count++;
}

static void take_scope(struct finding *g, Dwarf_Die *scope)
{
    Dwarf_Die child;
    if (dwarf_child(scope, &child) != 0)
        return;
    do {
        int tag = dwarf_tag(&child);
        if (tag == DW_TAG_variable || tag == DW_TAG_formal_parameter)
            take_variable(g, &child);
    } while (dwarf_siblingof(&child, &child) == 0);
}

/* The unit with this address. Not every compiler writes a table of them. */
static bool unit_at(Dwarf *dwarf, uint64_t pc, Dwarf_CU **unit, Dwarf_Die *die)
{
    Dwarf_CU *cu = NULL;
    Dwarf_Half version;
    uint8_t type;
    Dwarf_Die sub;
    for (; dwarf != NULL && dwarf_get_units(dwarf, cu, unit, &version, &type, die, &sub) == 0;
         cu = *unit)
        if (dwarf_haspc(die, pc) > 0)
            return true;
    return false;
}

static void put_line(Dwarf_Die *unit, uint64_t pc, struct message *m)
{
    Dwarf_Line *line = dwarf_getsrc_die(unit, pc);
    const char *file = line != NULL ? dwarf_linesrc(line, NULL, NULL) : NULL;
    int number = 0;
    if (line != NULL)
        (void)dwarf_lineno(line, &number);
    message_text(m, file != NULL ? file : "");
    message_number(m, number > 0 ? (uint64_t)number : 0, 4);
}

/* The scopes around this place, innermost first, up to the function: those of the code, also where
 * another function is inlined (dwarf_getscopes continues with the place where that one is defined).
 * Returns how many; the caller frees *scope. */
static int scopes_at(Dwarf_Die *unit, uint64_t pc, Dwarf_Die **scope)
{
    Dwarf_Die *found = NULL;
    int n = dwarf_getscopes(unit, pc, &found);
    *scope = NULL;
    if (n > 0)
        n = dwarf_getscopes_die(&found[0], scope);
    free(found);
    return n > 0 ? n : 0;
}

static void put_frame(struct frame *f, struct message *m)
{
    struct finding g = {.f = f, .m = m};
    Dwarf_CU *cu = NULL;
    Dwarf_Die unit, whole, *scope = NULL;
    Dwarf_Attribute a;
    const char *name = NULL;
    uint64_t low = 0;
    bool known = unit_at(dw_file_dwarf(f->file), f->pc, &cu, &unit);
    whole = unit; /* lines stay in the program */
    if (known && !dw_join(f->file, cu, &unit, &whole, &low))
        low = 0;
    f->place = f->pc - low;
    int scopes = known ? scopes_at(&whole, f->place, &scope) : 0;
    for (int i = 0; i < scopes && f->base == NULL; i++) {
        if (dwarf_tag(&scope[i]) != DW_TAG_subprogram)
            continue;
        name = dwarf_formstring(dwarf_attr_integrate(&scope[i], DW_AT_name, &a));
        if (dwarf_attr(&scope[i], DW_AT_frame_base, &a) != NULL)
            (void)dwarf_getlocation_addr(&a, f->place, &f->base, &f->base_n, 1);
        scopes = i + 1; /* what is around the function has no locals */
    }
    const char *symbol = name != NULL ? NULL : dw_symbol(f->file, f->pc);
    message_text(m, name != NULL ? name : symbol != NULL ? symbol : "");
    message_number(m, symbol != NULL, 1);
    if (known) {
        put_line(&unit, f->pc, m);
    } else {
        message_text(m, "");
        message_number(m, 0, 4);
    }
    size_t head = m->n;
    message_number(m, 0, 4);
    if (!dw_reader_open(&g.r, &f->file->abi)) {
        m->failed = true;
    } else {
        for (int i = 0; i < scopes; i++)
            take_scope(&g, &scope[i]);
        message_set(m, head, g.count, 4);
        dw_reach(&g.r);
        size_t n = 0;
        uint8_t *pack = types_pack(g.r.t, &n);
        message_bytes(m, pack, pack == NULL ? 0 : n);
        free(pack);
        dw_reader_close(&g.r);
    }
    free(scope);
}

void dw_frame(struct dw_file *file, struct message_in *in, struct message *m)
{
    static struct frame f, caller;
    f = caller = (struct frame){.file = file};
    uint64_t pc = message_take(in, 8);
    f.pc = message_take(in, 8);
    f.known = (uint32_t)message_take(in, 4);
    for (int i = 0; i < REGISTERS; i++)
        f.reg[i] = message_take(in, 8);
    f.windows = (size_t)message_take(in, 4);
    for (size_t i = 0; i < 2 * f.windows && f.windows <= WINDOWS; i++)
        f.window[i] = message_take(in, 8);
    f.stack_at = message_take(in, 8);
    f.stack = message_take_bytes(in, &f.stack_n);
    if (in->failed || f.windows > WINDOWS) {
        m->failed = true;
        return;
    }
    Dwarf_CFI *eh = file->self.elf != NULL ? dwarf_getcfi_elf(file->self.elf) : NULL;
    unwind(&f, eh, pc, &caller);
    message_number(m, caller.known, 4);
    for (int i = 0; i < REGISTERS; i++)
        message_number(m, caller.reg[i], 8);
    put_frame(&f, m);
    if (eh != NULL)
        (void)dwarf_cfi_end(eh);
}
