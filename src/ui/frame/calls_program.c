/* The calls of the log as a C program that makes them again. The log is nearly C: descriptors, ids
 * and addresses become variables, and arguments that it leaves out are put in. What cannot be
 * written like that, what failed, and what might mean something else by now (a descriptor that was
 * closed, a store outside of what is mapped) is a comment. Names are hostile: of an argument only
 * a whole string of C, or words and numbers, gets into a statement. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ui/frame/calls.h"
#include "ui/frame/calls_parts.h"

enum { EXPRESSION_MAX = 4 * OSCALL_TEXT_MAX };

static const char *const headers[] = {"fcntl.h",    "stdint.h", "sys/mman.h", "sys/shm.h",
                                      "sys/stat.h", "unistd.h", "windows.h"};

/* ---- what a value of the log means ---- */

/* The index of an id, which is remembered; -1: there are too many. */
static int find_id(struct calls_program *p, uint64_t number)
{
    int i = 0;
    while (i < p->ids && p->id[i].number != number)
        i++;
    if (i == PROGRAM_IDS || number > INT32_MAX)
        return -1;
    if (i == p->ids)
        p->id[p->ids++] = (struct program_id){.number = number};
    return i;
}

/* The mapping that begins there; -1: none. */
static int find_mapping(const struct calls_program *p, uint64_t address)
{
    int i = p->mappings;
    while (i-- > 0)
        if (p->mapping[i].live && p->mapping[i].address == address)
            break;
    return i;
}

static void unmap(struct calls_program *p, uint64_t from, uint64_t length)
{
    for (int i = 0; i < p->mappings; i++) {
        struct program_mapping *m = &p->mapping[i];
        if (from <= m->address ? m->address - from < length : from - m->address < m->length)
            m->live = false;
    }
}

/* What IPC_STAT says of an id is true of its mappings. */
static void learn_size(struct calls_program *p, int id, uint64_t size)
{
    if (id < 0)
        return;
    p->id[id].size = size;
    for (int i = 0; i < p->mappings; i++)
        if (p->mapping[i].id == id && p->mapping[i].length == 0)
            p->mapping[i].length = size;
}

/* What an id's calls say of its size. */
static void follow_id(struct calls_program *p, const struct call_parts *c)
{
    uint64_t id = 0, size = 0;
    const char *stat = strstr(c->result, "shm_segsz ");
    if (call_is(c, "shmget") && call_number(c, 1, 10, &size))
        learn_size(p, find_id(p, strtoull(c->result, NULL, 10)), size);
    if (!call_is(c, "shmctl") || !call_number(c, 0, 10, &id))
        return;
    if (stat != NULL)
        learn_size(p, find_id(p, id), strtoull(stat + strlen("shm_segsz "), NULL, 10));
    else if (strstr(c->text, "IPC_RMID") != NULL)
        learn_size(p, find_id(p, id), 0);
}

/* What is no longer true after a call: descriptors and mappings that it ends, or whose number or
 * place its result takes. An unknown call may return a descriptor. */
static void follow(struct calls_program *p, const struct call_parts *c, int row)
{
    uint64_t n = 0, length = 1;
    bool windows = (p->headers & (unsigned)WINDOWS) != 0;
    enum call_value kind = row >= 0 ? call_rows[row].returns : windows ? PLAIN : DESCRIPTOR;
    bool failed = c->result[0] == '-';
    if (call_is(c, "close") && call_number(c, 0, 10, &n) && n < PROGRAM_NUMBERS)
        p->descriptor[n].open = false;
    if (call_is(c, "munmap") && call_number(c, 0, 16, &n) && call_number(c, 1, 10, &length))
        unmap(p, n, length);
    if (call_is(c, "CloseHandle") && call_value_at(c, 0, HANDLE, &n) && n < PROGRAM_NUMBERS)
        p->descriptor[n].open = false;
    if ((call_is(c, "shmdt") || call_is(c, "UnmapViewOfFile")) && call_number(c, 0, 16, &n))
        unmap(p, n, 1);
    if (!failed)
        follow_id(p, c);
    n = call_result(c, kind);
    if ((kind == DESCRIPTOR || kind == HANDLE) && !failed && n < PROGRAM_NUMBERS)
        p->descriptor[n].open = false;
    length = 1;
    if (kind == ADDRESS && !failed && (call_is(c, "shmat") || call_mapped(c, &length)))
        unmap(p, n, length);
}

