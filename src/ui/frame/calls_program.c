/* The calls of the log as a C program that makes them again. The log is nearly C: descriptors, ids
 * and addresses become variables, and arguments that it leaves out are put in. What cannot be
 * written like that, what failed, and what might mean something else by now (a descriptor that was
 * closed, a store outside of what is mapped) is a comment. Names are hostile: of an argument only
 * a whole string of C, or words and numbers, gets into a statement. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "ui/frame/calls.h"

enum { ARGUMENTS = 8, EXPRESSION_MAX = 4 * OSCALL_TEXT_MAX };

/* Headers that calls need: bits, in the order of the alphabet. */
enum { FCNTL = 1, STDINT = 2, MMAN = 4, SHM = 8, STAT = 16, UNISTD = 32 };
static const char *const headers[] = {"fcntl.h",   "stdint.h",   "sys/mman.h",
                                      "sys/shm.h", "sys/stat.h", "unistd.h"};

/* What an argument or a result is. */
enum value { PLAIN, DESCRIPTOR, ID, ADDRESS };

static const struct {
    const char *name, *part; /* the row for calls with this in their arguments */
    int count;               /* arguments in the log */
    enum value takes;        /* its argument number `at` */
    int at;
    enum value returns;
    const char *more; /* arguments that the log leaves out */
    unsigned headers; /* that it needs besides stdio.h */
} rows[] = {
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
};

/* A call as the log has it, in pieces of its text. */
struct call_parts {
    const char *text;
    size_t name;
    size_t from[ARGUMENTS], length[ARGUMENTS];
    int count;
    const char *result; /* after `) = ` */
};

/* Splits `name(a, b) = result`; what is in quotes does not count. False: it is something else. */
static bool split(const char *text, struct call_parts *c)
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
        if (c->count == ARGUMENTS || text[c->name] != '(')
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

static bool is_named(const struct call_parts *c, const char *name)
{
    return strlen(name) == c->name && memcmp(name, c->text, c->name) == 0;
}

static int find_row(const struct call_parts *c)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (is_named(c, rows[i].name) && strstr(c->text, rows[i].part) != NULL)
            return (int)i;
    return -1;
}

/* An argument that is a number; false: it is something else. */
static bool number_at(const struct call_parts *c, int i, int base, uint64_t *n)
{
    char *stop = NULL;
    if (i >= c->count || c->length[i] == 0)
        return false;
    *n = strtoull(c->text + c->from[i], &stop, base);
    return stop == c->text + c->from[i] + c->length[i];
}

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
    if (is_named(c, "shmget") && number_at(c, 1, 10, &size))
        learn_size(p, find_id(p, strtoull(c->result, NULL, 10)), size);
    if (!is_named(c, "shmctl") || !number_at(c, 0, 10, &id))
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
    enum value kind = row < 0 ? DESCRIPTOR : rows[row].returns;
    bool failed = c->result[0] == '-';
    if (is_named(c, "close") && number_at(c, 0, 10, &n) && n < PROGRAM_NUMBERS)
        p->descriptor[n].open = false;
    if (is_named(c, "munmap") && number_at(c, 0, 16, &n) && number_at(c, 1, 10, &length))
        unmap(p, n, length);
    if (is_named(c, "shmdt") && number_at(c, 0, 16, &n))
        unmap(p, n, 1);
    if (!failed)
        follow_id(p, c);
    n = strtoull(c->result, NULL, kind == ADDRESS ? 16 : 10);
    if (kind == DESCRIPTOR && !failed && n < PROGRAM_NUMBERS)
        p->descriptor[n].open = false;
    length = 1;
    if (kind == ADDRESS && !failed && (is_named(c, "shmat") || number_at(c, 1, 10, &length)))
        unmap(p, n, length);
}

/* The variable for an argument, its number; false: it has none. */
static bool find_variable(struct calls_program *p, enum value kind, const struct call_parts *c,
                          int at, int *number)
{
    uint64_t n = 0;
    if (!number_at(c, at, kind == ADDRESS ? 16 : 10, &n))
        return false;
    *number = kind == ADDRESS ? find_mapping(p, n) + 1 : (int)n;
    if (kind == ADDRESS)
        return *number > 0;
    return kind == ID ? find_id(p, n) >= 0 : n < PROGRAM_NUMBERS && p->descriptor[n].open;
}