/* The variable for an argument, its number; false: it has none. */
static bool find_variable(struct calls_program *p, enum call_value kind, const struct call_parts *c,
                          int at, int *number)
{
    uint64_t n = 0;
    if (!call_value_at(c, at, kind, &n))
        return false;
    *number = kind == ADDRESS ? find_mapping(p, n) + 1 : (int)n;
    if (kind == ADDRESS)
        return *number > 0;
    return kind == ID ? find_id(p, n) >= 0 : n < PROGRAM_NUMBERS && p->descriptor[n].open;
}

/* ---- statements ---- */

static const char *const prefixes[] = {"", "fd", "id", "p", "h"};

/* The name of a variable: `fd3`, `h1c`. */
static void variable_name(enum call_value kind, uint64_t number, char out[32])
{
    if (kind == HANDLE)
        (void)snprintf(out, 32, "%s%" PRIx64, prefixes[kind], number * HANDLE_STEP);
    else
        (void)snprintf(out, 32, "%s%" PRIu64, prefixes[kind], number);
}

/* Copies an argument of a call of Windows: a string is wide, the log's one number for 64 bits is
 * two. Bytes that are no UTF-8 cannot be in a wide string. Its length; 0: it cannot be written. */
static size_t copy_windows(char *to, size_t room, const struct call_parts *c, int i)
{
    bool string = c->text[c->from[i]] == '"';
    bool halves = i == (call_is(c, "CreateFileMappingW") ? 3 : 2) && !string;
    uint64_t n = 0;
    if (halves && !call_is(c, "OpenFileMappingW"))
        return call_number(c, i, 10, &n)
                   ? (size_t)snprintf(to, room, "%" PRIu64 ", %" PRIu64, n >> 32, n & UINT32_MAX)
                   : 0;
    to[0] = 'L';
    if (!call_copy_argument(to + string, c->text + c->from[i], c->length[i]))
        return 0;
    to[c->length[i] + string] = '\0';
    for (const char *p = to; string && (p = strchr(p, '\\')) != NULL; p += 2)
        if (p[1] == '2' || p[1] == '3')
            return 0;
    return c->length[i] + string;
}

/* The call with its variables; false: one of them is not known, or an argument is not C. */
static bool expression(struct calls_program *p, const struct call_parts *c, int row,
                       char out[EXPRESSION_MAX])
{
    enum { VARIABLE = 32 }; /* more than one needs, and than `more` */
    size_t n = (size_t)snprintf(out, EXPRESSION_MAX, "%.*s(", (int)c->name, c->text);
    if (c->count != call_rows[row].count)
        return false;
    for (int i = 0; i < c->count; i++) {
        bool variable = call_rows[row].takes != PLAIN && call_rows[row].at == i;
        int number = 0;
        size_t size = c->length[i];
        if (n + c->length[i] + 3 * VARIABLE > EXPRESSION_MAX)
            return false;
        n += (size_t)snprintf(out + n, VARIABLE, "%s", i > 0 ? ", " : "");
        if (variable) {
            if (!find_variable(p, call_rows[row].takes, c, i, &number))
                return false;
            variable_name(call_rows[row].takes, (uint64_t)number, out + n);
            size = strlen(out + n);
        } else if (call_of_windows(row)) {
            size = copy_windows(out + n, EXPRESSION_MAX - n, c, i);
        } else if (!call_copy_argument(out + n, c->text + c->from[i], c->length[i])) {
            size = 0;
        }
        if (size == 0)
            return false;
        n += size;
    }
    (void)snprintf(out + n, VARIABLE, "%s)", call_rows[row].more);
    return true;
}

static bool declare_mapping(struct calls_program *p, const struct call_parts *c)
{
    bool maps = call_is(c, "mmap"), view = call_is(c, "MapViewOfFile");
    uint64_t id = 0;
    if (p->mappings == PROGRAM_MAPPINGS)
        return false;
    struct program_mapping *m = &p->mapping[p->mappings++];
    *m = (struct program_mapping){.address = strtoull(c->result, NULL, 16), .id = -1, .live = true};
    m->writes = strstr(c->text, maps ? "PROT_WRITE" : "SHM_RDONLY") != NULL ? maps : !maps;
    if (view)
        m->writes = strstr(c->text, "FILE_MAP_WRITE") != NULL;
    if (maps || view)
        (void)call_mapped(c, &m->length);
    else if (call_number(c, 0, 10, &id) && (m->id = find_id(p, id)) >= 0)
        m->length = p->id[m->id].size;
    out_print(p->out, "    char *p%d = ", p->mappings);
    return true;
}

/* Declares the variable of a result: `int fd3 = `, or sets it again. False: there are too many. */
static bool declare(struct calls_program *p, const struct call_parts *c, enum call_value kind)
{
    if (kind == ADDRESS)
        return declare_mapping(p, c);
    char name[32];
    uint64_t n = call_result(c, kind);
    int id = kind == ID ? find_id(p, n) : -1;
    if (kind == ID ? id < 0 : n >= PROGRAM_NUMBERS)
        return false;
    bool *declared = kind == ID ? &p->id[id].declared : &p->descriptor[n].declared;
    variable_name(kind, n, name);
    out_print(p->out, "    %s%s = ", *declared ? "" : kind == HANDLE ? "HANDLE " : "int ", name);
    *declared = true;
    if (kind != ID)
        p->descriptor[n].open = true;
    return true;
}

/* An id that somebody else made. */
static void declare_id(struct calls_program *p, const struct call_parts *c)
{
    uint64_t n = 0;
    int id = call_number(c, 0, 10, &n) ? find_id(p, n) : -1;
    if (id < 0 || p->id[id].declared)
        return;
    p->id[id].declared = true;
    out_print(p->out, "    int id%" PRIu64 " = %" PRIu64 ";\n", n, n);
}

/* The descriptor has another number in that program. */
static bool open_again(struct calls_program *p, const struct call_parts *c)
{
    char how[EXPRESSION_MAX] = "";
    uint64_t of = 0;
    if (!call_is_link(c, &of) || of >= PROGRAM_NUMBERS || !p->descriptor[of].open ||
        strtoull(c->result, NULL, 10) >= PROGRAM_NUMBERS || c->length[1] >= sizeof how ||
        !call_copy_argument(how, c->text + c->from[1], c->length[1]))
        return false;
    p->links++;
    p->headers |= FCNTL;
    out_print(p->out,
              "    char link%d[32];\n    snprintf(link%d, sizeof link%d, \"/proc/self/fd/%%d\", "
              "fd%" PRIu64 ");\n",
              p->links, p->links, p->links, of);
    (void)declare(p, c, DESCRIPTOR);
    out_print(p->out, "open(link%d, %s);", p->links, how);
    return true;
}

static bool duplicate(struct calls_program *p, const struct call_parts *c)
{
    char from[32], to[32];
    uint64_t of = 0, made = 0;
    if (!call_is_duplicate(c, &of) || of >= PROGRAM_NUMBERS || !p->descriptor[of].open)
        return false;
    made = call_result(c, HANDLE);
    if (made >= PROGRAM_NUMBERS)
        return false;
    variable_name(HANDLE, of, from);
    variable_name(HANDLE, made, to);
    if (!p->descriptor[made].declared)
        out_print(p->out, "    HANDLE %s = NULL;\n", to);
    p->descriptor[made].declared = p->descriptor[made].open = true;
    p->headers |= WINDOWS;
    out_print(p->out,
              "    if (!DuplicateHandle(GetCurrentProcess(), %s, GetCurrentProcess(), &%s, %.*s, "
              "FALSE, 0))",
              from, to, (int)c->length[2], c->text + c->from[2]);
    return true;
}