/* ---- statements ---- */

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

/* Copies an argument. False: it is neither a whole string nor words and numbers. */
static bool copy_argument(char *to, const char *s, size_t n)
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

static const char *const prefixes[] = {"", "fd", "id", "p"};

/* The call with its variables; false: one of them is not known, or an argument is not C. */
static bool expression(struct calls_program *p, const struct call_parts *c, int row,
                       char out[EXPRESSION_MAX])
{
    enum { VARIABLE = 32 }; /* more than one needs, and than `more` */
    size_t n = (size_t)snprintf(out, EXPRESSION_MAX, "%.*s(", (int)c->name, c->text);
    if (c->count != rows[row].count)
        return false;
    for (int i = 0; i < c->count; i++) {
        bool variable = rows[row].takes != PLAIN && rows[row].at == i;
        int number = 0;
        if (n + c->length[i] + 2 * VARIABLE > EXPRESSION_MAX)
            return false;
        n += (size_t)snprintf(out + n, VARIABLE, "%s", i > 0 ? ", " : "");
        if (variable ? !find_variable(p, rows[row].takes, c, i, &number)
                     : !copy_argument(out + n, c->text + c->from[i], c->length[i]))
            return false;
        n += variable
                 ? (size_t)snprintf(out + n, VARIABLE, "%s%d", prefixes[rows[row].takes], number)
                 : c->length[i];
    }
    (void)snprintf(out + n, VARIABLE, "%s)", rows[row].more);
    return true;
}

static bool declare_mapping(struct calls_program *p, const struct call_parts *c)
{
    bool maps = is_named(c, "mmap");
    uint64_t id = 0;
    if (p->mappings == PROGRAM_MAPPINGS)
        return false;
    struct program_mapping *m = &p->mapping[p->mappings++];
    *m = (struct program_mapping){.address = strtoull(c->result, NULL, 16), .id = -1, .live = true};
    m->writes = strstr(c->text, maps ? "PROT_WRITE" : "SHM_RDONLY") != NULL ? maps : !maps;
    if (maps)
        (void)number_at(c, 1, 10, &m->length);
    else if (number_at(c, 0, 10, &id) && (m->id = find_id(p, id)) >= 0)
        m->length = p->id[m->id].size;
    out_print(p->out, "    char *p%d = ", p->mappings);
    return true;
}

/* Declares the variable of a result: `int fd3 = `, or sets it again. False: there are too many. */
static bool declare(struct calls_program *p, const struct call_parts *c, enum value kind)
{
    if (kind == ADDRESS)
        return declare_mapping(p, c);
    uint64_t n = strtoull(c->result, NULL, 10);
    int id = kind == ID ? find_id(p, n) : -1;
    if (kind == ID ? id < 0 : n >= PROGRAM_NUMBERS)
        return false;
    bool *declared = kind == ID ? &p->id[id].declared : &p->descriptor[n].declared;
    out_print(p->out, "    %s%s%" PRIu64 " = ", *declared ? "" : "int ", prefixes[kind], n);
    *declared = true;
    if (kind == DESCRIPTOR)
        p->descriptor[n].open = true;
    return true;
}

/* An id that somebody else made. */
static void declare_id(struct calls_program *p, const struct call_parts *c)
{
    uint64_t n = 0;
    int id = number_at(c, 0, 10, &n) ? find_id(p, n) : -1;
    if (id < 0 || p->id[id].declared)
        return;
    p->id[id].declared = true;
    out_print(p->out, "    int id%" PRIu64 " = %" PRIu64 ";\n", n, n);
}

/* `open("/proc/self/fd/7", ...)`: the descriptor that it opens again. */
static bool is_link(const struct call_parts *c, uint64_t *of)
{
    static const char link[] = "open(\"/proc/self/fd/";
    char *stop = NULL;
    size_t n = sizeof link - 1;
    if (strncmp(c->text, link, n) != 0 || c->count != 2 || c->result[0] == '-')
        return false;
    *of = strtoull(c->text + n, &stop, 10);
    return stop != c->text + n && strncmp(stop, "\", ", 3) == 0;
}