/* The mapping that all these bytes may be stored through, its number; 0: none. */
static int find_written(const struct calls_program *p, uint64_t at, uint64_t size)
{
    int m = p->mappings;
    for (; m > 0; m--) {
        const struct program_mapping *map = &p->mapping[m - 1];
        if (map->live && map->writes && at >= map->address && map->length >= size &&
            at - map->address <= map->length - size)
            break;
    }
    return m;
}

/* `store 4 bytes at +0x8: 0 -> 7, done   at 0x7f0000000008`, or a compare-and-swap. */
static bool store(struct calls_program *p, const char *text)
{
    static const char swap[] = "compare-and-swap ", plain[] = "store ";
    bool swaps = strncmp(text, swap, sizeof swap - 1) == 0;
    const char *from = strstr(text, ": "), *to = from != NULL ? strstr(from, " -> ") : NULL;
    const char *end = to != NULL ? strstr(to, call_stored) : NULL;
    if (end == NULL || (!swaps && strncmp(text, plain, sizeof plain - 1) != 0))
        return false;
    uint64_t size = strtoull(text + (swaps ? sizeof swap : sizeof plain) - 1, NULL, 10);
    uint64_t at = strtoull(end + strlen(call_stored), NULL, 16);
    int m = find_written(p, at, size);
    if (m == 0 || (size != 1 && size != 2 && size != 4 && size != 8))
        return false;
    uint64_t offset = at - p->mapping[m - 1].address;
    uint64_t old = strtoull(from + 2, NULL, 10), value = strtoull(to + 4, NULL, 10);
    unsigned bits = 8 * (unsigned)size;
    p->headers |= STDINT;
    if (swaps)
        out_print(p->out,
                  "    uint%u_t old%d = %" PRIu64
                  "u;\n    __atomic_compare_exchange_n((uint%u_t *)(p%d "
                  "+ 0x%" PRIx64 "), &old%d, %" PRIu64 "u, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);",
                  bits, p->swaps, old, bits, m, offset, p->swaps, value);
    else
        out_print(p->out, "    *(volatile uint%u_t *)(p%d + 0x%" PRIx64 ") = %" PRIu64 "u;", bits,
                  m, offset, value);
    p->swaps += swaps;
    return true;
}

/* Nothing in it ends the comment or begins another. */
static void comment(struct calls_program *p, const char *text)
{
    char before = ' ';
    out_str(p->out, "    /* ");
    for (; *text != '\0'; before = *text++) {
        if ((before == '*' && *text == '/') || (before == '/' && *text == '*'))
            out_str(p->out, " ");
        out_bytes(p->out, (unsigned char)*text < ' ' ? " " : text, 1);
    }
    out_str(p->out, " */");
}

void calls_program_begin(struct calls_program *p, struct out *out)
{
    memset(p, 0, sizeof *p);
    p->out = out;
}

void calls_program_section(struct calls_program *p, const char *text)
{
    out_str(p->out, "\n");
    comment(p, text);
    out_str(p->out, "\n");
}

/* Was it undone? A name that was set aside comes back when somebody has opened it meanwhile. */
static bool was_undone(const struct call_parts *c)
{
    return strstr(c->result, ", taken back") != NULL;
}

/* What fails when the program is run ends it: what follows would be about something else. */
static void end_check(struct calls_program *p, const struct call_parts *c, enum call_value kind)
{
    char name[32];
    variable_name(kind, kind == ADDRESS ? (uint64_t)p->mappings : call_result(c, kind), name);
    if (kind == ADDRESS)
        out_print(p->out, "    if (%s == %s)\n", name,
                  call_is(c, "mmap")    ? "MAP_FAILED"
                  : call_is(c, "shmat") ? "(void *)-1"
                                        : "NULL");
    else if (kind != PLAIN)
        out_print(p->out, "    if (%s %s)\n", name, kind == HANDLE ? "== NULL" : "< 0");
    out_print(p->out, "        return failed(\"%.*s\");\n", (int)c->name, c->text);
    p->checks++;
}

/* The statement of a call, and `note` after it. */
static void statement(struct calls_program *p, const struct call_parts *c, int row,
                      const char *whole, const char *note)
{
    p->headers |= call_rows[row].headers;
    p->stats = p->stats || strcmp(call_rows[row].more, ", &st") == 0;
    p->shm_stats = p->shm_stats || strcmp(call_rows[row].more, ", &ds") == 0;
    if (call_rows[row].returns == PLAIN && call_of_windows(row))
        out_print(p->out, "    if (!%s)%s\n", whole, note);
    else if (call_rows[row].returns == PLAIN)
        out_print(p->out, "    if (%s < 0)%s\n", whole, note);
    else
        out_print(p->out, "%s;%s\n", whole, note);
    end_check(p, c, call_rows[row].returns);
}

static void call(struct calls_program *p, const char *text, const char *note)
{
    struct call_parts c;
    char whole[EXPRESSION_MAX];
    bool is_call = call_split(text, &c);
    int row = is_call ? call_row(&c) : -1;
    bool known = row >= 0 && c.result[0] != '-' && !was_undone(&c) && expression(p, &c, row, whole);
    bool again = is_call && open_again(p, &c), twice = is_call && duplicate(p, &c);
    if (is_call && !again && !twice)
        follow(p, &c, row);
    if (known && call_rows[row].takes == ID)
        declare_id(p, &c);
    if (known && (call_rows[row].returns == PLAIN || declare(p, &c, call_rows[row].returns))) {
        statement(p, &c, row, whole, note);
        return;
    }
    if (!again && !twice && (is_call || !store(p, text)))
        comment(p, text);
    out_print(p->out, "%s\n", note);
    if (again || twice)
        end_check(p, &c, again ? DESCRIPTOR : PLAIN);
}

void calls_program_call(struct calls_program *p, const char *text, uint64_t times)
{
    char note[64] = "";
    if (times > 1)
        (void)snprintf(note, sizeof note, " /* and %" PRIu64 " more like it */", times - 1);
    call(p, text, note);
}

void calls_program_needed(struct calls_program *p, const char *text)
{
    call(p, text, " /* not shown in the log: what follows needs it */");
}

void calls_program_hidden(struct calls_program *p, const char *text)
{
    struct call_parts c;
    if (call_split(text, &c))
        follow(p, &c, call_row(&c));
}

/* The beginning is known when all of them are there. */
void calls_program_end(struct calls_program *p)
{
    struct out body = *p->out, *out = p->out;
    out_text(out, body.limit);
    bool windows = (p->headers & (unsigned)WINDOWS) != 0;
    out_print(out, "/* What shmlens asked of the system. */\n%s",
              windows ? "" : "#define _GNU_SOURCE\n");
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if ((p->headers >> i & 1) != 0)
            out_print(out, "#include <%s>\n", headers[i]);
        if (i == 1 && p->checks > 0) /* the alphabet */
            out_str(out, "#include <stdio.h>\n");
    }
    if (p->checks > 0)
        out_print(out, "\nstatic int failed(const char *call)\n{\n    %s;\n    return 1;\n}\n",
                  windows ? "fprintf(stderr, \"%s: error %lu\\n\", call, GetLastError())"
                          : "perror(call)");
    out_print(out, "\nint main(void)\n{\n%s%s", p->stats ? "    struct stat st;\n" : "",
              p->shm_stats ? "    struct shmid_ds ds;\n" : "");
    out_bytes(out, body.buf, body.length);
    out_str(out, "    return 0;\n}\n");
    out->cut = out->cut || body.cut;
    out->error = oserr_is(body.error) ? body.error : out->error;
    out_free(&body);
}