/* The descriptor has another number in that program. */
static bool open_again(struct calls_program *p, const struct call_parts *c)
{
    char how[EXPRESSION_MAX] = "";
    uint64_t of = 0;
    if (!is_link(c, &of) || of >= PROGRAM_NUMBERS || !p->descriptor[of].open ||
        strtoull(c->result, NULL, 10) >= PROGRAM_NUMBERS || c->length[1] >= sizeof how ||
        !copy_argument(how, c->text + c->from[1], c->length[1]))
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

static const char done[] = ", done   at ";

/* `store 4 bytes at +0x8: 0 -> 7, done   at 0x7f0000000008`, or a compare-and-swap. */
static bool store(struct calls_program *p, const char *text)
{
    static const char swap[] = "compare-and-swap ", plain[] = "store ";
    bool swaps = strncmp(text, swap, sizeof swap - 1) == 0;
    const char *from = strstr(text, ": "), *to = from != NULL ? strstr(from, " -> ") : NULL;
    const char *end = to != NULL ? strstr(to, done) : NULL;
    if (end == NULL || (!swaps && strncmp(text, plain, sizeof plain - 1) != 0))
        return false;
    uint64_t size = strtoull(text + (swaps ? sizeof swap : sizeof plain) - 1, NULL, 10);
    uint64_t at = strtoull(end + sizeof done - 1, NULL, 16);
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
static void end_check(struct calls_program *p, const struct call_parts *c, enum value kind)
{
    uint64_t number = strtoull(c->result, NULL, 10);
    if (kind == ADDRESS)
        out_print(p->out, "    if (p%d == %s)\n", p->mappings,
                  is_named(c, "mmap") ? "MAP_FAILED" : "(void *)-1");
    else if (kind != PLAIN)
        out_print(p->out, "    if (%s%" PRIu64 " < 0)\n", prefixes[kind], number);
    out_print(p->out, "        return failed(\"%.*s\");\n", (int)c->name, c->text);
    p->checks++;
}

/* The statement of a call, and `note` after it. */
static void statement(struct calls_program *p, const struct call_parts *c, int row,
                      const char *whole, const char *note)
{
    p->headers |= rows[row].headers;
    p->stats = p->stats || strcmp(rows[row].more, ", &st") == 0;
    p->shm_stats = p->shm_stats || strcmp(rows[row].more, ", &ds") == 0;
    if (rows[row].returns == PLAIN)
        out_print(p->out, "    if (%s < 0)%s\n", whole, note);
    else
        out_print(p->out, "%s;%s\n", whole, note);
    end_check(p, c, rows[row].returns);
}

static void call(struct calls_program *p, const char *text, const char *note)
{
    struct call_parts c;
    char whole[EXPRESSION_MAX];
    bool is_call = split(text, &c);
    int row = is_call ? find_row(&c) : -1;
    bool known = row >= 0 && c.result[0] != '-' && !was_undone(&c) && expression(p, &c, row, whole);
    bool again = is_call && open_again(p, &c);
    if (is_call && !again)
        follow(p, &c, row);
    if (known && rows[row].takes == ID)
        declare_id(p, &c);
    if (known && (rows[row].returns == PLAIN || declare(p, &c, rows[row].returns))) {
        statement(p, &c, row, whole, note);
        return;
    }
    if (!again && (is_call || !store(p, text)))
        comment(p, text);
    out_print(p->out, "%s\n", note);
    if (again)
        end_check(p, &c, DESCRIPTOR);
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
    if (split(text, &c))
        follow(p, &c, find_row(&c));
}

/* The beginning is known when all of them are there. */
void calls_program_end(struct calls_program *p)
{
    struct out body = *p->out, *out = p->out;
    out_text(out, body.limit);
    out_str(out, "/* What shmlens asked of the system. */\n#define _GNU_SOURCE\n");
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
        if ((p->headers >> i & 1) != 0)
            out_print(out, "#include <%s>\n", headers[i]);
        if (i == 1 && p->checks > 0) /* the alphabet */
            out_str(out, "#include <stdio.h>\n");
    }
    if (p->checks > 0)
        out_str(out, "\nstatic int failed(const char *call)\n{\n    perror(call);\n"
                     "    return 1;\n}\n");
    out_print(out, "\nint main(void)\n{\n%s%s", p->stats ? "    struct stat st;\n" : "",
              p->shm_stats ? "    struct shmid_ds ds;\n" : "");
    out_bytes(out, body.buf, body.length);
    out_str(out, "    return 0;\n}\n");
    out->cut = out->cut || body.cut;
    out->error = oserr_is(body.error) ? body.error : out->error;
    out_free(&body);
}

/* ---- what the shown calls need ---- */

/* Is one of the numbers [from, from + length) needed? If so, it is met from here on, if `ends`. */
static bool is_needed(struct calls_needs *n, enum value kind, uint64_t from, uint64_t length,
                      bool ends)
{
    bool found = false;
    for (size_t i = n->count; i-- > 0;) {
        if (n->need[i].kind != (int)kind || n->need[i].number - from >= length)
            continue;
        found = true;
        if (ends)
            n->need[i] = n->need[--n->count];
    }
    return found;
}

static void add_need(struct calls_needs *n, enum value kind, uint64_t number)
{
    if (n->count == PROGRAM_NEEDS || is_needed(n, kind, number, 1, false))
        return;
    n->need[n->count].kind = (int)kind;
    n->need[n->count++].number = number;
}

/* Does its result make what is needed? */
static bool makes_needed(struct calls_needs *n, const struct call_parts *c, int row)
{
    static const uint64_t unknown_size = UINT64_C(1) << 32; /* of what shmat maps */
    uint64_t of = 0, length = 1, made = 0;
    enum value kind = is_link(c, &of) ? DESCRIPTOR : row < 0 ? PLAIN : rows[row].returns;
    made = strtoull(c->result, NULL, kind == ADDRESS ? 16 : 10);
    if (row < 0 && kind == PLAIN) { /* it may be a descriptor, of what cannot be written as C */
        (void)is_needed(n, DESCRIPTOR, made, 1, true);
        return false;
    }
    if (is_named(c, "shmat"))
        return is_needed(n, kind, made, unknown_size, false);
    if (is_named(c, "mmap"))
        (void)number_at(c, 1, 10, &length);
    return kind != PLAIN && is_needed(n, kind, made, length, true);
}

/* What it ends was something else before. Without its size a new object is empty. */
static bool sizes_needed(struct calls_needs *n, const struct call_parts *c)
{
    uint64_t at = 0, length = 1;
    if (is_named(c, "close") && number_at(c, 0, 10, &at))
        (void)is_needed(n, DESCRIPTOR, at, 1, true);
    if (is_named(c, "munmap") && number_at(c, 0, 16, &at) && number_at(c, 1, 10, &length))
        (void)is_needed(n, ADDRESS, at, length, true);
    return (is_named(c, "ftruncate") || is_named(c, "fallocate")) && number_at(c, 0, 10, &at) &&
           is_needed(n, DESCRIPTOR, at, 1, false);
}

bool calls_needs(struct calls_needs *n, const char *text, bool shown)
{
    struct call_parts c;
    uint64_t number = 0;
    if (!split(text, &c)) {
        const char *at = strstr(text, done);
        if (shown && at != NULL)
            add_need(n, ADDRESS, strtoull(at + sizeof done - 1, NULL, 16));
        return shown;
    }
    int row = find_row(&c);
    if (c.result[0] == '-')
        return shown;
    bool sizes = sizes_needed(n, &c), makes = makes_needed(n, &c, row);
    if (!shown && !sizes && !makes)
        return false;
    if (is_link(&c, &number))
        add_need(n, DESCRIPTOR, number);
    else if (row >= 0 && rows[row].takes != PLAIN &&
             number_at(&c, rows[row].at, rows[row].takes == ADDRESS ? 16 : 10, &number))
        add_need(n, rows[row].takes, number);
    return true;
}
